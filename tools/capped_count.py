# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Numbers that are counted up to a limit: more are no more use, but take longer."""

#: Up to which records are counted, as Odoo's lists do.
LIMIT = 10_000
#: Of a field with such a number.
HELP = "10,001 stands for more than ten thousand: no more are counted."


def describe(env, count):
    """Return ``count`` (int) in the language of ``env``: ``10,000+`` at the limit."""
    number = min(count, LIMIT)
    lang = env["res.lang"]._lang_get(env.lang or "en_US")
    text = lang.format("%d", number, grouping=True) if lang else str(number)
    return f"{text}+" if count > LIMIT else text
