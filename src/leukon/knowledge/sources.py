"""Where every number comes from: a name in a data file leads to a citation and its weakness."""

from functools import lru_cache
from pathlib import Path

from pydantic import RootModel

from leukon.events.data_files import Strict, Text, load_toml

DATA = Path(__file__).with_name("data")


class Source(Strict):
    """One source: what it is, and what a reader should know about its weight."""

    title: Text
    note: str = ""


class SourceFile(RootModel[dict[str, Source]]):
    """The layout of sources.toml."""


@lru_cache
def load_sources() -> dict[str, Source]:
    """The shipped sources (data/sources.toml)."""
    return load_toml(DATA / "sources.toml", SourceFile).root
