# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.tools import config

from ..tools import dbfilter, key_encryption, uri_parts


class OAuthProviderFinding(models.TransientModel):
    """A line of the check-up: something about the provider that should be fixed."""

    _name = "oauth.provider.finding"
    _description = "OAuth Provider Check-Up"
    _order = "severity, id"

    severity = fields.Selection(
        selection=[("1", "Mend"), ("2", "Look At")], required=True, readonly=True
    )
    name = fields.Char(string="What", required=True, readonly=True)
    advice = fields.Char(string="What to Do", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)

    @api.model
    def action_check(self):
        """Check the whole configuration and open the findings."""
        self.search([("create_uid", "=", self.env.uid)]).unlink()
        self.check_access("create")
        findings = self.create(self._find())
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "oauth_provider.oauth_provider_finding_action"
            ),
            "domain": [("id", "in", findings.ids)],
        }

    def action_open(self):
        """Open the record where this can be fixed."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def _find(self):
        """Return the values (list of dict) of all findings."""
        clients = self.env["oauth.provider.client"].search([("active", "=", True)])
        findings = self._find_server()
        for client in clients:
            for _key, severity, what, advice in client.get_warnings():
                findings.append(self._about(client, severity, what, advice))
        filtered = [("filter_id", "!=", False)]
        for scope in self.env["oauth.provider.scope"].search(filtered):
            for _key, severity, what, advice in scope.get_warnings():
                findings.append(self._about(scope, severity, what, advice))
        for client in clients.find_unused():
            findings.append(
                self._about(
                    client,
                    "2",
                    self.env._("nobody has used it for 90 days"),
                    self.env._("Archive it, if nobody misses it."),
                )
            )
        return findings

    def _about(self, client, severity, what, advice):
        return {
            "severity": severity,
            "name": f"{client.name}: {what}",
            "advice": advice,
            "res_model": client._name,
            "res_id": client.id,
        }

    def _check_keys(self):
        """Check the encryption of the private keys.

        :return: tuple of (severity, whether it applies, what, advice)
        """
        keys = self.env["oauth.provider.key"].sudo()
        option = key_encryption.OPTION
        command = "odoo-bin oauth_provider_keys"
        try:
            key_encryption.check()
        except key_encryption.MalformedSecretKeyError as error:
            message = keys._malformed(error).args[0]
            advice = self.env._(
                "Until it is fixed, this server makes no keys, and signs with none that"
                " is encrypted."
            )
            return (("1", True, message, advice),)
        unreadable = keys.find_unreadable()
        has_plain = bool(keys.search_count([("is_encrypted", "=", False)], limit=1))
        is_configured = key_encryption.is_configured()
        return (
            (
                "1",
                bool(unreadable),
                unreadable and unreadable[0]._get_reason(),
                self.env._(
                    "Applications get 503 where it has to sign (keys: %(count)s)."
                    " Correct %(option)s in the configuration file of the server. If"
                    " the key is lost, run %(command)s renew --unreadable",
                    count=len(unreadable),
                    option=option,
                    command=command,
                ),
            ),
            (
                "2",
                has_plain and not is_configured,
                self.env._("Private signing keys are stored unencrypted."),
                self.env._(
                    "A copy of the database is enough to sign in its name. Run"
                    " %(command)s generate, put the key into the configuration file of"
                    " the server as %(option)s, restart it, then run %(command)s"
                    " encrypt",
                    option=option,
                    command=command,
                ),
            ),
            (
                "2",
                has_plain and is_configured,
                self.env._("Some private signing keys are still stored unencrypted."),
                self.env._("Run %(command)s encrypt", command=command),
            ),
        )

    def _find_server(self):
        """Return the values (list of dict) of the findings about the server."""
        issuer = self.env["oauth.provider"].get_issuer()
        parameter = self._get_issuer_parameter()
        # Nothing in the configuration file can be opened from here
        nowhere = parameter.browse()
        return [
            {
                "severity": severity,
                "name": what,
                "advice": advice,
                "res_model": place._name if place else False,
                "res_id": place.id,
            }
            for place, checks in (
                (parameter, self._check_issuer(issuer)),
                (nowhere, self._check_configuration_file(issuer)),
                (nowhere, self._check_database_choice()),
                (nowhere, self._check_keys()),
            )
            for severity, applies, what, advice in checks
            if applies
        ]

    def _get_issuer_parameter(self):
        """Return the system parameter (record), or none where it cannot be opened."""
        parameters = self.env["ir.config_parameter"].sudo()
        # Managers who are no administrators cannot open it
        if not self.env[parameters._name].has_access("read"):
            return parameters
        return parameters.search([("key", "=", "oauth_provider.issuer")], limit=1)

    def _check_issuer(self, issuer):
        """Check the issuer (str); the result is like that of :meth:`_check_keys`."""
        parameters = self.env["ir.config_parameter"].sudo()
        base = parameters.get_param("web.base.url") or ""
        is_https = issuer.startswith("https://")
        is_local = uri_parts.is_loopback(issuer)
        same_host = urlsplit(issuer).netloc == urlsplit(base).netloc
        return (
            (
                "1",
                not is_https and not is_local,
                self.env._("The issuer is not https, so that anybody may listen."),
                self.env._("Use https, and correct the issuer before clients use it."),
            ),
            (
                "2",
                not same_host,
                self.env._("The issuer is another host than this database is used at."),
                self.env._("If the host has changed for good, correct the issuer."),
            ),
        )

    def _check_configuration_file(self, issuer):
        """Check Odoo's configuration file; the result is like :meth:`_check_keys`."""
        is_https = issuer.startswith("https://")
        is_local = uri_parts.is_loopback(issuer)
        return (
            (
                "1",
                is_https and not config["proxy_mode"],
                self.env._("Odoo does not know of its proxy (proxy_mode is off)."),
                self.env._(
                    "Set proxy_mode in the configuration file of the server, or"
                    " failures count for all callers at once."
                ),
            ),
            (
                "2",
                "oauth_provider" not in config["server_wide_modules"],
                self.env._("The addon is not loaded for the whole server."),
                self.env._(
                    "Needed with several databases: add it to server_wide_modules in"
                    " the configuration file of the server."
                ),
            ),
            (
                "2",
                bool(config["list_db"]),
                self.env._("Anybody can open the database manager (list_db is on)."),
                self.env._(
                    "Switch list_db off in the configuration file of the server."
                ),
            ),
            (
                "2",
                not config["dbfilter"] and not config["db_name"],
                self.env._("No host name is bound to this database (dbfilter)."),
                self.env._(
                    "With several databases: set dbfilter in the configuration file of"
                    " the server, or name the database in the issuer."
                ),
            ),
            (
                "2",
                not config["workers"] and not is_local,
                self.env._("The server runs without workers."),
                self.env._(
                    "Set workers in the configuration file of the server: without, it"
                    " answers all applications in one process, and limits no"
                    " request's time or memory."
                ),
            ),
        )

    def _check_database_choice(self):
        """Check what finding the database costs; the result as of :meth:`_check_keys`.

        Where no host name is bound to a database, :meth:`_check_configuration_file`
        says so.
        """
        is_listed = dbfilter.is_listed()
        is_watched = dbfilter.is_watched()
        return (
            (
                "2",
                is_listed and not is_watched,
                self.env._("Each request opens a connection to find its database."),
                self.env._(
                    "Remove %(option)s from the configuration file of the server, or"
                    " set db_name there and no dbfilter.",
                    option=dbfilter.OPTION,
                ),
            ),
            (
                "2",
                is_watched and config["dbfilter"] and not dbfilter.is_literal(),
                self.env._("The dbfilter is a pattern that can match several names."),
                self.env._(
                    "Each worker lists the databases every five seconds. In the"
                    " configuration file of the server, end it with $ and let it be"
                    " literal text, as in %(example)s",
                    example="^production$",
                ),
            ),
        )
