"""What was given while the count was low: treatments on the days of an episode; premedication is none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.arrays import DAY, NULL, Array, changes
from leukon.events.usable import Doses
from leukon.monitor.episodes import Episodes
from leukon.monitor.near import expand
from leukon.monitor.numbers import Numbers
from leukon.monitor.runs import Runs, key_of


@dataclass(frozen=True)
class Treatments:
    """For each episode what was given, as `class:concept` by first dose, and when first (NULL: nothing recorded)."""

    names: pa.Array
    start_time: Array


@dataclass(frozen=True)
class Given:
    """One entry an episode and dose of a treatment on its days, sorted by both; `label` numbers `Numbers.labels`."""

    episode: Array
    label: Array
    time: Array


def find_given(episodes: Episodes, doses: Doses, numbers: Numbers) -> Given:
    """Doses given on a day from onset to recovery (to `as_of`, or the next course's first day, while open).

    A premedication class given on a day of the protocol's drug is not a treatment.
    """
    at = _treatment_doses(doses, numbers) if episodes.subject.size else doses.row[:0]
    subject, time, label = doses.subject[at], doses.time[at], numbers.label[doses.drug[at]]
    key = key_of(subject, time // DAY)
    first = key.searchsorted(key_of(episodes.subject, episodes.onset_by_time // DAY), side="left")
    last = key.searchsorted(key_of(episodes.subject, episodes.until // DAY), side="right")
    episode, dose = expand(first, last)
    return Given(episode, label[dose], time[dose])


def find_treatments(episodes: Episodes, doses: Doses, numbers: Numbers) -> Treatments:
    """What was given in each episode, and when first."""
    given = find_given(episodes, doses, numbers)
    if not given.episode.size:
        return _none(episodes)
    start = np.full(episodes.subject.size, NULL)
    start[given.episode[::-1]] = given.time[::-1]  # the first one stays
    return Treatments(_join(given.episode, given.label, given.time, numbers.labels, start.size), start)


def _none(episodes: Episodes) -> Treatments:
    return Treatments(pa.nulls(episodes.subject.size, pa.string()), np.full(episodes.subject.size, NULL))


def _treatment_doses(doses: Doses, numbers: Numbers) -> Array:
    """Doses of treatments, without those that only prepare a dose of the drug on the same day."""
    at = np.flatnonzero(numbers.label[doses.drug] >= 0)
    may_prepare = numbers.is_premedication[doses.drug[at]]
    if may_prepare.any():
        key = key_of(doses.subject, doses.time // DAY)
        infusions = np.append(key[numbers.drug[doses.drug] >= 0], -1)
        may_prepare &= infusions[np.searchsorted(infusions[:-1], key[at])] == key[at]
    return at[~may_prepare]


def _join(episode: Array, label: Array, time: Array, labels: Sequence[str], episodes: int) -> pa.Array:
    """Each episode's labels by first dose, joined by `;`; null where there is none."""
    by_label = np.lexsort((time, label, episode))
    firsts = Runs(changes(episode[by_label], label[by_label])).first(by_label)
    firsts = firsts[np.lexsort((label[firsts], time[firsts], episode[firsts]))]
    words = pa.array(labels, pa.string()).take(pa.array(label[firsts]))
    offsets = np.append(0, np.cumsum(np.bincount(episode[firsts], minlength=episodes)))
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), words), ";")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
