"""The work list of a group: whom to look at first. Ranks are found in columns; nobody is looked at one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.arrays import Array
from leukon.present.urgency import GROUPS, group_of_rank, rank_finding, rank_nothing

_WHAT = ("finding", "urgency", "preliminary")


@dataclass(frozen=True)
class Worklist:
    """The `limit` most urgent subjects, in that order, and how many people have each rank.

    Of equal ranks the one with the lower value comes first (one that is not known may be the lowest), then the subject.
    """

    limit: int
    subject_ids: Sequence[Any]
    rank: Array
    value: Array
    of_rank: Mapping[int, int]

    @property
    def people(self) -> dict[str, int]:
        """How many people each group has in all."""
        return _count_groups(self.of_rank)

    @property
    def left_out(self) -> int:
        """How many people are not on the list."""
        return sum(self.of_rank.values()) - len(self.subject_ids)

    @property
    def left_out_of(self) -> dict[str, int]:
        """How many people of each group are not on the list."""
        listed = _count_groups(_counted(self.rank))
        return {group: people - listed[group] for group, people in self.people.items()}

    def joined(self, other: "Worklist") -> "Worklist":
        """The work list of these people and other ones, who come after them where all else is equal."""
        rank, value = np.append(self.rank, other.rank), np.append(self.value, other.value)
        order = np.lexsort((value, rank))[: self.limit]
        ids = [*self.subject_ids, *other.subject_ids]
        of_rank = {key: self.of_rank.get(key, 0) + other.of_rank.get(key, 0) for key in {*self.of_rank, *other.of_rank}}
        return Worklist(self.limit, [ids[at] for at in order.tolist()], rank[order], value[order], of_rank)

    @classmethod
    def empty(cls, limit: int) -> "Worklist":
        """The work list of nobody."""
        return cls(limit, [], np.zeros(0, np.int64), np.zeros(0), {})


def find_worklist(subjects: pa.Table, findings: pa.Table, limit: int) -> Worklist:
    """Everybody once, at the most urgent row, from the tables `subjects` and `findings`; at most `limit` of them."""
    rank, value = _rank_subjects(subjects, findings)
    order = np.lexsort((value, rank))[:limit]
    ids = subjects["subject_id"].take(pa.array(order)).to_pylist()
    return Worklist(limit, ids, rank[order], value[order], _counted(rank))


def _counted(rank: Array) -> dict[int, int]:
    ranks, people = np.unique(rank, return_counts=True)
    return dict(zip(ranks.tolist(), people.tolist(), strict=True))


def _count_groups(of_rank: Mapping[int, int]) -> dict[str, int]:
    groups = dict.fromkeys(GROUPS, 0)
    for rank, people in of_rank.items():
        groups[group_of_rank(rank)] += people
    return groups


def _rank_subjects(subjects: pa.Table, findings: pa.Table) -> tuple[Array, Array]:
    """Best rank of each subject, and the lowest value of its rows of that rank."""
    has_anc = subjects["last_anc_time"].is_valid().to_numpy(zero_copy_only=False)
    rank = np.where(has_anc, rank_nothing(has_anc=True), rank_nothing(has_anc=False))
    at = pc.index_in(findings["subject_id"], subjects["subject_id"].combine_chunks()).to_numpy(zero_copy_only=False)
    ranks = _rank_rows(findings)
    np.minimum.at(rank, at, ranks)
    value = np.full(rank.size, np.inf)
    of_row = np.nan_to_num(findings["value"].to_numpy(), nan=-np.inf)
    best = ranks == rank[at]
    np.minimum.at(value, at[best], of_row[best])
    return rank, value


def _rank_rows(findings: pa.Table) -> Array:
    """Rank of every row: the few different kinds are ranked once each, then looked up."""
    kinds = findings.select(_WHAT).group_by(list(_WHAT)).aggregate([])
    rank = {_key(row): rank_finding(row) for row in kinds.to_pylist()}
    said = pc.binary_join_element_wise(*[findings[name].cast(pa.string()) for name in _WHAT], "|")
    words = said.combine_chunks().dictionary_encode()
    ranks = np.asarray([rank[word] for word in words.dictionary.to_pylist()], np.int64)
    return ranks[words.indices.to_numpy(zero_copy_only=False)] if len(ranks) else np.empty(0, np.int64)


def _key(row: dict[str, Any]) -> str:
    return f"{row['finding']}|{row['urgency']}|{'true' if row['preliminary'] else 'false'}"
