# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Hooks of the manifest."""

from odoo.tools.sql import constraint_definition, drop_constraint

from .controllers import database
from .models.oauth_provider_credential import CREDENTIALS
from .tools import log_filter


def post_load():
    """In every process that loads the addon.

    Keep credentials out of the log, and our routes out of databases without the addon.
    """
    log_filter.install()
    database.watch()


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
    env["oauth.provider"].claim_issuer()


def uninstall_hook(env):
    """Take away what Odoo leaves in tables that are not the addon's.

    The settings (another installation later fixes an issuer of its own), the activities
    that remind of the check-up, and the filters that were drawn in the form of a scope;
    never one that people made.
    """
    env["oauth.provider.scope"]._remove_own_filters()
    for name in CREDENTIALS:
        model = env[name]
        key = model._held_by_grant.full_name(model)
        # Odoo drops what it leads to before it, and no constraint of this kind
        if constraint_definition(env.cr, model._table, key):
            drop_constraint(env.cr, model._table, key)
    env["oauth.provider.reminder"].withdraw()
    parameters = env["ir.config_parameter"].sudo()
    # It becomes a former one, which goes with the others
    parameters.search([("key", "=", "oauth_provider.issuer")]).unlink()
    # "_" stands for any character
    parameters.search([("key", "=like", r"oauth\_provider.%")]).unlink()
