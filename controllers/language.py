# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The language that a person chose on the website, whose page the sign-in is on."""

from odoo import SUPERUSER_ID
from odoo.http import request

#: Where Odoo keeps it.
COOKIE = "frontend_lang"


def find():
    """Return the code of the language (str) that the person chose, or None."""
    code = request.httprequest.cookies.get(COOKIE)
    offered = _find_offered() if code else ()
    # A website in one language leaves no choice: it is the person's own that counts
    return code if len(offered) > 1 and code in offered else None


def _find_offered():
    """Return the codes of the languages that the website is in; none without one."""
    websites = request.env(user=SUPERUSER_ID, su=True).get("website")
    if websites is None:
        return ()
    return websites.get_current_website().language_ids.mapped("code")
