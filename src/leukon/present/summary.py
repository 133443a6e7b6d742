"""What a page says of everybody, where it shows the most urgent ones only: of a review, or of a dataset's parts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leukon.monitor.review import Review
from leukon.present.worklist import Worklist, find_worklist
from leukon.scale.shards import DatasetReview

_NEEDS = {
    "subjects": ("subject_id", "last_anc_time"),
    "findings": ("subject_id", "finding", "urgency", "preliminary", "value"),
    "courses": ("subject_id",),
    "schedule": ("status",),
}
"""Columns that are looked at."""


@dataclass(frozen=True)
class Summary:
    """Who comes first, how many people and slots there are, what is missing, and where the rows went."""

    worklist: Worklist
    people: int
    without_anc: int
    with_course: int
    slots: Counter[str]
    """Slots by status."""
    codes_seen: pa.Table
    account: list[dict[str, Any]]
    data_up_to: datetime | None


def summarise(review: Review, limit: int) -> Summary:
    """Sum up a review in memory; `limit` people are on its work list."""
    tables = {name: getattr(review, name).select(columns) for name, columns in _NEEDS.items()}
    return _sum_up(iter([tables]), limit, review.codes_seen, review.account, review.data_up_to)


def summarise_dataset(found: DatasetReview, limit: int) -> Summary:
    """Sum up a reviewed dataset part by part."""
    received = found.provenance["data_up_to"]
    latest = datetime.fromisoformat(received) if received else None
    return _sum_up(found.parts(_NEEDS), limit, found.table("codes_seen"), found.table("account"), latest)


def _sum_up(
    parts: Iterator[dict[str, pa.Table]], limit: int, codes: pa.Table, account: pa.Table, received: datetime | None
) -> Summary:
    worklist, slots = Worklist.empty(limit), Counter[str]()
    people = without_anc = with_course = 0
    for part in parts:
        worklist = worklist.joined(find_worklist(part["subjects"], part["findings"], limit))
        people += part["subjects"].num_rows
        without_anc += part["subjects"]["last_anc_time"].null_count
        with_course += pc.count_distinct(part["courses"]["subject_id"]).as_py()
        for status in part["schedule"]["status"].value_counts().to_pylist():
            slots[status["values"]] += status["counts"]
    return Summary(worklist, people, without_anc, with_course, slots, codes, account.to_pylist(), received)
