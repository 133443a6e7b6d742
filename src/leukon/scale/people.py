"""The rows of a few subjects, wherever they lie."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.arrays import Array
from leukon.scale.source import File, Source
from leukon.scale.workers import on_all_processors


def read_subjects(source: Source, subject_ids: Sequence[Any]) -> tuple[pa.Table, Array]:
    """All rows of these subjects as events, with their numbers in the input, in their order there."""

    def of_group(group: tuple[File, int]) -> pa.Table:
        file, number = group
        found: list[pa.Table] = []
        row = int(file.ends[number]) - file.groups[number]
        for batch in file.read([number]):
            ids = source.as_given(batch.column(source.subject))
            plain = ids.cast(ids.type.value_type) if pa.types.is_dictionary(ids.type) else ids
            at = np.flatnonzero(pc.is_in(plain, pa.array(subject_ids, plain.type)).to_numpy(zero_copy_only=False))
            if at.size:
                found.append(source.as_events(batch.take(pa.array(at))).append_column(_ROW, pa.array(row + at + 1)))
            row += batch.num_rows
        return pa.concat_tables(found, promote_options="permissive") if found else _nothing(source, file)

    groups = [(file, number) for file in source.files for number in range(len(file.groups))]
    tables = dict(on_all_processors(of_group, groups, None))
    found = [tables[group] for group in groups] or [_nothing(source, source.files[0])]
    together = pa.concat_tables(found, promote_options="permissive")
    return together.drop_columns([_ROW]), together.column(_ROW).to_numpy()


_ROW = "row"


def _nothing(source: Source, file: File) -> pa.Table:
    return source.as_events(file.nothing()).append_column(_ROW, pa.array([], pa.int64()))
