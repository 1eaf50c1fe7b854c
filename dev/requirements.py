# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Write requirements.txt from the manifest: ``python3 -m dev.requirements``.

OCA's own tool for this looks at subfolders only, and here the root is the addon.
"""

import sys

from .console import say
from .manifest import python_dependencies
from .settings import ROOT

PATH = ROOT / "requirements.txt"
HEAD = "# generated from manifests external_dependencies"


def render():
    """The text that requirements.txt should have."""
    return "\n".join([HEAD, *python_dependencies(), ""])


def main():
    """Write the file if it differs; return 1 if it did."""
    text = render()
    if PATH.is_file() and PATH.read_text() == text:
        return 0
    PATH.write_text(text)
    say(f"{PATH.name} was written anew.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
