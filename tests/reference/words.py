"""The words of the protocol: causes, notes, next tests, steps with their gates, sources. Its limits are in rules.py."""

import tomllib
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parents[2] / "src" / "leukon" / "knowledge" / "data"


@lru_cache
def words_of_protocol(name="alemtuzumab-ms"):
    """`general.toml`, and over it the protocol: key by key, tables deeply, lists as a whole."""
    general, own = (tomllib.loads((DATA / file).read_text()) for file in ("general.toml", f"protocols/{name}.toml"))
    return merged(general, own)


def merged(below, above):
    both = dict(below)
    for key, value in above.items():
        deep = isinstance(value, dict) and isinstance(below.get(key), dict)
        both[key] = merged(below[key], value) if deep else value
    return both
