# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Odoo's configuration file says about finding the database of a request."""

import re

from odoo.tools import config

from . import option

#: Option of the configuration file: False leaves finding a database to Odoo alone.
OPTION = "oauth_provider_check_database"
#: A ``dbfilter`` that matches one name of a host only: Odoo escapes what it puts in
#: for %h and %d, so that the rest decides.
LITERAL = re.compile(r"\^?(?:[\w\- !\"#%&',/:;<=>@`~]|\\[^\w\s%])+\$")


def is_watched():
    """Tell whether finding a database is not left to Odoo alone: :data:`OPTION`."""
    return option.is_on(OPTION)


def is_literal():
    """Tell whether the ``dbfilter`` can match one name of a host only."""
    text = config["dbfilter"]
    return bool(text and LITERAL.fullmatch(text))


def is_listed():
    """Tell whether Odoo asks PostgreSQL which databases there are.

    With a ``dbfilter`` it ignores ``db_name``.
    """
    return bool(config["dbfilter"] or not config["db_name"])
