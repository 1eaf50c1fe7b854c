# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Draw the samples: ``python plot.py <file.png>``, with them as JSON on stdin.

A program of its own, for matplotlib is in another virtual environment.
"""

import json
import sys

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot  # noqa: E402

COLORS = ("#714b67", "#017e84", "#8f8f8f")
COMPARED = "#f0e6ee"
MEBIBYTE = 2**20


def main(path):
    """Draw the samples (list of dict, see ``samples.Sample``) into ``path``."""
    samples = json.load(sys.stdin)
    minutes = [sample["at"] / 60 for sample in samples]
    figure, panels = pyplot.subplots(5, 1, sharex=True, figsize=(9, 9))
    memory, *others = panels
    for color, pid in zip(COLORS, samples[0]["memory"], strict=False):
        values = [sample["memory"].get(pid, 0) / MEBIBYTE for sample in samples]
        memory.plot(minutes, values, color=color, lw=1)
    lines = {
        "memory of\na worker, MiB": None,
        "connections": [sample["connections"] for sample in samples],
        "session files": [sample["sessions"] for sample in samples],
        "dead rows": [sample["dead_rows"] for sample in samples],
        "log a request,\nbytes": _log(samples),
    }
    for panel, values in zip(others, list(lines.values())[1:], strict=True):
        panel.plot(minutes, values, color=COLORS[0], lw=1)
    for panel, name in zip(panels, lines, strict=True):
        panel.set_ylabel(name, fontsize=8)
        panel.set_ylim(bottom=0)
        panel.tick_params(labelsize=8)
        panel.spines[["top", "right"]].set_visible(False)
        _mark(panel, minutes)
    panels[-1].set_xlabel("minutes (shaded: the quarters that are compared)")
    figure.align_ylabels()
    figure.tight_layout()
    # The same figures give the same file
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _mark(panel, minutes):
    """Shade the second and the last quarter."""
    start, quarter = minutes[0], (minutes[-1] - minutes[0]) / 4
    for number in (1, 3):
        ends = start + number * quarter, start + (number + 1) * quarter
        panel.axvspan(*ends, color=COMPARED, lw=0)


def _log(samples):
    """Return the bytes of log that a request made, over the last samples (list)."""
    found = []
    for number, sample in enumerate(samples):
        before = samples[max(number - 12, 0)]
        requests = sample["requests"] - before["requests"]
        found.append((sample["log"] - before["log"]) / requests if requests else None)
    return found


if __name__ == "__main__":
    main(sys.argv[1])
