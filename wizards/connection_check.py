# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whether an AI assistant would connect: its steps, in the order that it takes.

That order is the one of the Model Context Protocol (2025-11-25, *Authorization*): the
challenge of the MCP server, its metadata (RFC 9728), that of the authorization server
(RFC 8414), the authorization request (RFC 6749, 7636 and 8707), and the answer to it
(RFC 9207). What can be seen from outside only, the browser looks up: see :meth:`run`.
"""

import json
import re
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from odoo import SUPERUSER_ID

from ..oauth2 import metadata, round_trip
from ..tools import uri_parts
from ..tools.causes import CAUSES
from . import authorization_request

#: Lookups of one check: a server that names ever new addresses ends it.
MOST_LOOKUPS = 12
#: Characters of what another server says, in a sentence.
MOST_CHARACTERS = 200
#: A parameter of a challenge (RFC 9110 section 11.2), quoted or not.
PARAMETER = re.compile(r'([A-Za-z_]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))')


@dataclass
class Step:
    """What came of one step.

    :ivar title: what the assistant does (str)
    :ivar state: ``done``, ``failed``, or ``unseen`` where the browser may not read it
    :ivar text: what was found (str)
    :ivar advice: what to change (str), empty where nothing is
    """

    title: str
    state: str
    text: str
    advice: str = ""


class StepError(Exception):
    """A step at which the assistant stops: what was found, and what to change."""


class LookupNeeded(Exception):
    """The browser has to look up an address first."""

    def __init__(self, url, method="GET"):
        super().__init__(url)
        self.lookup = {"url": url, "method": method}


class ConnectionCheck:
    """The check of one client and one MCP server.

    :param client: client (record)
    :param endpoint: address of the MCP server (str)
    :param redirect_uri: where the assistant wants people back (str)
    :param seen: what the browser has looked up: {address: dict with ``status`` (int),
        ``challenge`` and ``body`` (str), or ``error`` (str) and ``same_origin`` (bool)}
    :param address: IP address (str) of the person
    """

    def __init__(self, client, endpoint, redirect_uri, seen, address):
        self.client = client
        self.env = client.env
        self.system = self.env(user=SUPERUSER_ID, su=True)
        self.provider = self.system["oauth.provider"]
        self.issuer = self.provider.get_issuer()
        self.endpoint = uri_parts.normalize(endpoint)
        self.path = self.provider.find_resource_path(self.endpoint)
        self.redirect_uri = redirect_uri
        self.seen = seen
        self.address = address
        self.challenge = {}
        self.resource = {}
        self.server = {}
        self.scope = ""
        self.unseen = ""

    def run(self):
        """Return the steps (list of dicts, see :class:`Step`) and the next lookup.

        The steps end with the first that fails. The lookup is None at the end, else a
        dict with ``url`` and ``method``: look it up, add it to ``seen``, and run again.
        """
        translate, steps = self.env._, []
        for title, take in (
            (translate("It calls the MCP server"), self._call),
            (translate("It reads what the MCP server says of itself"), self._describe),
            (translate("It reads what this provider can do"), self._discover),
            (translate("It authenticates"), self._authenticate),
            (translate("It chooses scopes"), self._choose_scopes),
            (translate("It names its redirect URI"), self._return),
            (translate("It sends people here"), self._authorize),
            (translate("It checks who answers"), self._compare_issuer),
        ):
            self.unseen = ""
            try:
                text = take()
            except LookupNeeded as needed:
                if len(self.seen) < MOST_LOOKUPS:
                    return steps, needed.lookup
                text = translate("Too many addresses would have to be looked up.")
                steps.append(asdict(Step(title, "failed", text)))
                break
            except StepError as error:
                steps.append(asdict(Step(title, "failed", *error.args)))
                break
            if self.unseen:
                steps.append(asdict(Step(title, "unseen", text, self.unseen)))
            else:
                steps.append(asdict(Step(title, "done", text)))
        return steps, None

    # What the browser sees

    def _look_up(self, url, method="GET"):
        """Return what the browser saw at ``url`` (dict), or None if it may not say.

        :raise LookupNeeded: if it has not looked yet
        :raise StepError: if there was no answer
        """
        found = self.seen.get(url)
        if found is None:
            raise LookupNeeded(url, method)
        if not found.get("error"):
            return found
        said = _short(found["error"])
        if found.get("same_origin"):
            raise StepError(
                self.env._(
                    "There was no answer at %(url)s: %(said)s", url=url, said=said
                ),
                self.env._("Check the address, its certificate and the proxy."),
            )
        self.unseen = self.env._(
            "This browser may not read %(url)s, or did not get there: %(said)s. Open"
            " this page by the address that assistants use, or try the address itself.",
            url=url,
            said=said,
        )
        return None

    def _read_document(self, urls):
        """Return (address, JSON document as dict) of the first of ``urls``, or None.

        :raise StepError: if none of them has one
        """
        tried = []
        for url in urls:
            found = self._look_up(url)
            if found is None:
                return None
            document = _as_document(found)
            if document is not None:
                return url, document
            tried.append(f"{url} ({found.get('status') or 0})")
        raise StepError(
            self.env._("There is no such document at %s", ", ".join(tried)),
            self.env._(
                "The proxy has to pass /.well-known/ on to Odoo, with the header Host"
                " or X-Forwarded-Host and X-Forwarded-Proto."
            ),
        )

    # The steps

    def _call(self):
        resources = self.system["oauth.provider.resource"]
        if not resources.find_name(self.endpoint, self.client):
            raise StepError(
                self.env._(
                    "Nothing in this database takes tokens at %s, and the client may"
                    " not ask for tokens for it.",
                    self.endpoint,
                ),
                self.env._(
                    "Correct the address, or install the module that serves it. A"
                    " server outside Odoo has to be one of the client's resource"
                    " servers."
                ),
            )
        found = self._look_up(self.endpoint, "POST")
        if found is None:
            return self.env._("It should answer 401 and name its metadata.")
        status = found.get("status") or 0
        if status != 401:
            raise StepError(
                self.env._("Without a token it answers %s in place of 401.", status),
                self._advise_on_status(status),
            )
        said = found.get("challenge") or ""
        if not said.lower().lstrip().startswith("bearer"):
            raise StepError(
                self.env._("Its answer has no challenge (WWW-Authenticate: Bearer)."),
                self.env._("The proxy must pass the header WWW-Authenticate on."),
            )
        self.challenge = {
            name.lower(): quoted or plain
            for name, quoted, plain in PARAMETER.findall(said)
        }
        where = self.challenge.get("resource_metadata")
        if where and not where.startswith(("https://", "http://")):
            raise StepError(
                self.env._("It names “%s” as its metadata.", _short(where)),
                self.env._("Assistants read an address with https:// only."),
            )
        if not where:
            return self.env._("It answers 401, and leaves its metadata to be guessed.")
        return self.env._("It answers 401 and names its metadata: %s", _short(where))

    def _advise_on_status(self, status):
        if status == 404:
            return self.env._(
                "Correct the address. Where the host has several databases, it has to"
                " name this one (?db=… or /oauth2/db/…)."
            )
        if 200 <= status < 300:
            return self.env._("It must refuse calls that have no token.")
        if status in (403, 405, 406):
            return self.env._(
                "Check that the route takes POST, and that no firewall or proxy"
                " answers in its place."
            )
        return self.env._("Check the log of Odoo and of the proxy.")

    def _describe(self):
        where = self.challenge.get("resource_metadata")
        found = self._read_document([where] if where else self._guess_resource_urls())
        if found is None:
            if self.path:
                answer = metadata.protected_route_response(
                    self.system, urlsplit(self.endpoint).path
                )
                self.resource = answer.body
            return self.env._("What Odoo itself would answer was used instead.")
        url, self.resource = found
        named = self.resource.get("resource")
        is_text = isinstance(named, str)
        if not is_text or uri_parts.normalize(named) != self.endpoint:
            raise StepError(
                self.env._(
                    "%(url)s describes “%(named)s”, and not %(endpoint)s: assistants"
                    " refuse that.",
                    url=url,
                    named=_short(named),
                    endpoint=self.endpoint,
                ),
                self.env._(
                    "Enter in the assistant exactly the address that it names, or"
                    " correct the issuer in the settings and the headers"
                    " X-Forwarded-Host and X-Forwarded-Proto of the proxy."
                ),
            )
        servers = self.resource.get("authorization_servers")
        if not isinstance(servers, list) or self.issuer not in servers:
            raise StepError(
                self.env._(
                    "It sends assistants to “%(named)s”, and not to %(issuer)s.",
                    named=_short(servers),
                    issuer=self.issuer,
                ),
                self.env._("The MCP server has to name this provider exactly so."),
            )
        return self.env._("%s names this provider.", url)

    def _guess_resource_urls(self):
        parts = urlsplit(self.endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        known = f"{origin}/.well-known/oauth-protected-resource"
        return list(dict.fromkeys([f"{known}{parts.path.rstrip('/')}", known]))

    def _discover(self):
        parts = urlsplit(self.issuer)
        origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
        found = self._read_document(
            [
                f"{origin}/.well-known/oauth-authorization-server{path}",
                f"{origin}/.well-known/openid-configuration{path}",
            ]
        )
        if found is None:
            self.server = metadata.metadata_response(self.system).body
            return self.env._("What Odoo itself would answer was used instead.")
        url, self.server = found
        named = self.server.get("issuer")
        if named != self.issuer:
            raise StepError(
                self.env._(
                    "%(url)s is of “%(named)s”, and not of %(issuer)s.",
                    url=url,
                    named=_short(named),
                    issuer=self.issuer,
                ),
                self.env._(
                    "Another database or another server answers at this host. Correct"
                    " the issuer in the settings, or the proxy."
                ),
            )
        for name in ("authorization_endpoint", "token_endpoint"):
            value = self.server.get(name)
            value = value if isinstance(value, str) else ""
            if not value.startswith("https:") and not uri_parts.is_loopback(value):
                raise StepError(
                    self.env._(
                        "%(name)s is “%(value)s”.", name=name, value=_short(value)
                    ),
                    self.env._("Assistants need https://: correct the issuer."),
                )
        if "S256" not in (self.server.get("code_challenge_methods_supported") or ()):
            raise StepError(
                self.env._("%s does not offer PKCE with S256.", url),
                self.env._("Something between Odoo and the browser has changed it."),
            )
        return self.env._("%s describes this provider.", url)

    def _authenticate(self):
        client = self.client
        if not client.active:
            raise StepError(
                self.env._("The client is archived."), self.env._("Restore it.")
            )
        if client.grant_type != "authorization_code":
            raise StepError(
                self.env._("The client does not use authorization codes."),
                self.env._("Its application type has to be “Web Application”."),
            )
        offered = self.server.get("token_endpoint_auth_methods_supported") or ()
        methods = client.get_authentication_methods()
        if not set(methods) & set(offered):
            raise StepError(
                self.env._("This provider does not offer %s.", ", ".join(methods)),
                self.env._("Something between Odoo and the browser has changed it."),
            )
        if client.client_type == "public":
            return self.env._("As a public client, by PKCE.")
        if not client.has_secret:
            raise StepError(
                self.env._("The client has no secret yet."),
                self.env._("Make one on its form and enter it in the assistant."),
            )
        return self.env._("With its secret. Whether it is the right one is not tried.")

    def _choose_scopes(self):
        supported = self.resource.get("scopes_supported")
        supported = supported if isinstance(supported, list) else []
        needed = self.challenge.get("scope", "").split()
        asked = needed or [code for code in supported if isinstance(code, str)]
        allowed = set(self.client.scope_ids.mapped("code"))
        left_out = [code for code in asked if code not in allowed]
        missing = [code for code in needed if code not in allowed]
        if missing or (asked and left_out == asked):
            raise StepError(
                self.env._(
                    "The MCP server needs scopes that the client may not have: %s",
                    _short(" ".join(missing or left_out)),
                ),
                self.env._(
                    "Add them to the client's scopes, if you want to allow that."
                ),
            )
        self.scope = " ".join(code for code in asked if code in allowed)
        if not asked:
            return self.env._("It asks for none, and gets those of the client.")
        if left_out:
            return self.env._(
                "It gets %(got)s. Left out, as the client may not have them: %(left)s",
                got=self.scope,
                left=_short(" ".join(left_out)),
            )
        return self.env._("It gets %s", self.scope)

    def _return(self):
        uris = self.client.redirect_uri_ids.mapped("name")
        if not self.redirect_uri:
            raise StepError(
                self.env._("The client has no redirect URI."),
                self.env._("Add the one that the assistant's documentation names."),
            )
        if not self.client.match_redirect_uri(self.redirect_uri):
            raise StepError(
                self.env._("%s is not registered.", _short(self.redirect_uri)),
                self.env._("Registered are: %s", _short(", ".join(uris))),
            )
        return self.env._("%s is registered.", self.redirect_uri)

    def _authorize(self):
        verifier = authorization_request.new_verifier()
        sent = {
            "response_type": "code",
            "client_id": self.client.identifier,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": authorization_request.new_state(),
            "code_challenge": authorization_request.make_challenge(verifier),
            "code_challenge_method": "S256",
            "resource": self.resource.get("resource") or self.endpoint,
        }
        sent = {name: value for name, value in sent.items() if value}
        error = round_trip.find_refusal(self.system, sent, self.address)
        if error is None:
            return self.env._("The request is accepted; people are asked for consent.")
        cause = CAUSES.get(error.cause)
        said = ": ".join(filter(None, (error.error, error.description)))
        raise StepError(
            said,
            " ".join(map(self.env._, (cause.sentence, cause.advice))) if cause else "",
        )

    def _compare_issuer(self):
        if not self.server.get("authorization_response_iss_parameter_supported"):
            raise StepError(
                self.env._("The metadata does not announce the parameter “iss”."),
                self.env._("Something between Odoo and the browser has changed it."),
            )
        return self.env._("The answer names %s, as the metadata does.", self.issuer)


def _short(value):
    """Return ``value`` as a text (str) that fits a sentence."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    shown = len(text) <= MOST_CHARACTERS
    return text if shown else f"{text[:MOST_CHARACTERS]}…"


def _as_document(found):
    """Return the JSON object (dict) that the browser saw, or None."""
    if found.get("status") != 200:
        return None
    try:
        document = json.loads(found.get("body") or "")
    except (TypeError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
