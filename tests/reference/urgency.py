"""Findings about neutrophils and white cells (decision 11, items 22 to 26 and 33).

A finding is a dict of the contract's columns (without the next steps), and `said`, `about` and `from_white_cells` for
the gates of the steps. What is judged as a neutrophil count is a dict too: `said`, `time`, `from_white_cells`.
"""

from fractions import Fraction

from .facts import fever_of, infection_of, is_below, is_up_to, last
from .monitor import as_float, side_of
from .rules import URGENCY
from .values import all_at_or_above, all_below, lowness
from .workup import earlier_counts, end_of

CELLS = "10^9/L"


def finding(patient, name, urgency, since, said=None, unit=None, when=None, **more):
    number, comparator = said or (None, None)
    return {
        "subject_id": patient.subject_id,
        "episode": None,
        "finding": name,
        "urgency": urgency,
        "since_time": since,
        "comparator": comparator,
        "value": as_float(number),
        "unit": unit,
        "value_time": when,
        "fever": fever_of(patient),
        "preliminary": False,
        "said": said,
        "about": None,
        "from_white_cells": False,
    } | more


# --- the band of a neutrophil count -------------------------------------------------------------------------------------


def band(said, fever, stays_soon):
    """(finding, urgency) of a count below 1.5."""
    act = is_below(said, URGENCY["anc_act_below"])
    if is_up_to(said, URGENCY["anc_emergency_up_to"]) or (act and fever == "yes"):
        return "anc_emergency", "emergency"
    if is_up_to(said, URGENCY["anc_same_day_up_to"]) or (act and fever == "unknown"):
        return "anc_same_day", "same_day"
    return "anc_low", "soon" if act or stays_soon or fever == "yes" else "routine"


def row_of_band(patient, judged, since, stays_soon, **more):
    name, urgency = band(judged["said"], fever_of(patient), stays_soon)
    more |= {"about": "anc", "from_white_cells": judged["from_white_cells"]}
    return finding(patient, name, urgency, since, judged["said"], CELLS, judged["time"], **more)


def as_neutrophils(count):
    return {"said": count["said"], "time": count["time"], "from_white_cells": False}


def too_few_white_cells(patient):
    """The latest WBC below 1.0, unless one after it may leave room for neutrophils."""
    found = None
    for wbc in patient.of("wbc"):
        if all_below(*wbc["said"], Fraction(URGENCY["wbc_below"])):
            found = wbc
        elif all_at_or_above(*wbc["said"], Fraction(patient.rules["episode_below"])):
            found = None
    return found


def as_bound_of_neutrophils(wbc, patient, preliminary_anc=None):
    """A WBC below 1.0 later than the last decided ANC: the ANC is at most that. None if it says nothing."""
    decided = preliminary_anc or patient.latest_decided_anc()
    says_something = (
        wbc
        and all_below(*wbc["said"], Fraction(URGENCY["wbc_below"]))
        and (not decided or wbc["time"] > decided["time"])
    )
    if not says_something:
        return None
    number, comparator = wbc["said"]
    return {"said": (number, comparator or "<="), "time": wbc["time"], "from_white_cells": True}


# --- rows of neutrophils ----------------------------------------------------------------------------------------------


def anc_rows(patient):
    """The ANC row of the last episode, unless it is over; else that of a WBC without differential, if there is one."""
    wbc = as_bound_of_neutrophils(too_few_white_cells(patient), patient)
    episode = open_episode(patient)
    if episode:
        return [row_of_episode(patient, episode, wbc)]
    return [row_of_band(patient, wbc, wbc["time"], True)] if wbc else []


def open_episode(patient):
    """The last episode, if it is open, or was carried over and no later count is high or low (item 23)."""
    episode = last(patient.episodes)
    if episode and (episode["status"] in ("ongoing", "recovering") or is_still_low(patient, episode)):
        return episode
    return None


def is_still_low(patient, episode):
    """Carried over by a dose, which does not mend a low count, and no count since."""
    decided, start = patient.latest_decided_anc(), end_of(patient, episode)
    is_low = side_of(decided, patient.rules) == "low" and decided["time"] < start
    return episode["status"] == "carried_over" and is_low


def row_of_episode(patient, episode, wbc):
    decided, onset = patient.latest_decided_anc(), episode["onset_by_time"]
    of_wbc = wbc and (episode["status"] == "recovering" or limits_more(wbc["said"], decided["said"]))
    if of_wbc:
        return row_of_band(patient, wbc, onset, True, episode=episode["episode"])
    if episode["status"] == "recovering":
        return row_of_recovery(patient, episode, decided)
    benign = earlier_counts(patient, episode)
    is_benign = benign and benign.status == "supports"
    stays_soon = patient.age(onset) <= URGENCY["soon_days"] and not is_benign
    stays_soon = stays_soon or was_severe(episode) or infection_of(patient) == "yes"
    return row_of_band(patient, as_neutrophils(decided), onset, stays_soon, episode=episode["episode"])


def limits_more(said, other):
    """Whether it is the lower of the two: of one number `<` is lower than the number itself."""
    return (said[0], said[1] != "<") < (other[0], other[1] != "<")


def was_severe(episode):
    return is_below((Fraction(repr(episode["nadir"])), episode["nadir_comparator"]), URGENCY["anc_act_below"])


def row_of_recovery(patient, episode, decided):
    soon = was_severe(episode) or "yes" in (fever_of(patient), infection_of(patient))
    more = {"episode": episode["episode"], "about": "anc"}
    since, urgency = episode["onset_by_time"], "soon" if soon else "routine"
    return finding(patient, "anc_recovering", urgency, since, decided["said"], CELLS, decided["time"], **more)


def preliminary_anc_rows(patient):
    """Of a preliminary ANC and of a preliminary WBC, later than the final ones, as if each were final."""
    anc, wbc = (latest_preliminary(patient, analyte) for analyte in ("anc", "wbc"))
    side = side_of(anc, patient.rules) if anc else "undecided"
    bound = as_bound_of_neutrophils(wbc, patient, anc if side != "undecided" else None)
    judged = [as_neutrophils(anc) if side == "low" else None, bound]
    return [row_of_band(patient, one, one["time"], True, preliminary=True) for one in judged if one]


def latest_preliminary(patient, analyte):
    """The latest preliminary row, as a result, if it is later than every final one."""
    final = patient.latest(analyte)
    rows = [
        row for row in patient.preliminary if row["concept"] == analyte and (not final or row["time"] > final["time"])
    ]
    return max(rows, key=lambda row: (row["time"], *(-part for part in lowness(*row["said"]))), default=None)


def fever_not_known(rows, patient):
    """Beside the lowest of the ANC rows below 1.0, while nothing is known of fever."""
    low = [
        row for row in rows if row["finding"] != "anc_recovering" and is_below(row["said"], URGENCY["anc_act_below"])
    ]
    if fever_of(patient) != "unknown" or not low:
        return []
    row = min(low, key=lambda row: (*lowness(*row["said"]), row["preliminary"], row["since_time"]))
    return [row | {"finding": "fever_not_known", "urgency": "same_day"}]


def over_rows(patient):
    over = [episode for episode in patient.episodes if episode["status"] in ("recovered", "carried_over")]
    return [over_row(patient, episode) for episode in over]


def over_row(patient, episode):
    nadir = {"comparator": episode["nadir_comparator"], "value": episode["nadir"], "episode": episode["episode"]}
    since, when = end_of(patient, episode), episode["nadir_time"]
    return finding(patient, "episode_over", "routine", since, unit=CELLS, when=when, **nadir)
