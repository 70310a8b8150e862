"""How far two readers agree, and whether a visible suggestion sways the reader."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adme_labeler.language import tr
from adme_labeler.statistics.clusters import (
    FEWEST_GROUPS,
    as_indices,
    bootstrap_interval,
    bootstrap_weights,
    paired_interval,
)
from adme_labeler.statistics.intervals import MIN_SUPPORT, Interval, wilson

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Agreement:
    """Agreement on `sentences` of `groups` drug groups, of which `same` were decided alike.

    `share` and `kappa` with 95 % bounds are None below 10 sentences; kappa is also None where
    both used one and the same category throughout: chance then explains everything.
    """

    sentences: int
    groups: int
    same: int
    share: float | None
    share_low: float | None
    share_high: float | None
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None


@dataclass(frozen=True)
class BlindAgainstShown:
    """Agreement of a curator with the suggestion: hidden while deciding, and on screen.

    `difference` is shown minus blind share, -1 to 1, with 95 % bounds; None where either side has
    too few sentences. `reason` says it in one sentence.
    """

    blind: Agreement
    shown: Agreement
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    reason: str


def agreement(
    one: Sequence[str],
    other: Sequence[str],
    keys: Sequence[str],
    groups: Sequence[int] | None = None,
) -> Agreement:
    """Share of equal decisions and Cohen's kappa (Cohen 1960) of two readers.

    `one`, `other` (category keys) and `groups` (drug groups; None: every sentence its own) have
    one entry per sentence, in any order; `keys` is the scheme.

    Bounds: Wilson's for the share; for kappa the same, rescaled with the chance agreement as it
    is, (share - chance) / (1 - chance), because the usual standard error is 0 at perfect
    agreement. From 8 drug groups on the cluster bootstrap is computed too and the wider bound
    holds. Raises ValueError for different lengths or an unknown category.
    """
    if len(one) != len(other) or (groups is not None and len(groups) != len(one)):
        raise ValueError("decisions and groups differ in length")
    n = len(one)
    group_of = np.unique(
        np.arange(n) if groups is None else np.asarray(groups, dtype=np.int64),
        return_inverse=True,
    )[1]
    names = int(group_of.max()) + 1 if n else 0
    tables = np.zeros((names, len(keys), len(keys)))
    np.add.at(tables, (group_of, as_indices(keys, one), as_indices(keys, other)), 1)
    table = tables.sum(axis=0)
    same = int(np.trace(table))
    if n < MIN_SUPPORT:
        return Agreement(n, names, same, None, None, None, None, None, None)
    share, kappa, chance = (float(figure) for figure in _share_kappa_chance(table))
    shares = wilson(same, n)
    kappas = (
        Interval(*((bound - chance) / (1 - chance) for bound in shares)) if chance < 1 else None
    )
    if groups is not None and names >= FEWEST_GROUPS:
        drawn = np.tensordot(bootstrap_weights(names), tables, axes=1)
        share_draws, kappa_draws, _ = _share_kappa_chance(drawn)
        shares = _wider(shares, bootstrap_interval(share_draws, names))
        defined = kappa_draws[np.isfinite(kappa_draws)]
        if kappas and len(defined):
            kappas = _wider(kappas, bootstrap_interval(defined, names))
    return Agreement(
        n,
        names,
        same,
        share,
        shares.low,
        shares.high,
        kappa if kappas else None,
        max(-1.0, kappas.low) if kappas else None,
        min(1.0, kappas.high) if kappas else None,
    )


def blind_against_shown(
    decided: Sequence[str],
    suggested: Sequence[str],
    blind: Sequence[bool],
    groups: Sequence[int],
    keys: Sequence[str],
) -> BlindAgainstShown:
    """Does the curator agree with the suggestion more often when it is on screen?

    `decided`, `suggested` (category keys, "" where there was no suggestion: left out), `blind`
    (suggestion hidden until the decision) and `groups` have one entry per sentence, in any order.
    Give sentences that came before the curator in the same way, such as drawn at random or in
    document order: sentences chosen for the model's doubt agree less whatever is on screen.

    Bounds: Newcombe's (1998, method 10) from both Wilson intervals; where each side has 8 drug
    groups the cluster bootstrap is computed too and the wider bound holds.
    """
    n = len(decided)
    if not len(suggested) == len(blind) == len(groups) == n:
        raise ValueError("decided, suggested, blind and groups differ in length")
    hidden_rows = [row for row in range(n) if suggested[row] and blind[row]]
    shown_rows = [row for row in range(n) if suggested[row] and not blind[row]]

    def among(rows: list[int]) -> Agreement:
        return agreement(
            [decided[row] for row in rows],
            [suggested[row] for row in rows],
            keys,
            [groups[row] for row in rows],
        )

    hidden, shown = among(hidden_rows), among(shown_rows)
    if hidden.sentences < MIN_SUPPORT or shown.sentences < MIN_SUPPORT:
        reason = tr(
            "There is not enough evidence on whether suggestions sway the decision: {blind} "
            "sentences were decided blind and {shown} with the suggestion on screen, {needed} of "
            "each are needed.",
            blind=hidden.sentences,
            shown=shown.sentences,
            needed=MIN_SUPPORT,
        )
        return BlindAgainstShown(hidden, shown, None, None, None, reason)
    difference = shown.same / shown.sentences - hidden.same / hidden.sentences
    interval = _newcombe(hidden, shown)
    if min(hidden.groups, shown.groups) >= FEWEST_GROUPS:
        rows = hidden_rows + shown_rows
        equal = np.array([decided[row] == suggested[row] for row in rows])
        side = np.repeat([0, 1], [len(hidden_rows), len(shown_rows)])
        drawn = _difference_draws(equal, side, [groups[row] for row in rows])
        fewest = min(hidden.groups, shown.groups)
        interval = _wider(interval, paired_interval(difference, drawn, fewest))
    low, high = max(-1.0, interval.low), min(1.0, interval.high)
    return BlindAgainstShown(
        hidden, shown, difference, low, high, _reason(hidden, shown, difference, low, high)
    )


def _share_kappa_chance(tables: Floats) -> tuple[Floats, Floats, Floats]:
    """Share of equal decisions, kappa (nan where chance is 1) and chance, of tables (…, c, c)."""
    n = tables.sum(axis=(-2, -1))
    share = np.trace(tables, axis1=-2, axis2=-1) / n
    chance = (tables.sum(axis=-1) * tables.sum(axis=-2)).sum(axis=-1) / n**2
    kappa = np.divide(
        share - chance, 1 - chance, out=np.full(np.shape(chance), np.nan), where=chance < 1
    )
    return share, kappa, chance


def _newcombe(hidden: Agreement, shown: Agreement) -> Interval:
    one, other = wilson(shown.same, shown.sentences), wilson(hidden.same, hidden.sentences)
    p, q = shown.same / shown.sentences, hidden.same / hidden.sentences
    return Interval(
        p - q - math.hypot(p - one.low, other.high - q),
        p - q + math.hypot(one.high - p, q - other.low),
    )


def _difference_draws(equal: NDArray[np.bool_], side: Ints, groups: Sequence[int]) -> Floats:
    """Bootstrap over drug groups of the difference; draws that miss a side are dropped."""
    names, group_of = np.unique(np.asarray(groups, dtype=np.int64), return_inverse=True)
    counts, same = np.zeros((len(names), 2)), np.zeros((len(names), 2))
    np.add.at(counts, (group_of, side), 1)
    np.add.at(same, (group_of[equal], side[equal]), 1)
    weights = bootstrap_weights(len(names))
    drawn = weights @ counts
    both = (drawn > 0).all(axis=1)
    shares = (weights @ same)[both] / drawn[both]
    return shares[:, 1] - shares[:, 0]


def _wider(one: Interval, other: Interval) -> Interval:
    """The bootstrap must not claim more than independent sentences would, as in `recall`."""
    return Interval(min(one.low, other.low), max(one.high, other.high))


def _reason(hidden: Agreement, shown: Agreement, difference: float, low: float, high: float) -> str:
    figures = tr(
        "agreement was {same} of {shown} with the suggestion on screen and {same_blind} of {blind} "
        "blind, a difference of {difference:+.1f} points (95 % interval {low:+.1f} to {high:+.1f})",
        same=shown.same,
        shown=shown.sentences,
        same_blind=hidden.same,
        blind=hidden.sentences,
        difference=100 * difference,
        low=100 * low,
        high=100 * high,
    )
    if low > 0:
        return tr("A suggestion on screen may sway the decision: {figures}.", figures=figures)
    if high < 0:
        return tr(
            "The curator contradicts suggestions on screen more often than blind: {figures}.",
            figures=figures,
        )
    return tr(
        "There is no evidence that a suggestion on screen sways the decision: {figures}.",
        figures=figures,
    )
