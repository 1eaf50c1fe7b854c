# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What people read who are no managers is there in every language."""

import ast
import re

import polib
import pytest

from dev.settings import ADDON, ROOT

LANGUAGES = ("de", "es", "fr", "it", "nl")
#: Where a person, or an application in a person's name, meets a text: pages, the
#: person's own preferences, mails, shipped scopes, what an access token is refused, and
#: a filter that a scope stands on.
SEEN = re.compile(
    rf"""
    model_terms:ir\.ui\.view,arch_db:{ADDON}\.(
        (?!\w+_view_(?!form_preferences))
        | oauth_provider_application_view_
    )
    | model:ir\.model,name:{ADDON}\.model_oauth_provider_application$
    | model:ir\.model\.fields,(field_description|help):{ADDON}\.field_(
        oauth_provider_application__ | res_users__oauth_application_ids$
    )
    | model:oauth\.provider\.scope,(name|description):
    | code:addons/{ADDON}/(controllers|json2|oauth2)/
    | code:addons/{ADDON}/models/(
        base | ir_filters | ir_model_access | ir_rule
        | oauth_provider_application | oauth_provider_grant | res_users
    )\.py
    """,
    re.VERBOSE,
)
#: What a text may say in another language although it stands within a tag.
ATTRIBUTE = re.compile(r'\b(aria-label|title)="[^"]*"')


def read(name):
    return polib.pofile(str(ROOT / "i18n" / name))


def described():
    """Return what models put in words for a page: the texts of ``describe_…`` (set)."""
    return {
        call.args[0].value
        for path in (ROOT / "models").glob("*.py")
        for method in ast.walk(ast.parse(path.read_text()))
        if isinstance(method, ast.FunctionDef) and method.name.startswith("describe_")
        for call in ast.walk(method)
        if isinstance(call, ast.Call) and getattr(call.func, "attr", None) == "_"
    }


def seen(entries):
    texts = described()
    return {
        entry.msgid: entry
        for entry in entries
        if entry.msgid in texts
        or any(SEEN.match(reference) for reference, _line in entry.occurrences)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_people_see_is_translated(language):
    expected = seen(read(f"{ADDON}.pot"))
    assert len(expected) > 50
    found = {entry.msgid: entry for entry in read(f"{language}.po")}
    missing = [
        msgid
        for msgid in expected
        if msgid not in found or not found[msgid].translated()
    ]
    assert not missing


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_placeholders_and_markup(language):
    for entry in read(f"{language}.po").translated_entries():
        source, translation = (
            ATTRIBUTE.sub(r"\1", text) for text in (entry.msgid, entry.msgstr)
        )
        for pattern in (r"%\(\w+\)s|%s", r"</?\w+[^>]*>"):
            of_source = sorted(re.findall(pattern, source))
            assert sorted(re.findall(pattern, translation)) == of_source, entry.msgid
