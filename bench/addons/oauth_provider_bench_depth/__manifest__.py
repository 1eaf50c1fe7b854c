# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "OAuth Provider Bench: Depth",
    "summary": "Requests that begin deeper in the stack",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "website": "https://github.com/OCA/server-auth",
    "author": "oauth_provider contributors, Odoo Community Association (OCA)",
    "license": "AGPL-3",
    "depends": ["base"],
    "post_load": "post_load",
}
