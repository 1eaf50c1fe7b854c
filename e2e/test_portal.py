# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The portal is no dependency: the card is there whichever came first."""

ADDON = "oauth_provider"
FOUND = """
keys = ["oauth_provider.portal_my_home", "oauth_provider.portal_breadcrumbs"]
joints = env["ir.ui.view"].search([("key", "in", keys)])
home = env.ref("portal.portal_my_home", raise_if_not_found=False)
result = {
    "joints": len(joints),
    "card": bool(home) and "oauth_provider.portal_card" in home.get_combined_arch(),
}
"""
DRAW = """
model = env["ir.model"]._get_id("res.partner")
env["oauth.provider.scope"].create({
    "name": "Drawn", "code": "drawn", "model_id": model, "domain": "[('id', '=', 1)]",
})
env["ir.filters"].create({"name": "OAuth scope of mine", "model_id": "res.partner"})
"""
LEFT = """
filters = env["ir.filters"].with_context(active_test=False).search([])
result = {
    "filters": filters.mapped("name"),
    "settings": env["ir.config_parameter"].search_count([("key", "like", "oauth_")]),
}
"""
UNINSTALL = """
env["ir.module.module"].search([("name", "=", values["name"])]).button_uninstall()
"""


def find(databases, name):
    found = databases.shell(name, FOUND)
    return found["joints"], found["card"]


def uninstall(databases, name, module):
    databases.shell(name, UNINSTALL, name=module)
    # Odoo removes at its next start what is marked
    databases.odoo(name, "--update", "base")


def test_the_addon_first_then_the_portal_comes_and_goes(databases):
    name = databases.create("e2e_portal", ["web", ADDON])
    assert find(databases, name) == (0, False)
    databases.odoo(name, "--init", "portal")
    assert find(databases, name) == (2, True)
    databases.odoo(name, "--update", ADDON)
    assert find(databases, name) == (2, True)
    databases.odoo(name, "--update", "portal")
    assert find(databases, name) == (2, True)
    uninstall(databases, name, "portal")
    assert find(databases, name) == (0, False)
    databases.odoo(name, "--init", "portal")
    assert find(databases, name) == (2, True)
    databases.drop(name)


def test_the_portal_first_then_the_addon_comes_and_goes(databases):
    name = databases.create("e2e_portal", ["web", "portal", ADDON])
    assert find(databases, name) == (2, True)
    databases.shell(name, DRAW)
    uninstall(databases, name, ADDON)
    assert find(databases, name) == (0, False)
    left = databases.shell(name, LEFT)
    assert left == {"filters": ["OAuth scope of mine"], "settings": 0}
    databases.drop(name)
