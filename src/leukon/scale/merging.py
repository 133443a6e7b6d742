"""Tables that count: those of all units, added up."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.schema import REASONS, USES

COUNTED = {"account": ("use", "reason"), "codes_seen": ("code", "display", "concept")}
"""Tables that are sums over subjects, and what each row of theirs counts. No subject is in two units, so they add."""


def merge(name: str, parts: Sequence[pa.Table]) -> pa.Table:
    """Add the parts of a table that counts, in the order of the contract."""
    schema, keys = parts[0].schema, list(COUNTED[name])
    plain = pa.concat_tables([_plain(part) for part in parts])
    summed = plain.group_by(keys).aggregate([("rows", "sum"), ("subjects", "sum")])
    summed = summed.rename_columns([column.removesuffix("_sum") for column in summed.column_names])
    return _ordered(name, summed).select(schema.names).cast(schema)


def _plain(table: pa.Table) -> pa.Table:
    columns = [c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c for c in table.columns]
    return pa.table(columns, names=table.column_names)


def _ordered(name: str, table: pa.Table) -> pa.Table:
    """By code, the one that is none last; the account as its words are listed."""
    if name == "codes_seen":
        return table.take(pc.sort_indices(table, [("code", "ascending")]))
    use, reason = table.column("use").to_pylist(), table.column("reason").to_pylist()
    rank = [(USES.index(u), -1 if r is None else REASONS.index(r)) for u, r in zip(use, reason, strict=True)]
    return table.take(pa.array(sorted(range(len(rank)), key=rank.__getitem__), pa.int64()))
