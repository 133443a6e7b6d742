"""Usable rows at the moments of parts, and which of them meet: what derived counts are made of."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import Array
from leukon.events.comparators import DEPTH
from leukon.events.value_sets import ValueSets, sets_of

_NONE = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Parts:
    """Usable rows at moments with parts; `name` is the concept's number, `lowness` their order from the lowest up."""

    at: Array
    moment: Array
    source: Array
    name: Array
    value: Array
    comparator: Array
    lowness: Array
    by_lowness: Array

    def sets(self, at: Array) -> ValueSets:
        """The sets of values of the rows `at`."""
        return sets_of(self.value[at], self.comparator[at])

    def of(self, number: int) -> Array:
        """Places of the rows of one concept."""
        return np.flatnonzero(self.name == number)

    def beside(self, anchors: Array, candidates: Array) -> Array:
        """For each anchor the lowest candidate that meets it, -1 if none does.

        Rows meet at one subject and time if their source_ids are equal or at least one has none.
        """
        return self._first_beside(anchors, candidates, self.lowness, self.by_lowness)

    def highest_beside(self, anchors: Array, candidates: Array) -> Array:
        """For each anchor the highest candidate that meets it, -1 if none does."""
        return self._first_beside(anchors, candidates, self.at.size - 1 - self.lowness, self.by_lowness[::-1])

    def _first_beside(self, anchors: Array, candidates: Array, rank: Array, by_rank: Array) -> Array:
        """For each anchor the candidate of the first rank that meets it, -1 if none does."""
        moment, source, rank = self.moment[anchors], self.source[anchors], rank[candidates]
        first = _first_rank(self.moment[candidates], rank, moment)
        sources = int(self.source.max(initial=-1)) + 1
        if sources:
            key = self.moment[candidates] * (sources + 1) + self.source[candidates] + 1
            same = _first_rank(key, rank, moment * (sources + 1) + source + 1)
            nameless = _first_rank(key, rank, moment * (sources + 1))
            first = np.where(source < 0, first, np.minimum(same, nameless))
        return np.where(first == _NONE, -1, by_rank[np.minimum(first, self.at.size - 1)])


def _first_rank(keys: Array, rank: Array, wanted: Array) -> Array:
    """The first rank among the candidates of each wanted key."""
    if not keys.size:
        return np.full(wanted.size, _NONE)
    order = np.lexsort((rank, keys))
    sorted_keys = keys[order]
    place = np.minimum(np.searchsorted(sorted_keys, wanted), keys.size - 1)
    return np.where(sorted_keys[place] == wanted, rank[order[place]], _NONE)


def gather_parts(
    moment: Array, source: Array | None, concept: Array, value: Array, comparator: Array, reason: Array, is_part: Array
) -> Parts:
    """Usable rows (`reason` < 0) at every moment of a row that `is_part`; all arrays have one entry a row."""
    near = np.zeros(int(moment.max()) + 1, bool)
    near[moment[is_part]] = True
    at = np.flatnonzero(near[moment] & (reason < 0))
    by_lowness = np.lexsort((at, DEPTH[comparator[at]], value[at]))
    lowness = np.empty(at.size, np.int64)
    lowness[by_lowness] = np.arange(at.size)
    sources = np.full(at.size, -1) if source is None else source[at].astype(np.int64)
    return Parts(at, moment[at], sources, concept[at], value[at], comparator[at], lowness, by_lowness)
