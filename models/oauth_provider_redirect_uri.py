# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The addresses of a client that a browser may be sent to.

What may be registered (RFC 6749 section 3.1.2, RFC 8252 section 7) and how an address
that a client sends is compared with those that are registered (RFC 9700 section 2.1).
"""

from urllib.parse import urlsplit

from oauthlib.uri_validate import is_absolute_uri

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import uri_parts

#: Characters of one: an index takes no more, and few browsers and servers do.
MAX_LENGTH = 2000


class InvalidRedirectURI(ValueError):
    """A redirect URI that must not be registered; ``reason`` is one of

    ``characters``, ``alphabet``, ``relative``, ``scheme``, ``fragment``,
    ``credentials``, ``host``, ``encoding``, ``length``.
    """

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def check(uri):
    """Raise :class:`InvalidRedirectURI` unless ``uri`` (str) may be registered.

    It is absolute, without a fragment (RFC 6749 section 3.1.2) or user information (it
    hides the real host from a person). A private-use scheme has a dot in its name (RFC
    8252 section 7.1), which no scheme that a browser executes has. A browser can reach
    its host, and oauthlib takes it: what is registered works.
    """
    if not uri or not set(uri) <= uri_parts.URI_CHARACTERS:
        is_name = bool(uri) and not (uri_parts.host(uri) or "").isascii()
        raise InvalidRedirectURI("alphabet" if is_name else "characters")
    if len(uri) > MAX_LENGTH:
        raise InvalidRedirectURI("length")
    try:
        parts = urlsplit(uri)
        has_port = parts.port is not None  # raises for a port that is no number
    except ValueError as error:
        raise InvalidRedirectURI("host") from error
    if not parts.scheme:
        raise InvalidRedirectURI("relative")
    if "#" in uri:
        raise InvalidRedirectURI("fragment")
    if parts.scheme in ("http", "https"):
        if not parts.hostname or (has_port and not parts.port):
            raise InvalidRedirectURI("host")
        if "@" in parts.netloc:
            raise InvalidRedirectURI("credentials")
        if not uri_parts.is_host(parts.hostname):
            raise InvalidRedirectURI("host")
    elif "." not in parts.scheme:
        raise InvalidRedirectURI("scheme")
    if not is_absolute_uri(uri):
        has_host = is_absolute_uri(f"{parts.scheme}://{parts.netloc}")
        raise InvalidRedirectURI("encoding" if has_host else "host")


def matches(registered, uri, any_localhost_port=False):
    """Tell whether ``uri`` (str) may stand for the ``registered`` one (str).

    They must be equal (RFC 9700 section 2.1), except for the port of a loopback
    address, which a program on the device gets from its system at each start (RFC 8252
    section 7.3).

    :param any_localhost_port: whether the name ``localhost`` counts as a loopback
        address, which RFC 8252 section 8.3 does not recommend
    """
    if uri == registered:
        return True
    if not uri_parts.is_loopback(registered) or not uri_parts.is_loopback(uri):
        return False
    if urlsplit(registered).hostname == "localhost" and not any_localhost_port:
        return False
    try:
        check(uri)
    except InvalidRedirectURI:
        return False
    return _without_port(uri) == _without_port(registered)


def _without_port(uri):
    """Return ``uri`` (str) without its port, the rest unchanged."""
    parts = urlsplit(uri)
    host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    return uri.replace(parts.netloc, host, 1)


class OAuthProviderURI(models.AbstractModel):
    """An address of a client that a browser may be sent to."""

    _name = "oauth.provider.uri"
    _description = "OAuth Provider URI"
    _order = "sequence, id"

    sequence = fields.Integer(
        default=10, help="The first one is used when a client names none."
    )
    name = fields.Char(
        string="URI",
        required=True,
        help="Where the browser is sent with the answer. The application must send"
        " exactly this address.",
    )
    client_id = fields.Many2one(
        comodel_name="oauth.provider.client",
        required=True,
        ondelete="cascade",
    )

    #: What an address is called in the log.
    _log_label = ""

    @api.model_create_multi
    def create(self, vals_list):
        addresses = super().create(vals_list)
        addresses._log_change("added")
        return addresses

    def write(self, vals):
        result = super().write(vals)
        self._log_change("now")
        return result

    @api.ondelete(at_uninstall=False)
    def _log_deletion(self):
        self._log_change("removed")

    def _log_change(self, what):
        """Log what was done to these addresses, as a change of their clients."""
        for address in self:
            reason = f"{self._log_label} {what} {address.name}"
            address.client_id._log_event("client_changed", reason)

    @api.constrains("name", "client_id")
    def _check_name(self):
        for record in self:
            self._check_uri(record.name)
        self.client_id._check_may_grant_rights()

    @api.model
    def _check_uri(self, uri, web_only=False):
        """Raise ValidationError unless ``uri`` (str) may be registered.

        :param web_only: whether its scheme must be http or https
        """
        try:
            check(uri)
            if web_only and urlsplit(uri).scheme not in ("http", "https"):
                raise InvalidRedirectURI("scheme")
        except InvalidRedirectURI as error:
            reason, proposal = error.reason, uri_parts.in_ascii(uri)
            if reason == "alphabet" and not proposal:
                reason = "host"
            message = self._get_messages()[reason]
            raise ValidationError(
                message % {"uri": uri, "proposal": proposal, "most": MAX_LENGTH}
            ) from error

    def _get_messages(self):
        """Return {reason of InvalidRedirectURI: message with a place for the uri}."""
        return {
            "characters": self.env._(
                "The URI “%(uri)s” holds a character that a URI may not have, such as a"
                " blank. Write it percent-encoded."
            ),
            "alphabet": self.env._(
                "The host of the URI “%(uri)s” has letters that browsers send in"
                " another form. Enter “%(proposal)s”, here and in the application."
            ),
            "encoding": self.env._(
                "The URI “%(uri)s” is malformed, so that no answer could be sent there."
                " In a path or a query, write [ as %%5B, ] as %%5D and %% as %%25."
            ),
            "length": self.env._(
                "The URI “%(uri)s” is too long: at most %(most)s characters."
            ),
            "relative": self.env._(
                "The URI “%(uri)s” must be absolute, such as https://host/path."
            ),
            "scheme": self.env._(
                "The URI “%(uri)s” must start with https:// or http://, or, for an"
                " application on a device, with a scheme that has a dot, such as"
                " com.example.app:/"
            ),
            "fragment": self.env._(
                "The URI “%(uri)s” must not have a fragment (the part behind #)."
            ),
            "credentials": self.env._(
                "The URI “%(uri)s” must not hold a user name or a password before the"
                " host."
            ),
            "host": self.env._("The URI “%(uri)s” has no valid host or port."),
        }


class OAuthProviderRedirectURI(models.Model):
    _name = "oauth.provider.redirect.uri"
    _inherit = ["oauth.provider.uri"]
    _description = "OAuth Provider Redirect URI"
    _log_label = "redirect URI"

    origin = fields.Char(
        compute="_compute_origin",
        store=True,
        index=True,
        help="Scripts of pages there may call the provider.",
    )

    registered_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="Since when this address is registered. Who allowed the application before"
        " is asked again before anything is sent there.",
    )

    _name_client_uniq = models.UniqueIndex(
        "(client_id, name)", "This client already has this redirect URI."
    )

    @api.model_create_multi
    def create(self, vals_list):
        now = fields.Datetime.now()
        return super().create([{**vals, "registered_at": now} for vals in vals_list])

    def write(self, vals):
        vals = {name: vals[name] for name in vals if name != "registered_at"}
        if {"name", "client_id"} & vals.keys():
            vals["registered_at"] = fields.Datetime.now()
        return super().write(vals)

    @api.constrains("name", "origin")
    def _check_origin(self):
        # It is stored: writing it would allow scripts of other pages
        for record in self:
            expected = uri_parts.origin(record.name or "")
            if (record.origin or None) != expected:
                raise ValidationError(
                    self.env._("The origin of a redirect URI is that of its address.")
                )

    @api.depends("name")
    def _compute_origin(self):
        for record in self:
            record.origin = uri_parts.origin(record.name or "")

    @api.private
    def find_match(self, uri, any_localhost_port=False):
        """Return the first of these that ``uri`` (str) matches (record), or none.

        :param any_localhost_port: see :func:`matches`
        """
        return self.filtered(
            lambda address: matches(address.name, uri, any_localhost_port)
        )[:1]


class OAuthProviderPostLogoutRedirectURI(models.Model):
    """Where a person may be sent after signing out (RP-Initiated Logout section 3)."""

    _name = "oauth.provider.post.logout.redirect.uri"
    _inherit = ["oauth.provider.uri"]
    _description = "OAuth Provider Post-Logout Redirect URI"
    _log_label = "post-logout redirect URI"

    _name_client_uniq = models.UniqueIndex(
        "(client_id, name)", "This client already has this post-logout redirect URI."
    )
