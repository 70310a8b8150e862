"""Messages of the check of an encoder folder."""

from __future__ import annotations

import msgspec

from adme_labeler.protocol.base import Message


class EncoderJob(msgspec.Struct, frozen=True, kw_only=True):
    """Check an encoder and try it for ten steps of training.

    `encoder` is its folder, "" for the shipped one. `texts` and `headings` are masked sentences of
    the project to try it on. `train` and `hints` count what the next training would learn from.
    """

    encoder: str
    texts: tuple[str, ...]
    headings: tuple[str, ...]
    train: int
    hints: int
    categories: int
    preset: str = "default"
    folds: int = 3


class EncoderChecked(Message, tag="encoder_checked", frozen=True):
    """The encoder can be used. Sizes in bytes; `seconds` estimates the next training, 0
    while there is nothing to learn from.

    `licence` is the beginning of the licence file or model card in the folder, "" without one.
    """

    folder: str
    name: str
    family: str
    digest: str
    parameters: int
    size: int
    layers: int
    hidden_size: int
    longest: int
    licence_file: str
    licence: str
    dtype: str
    device: str
    seconds_per_step: float
    seconds: float
