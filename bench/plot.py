# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Draw the ratios: ``python plot.py <file.png>``, with the rows as JSON on stdin.

A program of its own, for matplotlib is in another virtual environment.
"""

import json
import sys

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot  # noqa: E402

OURS, OTHERS, MISSED = "#714b67", "#8f8f8f", "#c0392b"


def main(path):
    """Draw the rows ``[name, ratio, lowest, highest, goal or None]`` into ``path``."""
    rows = json.load(sys.stdin)[::-1]
    names = [row[0] for row in rows]
    figure, axes = pyplot.subplots(figsize=(9, 0.36 * len(rows) + 1.2))
    colors = [
        OTHERS if name.startswith(("toolkit", "bare")) or "API key" in name else OURS
        for name in names
    ]
    ratios = [row[1] for row in rows]
    spread = [
        [row[1] - row[2] for row in rows],
        [row[3] - row[1] for row in rows],
    ]
    axes.barh(names, ratios, color=colors, xerr=spread, ecolor="#333333", capsize=2)
    for place, (_name, ratio, _low, high, goal) in enumerate(rows):
        axes.text(high + 0.02, place, f"{ratio:.2f}", va="center", fontsize=8)
        if goal:
            axes.plot([goal, goal], [place - 0.4, place + 0.4], color=MISSED, lw=2)
    axes.axvline(1, color="#333333", lw=0.8)
    axes.set_xlabel("requests a second, by those of a bare Odoo route (red: the goal)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    # The same figures give the same file
    figure.savefig(path, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main(sys.argv[1])
