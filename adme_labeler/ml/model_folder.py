"""A trained model on disk: model.json (its card), encoder/ and head.safetensors."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from safetensors.torch import save as save_tensors
from tokenizers import Tokenizer

from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.domain.sentence_text import MASKING_RULE
from adme_labeler.language import tr
from adme_labeler.ml import checkpoint
from adme_labeler.ml.classifier import Classifier
from adme_labeler.ml.encoder import Encoder, load_encoder

CARD, ENCODER, HEAD = "model.json", "encoder", "head.safetensors"


class ModelCard(msgspec.Struct, frozen=True, kw_only=True):
    """model.json. `prior`, `shift`: one number per category, in the order of `categories`.

    Probabilities are softmax(logits / temperature); the decision adds `shift` to their logarithm.
    `base_digest` is the sha256 of the pretrained encoder's weights.
    """

    categories: tuple[str, ...]
    rest: str
    preset: str
    pooling: str
    hidden: int
    max_length: int
    masking_rule: int
    uses_heading: bool
    temperature: float
    shift: tuple[float, ...]
    prior: tuple[float, ...]
    base_encoder: str
    base_digest: str
    seed: int
    dtype: str
    device: str
    versions: dict[str, str]
    lowest: tuple[float | None, ...] = ()
    """Bounds of the category sets at `statistics.conformal.LEVEL`, () without out-of-fold
    probabilities; None for a category with too few of them."""
    digests: tuple[str, str] = ("", "")
    """sha256 of the trained encoder's weights and of the head's; "" in folders of before."""


@dataclass(frozen=True)
class TrainedModel:
    """What a model folder holds; `encoder` carries tokenizer and digest of the trained weights."""

    card: ModelCard
    encoder: Encoder
    classifier: Classifier


def is_model_folder(folder: Path) -> bool:
    return (folder / CARD).is_file()


def save_model(
    folder: Path,
    classifier: Classifier,
    tokenizer: Tokenizer,
    config: dict[str, Any],
    card: ModelCard,
) -> None:
    """Write a model folder; the card comes last, so a folder with a card is whole.

    Raises TrainingProblem when the disk is full.
    """
    encoder = {n: t.detach().cpu().contiguous() for n, t in classifier.encoder.state_dict().items()}
    head = {n: t.detach().cpu().contiguous() for n, t in classifier.head.state_dict().items()}
    place = folder / ENCODER
    checkpoint.write_bytes(place / "config.json", json.dumps(config, indent=1).encode())
    checkpoint.write_bytes(place / "tokenizer.json", tokenizer.to_str().encode())
    weights, last = save_tensors(encoder, metadata={"format": "pt"}), save_tensors(head)
    checkpoint.write_bytes(place / "model.safetensors", weights)
    checkpoint.write_bytes(folder / HEAD, last)
    digests = (hashlib.sha256(weights).hexdigest(), hashlib.sha256(last).hexdigest())
    card = msgspec.structs.replace(card, digests=digests)
    checkpoint.write_bytes(folder / CARD, msgspec.json.format(msgspec.json.encode(card)))


def load_model(folder: Path) -> TrainedModel:
    """Raises TrainingProblem when the folder is missing, incomplete, changed since it was written,
    or of another masking rule."""
    try:
        card = msgspec.json.decode((folder / CARD).read_bytes(), type=ModelCard)
    except (OSError, msgspec.DecodeError) as error:
        raise TrainingProblem(
            tr(
                "The weights of this model version are not in {folder}: retrain to have it again.",
                folder=folder,
            )
        ) from error
    if card.masking_rule != MASKING_RULE:
        raise TrainingProblem(
            tr("This model version was trained by another version of the program: retrain it.")
        )
    encoder = load_encoder(folder / ENCODER, card.max_length)
    # What suggests must be what was measured, to the bit.
    if card.digests[0] not in ("", encoder.digest) or card.digests[1] not in ("", _digest(folder)):
        raise TrainingProblem(
            tr(
                "The weights in {folder} are not those that were trained: the files were "
                "changed or are damaged, so retrain or roll back to another version.",
                folder=folder,
            )
        )
    classifier = Classifier(encoder, len(card.categories), card.pooling, card.hidden)
    found = _head_tensors(folder / HEAD)
    try:
        classifier.head.load_state_dict(found)
    except RuntimeError as error:
        raise TrainingProblem(
            tr("The model folder {folder} is damaged: retrain it.", folder=folder)
        ) from error
    return TrainedModel(card, encoder, classifier.eval())


def _digest(folder: Path) -> str:
    try:
        return hashlib.sha256((folder / HEAD).read_bytes()).hexdigest()
    except OSError as error:
        raise TrainingProblem(
            tr("The model folder {folder} is damaged: retrain it.", folder=folder)
        ) from error


def _head_tensors(path: Path) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise TrainingProblem(
            tr("The model folder {folder} is damaged: retrain it.", folder=path.parent)
        ) from error
