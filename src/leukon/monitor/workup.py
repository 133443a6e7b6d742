"""What may explain each episode: the protocol's items in their order, each supported, spoken against, or unknown."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import NULL, Array
from leukon.events.units import load_units
from leukon.knowledge.protocol import Protocol
from leukon.knowledge.workup import (
    Absolute,
    BothBelow,
    CodedWords,
    Drugs,
    EarlierCounts,
    Fold,
    Item,
    Line,
    Percent,
    SecondCount,
    Timing,
)
from leukon.monitor.schema import WORKUP_STATUSES
from leukon.monitor.workup_facts import SUPPORTS, UNKNOWN, Cases, Facts
from leukon.monitor.workup_numbers import find_numbers
from leukon.monitor.workup_rules import (
    find_both_below,
    find_conditions,
    find_drugs,
    find_earlier_counts,
    find_folds,
    find_lines,
    find_percents,
    find_second_counts,
    find_timing,
    find_words,
)


@dataclass(frozen=True)
class Workup:
    """For each episode (first axis) and item of the protocol (second) what is known.

    `note` numbers `notes` (-1: none); a value is NaN and a time NULL where nothing was recorded.
    """

    status: Array
    comparator: Array
    value: Array
    fact_time: Array
    note: Array
    notes: tuple[str, ...]
    units: tuple[str | None, ...]
    benign: Array


def find_workup(protocol: Protocol, cases: Cases) -> Workup:
    """Ask every item about every episode."""
    items = [protocol.workup[name] for name in protocol.workup_items]
    shape = (cases.episodes.subject.size, len(items))
    status, comparator = np.full(shape, UNKNOWN, np.int8), np.full(shape, -1, np.int8)
    value, time, note = np.full(shape, np.nan), np.full(shape, NULL), np.full(shape, -1)
    notes: dict[str, int] = {}
    for place, item in enumerate(items):
        found, words = _ask(item, cases)
        chosen = found.choose()
        at = chosen.episode
        status[at, place], comparator[at, place] = chosen.status, chosen.comparator
        value[at, place], time[at, place] = chosen.value, chosen.time
        note[at, place] = _notes(item, chosen, words, notes)
    return Workup(
        status,
        comparator,
        value,
        time,
        note,
        tuple(notes),
        tuple(_unit(item, cases) for item in items),
        _benign(items, status),
    )


def _ask(item: Item, cases: Cases) -> tuple[Facts, list[str]]:
    """Facts about all episodes, and the words they number."""
    match item:
        case Drugs():
            return find_drugs(item, cases)
        case Absolute():
            return find_numbers(item, cases)
        case CodedWords() | Percent() | Line():
            said, words = find_words(item, cases)
            return said.and_more(_beside_words(item, cases)), words
        case _:
            return _find_plain(item, cases), []


def _beside_words(item: CodedWords | Percent | Line, cases: Cases) -> Facts:
    match item:
        case CodedWords():
            return find_conditions(item, cases)
        case Percent():
            return find_percents(item, cases)
        case Line():
            return find_lines(item, cases)


def _find_plain(item: SecondCount | Fold | BothBelow | EarlierCounts | Timing, cases: Cases) -> Facts:
    match item:
        case SecondCount():
            return find_second_counts(item, cases)
        case Fold():
            return find_folds(item, cases)
        case BothBelow():
            return find_both_below(item, cases)
        case EarlierCounts():
            return find_earlier_counts(item, cases)
        case Timing():
            return find_timing(item, cases)


def _notes(item: Item, chosen: Facts, words: list[str], notes: dict[str, int]) -> Array:
    """The item's note for each status, else the fact's own words; new ones are added to `notes`."""
    own = np.full(len(words) + 1, -1)
    for word in np.unique(chosen.word[chosen.word >= 0]):
        own[word] = notes.setdefault(words[word], len(notes)) if words[word] else -1
    of_item = [notes.setdefault(item.notes[s], len(notes)) if s in item.notes else -1 for s in WORKUP_STATUSES]
    said = np.asarray(of_item)[chosen.status]
    return np.where(said >= 0, said, own[chosen.word])


def _unit(item: Item, cases: Cases) -> str | None:
    """Unit of the item's values."""
    match item:
        case Drugs() | CodedWords() | Fold():
            return None
        case Percent() | BothBelow():
            return "%"
        case Line():
            return load_units().result_unit(cases.concepts.by_name[item.analyte].kind)
        case SecondCount() | EarlierCounts() | Absolute():
            return load_units().result_unit(cases.concepts.by_name["anc"].kind)
        case _:
            return "d"


def _benign(items: list[Item], status: Array) -> Array:
    """Which episodes have a benign baseline, as far as the protocol asks."""
    asked = [place for place, item in enumerate(items) if isinstance(item, EarlierCounts)]
    return (status[:, asked] == SUPPORTS).any(axis=1)
