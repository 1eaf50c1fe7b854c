# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import pytest

from dev import addon_links


@pytest.fixture
def checkout(tmp_path):
    """A small checkout with an addon and what surrounds it."""
    root = tmp_path / "any name"
    for folder in ("models", "dev", "e2e", ".git", "node_modules", "__pycache__"):
        (root / folder).mkdir(parents=True)
    for file in ("__init__.py", "__manifest__.py", "Makefile", "pyproject.toml"):
        (root / file).touch()
    return root


def names(checkout, tmp_path):
    folder = addon_links.link(checkout, tmp_path / "addons") / "oauth_provider"
    return {path.name for path in folder.iterdir() if path.is_symlink()}


def test_the_addon_is_there_and_nothing_else(checkout, tmp_path):
    expected = {"__init__.py", "__manifest__.py", "models"}
    assert names(checkout, tmp_path) == expected


def test_a_second_run_follows_the_checkout(checkout, tmp_path):
    names(checkout, tmp_path)
    (checkout / "__init__.py").unlink()
    (checkout / "views").mkdir()
    assert names(checkout, tmp_path) == {"__manifest__.py", "models", "views"}


def test_what_python_compiled_is_left_alone(checkout, tmp_path):
    names(checkout, tmp_path)
    compiled = tmp_path / "addons" / "oauth_provider" / "__pycache__"
    compiled.mkdir()
    assert "models" in names(checkout, tmp_path)
    assert compiled.is_dir()
