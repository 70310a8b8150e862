"""The presets of training, as data (METHOD, sections 1 and 3)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.language import tr

TOP, ALL = "top", "all"
CROSS_ENTROPY, WEIGHTED, LDAM = "cross-entropy", "weighted", "ldam"


@dataclass(frozen=True)
class Stage:
    """One optimisation. `number` 0 is the heading hints, 1 and 2 the two stages of the paper.

    `part`: what is trained, the head with its pooler and the top layer (TOP) or everything (ALL).
    `frozen_dropout`: dropout in the layers that are not trained; without it their states are
    computed once. `min_steps`: epochs are added until there are so many steps. `most_passes`
    bounds epochs times sentences (an hour or two on two cores), by fewer epochs. `averaged`: the
    weights that a stage ends with are their mean over this share of its steps, the last ones.
    """

    number: int
    name: str
    part: str
    loss: str
    lr: float
    epochs: int
    head_lr: float = 0.0
    warmup: float = 0.0
    min_steps: int = 0
    most_passes: int = 80_000
    frozen_dropout: bool = False
    averaged: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """`hidden` is the size of the head's hidden layer; `pooling` "" takes the encoder's own.

    `heading`: the heading path is the second segment, left out in training for a share of
    `heading_dropout` of the sentences, so that drug labels without headings do not suffer.
    `adjust`: whether decisions are shifted towards rare categories after training.
    `word_embeddings`: whether stage 2 trains them (they are half of MiniLM and hardly move).
    """

    preset: str
    stages: tuple[Stage, ...]
    hints: Stage | None = None
    batch: int = 16
    hidden: int = 0
    pooling: str = ""
    heading: bool = True
    heading_dropout: float = 0.3
    word_embeddings: bool = False
    pad_to_max: bool = False
    weight_decay: float = 0.01
    head_dropout: float = 0.1
    adjust: bool = False


HINTS = Stage(0, "Hints", ALL, CROSS_ENTROPY, lr=5e-5, epochs=1, warmup=0.1, most_passes=8_000)

DEFAULT = Recipe(
    "default",
    stages=(
        Stage(1, "Stage 1", TOP, WEIGHTED, lr=2e-4, head_lr=1e-3, epochs=3, warmup=0.1),
        Stage(
            2,
            "Stage 2",
            ALL,
            CROSS_ENTROPY,
            lr=5e-5,
            epochs=6,
            warmup=0.1,
            min_steps=250,
            averaged=0.5,
        ),
    ),
    hints=HINTS,
    adjust=True,
)

PAPER = Recipe(
    "paper",
    stages=(
        Stage(1, "Stage 1", TOP, LDAM, lr=1e-4, epochs=1, frozen_dropout=True),
        Stage(2, "Stage 2", ALL, CROSS_ENTROPY, lr=1e-5, epochs=1),
    ),
    hidden=50,
    pooling="pooler",
    heading=False,
    word_embeddings=True,
    pad_to_max=True,
)

_ONE_STAGE = replace(DEFAULT.stages[1], averaged=0.0)

VANILLA = replace(DEFAULT, preset="vanilla", stages=(_ONE_STAGE,), adjust=False)

REWEIGHT = replace(
    DEFAULT,
    preset="reweight",
    adjust=False,
    stages=(replace(_ONE_STAGE, number=1, name="Stage 1", loss=WEIGHTED),),
)

PRESETS = {recipe.preset: recipe for recipe in (DEFAULT, PAPER, VANILLA, REWEIGHT)}


def from_hints_alone(recipe: Recipe) -> Recipe:
    """What is left of a recipe while annotations cannot be told apart: one stage on the hints.

    Headings are no input then, since they are where the categories come from.
    """
    stage = replace(HINTS, number=2, min_steps=250)
    return replace(recipe, stages=(stage,), hints=None, heading=False)


def recipe_named(preset: str) -> Recipe:
    """Raises TrainingProblem for an unknown preset."""
    if preset not in PRESETS:
        raise TrainingProblem(
            tr(
                "There is no training preset {preset!r}; choose one of {listed}.",
                preset=preset,
                listed=", ".join(PRESETS),
            )
        )
    return PRESETS[preset]
