# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is delivered: the addon, all of it, and nothing else."""

import email
import zipfile

import pytest
from packaging.requirements import Requirement

from dev import build_wheel, manifest, requirements

PREFIX = "odoo/addons/oauth_provider/"
#: All that an addon may have at its top. What is new here belongs into this list or
#: into .gitattributes.
TOP_LEVEL = {
    "LICENSE",
    "README.rst",
    "__init__.py",
    "__manifest__.py",
    "cli",
    "controllers",
    "data",
    "demo",
    "hooks.py",
    "i18n",
    "json2",
    "migrations",
    "models",
    "oauth2",
    "readme",
    "requirements.txt",
    "security",
    "static",
    "storage",
    "tests",
    "tools",
    "views",
    "wizards",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The built wheel, open."""
    path = build_wheel.build(tmp_path_factory.mktemp("wheel"))
    with zipfile.ZipFile(path) as archive:
        yield archive


@pytest.fixture(scope="module")
def files(wheel):
    """Names of the addon's files in the wheel, from the addon's folder on."""
    names = [name for name in wheel.namelist() if not name.endswith("/")]
    return {name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX)}


@pytest.fixture(scope="module")
def metadata(wheel):
    """The wheel's METADATA."""
    name = next(name for name in wheel.namelist() if name.endswith("/METADATA"))
    return email.message_from_bytes(wheel.read(name))


def test_name_and_version(wheel):
    version = manifest.read()["version"]
    name = wheel.filename.rsplit("/", 1)[-1]
    assert name == f"odoo_addon_oauth_provider-{version}-py3-none-any.whl"


def test_holds_every_file_the_manifest_names(files):
    content = manifest.read()
    named = [*content.get("data", []), *content.get("demo", [])]
    assert named
    assert not set(named) - files


@pytest.mark.parametrize(
    "name",
    [
        "__init__.py",
        "__manifest__.py",
        "README.rst",
        "LICENSE",
        "controllers/__init__.py",
        "models/__init__.py",
        "models/oauth_provider_client.py",
        "oauth2/__init__.py",
        "oauth2/validator.py",
        "i18n/oauth_provider.pot",
        "readme/recipes/nextcloud.md",
        "security/ir.model.access.csv",
        "static/description/icon.png",
        "static/description/index.html",
        "static/description/shot-consent.png",
        "static/description/shot-consent-phone.png",
    ],
)
def test_holds(files, name):
    assert name in files


def test_holds_nothing_but_the_addon(wheel, files):
    outside = [name for name in wheel.namelist() if not name.startswith(PREFIX)]
    assert all(".dist-info/" in name for name in outside), outside
    assert not {name.partition("/")[0] for name in files} - TOP_LEVEL
    assert not [name for name in files if "/." in name or "__pycache__" in name]


def test_requires_odoo_and_what_the_manifest_asks_for(metadata):
    required = {str(Requirement(line)) for line in metadata.get_all("Requires-Dist")}
    expected = {str(Requirement(line)) for line in manifest.python_dependencies()}
    assert required == expected | {"odoo==19.0.*"}


def test_licence(wheel, metadata):
    licence = metadata["License-Expression"] or metadata["License"]
    assert licence in ("AGPL-3", "AGPL-3.0-only", "AGPL-3.0-or-later")
    text = wheel.read(PREFIX + "LICENSE").decode()
    assert text.lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")


def test_requirements_txt_is_what_the_manifest_says():
    assert requirements.PATH.read_text() == requirements.render()
