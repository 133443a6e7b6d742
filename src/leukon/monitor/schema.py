"""The tables of the monitor: column names, Arrow types and meaning (the public contract)."""

import pyarrow as pa

from leukon.events.schema import SUBJECT, TIME, WORD, Column

INT = pa.int64()
GRADE = pa.int8()

COURSES = (
    Column("subject_id", SUBJECT, "as given"),
    Column("drug", WORD, "concept of the protocol's drug"),
    Column("course", INT, "1, 2, ... per subject"),
    Column("start_time", TIME, "time of the first dose"),
    Column("last_dose_time", TIME, "time of the last dose"),
    Column("doses", INT, "doses given"),
    Column("total_dose_mg", pa.float64(), "sum in mg; null if any dose has no amount"),
)
RESULTS = (
    Column("row", INT, "number of the row in the input, from 1; of the percentage, segs or monocytes where derived"),
    Column("subject_id", SUBJECT, "as given"),
    Column("time", TIME, "wall clock"),
    Column("day", INT, "days since the start date of the course in force; null in course 0"),
    Column("course", INT, "course in force; 0 before the first"),
    Column("analyte", WORD, "what was counted or measured"),
    Column("value", pa.float64(), "in `unit`"),
    Column("unit", WORD, "result unit: 10^9/L, g/L, umol/L, mU/L, U/L"),
    Column("comparator", WORD, "< <= >= >; null: exact"),
    Column("lln", pa.float64(), "lower limit of normal in `unit`; null: not known"),
    Column("uln", pa.float64(), "upper limit of normal in `unit`; null: not known"),
    Column("lln_source", WORD, "row or map; null: no lln"),
    Column("origin", WORD, "measured, wbc_x_percent, wbc_x_percent_bands, segs_plus_bands or wbc_less_others"),
    Column("grade_v5", GRADE, "CTCAE 5.0; 0: none; null: cannot be known"),
    Column("reason_v5", WORD, "why grade_v5 is null: no_lln, undecided_comparator, no_term, not_numeric_term"),
    Column("grade_v6", GRADE, "CTCAE 6.0; 0: none; null: cannot be known"),
    Column("reason_v6", WORD, "why grade_v6 is null"),
    Column("high_grade", GRADE, "terms for increases, alike in both editions; null: no such term, or undecided"),
)
EPISODES = (
    Column("subject_id", SUBJECT, "as given"),
    Column("episode", INT, "1, 2, ... per subject"),
    Column("course", INT, "course in force at onset_by"),
    Column("onset_after_time", TIME, "last high count before, however long ago; null: none"),
    Column("onset_by_time", TIME, "first low count"),
    Column("onset_after_day", INT, "in days since the course's start; null in course 0"),
    Column("onset_by_day", INT, "in days since the course's start; null in course 0"),
    Column("nadir", pa.float64(), "lowest count, 10^9/L"),
    Column("nadir_comparator", WORD, "its comparator; null: exact"),
    Column("nadir_time", TIME, "its time, the earliest of the lowest"),
    Column("nadir_day", INT, "in days since the course's start; null in course 0"),
    Column("worst_grade_v5", GRADE, "CTCAE 5.0; null: a low count's grade is not known, and none reaches 4"),
    Column("worst_grade_v6", GRADE, "CTCAE 6.0; null likewise"),
    Column("results", INT, "low counts"),
    Column("derived_results", INT, "low counts that were derived"),
    Column("recovered_after_time", TIME, "last low count"),
    Column("recovered_by_time", TIME, "first count of the recovery; null while open; provisional while recovering"),
    Column("recovered_by_day", INT, "in days since the course's start; null in course 0 or while open"),
    Column("observed_days", INT, "onset_by to recovered_by; null while open"),
    Column("least_days", INT, "first to last low count"),
    Column("most_days", INT, "onset_after to recovered_by; null while open or if onset_after is"),
    Column("longest_gap_days", INT, "between neighbouring counts inside; null for a single one"),
    Column("status", WORD, "recovered, carried_over, recovering or ongoing"),
    Column("treatments", pa.string(), "class:concept by first dose, joined by `;`; null: none recorded"),
    Column("treatment_start_day", INT, "day of the first treatment; null: none, or course 0"),
    Column("days_to_recovery_after_treatment", INT, "first treatment to recovered_by; null: none or open"),
)
SCHEDULE = (
    Column("subject_id", SUBJECT, "as given"),
    Column("course", INT, "1, 2, ..."),
    Column("test", WORD, "cbc, creatinine, urinalysis, tsh, liver, ..."),
    Column("due_day", INT, "days since the course's start"),
    Column("due_time", TIME, "that day, 00:00"),
    Column("status", WORD, "done, off_time, incomplete, missed, overdue, due or upcoming"),
    Column("done_time", TIME, "first complete test within the tolerance; null unless done"),
    Column("phase", WORD, "baseline, every_15_days, monthly, every_3_months, ..."),
)
WORKUP = (
    Column("subject_id", SUBJECT, "as given"),
    Column("episode", INT, "number of the episode"),
    Column("item", WORD, "item of the protocol's work-up, in its order"),
    Column(
        "cause",
        WORD,
        "artefact, drug, infection, lgl_mechanism, marrow, complement, antibodies, benign, late_autoimmunity",
    ),
    Column("status", WORD, "supports, against or unknown, about that cause; never against because a test is absent"),
    Column("comparator", WORD, "of the value; null: exact or none"),
    Column("value", pa.float64(), "the number that says so, in `unit`; null: nothing recorded, or words"),
    Column("unit", WORD, "unit of the value; null: no value, or a number without unit"),
    Column("fact_time", TIME, "when it was recorded; null: nothing was"),
    Column("note", pa.string(), "how to take it, or the words that were recorded; null: neither"),
    Column("next_test", pa.string(), "what would tell; null: the status is known"),
    Column("source", WORD, "where the rule comes from (sources.toml)"),
)
FINDINGS = (
    Column("subject_id", SUBJECT, "as given"),
    Column("episode", INT, "number of the episode it is about; null: none"),
    Column("finding", WORD, "what was found; its words stand in the protocol file"),
    Column("urgency", WORD, "emergency, same_day, soon or routine"),
    Column("since_time", TIME, "since when it holds"),
    Column("comparator", WORD, "of the value; null: exact or none"),
    Column("value", pa.float64(), "the number it rests on, in `unit`; null: none"),
    Column("unit", WORD, "unit of the value; d: days, slots, lines; null: no value, or words"),
    Column("value_time", TIME, "when the value was measured; null: none"),
    Column("fever", WORD, "yes, no or unknown, at as_of"),
    Column("preliminary", pa.bool_(), "true: rests on a preliminary result"),
    Column("next_steps", pa.string(), "step@source, joined by `;`; null: none"),
)
WORKUP_STATUSES = ("supports", "against", "unknown")
URGENCIES = ("emergency", "same_day", "soon", "routine")
FEVERS = ("yes", "no", "unknown")
GRADE_REASONS = ("no_lln", "undecided_comparator", "no_term", "not_numeric_term")
EPISODE_STATUSES = ("recovered", "carried_over", "recovering", "ongoing")
SLOT_STATUSES = ("done", "off_time", "incomplete", "missed", "overdue", "due", "upcoming")
