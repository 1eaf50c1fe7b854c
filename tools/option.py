# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Lines of Odoo's configuration file that switch something off."""

from odoo.tools import config


def is_on(name):
    """Tell whether the line ``name`` (str) is missing, or says anything but no."""
    return str(config.get(name, True)).strip().lower() not in ("false", "0")
