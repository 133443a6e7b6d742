"""What had been given when an episode ended, or did not: treatment as a state that begins with its first dose.

An episode is untreated until the first dose, whatever comes later: counted as treated from its first day on, the days
in which it could not have ended yet would be credited to the treatment (immortal time).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leukon.cohort.course_schema import COURSE_COUNTS, LANDMARK_ENDS
from leukon.cohort.spells import Spells
from leukon.cohort.tally import tally
from leukon.events.arrays import DAY, NULL, Array, Words, changes
from leukon.monitor.courses import Courses
from leukon.monitor.episodes import Episodes
from leukon.monitor.runs import Runs
from leukon.monitor.treatments import Given

LANDMARKS = (7, 14, 28)
"""Days since the first low count from which is looked ahead; leukon's choice."""
RECOVERED, OPEN, RECOVERED_BEFORE, OPEN_BEFORE = range(len(LANDMARK_ENDS))


@dataclass(frozen=True)
class States:
    """One entry an episode and state, sorted; `state` has a bit for each class given so far (`classes`).

    `day` is when it began, since the first low count; the first state of an episode begins on day 0.
    """

    episode: Array
    state: Array
    day: Array
    classes: tuple[str, ...]

    def words(self, state: Array) -> Words:
        """States as a key."""
        met, index = np.unique(state, return_inverse=True)
        names = ["+".join(name for bit, name in enumerate(self.classes) if one >> bit & 1) or "none" for one in met]
        return Words(index, names)


def find_states(given: Given, labels: tuple[str, ...], episodes: Episodes) -> States:
    """Which classes had been given, from when on; several of one day make one state."""
    classes = tuple(sorted({label.split(":", 1)[0] for label in labels}))
    of_label = np.asarray([classes.index(label.split(":", 1)[0]) for label in labels], np.int64)
    kind = of_label[given.label]
    day = given.time // DAY - episodes.onset_by_time[given.episode] // DAY
    order = np.lexsort((day, kind, given.episode))
    firsts = order[changes(given.episode[order], kind[order])]
    size = episodes.subject.size
    episode = np.append(np.arange(size), given.episode[firsts])
    day, bit = np.append(np.zeros(size, np.int64), day[firsts]), np.append(np.zeros(size, np.int64), 1 << kind[firsts])
    order = np.lexsort((day, episode))
    episode, day, total = episode[order], day[order], bit[order].cumsum()
    own = Runs(changes(episode))
    total -= own.spread(own.first(total))  # the first row of each episode gives nothing
    last = Runs(changes(episode, day))
    return States(last.last(episode), last.last(total), last.last(day), classes)


def tally_responses(states: States, spells: Spells, episodes: Episodes, courses: Courses) -> pa.Table:
    """`response_counts`: days and recoveries in each state; what happens on a day belongs to the state before it."""
    of, end = states.episode, spells.seen_days[states.episode]
    is_first = changes(of)
    until = np.minimum(np.append(np.where(is_first[1:], NULL, states.day[1:]), NULL)[: of.size], end)
    until = np.where(np.append(is_first[1:], True)[: of.size], end, until)
    counts = is_first | (states.day < end)
    is_last = Runs(is_first).fold(np.maximum, np.where(counts, np.arange(of.size), -1))
    recoveries = np.zeros(of.size, np.int64)
    recoveries[is_last] = spells.recovers
    _, first_of_person = np.unique(
        np.stack([episodes.subject[of], episodes.course[of], states.state, ~counts]), axis=1, return_index=True
    )
    is_person = np.zeros(of.size, bool)
    is_person[first_of_person] = True
    values = {
        "episodes": counts,
        "persons": is_person & counts,
        "without_time": ~counts,
        "recoveries": recoveries,
        "days": np.maximum(until - states.day, 0),
    }
    keys = {
        "drug": Words(spells.drug(courses)[of], courses.drugs),
        "course": episodes.course[of],
        "state": states.words(states.state),
    }
    return tally(COURSE_COUNTS["response_counts"], keys, values)


def tally_landmarks(states: States, spells: Spells, episodes: Episodes, courses: Courses) -> pa.Table:
    """`landmark_counts`: the state at the landmark, and what came after it; counts every episode once a landmark."""
    size, number = spells.first.size, len(LANDMARKS)
    landmark = np.asarray(LANDMARKS).repeat(size)
    state = np.concatenate([_state_on(states, day, size) for day in LANDMARKS])
    seen, recovers = np.tile(spells.seen_days, number), np.tile(spells.recovers, number)
    before = seen <= landmark
    end = np.where(recovers, np.where(before, RECOVERED_BEFORE, RECOVERED), np.where(before, OPEN_BEFORE, OPEN))
    keys = {
        "drug": Words(np.tile(spells.drug(courses), number), courses.drugs),
        "course": np.tile(episodes.course, number),
        "landmark_day": landmark,
        "state": states.words(state),
        "end": Words(end, LANDMARK_ENDS),
        "days": np.where(before, NULL, seen - landmark),
    }
    return tally(COURSE_COUNTS["landmark_counts"], keys, {})


def _state_on(states: States, day: int, size: int) -> Array:
    """State of each episode on a day; treatments of that day count."""
    state = np.zeros(size, np.int64)
    begun = states.day <= day
    state[states.episode[begun]] = states.state[begun]  # the last one stays
    return state
