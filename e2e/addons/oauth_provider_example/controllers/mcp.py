# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A small endpoint of the Model Context Protocol: Streamable HTTP, answers in JSON.

https://modelcontextprotocol.io/specification/2025-11-25/basic/transports
"""

import json

from odoo import http
from odoo.http import request
from odoo.tools.json import json_default

from ..mcp_tools import TOOLS, InvalidParams, describe_tools

#: Versions of the protocol, the newest first.
VERSIONS = ("2025-11-25", "2025-06-18")
INVALID_REQUEST, NO_METHOD, INVALID_PARAMS, NOT_JSON = -32600, -32601, -32602, -32700


class McpController(http.Controller):
    @http.route(
        "/mcp",
        type="http",
        auth="oauth",
        methods=["GET", "POST", "DELETE"],
        oauth_scopes=["mcp.use"],
        csrf=False,
    )
    def mcp(self, **_query):
        """One message of a client; there is no session, and nothing to listen to."""
        headers = request.httprequest.headers
        if not _is_allowed_origin(headers.get("Origin")):
            return _answer_error(403, INVALID_REQUEST, "This origin may not call.")
        if request.httprequest.method != "POST":
            response = request.make_response("", status=405)
            response.headers["Allow"] = "POST"
            return response
        version = headers.get("MCP-Protocol-Version", VERSIONS[0])
        try:
            message = request.get_json_data()
        except (ValueError, RecursionError):
            return _answer_error(400, NOT_JSON, "This is not JSON.")
        is_call = isinstance(message, dict) and isinstance(message.get("method"), str)
        is_answer = isinstance(message, dict) and {"result", "error"} & message.keys()
        if not (is_call or is_answer) or message.get("jsonrpc") != "2.0":
            return _answer_error(400, INVALID_REQUEST, "This is no JSON-RPC message.")
        number = message.get("id")
        if version not in VERSIONS and message.get("method") != "initialize":
            text = f"This version is not supported, but {', '.join(VERSIONS)}."
            return _answer_error(400, INVALID_REQUEST, text, number)
        if is_answer or "id" not in message:
            # A notification, or an answer to what nobody has asked
            return request.make_response("", status=202)
        if type(number) not in (str, int):
            return _answer_error(
                400, INVALID_REQUEST, "The id must be a text or number."
            )
        return self._call(message["method"], message.get("params") or {}, number)

    def _call(self, method, params, number):
        function = METHODS.get(method)
        if function is None:
            return _answer_error(200, NO_METHOD, "There is no such method.", number)
        try:
            if not isinstance(params, dict):
                raise InvalidParams("The params must be an object.")
            result = function(params)
        except InvalidParams as error:
            return _answer_error(200, INVALID_PARAMS, str(error), number)
        return _answer({"jsonrpc": "2.0", "id": number, "result": result})


def _initialize(params):
    wanted = params.get("protocolVersion")
    return {
        "protocolVersion": wanted if wanted in VERSIONS else VERSIONS[0],
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "odoo", "title": "Odoo", "version": "19.0"},
    }


def _list_tools(_params):
    return {"tools": describe_tools(request.oauth_token)}


def _call_tool(params):
    name, arguments = params.get("name"), params.get("arguments") or {}
    tool = TOOLS.get(name) if isinstance(name, str) else None
    if tool is None or not isinstance(arguments, dict):
        raise InvalidParams("There is no such tool.")
    return tool(request.oauth_token, arguments)


METHODS = {
    "initialize": _initialize,
    "ping": lambda _params: {},
    "tools/call": _call_tool,
    "tools/list": _list_tools,
}


def _is_allowed_origin(origin):
    """Tell whether a page of ``origin`` (str or None) may call, if one calls at all."""
    own = request.httprequest.host_url.rstrip("/")
    client = request.oauth_token.client_id
    return origin in (None, own, *client.origin_ids.mapped("name"))


def _answer(body, status=200):
    headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    text = json.dumps(body, default=json_default)
    return request.make_response(text, headers=headers, status=status)


def _answer_error(status, code, text, number=None):
    error = {"code": code, "message": text}
    return _answer({"jsonrpc": "2.0", "id": number, "error": error}, status)
