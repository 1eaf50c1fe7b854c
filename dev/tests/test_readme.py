# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""README.rst and the page of the app list say what readme/ and the code say."""

import re

import pytest

from dev import readme, screenshots
from dev.console import Stop
from dev.settings import ROOT


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


@pytest.mark.parametrize(
    ("path", "kinds"), [(readme.README, (".png", ".md")), (readme.INDEX, (".png",))]
)
def test_pictures_and_pages_that_are_named_are_there(texts, path, kinds):
    names = re.findall(r"(?:image|figure):: (\S+)", texts[path])
    names += re.findall(r"`__? <([^#:>]+)>|<(?!http)([\w./-]+\.md)>", texts[path])
    names += re.findall(r'(?:src|href)="([^"#:]+)"', texts[path])
    flat = ["".join(name) for name in names]
    for kind in kinds:
        assert [name for name in flat if name.endswith(kind)]
    assert not [name for name in flat if not (path.parent / name).is_file()]


def test_the_page_in_odoo_links_to_no_file_that_odoo_does_not_serve(texts):
    """Odoo serves the folder ``static`` of an addon and nothing else of it."""
    page = texts[readme.INDEX]
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert not [link for link in links if ".." in link]
    base = "https://github.com/OCA/server-auth/blob/19.0/oauth_provider/"
    linked = re.findall(rf'href="{base}([^"]+)"', page)
    assert "readme/recipes/nextcloud.md" in linked
    assert {"docs/BENCHMARK.md", "docs/DEPLOYMENT.md"} <= set(linked)
    assert not [name for name in linked if not (ROOT / name).is_file()]


def test_the_readme_links_to_the_files_beside_it(texts):
    """Absolute links of it would show another repository, or another version."""
    linked = re.findall(r"<((?:docs|readme)/[^>]+)>`__", texts[readme.README])
    assert {"docs/BENCHMARK.md", "docs/DEPLOYMENT.md"} <= set(linked)
    assert "/blob/" not in texts[readme.README]


def test_every_picture_is_shown_on_a_desk_and_on_a_phone(texts):
    for name in screenshots.NAMES:
        for size in ("desk", "phone"):
            assert screenshots.file_name(name, size) in texts[readme.README]


#: Words by which a text says what a copy of the database is good for, and to whom.
COPY = re.compile(r"\b(copy of the database|dump)\b")
SAFE = re.compile(r"\b(nobody|none|no usable|no [\w ]*secret)\b")


@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("readme/*.md"), *ROOT.glob("docs/*.md"), readme.README])
)
def test_who_calls_a_copy_of_the_database_safe_names_the_signing_keys(path):
    """They are in it, unless the configuration file has a key to encrypt them with."""
    if path.stem == "HISTORY":
        return
    for paragraph in re.split(r"\n\s*\n|\n- ", path.read_text(encoding="utf-8")):
        if COPY.search(paragraph) and SAFE.search(paragraph):
            text = " ".join(paragraph.split())
            assert "private" in text and "key" in text and "encrypt" in text.lower(), (
                text
            )


def test_the_places_that_speak_of_a_copy_of_the_database_are_found():
    found = [
        path.name
        for path in (
            ROOT / "readme" / "DESCRIPTION.md",
            ROOT / "docs" / "DEPLOYMENT.md",
        )
        if COPY.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["DESCRIPTION.md", "DEPLOYMENT.md"]


def test_a_link_to_no_section_is_refused():
    with pytest.raises(Stop, match="nowhere"):
        readme._index("Title\n=====\n\n`There <#nowhere>`__\n")


def test_the_page_refers_to_nothing_outside_but_by_links(texts):
    page = texts[readme.INDEX]
    assert not re.findall(r'(?:src|<link[^>]*href)="(?:https?:)?//', page)
    assert "@import" not in page


def test_the_table_of_models_has_every_model_that_lasts(texts):
    found = set()
    for path in (ROOT / "models").glob("*.py"):
        for block in path.read_text(encoding="utf-8").split("\nclass ")[1:]:
            name = re.search(r'^ {4}_name = "(.+)"', block, re.M)
            if name and "(models.Model)" in block.splitlines()[0]:
                found.add(name[1])
    table = (ROOT / "readme" / "DEVELOP.md").read_text(encoding="utf-8")
    assert found == set(re.findall(r"^\| `(oauth\.provider[\w.]+)` +\|", table, re.M))
