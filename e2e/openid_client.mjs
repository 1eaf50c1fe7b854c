// Copyright 2026 oauth_provider contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
// A client on the npm package openid-client. It gets its task as JSON, says where the
// browser has to go, is told where the browser came back, and says what it learned.
import * as client from "openid-client";
import {createInterface} from "node:readline";

const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();
const read = async () => JSON.parse((await lines.next()).value);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const task = await read();
const prove = async () => {
    if (task.secret) {
        return client.ClientSecretBasic(task.secret);
    }
    if (!task.key) {
        return client.None();
    }
    const kind = {name: "ECDSA", namedCurve: "P-256"};
    const key = await crypto.subtle.importKey("jwk", task.key, kind, false, ["sign"]);
    return client.PrivateKeyJwt(key);
};
const metadata = {id_token_signed_response_alg: task.algorithm};
const config = await client.discovery(
    new URL(task.issuer),
    task.identifier,
    metadata,
    await prove(),
    {execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks]}
);

const verifier = client.randomPKCECodeVerifier();
const expected = {
    pkceCodeVerifier: verifier,
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    maxAge: 3600,
    idTokenExpected: true,
};
const address = client.buildAuthorizationUrl(config, {
    redirect_uri: task.redirect_uri,
    scope: "openid profile email",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: expected.expectedState,
    nonce: expected.expectedNonce,
    max_age: "3600",
});
say({url: address.href});

const {callback} = await read();
const tokens = await client.authorizationCodeGrant(config, new URL(callback), expected);
const claims = tokens.claims();
const person = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
const renewed = await client.refreshTokenGrant(config, tokens.refresh_token);
const known = task.public
    ? null
    : await client.tokenIntrospection(config, renewed.access_token);
const logout = client.buildEndSessionUrl(config, {
    id_token_hint: renewed.id_token,
    post_logout_redirect_uri: task.post_logout_redirect_uri,
    state: "bye",
});
await client.tokenRevocation(config, renewed.refresh_token);
let dead = null;
try {
    await client.fetchUserInfo(config, renewed.access_token, claims.sub);
} catch (error) {
    dead = error.cause?.[0]?.parameters?.error ?? error.code;
}
say({claims, person, renewed: renewed.claims(), known, logout: logout.href, dead});
process.exit(0);
