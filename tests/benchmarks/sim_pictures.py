"""Pictures of the simulations; wants matplotlib (extra `bench`)."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from tests.benchmarks.sim_data import RESULTS

COLORS = {
    "random": "#6b7280",
    "document": "#b45309",
    "uncertain": "#1d4ed8",
    "uncertain, anew after 25": "#0e7490",
    "rarest": "#be185d",
    "random, nothing taught": "#a3a3a3",
}
_POOLS = {
    "thinned": "pool thinned to 5 % ADME",
    "natural": "pool as it is",
}


def queue_curves(lines: Sequence[Sequence[object]]) -> None:
    """sim_queue.png: recall on drugs never seen and sentences found, against decisions made.

    `lines` as in sim_queue_curves.csv; bands reach from the lowest to the highest seed.
    """
    whole = [line for line in lines if line[1] == "whole pool"]
    lines = [line for line in lines if line[1] != "whole pool"]
    pools = [pool for pool in _POOLS if any(line[0] == pool for line in lines)]
    figure, axes = plt.subplots(
        2, len(pools), figsize=(6.2 * len(pools), 8.6), sharex=True, squeeze=False
    )
    for column, pool in enumerate(pools):
        recall, found = axes[0][column], axes[1][column]
        for strategy, color in COLORS.items():
            mine = [line for line in lines if line[0] == pool and line[1] == strategy]
            if mine:
                _band(recall, mine, 6, color, strategy)
                _band(found, mine, 4, color, strategy)
        for line in (line for line in whole if line[0] == pool):
            level = float(str(line[6]))
            recall.axhline(level, color="#111827", linewidth=0.8, linestyle=(0, (4, 4)))
            recall.text(8, level + 0.012, "whole pool decided", fontsize=8, color="#111827")
        recall.set_title(_POOLS[pool], loc="left", fontsize=11)
        recall.set_ylim(0, 1)
        recall.legend(frameon=False, fontsize=9, loc="lower right")
        found.set_xlabel("decisions")
        for axis in (recall, found):
            axis.grid(axis="y", color="#e5e7eb", linewidth=0.7)
            axis.spines[["top", "right"]].set_visible(False)
            axis.set_xlim(0, max(int(str(line[3])) for line in lines))
        found.set_ylim(bottom=0)
    axes[0][0].set_ylabel("mean recall of A, D, M, E on drugs never seen (tau 1)")
    axes[1][0].set_ylabel("sentences of A, D, M, E found")
    seeds = len({line[2] for line in lines})
    figure.suptitle(
        f"What to annotate next: mean of {seeds} simulated curators, band from lowest to highest",
        x=0.01,
        ha="left",
        fontsize=12,
    )
    _save(figure, "sim_queue.png")


def _band(
    axis: plt.Axes, lines: Sequence[Sequence[object]], column: int, color: str, name: str
) -> None:
    sizes = sorted({int(str(line[3])) for line in lines})
    values = [[float(str(line[column])) for line in lines if line[3] == s] for s in sizes]
    axis.fill_between(
        sizes, [min(v) for v in values], [max(v) for v in values], color=color, alpha=0.12, lw=0
    )
    axis.plot(sizes, [float(np.mean(v)) for v in values], color=color, lw=1.8, label=name)


def _save(figure: plt.Figure, name: str) -> None:
    figure.tight_layout()
    figure.savefig(RESULTS / name, dpi=110)
    plt.close(figure)
