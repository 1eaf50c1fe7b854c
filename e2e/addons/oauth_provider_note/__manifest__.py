# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "OAuth Provider Note",
    "summary": "Notes each token that is issued, in the environment of the request",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "website": "https://github.com/OCA/server-auth",
    "author": "oauth_provider contributors, Odoo Community Association (OCA)",
    "license": "AGPL-3",
    "depends": ["oauth_provider"],
}
