"""What speaks for or against a cause: facts about episodes, and which of them counts."""

from dataclasses import dataclass, fields

import numpy as np

from leukon.events.arrays import DAY, NULL, Array
from leukon.events.concepts import Concepts
from leukon.events.usable import Doses, Findings
from leukon.knowledge.protocol import EpisodeRule
from leukon.monitor.courses import InForce
from leukon.monitor.episodes import Episodes
from leukon.monitor.near import find_in_windows
from leukon.monitor.results import Results

SUPPORTS, AGAINST, UNKNOWN = range(3)
_DAYS_AROUND = 7
"""A fact counts from so many days before the first low count to so many after the end."""


@dataclass(frozen=True)
class Facts:
    """Facts about episodes: whose, when, what they say, and the number they show.

    `episode` is a place among the episodes; `order` tells facts of one time apart (see `Cases.order`); `word` numbers
    the words of the rule (-1: none).
    """

    episode: Array
    time: Array
    order: Array
    status: Array
    value: Array
    comparator: Array
    word: Array

    def and_more(self, *others: "Facts") -> "Facts":
        """These facts and the others."""
        return Facts(*(np.concatenate([getattr(each, f.name) for each in (self, *others)]) for f in fields(self)))

    def choose(self) -> "Facts":
        """For each episode with facts the one that counts: any that supports, then the latest."""
        order = np.lexsort((self.order, self.time, self.status == SUPPORTS, self.episode))
        last = np.flatnonzero(np.append(self.episode[order][1:] != self.episode[order][:-1], True)[: order.size])
        return Facts(*(getattr(self, f.name)[order[last]] for f in fields(self)))


def make_facts(
    episode: Array,
    time: Array,
    status: Array | int,
    order: Array | int = 0,
    value: Array | float = np.nan,
    comparator: Array | int = -1,
    word: Array | int = -1,
) -> Facts:
    """Facts with single values spread over all of them."""
    shape = episode.shape
    parts = (order, status, value, comparator, word)
    order, status, value, comparator, word = (np.broadcast_to(part, shape) for part in parts)
    return Facts(episode, time, order, status, value, comparator, word)


def verdict(supports: Array, against: Array) -> Array:
    """Status of each fact from two flags."""
    return np.where(supports, SUPPORTS, np.where(against, AGAINST, UNKNOWN))


@dataclass(frozen=True)
class Cases:
    """Episodes and all that may explain them. `in_course` is the course in force at each coded finding."""

    episodes: Episodes
    results: Results
    findings: Findings
    in_course: InForce
    doses: Doses
    concepts: Concepts
    rule: EpisodeRule

    def near(self, subject: Array, time: Array, days_before: int = _DAYS_AROUND) -> tuple[Array, Array]:
        """Pairs of an episode and a row near it."""
        episodes = self.episodes
        first = episodes.onset_by_time // DAY - days_before
        return find_in_windows(episodes.subject, first, episodes.until // DAY + _DAYS_AROUND, subject, time)

    def counts_of(self, analyte: str) -> Array:
        """Places of the results of an analyte."""
        return np.flatnonzero(self.results.counts.analyte == self.concepts.number[analyte])

    def findings_of(self, name: str) -> Array:
        """Places of the coded findings of a name."""
        return np.flatnonzero(self.findings.finding == self.concepts.number[name])

    def order(self, name: str, place: Array) -> Array:
        """Order of rows of one time: by the name of what was recorded, then by place, which what they say decides."""
        return self.concepts.number[name] * (1 << 40) + place

    def is_word(self, at: Array, words: tuple[str, ...]) -> Array:
        """Which of the coded findings `at` say one of `words`."""
        said = [(word or "").strip().lower() in words for word in self.findings.word.words]
        return np.asarray([*said, False], bool)[self.findings.word.index[at]]

    @property
    def start_of_course(self) -> Array:
        """Start of the course of each episode; NULL in course 0."""
        return np.where(self.episodes.course > 0, self.episodes.course_start, NULL)
