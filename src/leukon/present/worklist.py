"""The work list of a group: whom to look at first. Ranks are found in columns; nobody is looked at one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.arrays import Array
from leukon.monitor.review import Review
from leukon.present.urgency import GROUPS, group_of_rank, rank_finding, rank_nothing

_WHAT = ("finding", "urgency", "preliminary")


@dataclass(frozen=True)
class Worklist:
    """The most urgent subjects, in that order; how many people each group has in all, and how many are left out."""

    subject_ids: Sequence[Any]
    people: dict[str, int]
    left_out: int
    left_out_of: dict[str, int]


def find_worklist(review: Review, limit: int) -> Worklist:
    """Everybody once, at the most urgent row; at most `limit` of them, and how many were left out.

    Of equal ranks the one with the lower value comes first (one that is not known may be the lowest), then the subject.
    """
    rank, value = _rank_subjects(review)
    order = np.lexsort((value, rank))
    ids = review.subjects["subject_id"].take(pa.array(order[:limit])).to_pylist()
    people, left_out = _count_groups(rank), _count_groups(rank[order[limit:]])
    return Worklist(ids, people, len(rank) - len(ids), left_out)


def _count_groups(rank: Array) -> dict[str, int]:
    groups = dict.fromkeys(GROUPS, 0)
    for value, people in zip(*np.unique(rank, return_counts=True), strict=True):
        groups[group_of_rank(int(value))] += int(people)
    return groups


def _rank_subjects(review: Review) -> tuple[Array, Array]:
    """Best rank of each subject, and the lowest value of its rows of that rank."""
    subjects, findings = review.subjects, review.findings
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
