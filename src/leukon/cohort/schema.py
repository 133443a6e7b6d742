"""The tables of counts: key columns (words or whole numbers) and columns that can be added."""

from dataclasses import dataclass

import pyarrow as pa

from leukon.events.schema import Column

INT = pa.int64()
TEXT = pa.string()

DRUG = Column("drug", TEXT, "concept of the course's drug; null: no course")
COURSE = Column("course", INT, "1, 2, ... per subject; 0: before the first, or none")
WINDOW = Column("window", TEXT, "months_3, year_1, year_2, later, or course: all of it")
LIMIT = Column("limit", TEXT, "limit of the ANC, 10^9/L: `<1`, `<=0.5`, ...")
ENTRY = Column("entry", TEXT, "state at the course's start: clear, old, unknown or low")


@dataclass(frozen=True)
class Layout:
    """Columns of a table of counts: it is sorted by its keys, which are unique; values are never null."""

    keys: tuple[Column, ...]
    values: tuple[Column, ...]

    @property
    def key_names(self) -> list[str]:
        """Names of the key columns."""
        return [column.name for column in self.keys]

    @property
    def value_names(self) -> list[str]:
        """Names of the columns that are added."""
        return [column.name for column in self.values]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema."""
        return pa.schema([(column.name, column.type) for column in (*self.keys, *self.values)])


def _counts(**meaning: str) -> tuple[Column, ...]:
    return tuple(Column(name, INT, text) for name, text in meaning.items())


COUNTS = {
    "flow_counts": Layout(
        (DRUG, COURSE, LIMIT, Column("reason", TEXT, "at_risk, or why a person is left out")),
        _counts(persons="persons; over the reasons all who had that course"),
    ),
    "incidence_counts": Layout(
        (DRUG, COURSE, WINDOW, LIMIT, ENTRY),
        _counts(
            persons="persons at risk in the window",
            with_event="of these, persons with an event in it",
            seen_through="of these, persons without one who were seen to its last day; 0 in open windows",
            events="episodes that crossed the limit in it",
            events_with_symptoms="of these, first seen on a day with symptoms",
            unsure_events="episodes that began in it and may have crossed the limit",
            person_days="days at risk in it",
            free_persons="persons at risk who had not crossed the limit in this course before",
            first_events="of these, persons who did in the window",
            free_days="their days at risk until then",
        ),
    ),
    "interval_counts": Layout(
        (
            DRUG,
            COURSE,
            LIMIT,
            ENTRY,
            Column("left_day", INT, "day of the last count on this side of the limit; null: none"),
            Column("right_day", INT, "day of the first count beyond it; null: none was seen"),
        ),
        _counts(persons="persons; each once for each course and limit"),
    ),
    "onset_counts": Layout(
        (
            DRUG,
            COURSE,
            LIMIT,
            ENTRY,
            Column("end", TEXT, "onset, next_course, death or end_of_data"),
            Column("day", INT, "right_day; start of the next course; day of death; left_day: null, none"),
        ),
        _counts(persons="persons; each once for each course and limit"),
    ),
    "episode_counts": Layout(
        (DRUG, COURSE, LIMIT, Column("status", TEXT, "as in `episodes`")),
        _counts(
            episodes="episodes that crossed the limit", unsure_episodes="episodes of which it cannot be told"
        ),
    ),
    "test_counts": Layout(
        (DRUG, COURSE, WINDOW),
        _counts(
            persons="persons followed in the window, tested or not",
            never_tested="of these, persons without any ANC in it",
            tests="days with an ANC",
            tests_with_symptoms="of these, with symptoms recorded on that day or the two before",
            follow_up_days="days of follow-up in it, watched or not",
            unseen_days="of these, days on which an episode of 5 days could begin and go unseen",
        ),
    ),
    "gap_counts": Layout(
        (
            DRUG,
            COURSE,
            Column("kind", TEXT, "before_first, between, after_last, or longest: of a person, up to the last ANC"),
            Column("gap_days", INT, "days from one day with an ANC to the next"),
        ),
        _counts(gaps="gaps; of kind longest: persons tested"),
    ),
    "adherence_counts": Layout(
        (
            DRUG,
            COURSE,
            Column("test", TEXT, "as in `schedule`"),
            Column("phase", TEXT, "as in `schedule`"),
            Column("due_day", INT, "as in `schedule`"),
            Column("status", TEXT, "as in `schedule`, or after_death: due after the day of death"),
        ),
        _counts(slots="slots"),
    ),
    "calendar_counts": Layout(
        (
            DRUG,
            Column("test", TEXT, "as in `schedule`"),
            Column("quarter", TEXT, "calendar quarter in which the slot was due: 2000-Q1"),
            Column("status", TEXT, "as in `schedule`, or after_death"),
        ),
        _counts(slots="slots"),
    ),
}  # fmt: skip

WINDOWS = ("months_3", "year_1", "year_2", "later", "course")
ENTRIES = ("clear", "old", "unknown", "low")
REASONS_OF_FLOW = ("at_risk", "old_baseline", "no_baseline", "low_before", "never_tested", "not_observed", "no_course")
GAPS = ("before_first", "between", "after_last", "longest")
ENDS = ("onset", "next_course", "death", "end_of_data")
AFTER_DEATH = "after_death"
