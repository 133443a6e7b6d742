"""Schedules to be judged: those of the protocol, or one in words; either way the object that the monitor uses.

`paper` is a schedule of the protocol. `every:15d:90d` is a test every 15 days to day 90, `every:7d:21d-77d` one every 7
days from day 21 to 77; outside that stretch the tests are those of the protocol's basic schedule. `+retest:3d` at the
end of either tests again after 3 days wherever a count was low, but not severe.
"""

import re
from dataclasses import dataclass, replace

import numpy as np

from leukon.errors import UnknownName
from leukon.knowledge.protocol import BASELINE, Phase, Protocol, Schedule
from leukon.monitor.plan import plan_schedule

_EVERY = re.compile(r"every:([1-9]\d{0,2})d:(?:([1-9]\d{0,2})d-)?([1-9]\d{0,2})d")
_RETEST = re.compile(r"(.+)\+retest:([1-9]\d?)d")
FORMS = ("every:15d:90d", "every:7d:21d-77d", "either of them, or the name of a schedule, with +retest:3d")


@dataclass(frozen=True)
class Design:
    """A schedule to be judged: the protocol that holds it, its name there, and its days of counting neutrophils."""

    name: str
    title: str
    protocol: Protocol
    schedule: str
    days: tuple[int, ...]
    retest_days: int | None = None


def read_design(text: str, protocol: Protocol, follow_days: int) -> Design:
    """The schedule of that name, or in those words; tests due before `follow_days` count.

    Raises
    ------
    UnknownName
        If it is neither a schedule of the protocol nor such words, or ends before it begins.
    """
    if found := _RETEST.fullmatch(text):
        design = read_design(found[1], protocol, follow_days)
        days = int(found[2])
        return replace(design, name=text, title=f"{design.title}; again after {days} days if low", retest_days=days)
    if text not in protocol.schedules:
        protocol = _with_schedule(text, protocol)
    title = protocol.schedules[text].title
    return Design(text, title, protocol, text, find_test_days(protocol, text, follow_days))


def name_every(every: int, first: int, last: int) -> str:
    """The words for tests every so many days, from a day to a day.

    >>> name_every(15, 15, 90), name_every(7, 21, 77)
    ('every:15d:90d', 'every:7d:21d-77d')
    """
    return f"every:{every}d:{last}d" if first == every else f"every:{every}d:{first}d-{last}d"


def find_test_days(protocol: Protocol, schedule: str, follow_days: int) -> tuple[int, ...]:
    """Days of a first course on which neutrophils are to be counted, the baseline aside, before `follow_days`."""
    plan = plan_schedule(protocol, schedule, 0)
    counts = [place for place, test in enumerate(sorted(protocol.tests)) if test in _tests_of_anc(protocol)]
    first = slice(0, plan.later)
    asked = np.isin(plan.test[first], counts) & (plan.every[first] > 0) & (plan.due[first] < follow_days)
    return tuple(int(day) for day in np.unique(plan.due[first][asked]))


def _tests_of_anc(protocol: Protocol) -> tuple[str, ...]:
    return tuple(name for name, test in protocol.tests.items() if "anc" in test.complete)


def _with_schedule(text: str, protocol: Protocol) -> Protocol:
    """The protocol with one schedule more, as its own file could say it."""
    found = _EVERY.fullmatch(text)
    if found is None or int(found[2] or found[1]) > int(found[3]):
        raise UnknownName("schedule", text, [*protocol.schedules, *FORMS])
    every, last = int(found[1]), int(found[3])
    first = int(found[2] or every)
    usual = protocol.schedules[protocol.default_schedule]
    basis = usual.based_on or protocol.default_schedule
    tests, source = _tests_of_anc(protocol), "leukon"
    stretch = Phase(
        phase=f"every_{every}_days", tests=tests, source=source, every=every, tolerance=every // 3,
        **{"from": first, "to": last},
    )  # fmt: skip
    around = [part for phase in protocol.schedules[basis].phases for part in _around(stretch, phase, tests)]
    title = f"every {every} days from day {first} to {last}, else as {basis}"
    schedule = Schedule(title=title, source=source, based_on=basis, phases=(*around, stretch))
    return protocol.model_copy(update={"schedules": protocol.schedules | {text: schedule}})


def _around(stretch: Phase, phase: Phase, tests: tuple[str, ...]) -> list[Phase]:
    """What is left of a phase of the basic schedule where its slots do not meet those of the stretch."""
    phase = phase.model_copy(update={"tests": tuple(test for test in phase.tests if test in tests)})
    if not phase.tests or phase.phase == BASELINE:
        return [phase] if phase.tests else []
    begin, every, reach = phase.first or 1, phase.every or 1, (phase.tolerance or 0) + (stretch.tolerance or 0)
    first, step = stretch.first or 1, stretch.every or 1
    final = first + ((stretch.last or first) - first) // step * step
    before = begin + (first - reach - 1 - begin) // every * every
    after = begin + max(0, -(-(final + reach + 1 - begin) // every)) * every
    parts = [{"last": min(before, phase.last or before)}] if before >= begin else []
    parts += [{"first": after}] if phase.last is None or after <= phase.last else []
    return [phase.model_copy(update=part) for part in parts]
