"""Units to result units, exactly: a small table keyed by kind and spelling (units.toml); everything else is refused."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from pydantic import field_validator, model_validator

from leukon.events.data_files import Strict, Text, load_toml


class Spellings(Strict):
    """Spellings of one unit and its exact factor to the result unit."""

    factor: Fraction
    source: Text
    spellings: tuple[Text, ...]

    @field_validator("factor", mode="before")
    @classmethod
    def _exact(cls, factor: object) -> Fraction:
        if not isinstance(factor, str):
            raise ValueError('a factor is exact: write it in quotes, as "1/1000" or "16.11"')
        return Fraction(factor)


class Kind(Strict):
    """One kind of thing measured: its result unit and the units it may come in."""

    result_unit: str
    unitless: bool = False
    units: tuple[Spellings, ...]


class UnitFile(Strict):
    """The layout of units.toml."""

    sources: dict[str, Text]
    kinds: dict[str, Kind]

    @model_validator(mode="after")
    def _every_factor_has_a_known_source(self) -> "UnitFile":
        for name, kind in self.kinds.items():
            for unit in kind.units:
                if unit.source not in self.sources:
                    raise ValueError(f"kind {name}: the source '{unit.source}' is not in [sources]")
        return self


@dataclass(frozen=True)
class Units:
    """The kinds in order, and for each spelling of each its exact factor."""

    kinds: tuple[str, ...]
    result_units: tuple[str, ...]
    unitless: tuple[bool, ...]
    factors: tuple[dict[str, Fraction], ...]

    def factor(self, kind: str, unit: str) -> Fraction | None:
        """Exact factor from `unit` to the result unit of `kind`; None if the unit is not known for it.

        >>> load_units().factor("hemoglobin", "g/dL")
        Fraction(10, 1)
        >>> load_units().factor("cells", "kelvin") is None
        True
        """
        return self.factors[self.kinds.index(kind)].get(plain_spelling(unit))

    def examples(self, kind: str) -> tuple[str, ...]:
        """One spelling of each unit that `kind` may come in.

        >>> load_units().examples("hemoglobin")
        ('g/L', 'g/dL', 'mmol/L', 'g/mL')
        """
        by_factor: dict[Fraction, str] = {}
        for spelling, factor in self.factors[self.kinds.index(kind)].items():
            by_factor.setdefault(factor, spelling)
        return tuple(by_factor.values())

    def result_unit(self, kind: str) -> str:
        """The unit in which results of `kind` are given."""
        return self.result_units[self.kinds.index(kind)]


@lru_cache
def load_units() -> Units:
    """The shipped units (units.toml)."""
    kinds = load_toml(Path(__file__).with_name("units.toml"), UnitFile).kinds
    factors = tuple(
        {plain_spelling(spelling): unit.factor for unit in kind.units for spelling in unit.spellings}
        for kind in kinds.values()
    )
    return Units(
        tuple(kinds), tuple(k.result_unit for k in kinds.values()), tuple(k.unitless for k in kinds.values()), factors
    )


_PLAIN = str.maketrans({"µ": "u", "μ": "u", "×": "x", "⁹": "^9", "³": "^3", "⁶": "^6"})


def plain_spelling(unit: str) -> str:
    """`unit` without white space, and with micro, multiplication and superscript signs in plain letters.

    >>> plain_spelling(" × 10⁹ / L")
    'x10^9/L'
    """
    return "".join(unit.split()).translate(_PLAIN)
