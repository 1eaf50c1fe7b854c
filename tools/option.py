# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Options of Odoo's configuration file that switch something off."""

from odoo.tools import config


def is_on(name):
    """Tell whether an option of the configuration file is on, as it is by default.

    :param name: of the option (str), which Odoo does not know and so does not parse
    """
    return str(config.get(name, True)).strip().lower() not in (
        "0",
        "false",
        "no",
        "off",
    )
