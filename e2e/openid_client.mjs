// Copyright 2026 oauth_provider contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
/**
 * An application made of openid-client: reads one step a line from the standard input,
 * as JSON, and writes its result as one line.
 */
import * as client from "openid-client";
import {createInterface} from "node:readline";

const WANTED = {scope: "openid profile email", max_age: "3600"};

// What a real application keeps in the session of its user
const session = {};

function keep(tokens) {
    session.tokens = {...session.tokens, ...tokens};
    return {claims: tokens.claims(), names: Object.keys(tokens)};
}

async function authentication({method, secret, key}) {
    if (method === "private_key_jwt") {
        const algorithm = {name: "ECDSA", namedCurve: "P-256"};
        return client.PrivateKeyJwt({
            key: await crypto.subtle.importKey("jwk", key, algorithm, false, ["sign"]),
            kid: key.kid,
        });
    }
    return {
        none: client.None,
        client_secret_basic: client.ClientSecretBasic,
        client_secret_post: client.ClientSecretPost,
    }[method](secret);
}

const steps = {
    async discover({issuer, identifier, algorithm, ...credentials}) {
        session.config = await client.discovery(
            new URL(issuer),
            identifier,
            {id_token_signed_response_alg: algorithm},
            await authentication(credentials),
            {execute: [client.allowInsecureRequests]}
        );
        // By default it trusts TLS, and leaves the signature alone
        client.enableNonRepudiationChecks(session.config);
        return session.config.serverMetadata();
    },
    async authorize({callback}) {
        session.pkceCodeVerifier = client.randomPKCECodeVerifier();
        session.expectedState = client.randomState();
        session.expectedNonce = client.randomNonce();
        const challenge = await client.calculatePKCECodeChallenge(
            session.pkceCodeVerifier
        );
        return client.buildAuthorizationUrl(session.config, {
            ...WANTED,
            redirect_uri: callback,
            code_challenge: challenge,
            code_challenge_method: "S256",
            state: session.expectedState,
            nonce: session.expectedNonce,
        });
    },
    async callback({url}) {
        const {pkceCodeVerifier, expectedState, expectedNonce} = session;
        return keep(
            await client.authorizationCodeGrant(session.config, new URL(url), {
                pkceCodeVerifier,
                expectedState,
                expectedNonce,
                maxAge: Number(WANTED.max_age),
                idTokenExpected: true,
            })
        );
    },
    async userinfo({subject}) {
        const token = session.tokens.access_token;
        return await client.fetchUserInfo(session.config, token, subject);
    },
    async refresh() {
        const token = session.tokens.refresh_token;
        return keep(await client.refreshTokenGrant(session.config, token));
    },
    async introspect() {
        return await client.tokenIntrospection(
            session.config,
            session.tokens.access_token
        );
    },
    async revoke({name}) {
        await client.tokenRevocation(session.config, session.tokens[name]);
        return null;
    },
    async logout({goodbye, state}) {
        return client.buildEndSessionUrl(session.config, {
            post_logout_redirect_uri: goodbye,
            id_token_hint: session.tokens.id_token,
            state,
        });
    },
};

for await (const line of createInterface({input: process.stdin})) {
    const {step, ...values} = JSON.parse(line);
    let answer = null;
    try {
        answer = {result: await steps[step](values)};
    } catch (error) {
        const {code, message, status, error: name} = error;
        answer = {error: {code, message, status, name}};
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
}
