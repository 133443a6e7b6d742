"""All tables at once: the door, then one question after the other."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from importlib.metadata import version
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from leukon.errors import UnknownName
from leukon.events.account import (
    AFTER_AS_OF,
    Fates,
    tabulate_account,
    tabulate_codes,
    tabulate_subjects,
    tabulate_unused,
)
from leukon.events.arrays import NULL, Array
from leukon.events.clock import AsOf
from leukon.events.code_map import CodeMap
from leukon.events.concepts import Concepts
from leukon.events.intake import Intake, cut_by_subject
from leukon.events.table import Door, Events, open_door
from leukon.knowledge.library import concepts_of, load_protocol
from leukon.knowledge.protocol import Protocol
from leukon.monitor.judged import Judged, judge, tabulate_about, tabulate_findings, tabulate_workup
from leukon.monitor.numbers import number_protocol
from leukon.monitor.tables import (
    Columns,
    tabulate_courses,
    tabulate_episodes,
    tabulate_results,
    tabulate_schedule,
)

In = TypeVar("In")
Out = TypeVar("Out")
TABLES = (
    "account", "codes_seen", "unused", "subjects", "courses", "results", "episodes", "schedule", "workup", "findings",
)  # fmt: skip
PIECE = 1 << 17
"""Rows of one piece: enough that a piece costs little by itself, few enough that all processors have work."""


@dataclass(frozen=True)
class Review:
    """All tables of a review as Arrow tables, with what they depend on: protocol, its hash, schedule and as_of.

    `pieces` are whole subjects each, in their order; every table is that of its pieces, one after the other.
    """

    protocol: Protocol
    schedule_name: str
    door: Door = field(repr=False)
    pieces: Sequence[tuple[Events, Columns]] = field(repr=False)

    @property
    def as_of(self) -> AsOf:
        """The moment from which the data were looked at."""
        return self.door.as_of

    @property
    def provenance(self) -> dict[str, str]:
        """What every table here depends on; it is written beside them and into their Arrow metadata."""
        return provenance_of(self.protocol, self.schedule_name, self.as_of)

    @cached_property
    def data_up_to(self) -> datetime | None:
        """When the latest row known at as_of was measured or recorded; None if no row has a time."""
        intake, known = self.door.intake, self._fates.use != AFTER_AS_OF
        columns = [intake.time] if intake.recorded is None else [intake.time, intake.recorded]
        latest = max((int(column[known].max(initial=NULL)) for column in columns), default=NULL)
        return None if latest == NULL else datetime(1970, 1, 1) + timedelta(microseconds=latest)

    @cached_property
    def account(self) -> pa.Table:
        """Where every row of the input went."""
        return self._signed(tabulate_account(self.door.intake, self._fates))

    @cached_property
    def codes_seen(self) -> pa.Table:
        """Every code met, with its concept if leukon knows it."""
        door = self.door
        return self._signed(tabulate_codes(door.intake, self._fates, door.codes, door.concepts))

    @cached_property
    def unused(self) -> pa.Table:
        """Rows of known codes that could not be used, with the reason."""
        return self._signed(tabulate_unused(self.door.intake, self._fates))

    @cached_property
    def subjects(self) -> pa.Table:
        """Everybody known at as_of, with the latest usable ANC."""
        counts = [events.counts for events, _ in self.pieces]
        number = self.door.concepts.number["anc"]
        anc = [np.flatnonzero(part.analyte == number) for part in counts]
        columns = [
            np.concatenate([getattr(part, name)[at] for part, at in zip(counts, anc, strict=True)])
            for name in ("subject", "value", "comparator", "time")
        ]
        subject = np.concatenate([part.subject for part in counts])
        return self._signed(tabulate_subjects(self.door.intake, self._fates, subject, columns))

    @cached_property
    def courses(self) -> pa.Table:
        """Courses of the protocol's drugs."""
        return self._joined(tabulate_courses)

    @cached_property
    def results(self) -> pa.Table:
        """Every usable count, with day, course and grades in both editions."""
        return self._joined(tabulate_results)

    @cached_property
    def episodes(self) -> pa.Table:
        """Episodes of neutropenia."""
        return self._joined(tabulate_episodes)

    @cached_property
    def schedule(self) -> pa.Table:
        """Tests due and done."""
        return self._joined(tabulate_schedule)

    @cached_property
    def workup(self) -> pa.Table:
        """What may explain each episode: every item of the protocol's work-up, unknown ones too."""
        return self._judged(tabulate_workup)

    @cached_property
    def findings(self) -> pa.Table:
        """What needs somebody at as_of, and how soon."""
        return self._judged(tabulate_findings)

    @cached_property
    def about(self) -> pa.Array:
        """For each row of `findings` the analyte or test it is about; null: none."""
        return pa.concat_arrays([tabulate_about(judged, self.door.concepts) for judged in self.judged])

    @cached_property
    def judged(self) -> list[Judged]:
        """Work-up and findings of every piece, as columns; asked for the first time they are needed."""
        numbers = number_protocol(self.protocol, self.door.concepts)
        return each(lambda piece: judge(*piece, self.protocol, self.schedule_name, numbers), self.pieces)

    @cached_property
    def _fates(self) -> Fates:
        fates = [events.fates for events, _ in self.pieces]
        return Fates(np.concatenate([f.use for f in fates]), np.concatenate([f.reason for f in fates]))

    def _joined(self, make: Callable[[Columns, Concepts, pa.Array], pa.Table]) -> pa.Table:
        ids = self.door.intake.subject_ids
        tables = each(lambda piece: make(piece[1], piece[0].concepts, ids), self.pieces)
        return self._signed(pa.concat_tables(tables))

    def _judged(self, make: Callable[[Judged, Protocol, pa.Array], pa.Table]) -> pa.Table:
        ids = self.door.intake.subject_ids
        tables = each(lambda judged: make(judged, self.protocol, ids), self.judged)
        return self._signed(pa.concat_tables(tables))

    def _signed(self, table: pa.Table) -> pa.Table:
        return table.replace_schema_metadata(self.provenance)


def provenance_of(protocol: Protocol, schedule: str, as_of: AsOf) -> dict[str, str]:
    """What every table of a review depends on."""
    return {
        "leukon": _version(),
        "protocol": protocol.id,
        "protocol_hash": protocol.hash,
        "schedule": schedule,
        "as_of": str(as_of),
        "grading": "CTCAE 5.0 (v5) and 6.0 (v6)",
    }


@lru_cache
def _version() -> str:
    return version("leukon")


def each(work: Callable[[In], Out], pieces: Sequence[In]) -> list[Out]:
    """`work` on every piece, on all processors; NumPy and Arrow let threads run side by side."""
    if len(pieces) == 1:
        return [work(pieces[0])]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, pieces))


def review(
    events: Any,
    protocol: str | Protocol,
    *,
    as_of: date | datetime | str | AsOf,
    schedule: str | None = None,
    codes: CodeMap | None = None,
    timezone: str | None = None,
    row_numbers: Array | None = None,
) -> Review:
    """Review events: courses, graded results, episodes, work-up, due tests, findings, and an account of every row.

    Parameters
    ----------
    events
        Any object with `__arrow_c_stream__` (Polars, pandas, DuckDB, pyarrow) in the events layout.
    protocol
        A protocol, the id of a shipped one, or the path of a TOML file.
    as_of
        A date (its end), an instant, or `last`: every table is what was known then.
    schedule
        Name of one of the protocol's schedules; default: the protocol's own.
    codes
        A site's code map (`leukon.load_code_map`).
    timezone
        IANA zone to convert times with an offset to; default: wall clock as written.
    row_numbers
        Numbers of the rows (int64; `NULL` of `leukon.events.arrays`: none) where `events` is a part of a larger input;
        default: 1, 2, 3 ...

    Returns
    -------
    Review
        Each table of the contract is an attribute with `__arrow_c_stream__`.

    Raises
    ------
    InputError, UsageError, KnowledgeError
        Nothing a single row can cause: such rows are in `unused` with a reason.
    """
    known = protocol if isinstance(protocol, Protocol) else load_protocol(protocol)
    schedule = schedule or known.default_schedule
    if schedule not in known.schedules:
        raise UnknownName("schedule", schedule, known.schedules)
    door = open_door(
        events,
        as_of=as_of,
        concepts=concepts_of(known),
        code_map=codes,
        timezone=timezone,
        row_numbers=row_numbers,
    )
    numbers = number_protocol(known, door.concepts)

    def ask(piece: Intake) -> tuple[Events, Columns]:
        checked = door.check(piece)
        return checked, Columns(checked, known, schedule, numbers)

    return Review(known, schedule, door, each(ask, cut_by_subject(door.intake, PIECE)))
