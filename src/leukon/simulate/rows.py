"""One schedule under one reading: the sums, what the review found in imagined people, and both as one row."""

import numpy as np

from leukon.events.arrays import Array
from leukon.knowledge.simulation import Simulation
from leukon.simulate.designs import Design
from leukon.simulate.people import People
from leukon.simulate.reviewed import Seen, review_design
from leukon.simulate.schedules import PARTS, Episodes, Estimate, Interval, estimate_schedule, per_found
from leukon.simulate.testing import Tests, draw_tests

_CLASSES = 20
"""Classes of people, by their chance without further tests, in which what further tests add is counted."""


def judge_design(design: Design, episodes: Episodes, people: People, known: Simulation, seed: int) -> dict[str, object]:
    """One row of `schema.SCHEDULES`, without the names of the readings."""
    estimate = estimate_schedule(design.days, episodes, known.visits)
    tests = draw_tests(design, people, known, seed)
    seen = review_design(tests, people, design, known)
    ill, well = people.has_episode, ~people.has_episode
    share = known.incidence.beta[0] / sum(known.incidence.beta)
    attended = [len(design.days) * (1 - known.visits.missed)] * 2
    delay, below, chances = estimate.median_delay_days, estimate.days_below, estimate.chances
    if design.retest_days is not None:
        further = np.bincount(tests.person[tests.again], minlength=ill.size)
        attended = [attended[0] + _mean(further[ill]), attended[1] + _mean(further[well])]
        chances = _with_gain(estimate, tests, seen, people)
        waited = (seen.severe_day - people.onset)[ill]
        delay = float(np.nanmedian(waited)) if seen.severe[ill].any() else float("nan")
        below = _mean(np.fmin(waited, people.duration[ill]))
    number = share * attended[0] + (1 - share) * attended[1]
    alarms = (1 - share) * _mean(seen.opened[well])
    low, high = np.interp((0.025, 0.975), PARTS, chances)
    found = per_found(number, chances, known)
    false = per_found(alarms, chances, known) if alarms else Interval(*[float("nan")] * 3)  # none met is not none
    return {
        "schedule": design.name,
        "days": ";".join(str(day) for day in design.days),
        "tests": number,
        "chance": estimate.chance + float((chances - estimate.chances).mean()),
        "chance_low": low,
        "chance_high": high,
        "median_delay_days": delay,
        "days_below": below,
        "tests_per_found": found.median,
        "tests_per_found_low": found.low,
        "tests_per_found_high": found.high,
        "false_alarms_per_found": false.median,
        "false_alarms_per_found_low": false.low,
        "false_alarms_per_found_high": false.high,
        "imagined_episodes": int(ill.sum()),
        "reviewed_severe": int(seen.severe[ill].sum()),
        "imagined_well": int(well.sum()),
        "reviewed_opened": int(seen.opened[well].sum()),
        "tests_of_well": attended[1],
    }


def _mean(values: Array) -> float:
    return float(values.mean()) if values.size else float("nan")


def _with_gain(estimate: Estimate, tests: Tests, seen: Seen, people: People) -> Array:
    """Chances with further tests: no sum is known, so what they add is counted, class by class of the chance without.

    An episode is added where the first severe count came from a further test and no planned test met it.
    """
    ill = people.onset_cell.size
    if not ill:
        return estimate.chances
    inside = ~tests.again & (tests.person < ill)
    person, day = tests.person[inside], tests.day[inside]
    hit = (day >= people.onset[person]) & (day < people.onset[person] + people.duration[person])
    planned = np.zeros(ill, bool)
    planned[person[hit]] = True
    without = estimate.by_cell[people.onset_cell, people.duration_cell]
    place = np.empty(ill, np.int64)
    place[np.argsort(without, kind="stable")] = np.arange(ill) * _CLASSES // ill
    persons = np.bincount(place, minlength=_CLASSES)
    added = np.bincount(place, seen.severe[:ill] & ~planned, _CLASSES) / np.maximum(persons, 1)
    return np.sort(np.minimum(estimate.chances + added.repeat(PARTS.size // _CLASSES), 1))
