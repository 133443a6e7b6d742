"""How soon: between which days each person's count first crossed a limit, or how long it was seen not to."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from leukon.cohort.crossings import Crossed, Entered, words_of
from leukon.cohort.followed import Anc, Followed
from leukon.cohort.limits import Limit
from leukon.cohort.schema import COUNTS, ENDS, ENTRIES
from leukon.cohort.tally import tally
from leukon.events.arrays import DAY, NULL, Words
from leukon.monitor.episodes import Episodes
from leukon.monitor.schema import EPISODE_STATUSES

ONSET, NEXT_COURSE, DEATH, END_OF_DATA = range(len(ENDS))


def tally_onset(limits: Sequence[Limit], entered: Entered, followed: Followed, anc: Anc) -> tuple[pa.Table, pa.Table]:
    """`interval_counts` and `onset_counts`; each counts every course and limit of a person once."""
    courses, row, is_onset = followed.courses, entered.row, entered.first >= 0
    left = np.append(anc.time // DAY, 0)[entered.last_kept] - followed.start_date[row]
    left = np.where(entered.last_kept >= 0, left, NULL)
    end = np.where(
        is_onset, ONSET, np.select([followed.has_next[row], followed.died[row]], [NEXT_COURSE, DEATH], END_OF_DATA)
    )
    keys = {
        "drug": Words(courses.drug[row], courses.drugs),
        "course": courses.course[row],
        "limit": words_of(limits, entered.limit),
        "entry": Words(entered.entry, ENTRIES),
        "left_day": left,
        "right_day": np.where(is_onset, entered.first_day, NULL),
        "end": Words(end, ENDS),
        "day": np.choose(end, [entered.first_day, *[followed.follow_days[row]] * 2, left]),
    }
    return tally(COUNTS["interval_counts"], keys, {}), tally(COUNTS["onset_counts"], keys, {})


def tally_episodes(limits: Sequence[Limit], crossed: Crossed, episodes: Episodes, followed: Followed) -> pa.Table:
    """`episode_counts`: every episode, those of course 0 too."""
    courses = followed.courses
    row = np.where(crossed.course < 0, -1, crossed.course % max(followed.size, 1))
    keys = {
        "drug": Words(np.append(courses.drug, -1)[row], courses.drugs),
        "course": episodes.course[crossed.episode],
        "limit": words_of(limits, crossed.limit),
        "status": Words(episodes.status[crossed.episode], EPISODE_STATUSES),
    }
    values = {"episodes": crossed.at >= 0, "unsure_episodes": crossed.unsure}
    return tally(COUNTS["episode_counts"], keys, values)
