"""A whole training: hints, two stages, out-of-fold calibration, measuring, model folder."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

import adme_labeler
from adme_labeler import protocol
from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.domain.sentence_text import MASKING_RULE
from adme_labeler.language import tr
from adme_labeler.ml import checkpoint, out_of_fold, two_stage
from adme_labeler.ml.batches import Ints
from adme_labeler.ml.compute import Compute
from adme_labeler.ml.encoder import default_folder, read_config
from adme_labeler.ml.model_folder import ModelCard, save_model
from adme_labeler.ml.out_of_fold import OutOfFold
from adme_labeler.ml.predict import Floats, Predictor, softmax
from adme_labeler.ml.recipes import from_hints_alone, recipe_named
from adme_labeler.ml.trainer import FitWatch, Sentences, Trainer
from adme_labeler.statistics.calibration import decide, fit_temperature, shift_for, tune_shift
from adme_labeler.statistics.comparison import FEWEST_GROUPS_TO_COMPARE, compare
from adme_labeler.statistics.conformal import calibrate
from adme_labeler.statistics.recall import measure
from adme_labeler.statistics.splits import SplitProblem, grouped_folds

FEWEST_TO_CALIBRATE = 60
"""Below this many annotated sentences, or three drug groups, there is no cross-validation."""

ENOUGH_SHARED_HINTS = 2_000
"""With so many hints of drugs that nobody annotated, only those are used: they serve every fold."""


def run_training(
    settings: protocol.TrainSettings,
    rows: Sequence[protocol.SnapshotRow],
    folder: Path,
    compute: Compute,
    watch: FitWatch,
) -> protocol.TrainFinished:
    """Train, calibrate, measure and save in `folder`/model; checkpoints go to `folder`/work.

    Raises two_stage.Stopped when `watch` asks for it, TrainingProblem with one clear sentence.
    """
    started = time.monotonic()
    recipe = recipe_named(settings.preset)
    keys = settings.categories
    known = [row for row in rows if row.category in set(keys)]
    held_out = [row for row in known if row.role == "held_out"]
    not_seen = {row.group for row in held_out}
    train_rows = [r for r in known if r.role == "train" and r.group not in not_seen]
    hint_rows = [r for r in known if r.role == "hint" and r.group not in not_seen]
    annotations = len(train_rows)
    if recipe.hints is not None and hint_rows and len({r.category for r in train_rows}) < 2:
        recipe = from_hints_alone(recipe)
        train_rows, hint_rows = train_rows + hint_rows, []
    two_stage.check(np.array([keys.index(r.category) for r in train_rows], dtype=np.int64))

    watch.phase("Reading")
    trainer = Trainer(
        categories=keys,
        recipe=recipe,
        encoder_folder=settings.encoder,
        seed=settings.seed,
        max_length=settings.max_length,
        compute=compute,
        watch=watch,
        work=folder / "work",
    )
    train = _sentences(trainer, train_rows)
    annotated = {row.group for row in train_rows}
    shared_hints = [row for row in hint_rows if row.group not in annotated]
    if len(shared_hints) >= ENOUGH_SHARED_HINTS:
        hint_rows = shared_hints
    hints = _sentences(trainer, hint_rows) if hint_rows else None
    learns_from_annotations = len(train_rows) == annotations
    folds = _folds(train, settings) if learns_from_annotations else None
    fold_count = int(folds.max()) + 1 if folds is not None else 0
    shared = hint_rows is shared_hints  # then every fold starts from the same result
    in_a_fold = len(train) * (fold_count - 1) // max(1, fold_count)
    fold_cost = trainer.cost(in_a_fold, 0 if shared else len(hint_rows)) if fold_count else 0.0
    watch.plan(trainer.cost(len(train), len(hint_rows)) + fold_count * fold_cost)

    model, losses = trainer.fit("final", train, hints, settings.seed)
    predictor = Predictor(model, compute)
    model_weights = {n: t.detach().cpu().clone() for n, t in model.state_dict().items()}

    prior = np.bincount(train.examples.categories, minlength=len(keys)) / len(train)
    tau = settings.tau if recipe.adjust else 0.0
    temperature, shift, cross_validation = 1.0, shift_for(prior, tau), None
    unseen: OutOfFold | None = None
    lowest: tuple[float | None, ...] = ()
    if folds is not None:
        logits = _out_of_fold(trainer, train, hints, folds, settings.seed)
        temperature = fit_temperature(logits, train.examples.categories)
        probabilities = softmax(logits, temperature)
        unseen = OutOfFold(keys, tuple(row.sentence for row in train_rows), probabilities)
        if recipe.adjust:
            shift = tune_shift(
                probabilities, train.examples.categories, prior, tau, settings.precision_floor
            )
        first = decide(probabilities, shift, prior).first
        read = [(row, keys[i]) for row, i in zip(train_rows, first, strict=True) if row.read]
        trusted = np.array([row.read for row in train_rows], dtype=np.bool_)
        lowest = calibrate([row.category for row, _ in read], probabilities[trusted], keys).lowest
        cross_validation = measure(
            [row.category for row, _ in read],
            [decided for _, decided in read],
            [row.group for row, _ in read],
            keys,
            blind=[row.blind for row, _ in read],
            source="cross-validation",
        )

    watch.phase("Measuring")
    start = time.monotonic()
    predictions, held_out_measure, comparison = _measure(
        settings, trainer, predictor, held_out, temperature, shift, prior
    )
    trainer.seconds["measuring"] = time.monotonic() - start

    watch.phase("Saving")
    model.load_state_dict(model_weights)
    place = Path(settings.encoder) if settings.encoder else default_folder()
    card = ModelCard(
        categories=keys,
        rest=settings.rest,
        preset=settings.preset,
        pooling=model.pooling,
        hidden=recipe.hidden,
        max_length=trainer.encoder.max_length,
        masking_rule=MASKING_RULE,
        uses_heading=recipe.heading,
        temperature=temperature,
        shift=tuple(float(s) for s in shift),
        prior=tuple(float(p) for p in prior),
        lowest=lowest,
        base_encoder=trainer.encoder.name,
        base_digest=trainer.encoder.digest,
        seed=settings.seed,
        dtype=compute.dtype,
        device=compute.device,
        versions=_versions(),
    )
    if unseen is not None:
        out_of_fold.write(folder / "model", unseen)
    save_model(folder / "model", model, trainer.encoder.tokenizer, read_config(place), card)
    return protocol.TrainFinished(
        model="model",
        train_sentences=annotations,
        hint_sentences=len(train_rows) - annotations + len(hint_rows if recipe.hints else ()),
        seconds=time.monotonic() - started,
        seconds_per_phase={name: round(s, 3) for name, s in trainer.seconds.items()},
        held_out=held_out_measure,
        cross_validation=cross_validation,
        comparison=comparison,
        predictions=predictions,
        losses=tuple(losses),
        temperature=temperature,
        shift=card.shift,
    )


def clear_work(folder: Path) -> None:
    """Remove the checkpoints of a finished run."""
    for file in (folder / "work").glob("*"):
        file.unlink(missing_ok=True)


def _sentences(trainer: Trainer, rows: Sequence[protocol.SnapshotRow]) -> Sentences:
    return trainer.sentences(
        [row.text for row in rows],
        [row.heading for row in rows],
        [row.category for row in rows],
        [row.group for row in rows],
    )


def _folds(train: Sentences, settings: protocol.TrainSettings) -> Ints | None:
    """Fold (n,) of every training sentence; None where they are too few to cross-validate."""
    enough = len(train) >= FEWEST_TO_CALIBRATE and len(np.unique(train.groups)) >= 3
    if settings.folds < 2 or not enough:
        return None
    categories = train.examples.categories
    try:
        folds = grouped_folds(train.groups, categories, settings.folds, settings.seed)
    except SplitProblem:  # the model is trained all the same; it goes without an estimate
        return None
    for fold in range(int(folds.max()) + 1):
        if len(np.unique(categories[folds != fold])) < 2:
            return None
    return folds


def _out_of_fold(
    trainer: Trainer, train: Sentences, hints: Sentences | None, folds: Ints, seed: int
) -> Floats:
    """Logits (n, c) of every training sentence by a model that saw nothing of its drug group."""
    count = int(folds.max()) + 1
    found = np.zeros((len(train), len(trainer.categories)))
    work = trainer.work
    start = time.monotonic()
    for fold in range(count):
        trainer.watch.phase(f"Calibrating (fold {fold + 1} of {count})")
        out = np.flatnonzero(folds == fold)
        done = work / f"fold-{fold}-logits.safetensors" if work else None
        kept = checkpoint.read(done) if done else None
        if kept is not None and len(kept[0]["logits"]) == len(out):
            found[out] = kept[0]["logits"].numpy()
            continue
        seen = np.flatnonzero(folds != fold)
        allowed = hints and _outside(hints, train.groups[out])
        inside = Sentences(train.examples.take(seen), train.groups[seen])
        model, _ = trainer.fit(f"fold-{fold}", inside, allowed, seed + 1000 * (fold + 1))
        tokens = train.examples.with_heading.take(out)
        found[out] = Predictor(model, trainer.compute).logits(tokens)
        if done and work:
            checkpoint.write(done, {"logits": torch.from_numpy(found[out])}, {})
            (work / f"fold-{fold}.safetensors").unlink(missing_ok=True)
    trainer.watch.phase("")
    trainer.seconds["calibrating"] = time.monotonic() - start
    return found


def _outside(hints: Sentences, groups: Ints) -> Sentences | None:
    """Hints of other drug groups than these, so that no fold sees its own drugs."""
    rows = np.flatnonzero(~np.isin(hints.groups, groups))
    if len(rows) == len(hints):
        return hints
    return Sentences(hints.examples.take(rows), hints.groups[rows]) if len(rows) else None


def _measure(
    settings: protocol.TrainSettings,
    trainer: Trainer,
    predictor: Predictor,
    held_out: Sequence[protocol.SnapshotRow],
    temperature: float,
    shift: Floats,
    prior: Floats,
) -> tuple[
    tuple[protocol.HeldOutPrediction, ...], protocol.Measurement | None, protocol.Comparison
]:
    keys = trainer.categories
    true = [row.category for row in held_out]
    groups = [row.group for row in held_out]
    active = [row.served_category if row.served else "" for row in held_out]
    decided: list[str] = []
    predictions: tuple[protocol.HeldOutPrediction, ...] = ()
    if held_out:
        tokens = _sentences(trainer, held_out).examples.with_heading
        probabilities = softmax(predictor.logits(tokens), temperature)
        decided = [keys[i] for i in decide(probabilities, shift, prior).first]
        predictions = tuple(
            protocol.HeldOutPrediction(
                sentence=row.sentence, category=key, probabilities=tuple(map(float, mine))
            )
            for row, key, mine in zip(held_out, decided, probabilities, strict=True)
        )
    comparison = compare(
        true,
        decided,
        active if _must_compare(settings, active, groups) else None,
        groups,
        keys,
        names=settings.category_names,
    )
    if not held_out:
        return predictions, None, comparison
    blind = [row.blind for row in held_out]
    return predictions, measure(true, decided, groups, keys, blind=blind), comparison


def _must_compare(
    settings: protocol.TrainSettings, active: Sequence[str], groups: Sequence[int]
) -> bool:
    """A trained model is only replaced on evidence. The instant model, which the recipe was
    measured to beat, is compared where drugs are held out and gives way where none are."""
    common = {group for group, decided in zip(groups, active, strict=True) if decided}
    return settings.active_version > 0 or len(common) >= FEWEST_GROUPS_TO_COMPARE


def _versions() -> dict[str, str]:
    import safetensors
    import tokenizers
    import transformers

    return {
        "adme_labeler": adme_labeler.__version__,
        "torch": str(torch.__version__),
        "transformers": transformers.__version__,
        "tokenizers": tokenizers.__version__,
        "safetensors": safetensors.__version__,
        "numpy": np.__version__,
    }


def read_snapshot(
    folder: Path,
) -> tuple[protocol.TrainSettings, list[protocol.SnapshotRow]]:
    """run.json and snapshot.jsonl of a run folder. Raises TrainingProblem when damaged."""
    import msgspec

    try:
        settings = msgspec.json.decode(
            (folder / "run.json").read_bytes(), type=protocol.TrainSettings
        )
        decoder = msgspec.json.Decoder(protocol.SnapshotRow)
        with (folder / "snapshot.jsonl").open("rb") as lines:
            rows = [decoder.decode(line) for line in lines if line.strip()]
    except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise TrainingProblem(
            tr(
                "The files of this training run cannot be read ({reason}): start it again.",
                reason=error,
            )
        ) from error
    return settings, rows


def resolved(folder: Path) -> dict[str, Any]:
    """What an earlier start of this run chose (threads, dtype); empty the first time."""
    try:
        return json.loads((folder / "resolved.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
