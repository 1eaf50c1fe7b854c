# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""README.rst and the page of the app list say what readme/ and the code say."""

import re

import pytest

from dev import readme, screenshots
from dev.console import Stop


@pytest.fixture(scope="module")
def texts():
    """The files as the generator would write them."""
    return readme.build()


def test_generated_files_are_fresh(texts):
    names = [path.name for path in readme.stale(texts)]
    assert not names, f"run: python3 -m dev.tool python -m dev.readme ({names})"


def test_the_first_two_commands(texts):
    blocks = re.findall(
        r"^\.\. code:: sh\n\n((?: {3}.*\n)+)", texts[readme.README], re.M
    )
    assert [block.strip() for block in blocks[:2]] == ["make run", "make test"]


def test_no_section_is_missing(texts):
    missing = [name for name, _title in readme.SECTIONS if not readme._fragment(name)]
    assert not missing


@pytest.mark.parametrize("path", [readme.README, readme.INDEX])
def test_pictures_and_pages_that_are_named_are_there(texts, path):
    names = re.findall(r"(?:image|figure):: (\S+)", texts[path])
    names += re.findall(r"`__? <([^#:>]+)>|<(?!http)([\w./-]+\.md)>", texts[path])
    names += re.findall(r'(?:src|href)="([^"#:]+)"', texts[path])
    flat = ["".join(name) for name in names]
    assert [name for name in flat if name.endswith(".png")]
    assert [name for name in flat if name.endswith(".md")]
    assert not [name for name in flat if not (path.parent / name).is_file()]


def test_every_picture_is_shown_on_a_desk_and_on_a_phone(texts):
    for name in screenshots.NAMES:
        for size in ("desk", "phone"):
            assert screenshots.file_name(name, size) in texts[readme.README]


def test_a_link_to_no_section_is_refused():
    with pytest.raises(Stop, match="nowhere"):
        readme._index("Title\n=====\n\n`There <#nowhere>`__\n")


def test_the_page_refers_to_nothing_outside_but_by_links(texts):
    page = texts[readme.INDEX]
    assert not re.findall(r'(?:src|<link[^>]*href)="(?:https?:)?//', page)
    assert "@import" not in page
