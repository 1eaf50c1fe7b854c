# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from odoo import api, models
from odoo.http import request

from ..tools import arrival, protected_route, uri_parts

#: Below this, a path names the database.
PATH_FORM = "/oauth2/db/"


class OAuthProvider(models.AbstractModel):
    """The provider itself: its endpoints and its protected resources."""

    _name = "oauth.provider"
    _description = "OAuth Provider"

    @api.model
    @api.private
    def get_endpoint_url(self, name):
        """Return the public address (str) of the endpoint ``name``.

        Below the issuer: with ``/oauth2``, unless the issuer itself is the path form
        ``/oauth2/db/<database>``.
        """
        issuer = self.get_issuer()
        if "/oauth2/db/" in issuer:
            return f"{issuer}/{name}"
        return f"{issuer}/oauth2/{name}"

    @api.model
    @api.private
    def is_issuer(self, uri):
        """Tell whether ``uri`` (str) names this provider as a whole: its issuer."""
        issuer, normalize = self.get_issuer(), uri_parts.normalize
        if uri == issuer:
            return True
        compared = normalize(uri)
        names = (normalize(issuer), normalize(f"{issuer}/"))
        return compared is not None and compared in names

    @api.model
    @api.private
    def find_own_resource(self, uri):
        """Return the name (str) of the own resource ``uri`` (str), or None.

        The provider as a whole, Odoo's API or a route that takes tokens, whoever asks.
        """
        if self.is_issuer(uri):
            return self.get_issuer()
        if self.find_resource_path(uri) is None:
            return None
        return uri_parts.normalize(uri)

    @api.model
    @api.private
    def get_api_resource(self, database=None, origin=None):
        """Return the name (str) of Odoo's API as a protected resource.

        It is at the top of the host, whatever database it serves.

        :param database: name (str) that the address carries, or None
        :param origin: see :meth:`get_route_resource`
        """
        return self._make_resource(protected_route.API_PATH, database, origin)

    @api.model
    @api.private
    def get_route_resource(self, path, database=None, origin=None):
        """Return the name (str) of the protected resource at ``path``, None for none.

        Those are the routes with ``auth="oauth"``, each by its own URL, and Odoo's API,
        which is one resource.

        :param path: path (str) of a URL, decoded
        :param database: name (str) that the address carries as ``db``, or None
        :param origin: web origin (str) by which a caller knows this server. One that no
            administrator has entered, and None, is that of the issuer.
        """
        if protected_route.is_api(path) and protected_route.is_usable(path):
            return self.get_api_resource(database, origin)
        if not self.find_protected_routes(path):
            return None
        return self._make_resource(path, database, origin)

    @api.model
    @api.private
    def find_protected_routes(self, path):
        """Return the routes with ``auth="oauth"`` at ``path``, as their parameters.

        No record is read.

        :param path: path (str) of a URL, decoded, in the plain or the path form
        :return: list of dicts
        """
        routing_map = self.env["ir.http"].routing_map()
        found = protected_route.find(routing_map, path)
        if not found and (plain := self.get_plain_path(path)) != path:
            found = protected_route.find(routing_map, plain)
        return found

    @api.model
    @api.private
    def find_resource_path(self, uri):
        """Return the path (str) of the protected resource ``uri`` (str), or None.

        That is where the route or Odoo's API is in this database. All names of a
        resource have the same one: with another of the origins of this server, with
        and without the name of this database, with and without a slash at the end.
        """
        try:
            parts = urlsplit(uri)
            query = parse_qsl(parts.query, keep_blank_values=True)
            path = unquote(parts.path, errors="strict")
        except ValueError:
            return None
        origin = uri_parts.origin(uri)
        is_ours = origin and not ("#" in uri or "@" in parts.netloc)
        if not is_ours or query not in ([], [("db", self.env.cr.dbname)]):
            return None
        if not (self._is_own_origin(origin) and protected_route.is_usable(path)):
            return None
        path = self.get_plain_path(path.removesuffix("/")) or "/"
        if path == protected_route.API_PATH or self.find_protected_routes(path):
            return path
        return None

    @api.model
    @api.private
    def get_protected_resource_url(self, resource=None):
        """Return the address of the protected-resource metadata (RFC 9728, 3).

        :param resource: name (str) of the resource; the provider without
        """
        resource = resource or self.get_issuer()
        parts = urlsplit(resource)
        origin = f"{parts.scheme}://{parts.netloc}"
        path = resource.removeprefix(origin)
        return f"{origin}/.well-known/oauth-protected-resource{path}"

    @api.model
    @api.private
    def get_called_resource(self, path, database=None, origin=None):
        """Return the name (str) of the protected resource that was called at ``path``.

        The parameters are those of :meth:`get_route_resource`, but that the route is
        known to be there. Where the host has several databases, the name has to tell
        which one it is.

        :return: None for an address that no metadata describes
        """
        if not protected_route.is_usable(path):
            return None
        if protected_route.is_api(path):
            path = protected_route.API_PATH
        if database != self.env.cr.dbname:
            is_named = PATH_FORM in self.get_issuer() and not path.startswith(PATH_FORM)
            database = self.env.cr.dbname if is_named else None
        return self._make_resource(path, database, origin)

    def _make_resource(self, path, database, origin):
        """Return the URL (str) of what :meth:`get_route_resource` describes."""
        known = self._get_origin()
        if origin and origin != known and self._is_own_origin(origin):
            known = origin
        query = f"?{urlencode({'db': database})}" if database else ""
        return f"{known}{protected_route.quote_path(path)}{query}"

    @api.model
    @api.private
    def get_plain_path(self, path):
        """Return ``path`` (str) without the name of this database before it."""
        return path.removeprefix(f"{PATH_FORM}{self.env.cr.dbname}")

    @api.model
    def _is_own_origin(self, origin):
        """Tell whether an administrator entered ``origin`` (str) for this server.

        As the issuer, as the frozen base URL or as the domain of a website: any other
        may be what a caller has put into the header Host. Where the issuer is this very
        machine, so is any name of it.
        """
        issuer = uri_parts.origin(self.get_issuer())
        if origin == issuer:
            return True
        if issuer and uri_parts.is_loopback(origin) and uri_parts.is_loopback(issuer):
            return urlsplit(origin).port == urlsplit(issuer).port
        parameters = self.env["ir.config_parameter"].sudo()
        if parameters.get_param("web.base.url.freeze") and (
            origin == uri_parts.origin(parameters.get_param("web.base.url") or "")
        ):
            return True
        if "website" not in self.env:
            return False
        websites = self.env["website"].sudo()
        return bool(websites.search_count([("domain", "=", origin)], limit=1))

    # The resource that the current request is for

    @api.model
    @api.private
    def get_requested_path(self):
        """Return the path (str) of the requested resource, None for the provider."""
        path = request.httprequest.path
        # What is described there is the API
        if protected_route.is_api(path) or path.startswith("/doc-bearer/"):
            return protected_route.API_PATH
        if getattr(request, "oauth_routing", None) is None:
            return None
        # Not empty: that stands for what each token opens
        return self.get_plain_path(path.removesuffix("/")) or "/"

    @api.model
    @api.private
    def get_requested_resource(self):
        """Return the name (str) of the requested resource, None for the provider."""
        httprequest = request.httprequest
        path = httprequest.path
        is_route = getattr(request, "oauth_routing", None) is not None
        if not is_route and not protected_route.is_api(path):
            return None
        origin = arrival.read(httprequest).origin
        return self.get_called_resource(path, httprequest.args.get("db"), origin)
