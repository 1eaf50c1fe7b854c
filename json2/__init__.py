# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an access token may do on Odoo's own API, ``/json/2``."""
