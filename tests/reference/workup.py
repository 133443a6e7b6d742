"""The facts of each item of the work-up (decision 11, items 9 to 21), for one episode of one patient."""

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from .absolute import absolute_facts
from .facts import NO, YES, last, lies_above, lies_below, lies_from, lies_up_to, place_of, span_of_row, word_of
from .monitor import days_between, side_of
from .rules import INFECTIONS, SUSPECTS, WORKUP
from .values import all_at_or_above, all_below, span_of


@dataclass(frozen=True)
class Fact:
    """One thing that speaks for or against a cause; `place` tells apart what was at one time."""

    status: str
    time: datetime
    place: tuple
    number: Fraction | None = None
    comparator: str | None = None
    unit: str | None = None
    words: str | None = None


NO_LIMIT = "no lower limit of normal came with it"


def find_fact(patient, episode, item):
    """The fact that decides an item of an episode, or None."""
    return ITEMS[item](patient, episode)


def end_of(patient, episode):
    """When the episode was over, or as_of (item 5)."""
    if episode["status"] == "carried_over":
        return patient.courses[episode["course"]]["start_time"]
    return episode["recovered_by_time"] or patient.as_of


def lies_inside(patient, episode, when, days_before=WORKUP["window_days"]):
    since = days_between(episode["onset_by_time"], when)
    return -days_before <= since and days_between(end_of(patient, episode), when) <= WORKUP["window_days"]


def choose(facts):
    """Any that supports wins; then the latest (item 9)."""
    supporting = [fact for fact in facts if fact.status == "supports"]
    return max(supporting or facts, key=lambda fact: (fact.time, fact.place), default=None)


def inside(patient, episode, rows):
    return [row for row in rows if lies_inside(patient, episode, row["time"])]


def status_by(supports, against):
    return "supports" if supports else "against" if against else "unknown"


def fact_of_count(status, result):
    return Fact(status, result["time"], place_of(result), *result["said"], result["unit"])


def word_fact(row, supports, against):
    """A fact that is a word: it has no value, the word is its note."""
    word = word_of(row)
    return Fact(status_by(word in supports, word in against), row["time"], place_of(row), words=word)


def word_facts(patient, episode, concept, supports, against):
    return [word_fact(row, supports, against) for row in inside(patient, episode, patient.coded(concept))]


# --- artefact, drugs, infection ---------------------------------------------------------------------------------------


def repeat_smear(patient, episode):
    """The latest of the other low counts of a week; a high one confirms nothing, so it is no fact."""
    onset = episode["onset_by_time"]
    second = [
        anc
        for anc in patient.of("anc")
        if side_of(anc, patient.rules) == "low"
        and anc["time"] > onset
        and days_between(onset, anc["time"]) <= WORKUP["second_count_days"]
    ]
    return choose([fact_of_count("against", anc) for anc in second])


def other_drugs(patient, episode):
    given = {}
    for dose in patient.doses:
        if dose["concept"] in SUSPECTS and lies_inside(patient, episode, dose["time"], WORKUP["drug_days"]):
            given.setdefault(dose["concept"], []).append(dose["time"])
    if not given:
        return None
    onset = episode["onset_by_time"].date()
    late = {name for name, times in given.items() if min(times).date() > onset}
    names = [f"{name} (first recorded after the onset)" if name in late else name for name in SUSPECTS if name in given]
    return Fact("supports", max(max(times) for times in given.values()), (), words=";".join(names))


def infection(patient, episode):
    conditions = [row for row in patient.coded("condition") if word_of(row) in INFECTIONS]
    facts = word_facts(patient, episode, "infection", YES, NO)
    facts += [word_fact(row, INFECTIONS, []) for row in inside(patient, episode, conditions)]
    return choose(facts)


# --- large granular lymphocytes and other lymphocytes --------------------------------------------------------------------


def lgl_smear(patient, episode):
    facts = word_facts(patient, episode, "lgl_smear", YES, NO)
    for row in inside(patient, episode, patient.coded("lgl_percent")):
        span, limit = span_of_row(row), WORKUP["lgl_above"]
        status = status_by(lies_above(span, limit), lies_up_to(span, limit))
        facts.append(Fact(status, row["time"], place_of(row), row["number"], row["comparator_read"], "%"))
    return choose(facts)


def absolute(percent, count=None):
    def find(patient, episode):
        limit = Fraction(WORKUP["absolute_from"][percent])
        rows = inside(patient, episode, patient.coded(percent))
        facts = [Fact(*fact) for fact in absolute_facts(patient, rows, limit)]
        for result in inside(patient, episode, patient.of(count)):
            span = span_of(*result["said"])
            facts.append(fact_of_count(status_by(lies_from(span, limit), lies_below(span, limit)), result))
        return choose(facts)

    return find


def fold(coded, percent):
    def find(patient, episode):
        limit, facts = Fraction(WORKUP["fold_from"]), []
        for row in inside(patient, episode, patient.coded(coded)):
            span = span_of_row(row)
            status = status_by(lies_from(span, limit), lies_below(span, limit))
            facts.append(Fact(status, row["time"], place_of(row), row["number"], row["comparator_read"]))
        return choose(facts + folds_of_percent(patient, episode, percent, limit))

    return find


def folds_of_percent(patient, episode, percent, limit):
    """Each percentage since the start of the course over the last one before it, both exact."""
    start = patient.course_start(episode["course"])
    before = last([row for row in patient.coded(percent) if start and row["time"] < start and is_exact(row)])
    if not before or before["number"] == 0:
        return []
    after = [row for row in patient.coded(percent) if row["time"] >= start and is_exact(row)]
    made = [(row, round(row["number"] / before["number"], 2)) for row in inside(patient, episode, after)]
    return [Fact(status_by(times >= limit, True), row["time"], place_of(row), times) for row, times in made]


def is_exact(row):
    span = span_of_row(row)
    return span.low == span.high


def b_cd4_depletion(patient, episode):
    days = {}
    for row in inside(patient, episode, patient.coded("b_cells_percent", "cd4_percent")):
        days.setdefault(row["time"].date(), {})[row["concept"]] = row
    return choose([fact_of_day(**day) for day in days.values()])


def fact_of_day(b_cells_percent=None, cd4_percent=None):
    pairs = [(b_cells_percent, WORKUP["b_below"]), (cd4_percent, WORKUP["cd4_below"])]
    there = [(span_of_row(row), limit) for row, limit in pairs if row]
    depleted = len(there) == 2 and all(lies_below(*one) for one in there)
    status = status_by(depleted, any(lies_from(*one) for one in there))
    row = b_cells_percent or cd4_percent
    return Fact(status, row["time"], place_of(row), row["number"], row["comparator_read"], "%")


# --- marrow, complement, antibodies ----------------------------------------------------------------------------------------


def line_of_blood(analyte):
    def find(patient, episode):
        facts = word_facts(patient, episode, f"{analyte}_finding", ["low"], ["normal"])
        for result in inside(patient, episode, patient.of(analyte)):
            lln = result["limits"][0]
            low_below = WORKUP["low_below"][analyte] if lln is None else lln
            normal_from = WORKUP["normal_from"][analyte] if lln is None else lln
            low, normal = all_below(*result["said"], low_below), all_at_or_above(*result["said"], normal_from)
            fact = fact_of_count(status_by(low, normal), result)
            facts.append(replace(fact, words=NO_LIMIT) if lln is None and fact.status == "unknown" else fact)
        return choose(facts)

    return find


def words(concept, supports, against):
    return lambda patient, episode: choose(word_facts(patient, episode, concept, supports, against))


# --- benign, late autoimmunity -------------------------------------------------------------------------------------------


def earlier_counts(patient, episode):
    """Counts from before the course; one high count goes before all else (item 20)."""
    start = patient.course_start(episode["course"])
    before = [anc for anc in patient.of("anc") if start and anc["time"] < start]
    high = [anc for anc in before if side_of(anc, patient.rules) == "high"]
    if high:
        return fact_of_count("against", high[-1])
    low = [anc for anc in before if side_of(anc, patient.rules) == "low"]
    all_mild = all(all_at_or_above(*anc["said"], Fraction(WORKUP["benign_from"])) for anc in low)
    if all_mild and len(low) >= WORKUP["benign_results"]:
        return fact_of_count("supports", low[-1])
    return None


def timing(patient, episode):
    after, by = episode["onset_after_day"], episode["onset_by_day"]
    if by is None:
        return None
    if after is not None and after >= WORKUP["late_day"]:
        return Fact("supports", episode["onset_after_time"], (), Fraction(after), None, "d")
    if by <= WORKUP["late_day"]:
        return Fact("against", episode["onset_by_time"], (), Fraction(by), None, "d")
    return None


ITEMS = {
    "repeat_smear": repeat_smear,
    "other_drugs": other_drugs,
    "infection": infection,
    "lgl_smear": lgl_smear,
    "lgl_absolute": absolute("lgl_percent"),
    "nk_absolute": absolute("nk_percent", "nk"),
    "cd8_absolute": absolute("cd8_percent", "cd8"),
    "nk_fold": fold("nk_fold", "nk_percent"),
    "cd8_fold": fold("cd8_fold", "cd8_percent"),
    "b_cd4_depletion": b_cd4_depletion,
    "hemoglobin": line_of_blood("hemoglobin"),
    "platelets": line_of_blood("platelets"),
    "complement": words("complement", ["consumed", "low"], ["normal"]),
    "antineutrophil_antibodies": words("antineutrophil_antibodies", YES, []),
    "earlier_counts": earlier_counts,
    "timing": timing,
}
