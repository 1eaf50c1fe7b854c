# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Debian's libfaketime, unpacked in the cache: a clock that one process sees alone."""

import os
import shutil

from . import debian
from .cache import cached
from .console import Stop

PACKAGE = "libfaketime"
#: libfaketime 0.9 lets every sleep fail that is asked for by an absolute monotonic
#: time, as Python's is; this one asks otherwise.
SLEEP = """
import select, time

def sleep(seconds):
    select.select([], [], [], seconds)

time.sleep = sleep
"""


def environment(offset_file, python_path):
    """What a Python program needs for the clock that ``offset_file`` (Path) sets.

    The file holds an offset in seconds, such as ``-600``; it may change at any time.

    :param python_path: PYTHONPATH (str) of the program
    """
    code = offset_file.parent / "code"
    code.mkdir()
    (code / "sitecustomize.py").write_text(SLEEP)
    offset_file.write_text("+0\n")
    tree = cached("faketime", "1", "libfaketime: getting it", _build, needs_mb=5)
    # A blank in the path of the cache would end a name in LD_PRELOAD
    library = shutil.copy(next(tree.rglob("libfaketimeMT.so.1")), offset_file.parent)
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(offset_file),
        "FAKETIME_CACHE_DURATION": "1",
        # Setting a clock back does not change how long something takes
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DISABLE_SHM": "1",
        "PYTHONPATH": os.pathsep.join([str(code), python_path]),
    }


def _build(folder):
    debian.own().unpack([PACKAGE], folder, "libfaketime")
    if not any(folder.rglob("libfaketimeMT.so.1")):
        raise Stop("Debian's package libfaketime holds no library where it was.")
