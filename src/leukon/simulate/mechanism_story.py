"""The one patient told by all variants: bands of each, fits point by point, and how long without the corticosteroid."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import Array
from leukon.knowledge.mechanism import Mechanism
from leukon.simulate.identifiability import Told, tabulate_identifiability
from leukon.simulate.mechanism_case import (
    Point,
    best_of,
    compare_points,
    count_days_below,
    draws_of,
    follow,
    load_fits,
)
from leukon.simulate.mechanism_doses import Doses

LIMIT = 1.0
"""10^9/L: days below it are counted."""
_DAYS = np.arange(0, 200.5, 0.5)


@dataclass(frozen=True)
class Band:
    """A count by day: the best fit, and 90 % of the ensemble from `low` to `high`."""

    best: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class VariantStory:
    """One way to build the model.

    `treated` and `untreated` are bands by count, with the corticosteroid the patient was given and without it; the days
    below `LIMIT` are (5 %, median, 95 %) of the ensemble, in the 200 days that are followed.
    """

    name: str
    said: str
    misfit: float
    points: list[Point]
    told: list[Told]
    treated: dict[str, Band]
    untreated: dict[str, Band]
    days_treated: tuple[float, float, float]
    days_untreated: tuple[float, float, float]


@dataclass(frozen=True)
class Story:
    """All variants on the same `days`; `steroid_days` are the first and the last day of her corticosteroid."""

    days: Array
    steroid_days: tuple[float, float]
    variants: tuple[VariantStory, ...]

    @property
    def shortest_untreated(self) -> float:
        """Days below the limit had nobody treated her: the shortest that any variant holds likely (5 %)."""
        return min(one.days_untreated[0] for one in self.variants)

    @property
    def longest_untreated(self) -> float:
        """The longest (95 %)."""
        return max(one.days_untreated[2] for one in self.variants)


def tell_case(mechanism: Mechanism, doses: Doses) -> Story:
    """Follow the patient by every stored fit, with the corticosteroid and without.

    Raises
    ------
    MissingPackage
        If the extra `mechanism` is not installed.
    """
    given = doses.day[doses.oral > 0]
    return Story(
        _DAYS,
        (float(given.min()), float(given.max())),
        tuple(_tell(mechanism, doses, name) for name in mechanism.variants),
    )


def _tell(mechanism: Mechanism, doses: Doses, variant: str) -> VariantStory:
    fits = load_fits(mechanism)
    best, draws = best_of(fits, variant), draws_of(fits, variant)
    treated = follow([best, *draws], doses, _DAYS)
    untreated = follow([best, *draws], doses, _DAYS, steroid=False)
    return VariantStory(
        variant,
        mechanism.variants[variant].said,
        best.misfit,
        compare_points(mechanism.observations, treated, _DAYS),
        tabulate_identifiability(mechanism, draws, variant),
        {name: _band(seen) for name, seen in treated.items()},
        {name: _band(seen) for name, seen in untreated.items()},
        _days_below(treated["anc"]),
        _days_below(untreated["anc"]),
    )


def _band(seen: Array) -> Band:
    low, high = np.quantile(seen[1:], [0.05, 0.95], axis=0)
    return Band(seen[0], low, high)


def _days_below(anc: Array) -> tuple[float, float, float]:
    low, median, high = np.quantile(count_days_below(LIMIT, anc[1:], _DAYS), [0.05, 0.5, 0.95])
    return float(low), float(median), float(high)
