"""Tiny random encoders of every family that is read, with the files that their authors publish."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.encoders import WORDS

_SHAPE: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "max_position_embeddings": 98,
}
_LETTERS = [chr(c) for c in range(ord("a"), ord("z") + 1)] + [str(d) for d in range(10)]


def bert_cased(folder: Path) -> None:
    """The shape of PharmBERT and BioBERT: weights, config.json and a cased vocab.txt, no more."""
    from transformers import BertConfig, BertModel

    pieces = [*_LETTERS, *(c.upper() for c in _LETTERS if c.isalpha()), *".,()%-"]
    capitals = [word.capitalize() for word in WORDS.split()]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *pieces, *(f"##{p}" for p in pieces)]
    words = list(dict.fromkeys([*words, *WORDS.split(), *capitals, "Tmax", "CYP3A4"]))
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    BertModel(BertConfig(vocab_size=len(words), **_SHAPE)).save_pretrained(folder)


def roberta(folder: Path) -> None:
    """Byte-level pairs in vocab.json and merges.txt; no segments, positions after the padding."""
    from transformers import RobertaConfig, RobertaModel

    size = _byte_level(folder, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    config = RobertaConfig(vocab_size=size, type_vocab_size=1, **_SHAPE)
    RobertaModel(config, add_pooling_layer=False).save_pretrained(folder)


def deberta(folder: Path) -> None:
    """DeBERTa: byte-level pairs, disentangled attention."""
    from transformers import DebertaConfig, DebertaModel

    size = _byte_level(folder, ["[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]"], whole=True)
    config = DebertaConfig(
        vocab_size=size,
        relative_attention=True,
        pos_att_type=["c2p", "p2c"],
        max_relative_positions=-1,
        position_biased_input=False,
        pad_token_id=1,
        **_SHAPE,
    )
    DebertaModel(config).save_pretrained(folder)


def deberta_v3(folder: Path) -> None:
    """DeBERTa v3: buckets of relative positions with a norm, a key for both, no segments."""
    _deberta_v2(folder, share_att_key=True, position_buckets=16, norm_rel_ebd="layer_norm")


def deberta_v2_conv(folder: Path) -> None:
    """DeBERTa v2 of the large sizes: a convolution beside the first layer."""
    _deberta_v2(folder, conv_kernel_size=3, conv_act="gelu", position_biased_input=True)


def mpnet(folder: Path) -> None:
    """MPNet: word pieces, one bias of relative positions for all layers."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import MPNetConfig, MPNetModel

    pieces = [*_LETTERS, *(f"##{c}" for c in _LETTERS), *".,()%-", *WORDS.split()]
    words = list(dict.fromkeys(["<s>", "<pad>", "</s>", "[UNK]", "<mask>", *pieces]))
    made = Tokenizer(models.WordPiece({w: n for n, w in enumerate(words)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    made.save(str(folder / "tokenizer.json"))
    config = MPNetConfig(vocab_size=len(words), **_SHAPE)
    MPNetModel(config, add_pooling_layer=False).save_pretrained(folder)


FAMILIES: dict[str, Callable[[Path], None]] = {
    made.__name__: made
    for made in (bert_cased, roberta, mpnet, deberta, deberta_v3, deberta_v2_conv)
}


def make_family(name: str, folder: Path) -> Path:
    """Writes a random encoder of this family; returns `folder`."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(3)
    FAMILIES[name](folder)
    return folder


def _byte_level(folder: Path, special: list[str], whole: bool = False) -> int:
    """Files of a byte-level tokenizer, in one tokenizer.json if `whole`; size of its vocabulary."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=900, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator([WORDS] * 3, trainer)
    start, _, end = special[:3]
    ids = made.get_vocab()
    made.post_processor = processors.RobertaProcessing((end, ids[end]), (start, ids[start]))
    if whole:
        made.save(str(folder / "tokenizer.json"))
    else:
        made.model.save(str(folder))
        (folder / "tokenizer_config.json").write_text(
            json.dumps({"tokenizer_class": "RobertaTokenizer", "model_max_length": 96})
        )
    return made.get_vocab_size()


def _deberta_v2(folder: Path, **more: Any) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import DebertaV2Config, DebertaV2Model

    words = [f"▁{w}" for w in dict.fromkeys(WORDS.split())]
    pieces = [*words, "▁", *_LETTERS, *".,()%-"]
    special = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
    scores = [(p, 0.0) for p in special] + [(p, -float(n)) for n, p in enumerate(pieces, 1)]
    made = Tokenizer(models.Unigram(scores, unk_id=3))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 1), ("[SEP]", 2)],
    )
    made.save(str(folder / "tokenizer.json"))
    settings = {"position_biased_input": False, **more}
    config = DebertaV2Config(
        vocab_size=len(scores),
        relative_attention=True,
        pos_att_type=["p2c", "c2p"],
        max_relative_positions=-1,
        type_vocab_size=0,
        **settings,
        **_SHAPE,
    )
    DebertaV2Model(config).save_pretrained(folder)
