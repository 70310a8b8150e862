"""What a category scheme must be like before a project works with it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from adme_labeler.domain import colors
from adme_labeler.domain.categories import Category, CategoryKey, CategoryScheme
from adme_labeler.domain.problems import Problem
from adme_labeler.language import tr

DIGITS = "123456789"
MOST_CATEGORIES = len(DIGITS)
LONGEST_NAME = 24
"""Letters of a name that a decision button shows in full."""
LONGEST_KEY = 2


class SchemeProblem(Problem):
    """The categories cannot be used like this."""


def check(scheme: CategoryScheme) -> None:
    """Raises SchemeProblem with the first thing that is wrong, in one sentence."""
    for sentence in faults(scheme):
        raise SchemeProblem(sentence)


def faults(scheme: CategoryScheme) -> list[str]:
    """Everything that is wrong, a sentence each; what nothing works without comes first."""
    return _of_keys(scheme) or [*_of_names(scheme), *_of_digits(scheme), *_of_colors(scheme)]


def sound(scheme: CategoryScheme) -> bool:
    """Whether decisions can be read with this scheme, be it beautiful or not."""
    return not _of_keys(scheme)


def free_digit(categories: Sequence[Category]) -> str:
    """The first digit that chooses no category yet; "" when all nine do."""
    taken = {category.shortcut for category in categories}
    return next((digit for digit in DIGITS if digit not in taken), "")


def free_colors(categories: Sequence[Category]) -> tuple[str, str]:
    """The first pair of the palette that differs from the colours in use."""
    for _, light, dark in colors.PALETTE:
        used = [(c.color_light, c.color_dark) for c in categories]
        if all(
            colors.difference(light, a) >= colors.LEAST_DIFFERENCE
            and colors.difference(dark, b) >= colors.LEAST_DIFFERENCE
            for a, b in used
        ):
            return light, dark
    return colors.PALETTE[-1][1:]


def free_key(name: str, categories: Sequence[Category]) -> CategoryKey:
    """A key for a new category: its first letter, else its first letter and a later one."""
    taken = {category.key.casefold() for category in categories}
    letters = [c for c in name if c.isascii() and c.isalpha()]
    first = letters[0].upper() if letters else "X"
    tries = [first, *(first + c.lower() for c in letters[1:])]
    tries += [first + c for c in "xyzabcdefghijklmnopqrstuvw"]
    return CategoryKey(next(key for key in tries if key.casefold() not in taken))


def _of_keys(scheme: CategoryScheme) -> list[str]:
    found: list[str] = []
    if len(scheme.categories) < 2:
        found.append(tr("A project needs at least two categories."))
    if len(scheme.categories) > MOST_CATEGORIES:
        found.append(
            tr(
                "A project can have {most} categories at most, one for a digit.",
                most=MOST_CATEGORIES,
            )
        )
    for key in scheme.keys:
        if not (key.isascii() and key.isalpha() and len(key) <= LONGEST_KEY):
            found.append(tr("The key “{key}” must be one or two letters from A to Z.", key=key))
    keys = [key.casefold() for key in scheme.keys]
    found += [
        tr("Two categories have the key {key}.", key=key)
        for key in scheme.keys
        if _twice(key, keys)
    ]
    if scheme.rest not in scheme.keys:
        found.append(tr("The category for everything else is missing."))
    return found


def _of_names(scheme: CategoryScheme) -> list[str]:
    found: list[str] = []
    owner: dict[str, Category] = {}
    for category in scheme.categories:
        name = category.name
        if not name.strip() or name != " ".join(name.split()):
            found.append(tr("Every category needs a name, without blanks around it."))
        elif len(name) > LONGEST_NAME:
            found.append(
                tr("The name “{name}” is longer than {most} letters.", name=name, most=LONGEST_NAME)
            )
        elif set(name) & set('+;,"#:|/'):
            found.append(
                tr(
                    "The name “{name}” must do without + ; , : | / # and quotation marks.",
                    name=name,
                )
            )
    for category in scheme.categories:
        for word in dict.fromkeys(w.casefold() for w in (category.key, category.name)):
            other = owner.setdefault(word, category)
            if other is not category:
                found.append(
                    tr(
                        "{one} and {other} have the same name or key.",
                        one=category.name,
                        other=other.name,
                    )
                )
    for category in scheme.categories:
        for word in category.synonyms:
            other = owner.setdefault(word.casefold(), category)
            if other is not category:
                found.append(
                    tr(
                        "“{word}” means both {other} and {category}.",
                        word=word,
                        other=other.name,
                        category=category.name,
                    )
                )
    return found


def _of_digits(scheme: CategoryScheme) -> list[str]:
    found: list[str] = []
    for category in scheme.categories:
        if category.shortcut not in tuple(DIGITS):
            found.append(tr("{category} needs a digit from 1 to 9.", category=category.name))
    for one, other in itertools.combinations(scheme.categories, 2):
        if one.shortcut == other.shortcut:
            found.append(
                tr(
                    "{one} and {other} have the same digit, {digit}.",
                    one=one.name,
                    other=other.name,
                    digit=one.shortcut,
                )
            )
    return found


def _of_colors(scheme: CategoryScheme) -> list[str]:
    found: list[str] = []
    for category in scheme.categories:
        for color, dark in ((category.color_light, False), (category.color_dark, True)):
            if not colors.is_color(color):
                found.append(
                    tr(
                        "The colour of {category} must be written like #0072B2.",
                        category=category.name,
                    )
                )
                return found
            if not colors.visible(color, dark):
                found.append(_hardly_seen(category.name, dark))
    for one, other in itertools.combinations(scheme.categories, 2):
        for a, b, dark in (
            (one.color_light, other.color_light, False),
            (one.color_dark, other.color_dark, True),
        ):
            if colors.difference(a, b) < colors.LEAST_DIFFERENCE:
                found.append(_alike(one.name, other.name, dark))
    return found


def _hardly_seen(name: str, dark: bool) -> str:
    if dark:
        return tr(
            "The colour of {category} can hardly be seen on the dark window; choose a brighter "
            "one.",
            category=name,
        )
    return tr(
        "The colour of {category} can hardly be seen on the light window; choose a darker one.",
        category=name,
    )


def _alike(one: str, other: str, dark: bool) -> str:
    if dark:
        return tr(
            "The colours of {one} and {other} look alike on the dark window.", one=one, other=other
        )
    return tr(
        "The colours of {one} and {other} look alike on the light window.", one=one, other=other
    )


def _twice(key: str, keys: Sequence[str]) -> bool:
    return keys.count(key.casefold()) > 1
