"""A tiny random encoder made on the spot: real transformers files, seconds to train."""

from __future__ import annotations

from pathlib import Path

WORDS = (
    "the drug is a of in and to absorption absorbed plasma concentration peak food high fat meal "
    "bioavailability distribution volume bound protein proteins tissue metabolism metabolized "
    "metabolite by cyp3a4 liver enzyme excretion excreted urine feces half life clearance dose "
    "hours renal elimination recovered patients age sex study was were with after oral"
)


def make_tiny_encoder(folder: Path, hidden: int = 32, layers: int = 2) -> Path:
    """A BERT of some ten thousand weights with a WordPiece tokenizer; returns `folder`."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)] + [str(d) for d in range(10)]
    pieces = [*letters, *(f"##{c}" for c in letters), *".,()%-", *dict.fromkeys(WORDS.split())]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = list(dict.fromkeys(special + pieces))
    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])],
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=128,
    )
    folder.mkdir(parents=True, exist_ok=True)
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=2 * hidden,
        max_position_embeddings=130,
    )
    BertModel(config).save_pretrained(folder, safe_serialization=True)
    return folder
