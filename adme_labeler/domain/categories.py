"""Categories a sentence can have, as data: a project may carry another scheme than ADME."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

CategoryKey = NewType("CategoryKey", str)
"""Short, stable key of a category, for example ``"A"``; never shown without its name."""


@dataclass(frozen=True)
class Category:
    """One category. Colours are ``#RRGGBB``; `shortcut` is the digit that chooses it."""

    key: CategoryKey
    name: str
    shortcut: str
    color_light: str
    color_dark: str
    definition: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class CategoryScheme:
    """An ordered, versioned set of categories; `rest` is the one that means none of the others."""

    version: int
    categories: tuple[Category, ...]
    rest: CategoryKey

    @property
    def keys(self) -> tuple[CategoryKey, ...]:
        """Keys in the order in which models lay out their probabilities."""
        return tuple(category.key for category in self.categories)

    @property
    def substantive(self) -> tuple[CategoryKey, ...]:
        """Keys of every category but the rest category (A, D, M, E for ADME)."""
        return tuple(key for key in self.keys if key != self.rest)

    def __getitem__(self, key: str) -> Category:
        for category in self.categories:
            if category.key == key:
                return category
        raise KeyError(key)

    def find(self, written: str) -> CategoryKey | None:
        """Key for a name, key or synonym as a person writes it, or None when nothing matches."""
        wanted = " ".join(written.split()).casefold()
        for category in self.categories:
            names = (category.key, category.name, *category.synonyms)
            if wanted in {name.casefold() for name in names}:
                return category.key
        return None


ADME = CategoryScheme(
    version=1,
    rest=CategoryKey("O"),
    categories=(
        Category(
            CategoryKey("A"),
            "Absorption",
            "1",
            "#0072B2",
            "#56B4E9",
            "How much, how fast and from where the drug reaches the circulation: bioavailability, "
            "time to peak, effect of food or formulation on uptake.",
            ("Bioavailability",),
        ),
        Category(
            CategoryKey("D"),
            "Distribution",
            "2",
            "#009E73",
            "#3FCF9F",
            "Where the drug goes once it is in the body: volume of distribution, protein binding, "
            "uptake into tissue, brain, placenta or milk.",
            ("Protein binding",),
        ),
        Category(
            CategoryKey("M"),
            "Metabolism",
            "3",
            "#B8620A",
            "#F0A04B",
            "What the body turns the drug into and by which enzymes: pathways, metabolites, "
            "activation of a prodrug, breakdown of proteins.",
            ("Biotransformation",),
        ),
        Category(
            CategoryKey("E"),
            "Excretion",
            "4",
            "#A3457F",
            "#E08ABF",
            "How and how fast the drug leaves: routes of elimination, recovery of a dose, "
            "clearance, half-life, removal by dialysis.",
            ("Elimination",),
        ),
        Category(
            CategoryKey("O"),
            "Other",
            "5",
            "#6B7482",
            "#9AA4B2",
            "Everything else: special populations, interactions with named drugs, accumulation, "
            "dose proportionality, study conduct, captions and fragments.",
            ("None", "Not ADME"),
        ),
    ),
)
"""The default scheme. Colours follow the Okabe-Ito family, told apart by colour-blind readers."""
