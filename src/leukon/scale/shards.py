"""Review a dataset larger than memory, unit by unit; a run that was killed goes on where it was."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from leukon.cohort.counts import CohortCounts
from leukon.cohort.course_schema import ALL_COUNTS
from leukon.cohort.tally import add_tables
from leukon.errors import NoUsableRow, UnknownName
from leukon.events.arrays import Array
from leukon.events.clock import AsOf, read_as_of
from leukon.events.code_map import CodeMap, check_names
from leukon.events.columns import check_timezone
from leukon.folders import refuse_strangers, take_place
from leukon.knowledge.library import concepts_of, load_protocol
from leukon.knowledge.protocol import Protocol
from leukon.monitor.review import PIECE, TABLES, Review, provenance_of
from leukon.scale.jobs import Job, Question, last_time_of
from leukon.scale.merging import COUNTED, merge
from leukon.scale.parts import PartWriter, part_name, write_whole
from leukon.scale.people import read_subjects
from leukon.scale.sorting import is_sorted, open_sorted, sort_by_subject
from leukon.scale.source import Source, open_source
from leukon.scale.staging import staging
from leukon.scale.units import UNIT, Unit, find_starts, plan_units
from leukon.scale.workers import on_all_processors

IN_PARTS = ("parquet", "meds")
"""Formats that can be reviewed part by part; others become a MEDS dataset first."""
Progress = Callable[[int, int], None]
"""Is told how many rows are done, and how many there are."""


@dataclass(frozen=True)
class DatasetReview:
    """The tables of a review as folders of Parquet files in `folder/tables`, and what they depend on."""

    folder: Path
    as_of: AsOf
    provenance: Mapping[str, Any] = field(repr=False)
    source: Source = field(repr=False)
    question: Question = field(repr=False)

    def table(self, name: str) -> pa.Table:
        """A whole table in memory; any tool that reads a folder of Parquet files can read it in parts."""
        if name not in self.provenance["rows"]:
            raise UnknownName("table", name, self.provenance["rows"])
        return pq.read_table(self.folder / "tables" / name)

    def parts(self, columns: Mapping[str, Sequence[str]]) -> Iterator[dict[str, pa.Table]]:
        """Part by part, some columns of tables whose parts hold the same subjects."""
        for number in range(self.provenance["parts"]):
            yield {
                name: pq.read_table(self.folder / "tables" / name / part_name(number), columns=list(wanted))
                for name, wanted in columns.items()
            }

    def counts(self) -> CohortCounts:
        """Counts of the cohort, to be added to those of other ones."""
        return CohortCounts.from_tables({name: self.table(name) for name in ALL_COUNTS})

    def review_of(self, subject_ids: Sequence[Any]) -> Review:
        """The review of some subjects, whose rows are read once more from the input."""
        events, rows = read_subjects(self.source, subject_ids)
        return self.question.ask(events, self.as_of, rows)


def review_dataset(
    path: str | Path,
    protocol: str | Protocol,
    *,
    as_of: date | datetime | str,
    out: str | Path,
    schedule: str | None = None,
    codes: CodeMap | None = None,
    timezone: str | None = None,
    tables: Sequence[str] = TABLES,
    counts: bool = False,
    processors: int | None = None,
    progress: Progress | None = None,
) -> DatasetReview:
    """Review a dataset that need not fit into memory: the tables of `leukon.review`, as folders of Parquet files.

    Parameters
    ----------
    path
        A MEDS dataset, a folder of Parquet files or one Parquet file in the events layout. If the rows of a subject do
        not lie together, they are sorted first, once, by way of the disk.
    protocol, as_of, schedule, codes, timezone
        As in `leukon.review`.
    out
        Folder for `tables/NAME/*.parquet` and `provenance.json`. They appear when all is done; a run that was killed
        leaves what it had in `out/.run`, and the same call goes on from there.
    tables
        Which tables to write; the others are not worked out either.
    counts
        Whether to write the counts of the cohort too (`leukon.cohort.counts`), as tables beside the others.
    processors
        How many to use; default: all.
    progress
        Is told, after each unit, how many rows are done and how many there are.

    Returns
    -------
    DatasetReview
        `rows` of the provenance says how many rows each table has. Subjects come in the order of the input.

    Raises
    ------
    InputError, UsageError, KnowledgeError
        As in `leukon.review`, and if `out` cannot be written. Nothing has changed then but `out/.run`.
    """
    known = protocol if isinstance(protocol, Protocol) else load_protocol(protocol)
    question = _question(known, schedule, codes or CodeMap(), check_timezone(timezone), tables, counts=counts)
    moment = read_as_of(as_of)
    source = open_source(Path(path), question.codes.columns)
    out = Path(out)
    refuse_strangers(out / "tables", (*TABLES, *ALL_COUNTS))
    with staging(out, _plan(question, moment, source)) as folder:
        finished = _finished(_Run(folder, source, question, processors, progress), moment)
        if (folder / "tables").exists():
            take_place(folder / "tables", out / "tables")
        write_whole(out / "provenance.json", json.dumps(finished["provenance"], indent=2) + "\n")
    return DatasetReview(out, AsOf(finished["as_of"]), finished["provenance"], source, question)


def _finished(run: "_Run", as_of: AsOf | None) -> dict[str, Any]:
    """What came of a run, which is worked unless it only died before its tables took their place."""
    kept = run.folder / "finished.json"
    if not kept.exists():
        write_whole(kept, json.dumps(run.finish(as_of)))
    said: dict[str, Any] = json.loads(kept.read_bytes())
    return said


def _question(
    protocol: Protocol,
    schedule: str | None,
    codes: CodeMap,
    timezone: str | None,
    tables: Sequence[str],
    *,
    counts: bool,
) -> Question:
    schedule = schedule or protocol.default_schedule
    asked = [("schedule", schedule, protocol.schedules), *(("table", name, TABLES) for name in tables)]
    for thing, name, names in asked:
        if name not in names:
            raise UnknownName(thing, name, names)
    check_names(codes, concepts_of(protocol))
    return Question(protocol, schedule, codes, timezone, tuple(tables), counts)


def _plan(question: Question, as_of: AsOf | None, source: Source) -> dict[str, Any]:
    """All on which the parts of a run depend: a run with another plan cannot use them."""
    return {
        "leukon": version("leukon"),
        "protocol": question.protocol.hash,
        "schedule": question.schedule,
        "codes": sha256(question.codes.model_dump_json().encode()).hexdigest(),
        "timezone": question.timezone,
        "as_of": None if as_of is None else as_of.instant,
        "tables": list(question.tables),
        "counts": question.counts,
        "input": source.fingerprint,
        "cut": [PIECE, UNIT],
    }


@dataclass(frozen=True)
class _Run:
    folder: Path
    source: Source
    question: Question
    processors: int | None
    progress: Progress | None

    def finish(self, as_of: AsOf | None) -> dict[str, Any]:
        """Work the units that are not done yet, add up what counts, and say what came of it."""
        source, starts = self._in_order()
        units = plan_units(source, starts, piece=PIECE, unit=UNIT)
        job = Job(source, self.question, as_of or self._last_time(source, units), self.folder)
        done = job.ledger.done(unit.number for unit in units)
        rows = sum(said["rows"] for said in done.values())
        self._tell(rows)
        waiting = [unit for unit in units if unit.number not in done]
        for _, worked in on_all_processors(job.work, waiting, self.processors):
            rows += worked
            self._tell(rows)
        said = job.ledger.done(unit.number for unit in units)
        return {"as_of": job.as_of.instant, "provenance": self._sum_up(job.as_of, said)}

    def _in_order(self) -> tuple[Source, Array]:
        """The source, or what was made of it by sorting, and where its subjects begin."""
        folder = self.folder / "sorted"
        if not is_sorted(folder):
            starts = find_starts(self.source)
            if starts is not None:
                return self.source, starts
            sort_by_subject(self.source, folder)
        return open_sorted(folder, self.source)

    def _last_time(self, source: Source, units: Sequence[Unit]) -> AsOf:
        """The latest usable time of the whole input; kept, so that a run that goes on need not look again."""
        kept = self.folder / "last.json"
        if not kept.exists():
            work = partial(last_time_of, source, self.question)
            times = [time for _, time in on_all_processors(work, units, self.processors) if time is not None]
            if not times:
                raise NoUsableRow
            write_whole(kept, json.dumps(max(times)))
        return AsOf(json.loads(kept.read_bytes()))

    def _tell(self, rows: int) -> None:
        if self.progress is not None:
            self.progress(rows, self.source.rows)

    def _sum_up(self, as_of: AsOf, said: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
        rows = {name: sum(each["tables"].get(name, 0) for each in said.values()) for name in self.question.tables}
        for name in (*COUNTED, *ALL_COUNTS):
            if name in self.question.tables or (name in ALL_COUNTS and self.question.counts):
                rows[name] = self._merge(name)
        return {
            **provenance_of(self.question.protocol, self.question.schedule, as_of),
            "data_up_to": max(each["data_up_to"] for each in said.values()),
            "input": {
                "files": len(self.source.files),
                "rows": self.source.rows,
                "fingerprint": self.source.fingerprint,
            },
            "parts": len(said),
            "rows": rows,
        }

    def _merge(self, name: str) -> int:
        """Add up the parts of a table that counts; it is then a folder with one part."""
        parts = [pq.read_table(part) for part in sorted((self.folder / "counted" / name).glob("*.parquet"))]
        if name in ALL_COUNTS:
            table = add_tables(ALL_COUNTS[name], parts).replace_schema_metadata(parts[0].schema.metadata)
        else:
            table = merge(name, parts)
        with PartWriter(self.folder, 0) as writer:
            writer.write(f"tables/{name}", table)
        return table.num_rows
