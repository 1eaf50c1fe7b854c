# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "OAuth Provider",
    "summary": "Let applications sign in and work with Odoo through OAuth 2",
    "version": "19.0.1.2.0",
    "development_status": "Beta",
    "category": "Administration",
    "website": "https://github.com/OCA/server-auth",
    "author": "oauth_provider contributors, Odoo Community Association (OCA)",
    "license": "AGPL-3",
    "application": False,
    "installable": True,
    "external_dependencies": {
        "python": ["cryptography", "oauthlib>=3.3.1", "PyJWT>=2.8"]
    },
    "depends": ["rpc", "web"],
    "data": [
        "security/oauth_provider_groups.xml",
        "security/ir.model.access.csv",
        "data/oauth_provider_scope_data.xml",
        "data/oauth_provider_key_data.xml",
        "data/ir_cron_data.xml",
        "wizards/oauth_provider_client_wizard_views.xml",
        "views/oauth_provider_client_views.xml",
        "views/oauth_provider_client_secret_views.xml",
        "views/oauth_provider_scope_views.xml",
        "views/oauth_provider_token_views.xml",
        "views/oauth_provider_grant_views.xml",
        "views/oauth_provider_key_views.xml",
        "views/oauth_provider_event_views.xml",
        "views/oauth_provider_menus.xml",
        "wizards/oauth_provider_finding_views.xml",
        "views/oauth_provider_templates.xml",
        "views/res_config_settings_views.xml",
        "views/res_users_views.xml",
    ],
    "assets": {
        "web.assets_tests": ["oauth_provider/static/tests/tours/*_tour.js"],
    },
    "post_init_hook": "post_init_hook",
    "post_load": "post_load",
    "uninstall_hook": "uninstall_hook",
}
