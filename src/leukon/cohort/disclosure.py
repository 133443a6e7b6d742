"""Small numbers stay in the house: hidden, the others rounded, and nothing left from which a hidden one follows."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.cohort.figures import Figures
from leukon.cohort.sums import Sums, find_sums
from leukon.events.arrays import Array

THRESHOLD = 5
"""Numbers from 1 to one less are hidden."""
BASE = 5
"""Numbers that are shown are rounded to multiples of it."""


def hide_small(table: pa.Table, layout: Figures, threshold: int = THRESHOLD, base: int = BASE) -> pa.Table:
    """A table that may leave the house: small numbers hidden, the others rounded, what is made of them made again.

    Hidden are numbers of 1 to `threshold` - 1, the rests that would be as small (persons without an event), amounts of
    hidden persons, and as many more as it takes that no hidden number follows from those shown by the sums the layout
    declares, even if nothing were rounded. 0 is shown. Between tables, and along sums no layout declares, only the
    rounding protects.

    Parameters
    ----------
    table
        Of the layout, with exact numbers.
    layout
        What its columns are and how they add up.
    threshold
        The least number that is shown; 1 hides nothing.
    base
        What is rounded to; 1 rounds nothing. A number that is not 0 is never rounded to 0.

    Returns
    -------
    pyarrow.Table
        The same rows and columns, and `hidden`: names of the columns hidden in the row, joined by `;`, null if none.
        Hidden numbers are null, and so is all that is made of them; proportions, rates and intervals are those of the
        rounded numbers.

    Raises
    ------
    ValueError
        If `threshold` or `base` is not at least 1.
    """
    if threshold < 1 or base < 1:
        raise ValueError("threshold and base are at least 1")
    names = [name for name in layout.count_names if name not in layout.amounts]
    hidden = _find_hidden(find_sums(table, layout, names), layout, names, threshold)
    by_name = dict(zip(names, hidden, strict=True))
    by_name |= {name: by_name[of] for name, of in layout.amounts.items()}
    shown = {name: _round(table[name], by_name[name], base) for name in layout.count_names}
    keys = [table[column.name].combine_chunks() for column in layout.keys]
    told = [";".join(name for name in layout.count_names if by_name[name][row]) for row in range(table.num_rows)]
    marker = pa.array([said or None for said in told], pa.string())
    return layout.fill(keys, shown).append_column("hidden", marker).replace_schema_metadata(table.schema.metadata)


def round_to(value: Array, base: int) -> Array:
    """Whole numbers rounded to multiples of `base`, half up; what is not 0 is never rounded to 0.

    >>> round_to(np.array([0, 1, 7, 8]), 5).tolist()
    [0, 5, 5, 10]
    """
    rounded = (value + base // 2) // base * base
    return np.where((rounded == 0) & (value > 0), base, rounded)


def _round(column: pa.ChunkedArray, hidden: Array, base: int) -> pa.Array:
    known = column.is_valid().to_numpy()
    return pa.array(round_to(pc.fill_null(column, 0).to_numpy(), base), mask=hidden | ~known)


def _find_hidden(sums: Sums, layout: Figures, names: list[str], threshold: int) -> Array:
    """Which numbers to hide: one row a column of numbers, one column a row of the table."""
    small = (sums.value > 0) & (sums.value < threshold)
    unknown = small.copy()
    unknown[sums.shown :] = True  # the rests that nobody shows
    protected = small.copy()
    while True:
        hidden = unknown[: sums.shown].reshape(len(names), -1)
        for group in ([names.index(name) for name in group] for group in layout.together):
            hidden[group] |= hidden[group].any(axis=0)
        protected[: sums.shown] |= unknown[: sums.shown]
        more = _find_more(sums, unknown, protected, threshold)
        if not more:
            return hidden
        unknown[more] = True


def _find_more(sums: Sums, unknown: Array, protected: Array, threshold: int) -> list[int]:
    """Cells to hide beside the weak ones: of those that hang together a spare total or the smallest, not 0 if possible.

    Weak are hidden cells that follow from those shown, and those of an equation whose hidden cells together are small.
    """
    weak, part = sums.find_determined(unknown)
    equations = int(sums.equation.max(initial=-1)) + 1
    open_ = unknown[sums.cell]
    left = np.abs(np.bincount(sums.equation[~open_], (sums.sign * sums.value[sums.cell])[~open_], equations))
    signs = np.bincount(sums.equation[open_], sums.sign[open_], equations)
    number = np.bincount(sums.equation[open_], minlength=equations)
    few = (left > 0) & (left < threshold) & (np.abs(signs) == number)
    weak[sums.cell[few[sums.equation] & open_]] = True
    weak &= protected
    guilty = few | (number == 1)
    held = [sums.hold((weak & (part == one)).nonzero()[0]) for one in np.unique(part[weak])]
    found = [_least_missed(sums, unknown, each & guilty, each) for each in held]
    return [cell for cell in found if cell is not None]


def _least_missed(sums: Sums, unknown: Array, *equations: Array) -> int | None:
    """Of the first equations in which any cell is shown: a spare total, else the smallest."""
    for held in equations:
        shown = np.unique(sums.cell[held[sums.equation]])
        shown = shown[~unknown[shown]]
        if shown.size:
            value = sums.value[shown]
            return int(shown[np.lexsort((value, ~sums.spare[shown], value == 0))[0]])
    return None
