# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the addon shows: its actions and views, as its database lists them."""

PASSWORD = "bench-pages"
#: Who asks: (name in the table, login).
PEOPLE = (("administrator", "admin"), ("manager", "manager"))
CALLBACK = "https://pages.example.com/callback"
#: Columns that each use of a grant writes: an index of them would cost each use more
#: than it saves those who ask for a period, who wait no longer than for other pages.
UNINDEXED = {"oauth.provider.grant": ("last_used",)}

#: Makes the two people and a client to copy, and lists the addon's views and actions.
MAKE = """
module = values["module"]
admin = env.ref("base.user_admin")
admin.password = values["password"]
group = env.ref("oauth_provider.group_oauth_provider_manager")
manager = env["res.users"].create({
    "name": "Mona Manager", "login": "manager", "password": values["password"],
    "group_ids": [(6, 0, (group | env.ref("base.group_user")).ids)],
})
scopes = env["oauth.provider.scope"].search([
    ("code", "in", ("openid", "profile", "email")),
])
full = env["oauth.provider.scope"].create({
    "name": "Everything", "code": "everything", "full_access": True,
})
client = env["oauth.provider.client"].create({
    "name": "Copied", "application_type": "web application", "pkce_required": False,
    "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
    "scope_ids": [(6, 0, scopes.ids)],
})
client.generate_secret()

def listed(model):
    names = env["ir.model.data"].search([
        ("module", "=", module), ("model", "=", model),
    ], order="id")
    return env[model].browse(names.mapped("res_id")).exists()

windows = [
    {
        "model": action.res_model, "domain": action.domain, "context": action.context,
        "views": [list(view) for view in action.views],
        "search": action.search_view_id.id,
    }
    for action in listed("ir.actions.act_window")
]
views = []
for view in listed("ir.ui.view").filtered("model"):
    root = view
    while root.mode == "extension" and root.inherit_id:
        root = root.inherit_id
    is_default = env["ir.ui.view"].default_view(view.model, root.type) == root.id
    views.append({
        "model": view.model, "type": root.type, "id": root.id,
        "is_default": is_default,
    })
menus = [
    {"id": menu.action.id, "name": menu.name}
    for menu in listed("ir.ui.menu") if menu.action._name == "ir.actions.server"
]
result = {
    "admin": admin.id, "manager": manager.id, "client": client.id,
    "full_scope": full.id, "scopes": scopes.ids,
    "group_user": env.ref("base.group_user").id,
    "windows": windows, "views": views, "menus": menus,
    "dialogs": [
        model for model in {view["model"] for view in views}
        if env[model]._transient or not env[model]._auto
    ],
}
"""
