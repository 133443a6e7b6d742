"""Both sides of the comparison: the NumPy core and the plain twin, table by table, row by row."""

from tests.differential.subjects import CODES, as_float32, to_arrow
from tests.reference.twin import ALEMTUZUMAB_MS, COLUMNS, review_twin
from tests.reference.values import decimal_of_32_bits

import leukon.monitor.review as core

TABLES = tuple(COLUMNS)
PROTOCOL = "alemtuzumab-ms"


def core_tables(rows, schedule, as_of, bits=64, ids_like=None):
    """Tables of the core as lists of dicts, without `display` (words for people, which the twin does not know)."""
    found = core.review(to_arrow(rows, bits, ids_like), PROTOCOL, schedule=schedule, as_of=as_of)
    return in_comparable_form({name: getattr(found, name).to_pylist() for name in TABLES})


def twin_tables(rows, schedule, as_of, bits=64):
    """Tables of the twin, likewise."""
    if bits == 32:
        rows = [row | {name: of_32_bits(row.get(name)) for name in ("numeric_value", "lln", "uln")} for row in rows]
    return in_comparable_form(review_twin(rows, ALEMTUZUMAB_MS, schedule, as_of, CODES))


def of_32_bits(number):
    """A number as a column of 32 bits keeps it, read as the decimal that it stands for."""
    return None if number is None else decimal_of_32_bits(as_float32(number))


def in_comparable_form(tables):
    """Without `display`; the account by name, for the contract gives it no order."""
    codes = [{key: value for key, value in row.items() if key != "display"} for row in tables["codes_seen"]]
    account = sorted(tables["account"], key=lambda row: (row["use"], row["reason"] or ""))
    return tables | {"codes_seen": codes, "account": account}


def first_difference(one, other):
    """What differs first between two sets of tables, in words; None if nothing does."""
    for name in TABLES:
        if one[name] != other[name]:
            for place in range(max(len(one[name]), len(other[name]))):
                left, right = (table[name][place : place + 1] for table in (one, other))
                if left != right:
                    return f"{name}, row {place + 1}:\n  core: {left}\n  twin: {right}"
    return None


def disagreement(rows, schedule, world):
    """What the core and the twin say differently of these rows of a world; None if they agree in every table."""
    how = {"schedule": schedule, "as_of": world.as_of, "bits": world.bits}
    return first_difference(core_tables(rows, **how), twin_tables(rows, **how))


def smallest(rows, still_fails):
    """Leave out rows while `still_fails(rows)` stays true: a counterexample that can be read."""
    step = max(len(rows) // 2, 1)
    while True:
        place = 0
        while place < len(rows):
            fewer = rows[:place] + rows[place + step :]
            if fewer and still_fails(fewer):
                rows = fewer
            else:
                place += step
        if step == 1:
            return rows
        step //= 2


def explain(world, difference_of, **where):
    """The rows between which there is a difference, as few as possible, and what it is; None if there is none."""
    if not difference_of(world.rows):
        return None
    rows = smallest(world.rows, difference_of)
    shown = [str({key: value for key, value in row.items() if value is not None}) for row in rows]
    return "\n".join([str(where | {"as_of": world.as_of, "bits": world.bits}), *shown, difference_of(rows)])
