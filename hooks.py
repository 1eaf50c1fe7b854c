# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Installation hooks."""


def post_init_hook(env):
    """Fix the issuer of this database, once (RFC 8414 section 2).

    The issuer identifies the provider to every client. Odoo rewrites
    ``web.base.url`` when an administrator signs in from another host, so it is
    copied here and from then on changed by an administrator only.
    """
    parameters = env["ir.config_parameter"].sudo()
    if not parameters.get_param("oauth_provider.issuer"):
        base_url = parameters.get_param("web.base.url") or ""
        parameters.set_param("oauth_provider.issuer", base_url.rstrip("/"))
