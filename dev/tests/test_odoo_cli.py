# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Odoo is started with."""

from types import SimpleNamespace

from dev import odoo_cli


def test_a_copied_cache_writes_into_no_other_filestore(tmp_path, monkeypatch):
    def folder(*parts):
        path = tmp_path.joinpath(*parts)
        path.mkdir(parents=True, exist_ok=True)
        return path

    monkeypatch.setattr(odoo_cli, "settings", lambda: SimpleNamespace(folder=folder))
    cluster = SimpleNamespace(name="test", filestore=tmp_path / "own")
    link = folder("data", "test", "tools") / "filestore"
    link.symlink_to(tmp_path / "of somebody else")
    for _number in range(2):
        data = odoo_cli.data_folder(cluster, "tools")
        assert (data / "filestore").readlink() == cluster.filestore
