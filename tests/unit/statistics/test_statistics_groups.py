"""Drug groups, held-out choice and near-duplicates."""

import subprocess
import sys

import pytest

from adme_labeler.statistics.duplicates import SAME_DOCUMENT, near_any, near_duplicate_pairs
from adme_labeler.statistics.groups import (
    GroupCandidate,
    choose_held_out,
    held_out_wanted,
    largest_group_share,
    merge_groups,
)

BASE = [f"word{i}" for i in range(200)]


def _changed(words: list[str], at: range) -> list[str]:
    return [f"other{i}" if i in at else word for i, word in enumerate(words)]


def test_intervals_and_groups_need_neither_numpy_nor_scipy() -> None:
    code = (
        "import sys, adme_labeler.statistics.intervals, adme_labeler.statistics.groups;"
        "sys.exit(any(m in sys.modules for m in ('numpy', 'scipy', 'datasketch')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_nothing_is_held_out_below_five_groups_and_at_least_two_from_there() -> None:
    assert [held_out_wanted(n) for n in (0, 1, 4, 5, 10, 12, 13, 40)] == [0, 0, 0, 2, 2, 2, 3, 8]


def test_held_out_groups_are_never_taken_back_and_only_eligible_ones_are_added() -> None:
    groups = [GroupCandidate(f"g{i}", held_out=i in (3, 4), eligible=i < 7) for i in range(20)]
    chosen = choose_held_out(groups)
    assert {"g3", "g4"} <= chosen
    assert len(chosen) == 4
    assert chosen <= {f"g{i}" for i in range(7)}
    assert choose_held_out([GroupCandidate("only", held_out=True)]) == {"only"}


def test_fewer_groups_are_held_out_when_the_eligible_ones_run_out() -> None:
    groups = [GroupCandidate(f"g{i}", eligible=i == 0) for i in range(10)]
    assert choose_held_out(groups) == {"g0"}


def test_a_combination_product_joins_the_groups_of_its_ingredients() -> None:
    groups = merge_groups(
        {
            1: ["ALFAPRIL"],
            2: ["BETASTATIN"],
            3: ["Betastatin ", "alfapril"],
            4: [],
            5: [],
            6: ["X"],
        },
        [(5, 6)],
    )
    assert groups == [{1, 2, 3}, {4}, {5, 6}]


def test_the_largest_group_share_is_reported() -> None:
    assert largest_group_share([5, 3, 2]) == 0.5
    assert largest_group_share([]) == 0.0


@pytest.mark.parametrize("order", ["acb", "abc", "bca"])
def test_near_identical_texts_are_linked_also_through_a_third_one(order: str) -> None:
    first, middle, last = BASE, _changed(BASE, range(25)), _changed(BASE, range(50))
    chain = {"a": " ".join(first), "b": " ".join(middle), "c": " ".join(last)}
    assert not near_any({"c": chain["c"]}, {"a": chain["a"]}, SAME_DOCUMENT, words=5)
    texts = {
        **{key: chain[key] for key in order},
        "same as a": " ".join(first).upper(),
        "unrelated": " ".join(f"else{i}" for i in range(200)),
        "empty": "",
        "also empty": " ",
    }
    groups = merge_groups({key: [] for key in texts}, near_duplicate_pairs(texts))
    assert {"a", "b", "c", "same as a"} in groups
    assert len(groups) == 4


def test_a_hundred_repackagers_give_a_tree_of_links() -> None:
    texts = {i: " ".join(_changed(BASE, range(i, i + 1))) for i in range(100)}
    pairs = near_duplicate_pairs(texts)
    assert len(pairs) == 99
    assert len(merge_groups({key: [] for key in texts}, pairs)) == 1


def test_a_sentence_near_a_reference_sentence_is_found() -> None:
    reference = {1: "The mean terminal half-life of the drug is about 12 hours in healthy adults."}
    texts = {
        10: "The mean terminal half-life of the drug is about 12 hours in healthy adults",
        11: "The drug is excreted in urine.",
    }
    assert near_any(texts, reference) == {10: 1}
