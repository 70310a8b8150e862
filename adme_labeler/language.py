"""The language of the window: `tr` and `trn` around every sentence that a curator reads.

Catalogues are GNU gettext's, one folder a language under ``resources/translations``; English
needs none. The language is chosen once per process, at the first `tr`: the environment variable
ADME_LABELER_LANGUAGE (workers inherit it), else what the curator chose, else the system's.

Numbers follow the language as well: a placeholder with a format, as in {count:,} or {share:.0%},
is written with the language's signs. A constant that is defined before the language is chosen is
marked with `mark` and goes through `tr` where it is shown.

What programs read stays as it is: names of sheets, columns and keys of exported files, values in
the project file, ``--json``, logs.
"""

from __future__ import annotations

import gettext
import locale
import os
import string
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

VARIABLE = "ADME_LABELER_LANGUAGE"
ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "de": "Deutsch"}
"""Language codes and what speakers call them."""

_DOMAINS = ("window", "core")
"""One catalogue for the room `gui`, one for all other rooms."""

_SEPARATORS = {"de": str.maketrans({",": ".", ".": ",", "%": "\N{NO-BREAK SPACE}%"})}
"""Of thousands, decimals and percent, for languages that write numbers unlike English."""

_catalogue: gettext.NullTranslations | None = None
_spoken = ""


def tr(text: str, /, **values: object) -> str:
    """`text` in the curator's language, its {placeholders} filled with `values`."""
    found = _chosen().gettext(text)
    return _fill(found, values) if values else found


def trn(one: str, many: str, count: int, /, **values: object) -> str:
    """`one` or `many` by `count`, as the language counts; {count} is filled in like `values`."""
    return _fill(_chosen().ngettext(one, many, count), {"count": count, **values})


def mark(text: str) -> str:
    """`text` as it is: puts a constant into the catalogue; `tr` of it speaks the language."""
    return text


def listed(parts: Iterable[str]) -> str:
    """ "a, b and c"."""
    *most, last = list(parts) or [""]
    return tr("{first} and {last}", first=", ".join(most), last=last) if most else last


def either(parts: Iterable[str]) -> str:
    """ "a, b or c"."""
    *most, last = list(parts) or [""]
    return tr("{first} or {last}", first=", ".join(most), last=last) if most else last


def number(value: float, how: str = ",") -> str:
    """`value` in format `how`, with the separators of the language: 1,234.5 or 1.234,5."""
    _chosen()
    return format(value, how).translate(_SEPARATORS.get(_spoken, {}))


def use(language: str) -> None:
    """Speak `language` from now on; English where there is no such catalogue."""
    global _catalogue, _spoken
    _spoken = language if language in LANGUAGES else ENGLISH
    _catalogue = _read(_spoken)


def environment() -> dict[str, str]:
    """What the environment of a worker process says, so that it speaks the same language."""
    return {VARIABLE: current()}


def current() -> str:
    """Code of the language this process speaks, or will speak when it speaks first."""
    if _spoken:
        return _spoken
    named = os.environ.get(VARIABLE, "") or _preferred() or _of_the_system()
    return named if named in LANGUAGES else ENGLISH


def prefer(language: str) -> None:
    """Keep the curator's choice for the next start; "" follows the system."""
    from adme_labeler import paths

    file = paths.user_config() / "language"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(language, encoding="utf-8")


def preferred() -> str:
    """The curator's choice; "" where the system's language is followed."""
    return _preferred()


def _chosen() -> gettext.NullTranslations:
    if _catalogue is None:
        use(current())
    assert _catalogue is not None
    return _catalogue


class _Filler(string.Formatter):
    """Fills sentences; numbers with a format are written as the language writes them."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec and isinstance(value, int | float):
            return number(value, format_spec)
        return format(value, format_spec)


_FILLER = _Filler()


def _fill(sentence: str, values: Mapping[str, object]) -> str:
    return _FILLER.vformat(sentence, _NOTHING, values)


_NOTHING: Sequence[object] = ()


def _read(language: str) -> gettext.NullTranslations:
    spoken = gettext.NullTranslations()
    if language == ENGLISH:
        return spoken
    from adme_labeler import paths

    for domain in _DOMAINS:
        folder = str(paths.resources() / "translations")
        found = gettext.translation(domain, folder, [language], fallback=True)
        found.add_fallback(spoken)
        spoken = found
    return spoken


def _preferred() -> str:
    from adme_labeler import paths

    try:
        return (paths.user_config() / "language").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _of_the_system() -> str:
    named = locale.getlocale()[0] or ""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(variable):
            named = os.environ[variable]
            break
    return named.replace("German", "de")[:2].lower()
