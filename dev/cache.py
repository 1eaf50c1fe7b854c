# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Things that are made once and kept: a half-made one never counts as done."""

import errno
import fcntl
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from .console import Stop, step
from .settings import settings

DONE = ".done"


@contextmanager
def lock(name, wait=True):
    """Hold the lock file ``name``; yields False when ``wait`` is off and it is held.

    The lock belongs to this process and goes with it, however it ends.
    """
    path = settings().folder("locks") / f"{name}.lock"
    with open(path, "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def cached(name, key, title, build, needs_mb=0, in_place=False, base=None):
    """The folder ``<cache>/<name>-<key>``, filled by ``build(folder)`` if it is new.

    It is built aside and renamed, or, when what it holds knows its own path
    (``in_place``), built where it is; a mark inside says that it is complete.
    ``base`` is another folder than the cache to keep it in.
    """
    base = base or settings().folder()
    final = base / f"{name}-{key}"
    if (final / DONE).exists():
        return final
    with lock(f"build-{name}"):
        if (final / DONE).exists():
            return final
        check_space(needs_mb)
        if final.exists():
            shutil.rmtree(final)
        if in_place:
            work = final
            work.mkdir()
        else:
            work = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=base))
            work.chmod(0o755)
        try:
            with step(title):
                build(work)
                (work / DONE).write_text(f"{name} {key}\n")
                if not in_place:
                    work.rename(final)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
    return final


def check_space(needs_mb):
    """Stop early when the cache's disk is too full for what comes."""
    free = shutil.disk_usage(settings().folder()).free // 2**20
    if free < needs_mb:
        raise Stop(
            f"The disk of {settings().cache} is too full: {needs_mb} MB needed,"
            f" {free} MB free; make room or set CACHE=<folder on another disk>."
        )


def explain(error):
    """The line to show for an OSError that comes from the machine, not from us."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"The disk of {settings().cache} is full: make room or set"
            " CACHE=<folder on another disk>."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"No permission for {error.filename}: set CACHE=<folder of your own>,"
            " or remove what another user left there."
        )
    return None
