"""Pretrained encoders from local folders: checked, loaded without network, split at the top."""

from __future__ import annotations

import copy
import hashlib
import inspect
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from tokenizers import Tokenizer
from torch import Tensor, nn

from adme_labeler import paths
from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.language import tr

FAMILIES = ("bert", "roberta", "xlm-roberta", "camembert", "deberta", "deberta-v2", "mpnet")
"""Values of `model_type` in config.json that are read."""

_FEW_UPPER = 0.01
"""An uncased vocabulary has at most this share of words with capitals (it should have none)."""

VOCABULARIES = ("vocab.txt", "vocab.json", "spm.model", "sentencepiece.bpe.model")
"""Files from which a tokenizer can be built where there is no tokenizer.json."""


@dataclass(frozen=True)
class Encoder:
    """A loaded encoder. `model` maps tokens to states; `digest` is the sha256 of its weights.

    `pooling` ("mean" or "cls") is how its authors make one vector of a sentence; `pooler` is its
    pretrained dense layer on the first token, where the folder has one.
    """

    model: Any
    tokenizer: Tokenizer
    digest: str
    name: str
    pooling: str
    hidden_size: int
    pad_id: int
    max_length: int
    segments: bool
    pooler: nn.Linear | None

    def states(self, ids: Tensor, mask: Tensor, types: Tensor | None = None) -> Tensor:
        """States (batch, tokens, hidden) of token ids, mask and segment ids (batch, tokens)."""
        more = {"token_type_ids": types} if self.segments and types is not None else {}
        return self.model(input_ids=ids, attention_mask=mask, **more).last_hidden_state


def default_folder() -> Path:
    """Folder of the shipped encoder. Raises TrainingProblem where it is not installed."""
    folder = paths.default_encoder()
    if folder is None:
        raise TrainingProblem(
            tr(
                "The language model that comes with the program is missing: reinstall the "
                "program, or choose another encoder folder in the settings."
            )
        )
    return folder


def load_encoder(folder: Path | str = "", max_length: int = 128) -> Encoder:
    """Load an encoder in fp32 from a local folder; an empty name means the shipped one.

    Only safetensors weights are read and nothing is downloaded. The shipped encoder must have
    the known hash. Raises TrainingProblem, with one sentence on what is wrong with the folder.
    """
    place = Path(folder) if str(folder) else default_folder()
    shipped = _is_shipped(place)
    config = read_config(place)
    digest = weights_digest(place)
    if shipped and digest != paths.DEFAULT_ENCODER_SHA256:
        raise TrainingProblem(
            tr(
                "The language model that comes with the program is damaged (its checksum is "
                "wrong): reinstall the program."
            )
        )
    model = _load_weights(place)
    tokenizer = _load_tokenizer(place)
    embeddings = model.embeddings.word_embeddings.num_embeddings
    if tokenizer.get_vocab_size(with_added_tokens=True) > embeddings:
        raise TrainingProblem(
            tr(
                "The encoder folder {place} mixes files of two models: its tokenizer knows "
                "more words than the encoder.",
                place=place,
            )
        )
    # RoBERTa counts positions from pad + 1, so two of its positions are never used.
    positions = int(config.get("max_position_embeddings") or 512)
    if config["model_type"] in ("roberta", "xlm-roberta", "camembert", "mpnet"):
        positions -= 2
    length = max(8, min(max_length, positions))
    tokenizer.no_padding()
    tokenizer.enable_truncation(length)
    pooler = getattr(model, "pooler", None)
    dense = getattr(pooler, "dense", None)
    if pooler is not None:
        model.pooler = None
    return Encoder(
        model=model,
        tokenizer=tokenizer,
        digest=digest,
        name="all-MiniLM-L6-v2" if digest == paths.DEFAULT_ENCODER_SHA256 else place.name,
        pooling=_pooling(place),
        hidden_size=int(config["hidden_size"]),
        pad_id=int(config.get("pad_token_id") or 0),
        max_length=length,
        segments=int(config.get("type_vocab_size") or 0) > 1,
        pooler=dense if isinstance(dense, nn.Linear) else None,
    )


def read_config(folder: Path) -> dict[str, Any]:
    """config.json of an encoder folder. Raises TrainingProblem when it is no encoder folder."""
    if not folder.is_dir():
        raise TrainingProblem(tr("There is no encoder folder {folder}.", folder=folder))
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except FileNotFoundError:
        raise TrainingProblem(
            tr("{folder} is no encoder folder: it has no file config.json.", folder=folder)
        ) from None
    except (OSError, ValueError) as error:
        raise TrainingProblem(
            tr(
                "config.json in {folder} cannot be read: {reason}.",
                folder=folder,
                reason=getattr(error, "strerror", None) or _first_line(error),
            )
        ) from error
    family = config.get("model_type") if isinstance(config, dict) else None
    if family not in FAMILIES:
        raise TrainingProblem(
            tr(
                "The encoder in {folder} is of the kind {family!r}; only BERT, RoBERTa, "
                "DeBERTa and MPNet can be used.",
                folder=folder,
                family=family,
            )
        )
    if not isinstance(config.get("hidden_size"), int):
        raise TrainingProblem(
            tr("config.json in {folder} does not say the encoder's hidden size.", folder=folder)
        )
    return config


def weights_digest(folder: Path) -> str:
    """sha256 (hex) of the weight files in name order. Raises TrainingProblem without any, or where
    one cannot be read."""
    files = sorted(folder.glob("model*.safetensors"))
    if not files:
        other = next(iter([*folder.glob("*.bin"), *folder.glob("*.h5")]), None)
        raise TrainingProblem(
            tr(
                "The encoder folder {folder} has its weights in {other}, which is not read "
                "because such files can run code: convert it to model.safetensors.",
                folder=folder,
                other=other.name,
            )
            if other
            else tr("The encoder folder {folder} has no file model.safetensors.", folder=folder)
        )
    total = hashlib.sha256()
    for file in files:
        try:
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256")
        except OSError as error:
            raise TrainingProblem(
                tr(
                    "{file} in the encoder folder {folder} cannot be read ({reason}): see that "
                    "your account may read it, or choose another encoder folder.",
                    file=file.name,
                    folder=folder,
                    reason=error.strerror or _first_line(error),
                )
            ) from error
        if len(files) == 1:
            return digest.hexdigest()
        total.update(digest.digest())
    return total.hexdigest()


def split_top(model: Any) -> tuple[nn.Module, nn.Module]:
    """The encoder below its last layer, and that layer alone, both sharing `model`'s weights.

    The second takes states as `inputs_embeds`. Each family keeps its own masks and position
    biases, because both are ordinary encoders of that family with fewer layers.
    """
    layers = model.encoder.layer
    if len(layers) < 2:
        raise ValueError("an encoder of one layer has nothing below its top")
    bottom = _with_layers(model, layers[:-1])
    top = _with_layers(model, layers[-1:])
    top.embeddings = _PassThrough()
    if getattr(top.encoder, "conv", None) is not None:
        top.encoder._modules["conv"] = None  # DeBERTa's convolution belongs to the first layer
    return bottom, top


def _is_shipped(folder: Path) -> bool:
    """Also where the caller names the shipped encoder by its folder, as projects do."""
    own = paths.default_encoder()
    return own is not None and folder.resolve() == own.resolve()


def top_layer(model: Any) -> nn.Module:
    return model.encoder.layer[-1]


def pool(states: Tensor, mask: Tensor, pooling: str) -> Tensor:
    """One fp32 vector (batch, hidden) per sentence; padded tokens count for nothing."""
    if pooling == "cls":
        return states[:, 0].float()
    weights = mask.unsqueeze(-1).to(torch.float32)
    return (states.float() * weights).sum(1) / weights.sum(1).clamp(min=1.0)


class _PassThrough(nn.Module):
    """Stands where the embeddings were: the states are ready."""

    def forward(self, inputs_embeds: Tensor | None = None, **_: Any) -> Tensor | None:
        return inputs_embeds


def _with_layers(model: Any, layers: nn.ModuleList) -> Any:
    shallow = _shallow(model)
    shallow.encoder = _shallow(model.encoder)
    shallow.encoder.layer = layers
    return shallow


def _shallow(module: nn.Module) -> Any:
    twin = copy.copy(module)
    twin._modules = dict(module._modules)  # copy.copy would share the table of children
    return twin


def _load_weights(folder: Path) -> Any:
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    logging.getLogger("transformers").setLevel(logging.ERROR)
    try:
        loaded = transformers.AutoModel.from_pretrained(
            str(folder),
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # told below, in words
            **_no_random_pooler(folder),
        )
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError) as error:
        raise TrainingProblem(
            tr(
                "The encoder in {folder} cannot be loaded: {reason}",
                folder=folder,
                reason=_first_line(error),
            )
        ) from error
    model, info = loaded
    missing = [key for key in info["missing_keys"] if "pooler" not in key]
    if missing or info["mismatched_keys"]:
        raise TrainingProblem(
            tr(
                "The weights in {folder} do not fit its config.json: {count} layers are "
                "missing or of another size.",
                folder=folder,
                count=len(missing) + len(info["mismatched_keys"]),
            )
        )
    if not all(torch.isfinite(weights).all() for weights in model.parameters()):
        raise TrainingProblem(
            tr(
                "The weights in {folder} are damaged: some of them are no numbers. Copy the "
                "folder again from where it came from.",
                folder=folder,
            )
        )
    return model.eval()


def _no_random_pooler(folder: Path) -> dict[str, bool]:
    """Ask for no pooler where the folder has no weights for one."""
    import transformers
    from safetensors import safe_open

    kind = transformers.AutoModel._model_mapping[
        type(transformers.AutoConfig.from_pretrained(str(folder), local_files_only=True))
    ]
    if "add_pooling_layer" not in inspect.signature(kind.__init__).parameters:
        return {}
    names: set[str] = set()
    for file in folder.glob("model*.safetensors"):
        with safe_open(file, framework="pt") as weights:
            names.update(weights.keys())
    return {"add_pooling_layer": any(n.endswith("pooler.dense.weight") for n in names)}


def _load_tokenizer(folder: Path) -> Tokenizer:
    try:
        if (folder / "tokenizer.json").is_file():
            return Tokenizer.from_file(str(folder / "tokenizer.json"))
        if not any((folder / name).is_file() for name in VOCABULARIES):
            raise FileNotFoundError("there is no vocabulary")
        from transformers import AutoTokenizer

        slow = AutoTokenizer.from_pretrained(
            str(folder), local_files_only=True, use_fast=True, **_case_of(folder)
        )
        return Tokenizer.from_str(slow.backend_tokenizer.to_str())
    except Exception as error:  # the tokenizers library raises bare Exception for a broken file
        raise TrainingProblem(
            tr(
                "The encoder folder {folder} has no usable tokenizer (tokenizer.json or "
                "vocab.txt): {reason}",
                folder=folder,
                reason=_first_line(error),
            )
        ) from error


def _case_of(folder: Path) -> dict[str, bool]:
    """Whether a bare vocab.txt is cased, where the folder does not say so.

    Folders of older BERTs (BioBERT, PharmBERT) hold only weights, config.json and vocab.txt; the
    library then lowers every letter, and a cased model would read half its words in pieces.
    """
    try:
        settings = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    except (OSError, ValueError):
        settings = {}
    vocabulary = folder / "vocab.txt"
    if "do_lower_case" in settings or not vocabulary.is_file():
        return {}
    words = vocabulary.read_text("utf-8", errors="replace").splitlines()
    plain = [word for word in words if word.isalpha()]
    upper = sum(word != word.lower() for word in plain)
    return {"do_lower_case": upper <= _FEW_UPPER * len(plain)}


def _pooling(folder: Path) -> str:
    """What the folder says; mean where it says nothing (METHOD, pitfalls)."""
    try:
        said = json.loads((folder / "1_Pooling" / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return "mean"
    return "cls" if said.get("pooling_mode_cls_token") is True else "mean"


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".")[:200] + "."
