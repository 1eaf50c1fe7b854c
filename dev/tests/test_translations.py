# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What people read who are no managers is there in every language."""

import re

import polib
import pytest

from dev.settings import ADDON, ROOT

LANGUAGES = ("de", "es", "fr", "it", "nl")
#: Where a person, or an application in a person's name, meets a text: pages, the
#: person's own preferences, mails, shipped scopes, and what an access token is refused.
SEEN = re.compile(
    rf"""
    model_terms:ir\.ui\.view,arch_db:{ADDON}\.(?!\w+_view_(?!form_preferences))
    | model:oauth\.provider\.scope,(name|description):
    | code:addons/{ADDON}/(controllers|oauth2)/
    | code:addons/{ADDON}/models/(base|api_access|oauth_provider_grant_notice)\.py
    """,
    re.VERBOSE,
)


def read(name):
    return polib.pofile(str(ROOT / "i18n" / name))


def seen(entries):
    return {
        entry.msgid: entry
        for entry in entries
        if any(SEEN.match(reference) for reference, _line in entry.occurrences)
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
        for pattern in (r"%\(\w+\)s|%s", r"</?\w+[^>]*>"):
            of_source = sorted(re.findall(pattern, entry.msgid))
            assert sorted(re.findall(pattern, entry.msgstr)) == of_source, entry.msgid
