"""What is wrong in a protocol file, and how to mend it."""

from collections.abc import Collection, Iterator
from typing import NamedTuple


class Fault(NamedTuple):
    """Where a file is wrong, why, and how to mend it."""

    key: str
    why: str
    fix: str


def find_unknown(key: str, thing: str, name: str, known: Collection[str], or_else: str = "") -> Iterator[Fault]:
    """Yield a fault if `name` is none of the known ones."""
    if name not in known:
        yield Fault(key, f"there is no {thing} '{name}'.", f"use one of: {', '.join(known)}{or_else}.")
