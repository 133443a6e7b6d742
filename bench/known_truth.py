"""Cohorts whose truth is known: when counts really fell and for how long, and what of it a schedule can see.

Everything is in whole days. A fall begins on a day of the course (`fall_chance`); each day it lasts on with
`stays_low`, surely for `at_least_days`. Tests are due every `every_days`, each is missed with the chance `missed`. From
the first low count on there is one a week, none missed, until a second high one; half the people get a drug that does
nothing on the day of one of the first three. So the chances of what is seen are sums, not simulations.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

DAY = 86_400_000_000
NOON = DAY // 2
START = 17_000 * DAY
LAST = 720
"""Days from the first course of all to the day on which everybody is looked at; people start 0 to 240 days late."""
STARTS = 241
NEXT = (450, 600)
"""Days from and before which the next course begins, for those who get one."""
WEEK = 7


@dataclass(frozen=True)
class Truth:
    """What is true of a cohort; defaults: three in ten fall, most in the first year, for 25 days on average."""

    persons: int = 300
    falls: float = 0.3
    scale: float = 240.0
    shape: float = 1.5
    stays_low: float = 0.96
    at_least_days: int = 0
    every_days: int = 30
    missed: float = 0.2
    next_course: float = 0.3

    @cached_property
    def fall_chance(self) -> np.ndarray:
        """Chance that the count falls on each day 0 to `LAST` of the course (Weibull, cut to whole days)."""
        up_to = 1 - np.exp(-((np.arange(LAST + 1) / self.scale) ** self.shape))
        return self.falls * np.diff(up_to, prepend=0.0)

    def low_after(self, days: np.ndarray) -> np.ndarray:
        """Chance that a count is still low so many days after it fell."""
        return self.stays_low ** np.maximum(days - self.at_least_days, 0)

    @cached_property
    def seen_chance(self) -> np.ndarray:
        """Chance that the fall is first seen on each day: low on a test that was kept, those before it missed."""
        found = np.zeros(LAST + 1)
        fell = np.arange(LAST + 1)
        for slot in range(self.every_days, LAST + 1, self.every_days):
            on = fell[: slot + 1]
            before = (slot - 1) // self.every_days - (on - 1) // self.every_days  # tests due while it was low
            found[slot] = np.sum(
                self.fall_chance[on] * self.low_after(slot - on) * self.missed**before * (1 - self.missed)
            )
        return found

    def seen_before_next_course(self, day: int) -> float:
        """Chance that the fall is seen up to a day, and before a next course."""
        start, stop = NEXT
        days = np.arange(LAST + 1)
        none_yet = 1 - self.next_course * np.clip((days + 1 - start) / (stop - start), 0, 1)
        return float(np.sum((self.seen_chance * none_yet)[: day + 1]))

    def recovered_by(self, days: int) -> float:
        """Chance that a count low today is high so many days later; only if falls have no least length."""
        return 1 - self.stays_low**days


def draw_cohort(truth: Truth, rng: np.random.Generator) -> pa.Table:
    """Events of one cohort, as leukon reads them."""
    n, days = truth.persons, np.arange(LAST + 1)
    chances = truth.fall_chance
    fell = rng.choice(LAST + 2, n, p=np.append(chances, 1 - chances.sum()))  # LAST + 1: never
    lasts = truth.at_least_days + rng.geometric(1 - truth.stays_low, n)
    start = rng.integers(0, STARTS, n)
    has_next = rng.random(n) < truth.next_course
    end = np.where(has_next, np.minimum(rng.integers(*NEXT, n), LAST + 1 - start), LAST + 1 - start)
    is_low = (days >= fell[:, None]) & (days < (fell + lasts)[:, None])
    tested = np.zeros((n, LAST + 1), bool)
    slots = days[truth.every_days :: truth.every_days]
    tested[:, slots] = rng.random((n, slots.size)) >= truth.missed
    seen = np.where((tested & is_low).any(axis=1), (tested & is_low).argmax(axis=1), LAST + 1)
    high_again = seen + -(-(fell + lasts - seen) // WEEK) * WEEK
    since = days - seen[:, None]
    weekly = (since >= 0) & (days <= high_again[:, None] + WEEK) & (since % WEEK == 0)
    tested = np.where((since > 0) & (days <= high_again[:, None] + WEEK), weekly, tested)
    tested &= days < end[:, None]
    person, day = tested.nonzero()
    value = np.where(is_low[person, day], 0.9, 2.0)
    given_on = seen + WEEK * rng.integers(0, 3, n)
    treated = (rng.random(n) < 0.5) & (given_on < high_again) & (given_on < end)
    second = has_next & (end + start <= LAST)
    everybody = np.arange(n)
    parts = [
        (everybody, np.full(n, -5), NOON, 0, np.full(n, 2.0)),
        (everybody, np.zeros(n, int), 0, 1, np.full(n, 12.0)),
        (person, day, NOON, 0, value),
        (everybody[treated], given_on[treated], NOON + NOON // 2, 2, np.full(treated.sum(), 30.0)),
        (everybody[second], end[second], 0, 1, np.full(second.sum(), 12.0)),
    ]
    who = np.concatenate([part[0] for part in parts])
    when = np.concatenate([part[1] * DAY + part[2] for part in parts]) + START + start[who] * DAY
    what = np.concatenate([np.full(part[0].size, part[3]) for part in parts])
    order = np.lexsort((when, who))
    index = pa.array(what[order].astype(np.int32))
    return pa.table(
        {
            "subject_id": who[order],
            "time": pa.array(when[order].astype("M8[us]")),
            "code": pa.DictionaryArray.from_arrays(index, pa.array(["anc", "alemtuzumab", "prednisolone"])),
            "numeric_value": np.concatenate([part[4] for part in parts])[order],
            "unit": pa.DictionaryArray.from_arrays(index, pa.array(["10*9/L", "mg", "mg"])),
        }
    )


AS_OF = str(np.datetime64("1970-01-01") + 17_000 + LAST)
