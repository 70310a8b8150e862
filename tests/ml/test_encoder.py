"""Encoders are loaded from good folders and refused, in one sentence, from bad ones."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import torch
import transformers

from adme_labeler import paths
from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.ml.batches import collate, tokenise
from adme_labeler.ml.encoder import load_encoder, pool, split_top, weights_digest

SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "max_position_embeddings": 66,
    "vocab_size": 200,
}
FAMILIES = {
    "bert": lambda: transformers.BertModel(transformers.BertConfig(**SMALL)),
    "roberta": lambda: transformers.RobertaModel(
        transformers.RobertaConfig(**SMALL, type_vocab_size=1)
    ),
    "mpnet": lambda: transformers.MPNetModel(transformers.MPNetConfig(**SMALL)),
    "deberta-v2": lambda: transformers.DebertaV2Model(
        transformers.DebertaV2Config(
            **SMALL, relative_attention=True, pos_att_type=["p2c", "c2p"], conv_kernel_size=3
        )
    ),
    "deberta": lambda: transformers.DebertaModel(
        transformers.DebertaConfig(**SMALL, relative_attention=True, pos_att_type=["p2c", "c2p"])
    ),
}


@pytest.fixture
def copy(tiny_encoder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_encoder, tmp_path / "encoder"))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_gives_the_same_states_whole_or_split_below_the_top(
    family: str, tiny_encoder: Path, tmp_path: Path
):
    torch.manual_seed(1)
    FAMILIES[family]().save_pretrained(tmp_path)
    shutil.copy(tiny_encoder / "tokenizer.json", tmp_path)
    encoder = load_encoder(tmp_path, 48)
    tokens = tokenise(
        encoder.tokenizer, ["the drug is absorbed", "half life of 5 hours"], ["", "dose"]
    )
    batch = collate(tokens, torch.arange(2).numpy(), encoder.pad_id, "cpu")
    bottom, top = split_top(encoder.model)
    more = {"token_type_ids": batch.types} if encoder.segments else {}
    with torch.no_grad():
        whole = encoder.states(batch.ids, batch.mask, batch.types)
        below = bottom(input_ids=batch.ids, attention_mask=batch.mask, **more).last_hidden_state
        above = top(inputs_embeds=below, attention_mask=batch.mask).last_hidden_state
    kept = batch.mask.bool()
    assert torch.allclose(whole[kept], above[kept], atol=1e-5)
    assert not torch.allclose(whole[kept], below[kept], atol=1e-2)


def test_padding_changes_no_pooled_vector(tiny_encoder: Path):
    encoder = load_encoder(tiny_encoder)
    texts = [
        "the drug is absorbed",
        "metabolized by cyp3a4 in the liver with food after a high fat meal",
    ]
    together = collate(tokenise(encoder.tokenizer, texts), torch.arange(2).numpy(), 0, "cpu")
    alone = collate(tokenise(encoder.tokenizer, texts[:1]), torch.arange(1).numpy(), 0, "cpu")
    with torch.no_grad():
        one = pool(
            encoder.states(together.ids, together.mask, together.types), together.mask, "mean"
        )
        two = pool(encoder.states(alone.ids, alone.mask, alone.types), alone.mask, "mean")
    assert torch.allclose(one[0], two[0], atol=1e-5)


def test_tokens_are_cut_at_the_chosen_length_and_never_padded(tiny_encoder: Path):
    encoder = load_encoder(tiny_encoder, 16)
    tokens = tokenise(encoder.tokenizer, ["drug " * 100, "drug"], ["absorption " * 50, ""])
    assert tokens.lengths.tolist() == [16, 3]
    assert tokens.types[0].max() == 1


def _without(name: str):
    return lambda folder: (folder / name).unlink()


def _other_family(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"model_type": "gpt2", "hidden_size": 8}))


def _broken_json(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def _only_bin(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def _cut_weights(folder: Path) -> None:
    weights = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(weights[: len(weights) // 2])


def _other_size(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 5}))


def _no_tokenizer(folder: Path) -> None:
    for file in folder.glob("*token*"):
        file.unlink()


def _broken_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("nonsense")


def _larger_vocabulary(folder: Path) -> None:
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    vocabulary = tokenizer["model"]["vocab"]
    vocabulary.update({f"word{n}": len(vocabulary) + n for n in range(50)})
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_without("config.json"), "no file config.json"),
        (_broken_json, "cannot be read"),
        (_other_family, "only BERT, RoBERTa, DeBERTa and MPNet"),
        (_without("model.safetensors"), "no file model.safetensors"),
        (_only_bin, "can run code"),
        (_cut_weights, "cannot be loaded"),
        (_other_size, "do not fit its config.json"),
        (_no_tokenizer, "no usable tokenizer"),
        (_broken_tokenizer, "no usable tokenizer"),
        (_larger_vocabulary, "files of two models"),
    ],
)
def test_a_bad_folder_is_refused_in_one_sentence(damage, words: str, copy: Path):
    damage(copy)
    with pytest.raises(TrainingProblem) as problem:
        load_encoder(copy)
    assert words in str(problem.value)
    assert "\n" not in str(problem.value)


def _directory(weights: Path) -> None:
    weights.unlink()
    weights.mkdir()


def _link_to_nothing(weights: Path) -> None:
    weights.unlink()
    weights.symlink_to(weights.with_name("gone"))


def _forbidden(weights: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read every file")
    weights.chmod(0)


@pytest.mark.parametrize("unreadable", [_directory, _link_to_nothing, _forbidden])
@pytest.mark.parametrize("read", [weights_digest, load_encoder])
def test_weights_that_cannot_be_read_are_named_with_what_to_do(read, unreadable, copy: Path):
    unreadable(copy / "model.safetensors")
    with pytest.raises(TrainingProblem) as problem:
        read(copy)
    said = str(problem.value)
    assert said.startswith(f"model.safetensors in the encoder folder {copy} cannot be read (")
    assert "Errno" not in said and "choose another encoder folder" in said


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path):
    with pytest.raises(TrainingProblem, match="no encoder folder"):
        load_encoder(tmp_path / "missing")


def test_the_shipped_encoder_has_the_known_hash_mean_pooling_and_a_pooler():
    encoder = load_encoder()
    assert encoder.digest == paths.DEFAULT_ENCODER_SHA256
    assert (encoder.pooling, encoder.hidden_size, encoder.segments) == ("mean", 384, True)
    assert encoder.pooler is not None
