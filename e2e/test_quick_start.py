# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The quick start of the README, from two empty databases, with nothing but the pages.

What is pressed is looked for under the names that ``readme/QUICKSTART.md`` gives, so
that the text cannot go stale; and the browser itself counts the clicks.
"""

import re

import pytest

from dev.server import OdooServer
from dev.settings import ROOT

#: Clicks that the provider's side may take, the person's answer included.
LIMIT = 12
#: Milliseconds for one step.
PATIENCE = 120_000
COUNT = """
addEventListener("pointerdown", (event) => event.isTrusted && countClick(), true);
"""


class Hand:
    """Presses what the quick start names, and counts what was pressed where.

    Text is typed where the page has put the cursor, never by the script.
    """

    def __init__(self, page):
        text = (ROOT / "readme" / "QUICKSTART.md").read_text(encoding="utf-8")
        named = re.findall(r"\*([^*]+)\*", " ".join(text.split()))
        self.words = {word for name in named for word in name.split(" › ")}
        self.clicks = []
        page.context.expose_binding(
            "countClick", lambda source: self.clicks.append(source["frame"].url)
        )
        page.context.add_init_script(COUNT)
        # Modules are installed meanwhile
        page.set_default_timeout(PATIENCE)
        self.page = page

    def press(self, name, role="button", within=None, then=""):
        """Press what is called ``name`` in the quick start and on the page.

        A browser takes the symbol beside a name for a letter of it; ``then`` is what
        else belongs to the name on the page (regular expression).
        """
        assert name in self.words, f"The quick start does not name “{name}”"
        pattern = re.compile(rf"^\W*{re.escape(name)}{then}\W*$")
        (within or self.page).get_by_role(role, name=pattern).click()

    def type(self, field, text, *keys):
        """Type where the cursor is, once that is ``field`` (selector)."""
        self.page.wait_for_selector(f"{field}:focus")
        self.page.keyboard.type(text)
        for key in keys:
            self.page.keyboard.press(key)

    def open_settings(self):
        """Go to the settings by the menu of apps, a symbol without a name."""
        self.page.locator(".o_navbar_apps_menu button").click()
        self.press("Settings", "menuitem")

    def save(self):
        """Save the settings: modules are installed, and the page comes anew."""
        with self.page.expect_navigation():
            self.press("Save")

    def sign_in(self):
        """Fill in Odoo's form as the administrator of a new database."""
        self.page.locator("input[name=login]").click()
        self.type("input[name=login]", "admin", "Tab")
        self.type("input[name=password]", "admin", "Enter")

    def count(self, server):
        """Return how often a page of ``server`` was clicked on."""
        return sum(url.startswith(f"{server.url}/") for url in self.clicks)


@pytest.fixture(scope="module")
def empty_pair(postgres, databases):
    """Two Odoos that have nothing but the web client: (provider, other)."""
    servers = [
        OdooServer(postgres, name, name, host=host, dbfilter=f"^{name}$")
        for name, host in (("e2e_start", "localhost"), ("e2e_second", "127.0.0.1"))
    ]
    for server in servers:
        databases.create(server.name, ["web"])
    with servers[0] as provider, servers[1] as other:
        yield provider, other


@pytest.fixture
def hand(page):
    """The hand of an administrator, who is signed in nowhere yet."""
    return Hand(page)


def set_up_the_provider(hand, provider, other, folder):
    """Steps 1 and 2; returns the path of the file for the other Odoo."""
    page = hand.page
    page.goto(f"{provider.url}/odoo")
    hand.sign_in()
    facet = page.locator(".o_searchview_facet", has_text="Apps")
    hand.press("Remove", within=facet)
    hand.type(".o_searchview_input", "OAuth Provider", "Enter")
    card = page.get_by_role("main", name="OAuth Provider", exact=True)
    hand.press("Activate", within=card)
    page.wait_for_url(lambda url: "/apps" not in url)
    hand.open_settings()
    hand.press("Users & Companies")
    hand.press("OAuth Provider Clients", "menuitem")
    hand.press("New Client For…")
    hand.type(".modal [name=address] input", other.url)
    hand.press("Create", within=page.locator(".modal"))
    with page.expect_download() as download:
        hand.press("File for the Other Odoo", "link")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def set_up_the_other_odoo(hand, other, path):
    """Steps 3 and 4."""
    page = hand.page
    page.goto(f"{other.url}/odoo")
    hand.sign_in()
    hand.open_settings()
    hand.press("OAuth Authentication", "checkbox")
    hand.save()
    hand.press("Free sign up", "radio")
    hand.save()
    hand.press("OAuth Providers")
    hand.press("Actions menu")
    hand.press("Import records", "menuitem")
    with page.expect_file_chooser() as chooser:
        hand.press("Upload Data File")
    chooser.value.set_files(path)
    hand.press("Import")
    page.wait_for_selector(".o_list_view .o_data_row")


def sign_in_to_the_other_odoo(hand, provider, other):
    """What a person does afterwards, in a browser of their own."""
    page = hand.page
    page.goto(f"{other.url}/web/login")
    hand.press("Log in with", "link", then=" .+")
    page.wait_for_url(f"{provider.url}/web/login?*")
    hand.sign_in()
    hand.press("Allow")
    page.wait_for_url(f"{other.url}/**")
    page.wait_for_load_state()


@pytest.mark.timeout(900)
def test_the_quick_start(empty_pair, hand, tmp_path):
    provider, other = empty_pair
    path = set_up_the_provider(hand, provider, other, tmp_path)
    set_up_the_other_odoo(hand, other, path)
    person = Hand(hand.page.context.browser.new_page())
    sign_in_to_the_other_odoo(person, provider, other)
    assert person.page.get_by_text("You are logged in.").is_visible()
    clicks = hand.count(provider) + person.count(provider)
    print(f"{clicks} clicks on the provider's side")
    assert clicks <= LIMIT
