"""What a MEDS dataset that leukon wrote gives back beyond MEDS: ids as given, exact numbers, places, rows left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leukon.errors import UnreadableFile
from leukon.ingest.gathered import BATCH, PLACE, SCHEMA
from leukon.ingest.meds_layout import EXACT, IDS, IDS_SCHEMA, LEFT_OUT, is_own
from leukon.ingest.parquet_streams import open_parquet


@dataclass(frozen=True)
class OwnDataset:
    """A dataset that leukon wrote; other tools may have changed it since, and what they wrote goes first."""

    path: Path
    ids: pa.Table

    def columns(self, present: Sequence[str]) -> list[str]:
        """Which columns of a shard `restore` needs, of those that are there."""
        return [name for name in (EXACT, PLACE) if name in present]

    def restore(self, events: pa.RecordBatch, rows: pa.RecordBatch) -> pa.RecordBatch:
        """Events as they were written: `events` as they were read from the `rows` of a shard.

        An exact number stands only where `numeric_value` is still the one that was written beside it.
        """
        made = {"subject_id": self.give_back(events.column("subject_id"))}
        if PLACE in rows.schema.names:
            made[PLACE] = pc.coalesce(rows.column(PLACE), events.column(PLACE))
        if EXACT in rows.schema.names and rows.column("numeric_value").type == pa.float32():
            made["numeric_value"] = _exact(events.column("numeric_value"), rows)
        arrays = [made.get(field.name, events.column(field.name)) for field in SCHEMA]
        return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)

    def as_events(self, rows: pa.Table) -> pa.Table:
        """Rows of a shard, or of those left out, as the events that were written."""
        numbers = rows.column("numeric_value").combine_chunks()
        if EXACT in rows.column_names and numbers.type == pa.float32():
            numbers = _exact(numbers.cast(pa.string()).cast(pa.float64()), rows)  # else by the shortest decimal
        plain = rows.set_column(rows.column_names.index("numeric_value"), "numeric_value", numbers)
        ids = self.as_given(rows.column("subject_id"))
        plain = plain.set_column(plain.column_names.index("subject_id"), "subject_id", ids)
        return plain.drop_columns([EXACT]) if EXACT in plain.column_names else plain

    def as_given(self, column: pa.ChunkedArray) -> pa.DictionaryArray:
        """A column of ids as texts, each said once; those of rows left out are texts already."""
        ids = column.combine_chunks()
        ids = ids if pa.types.is_dictionary(ids.type) else ids.dictionary_encode()
        if pa.types.is_integer(ids.type.value_type):
            return pa.DictionaryArray.from_arrays(ids.indices, self.give_back(ids.dictionary.cast(pa.string())))
        return ids

    def give_back(self, ids: pa.Array) -> pa.Array:
        """Ids as they were given: those that got a number; the others are their numbers.

        >>> table = pa.table({"subject_id": [13], "given_id": ["007"]})
        >>> OwnDataset(Path(), table).give_back(pa.array(["12", "13"])).to_pylist()
        ['12', '007']
        """
        numbers, given = (column.combine_chunks() for column in self.ids.columns)
        return pc.coalesce(given.take(pc.index_in(ids, numbers.cast(pa.string()))), ids)

    def left_out(self) -> Iterator[pa.RecordBatch]:
        """The rows without a subject or a code."""
        file = self.path / LEFT_OUT
        if not file.exists():
            return
        try:
            with open_parquet(file) as opened:
                for batch in opened.iter_batches(BATCH):
                    batch.validate(full=True)  # a flipped byte can leave text that is not UTF-8
                    yield batch.cast(SCHEMA)
        except (OSError, ValueError, pa.ArrowException):
            raise UnreadableFile(file, "it is not what leukon wrote.", "copy it again.") from None


def find_own(path: Path) -> OwnDataset | None:
    """The dataset, if leukon wrote it.

    Raises
    ------
    UnreadableFile
        If the mapping of its ids cannot be read: people would come back under numbers that are not theirs.
    """
    if not is_own(path):
        return None
    file = path / IDS
    try:
        ids = pq.read_table(file, schema=IDS_SCHEMA) if file.exists() else IDS_SCHEMA.empty_table()
        ids.validate(full=True)
    except (OSError, ValueError, pa.ArrowException):
        raise UnreadableFile(file, "it is not the mapping of ids that leukon wrote.", "copy it again.") from None
    return OwnDataset(path, ids)


def _exact(numbers: pa.Array, rows: pa.RecordBatch | pa.Table) -> pa.Array:
    exact, narrow = rows.column(EXACT), rows.column("numeric_value")
    rounded = exact.cast(pa.float32(), safe=False)
    same = pc.fill_null(pc.equal(rounded, narrow), fill_value=False)
    too_large = pc.and_(pc.is_null(narrow), pc.fill_null(pc.is_inf(rounded), fill_value=False))
    return pc.if_else(pc.or_(same, too_large), exact, numbers)
