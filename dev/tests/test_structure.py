# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The rules of the product's structure, on small trees that keep or break them."""

import pytest

from dev import structure

CLIENT = """
class Client(models.Model):
    _name = "x.client"
    _inherit = ["x.mixin"]
    name = fields.Char()

    def write(self, vals):
        return super().write(vals)
"""
PART = """
class ClientPart(models.Model):
    _inherit = "x.client"

    def read_one(self):
        pass
"""
MIXIN = """
class Mixin(models.AbstractModel):
    _name = "x.mixin"

    def write(self, vals):
        return super().write(vals)
"""
GOOD = {
    "models/client.py": CLIENT,
    "models/client_part.py": PART,
    "models/mixin.py": MIXIN,
    "models/__init__.py": "from . import client\nfrom . import client_part\n",
    "oauth2/server.py": "from ..models import client\nfrom ..tools import clock\n",
    "controllers/token.py": "from ..oauth2 import server\n",
    "tools/clock.py": "import time\n",
    "views/client_views.xml": "<odoo />\n",
    "hooks.py": "from .models import client\n",
}


def _violations(root, files, page=None):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    names = [name for name in files if not name.endswith("__init__.py")]
    lines = [f"- `{name}`: something" for name in names]
    (root / "docs").mkdir(exist_ok=True)
    (root / structure.PAGE).write_text("\n".join(lines) if page is None else page)
    return structure.violations(root)


def with_files(root, **files):
    """Return what is against the rules in the good tree with other files, too."""
    further = {name.replace("__", "/") + ".py": text for name, text in files.items()}
    return _violations(root, {**GOOD, **further})


def test_a_good_tree_has_no_violation(tmp_path):
    assert _violations(tmp_path, GOOD) == []


@pytest.mark.parametrize("body", ["def write(self, vals):\n        pass", "name = 1"])
def test_nothing_is_defined_twice(tmp_path, body):
    text = f'class Twice(models.Model):\n    _inherit = "x.client"\n\n    {body}\n'
    [line] = with_files(tmp_path, models__twice=text)
    assert line.startswith("x.client: “")
    assert "is defined in models/client.py, models/twice.py" in line


def test_few_models_are_divided(tmp_path):
    files = {}
    for number in range(structure.MOST_DIVIDED):
        for part in "ab":
            text = f'class One(models.Model):\n    _inherit = "y.{number}"\n'
            files[f"models__one_{number}{part}"] = text
    [line] = with_files(tmp_path, **files)
    assert line.startswith(f"{structure.MOST_DIVIDED + 1} models are in more than one")


def test_nothing_is_too_long(tmp_path):
    body = "    x = 1\n" * structure.MOST_OF_FUNCTION
    files = {
        "tools/long.py": f"class A:\n  def long(self):\n{body}",
        "cli/file.py": "x = 1\n" * (structure.MOST_OF_FILE + 1),
        "views/client_views.xml": "<!-- -->\n" * structure.MOST_OF_FILE + "<odoo />\n",
    }
    assert _violations(tmp_path, {**GOOD, **files}) == [
        "tools/long.py: “long” has 61 lines",
        "cli/file.py has 501 lines",
        "views/client_views.xml has 501 lines",
    ]


@pytest.mark.parametrize(
    ("name", "text", "folder"),
    [
        ("models__late", "def f():\n    from ..oauth2 import server\n", "oauth2"),
        ("oauth2__back", "from ..controllers.token import x\n", "controllers"),
        ("tools__up", "from .. import models\n", "models"),
        ("storage__up", "import odoo.addons.oauth_provider.oauth2.server\n", "oauth2"),
        ("json2__up", "from odoo.addons.oauth_provider import models\n", "models"),
        ("wizards__up", "from ..controllers.token import x\n", "controllers"),
    ],
)
def test_no_import_is_against_the_arrows(tmp_path, name, text, folder):
    path = name.replace("__", "/")
    assert with_files(tmp_path, **{name: text}) == [f"{path}.py imports {folder}"]


def test_the_client_makes_its_server(tmp_path):
    text = "def get_oauth2_server():\n    from ..oauth2.server import OdooServer\n"
    assert with_files(tmp_path, models__server=text) == []


def test_the_page_names_every_file_and_no_other(tmp_path):
    page = "\n".join(f"`{name}`" for name in GOOD if name != "hooks.py")
    page += "\n`models/gone.py`, and `dev/structure.py` is none of the product."
    assert _violations(tmp_path, GOOD, page) == [
        f"{structure.PAGE} does not name hooks.py",
        f"{structure.PAGE} names models/gone.py, which is not there",
    ]


def test_what_is_wrong_is_said(tmp_path, capsys):
    _violations(tmp_path, GOOD)
    assert structure.main(tmp_path) == 0
    with_files(tmp_path, tools__up="from .. import models\n")
    assert structure.main(tmp_path) == 1
    assert "✗ tools/up.py imports models" in capsys.readouterr().out


def test_the_product_keeps_the_rules():
    assert structure.violations() == []
