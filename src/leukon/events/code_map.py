"""A site's own words: what its columns and codes are called, in which unit, with which reference range."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from leukon.errors import InvalidFile
from leukon.events.arrays import Array
from leukon.events.concepts import Concepts, load_concepts
from leukon.events.data_files import Strict, Text, load_toml
from leukon.events.schema import EVENTS
from leukon.events.units import load_units

Limit = Annotated[float, Field(ge=0)]
SYSTEMIC = "systemic"
GIVEN = ("given", "started")


class SiteCode(Strict):
    """What one of a site's own codes means."""

    concept: Text
    unit: Text | None = Field(default=None, description="unit of rows that carry none, and of the range here")
    form: Literal["systemic", "eye", "ear", "skin", "nasal", "inhaled", "rectal"] = SYSTEMIC
    event: Literal["given", "started", "stopped", "not_given"] = "given"
    lln: Limit | None = Field(default=None, description="used only where the row has none")
    uln: Limit | None = None
    range_source: Text | None = None

    @model_validator(mode="after")
    def _range_is_one(self) -> "SiteCode":
        if (self.lln is not None or self.uln is not None) and not (self.range_source and self.unit):
            raise ValueError("a reference range needs its unit and a range_source")
        if self.lln is not None and self.uln is not None and self.lln > self.uln:
            raise ValueError("lln is above uln: no value would be normal")
        return self

    @property
    def mapped(self) -> bool:
        """Only systemic doses that were given or started mean anything here."""
        return self.form == SYSTEMIC and self.event in GIVEN


class CodeMap(Strict):
    """A site's code map: what its columns and codes are called, and what its spreadsheet of visits looks like."""

    columns: dict[str, Text] = Field(default_factory=dict, description="events column = its name in the input")
    codes: dict[str, SiteCode] = {}
    visits: dict[str, Any] = Field(default_factory=dict, description="a spreadsheet of visits; its reader checks it")


def load_code_map(path: str | Path, concepts: Concepts | None = None) -> CodeMap:
    """Read a site's code map and check that it names known concepts, columns and units.

    Raises
    ------
    InvalidFile
        Naming the file, the key and the fix.
    """
    code_map = load_toml(Path(path), CodeMap)
    check_names(code_map, concepts or load_concepts(), Path(path).name)
    return code_map


@dataclass(frozen=True)
class SiteCodes:
    """What each code of an input means.

    `concept` is -1 for an unknown code. `unit` (a number into `units`, -1: none) and the reference range (NaN: none)
    are what the site's map says of it.
    """

    concept: Array
    units: tuple[str, ...]
    unit: Array
    lln: Array
    uln: Array

    @cached_property
    def met(self) -> frozenset[int]:
        """Numbers of the concepts that the codes mean."""
        return frozenset(self.concept.tolist())


def read_codes(codes: Sequence[str], concepts: Concepts, code_map: CodeMap) -> SiteCodes:
    """Find the meaning of every code of an input: the site's map first, then the shipped code lists."""
    entries = [code_map.codes.get(code) for code in codes]
    units = tuple(dict.fromkeys(entry.unit for entry in entries if entry is not None and entry.unit is not None))
    concept = [
        concepts.find(code) if entry is None else concepts.number[entry.concept] if entry.mapped else -1
        for code, entry in zip(codes, entries, strict=True)
    ]
    unit = [-1 if entry is None or entry.unit is None else units.index(entry.unit) for entry in entries]
    lln, uln = (
        np.asarray([np.nan if entry is None or (x := getattr(entry, name)) is None else x for entry in entries], float)
        for name in ("lln", "uln")
    )
    return SiteCodes(np.asarray(concept, np.int64), units, np.asarray(unit, np.int64), lln, uln)


def check_names(code_map: CodeMap, concepts: Concepts, file: str = "the code map") -> None:
    """Raise `InvalidFile` if the map names a concept, a column or a unit that does not exist."""
    columns = [column.name for column in EVENTS]
    for name in code_map.columns:
        _check_known(file, f"columns.{name}", name, columns)
    called = [code_map.columns.get(column, column) for column in columns]
    for name, own in code_map.columns.items():
        if called.count(own) > 1:
            why = f"'{own}' would be read as two columns of events."
            raise InvalidFile(file, f"columns.{name}", why, "give every column of events a column of its own.")
    for code, entry in code_map.codes.items():
        _check_known(file, f"codes.{code}.concept", entry.concept, concepts.names)
        _check_unit(file, f"codes.{code}.unit", entry, concepts.by_name[entry.concept].kind)


def _check_known(file: str, key: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise InvalidFile(file, key, f"leukon knows no '{name}'.", f"use one of: {', '.join(known)}.")


def _check_unit(file: str, key: str, entry: SiteCode, kind: str) -> None:
    units = load_units()
    if entry.unit is None or units.factor(kind, entry.unit) is not None:
        return
    why = f"leukon knows no unit '{entry.unit}' for {entry.concept}."
    if not units.examples(kind):
        raise InvalidFile(file, key, why, "take it out: a word has no unit.")
    known = ", ".join(units.examples(kind))
    fix = f"use {units.result_unit(kind)} or another unit it knows (as {known}), or take it out."
    raise InvalidFile(file, key, why, fix)
