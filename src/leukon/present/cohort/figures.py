"""Numbers of a cohort in words: with what they rest on, and a word where they are hidden or not known."""

from typing import Any

HIDDEN = "hidden"
"""In the place of a number too small to leave the house."""
Row = dict[str, Any]


def say_missing(row: Row) -> str:
    """Why a row has no number: it is hidden, or there is nothing to make it of.

    >>> say_missing({"hidden": "events"}), say_missing({"hidden": None}), say_missing({})
    ('hidden', 'not known', 'not known')
    """
    return HIDDEN if row.get("hidden") else "not known"


def say_number(value: float | None) -> str:
    """A whole number of persons, events, tests or days, in thousands; there is none only where it is hidden.

    >>> say_number(12345), say_number(None)
    ('12,345', 'hidden')
    """
    return HIDDEN if value is None else f"{int(value):,}"


def say_share(row: Row, name: str = "proportion") -> str:
    """A proportion with its interval, in per cent.

    >>> say_share({"proportion": 0.0062, "proportion_low": 0.002, "proportion_high": 0.0143})
    '0.62 % [0.20, 1.43]'
    """
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if value is None:
        return say_missing(row)
    return f"{_percent(value)} %" + ("" if low is None or high is None else f" [{_percent(low)}, {_percent(high)}]")


def say_rate(row: Row, name: str = "rate", digits: int = 2) -> str:
    """A rate with its interval."""
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    return say_missing(row) if value is None else f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def say_days(row: Row, name: str = "median") -> str:
    """A median in days with its interval; what was not reached is said."""
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if value is None:
        return HIDDEN if row.get("hidden") else "not reached"
    ends = ["not reached" if end is None else f"{end:.0f}" for end in (low, high)]
    return f"{value:.0f} days [{', '.join(ends)}]"


def say_course(course: int | None) -> str:
    """A course by its number; null: all of them."""
    return "all courses" if course is None else "before the first course" if course == 0 else f"course {course}"


def say_limit(limit: str) -> str:
    """A limit of the ANC with its unit.

    >>> say_limit("<=0.5")
    'ANC ≤ 0.5 × 10⁹/L'
    """
    sign, value = ("≤", limit[2:]) if limit.startswith("<=") else (limit[:1], limit[1:])
    return f"ANC {sign} {value} × 10⁹/L"


def say_grades(row: Row) -> str:
    """The CTCAE grade that a limit opens, with its edition."""
    editions = (("5.0", "grade_v5"), ("6.0", "grade_v6"))
    said = [f"{edition}: grade {row[name]}" for edition, name in editions if row[name]]
    return f"CTCAE {', '.join(said)}" if said else "no CTCAE limit"


def _percent(value: float) -> str:
    return f"{100 * value:.2f}" if value < 0.1 else f"{100 * value:.1f}"
