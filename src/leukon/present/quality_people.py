"""Whom the rows are of and when: days without a time, people without doses or counts, versions of results."""

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from leukon.events.account import Fates
from leukon.events.arrays import DAY, NULL, Array
from leukon.events.intake import Intake
from leukon.events.schema import REASONS, USES
from leukon.present.quality_seen import Seen

_AFTER = USES.index("after_as_of")
_CLOCKS = {"result": ("result", "part_of_result"), "dose": ("dose",), "finding": ("finding",)}


def tabulate_clock(intake: Intake, fates: Fates) -> pa.Table:
    """Rows used, and how many of them stand at 00:00; parts of derived counts are results here."""
    masks = {name: np.isin(fates.use, [USES.index(use) for use in uses]) for name, uses in _CLOCKS.items()}
    midnight = intake.time % DAY == 0
    return pa.table(
        {
            "use": pa.array(masks, pa.string()),
            "rows": [int(mask.sum()) for mask in masks.values()],
            "at_midnight": [int((mask & midnight).sum()) for mask in masks.values()],
        }
    )


def tabulate_people(intake: Intake, seen: Seen) -> pa.Table:
    """How many people there are up to as_of, and how many lack what a review needs."""
    known = (seen.fates.use != _AFTER) & (intake.subject < len(intake.subject_ids))
    here, timed = (_met(intake, mask) for mask in (known, known & (intake.time != NULL)))
    who = {
        "all": here,
        "without_dose": here & ~seen.has_dose,
        "without_anc": here & ~seen.has_anc,
        "dose_without_anc": here & seen.has_dose & ~seen.has_anc,
        "without_time": here & ~timed,
    }
    return pa.table({"who": pa.array(who, pa.string()), "subjects": [int(mask.sum()) for mask in who.values()]})


def _met(intake: Intake, mask: Array) -> Array:
    met = np.zeros(len(intake.subject_ids), bool)
    met[intake.subject[mask]] = True
    return met


def tabulate_versions(intake: Intake, fates: Fates) -> pa.Table:
    """Superseded rows and copies, what tells versions apart, and the statuses met."""
    known = fates.use != _AFTER
    said = {
        reason: int((known & (fates.reason == REASONS.index(reason))).sum()) for reason in ("superseded", "duplicate")
    }
    said["with_source_id"] = 0 if intake.source is None else int((known & (intake.source.index >= 0)).sum())
    said["with_recorded_time"] = 0 if intake.recorded is None else int((known & (intake.recorded != NULL)).sum())
    if intake.status is not None:
        rows = np.bincount(intake.status.index[known] + 1, minlength=len(intake.status.words) + 1)[1:]
        met = {f"status: {word}": int(count) for word, count in zip(intake.status.words, rows, strict=True) if count}
        said |= dict(sorted(met.items(), key=lambda status: (-status[1], status[0])))
    return pa.table({"what": pa.array(said, pa.string()), "rows": pa.array(said.values(), pa.int64())})


def find_span(intake: Intake, fates: Fates) -> tuple[datetime | None, datetime | None]:
    """First and last time of a row up to as_of."""
    time = intake.time[(fates.use != _AFTER) & (intake.time != NULL)]
    if not time.size:
        return None, None
    first, last = (datetime(1970, 1, 1) + timedelta(microseconds=int(end)) for end in (time.min(), time.max()))
    return first, last
