"""What is asked of every unit, and the work on one: read, review, write the parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from leukon.cohort.counts import CohortCounts, add_counts, count_review
from leukon.errors import NoUsableRow
from leukon.events.arrays import Array
from leukon.events.clock import AsOf
from leukon.events.code_map import CodeMap
from leukon.events.table import open_door
from leukon.knowledge.library import concepts_of
from leukon.knowledge.protocol import Protocol
from leukon.monitor.review import Review, review
from leukon.scale.merging import COUNTED
from leukon.scale.parts import Ledger, PartWriter
from leukon.scale.pieces import stream_pieces
from leukon.scale.source import Source
from leukon.scale.units import Unit


@dataclass(frozen=True)
class Question:
    """What is asked, whatever the data are."""

    protocol: Protocol
    schedule: str
    codes: CodeMap
    timezone: str | None
    tables: Sequence[str]
    counts: bool

    def ask(self, events: pa.Table, as_of: AsOf, row_numbers: Array) -> Review:
        """The review of whole subjects."""
        return review(
            events,
            self.protocol,
            as_of=as_of,
            schedule=self.schedule,
            codes=self.codes,
            timezone=self.timezone,
            row_numbers=row_numbers,
        )


@dataclass(frozen=True)
class Job:
    """The same question for every unit of a source; parts go to `folder`."""

    source: Source
    question: Question
    as_of: AsOf
    folder: Path

    @property
    def ledger(self) -> Ledger:
        """Which units are done."""
        return Ledger(self.folder / "ledger")

    def work(self, unit: Unit) -> int:
        """Review one unit and write its part of every table; gives its number of rows."""
        question, latest = self.question, ""
        counts: list[CohortCounts] = []
        with PartWriter(self.folder, unit.number) as part:
            for table, rows in stream_pieces(self.source, unit):
                reviewed = question.ask(table, self.as_of, rows)
                for name in question.tables:
                    part.write(f"{'counted' if name in COUNTED else 'tables'}/{name}", getattr(reviewed, name))
                if question.counts:
                    counts.append(count_review(reviewed))
                received = reviewed.data_up_to
                latest = max(latest, "" if received is None else received.isoformat(timespec="seconds"))
            for name, table in (add_counts(counts).tables() if counts else {}).items():
                part.write(f"counted/{name}", table)
        tables = {place.removeprefix("tables/"): rows for place, rows in part.rows.items()}
        self.ledger.enter(unit.number, {"rows": unit.rows, "tables": tables, "data_up_to": latest})
        return unit.rows


def last_time_of(source: Source, question: Question, unit: Unit) -> int | None:
    """The latest time of a usable row of a unit; None if none is usable."""
    concepts = concepts_of(question.protocol)
    latest: int | None = None
    for table, _ in stream_pieces(source, unit):
        try:
            found = open_door(
                table, as_of="last", concepts=concepts, code_map=question.codes, timezone=question.timezone
            ).as_of.instant
        except NoUsableRow:
            continue
        latest = found if latest is None else max(latest, found)
    return latest
