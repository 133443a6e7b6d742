"""Limits of the ANC that are counted: the bands of action and the fixed limits of the grades, each once."""

from dataclasses import dataclass

from leukon.events.arrays import Array
from leukon.knowledge.criteria import load_criteria
from leukon.knowledge.protocol import EpisodeRule
from leukon.monitor.limits import all_above, all_below, all_from, all_up_to

BANDS = ((1.0, False), (0.5, True), (0.2, True))
"""Upper ends of the bands of action below that of episodes, and whether a count on it belongs to the band."""
EDITIONS = ("5.0", "6.0")


@dataclass(frozen=True)
class Limit:
    """A limit of the ANC in 10^9/L; `grades` are the edition and grade of a count just below it, if it is one's limit.

    >>> Limit(0.5, True).word, Limit(1.0, False).word
    ('<=0.5', '<1')
    """

    value: float
    inclusive: bool
    grades: tuple[tuple[str, int], ...] = ()

    @property
    def word(self) -> str:
        """As it stands in the tables."""
        return f"{'<=' if self.inclusive else '<'}{self.value:g}"

    def is_crossed(self, value: Array, comparator: Array) -> Array:
        """Which counts allow only values beyond the limit."""
        return (all_up_to if self.inclusive else all_below)(value, comparator, self.value)

    def is_kept(self, value: Array, comparator: Array) -> Array:
        """Which counts allow no value beyond the limit."""
        return (all_above if self.inclusive else all_from)(value, comparator, self.value)


def find_limits(rule: EpisodeRule) -> tuple[Limit, ...]:
    """Limits at or below that of episodes, from the highest down: above it no episode would hold a crossing."""
    found = {(limit, False): named for limit, named in ({rule.below: ()} | _fixed_grades()).items()}
    found |= {band: found.get(band, ()) for band in BANDS}
    kept = [key for key in found if key[0] < rule.below or key == (rule.below, False)]
    return tuple(Limit(*key, found[key]) for key in sorted(kept, reverse=True))


def _fixed_grades() -> dict[float, tuple[tuple[str, int], ...]]:
    """Edition and grade whose limit is a number, by that number."""
    grades: dict[float, list[tuple[str, int]]] = {}
    for edition in EDITIONS:
        for grade, limit in load_criteria(edition).decreased["anc"].below.items():
            if limit != "lln":
                grades.setdefault(limit, []).append((edition, grade))
    return {limit: tuple(sorted(named)) for limit, named in grades.items()}


def grades_of(word: str) -> dict[str, int]:
    """Grade of a count just below a limit, by edition; empty if it is the limit of no grade.

    >>> grades_of("<1.5"), grades_of("<=0.5")
    ({'5.0': 2, '6.0': 1}, {})
    """
    return dict({f"<{value:g}": named for value, named in _fixed_grades().items()}.get(word, ()))


def depth_of(word: str) -> tuple[float, bool]:
    """Key by which words of limits sort from the highest down.

    >>> sorted(["<0.5", "<1", "<=0.5"], key=depth_of)
    ['<1', '<=0.5', '<0.5']
    """
    return -float(word.strip("<=")), "=" not in word
