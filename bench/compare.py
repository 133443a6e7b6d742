"""Say whether two tables are the same, and if not where they first differ."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def as_arrow(table: Any) -> pa.Table:
    """Any Arrow-speaking frame as a table of int64, float64, large_string, timestamp[us]; NaN is null."""
    table = table if isinstance(table, pa.Table) else pa.table(table)
    return pa.table({name: _plain(table.column(name)) for name in table.column_names}).combine_chunks()


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        if column.null_count == len(column):
            return pa.chunked_array([pa.nulls(len(column))])
        # Polars' dictionaries hold string views, which Arrow cannot take from: make them plain strings first.
        return pa.chunked_array(
            [chunk.dictionary.cast(pa.large_string()).take(chunk.indices) for chunk in column.chunks]
        )
    if pa.types.is_integer(kind):
        return column.cast(pa.int64())
    if pa.types.is_floating(kind):
        column = column.cast(pa.float64())
        return pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return column.cast(pa.timestamp("us"))
    if pa.types.is_null(kind):
        return column
    return column.cast(pa.large_string())


def assert_same(left: Any, right: Any, name: str = "table", columns: list[str] | None = None) -> None:
    """Raise AssertionError with the first differing row unless the tables agree in every row and column.

    A column of nulls agrees with a column of nulls of any type; whole numbers agree with equal floats.
    Columns are compared in the order of the left table (or only those in `columns`).
    """
    left, right = as_arrow(left), as_arrow(right)
    wanted = columns or sorted({*left.column_names, *right.column_names})
    columns = columns or left.column_names
    if not {*wanted} <= {*left.column_names} & {*right.column_names}:
        raise AssertionError(f"{name}: columns differ: {left.column_names} and {right.column_names}")
    rows = min(left.num_rows, right.num_rows)
    first = rows
    guilty: list[str] = []
    for column in columns:
        at = _first_difference(left.column(column).slice(0, rows), right.column(column).slice(0, rows))
        if at is not None and at <= first:
            guilty = [*(guilty if at == first else []), column]
            first = at
    if not guilty and left.num_rows == right.num_rows:
        return
    shown = [
        f"{name}: {left.num_rows} and {right.num_rows} rows; row {first} (from 0) differs in {guilty or 'being there'}"
    ]
    for label, table in (("left ", left), ("right", right)):
        shown.append(f"{label} {table.select(columns).slice(first, 1).to_pylist()}")
    raise AssertionError("\n".join(shown))


def _first_difference(left: pa.ChunkedArray, right: pa.ChunkedArray) -> int | None:
    """The first row in which two columns differ; null equals null only."""
    if left.null_count == len(left) and right.null_count == len(right):
        return None
    if left.type != right.type:
        if pa.types.is_null(left.type) or pa.types.is_null(right.type):
            wanted = right.type if pa.types.is_null(left.type) else left.type
            left, right = left.cast(wanted), right.cast(wanted)
        elif {left.type, right.type} == {pa.int64(), pa.float64()}:
            left, right = left.cast(pa.float64()), right.cast(pa.float64())
        else:
            raise AssertionError(f"types differ: {left.type} and {right.type}")
    same = pc.fill_null(pc.equal(left, right), False)
    both_null = pc.and_(pc.is_null(left), pc.is_null(right))
    at = pc.index(pc.or_(same, both_null), False).as_py()
    return None if at < 0 else at
