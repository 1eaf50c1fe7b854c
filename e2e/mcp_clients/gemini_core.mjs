// Copyright 2026 oauth_provider contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
//
// The sign-in and the session of Gemini CLI, by its package `core`.

import {createInterface} from "node:readline";
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";
import {join} from "node:path";

const {packages, url, settings, calls} = JSON.parse(process.argv[2]);
const tell = (values) => process.stdout.write(`${JSON.stringify(values)}\n`);
const packaged = createRequire(`${packages}/package.json`);
const core = join(packages, "node_modules/@google/gemini-cli-core/dist");
const load = (path) => import(pathToFileURL(path));
const {MCPOAuthProvider} = await load(join(core, "index.js"));
const {Client} = await load(
    packaged.resolve("@modelcontextprotocol/sdk/client/index.js")
);
const {StreamableHTTPClientTransport} = await load(
    packaged.resolve("@modelcontextprotocol/sdk/client/streamableHttp.js")
);

const provider = new MCPOAuthProvider();
const token = await provider.authenticate("odoo", settings, url);
tell({scope: token.scope});
// The sign-in has read a line of its own before
const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();
const valid = await provider.getValidToken("odoo", settings);
const session = new Client({name: "gemini", version: "1"});
const headers = {Authorization: `Bearer ${valid}`};
await session.connect(
    new StreamableHTTPClientTransport(new URL(url), {requestInit: {headers}})
);
const listed = await session.listTools();
tell({tools: listed.tools.map((tool) => tool.name)});
for (const [name, args] of calls) {
    if (name === "pause") {
        tell({paused: true});
        await lines.next();
        continue;
    }
    try {
        const answer = await session.callTool({name, arguments: args});
        const text = (answer.content || []).map((part) => part.text).join("");
        tell({result: answer.structuredContent, text, failed: answer.isError});
    } catch (error) {
        tell({error: `${error.name}: ${error.message}`});
    }
}
process.exit(0);
