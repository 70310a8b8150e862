"""The language of the window: `tr` and `trn` around every sentence that a curator reads.

Catalogues are GNU gettext's, one folder a language under ``resources/translations``; English
needs none. The language is chosen once per process, at the first `tr`: the environment variable
ADME_LABELER_LANGUAGE (workers inherit it), else what the curator chose, else the system's.

What programs read stays as it is: names of sheets, columns and keys of exported files, values in
the project file, ``--json``, logs.
"""

from __future__ import annotations

import gettext
import locale
import os

from adme_labeler import paths

VARIABLE = "ADME_LABELER_LANGUAGE"
ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "de": "Deutsch"}
"""Language codes and what speakers call them."""

_DOMAINS = ("window", "core")
"""One catalogue for the room `gui`, one for all other rooms."""

_catalogue: gettext.NullTranslations | None = None


def tr(text: str, /, **values: object) -> str:
    """`text` in the curator's language, its {placeholders} filled with `values`."""
    found = _chosen().gettext(text)
    return found.format(**values) if values else found


def trn(one: str, many: str, count: int, /, **values: object) -> str:
    """`one` or `many` by `count`, as the language counts; {count} is filled in like `values`."""
    return _chosen().ngettext(one, many, count).format(count=count, **values)


def use(language: str) -> None:
    """Speak `language` from now on; English where there is no such catalogue."""
    global _catalogue
    _catalogue = _read(language)


def current() -> str:
    """Code of the language this process should speak, whether or not it spoke already."""
    named = os.environ.get(VARIABLE, "") or _preferred() or _of_the_system()
    return named if named in LANGUAGES else ENGLISH


def prefer(language: str) -> None:
    """Keep the curator's choice for the next start; "" follows the system."""
    file = paths.user_config() / "language"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(language, encoding="utf-8")


def preferred() -> str:
    """The curator's choice; "" where the system's language is followed."""
    return _preferred()


def _chosen() -> gettext.NullTranslations:
    global _catalogue
    if _catalogue is None:
        _catalogue = _read(current())
    return _catalogue


def _read(language: str) -> gettext.NullTranslations:
    spoken = gettext.NullTranslations()
    if language == ENGLISH:
        return spoken
    for domain in _DOMAINS:
        folder = str(paths.resources() / "translations")
        found = gettext.translation(domain, folder, [language], fallback=True)
        found.add_fallback(spoken)
        spoken = found
    return spoken


def _preferred() -> str:
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
