"""openFDA's JSON, decoded one result at a time: only what is being read is held."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.importers.text import ByteStream
from adme_labeler.language import tr

LARGEST_RESULT = 32 * 1024 * 1024
"""Characters of one result; the largest labels have a few million."""

_CHUNK = 1 << 18


def results(stream: ByteStream, source: str) -> Iterator[dict[str, Any]]:
    """The objects in the top-level array "results", decoded one by one.

    Memory holds one result and one chunk. Also takes a bare result (an object with "set_id") and a
    bare array of results. Raises ImportProblem for other JSON, broken JSON or none at all.
    """
    text = _Window(stream, source)
    text.skip_blanks()
    first = text.peek()
    if first == "[":
        text.drop(1)
        yield from _array(text)
        return
    if first != "{":
        raise ImportProblem(tr("{file} is no JSON document of drug labels.", file=source))
    text.drop(1)
    found = False
    rest: dict[str, Any] = {}
    while True:
        text.skip_blanks()
        if text.peek() in ("}", ""):
            break
        key = text.value()
        text.skip_blanks()
        text.expect(":")
        text.skip_blanks()
        if key == "results" and text.peek() == "[":
            found = True
            text.drop(1)
            yield from _array(text)
        elif key == "error":
            detail = text.value()
            message = detail.get("message", "") if isinstance(detail, dict) else ""
            raise ImportProblem(
                tr(
                    "{file} is an openFDA error message, no drug label: {message}",
                    file=source,
                    message=message,
                )
            )
        else:
            rest[str(key)] = text.value()
        text.skip_blanks()
        if text.peek() == ",":
            text.drop(1)
        elif text.peek() != "}":
            raise ImportProblem(
                tr("{file} breaks off or is damaged: its JSON is not complete.", file=source)
            )
    if text.peek() != "}":
        raise ImportProblem(
            tr("{file} breaks off or is damaged: its JSON is not complete.", file=source)
        )
    if not found:
        if "set_id" in rest or "openfda" in rest:
            yield rest
            return
        raise ImportProblem(tr('{file} holds no drug labels: it has no "results".', file=source))


class _Window:
    """A sliding piece of the decoded file: only what is being read is held."""

    def __init__(self, stream: ByteStream, source: str) -> None:
        self.source = source
        self._stream = stream
        head = stream.read(4)
        encoding = "utf-8-sig"
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            encoding = "utf-16"
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._json = json.JSONDecoder()
        self.text = self._decoder.decode(head)
        self.at = 0
        self.ended = False

    def more(self) -> bool:
        """Read on; False at the end of the file."""
        if self.ended:
            return False
        chunk = self._stream.read(max(_CHUNK, len(self.text) - self.at))
        self.ended = not chunk
        self.text = self.text[self.at :] + self._decoder.decode(chunk, final=self.ended)
        self.at = 0
        if len(self.text) > LARGEST_RESULT:
            raise ImportProblem(
                tr("{file} holds a single result too large for a drug label.", file=self.source)
            )
        return not self.ended

    def peek(self) -> str:
        while self.at >= len(self.text):
            if not self.more() and self.at >= len(self.text):
                return ""
        return self.text[self.at]

    def drop(self, count: int) -> None:
        self.at += count

    def expect(self, character: str) -> None:
        if self.peek() != character:
            raise ImportProblem(
                tr("{file} is damaged: its JSON is not well-formed.", file=self.source)
            )
        self.drop(1)

    def skip_blanks(self) -> None:
        while self.peek() and self.peek() in " \t\r\n":
            self.at += 1

    def value(self) -> Any:
        """The JSON value that begins here."""
        self.peek()
        while True:
            try:
                value, end = self._json.raw_decode(self.text, self.at)
            except (json.JSONDecodeError, RecursionError) as error:
                if isinstance(error, RecursionError):
                    raise ImportProblem(
                        tr("{file} nests its JSON deeper than any drug label.", file=self.source)
                    ) from error
                if self.more():
                    continue
                raise ImportProblem(
                    tr(
                        "{file} breaks off or is damaged: its JSON is not complete.",
                        file=self.source,
                    )
                ) from error
            if end == len(self.text) and not self.ended and self.more():
                continue  # a number may go on in the next chunk
            self.at = end
            return value


def _array(text: _Window) -> Iterator[dict[str, Any]]:
    text.skip_blanks()
    if text.peek() == "]":
        text.drop(1)
        return
    while True:
        text.skip_blanks()
        value = text.value()
        if isinstance(value, dict):
            yield value
        text.skip_blanks()
        if text.peek() == ",":
            text.drop(1)
            continue
        text.expect("]")
        return
