"""Encoders of every family are read, trained in both stages and served with what was measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from adme_labeler import protocol
from adme_labeler.ml import fitting
from adme_labeler.ml.batches import tokenise
from adme_labeler.ml.compute import Compute
from adme_labeler.ml.encoder import load_encoder
from adme_labeler.ml.predict import softmax
from adme_labeler.ml.recipes import DEFAULT
from adme_labeler.ml.served_model import load_served
from adme_labeler.ml.stage_work import WholeEncoder, top_alone
from adme_labeler.ml.trainer import Trainer
from tests.families import FAMILIES, make_family

KEYS = ("A", "D", "M", "E", "O")
CPU = Compute("cpu", "float32", 1)


class Nobody:
    def plan(self, work: float) -> None: ...

    def phase(self, name: str) -> None: ...

    def step(self, stage, step: int, total: int, loss: float | None) -> None: ...

    def stopping(self) -> bool:
        return False


@pytest.fixture(scope="module", params=FAMILIES)
def family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_family(request.param, tmp_path_factory.mktemp("families") / request.param)


def test_its_tokenizer_reads_words_whole_and_marks_both_ends(family: Path):
    encoder = load_encoder(family, 48)
    tokens = tokenise(encoder.tokenizer, ["the drug is absorbed", "metabolism by liver enzyme"])
    words = [encoder.tokenizer.id_to_token(i) for i in tokens.ids[0]]
    assert len(words) == 6, words
    assert encoder.pad_id == encoder.tokenizer.token_to_id(
        "<pad>" if "<pad>" in encoder.tokenizer.get_vocab() else "[PAD]"
    )


def test_stage_one_on_cached_states_computes_what_the_whole_encoder_does(
    family: Path, make_sentences
):
    stage = DEFAULT.stages[0]
    recipe = replace(DEFAULT, heading=False, head_dropout=0.0)
    made = Trainer(KEYS, recipe, str(family), 5, 32, CPU, Nobody())
    rows = make_sentences(24)
    data = made.sentences([r.text for r in rows], [""] * 24, [r.category for r in rows], [0] * 24)
    logits, gradients = [], []
    for whole in (False, True):
        model = made.fresh(5)
        model.requires_grad_(False)
        model.head.requires_grad_(True)
        model.encoder.encoder.layer[-1].requires_grad_(True)
        work = top_alone(model, data.examples, stage, 5, CPU)
        assert work is not None
        if whole:
            work = WholeEncoder(model, data.examples, recipe, stage, 5, CPU)
        for module in model.modules():  # dropout draws differently in either way
            module.eval()
        batch = work.batches(0, 8)[0]
        found, _ = work.forward(batch)
        found.square().sum().backward()
        logits.append(found.detach())
        gradients.append({n: p.grad for n, p in model.named_parameters() if p.grad is not None})
    assert torch.allclose(logits[0], logits[1], atol=1e-5)
    assert gradients[0].keys() == gradients[1].keys() and len(gradients[0]) > 10
    for name, gradient in gradients[0].items():
        assert torch.allclose(gradient, gradients[1][name], atol=1e-3), name


@pytest.mark.parametrize("preset", ["default", "paper"])
def test_it_is_trained_and_serves_what_was_measured(
    family: Path, preset: str, make_sentences, tmp_path, monkeypatch
):
    from adme_labeler.ml import recipes

    recipe = recipes.PRESETS[preset]
    short = tuple(replace(s, min_steps=0, epochs=1, lr=2e-3) for s in recipe.stages)
    monkeypatch.setitem(recipes.PRESETS, preset, replace(recipe, stages=short))
    made = make_sentences(60)
    held_out = [
        msgspec.structs.replace(r, sentence=100 + n, role="held_out", group=90 + n % 3)
        for n, r in enumerate(made[:10])
    ]
    settings = protocol.TrainSettings(
        categories=KEYS, rest="O", preset=preset, encoder=str(family), folds=0, max_length=32
    )
    before = load_encoder(family).model.state_dict()
    result = fitting.run_training(settings, [*made, *held_out], tmp_path, CPU, Nobody())
    served = load_served(tmp_path / "model", CPU)
    assert served.card is not None
    after = served.predictor.model.encoder.state_dict()
    assert before.keys() == after.keys()
    assert any(not torch.equal(before[name], after[name]) for name in before)
    tokens = served.tokens([r.text for r in held_out], [r.heading for r in held_out])
    shown = softmax(served.predictor.logits(tokens), served.card.temperature)
    measured = np.array([p.probabilities for p in result.predictions])
    assert shown == pytest.approx(measured, abs=1e-6)


def test_a_bare_vocabulary_with_capitals_is_read_with_capitals(tmp_path):
    folder = make_family("bert_cased", tmp_path / "cased")
    encoder = load_encoder(folder, 48)
    tokens = tokenise(encoder.tokenizer, ["Absorption of CYP3A4"])
    words = [encoder.tokenizer.id_to_token(i) for i in tokens.ids[0]]
    assert words == ["[CLS]", "Absorption", "of", "CYP3A4", "[SEP]"]
    lowered = [w for w in (folder / "vocab.txt").read_text().split() if w == w.lower() or "[" in w]
    (folder / "vocab.txt").write_text("\n".join(lowered) + "\n")
    tokens = tokenise(load_encoder(folder, 48).tokenizer, ["Absorption of"])
    assert len(tokens.ids[0]) == 4
