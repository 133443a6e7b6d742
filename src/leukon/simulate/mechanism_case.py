"""The one patient, by every fit that was stored: bands, the fit point by point, and what the fits cannot agree on."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from leukon.events.arrays import Array
from leukon.knowledge.mechanism import MECHANISM, Mechanism, Observation
from leukon.simulate.mechanism import simulate, start_of_case
from leukon.simulate.mechanism_doses import Doses, without_oral

TARGETS, FIT = "targets", "fit"
"""Members that are no draw: the set that meets the specification's targets, and the best fit."""


@dataclass(frozen=True)
class Member:
    """One stored fit; `values` are all parameters with the patient's start."""

    variant: str
    member: str
    misfit: float
    values: dict[str, float]


@dataclass(frozen=True)
class Point:
    """One observation beside the model. `low` and `high` hold 90 % of the ensemble.

    `off` is how far the best fit is from it, in units of its error (0: a bound that is kept); `missed`: beyond two.
    """

    observed: Observation
    modelled: float
    low: float
    high: float
    off: float

    @property
    def missed(self) -> bool:
        """Whether the best fit is more than two errors away."""
        return abs(self.off) > 2


def load_fits(mechanism: Mechanism) -> tuple[Member, ...]:
    """The stored fits (data/mechanism/mechanism-fits.csv, made by bench/mechanism_fits.py)."""
    return tuple(
        Member(
            row["variant"],
            row["member"],
            float(row["misfit"]),
            start_of_case(mechanism, mechanism.values(row["variant"]))
            | {name: float(text) for name, text in row.items() if name in mechanism.parameters},
        )
        for row in _rows()
    )


def draws_of(fits: Sequence[Member], variant: str) -> list[Member]:
    """The ensemble of a variant."""
    return [one for one in fits if one.variant == variant and one.member not in (TARGETS, FIT)]


def best_of(fits: Sequence[Member], variant: str) -> Member:
    """The best fit of a variant."""
    return next(one for one in fits if one.variant == variant and one.member == FIT)


def follow(members: Sequence[Member], doses: Doses, days: Array, *, steroid: bool = True) -> dict[str, Array]:
    """Counts of the patient by each member, with the corticosteroid she was given or without; see `simulate`."""
    return simulate([one.values for one in members], doses if steroid else without_oral(doses), days)


def compare_points(observations: Sequence[Observation], seen: Mapping[str, Array], days: Array) -> list[Point]:
    """Each observation beside the model; the first row of `seen` is the best fit, the others are its ensemble."""
    points = []
    for one in observations:
        said = seen[one.what][:, _at(days, one.day)]
        if one.since is not None:
            said = said / seen[one.what][:, _at(days, one.since)]
        low, high = np.quantile(said[1:], [0.05, 0.95])
        off = float(np.log(said[0] / one.value) / one.error)
        off = min(off, 0.0) if one.kind == "at_least" else max(off, 0.0) if one.kind == "at_most_fold" else off
        points.append(Point(one, float(said[0]), float(low), float(high), off))
    return points


def count_days_below(limit: float, anc: Array, days: Array) -> Array:
    """Days for which the ANC of each member lies below `limit`, straight lines between the days."""
    above = anc - limit
    left, right = above[:, :-1], above[:, 1:]
    share = np.where((left < 0) & (right < 0), 1.0, 0.0)
    crosses = (left < 0) != (right < 0)
    cut = np.abs(np.minimum(left, right)) / np.where(crosses, np.abs(right - left), 1.0)
    below: Array = np.sum(np.where(crosses, cut, share) * np.diff(days), axis=1)
    return below


def _at(days: Array, day: int) -> int:
    return int(np.searchsorted(days, day - 1e-9))


@lru_cache
def _rows() -> tuple[dict[str, str], ...]:
    with (MECHANISM / "mechanism-fits.csv").open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))
