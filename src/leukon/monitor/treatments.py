"""What was given while the count was low: treatments on the days of an episode; premedication is none."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.arrays import DAY, NULL, Array
from leukon.events.concepts import Concepts
from leukon.events.table import Doses
from leukon.knowledge.protocol import Treatment
from leukon.monitor.episodes import Episodes
from leukon.monitor.runs import Runs, changes


@dataclass(frozen=True)
class Treatments:
    """For each episode what was given, as `class:concept` by first dose, and when first (NULL: nothing recorded)."""

    names: pa.Array
    start_time: Array


def find_treatments(
    episodes: Episodes, doses: Doses, drugs: Array, treatments: Mapping[str, Treatment], concepts: Concepts
) -> Treatments:
    """Treatments given on a day from onset to recovery (to `as_of`, or the next course's first day, while open).

    A premedication class given on a day of the protocol's drug is not a treatment.
    """
    nothing = Treatments(pa.nulls(episodes.subject.size, pa.string()), np.full(episodes.subject.size, NULL))
    label = _labels(treatments, concepts)
    at = _treatment_doses(doses, drugs, label, treatments)
    if not at.size or not episodes.subject.size:
        return nothing
    subject, time, drug = doses.subject[at], doses.time[at], doses.drug[at]
    span = int(max(time.max(), episodes.until.max())) // DAY + 2
    offset = min(int(time.min()) // DAY, int(episodes.onset_by_time.min()) // DAY)
    key = subject * (span - offset) + time // DAY - offset
    base = episodes.subject * (span - offset) - offset
    first = np.searchsorted(key, base + episodes.onset_by_time // DAY, side="left")
    last = np.searchsorted(key, base + episodes.until // DAY, side="right")
    given = np.maximum(last - first, 0)
    if not given.any():
        return nothing
    episode = np.repeat(np.arange(given.size), given)
    dose = np.repeat(first - (np.cumsum(given) - given), given) + np.arange(episode.size)
    start = np.full(given.size, NULL)
    start[given > 0] = time[first[given > 0]]
    return Treatments(_join(episode, drug[dose], time[dose], label, given.size), start)


def _labels(treatments: Mapping[str, Treatment], concepts: Concepts) -> dict[int, tuple[str, str]]:
    """Class and `class:concept` of each concept that counts as treatment."""
    return {
        concepts.number[concept]: (name, f"{name}:{concept}")
        for name, treatment in treatments.items()
        for concept in treatment.concepts
    }


def _treatment_doses(
    doses: Doses, drugs: Array, label: Mapping[int, tuple[str, str]], treatments: Mapping[str, Treatment]
) -> Array:
    at = np.flatnonzero(np.isin(doses.drug, list(label)))
    before = [number for number, (name, _) in label.items() if treatments[name].premedication]
    may_prepare = np.isin(doses.drug[at], before)
    if may_prepare.any():
        infusions = np.flatnonzero(np.isin(doses.drug, drugs))
        may_prepare &= _same_days(doses, at, infusions)
    return at[~may_prepare]


def _same_days(doses: Doses, at: Array, infusions: Array) -> Array:
    """Whether each dose `at` lies on a day of one of the subject's `infusions`."""
    day = doses.time // DAY
    width = int(day.max() - day.min()) + 1
    key = doses.subject * width + day - day.min()
    return np.isin(key[at], key[infusions])


def _join(episode: Array, drug: Array, time: Array, label: Mapping[int, tuple[str, str]], episodes: int) -> pa.Array:
    """Each episode's labels by first dose, joined by `;`; null where there is none."""
    numbers = sorted(label, key=lambda number: label[number][1])
    place = np.full(max(numbers) + 1, -1)
    place[numbers] = np.arange(len(numbers))
    by_label = np.lexsort((time, place[drug], episode))
    firsts = Runs(changes(episode[by_label], place[drug][by_label])).first(by_label)
    firsts = firsts[np.lexsort((place[drug][firsts], time[firsts], episode[firsts]))]
    words = pa.array([label[number][1] for number in numbers]).take(pa.array(place[drug][firsts]))
    offsets = np.append(0, np.cumsum(np.bincount(episode[firsts], minlength=episodes)))
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), words), ";")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
