# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where things are and which variables say otherwise."""

import hashlib
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .console import Stop

ROOT = Path(__file__).resolve().parent.parent
ADDON = "oauth_provider"
PG_VARIABLES = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")

# Separators of the lists that the cache folder's path ends up in: LD_LIBRARY_PATH
# and PYTHONPATH (:), Odoo's addons path and PostgreSQL's socket folders (,).
UNUSABLE_IN_PATH = re.compile(r"""[\x00-\x1f:;,"'\\$`]""")


@dataclass(frozen=True)
class Settings:
    """The variables of a command, checked."""

    cache: Path
    odoo: str
    oauthlib: str
    provider_port: int
    client_port: int
    external_postgres: bool

    def folder(self, *parts):
        """A folder of the cache, made if missing."""
        path = self.cache.joinpath(*parts)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except (FileNotFoundError, FileExistsError, NotADirectoryError) as error:
            raise Stop(
                f"The cache folder {path} cannot be made: set CACHE=<another folder>."
            ) from error
        return path


def read(environ):
    """Settings from a mapping of environment variables."""
    cache = Path(environ.get("CACHE") or ROOT / ".cache").expanduser()
    if not cache.is_absolute():
        cache = ROOT / cache
    if UNUSABLE_IN_PATH.search(str(cache)):
        raise Stop(
            f"The cache folder {str(cache)!r} has a character that paths in"
            " PYTHONPATH or Odoo's options cannot carry:"
            " set CACHE=<another folder>."
        )
    return Settings(
        cache=cache,
        odoo=environ.get("ODOO", ""),
        oauthlib=environ.get("OAUTHLIB", ""),
        provider_port=_port(environ, "PROVIDER_PORT", 8069),
        client_port=_port(environ, "CLIENT_PORT", 8070),
        external_postgres=any(environ.get(name) for name in PG_VARIABLES),
    )


@lru_cache(maxsize=1)
def settings():
    """The settings of this process."""
    return read(os.environ)


def digest(*parts):
    """A short stable key of texts and bytes: what a cached thing was made from."""
    sha = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        sha.update(len(data).to_bytes(8, "big") + data)
    return sha.hexdigest()[:12]


def _port(environ, name, default):
    value = environ.get(name) or default
    try:
        port = int(value)
    except ValueError:
        port = 0
    if not 0 < port < 65536:
        raise Stop(f"{name}={value} is not a port number (1 to 65535).")
    return port
