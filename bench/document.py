# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Figures that are written into a document, between two marks."""

import subprocess
import sys

from dev.console import say
from dev.settings import ROOT


def write_between(path, marks, text):
    """Replace what stands between two marks of a file.

    :param path: of the file (:class:`pathlib.Path`)
    :param marks: the lines before and after (two str), which the file has
    :param text: what is to stand there (str)
    """
    before, first, rest = path.read_text().partition(marks[0])
    _old, last, after = rest.partition(marks[1])
    path.write_text(f"{before}{first}\n\n{text}\n\n{last}{after}")
    say(f"✓ Written: {path}")


def shape(path):
    """Let prettier format the document, whose new lines are as long as they are."""
    command = [sys.executable, "-m", "dev.tool", "prettier", "--write", path]
    subprocess.run(command, cwd=ROOT, check=False)
