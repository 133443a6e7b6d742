"""How well the units and values of a code fit a concept, with the reasons in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log, nan
from typing import Literal

from leukon.events.concepts import Concepts
from leukon.events.units import load_units
from leukon.ingest.code_hints_profiles import Profile
from leukon.ingest.code_hints_words import Usual, load_hints

Lies = Literal["usual", "near", "elsewhere", "implausible", "unsaid"]
ENOUGH = 5
"""Fewer values than this say nothing about where their middle lies."""
_NO_UNIT = "its rows carry no unit, and none would make its values usual"
_NEAR = 1.5
"""How far beyond what is usual the middle may lie and still be near it: people in hospital are not well."""


@dataclass(frozen=True)
class Fit:
    """One concept that a code may mean.

    `unit` is what a code map must say (null: the rows carry theirs), `known` whether leukon converts the unit at hand,
    `lies` where the middle of the values is, `distance` how far from the middle of what is usual (1: at its ends).
    """

    concept: str
    unit: str | None
    known: bool
    lies: Lies
    distance: float
    reasons: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether neither unit nor values speak against it."""
        return self.known and self.lies in ("usual", "near")


def fit_concepts(profile: Profile, names: Sequence[str], concepts: Concepts) -> list[Fit]:
    """How a code fits each of these concepts; a unit that only some of them know chooses those."""
    fits = [fit for name in names if name in concepts.by_name for fit in _fit(profile, name, concepts)]
    return [fit for fit in fits if fit.known] or fits


def fits_by_values(profile: Profile, concepts: Concepts) -> list[Fit]:
    """Every common test whose unit and usual values a code has, the nearest first; for codes whose name says nothing.

    Rare tests are not proposed so: nearly every percentage looks like some subset of lymphocytes.
    """
    if profile.values < ENOUGH or (profile.unit or profile.in_code) is None:
        return []
    common = [name for name, usual in load_hints().usual.items() if usual.common]
    fits = [fit for name in common for fit in fit_concepts(profile, (name,), concepts)]
    held = [fit for fit in fits if fit.known and fit.lies == "usual" and not _strays(profile, fit.concept, concepts)]
    return sorted(held, key=lambda fit: fit.distance)


def _fit(profile: Profile, name: str, concepts: Concepts) -> list[Fit]:
    """The fit in the unit at hand; without one, in each unit that would make the values usual."""
    units, kind = load_units(), concepts.by_name[name].kind
    own = profile.unit or profile.in_code
    if own is None and not units.unitless[units.kinds.index(kind)]:
        fits = [_fit_in(profile, name, unit, concepts) for unit in units.examples(kind)]
        usual = [fit for fit in fits if fit.lies == "usual"] or [fit for fit in fits if fit.lies == "near"]
        return usual or [Fit(name, None, known=False, lies="unsaid", distance=inf, reasons=(_NO_UNIT,))]
    return [_fit_in(profile, name, own, concepts)]


def _fit_in(profile: Profile, name: str, unit: str | None, concepts: Concepts) -> Fit:
    units, kind = load_units(), concepts.by_name[name].kind
    exact = 1 if unit is None else units.factor(kind, unit)
    factor = nan if exact is None else float(exact)
    lies, distance = _place(profile, factor, name, concepts)
    said = (_say_unit(profile, unit, known=exact is not None), _say_values(profile, factor, name, lies, concepts))
    told = None if profile.unit is not None else unit
    return Fit(name, told, exact is not None, lies, distance, (*filter(None, said), *_say_more(profile)))


def _place(profile: Profile, factor: float, name: str, concepts: Concepts) -> tuple[Lies, float]:
    usual = load_hints().usual.get(name)
    middle, limits = profile.middle * factor, concepts.by_name[name].plausible
    if profile.values < ENOUGH or usual is None or middle != middle:
        return "unsaid", inf
    if limits is not None and not limits.low <= middle <= limits.high:
        return "implausible", inf
    return _where(middle, usual), _distance(middle, usual)


def _where(middle: float, usual: Usual) -> Lies:
    if usual.low <= middle <= usual.high:
        return "usual"
    return "near" if usual.low / _NEAR <= middle <= usual.high * _NEAR else "elsewhere"


def _distance(middle: float, usual: Usual) -> float:
    """Of the logarithms, in half widths of what is usual."""
    if middle <= 0:
        return inf
    return abs(2 * log(middle) - log(usual.low) - log(usual.high)) / (log(usual.high) - log(usual.low))


def _strays(profile: Profile, name: str, concepts: Concepts) -> bool:
    """Whether more than one in twenty values are implausible on either side."""
    limits, kind = concepts.by_name[name].plausible, concepts.by_name[name].kind
    factor = load_units().factor(kind, profile.unit or profile.in_code or "")
    if limits is None or factor is None:
        return False
    return profile.low * float(factor) < limits.low or profile.high * float(factor) > limits.high


def _say_unit(profile: Profile, unit: str | None, *, known: bool) -> str:
    if unit is None:
        return "it needs no unit"
    where = "its unit" if profile.unit else "the unit at the end of its code" if profile.in_code else ""
    if not where:
        return f"its rows carry no unit: {unit} is the one in which its values would be usual"
    return f"{where}, {unit}, is {'one that' if known else 'none that'} leukon converts for it"


def _say_values(profile: Profile, factor: float, name: str, lies: Lies, concepts: Concepts) -> str:
    if factor != factor:
        return ""
    if profile.values < ENOUGH:
        return f"it has {profile.values} numbers, too few to say anything by them"
    usual = load_hints().usual.get(name)
    if usual is None or lies == "unsaid":
        return ""
    unit = load_units().result_unit(concepts.by_name[name].kind)
    where = {
        "usual": "lies where it usually does",
        "near": "lies near where it usually does",
        "elsewhere": "is plausible, but not where it usually lies",
        "implausible": "is not plausible",
    }[lies]
    middle = f"{profile.middle * factor:.3g} {unit}"
    return f"the middle of its {profile.values:,} numbers, {middle}, {where} ({usual.low:g} to {usual.high:g})"


def _say_more(profile: Profile) -> list[str]:
    more = []
    if profile.other_units:
        more.append(f"some of its rows have other units: {', '.join(profile.other_units)}")
    if profile.unit is not None and profile.without_unit:
        more.append(f"{profile.without_unit:,} of its {profile.rows:,} rows carry no unit and would be refused")
    return more
