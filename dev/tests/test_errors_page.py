# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The page of errors: complete and published."""

from dev import errors_page


def test_each_cause_has_a_row():
    causes = [cause for part in errors_page.read().values() for cause in part]
    assert len(causes) > 80
    assert len({key for key, *_texts in causes}) == len(causes)
    assert all(sentence and advice for *_rest, sentence, advice in causes)


def test_the_page_is_published():
    published = errors_page.PATH.read_text(encoding="utf-8")
    assert published == errors_page.text(), "python3 -m dev readme"
