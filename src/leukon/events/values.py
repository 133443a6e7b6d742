"""Text to the set of values it allows: `0.42`, `<0.1`, `0,899`; anything doubtful is refused, never guessed."""

import re
from dataclasses import dataclass
from decimal import Decimal

NUMBER = r"[+-]?(?:\d{1,15}(?:[.,]\d{0,15})?|[.,]\d{1,15})(?:[eE][+-]?\d)?"
_COMPARATOR = re.compile(r"<=|>=|=<|=>|<|>|≤|≥|=")
_RANGE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(?:-|–|to)\s*(\d{1,9}(?:\.\d{1,9})?)\s*%?")
_EXPONENT = r"(?:[eE][+-]?\d)?"
_THREE_AFTER_COMMA = re.compile(r"[+-]?[\d.,]*,\d{3}(?:\.\d*)?" + _EXPONENT)
_AFTER_A_LONE_0 = re.compile(r"[+-]?0,\d{3}" + _EXPONENT)
_OTHER_SIGNS = {"=<": "<=", "=>": ">=", "≤": "<=", "≥": ">=", "=": ""}

PLACES = 6
"""`numeric_value` is rounded to this many decimals: 32-bit floats turn 1.8 into 1.79999995, which is below 1.8."""


@dataclass(frozen=True)
class TextValue:
    """What a text says: `mantissa / scale` with a comparator, only a comparator, or nothing that leukon can use."""

    mantissa: float | None = None
    scale: float = 1.0
    comparator: str | None = None
    ambiguous: bool = False


def read_comparator(text: str) -> str | None:
    """The comparator `text` stands for; None for an exact value.

    Raises
    ------
    ValueError
        If `text` is no comparator.
    """
    sign = _OTHER_SIGNS.get(text.strip(), text.strip())
    if sign not in ("", "<", "<=", ">=", ">"):
        raise ValueError("not a comparator")
    return sign or None


def read_text(text: str) -> TextValue:
    """Read a laboratory's text.

    A comparator is kept even where no number follows (`<0.5 (verified)`): the number then is `numeric_value`.
    A comma with exactly three digits after it is ambiguous (thousands or decimals), unless a lone 0 stands before it.

    >>> read_text("<0.1")
    TextValue(mantissa=1.0, scale=10.0, comparator='<', ambiguous=False)
    >>> read_text("0,899").mantissa, read_text("1,234").ambiguous, read_text("see note").mantissa
    (899.0, True, None)
    """
    rest = text.strip()
    sign = _COMPARATOR.match(rest)
    comparator = read_comparator(sign[0]) if sign else None
    rest = rest[sign.end() :].strip() if sign else rest
    if _THREE_AFTER_COMMA.fullmatch(rest) and not _AFTER_A_LONE_0.fullmatch(rest):
        return TextValue(ambiguous=True)
    if not re.fullmatch(NUMBER, rest):
        return TextValue(comparator=comparator)
    number = Decimal(rest.replace(",", "."))
    exponent = min(int(number.as_tuple().exponent), 0)
    return TextValue(float(number.scaleb(-exponent)) + 0.0, float(10**-exponent), comparator)  # + 0.0: no -0.0


def read_range(text: str) -> tuple[float, float] | None:
    """The ends of a range; None if `text` is none. It is no value, but says how far a number beside it may be off.

    >>> read_range("80-90 %"), read_range("80"), read_range("90-80")
    ((80.0, 90.0), None, None)
    """
    found = _RANGE.fullmatch(text.strip())
    ends = None if found is None else (float(found[1]), float(found[2]))
    return ends if ends is None or ends[0] <= ends[1] else None
