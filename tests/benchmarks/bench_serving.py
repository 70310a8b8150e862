"""Suggesting for very many sentences: how soon, in what order, from where after a kill, how much.

    python -m tests.benchmarks.bench_serving COUNT [ENCODER_FOLDER]    `tiny`: random and tiny

The serving worker is driven as the window does it: every sentence is handed over, then what is on
screen, then the examples. It is killed half way and started again. Sentences are those under the
headings of real labels (ADME_REAL_DATA); where more are asked for, numbers in them are changed.
"""

from __future__ import annotations

import csv
import gzip
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from adme_labeler import paths, protocol
from adme_labeler.domain.sentence_text import mask_names
from adme_labeler.ml.features import KEY_BYTES, text_key
from adme_labeler.ml.tables import drug_parts
from adme_labeler.services.runs import worker_command
from tests.benchmarks.report import Row, table
from tests.encoders import make_tiny_encoder

COUNT = 2_000
"""In `make bench`; the budget speaks of 100,000, which take some ten minutes of a core."""
CHUNK = 500
SCREEN = 40
KEYS = ("A", "D", "M", "E", "O")
_HINTS = {"Absorption": "A", "Distribution": "D", "Metabolism": "M", "Excretion": "E", "Other": "O"}


def rows(count: int = COUNT, encoder: Path | None = None) -> list[Row]:
    """Seconds, order, memory. Empty without the real labels."""
    if not os.environ.get("ADME_REAL_DATA"):
        return []
    inputs, examples = _sentences(count)
    model = encoder or paths.default_encoder()
    assert model is not None
    with tempfile.TemporaryDirectory(prefix="adme-serving-") as folder:
        return _measure(model, Path(folder), inputs, examples)


def _measure(
    model: Path,
    folder: Path,
    inputs: list[protocol.SentenceInput],
    examples: tuple[protocol.Example, ...],
) -> list[Row]:
    shown = [item.id for item in inputs[-SCREEN:]]
    first = Worker(model, folder)
    ready = first.until(lambda: first.ready)
    first.hand_over(inputs, shown, examples)
    on_screen = first.until(lambda: first.has_scored(shown))
    before = first.rank_of_last(shown)

    quarter = len(inputs) // 4
    first.until(lambda: first.encoded >= quarter)
    looked_at = [i.id for i in inputs[-5 * SCREEN : -4 * SCREEN]]
    moved_at = time.monotonic()
    first.send(protocol.Prioritise(tuple(looked_at)))
    first.until(lambda: first.has_scored(looked_at))
    moved = time.monotonic() - moved_at

    first.until(lambda: first.encoded >= len(inputs) // 2)
    first.kill()
    kept = _on_disk(folder)

    second = Worker(model, folder)
    second.until(lambda: second.ready)
    second.hand_over(inputs, shown, examples)
    again = second.until(lambda: second.has_scored(shown))
    second.until(lambda: second.done)
    second.end()
    total = _on_disk(folder)
    texts = len({text_key(i.text) for i in inputs})

    third = Worker(model, folder)
    third.until(lambda: third.ready)
    third.hand_over(inputs, shown, examples)
    third_screen = third.until(lambda: third.has_scored(shown))
    third_done = third.until(lambda: third.done)
    third.end()
    return [
        Row("sentences", len(inputs), ""),
        Row("worker ready", ready, "s"),
        Row("what is on screen has suggestions", on_screen, "s"),
        Row(f"others scored before the last of {SCREEN} on screen", before - SCREEN + 1, ""),
        Row("scrolled elsewhere: suggestions there", moved, "s"),
        Row("killed half way: sentences kept on disk", kept, ""),
        Row("started again: what is on screen has suggestions", again, "s"),
        Row("computed twice", total - texts, "", at_most=0),
        Row("all suggested, wall time of both", first.lived + second.lived, "s"),
        Row("all suggested, CPU time of both", first.cpu + second.cpu, "s"),
        Row("sentences per CPU second", len(inputs) / (first.cpu + second.cpu), "/s"),
        Row("peak memory", max(first.peak, second.peak) / 1e6, "MB", at_most=1500),
        Row("all features on disk: what is on screen", third_screen, "s"),
        Row("all features on disk: all suggested", third_done, "s"),
        Row("all features on disk: CPU time", third.cpu, "s"),
        Row("all features on disk: peak memory", third.peak / 1e6, "MB", at_most=1500),
        Row("features on disk", sum(f.stat().st_size for f in folder.rglob("*")) / 1e6, "MB"),
    ]


class Worker:
    """A serving worker and what it has said. `lived`, `cpu`: seconds; `peak`: bytes, at its end."""

    def __init__(self, model: Path, folder: Path) -> None:
        self.ready = self.done = False
        self.encoded = 0
        self.lived = self.cpu = self.peak = 0.0
        self._ranks: dict[int, int] = {}
        self._failed = ""
        self._told = threading.Condition()
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            worker_command("serve", str(model), str(folder)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, message: protocol.Message) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(protocol.encode(message))
        self._process.stdin.flush()

    def hand_over(
        self,
        inputs: list[protocol.SentenceInput],
        shown: list[int],
        examples: tuple[protocol.Example, ...],
    ) -> None:
        for start in range(0, len(inputs), CHUNK):
            self.send(protocol.AddSentences(tuple(inputs[start : start + CHUNK])))
        self.send(protocol.Prioritise(tuple(shown)))
        self.send(protocol.Refit(revision=0, categories=KEYS, rest="O", examples=examples))

    def until(self, so: Callable[[], bool]) -> float:
        """Wait for it; seconds since the start."""
        with self._told:
            self._told.wait_for(lambda: so() or bool(self._failed))
            if self._failed:
                raise RuntimeError(self._failed)
        return time.monotonic() - self._started

    def has_scored(self, ids: list[int]) -> bool:
        return all(i in self._ranks for i in ids)

    def rank_of_last(self, ids: list[int]) -> int:
        return max(self._ranks[i] for i in ids)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._gone()

    def end(self) -> None:
        self.send(protocol.Shutdown())
        self._gone()

    def _gone(self) -> None:
        _, _, used = os.wait4(self._process.pid, 0)
        self._process.returncode = 0
        self.lived = time.monotonic() - self._started
        self.cpu = used.ru_utime + used.ru_stime
        self.peak = used.ru_maxrss * 1024.0

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = protocol.decode_from_worker(line)
            with self._told:
                match message:
                    case protocol.Ready():
                        self.ready = True
                    case protocol.Encoded(done=done):
                        self.encoded = done
                    case protocol.Scores(items=items):
                        for item in items:
                            self._ranks.setdefault(item.id, len(self._ranks))
                    case protocol.ScoresDone(count=count):
                        self.done = count == self.encoded
                    case protocol.Failed(sentence=sentence, detail=detail):
                        self._failed = f"{sentence}\n{detail}"
                    case _:
                        pass
                self._told.notify_all()


def _on_disk(folder: Path) -> int:
    """Sentences with features; a row without its key was being written when the worker died."""
    return sum(file.stat().st_size // KEY_BYTES for file in folder.rglob("index"))


def _sentences(count: int) -> tuple[list[protocol.SentenceInput], tuple[protocol.Example, ...]]:
    """`count` sentences of different texts; examples are the hints of headings."""
    inputs: list[protocol.SentenceInput] = []
    examples: list[protocol.Example] = []
    seen: set[bytes] = set()
    groups: dict[str, int] = {}
    found = list(_headed())
    for variant in range(1000):
        for kind, drug, heading, text in found:
            words = _varied(text, variant)
            key = text_key(words)
            if key in seen:
                continue
            seen.add(key)
            ident = len(inputs) + 1
            inputs.append(protocol.SentenceInput(ident, words, heading))
            if kind in _HINTS and not variant:
                group = groups.setdefault(drug, len(groups))
                examples.append(protocol.Example(ident, _HINTS[kind], group, hint=True))
            if len(inputs) == count:
                return inputs, tuple(examples)
    raise ValueError(f"{count} sentences are too many")


def _headed() -> Iterator[tuple[str, str, str, str]]:
    """(kind of heading, drug, heading, masked text)."""
    file = Path(os.environ["ADME_REAL_DATA"]) / "headed" / "sentences.tsv.gz"
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            text = mask_names(row["text"], drug_parts(row["drug"]))
            yield row["label_raw"], row["drug"], row["heading"], text


def _varied(text: str, variant: int) -> str:
    if not variant:
        return text
    if variant < 10 and re.search(r"\d", text):
        return re.sub(r"\d", lambda digit: str((int(digit[0]) + variant) % 10), text)
    return f"{text.rstrip('.')} (study {variant})."


def main(count: str, encoder: str = "") -> None:
    with tempfile.TemporaryDirectory(prefix="adme-tiny-") as folder:
        model = make_tiny_encoder(Path(folder)) if encoder == "tiny" else Path(encoder or ".")
        print(table(rows(int(count), model if encoder else None)))


if __name__ == "__main__":
    main(*sys.argv[1:])
