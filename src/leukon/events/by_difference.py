"""The ANC as what the other white cells leave: WBC - lymphocytes - monocytes - eosinophils - basophils.

The last resort: bands, immature and atypical cells are taken for neutrophils, so it may be too high.
"""

import numpy as np

from leukon.events.arrays import Array
from leukon.events.concepts import Concepts
from leukon.events.derived import Derived
from leukon.events.parts import Parts, gather_parts
from leukon.events.schema import ORIGINS
from leukon.events.value_sets import round_to_hundredths

OTHERS = ("monocytes", "eosinophils", "basophils")
"""White cells that are looked at nowhere else; every differential has them."""
_NEUTROPHILS = ("anc", "neutrophils_percent", "bands_percent", "segs", "bands")


def derive_by_difference(
    concepts: Concepts,
    moment: Array,
    source: Array | None,
    concept: Array,
    value: Array,
    comparator: Array,
    reason: Array,
) -> tuple[Derived, Array]:
    """Derive an ANC from each monocyte count where nothing at all is said of neutrophils; and the rows that served.

    All arrays have one entry a row; rows with a `reason` (>= 0) take no part. But a row that says something of
    neutrophils rules a difference out at its moment whatever became of it: a count that the laboratory took back, or
    that cannot be read, is not guessed anew.
    """
    number = concepts.number
    told = np.zeros(int(moment.max(initial=0)) + 1, bool)
    told[moment[np.isin(concept, [number[name] for name in _NEUTROPHILS])]] = True
    is_anchor = (concept == number["monocytes"]) & (reason < 0) & ~told[moment]
    if not is_anchor.any():
        return Derived.none(), np.empty(0, np.int64)
    parts = gather_parts(moment, source, concept, value, comparator, reason, is_anchor)
    rows = _find_differentials(parts, number)
    value, comparator, good = _subtract(parts, rows)
    good &= value <= concepts.high[number["anc"]]
    rows = parts.at[rows[good]]
    anc, origin = np.full(len(rows), number["anc"]), np.full(len(rows), ORIGINS.index("wbc_less_others"), np.int8)
    return Derived(rows[:, 0], anc, value[good], comparator[good], origin), np.unique(rows[:, :3])


def _find_differentials(parts: Parts, number: dict[str, int]) -> Array:
    """Places of monocytes, eosinophils, basophils, lymphocytes and WBC, a row for each monocyte count with all four.

    Of several that meet it the highest of the other cells and the lowest WBC: the lowest ANC that they allow.
    """
    monocytes, *others = (parts.of(number[name]) for name in (*OTHERS, "lymphocytes"))
    met = [parts.highest_beside(monocytes, cells) for cells in others]
    rows = np.column_stack([monocytes, *met, parts.beside(monocytes, parts.of(number["wbc"]))])
    return rows[(rows >= 0).all(axis=1)]


def _subtract(parts: Parts, rows: Array) -> tuple[Array, Array, Array]:
    """What the cells leave of the WBC, rounded half-even to 2 decimals, and whether a number can say it."""
    monocytes, eosinophils, basophils, lymphocytes, wbc = (parts.sets(place) for place in rows.T)
    left = wbc.minus(monocytes.plus(eosinophils).plus(basophils).plus(lymphocytes))
    exact, comparator, readable = left.in_words()
    value, comparator = round_to_hundredths(exact, comparator, 10**4)
    return value, comparator.astype(np.int8), readable
