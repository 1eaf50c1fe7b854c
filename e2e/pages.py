# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests that look at pages share: sizes, a sign-in, an examination."""

from urllib.parse import urlencode

from dev import nodejs

CALLBACK = "https://app.example.com/callback"
#: That of RFC 7636, appendix B.
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
SIZES = {"desk": (1280, 900), "phone": (390, 844)}


def resize(page, size):
    """Give ``page`` the size of a desk or a phone."""
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})


def consent_url(provider, identifier, **parameters):
    """Return the address (str) at which a client asks ``provider`` for consent."""
    query = {
        "response_type": "code",
        "client_id": identifier,
        "redirect_uri": CALLBACK,
        "prompt": "consent",
        **parameters,
    }
    return f"{provider.url}/oauth2/authorize?{urlencode(query)}"


def sign_in(page, provider, login, password):
    """Sign in with Odoo's own form, and land where nothing more is asked for.

    Requests that the web client still sends while a person signs out carry a session
    that has ended. Odoo then replaces the session of the login page, and its form is
    refused (invalid CSRF token).
    """
    page.goto(f"{provider.url}/web/login?redirect=/web/health")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/web/login" not in url)


def press_header_button(page, name):
    """Press a button above a form by the keyboard; a phone keeps several in a menu."""
    menu = ".o_form_statusbar .dropdown-toggle:visible"
    button = f"button[name={name}]:visible"
    page.wait_for_selector(".o_form_view")
    page.locator(f"{button}, {menu}").first.wait_for()
    if not page.locator(button).count():
        page.locator(menu).first.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(button)
    page.locator(button).first.focus()
    page.keyboard.press("Enter")


def serious_faults(page, within="#wrap, main", but=()):
    """Return what axe-core finds serious or critical on ``page`` (list of str).

    :param within: selector (str) of what is examined, such as a dialog of the web
        client; it must be there once
    :param but: selectors of what is Odoo's own in there
    """
    once = "main" if within == "#wrap, main" else within
    assert page.locator(once).count() == 1, page.content()[:500]
    axe = nodejs.modules() / "axe-core" / "axe.min.js"
    # Not as a tag: the pages let no script in
    page.evaluate(f"() => {{ {axe.read_text()} }}")
    # What the portal brings along is not ours to mend
    place = {"include": [[within]], "exclude": [[one] for one in but]}
    found = page.evaluate("place => axe.run(place)", place)
    return [
        f"{fault['id']}: {fault['nodes'][0]['html']}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


def overflow(page):
    """Return by how many pixels ``page`` is wider than its window."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
