"""Findings about all but the band of the neutrophils (decision 11, items 27 to 32, 34 and 35)."""

from datetime import datetime, time, timedelta
from fractions import Fraction

from .facts import YES, anc_band, is_above, is_at_least, is_below, last, lowest, word_of
from .monitor import days_between, side_of
from .rules import G_CSF, URGENCY
from .schedule import find_slots
from .urgency import CELLS, finding, latest_preliminary, open_episode

LOW_PLATELETS, LOW_HEMOGLOBIN = URGENCY["platelets_low_below"], URGENCY["hemoglobin_low_below"]


def about(patient, name, urgency, result, **more):
    """A finding whose fact is one result."""
    when, more = result["time"], {"about": result["analyte"]} | more
    return finding(patient, name, urgency, when, result["said"], result["unit"], when, **more)


# --- platelets and haemoglobin ------------------------------------------------------------------------------------------


def platelet_rows(patient):
    platelets, preliminary = patient.of("platelets"), latest_preliminary(patient, "platelets")
    rows = []
    if platelets and is_below(platelets[-1]["said"], LOW_PLATELETS):
        rows.append(low_platelets(patient, platelets[-1], first_of_low(platelets)["time"]))
    if preliminary and is_below(preliminary["said"], LOW_PLATELETS):
        rows.append(low_platelets(patient, preliminary, preliminary["time"], preliminary=True))
    return rows


def low_platelets(patient, count, since, **more):
    bleeding = patient.has_lately("bleeding", URGENCY["bleeding_days"], YES)
    emergency = bleeding or is_below(count["said"], URGENCY["platelets_emergency_below"])
    name = "platelets_emergency" if emergency else "platelets_same_day"
    more["about"] = "platelets"
    return finding(patient, name, name.removeprefix("platelets_"), since, count["said"], CELLS, count["time"], **more)


def first_of_low(platelets):
    """The first low count after the last one that is clearly not low."""
    for place in range(len(platelets) - 1, -1, -1):
        if is_at_least(platelets[place]["said"], Fraction(LOW_PLATELETS)):
            platelets = platelets[place + 1 :]
            break
    return next(count for count in platelets if is_below(count["said"], LOW_PLATELETS))


def fall_rows(patient):
    halved = falls(patient, "platelets", lambda before, now: now >= Fraction(LOW_PLATELETS) and 2 * now <= before)
    fell = falls(patient, "hemoglobin", lambda before, now: before - now >= Fraction(URGENCY["hemoglobin_fall"]))
    return [about(patient, "platelets_fall", "soon", count) for count in halved] + [
        about(patient, "hemoglobin_fall", "soon", count) for count in fell
    ]


def falls(patient, analyte, is_fall):
    """The latest count in a list, if it fell from the baseline or from the count just before it; all of them exact."""
    counts = patient.of(analyte)
    before = [patient.baseline(analyte), *counts[-2:-1]]
    fell = any(
        is_exact(one) and is_exact(counts[-1]) and is_fall(one["said"][0], counts[-1]["said"][0]) for one in before
    )
    return counts[-1:] if fell else []


def is_exact(result):
    return result is not None and result["said"][1] is None


def two_lines(patient, anc_row):
    decided = patient.latest_decided_anc()
    decided = decided["time"] if decided and side_of(decided, patient.rules) == "low" else None
    of_row = anc_row and anc_row["finding"] != "anc_recovering"
    times = [anc_row["value_time"] if of_row else decided]
    for analyte, limit in [("platelets", LOW_PLATELETS), ("hemoglobin", LOW_HEMOGLOBIN)]:
        latest = patient.latest(analyte)
        times.append(latest["time"] if latest and is_below(latest["said"], limit) else None)
    times = [when for when in times if when]
    if len(times) < 2:
        return []
    return [finding(patient, "two_lines_low", "same_day", max(times), (len(times), None), "lines", max(times))]


# --- kidney, liver, thyroid -----------------------------------------------------------------------------------------------


def renal_rows(patient):
    found = [risen_creatinine(patient)]
    found.append(
        first_that(patient, "urine_protein_creatinine", lambda count: Fraction(URGENCY["protein_creatinine_above"]))
    )
    found.append(
        first_that(patient, "urine_rbc", lambda count: upper_limit(count, Fraction(URGENCY["urine_rbc_above"])))
    )
    rows = [about(patient, "renal", "same_day", result) for result in found if result]
    urinalysis = last(patient.coded("urinalysis"))
    if urinalysis and word_of(urinalysis) in YES:
        rows.append(finding(patient, "renal", "same_day", urinalysis["time"], when=urinalysis["time"]))
    return rows


def first_that(patient, analyte, limit_of):
    """The highest result of the latest time, if it is above its limit."""
    results = patient.of_latest_time(analyte)
    return next((count for count in results if is_above(count["said"], limit_of(count))), None)


def risen_creatinine(patient):
    """The highest creatinine of the latest time that is above a baseline by more than the share; all of them exact."""
    baselines = [patient.baseline("creatinine"), patient.first_baseline("creatinine")]
    for now in filter(is_exact, patient.of_latest_time("creatinine")):
        for before in filter(is_exact, baselines):
            value, base = (round(one["said"][0], 6) for one in (now, before))
            if value > base * Fraction(URGENCY["creatinine_times"]):
                return now
    return None


def upper_limit(result, without):
    return without if result["limits"][1] is None else result["limits"][1]


def liver_and_thyroid_rows(patient):
    liver = [first_high_enzyme(patient, analyte) for analyte in ("alt", "ast")]
    tsh = next(filter(is_out_of_range, patient.of_latest_time("tsh")), None)
    rows = [about(patient, "liver", "same_day", enzyme) for enzyme in liver if enzyme]
    return rows + ([about(patient, "thyroid", "soon", tsh)] if tsh else [])


def first_high_enzyme(patient, analyte):
    for enzyme in patient.of_latest_time(analyte):
        uln = enzyme["limits"][1]
        if uln is not None and is_at_least(enzyme["said"], uln * URGENCY["liver_times_uln"]):
            return enzyme
    return None


def is_out_of_range(result):
    lln, uln = result["limits"]
    return (lln is not None and is_below(result["said"], lln)) or (uln is not None and is_above(result["said"], uln))


# --- silence and doubt -------------------------------------------------------------------------------------------------------


def silence_rows(patient):
    """`no_recent_anc`: longer without an ANC than the schedule, or else an open episode, allows."""
    slot, anc = slot_in_force(patient), patient.latest("anc")
    is_open = open_episode(patient) is not None
    allowed = slot["every"] + slot["tolerance"] if slot else URGENCY["silence_days"] if is_open else None
    if allowed is None:
        return []
    if not anc:
        return [finding(patient, "no_recent_anc", "soon", patient.courses[-1]["start_time"], unit="d", about="anc")]
    days, when = patient.age(anc["time"]), anc["time"]
    return (
        [finding(patient, "no_recent_anc", "soon", when, (days, None), "d", when, about="anc")]
        if days > allowed
        else []
    )


def slot_in_force(patient):
    """The first blood count after the baseline that opens after the day of the last ANC; None once the schedule ended."""
    if not patient.courses:
        return None
    course, anc = patient.courses[-1], patient.latest("anc")
    phases = patient.rules["schedules"][patient.schedule]["first" if course["course"] == 1 else "later"]
    end_day = end_day_of(patient, course)
    if patient.age(course["start_time"]) > end_day:
        return None
    for slot in find_slots(phases, end_day, None):
        if slot["phase"] != "baseline" and slot["test"] == "cbc":
            opens = slot["due_day"] - slot["tolerance"]
            if not anc or opens > days_between(course["start_time"], anc["time"]):
                return slot
    return None


def end_day_of(patient, course):
    return days_between(course["start_time"], course["last_dose_time"]) + patient.rules["end_days_after_last_dose"]


def doubt_rows(patient):
    rows = []
    for analyte in URGENCY["doubt_analytes"]:
        latest, refused = patient.latest(analyte), latest_refused(patient, analyte)
        if refused:
            when = refused["time"]
            rows.append(finding(patient, "verify_now", "soon", when, when=when, about=analyte))
        elif latest and (is_undecided_anc(latest, patient) or changed_tenfold(latest, patient)):
            rows.append(about(patient, "verify_now", "soon", latest))
    return rows


def latest_refused(patient, analyte):
    """An implausible row, or one without a known unit, later than every usable one."""
    latest = patient.latest(analyte)
    times = [
        row for row in patient.refused if row["concept"] == analyte and (not latest or row["time"] > latest["time"])
    ]
    return max(times, key=lambda row: row["time"], default=None)


def is_undecided_anc(latest, patient):
    return latest["analyte"] == "anc" and side_of(latest, patient.rules) == "undecided"


def changed_tenfold(latest, patient):
    """Against any exact count of the 30 days before; after G-CSF a rise of neutrophils or white cells is none."""
    before = [
        count
        for count in patient.of(latest["analyte"])[:-1]
        if is_exact(count) and days_between(count["time"], latest["time"]) <= URGENCY["doubt_days"]
    ]
    return is_exact(latest) and any(is_tenfold(count, latest, patient) for count in before)


def is_tenfold(count, latest, patient):
    before, now, times = count["said"][0], latest["said"][0], URGENCY["doubt_times"]
    if before > now:
        return now * times <= before
    explained = latest["analyte"] in ("anc", "wbc") and g_csf_between(count["time"], latest["time"], patient)
    return now > before and now >= before * times and not explained


def g_csf_between(earlier, later, patient):
    doses = [dose["time"] for dose in patient.doses if dose["concept"] in G_CSF]
    return any(earlier.date() <= given.date() and given <= later for given in doses)


def disagreement_rows(patient):
    """A derived count that was not used, in another band than the measured ANC of its sample."""
    anc = patient.latest("anc")
    others = [
        (count["number"], count["comparator_read"])
        for count in patient.not_used
        if anc and count["time"] == anc["time"] and is_in_another_band(count)
    ]
    if not others:
        return []
    said, when = lowest(others), anc["time"]
    return [finding(patient, "anc_disagreement", "soon", when, said, CELLS, when, about="anc")]


def is_in_another_band(count):
    measured = lowest((anc["number"], anc["comparator_read"]) for anc in count["beside"])
    return anc_band(measured) != anc_band((count["number"], count["comparator_read"]))


# --- the schedule ------------------------------------------------------------------------------------------------------------


def slot_rows(patient):
    groups = {}
    for slot in patient.slots:
        if slot["status"] in ("due", "overdue", "missed"):
            groups.setdefault((slot["status"], slot["test"]), []).append(slot["due_time"])
    return [
        finding(
            patient,
            f"test_{status}",
            "routine",
            min(due),
            (len(due), None),
            "slots",
            next_steps=f"{test}@{source_of(test, patient)}",
        )
        for (status, test), due in groups.items()
    ]


def source_of(test, patient):
    """That of the first phase that plans the test; of the baseline only if there is no other."""
    schedules = patient.words["schedules"]
    own = schedules[patient.schedule]
    phases = own["phases"] + (schedules[own["based_on"]]["phases"] if "based_on" in own else [])
    phases = sorted(phases, key=lambda phase: phase["phase"] == "baseline")
    return next(phase["source"] for phase in phases if test in phase["tests"])


def end_rows(patient):
    if not patient.courses:
        return []
    course = patient.courses[-1]
    end = datetime.combine(course["start_time"].date(), time.min) + timedelta(days=end_day_of(patient, course))
    over = patient.age(end) > 0
    return [finding(patient, "label_monitoring_ended", "routine", end)] if over else []
