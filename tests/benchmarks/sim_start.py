"""The first decisions: what the instant head is worth after 5, 10, 25 … of them.

    python -m tests.benchmarks.sim_start

Gold sentences, 5 folds by drug group twice; so many of the other folds' sentences drawn at random
are decided. The head starts from heading hints (300 of each category, of headed sentences that are
not near-identical to a gold one and whose drug is none of the gold drugs), from the shipped sample,
or from nothing. "free bias": as it was before the bias was held to the counted category shares.
"""

from __future__ import annotations

import sys

import numpy as np

from adme_labeler.ml import instant
from adme_labeler.ml.instant import HintHead, Known, fit_hints
from adme_labeler.statistics.calibration import decide
from adme_labeler.statistics.duplicates import near_any
from adme_labeler.statistics.splits import grouped_folds
from tests.benchmarks import sim_data
from tests.benchmarks.sim_data import KEYS, Data, Floats

SIZES = (5, 10, 25, 50, 100, 250, 1000)
HEADER = "taught_by,bias,decisions,adme_recall,macro_f1,log_loss"


def main() -> int:
    gold = sim_data.gold()
    scaling = gold.scaling()
    sources = {
        "headings": _headings(gold),
        "sample": _elsewhere(sim_data.sample()),
        "nothing": None,
    }
    held = instant.BIAS_PENALTY
    lines: list[list[object]] = []
    for source, known in sources.items():
        hints = fit_hints(known, len(KEYS), scaling) if known is not None else None
        for bias, penalty in (("free", 0.01), ("held", held)):
            instant.BIAS_PENALTY = penalty
            for decisions in (0, *SIZES) if hints else SIZES:
                lines.append([source, bias, decisions, *_measured(gold, hints, decisions)])
                sim_data.say(*lines[-1])
    instant.BIAS_PENALTY = held
    said = "The instant head after the first decisions, gold sentences, 2 x 5 folds by drug."
    sim_data.say(sim_data.write("sim_start.csv", HEADER.split(","), lines, said))
    return 0


def _measured(gold: Data, hints: HintHead | None, decisions: int) -> list[float]:
    true, decided, losses = [], [], []
    for seed in range(2):
        folds = grouped_folds(gold.groups, gold.categories, 5, seed)
        for fold in range(5):
            test = np.flatnonzero(folds == fold)
            rows = np.random.default_rng([seed, fold]).permutation(np.flatnonzero(folds != fold))
            head = sim_data.fit_with(gold, rows[:decisions], gold.scaling(), hints).head
            shown: Floats = head.probabilities(gold.vectors[test], gold.words[test])
            mine = gold.categories[test]
            true.append(mine)
            decided.append(decide(shown, head.shift, head.prior).first)
            losses.append(-np.log(np.clip(shown[np.arange(len(test)), mine], 1e-9, 1)))
    t, d = np.concatenate(true), np.concatenate(decided)
    hits = np.bincount(t[t == d], minlength=len(KEYS))
    f1 = 2 * hits / (np.bincount(t, minlength=len(KEYS)) + np.bincount(d, minlength=len(KEYS)))
    return [
        sim_data.adme_recall(t, d),
        float(f1.mean()),
        float(np.concatenate(losses).mean()),
    ]


def _headings(gold: Data) -> Known:
    data = sim_data.headed()
    words = set().union(*map(_drug_words, gold.drugs))
    apart = [i for i, drug in enumerate(data.drugs) if not _drug_words(drug) & words]
    near = near_any({i: data.texts[i] for i in apart}, dict(enumerate(gold.texts)))
    rows = np.array([i for i in apart if i not in near])
    rng = np.random.default_rng(0)
    few = [rng.permutation(rows[data.categories[rows] == c])[:300] for c in range(len(KEYS))]
    return _elsewhere(data.known(np.concatenate(few)))


def _drug_words(drug: str) -> set[str]:
    from adme_labeler.ml.tables import Row, drug_words

    return drug_words(Row("", "", "", drug, "", ""))


def _elsewhere(known: Known) -> Known:
    """The same with numbers of drug groups that are none of the gold ones."""
    return Known(known.vectors, known.words, known.categories, known.groups + 1_000_000)


if __name__ == "__main__":
    sys.exit(main())
