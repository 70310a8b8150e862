"""Pictures of the tables of quality; wants matplotlib (extra `bench`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

COLORS = {
    "default": "#1d4ed8",
    "vanilla": "#b45309",
    "reweight": "#be185d",
    "paper": "#6b7280",
    "instant": "#0e7490",
    "tfidf": "#4d7c0f",
    "tfidf-plain": "#a3a3a3",
    "frozen": "#7c3aed",
}
_MARKS = {"default": "o", "vanilla": "s", "reweight": "^", "paper": "D"}
_TITLES = {
    "macro_f1": "macro-F1",
    "adme_recall": "mean recall of A, D, M, E",
    "worst_recall": "lowest recall of A, D, M, E",
}


@dataclass(frozen=True)
class Point:
    """A figure of one seed after training on so many annotations."""

    preset: str
    hints: bool
    annotations: int
    figure: str
    value: float


def learning_curve(points: Sequence[Point], path: Path) -> Path:
    """Mean over seeds against annotations; bands reach from the lowest to the highest seed."""
    columns = sorted({point.hints for point in points})
    figure, axes = plt.subplots(
        len(_TITLES),
        len(columns),
        figsize=(5.4 * len(columns) + 0.6, 9.4),
        sharex=True,
        sharey="row",
        squeeze=False,
    )
    sizes = sorted({point.annotations for point in points})
    presets = [name for name in COLORS if any(point.preset == name for point in points)]
    others = sorted({point.preset for point in points} - set(COLORS))
    for row, (name, title) in enumerate(_TITLES.items()):
        for column, hints in enumerate(columns):
            axis = axes[row][column]
            for preset in [*presets, *others]:
                mine = [
                    point
                    for point in points
                    if (point.preset, point.hints, point.figure) == (preset, hints, name)
                ]
                if mine:
                    _curve(axis, mine, preset)
            axis.set_xscale("log")
            axis.set_xticks(sizes, [f"{size:,}" for size in sizes])
            axis.minorticks_off()
            axis.grid(axis="y", color="#e5e7eb", linewidth=0.7)
            axis.spines[["top", "right"]].set_visible(False)
            if row == 0:
                said = "with heading hints" if hints else "annotations alone"
                axis.set_title(said, loc="left", fontsize=11)
            if row == len(_TITLES) - 1:
                axis.set_xlabel("annotations, drawn at random")
        axes[row][0].set_ylabel(title)
        _without_the_low(axes[row][0], [point for point in points if point.figure == name])
    seen: dict[str, Artist] = {}
    for axis in axes.flat:
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            seen.setdefault(label, handle)
    figure.suptitle(
        "Gold sentences, drugs never seen: mean of the seeds, band from lowest to highest",
        x=0.01,
        ha="left",
        fontsize=12,
    )
    figure.legend(
        list(seen.values()),
        list(seen),
        loc="upper left",
        bbox_to_anchor=(0.005, 0.972),
        ncols=len(seen),
        frameon=False,
        fontsize=10,
    )
    figure.tight_layout(rect=(0, 0, 1, 0.955))
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path


def _without_the_low(axis: Axes, points: Sequence[Point]) -> None:
    """End the axis below the presets that learned something, and say what lies under it."""
    best = {p.preset: max(q.value for q in points if q.preset == p.preset) for p in points}
    low = {preset: value for preset, value in best.items() if value < 0.5}
    shown = [point.value for point in points if point.preset not in low]
    if not low or not shown:
        return
    axis.set_ylim(bottom=max(0.0, min(shown) - 0.06))
    said = ", ".join(f"{preset} at most {value:.2f}" for preset, value in sorted(low.items()))
    axis.text(0.02, 0.03, f"below: {said}", transform=axis.transAxes, fontsize=9, color="#4b5563")


def _curve(axis: Axes, points: Sequence[Point], preset: str) -> None:
    sizes = sorted({point.annotations for point in points})
    values = [[point.value for point in points if point.annotations == size] for size in sizes]
    color = COLORS.get(preset, "#111827")
    axis.fill_between(
        sizes, [min(v) for v in values], [max(v) for v in values], color=color, alpha=0.12, lw=0
    )
    axis.plot(
        sizes,
        [float(np.mean(v)) for v in values],
        color=color,
        marker=_MARKS.get(preset, "."),
        markersize=5,
        lw=1.8,
        label=preset,
    )
