"""What is said of schedules that were judged on imagined patients; the words of the terminal and of the picture."""

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any

from leukon.knowledge.simulation import Simulation

INTRODUCTION = (
    "Imagined patients: a schedule is judged by the severe episodes that its tests would meet. "
    "The figures follow from few published cases and from assumptions; none is an observation."
)
NO_CHOICE = "Readings differ in what they make of the published durations; none is better founded than the others."


def say_share(value: float) -> str:
    """A chance in per cent; 0 and 100 are said only where they are exact.

    >>> say_share(0.67), say_share(0.996), say_share(0.0)
    ('67 %', '>99 %', '0 %')
    """
    percent = f"{100 * value:.0f}"
    if percent == "100" and value < 1:
        return ">99 %"
    return "<1 %" if percent == "0" and value > 0 else f"{percent} %"


def say_chance(row: Mapping[str, Any]) -> str:
    """The chance of detection with its interval."""
    ends = (f"{100 * row[name]:.0f}" for name in ("chance_low", "chance_high"))
    return f"{say_share(row['chance'])} [{', '.join(ends)}]"


def say_ratio(row: Mapping[str, Any], name: str) -> str:
    """A number for each episode found, with its interval, to two digits; it is no more certain than that."""
    median, low, high = (_two_digits(row[each]) for each in (name, f"{name}_low", f"{name}_high"))
    return f"{median} [{low}, {high}]"


def _two_digits(value: float | None) -> str:
    if value is None:
        return "not known"
    return "no end" if value == inf else f"{float(f'{value:.2g}'):,g}"


def say_days(value: float | None) -> str:
    """Days with one decimal, or that there are none."""
    return "none" if value is None else f"{value:.1f}"


def say_reading(known: Simulation, reading: str) -> str:
    """A reading of the durations by its name and in words."""
    return f"Reading {reading}: {known.readings[reading].title}"


def say_onset_reading(known: Simulation, onset: str) -> str:
    """A reading of the onsets by its name and in words."""
    return f"Onset {onset}: {known.onset_readings[onset].title}"


def list_caveats(known: Simulation) -> Iterable[str]:
    """What must be said beside the figures, with its source; then each duration and the limits it ran between."""
    for caveat in known.cannot_say:
        yield f"{caveat.text} [{caveat.source}]"
    for name, case in known.durations.cases.items():
        yield f"{name}: {case.said}; {case.limit}."
