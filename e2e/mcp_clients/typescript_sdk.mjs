// Copyright 2026 oauth_provider contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
//
// The TypeScript SDK, version 1 or 2, as its own examples use it.

import {createInterface} from "node:readline";
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";

const {packages, version, url, client, redirect_uri, calls} = JSON.parse(
    process.argv[2]
);
const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();
const tell = (values) => process.stdout.write(`${JSON.stringify(values)}\n`);
const packaged = createRequire(`${packages}/package.json`);
const load = (name) => import(pathToFileURL(packaged.resolve(name)));
const [{Client}, {StreamableHTTPClientTransport, UnauthorizedError}] =
    await Promise.all(
        version === 1
            ? [
                  load("@modelcontextprotocol/sdk/client/index.js"),
                  Promise.all([
                      load("@modelcontextprotocol/sdk/client/streamableHttp.js"),
                      load("@modelcontextprotocol/sdk/client/auth.js"),
                  ]).then((found) => Object.assign({}, ...found)),
              ]
            : [
                  load("@modelcontextprotocol/client"),
                  load("@modelcontextprotocol/client"),
              ]
    );

let tokens, verifier, called, discovery;
const provider = {
    redirectUrl: redirect_uri,
    clientMetadata: {
        client_name: "TypeScript",
        redirect_uris: [redirect_uri],
        token_endpoint_auth_method: "none",
    },
    clientInformation: () => ({client_id: client}),
    tokens: () => tokens,
    saveTokens(saved) {
        tokens = saved;
        tell({scope: saved.scope});
    },
    saveDiscoveryState(state) {
        discovery = state;
    },
    discoveryState: () => discovery,
    saveCodeVerifier(saved) {
        verifier = saved;
    },
    codeVerifier: () => verifier,
    async redirectToAuthorization(address) {
        tell({open: String(address)});
        called = new URL((await lines.next()).value);
    },
};

function newTransport() {
    return new StreamableHTTPClientTransport(new URL(url), {authProvider: provider});
}

async function finish(transport) {
    const parameters = called.searchParams;
    await transport.finishAuth(version === 1 ? parameters.get("code") : parameters);
}

async function connect() {
    const session = new Client({name: "typescript", version: "1"});
    let transport = newTransport();
    try {
        await session.connect(transport);
    } catch (error) {
        if (!(error instanceof UnauthorizedError)) {
            throw error;
        }
        await finish(transport);
        transport = newTransport();
        await session.connect(transport);
    }
    return {session, transport};
}

async function use({session, transport}, name, args) {
    const call = () => session.callTool({name, arguments: args});
    try {
        return await call();
    } catch (error) {
        if (!(error instanceof UnauthorizedError)) {
            throw error;
        }
        await finish(transport);
        return await call();
    }
}

const connected = await connect();
const listed = await connected.session.listTools();
tell({tools: listed.tools.map((tool) => tool.name)});
for (const [name, args] of calls) {
    if (name === "pause") {
        tell({paused: true});
        await lines.next();
        continue;
    }
    try {
        const answer = await use(connected, name, args);
        const text = (answer.content || []).map((part) => part.text).join("");
        tell({result: answer.structuredContent, text, failed: answer.isError});
    } catch (error) {
        tell({error: `${error.name}: ${error.message}`});
    }
}
await connected.session.close();
process.exit(0);
