# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Keeps pytest from importing the addon, which needs a running Odoo."""

import pytest


def pytest_collect_directory(path, parent):
    """Take every folder as a plain one: the root's ``__init__.py`` is the addon's."""
    return pytest.Dir.from_parent(parent, path=path)
