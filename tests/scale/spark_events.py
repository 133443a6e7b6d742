"""Made-up events for Spark: all the odd subjects of the differential tests, and how tables are compared."""

import random

import pyarrow as pa
from tests.differential.subjects import random_worlds, to_arrow

PROTOCOL = "alemtuzumab-ms"
AS_OF = "2003-05-01"


def odd_events(number=40, seed=5, kind="string"):
    """Rows of `number` x 10 subjects that lie on every limit, and of nobody; `n` numbers them."""
    rows = []
    for world, made in enumerate(random_worlds(number, seed)):
        ids = {row["subject_id"] for row in made.rows} - {None}
        new = {
            old: f"{world}-{old}" if kind == "string" else world * 10 + at
            for at, old in enumerate(sorted(ids, key=str))
        }
        rows += [row | {"subject_id": new.get(row["subject_id"])} for row in made.rows]
    nobody = [row | {"subject_id": None} for row in rows[:40]]
    rows += nobody + ([row | {"subject_id": ""} for row in nobody[:20]] if kind == "string" else [])
    random.Random(seed).shuffle(rows)
    table = to_arrow(rows)
    return table.append_column("n", pa.array(range(1, table.num_rows + 1)))


def shuffled(table, seed):
    """The same rows in another order."""
    order = list(range(table.num_rows))
    random.Random(seed).shuffle(order)
    return table.take(pa.array(order))


def rows_of(table, *, numbered=True):
    """The rows of a table as text, in an order of their own; without numbers of the rows where there are none."""
    names = [name for name in table.column_names if numbered or name != "row"]
    return sorted(map(repr, table.select(names).to_pylist()))


def plain(schema):
    """A schema as Spark can have it: words as strings."""
    return [(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type) for f in schema]
