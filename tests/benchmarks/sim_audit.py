"""What is still out there: does the audit's 95 % interval hold the truth, and what is it worth?

    python -m tests.benchmarks.sim_audit [AUDITS]

Pools of 3,000 undecided headed sentences with 5 % of A, D, M, E together, or 1 %; an instant head
taught on 300 sentences of other drugs scores them, ten heads in turn. Every audit draws as the
product does (one audit serves four categories), is read without mistakes, and gives an interval for
each category. Scores: "calibrated" (logits refitted on the truth of the pool: an oracle), "served"
(as the head gives them), its logits times 1.7 and 0.6 ("over-", "underconfident"), 1.5 lower for
every rare category ("too low"), and "blind": a tenth, or a quarter, of the category's sentences
have the score of a random sentence of Other. Coverage: share of intervals that hold the true
number, with its 95 % Wilson interval (the four of an audit taken as independent). `width`: mean
width of the interval, as a share of the pool; `random_width`: that of Wilson's interval from as
many sentences drawn at random.

sim_certificate.csv: how often the stopping certificate deceives in the worst case (one sentence
more is there than it allows), its price, and what starting anew after a find would do.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from scipy import optimize
from scipy.special import log_softmax

from adme_labeler.ml.predict import softmax
from adme_labeler.statistics import audit
from adme_labeler.statistics.intervals import wilson
from tests.benchmarks import sim_data
from tests.benchmarks.sim_data import KEYS, Data, Floats, Ints

POOL = 3_000
HEADS = 10
CELLS = (
    ("served", 0.05, 100),
    ("blind to a tenth", 0.05, 100),
    ("served", 0.01, 100),
    ("calibrated", 0.05, 100),
    ("served", 0.05, 50),
    ("served", 0.05, 200),
    ("overconfident", 0.05, 100),
    ("underconfident", 0.05, 100),
    ("too low", 0.05, 100),
    ("blind to a quarter", 0.05, 100),
    ("blind to a tenth", 0.01, 100),
    ("calibrated", 0.01, 100),
    ("blind to a quarter", 0.01, 100),
    ("calibrated", 0.05, 200),
)
DRAWS = 1_000
"""Draws of the posterior for one interval, in place of the product's 4,000: half the time."""
HEADER = (
    "scores,adme_share,read,audits,intervals,coverage,low,high,truth_above,truth_below,width,"
    "random_width,mean_truth,mean_estimate"
)


def main(words: list[str]) -> int:
    audits = int(words[0]) if words else 200
    audit.DRAWS = DRAWS
    data = sim_data.headed()
    heads = [_scored(data, seed) for seed in range(HEADS)]
    lines: list[list[object]] = []
    said = f"{audits} simulated audits a row on headed sentences, pools of {POOL:,}."
    for scores, share, read in CELLS:
        lines.append(
            [scores, share, read, audits, *_cell(data, heads, scores, share, read, audits)]
        )
        sim_data.say(*lines[-1])
        sim_data.write("sim_audit.csv", HEADER.split(","), lines, said)
    header = "pool,at_most,claimed,read,share_of_pool,repeats,deceived,starting_anew"
    rows = list(_certificates())
    said = "Stopping certificates; one sentence more of the category is there than they allow."
    sim_data.say(sim_data.write("sim_certificate.csv", header.split(","), rows, said))
    for row in rows:
        sim_data.say(*row)
    return 0


def _scored(data: Data, seed: int) -> tuple[Ints, Floats]:
    """Rows of drugs that a head has not seen, and their logits (n, c) over its temperature."""
    rng = np.random.default_rng([seed, 11])
    groups = rng.permutation(np.unique(data.groups))
    sides = np.isin(data.groups, groups[: len(groups) // 3])
    head = data.fit(rng.choice(np.flatnonzero(sides), 300, replace=False), data.scaling()).head
    rows = np.flatnonzero(~sides)
    return rows, head.logits(data.vectors[rows], data.words[rows]) / head.temperature


def _cell(
    data: Data,
    heads: list[tuple[Ints, Floats]],
    scores: str,
    share: float,
    read: int,
    audits: int,
) -> list[object]:
    inside, above, below, widths, random, truths, estimates = ([] for _ in range(7))
    for number in range(audits):
        rng = np.random.default_rng([number, read, int(1000 * share)])
        rows, logits = heads[number % len(heads)]
        pool = _pool(data.categories[rows], share, rng)
        true = data.categories[rows[pool]]
        shown = _probabilities(logits[pool], true, scores, rng)
        strata = audit.stratify(shown[:, :4])
        drawn = audit.draw(strata, audit.allocate(strata, read), number)
        for category in range(4):
            of_category = true == category
            counted = audit.estimate_unfound(
                strata, shown[:, category], drawn.rows, of_category[drawn.rows]
            )
            truth = int(of_category.sum() - of_category[drawn.rows].sum())
            inside.append(counted.low <= truth <= counted.high)
            above.append(truth > counted.high)
            below.append(truth < counted.low)
            widths.append((counted.high - counted.low) / POOL)
            hits = int(of_category[rng.choice(POOL, read, replace=False)].sum())
            random.append(wilson(hits, read).half_width * 2)
            truths.append(truth)
            estimates.append(counted.estimate)
    bounds = wilson(sum(inside), len(inside))
    means = [float(np.mean(v)) for v in (above, below, widths, random, truths, estimates)]
    return [len(inside), float(np.mean(inside)), bounds.low, bounds.high, *means]


def _pool(categories: Ints, share: float, rng: np.random.Generator) -> Ints:
    """POOL places, of which `share` are A, D, M or E."""
    adme, other = np.flatnonzero(categories < 4), np.flatnonzero(categories == 4)
    wanted = round(share * POOL)
    return np.concatenate(
        [rng.choice(adme, wanted, replace=False), rng.choice(other, POOL - wanted, replace=False)]
    )


def _probabilities(logits: Floats, true: Ints, scores: str, rng: np.random.Generator) -> Floats:
    if scores == "calibrated":
        return _refitted(logits, true)
    if scores == "overconfident":
        return softmax(_refitted_logits(logits, true) * 1.7)
    if scores == "underconfident":
        return softmax(_refitted_logits(logits, true) * 0.6)
    if scores == "too low":
        return softmax(_refitted_logits(logits, true) - 1.5 * (np.arange(len(KEYS)) < 4))
    if scores.startswith("blind"):
        part = 0.1 if scores.endswith("tenth") else 0.25
        blind = np.flatnonzero((true < 4) & (rng.random(len(true)) < part))
        logits = logits.copy()
        logits[blind] = logits[rng.choice(np.flatnonzero(true == 4), len(blind))]
    return softmax(logits)


def _refitted(logits: Floats, true: Ints) -> Floats:
    return softmax(_refitted_logits(logits, true))


def _refitted_logits(logits: Floats, true: Ints) -> Floats:
    """Logits with the scale and the biases that fit the truth best."""
    rows = np.arange(len(true))

    def loss(x: Floats) -> float:
        return -float(log_softmax(logits * np.exp(x[0]) + x[1:], axis=1)[rows, true].mean())

    found = optimize.minimize(loss, np.zeros(1 + len(KEYS)), method="L-BFGS-B").x
    return logits * np.exp(found[0]) + found[1:]


def _certificates(repeats: int = 20_000) -> Iterator[list[object]]:
    rng = np.random.default_rng(1)
    for pool in (1_000, 10_000):
        for at_most in (0, 5, 10, 20, 50, 100):
            price = audit.certificate(pool, at_most)
            there = at_most + 1
            none = rng.hypergeometric(there, pool - there, price.to_read, repeats) == 0
            # After a find: the found are put aside, and as many are read anew until none is met.
            anew = _until_none(pool, 2 * there, at_most, rng)
            yield [
                pool,
                at_most,
                0.05,
                price.to_read,
                price.share,
                repeats,
                float(none.mean()),
                anew,
            ]


def _until_none(pool: int, there: int, at_most: int, rng: np.random.Generator) -> float:
    """Share of 2,000 curators who, starting anew until they meet none, stop too early."""
    wrong = 0
    for _ in range(2_000):
        left, unread = there, pool
        while unread > 0:
            to_read = audit.certificate(unread, at_most).to_read
            hits = int(rng.hypergeometric(left, unread - left, to_read)) if left else 0
            left, unread = left - hits, unread - to_read
            if not hits:
                break
        wrong += left > at_most
    return wrong / 2_000


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
