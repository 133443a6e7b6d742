"""Checked events to the columns that the tables of data quality count: piece by piece, so that little is kept."""

from dataclasses import dataclass

import numpy as np

from leukon.events.account import Fates
from leukon.events.arrays import Array
from leukon.events.intake import Intake, cut_by_subject
from leukon.events.schema import LLN_SOURCES, ORIGINS
from leukon.events.table import Door, Events
from leukon.monitor.review import PIECE, each

_MEASURED, _MAP = ORIGINS.index("measured"), LLN_SOURCES.index("map")
DERIVED, RESULTS, WITHOUT_LLN, WITHOUT_ULN, OF_MAP = range(5)


@dataclass(frozen=True)
class Seen:
    """What became of every row, counts of results by concept, and which subjects have an ANC or a dose.

    `results` has a row for each of DERIVED, RESULTS, WITHOUT_LLN, WITHOUT_ULN and OF_MAP, a column for each concept.
    """

    fates: Fates
    results: Array
    has_anc: Array
    has_dose: Array


def look(door: Door) -> Seen:
    """Check every row once and keep what is counted."""
    subjects = len(door.intake.subject_ids)
    parts = each(lambda piece: _look(door.check(piece), subjects), cut_by_subject(door.intake, PIECE))
    return Seen(
        Fates(
            np.concatenate([part.fates.use for part in parts]), np.concatenate([part.fates.reason for part in parts])
        ),
        np.sum([part.results for part in parts], axis=0),
        _marked(np.concatenate([part.has_anc for part in parts]), subjects),
        _marked(np.concatenate([part.has_dose for part in parts]), subjects),
    )


def _look(events: Events, subjects: int) -> Seen:
    counts, doses = events.counts, events.doses
    measured = counts.origin == _MEASURED
    masks = (
        ~measured, measured, measured & np.isnan(counts.lln), measured & np.isnan(counts.uln),
        measured & (counts.lln_source == _MAP),
    )  # fmt: skip
    concepts = len(events.concepts.names)
    by = np.asarray([np.bincount(counts.analyte[mask], minlength=concepts) for mask in masks])
    anc = counts.subject[counts.analyte == events.concepts.number["anc"]]
    return Seen(events.fates, by, np.unique(anc[anc < subjects]), np.unique(doses.subject[doses.subject < subjects]))


def _marked(numbers: Array, size: int) -> Array:
    marked = np.zeros(size, bool)
    marked[numbers] = True
    return marked


def concept_of_rows(intake: Intake, door: Door) -> Array:
    """Concept of each row; -1 for a code that is not known, or none."""
    return np.append(door.codes.concept, -1).take(intake.code.index.astype(np.intp))
