"""Properties that every input must have: splits, recall, gate."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import Verdict
from adme_labeler.statistics.comparison import compare, promotes
from adme_labeler.statistics.groups import GroupCandidate, choose_held_out, merge_groups
from adme_labeler.statistics.intervals import wilson
from adme_labeler.statistics.recall import measure
from adme_labeler.statistics.splits import SplitProblem, grouped_folds

KEYS = ("A", "D", "M", "E", "O")
key = st.sampled_from(KEYS)
rows = st.lists(st.tuples(key, key, key, st.integers(0, 9)), min_size=1, max_size=80)


@given(rows, st.integers(2, 6), st.integers(0, 5), st.randoms(use_true_random=False))
def test_folds_keep_groups_whole_and_do_not_depend_on_the_order(drawn, k, seed, random) -> None:
    groups, categories = [r[3] for r in drawn], [r[0] for r in drawn]
    largest = max(Counter(groups).values()) / len(groups)
    try:
        folds = grouped_folds(groups, categories, k, seed)
    except SplitProblem as problem:
        assert isinstance(problem, Problem)
        assert len(set(groups)) < 2 or largest > 2 / 3
        return
    assert largest <= 2 / 3
    fold_of: dict[int, set[int]] = {}
    for group, fold in zip(groups, folds.tolist(), strict=True):
        fold_of.setdefault(group, set()).add(fold)
    assert all(len(f) == 1 for f in fold_of.values())
    assert set(folds.tolist()) == set(range(max(folds) + 1))
    assert 2 <= max(folds) + 1 <= min(k, len(fold_of))
    order = list(range(len(drawn)))
    random.shuffle(order)
    shuffled = grouped_folds([groups[i] for i in order], [categories[i] for i in order], k, seed)
    assert shuffled.tolist() == [folds[i] for i in order]


@pytest.mark.parametrize("seed", range(4))
def test_every_rare_category_is_spread_over_the_folds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(60), 12)
    categories = rng.choice(["A", "O"], 720)
    categories[groups < 10] = "D"
    categories[(groups >= 10) & (groups < 20)] = "M"
    folds = grouped_folds(groups, categories, 5, seed)
    for rare in ("D", "M"):
        assert [len(set(groups[(folds == f) & (categories == rare)])) for f in range(5)] == [2] * 5
    assert np.bincount(folds).tolist() == pytest.approx([144] * 5, abs=24)


@settings(max_examples=60, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_recall_equals_brute_force_and_does_not_depend_on_the_order(drawn, random) -> None:
    drawn = drawn * 4  # or most categories would have too little support for a recall
    true, decided, _, groups = map(list, zip(*drawn, strict=True))
    measured = measure(true, decided, groups, KEYS)
    pairs = list(zip(true, decided, strict=True))
    f1 = []
    for category in measured.categories:
        c = category.category
        support, claimed = sum(t == c for t in true), sum(d == c for d in decided)
        found = sum(t == d == c for t, d in pairs)
        assert (category.support, category.claimed, category.found) == (support, claimed, found)
        assert category.recall == (found / support if support >= 10 else None)
        assert category.precision == (found / claimed if claimed >= 10 else None)
        if category.recall is not None:
            assert category.recall_low <= category.recall <= category.recall_high  # type: ignore[operator]
            assert category.recall_low <= wilson(found, support).low  # type: ignore[operator]
        if support:
            f1.append(2 * found / (support + claimed))
    assert measured.accuracy == sum(t == d for t, d in pairs) / len(pairs)
    assert measured.macro_f1 == pytest.approx(sum(f1) / len(f1))
    assert measured.confusion == tuple(tuple(pairs.count((t, d)) for d in KEYS) for t in KEYS)
    random.shuffle(drawn)
    true, decided, _, groups = map(list, zip(*drawn, strict=True))
    assert measure(true, decided, groups, KEYS) == measured


@settings(max_examples=60, deadline=None)
@given(rows, st.randoms(use_true_random=False), st.data())
def test_the_gate_ignores_order_and_a_corrected_mistake_never_closes_it(
    drawn, random, data
) -> None:
    drawn = drawn + [(t, t, t, g) for t, g in zip(KEYS * 4, range(20), strict=True)]
    true, candidate, active, groups = map(list, zip(*drawn, strict=True))
    before = compare(true, candidate, active, groups, KEYS, rare=KEYS[:4])
    mistakes = [i for i, (t, c) in enumerate(zip(true, candidate, strict=True)) if t != c]
    if mistakes:
        at = data.draw(st.sampled_from(mistakes))
        fixed = [*candidate[:at], true[at], *candidate[at + 1 :]]
        after = compare(true, fixed, active, groups, KEYS, rare=KEYS[:4])
        assert after.difference >= before.difference - 1e-12  # type: ignore[operator]
        assert promotes(after.verdict) >= promotes(before.verdict)
    random.shuffle(drawn)
    again = compare(*(list(column) for column in zip(*drawn, strict=True)), KEYS, rare=KEYS[:4])
    assert again == before
    if before.verdict == Verdict.BETTER:
        assert before.difference_low > 0  # type: ignore[operator]


@given(
    st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40),
    st.randoms(use_true_random=False),
)
def test_held_out_groups_grow_only_and_do_not_depend_on_the_order(states, random) -> None:
    groups = [GroupCandidate(f"g{i}", *state) for i, state in enumerate(states)]
    chosen = choose_held_out(groups)
    kept = {g.key for g in groups if g.held_out}
    assert kept <= chosen <= kept | {g.key for g in groups if g.eligible}
    random.shuffle(groups)
    assert choose_held_out(groups) == chosen
    later = [GroupCandidate(g.key, g.key in chosen, False) for g in groups]
    assert choose_held_out([*later, GroupCandidate("new")]) >= chosen


@given(
    st.dictionaries(st.integers(0, 30), st.lists(st.sampled_from("abcdefgh"), max_size=3)),
    st.data(),
)
def test_no_ingredient_and_no_linked_pair_is_in_two_groups(ingredients, data) -> None:
    label = st.sampled_from(sorted(ingredients)) if ingredients else st.nothing()
    pairs = data.draw(st.lists(st.tuples(label, label), max_size=8)) if ingredients else []
    groups = merge_groups(ingredients, pairs)
    assert sorted(x for g in groups for x in g) == sorted(ingredients)
    of = {x: i for i, g in enumerate(groups) for x in g}
    assert all(of[a] == of[b] for a, b in pairs)
    for name in "abcdefgh":
        assert len({of[x] for x, names in ingredients.items() if name in names}) <= 1
