"""Where things lie in the timeline: days to pixels from left to right, values to pixels from top to bottom."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from leukon.events.clock import AsOf
from leukon.present.patient import Patient

Scale = Literal["log", "linear"]
_EPOCH = datetime(1970, 1, 1)
PADDING = 6
_NARROW = 560
_STEPS = (1, 2, 5, 7, 15, 30, 60, 90, 180, 365, 730, 1461, 3652, 7305, 36525)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Frame:
    """The x axis of the picture, in days since `start`, and its place in `width` pixels.

    `start` is the date of the last course's first dose; without a course it is the first date of all, and days are not
    shown, only dates. `as_of` is in days, too.
    """

    start: date
    course: int | None
    low: float
    high: float
    as_of: float
    width: int

    @property
    def is_narrow(self) -> bool:
        """Is it a phone's width? Then words are fewer and shorter."""
        return self.width < _NARROW

    @property
    def left(self) -> int:
        """Pixels left of the panels, for the labels of rows and the numbers of axes."""
        return 32 if self.is_narrow else 158

    @property
    def right(self) -> int:
        """Pixels right of the panels, for the labels of bands."""
        return 20 if self.is_narrow else 80

    @property
    def inner(self) -> int:
        """Pixels of the panels themselves."""
        return self.width - self.left - self.right - 2 * PADDING

    def day(self, time: datetime | date) -> float:
        """Days since `start`; noon is half a day."""
        moment = time if isinstance(time, datetime) else datetime(time.year, time.month, time.day)
        return (moment - datetime(self.start.year, self.start.month, self.start.day)) / timedelta(days=1)

    def date_of(self, day: float) -> date:
        """The date of a day; the first or the last there is, where the frame reaches beyond."""
        first, last = (date.min - self.start).days, (date.max - self.start).days
        return self.start + timedelta(days=min(max(math.floor(day), first), last))

    def px(self, day: float) -> float:
        """Pixels from the left edge of the panels."""
        return (day - self.low) / (self.high - self.low) * self.inner

    def at(self, px: float) -> float:
        """The day that lies so many pixels from the left edge of the panels."""
        return self.low + px / self.inner * (self.high - self.low)

    def say(self, time: datetime | date) -> str:
        """`day 65 (2000-03-06)`, or the date alone where there is no course."""
        dated = f"{time:%Y-%m-%d}"
        return dated if self.course is None else f"day {math.floor(self.day(time))} ({dated})"

    def say_short(self, time: datetime | date) -> str:
        """`day 65`, or the date where there is no course."""
        return f"{time:%Y-%m-%d}" if self.course is None else f"day {math.floor(self.day(time))}"

    @property
    def ticks(self) -> list[int]:
        """Days that get a label; as many as fit, and 0 among them."""
        room = self.inner / (44 if self.is_narrow else 54)
        step = next((s for s in _STEPS if (self.high - self.low) / s <= room), _STEPS[-1])
        days = range(math.ceil(self.low / step) * step, math.floor(self.high) + 1, step)
        return [day for day in days if self.day(self.date_of(day)) == day]

    def labels(self) -> dict[str, list[str]]:
        """Label of every tick: the day of the course, the date, and the year where it is new."""
        dates = [self.date_of(tick) for tick in self.ticks]
        years = [[f"{d.year}"] if i == 0 or d.year != dates[i - 1].year else [] for i, d in enumerate(dates)]
        days = [[f"{tick}"][: self.course is not None] for tick in self.ticks]
        said = [f"{d.day} {_MONTHS[d.month - 1]}" for d in dates]
        return {
            f"{tick}": [*day, text, *year] for tick, day, text, year in zip(self.ticks, days, said, years, strict=True)
        }


def make_frame(patient: Patient, as_of: AsOf, width: int) -> Frame:
    """The frame that holds all rows of the patient, and as_of."""
    moment = _EPOCH + timedelta(microseconds=as_of.instant)
    times = [row["time"] for rows in (patient.results, patient.doses, patient.facts) for row in rows]
    times += [slot["due_time"] for slot in patient.schedule]
    last = patient.courses[-1] if patient.courses else None
    start = (min(times, default=moment - timedelta(days=30)) if last is None else last["start_time"]).date()
    frame = Frame(start, None if last is None else last["course"], 0, 1, 0, width)
    days = [frame.day(time) for time in (*times, moment)]
    low, high = min(*days, 0), max(*days, 1)
    pad = max(0.022 * (high - low), 1)
    return Frame(start, frame.course, low - pad, high + pad, frame.day(moment), width)


@dataclass(frozen=True)
class Ladder:
    """The y axis of a panel: a scale from `low` to `high` in `height` pixels, `head` of them above `high` for words."""

    scale: Scale
    low: float
    high: float
    height: int
    head: int = 0

    def rung(self, value: float) -> float:
        """A value as it is drawn: what lies below the lowest edge is drawn just above that edge, never left out."""
        return max(value, self.at(self.height - 7)) if value < self.low else value

    def px(self, value: float) -> float:
        """Pixels from the top of the panel."""
        return self.head + (self._up(self.high) - self._up(value)) / self._span * (self.height - self.head)

    def at(self, px: float) -> float:
        """The value that lies so many pixels below the top."""
        up = self._up(self.high) - (px - self.head) / (self.height - self.head) * self._span
        return round(10**up if self.scale == "log" else up, 9)

    @property
    def top(self) -> float:
        """The value at the upper edge of the panel, above the words."""
        return self.at(0)

    @property
    def _span(self) -> float:
        return self._up(self.high) - self._up(self.low)

    def _up(self, value: float) -> float:
        return math.log10(max(value, 1e-12)) if self.scale == "log" else value


def crowding(frame: Frame, marks: int) -> float:
    """How much smaller symbols are drawn the more of them stand in a row: from 1 down to a quarter."""
    room = frame.inner / max(marks, 1)
    return max(0.25, min(1, room / 14)) * (0.65 if frame.is_narrow and room >= 9 else 1)


def make_ladder(
    scale: Scale, values: Iterable[float], reach: float, height: int, head: int = 0, foot: float = 0.1
) -> Ladder:
    """A ladder for the values, and at least up to `reach`.

    A log one has `foot` on it, and a tenth of it where values are lower; what is lower still is drawn at its edge.

    >>> make_ladder("log", [0, 10.9], 1.5, 200).at(200)
    0.08
    """
    known = [value for value in values if value >= 0]
    high = max(*known, reach, 0.1)
    if scale == "linear":
        return Ladder(scale, 0 - 0.04 * high, high * 1.12, height, head)
    lowest = min((value for value in known if value > 0), default=reach)
    return Ladder(scale, 0.8 * (foot if lowest >= foot else foot / 10), high * 1.6, height, head)


def y_ticks(ladder: Ladder, edges: Sequence[float]) -> list[float]:
    """Numbers on the y axis: the edges of bands, and round numbers between, with room for each."""
    decades = [m * 10.0**e for e in range(-2, 4) for m in (1, 2, 5)]
    step = 10 ** math.floor(math.log10(ladder.high))
    even = [step * k / 2 for k in range(1, 20)]
    ticks: list[float] = []
    for value in [*reversed(edges), 0, *(decades if ladder.scale == "log" else even)]:
        inside, room = ladder.low <= value <= ladder.high, 12 if value in edges or ladder.scale == "log" else 17
        if inside and all(abs(ladder.px(value) - ladder.px(other)) >= room for other in ticks):
            ticks.append(round(value, 4))
    return sorted(ticks)
