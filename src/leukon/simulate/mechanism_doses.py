"""Doses of one subject as the model takes them: from each of some days on, a rate of infusion, or an amount at once."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from leukon.errors import NotSimulated
from leukon.events.arrays import DAY, Array
from leukon.events.clock import END_OF_TIME, AsOf
from leukon.events.table import open_door
from leukon.knowledge.mechanism import Drug

_LONG_AGO = -1e4
_LEAST_ROWS = 32
"""Every patient has at least so many rows, so that one compiled solver serves them all."""


class Doses(NamedTuple):
    """What is given from each of some days on until the next of them; rows in order of time, the first long ago.

    `infusion` in mg/d; `oral` and `growth_factor` in mg, at once.
    """

    day: Any
    infusion: Any
    oral: Any
    growth_factor: Any


def make_doses(
    infusions: Mapping[float, float] | None = None,
    oral: Mapping[float, float] | None = None,
    growth_factor: Mapping[float, float] | None = None,
    *,
    hours: float = 4.0,
) -> Doses:
    """Doses from amounts in mg by day; each infusion takes `hours`.

    >>> make_doses({0: 12.0}).infusion[-2:].tolist()
    [72.0, 0.0]
    """
    rows = [(_LONG_AGO, 0.0, 0.0, 0.0)]
    for day, mg in (infusions or {}).items():
        rate = mg / (hours / 24)
        rows += [(day, rate, 0.0, 0.0), (day + hours / 24, -rate, 0.0, 0.0)]
    rows += [(day, 0.0, mg, 0.0) for day, mg in (oral or {}).items()]
    rows += [(day, 0.0, 0.0, mg) for day, mg in (growth_factor or {}).items()]
    rows = [rows[0]] * (_LEAST_ROWS - len(rows)) + rows
    day, change, *at_once = np.array(sorted(rows, key=lambda row: row[0])).T
    rate = np.cumsum(change)
    return Doses(day, np.where(rate < 1e-9 * max(rate.max(), 1), 0.0, rate), *at_once)


def read_doses(events: Any, drugs: Mapping[str, Drug]) -> Doses:
    """Doses of the one subject of `events`; day 0 is the date of the first infusion.

    Parameters
    ----------
    events
        Any events that `leukon.review` takes. Drugs that the model does not know are left out.
    drugs
        What the model knows of drugs (`load_mechanism().drugs`).

    Raises
    ------
    NotSimulated
        If there is not exactly one subject, no infusion, or a dose whose amount is not known.
    """
    door = open_door(events, as_of=AsOf(END_OF_TIME))
    given = door.check(door.intake).doses
    if len(np.unique(given.subject)) != 1:
        raise NotSimulated("it follows one subject who had a dose, and these events are of none or of several")
    names = np.array(door.concepts.names)[given.drug]
    known = np.isin(names, list(drugs))
    if np.isnan(given.amount[known]).any():
        raise NotSimulated("a dose has no amount that leukon can read")
    roads = np.array([drugs[name].road for name in names[known]])
    if not (roads == "infusion").any():
        raise NotSimulated("there is no infusion, so there is no day 0")
    time, amount = given.time[known], given.amount[known]
    days = time / DAY - time[roads == "infusion"].min() // DAY
    hours = {drug.hours for drug in drugs.values() if drug.road == "infusion"}
    by_road = {road: _sum_by_day(days[roads == road], amount[roads == road]) for road in np.unique(roads)}
    return make_doses(by_road.get("infusion"), by_road.get("oral"), by_road.get("growth_factor"), hours=hours.pop())


def without_oral(doses: Doses) -> Doses:
    """The same doses, had nobody given the corticosteroid."""
    return doses._replace(oral=np.zeros_like(doses.oral))


def _sum_by_day(days: Array, amounts: Array) -> dict[float, float]:
    return {float(day): float(amounts[days == day].sum()) for day in np.unique(days)}
