# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The page of each recipe says what the wizard does and shows."""

import runpy

import pytest

from dev.settings import ROOT

RECIPES = runpy.run_path(str(ROOT / "wizards" / "recipe.py"))["RECIPES"]
ASSISTANTS = runpy.run_path(str(ROOT / "wizards" / "assistant.py"))["ASSISTANTS"]
#: Without a page: it stands for whatever is not known.
PAGES = [key for key in RECIPES if key != "other"]
KNOWN = {
    "issuer": "https://odoo.example.com",
    "base": "https://odoo.example.com/oauth2",
    "id": "*the Client ID*",
    "secret": "*the secret*",
    "endpoint": "https://odoo.example.com/mcp",
    "scope": "openid profile email",
}


def rows(key):
    """Return the rows of the tables of a page: set of (cell, cell), without quotes."""
    text = (ROOT / "readme" / "recipes" / f"{key}.md").read_text(encoding="utf-8")
    cells = [line.strip("|").split("|") for line in text.splitlines() if "|" in line]
    return {tuple(cell.strip().strip("`") for cell in row) for row in cells}


@pytest.mark.parametrize("key", PAGES)
def test_a_page_names_what_is_to_be_entered_there(key):
    expected = {(label, text % KNOWN) for label, text in RECIPES[key].entries}
    assert expected <= rows(key)


@pytest.mark.parametrize("key", PAGES)
def test_a_page_describes_the_client_that_is_made(key):
    recipe, told = RECIPES[key], dict(row for row in rows(key) if len(row) == 2)
    assert told["Application Type"].lower() == recipe.values["application_type"]
    assert told.get("Client Type", "").lower() == recipe.values.get("client_type", "")
    assert told.get("Redirect URIs", "").endswith(recipe.path or "")
    assert ("Redirect URIs" in told) == (recipe.path is not None)
    assert told.get("Post-Logout Redirect URIs", "").endswith(recipe.after or "")
    assert ("Post-Logout Redirect URIs" in told) == (recipe.after is not None)
    without = recipe.values.get("pkce_required") is False
    assert ("Require PKCE" in told) == (without or key == "assistant")
    in_token = recipe.values.get("claims_in_id_token", False)
    assert ("Claims in the ID Token" in told) == in_token


@pytest.mark.parametrize("key", ASSISTANTS)
def test_the_page_of_assistants_says_what_each_needs(key):
    """The redirect URIs, the fields there, and the command or file."""
    assistant, page = ASSISTANTS[key], rows("assistant")
    told = {row[0]: row[1] for row in page if len(row) == 2}[assistant.label]
    missing = [uri for uri in assistant.redirect_uris if f"`{uri}`" not in f"`{told}`"]
    assert not missing
    assert ("any port of localhost" in told) == (
        assistant.any_localhost_port and key != "other"
    )
    expected = {
        (assistant.label, label, text % KNOWN) for label, text in assistant.entries
    }
    assert expected <= page
    if assistant.snippet:
        path = ROOT / "readme" / "recipes" / "assistant.md"
        snippet = assistant.snippet({**KNOWN, "id": "CLIENT-ID"})
        assert f"\n{snippet}\n" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["CONFIGURE", "QUICKSTART"])
def test_the_choice_without_a_page_is_named(name):
    text = (ROOT / "readme" / f"{name}.md").read_text(encoding="utf-8")
    assert RECIPES["other"].label in " ".join(text.split())


def test_no_page_is_left_over_and_each_is_linked():
    folder = ROOT / "readme" / "recipes"
    assert sorted(path.stem for path in folder.glob("*.md")) == sorted(PAGES)
    text = (ROOT / "readme" / "CONFIGURE.md").read_text(encoding="utf-8")
    assert not [key for key in PAGES if f"(recipes/{key}.md)" not in text]
