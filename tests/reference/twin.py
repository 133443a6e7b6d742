"""review_twin: the tables of the contract for a list of plain rows. Start reading here."""

from .derive import derive, find_counts_not_used
from .door import check, last_instant_of
from .judgement import find_findings, find_workup, patient_of
from .monitor import find_courses, find_episodes, find_results
from .rules import ALEMTUZUMAB_MS
from .schedule import find_schedule
from .vocabulary import OTHER_CELLS, PARTS, RESULT_UNITS

__all__ = ["ALEMTUZUMAB_MS", "COLUMNS", "review_twin"]

USES = ["result", "part_of_result", "dose", "finding", "superseded", "unused", "other_kind", "after_as_of"]

COLUMNS = {
    "account": "use reason rows subjects",
    "unused": "row subject_id time code text_value unit reason",
    "codes_seen": "code display concept rows subjects",
    "subjects": "subject_id rows results first_time last_time last_anc last_anc_comparator last_anc_time",
    "courses": "subject_id drug course start_time last_dose_time doses total_dose_mg",
    "results": "row subject_id time day course analyte value unit comparator lln uln lln_source origin "
    "grade_v5 reason_v5 grade_v6 reason_v6 high_grade",
    "episodes": "subject_id episode course onset_after_time onset_by_time onset_after_day onset_by_day "
    "nadir nadir_comparator nadir_time nadir_day worst_grade_v5 worst_grade_v6 results derived_results "
    "recovered_after_time recovered_by_time recovered_by_day observed_days least_days most_days longest_gap_days "
    "status treatments treatment_start_day days_to_recovery_after_treatment",
    "schedule": "subject_id course test due_day due_time status done_time phase",
    "workup": "subject_id episode item cause status comparator value unit fact_time note next_test source",
    "findings": "subject_id episode finding urgency since_time comparator value unit value_time fever preliminary "
    "next_steps",
}


def review_twin(rows, rules, schedule, as_of, codes=None):
    """Every table as a list of dicts, in the contract's order of rows and columns."""
    rows = check(rows, rules, as_of, codes)
    not_used = find_counts_not_used(rows)
    believed = [believe(row) for row in rows]
    derived = derive(rows)
    waiting = [count for count in derive(believed) if count["row"] not in {made["row"] for made in derived}]
    known = [row for row in rows if row["use"] != "after_as_of"]
    end = last_instant_of(as_of)
    tables = {name: [] for name in COLUMNS}
    tables["account"] = count_uses(rows)
    tables["unused"] = list_unused(rows, key_of_subjects(rows))
    tables["codes_seen"] = count_codes(known)
    for subject_id in sorted({row["subject_id"] for row in known} - {None}, key=key_of_subjects(rows)):
        own = [row for row in known if row["subject_id"] == subject_id]
        doses = [row for row in own if row["use"] == "dose"]
        counts = [row for row in own if row["use"] == "result"]
        counts += [count for count in derived if count["subject_id"] == subject_id]
        courses = find_courses(doses, rules)
        results = find_results(counts, courses)
        ancs = [result for result in results if result["analyte"] == "anc"]
        happened = [(result["time"], result["analyte"]) for result in results]
        happened += [(row["time"], row["concept"]) for row in own if row["use"] == "finding"]
        tables["subjects"].append(one_subject(subject_id, own, results, ancs))
        tables["courses"] += [course | {"subject_id": subject_id} for course in courses]
        tables["results"] += results
        known_now = {
            "as_of": end,
            "courses": courses,
            "results": results,
            "episodes": find_episodes(ancs, courses, doses, rules, end),
            "schedule": schedule,
            "slots": find_schedule(subject_id, courses, happened, rules, schedule, end),
        }
        patient = patient_of(subject_id, own, not_used, waiting, rules, **known_now)
        tables["episodes"] += patient.episodes
        tables["schedule"] += patient.slots
        tables["workup"] += find_workup(patient)
        tables["findings"] += find_findings(patient)
    return {name: [in_columns(row, COLUMNS[name]) for row in table] for name, table in tables.items()}


def believe(row):
    """A copy of the row, a preliminary one as if it were final."""
    row = dict(row)
    if row["reason"] == "preliminary" and row["reading"].reason is None:
        row |= {"number": row["reading"].number, "comparator_read": row["reading"].comparator, "reason": None}
        is_part = row["concept"] in [*PARTS, *OTHER_CELLS]
        row["use"] = "result" if row["concept"] in RESULT_UNITS else None if is_part else "finding"
    return row


def in_columns(row, columns):
    return {column: row[column] for column in columns.split()}


def key_of_subjects(rows):
    """Numerically if all ids of the input are integers (`007` is one), else as text."""
    ids = {row["subject_id"] for row in rows} - {None}
    if all(isinstance(one, int) or (one.isascii() and one.removeprefix("-").isdigit()) for one in ids):
        return lambda one: (int(one), str(one))
    return str


def subjects_among(rows):
    return len({row["subject_id"] for row in rows} - {None})


def count_uses(rows):
    """Every row read, exactly once."""
    groups = {}
    for row in rows:
        groups.setdefault((row["use"], row["reason"]), []).append(row)
    in_order = sorted(groups, key=lambda group: (USES.index(group[0]), group[1] is not None, group[1] or ""))
    return [
        {
            "use": use,
            "reason": reason,
            "rows": len(groups[use, reason]),
            "subjects": subjects_among(groups[use, reason]),
        }
        for use, reason in in_order
    ]


def count_codes(rows):
    groups = {}
    for row in rows:
        groups.setdefault((row["code"], row["concept"]), []).append(row)
    in_order = sorted(groups, key=lambda group: (group[0] is None, group[0] or ""))
    return [
        {
            "code": code,
            "display": None,
            "concept": concept,
            "rows": len(same),
            "subjects": subjects_among(same),
        }
        for code, concept in in_order
        for same in [groups[code, concept]]
    ]


def list_unused(rows, key_of_subject):
    def order(row):
        subject_id, time = row["subject_id"], row["time"]
        return (
            (1,) if subject_id is None else (0, key_of_subject(subject_id)),
            (1,) if time is None else (0, time),
            row["row"],
        )

    return sorted((row for row in rows if row["use"] in ("unused", "superseded")), key=order)


def one_subject(subject_id, rows, results, ancs):
    times = [row["time"] for row in rows if row["time"] is not None]
    last = ancs[-1] if ancs else None
    return {
        "subject_id": subject_id,
        "rows": len(rows),
        "results": len(results),
        "first_time": min(times, default=None),
        "last_time": max(times, default=None),
        "last_anc": last["value"] if last else None,
        "last_anc_comparator": last["comparator"] if last else None,
        "last_anc_time": last["time"] if last else None,
    }
