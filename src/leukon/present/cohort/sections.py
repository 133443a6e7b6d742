"""The sections of a cohort's page: what each says, shows and lists. Estimates come ready; nothing is calculated."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from leukon.cohort.estimates import Cohort
from leukon.present.cohort.adherence_plot import draw_adherence
from leukon.present.cohort.dots_plot import draw_dots
from leukon.present.cohort.figures import (
    say_course,
    say_days,
    say_grades,
    say_limit,
    say_missing,
    say_number,
    say_rate,
    say_share,
)
from leukon.present.cohort.immune_plot import draw_immune
from leukon.present.cohort.lanes_plot import draw_lanes
from leukon.present.cohort.literature import make_literature
from leukon.present.cohort.onset_plot import draw_onset
from leukon.present.cohort.recovery_plot import draw_recovery
from leukon.present.cohort.section import Flow, Listing, Picture, Section
from leukon.present.timeline.marks import Row, Spec

WINDOWS = {
    "months_3": "first 3 months",
    "year_1": "year 1",
    "year_2": "year 2",
    "later": "later",
    "course": "whole course",
}
REASONS = {
    "never_tested": "no ANC in the course: not observable",
    "not_observed": "an ANC, but none that makes a day at risk",
    "low_before": "low before the course",
    "no_baseline": "no ANC before the course",
    "old_baseline": "last ANC more than 90 days before",
}
STATES = {"none": "nothing given so far", "corticosteroid": "corticosteroid", "g_csf": "G-CSF"}
_COURSES = 3
"""So many courses have pictures; the tables hold all."""


def make_sections(cohort: Cohort) -> list[Section]:
    """All sections in the order in which they are read."""
    rows = {name: table.to_pylist() for name, table in cohort.tables.items()}
    main = f"<{cohort.protocol.episode.below:g}"
    return [
        _flow(rows, main),
        _incidence(rows, main),
        make_literature(rows["incidence"]),
        _onset(rows, main),
        _episodes(rows),
        _responses(rows),
        _adherence(rows),
        _immune(rows),
    ]


Tables = dict[str, list[Row]]


def _of(rows: Sequence[Row], **keys: Any) -> list[Row]:
    return [row for row in rows if all(row[name] == value for name, value in keys.items())]


def _courses(rows: Sequence[Row]) -> Iterator[tuple[str, int]]:
    """Drug and number of the courses that are drawn, in order."""
    met = sorted({(row["drug"], row["course"]) for row in rows if row["drug"] and row["course"]})
    yield from [(drug, course) for drug, course in met if course <= _COURSES]


def _flow(tables: Tables, main: str) -> Section:
    flows = []
    for row in _of(tables["flow"], limit=main):
        left_out = [(said, say_number(row[name])) for name, said in REASONS.items() if row[name] != 0]
        if row["course"]:
            title = f"{row['drug'].capitalize()}, {say_course(row['course'])}"
            flows.append(Flow(title, say_number(row["persons"]), left_out, say_number(row["at_risk"])))
    lead = (
        f"Who can be seen to fall to {say_limit(main)}, and who cannot. Only persons at risk are in the incidence; "
        "the others are counted here and nowhere taken for well."
    )
    return Section("Who was looked at", lead, flows=flows)


def _incidence(tables: Tables, main: str) -> Section:
    pictures: list[Picture] = []
    listings: list[Listing] = []
    for drug, course in _courses(tables["incidence"]):
        shown = [row for row in _of(tables["incidence"], drug=drug, course=course) if row["followed"] != 0]
        pictures.append(partial(_draw_shares, shown, f"{drug.capitalize()}, {say_course(course)}", main))
        rows = [
            (
                f"{say_limit(row['limit'])}, {WINDOWS[row['window']]}",
                f"{say_number(row['with_event'])} of {say_number(row['persons'])}",
                say_share(row),
                say_number(row["events"]),
                say_rate(row),
                say_grades(row),
            )
            for row in shown
        ]
        remark = (
            "Persons, events and time at risk are three things: a person may have several events. Intervals are exact "
            "(Clopper-Pearson; Garwood). Windows overlap: the first 3 months lie in year 1."
        )
        columns = ("Limit and window", "Persons", "Share of persons", "Events", "Events in 100 person-years", "Grade")
        listings.append(Listing(f"{drug.capitalize()}, {say_course(course)}", columns, rows, remark))
        listings.append(_watch(tables, drug, course))
    lead = (
        "How often, among persons at risk, and how well anybody looked: a rate without the number of tests behind it "
        "says little. Tests on days with symptoms are marked where symptoms were recorded; the others are not known "
        "to be routine."
    )
    return Section("How often", lead, pictures, listings)


def _draw_shares(rows: Sequence[Row], whose: str, main: str, width: int) -> Spec:
    dots = [
        {
            "label": f"{say_limit(row['limit'])}, {WINDOWS[row['window']]}",
            "value": _percent(row["proportion"]),
            "low": _percent(row["proportion_low"]),
            "high": _percent(row["proportion_high"]),
            "numbers": f"{say_number(row['with_event'])} of {say_number(row['persons'])}",
        }
        for row in rows
        if row["limit"] in (main, "<1", "<=0.5") and row["window"] in ("year_1", "year_2")
    ]
    note = "Persons at risk with at least one such count; exact 95 % intervals."
    return draw_dots(dots, f"{whose}: share of persons", note, "per cent of persons at risk", width=width)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _watch(tables: Tables, drug: str, course: int) -> Listing:
    rows = [
        (
            WINDOWS[row["window"]],
            say_number(row["persons"]),
            say_number(row["never_tested"]),
            say_missing(row) if row["tests_per_30_days"] is None else f"{row['tests_per_30_days']:.2f}",
            say_number(row["tests_with_symptoms"]),
            say_missing(row) if row["unseen_share"] is None else f"{100 * row['unseen_share']:.0f} %",
        )
        for row in _of(tables["watch"], drug=drug, course=course)
    ]
    columns = (
        "Window", "Persons followed", "Never tested", "Tests in 30 days", "Tests with symptoms", "5-day episode unseen"
    )  # fmt: skip
    remark = "Last column: share of the time in which an episode of 5 days could begin and end between two tests."
    return Listing(f"How well anybody looked: {say_course(course)}", columns, rows, remark)


def _onset(tables: Tables, main: str) -> Section:
    pictures: list[Picture] = []
    for drug, course in _courses(tables["onset_fits"]):
        for limit in dict.fromkeys((main, "<1")):
            curves = _of(tables["onset_curves"], drug=drug, course=course, limit=limit)
            days = _of(tables["onset_days"], drug=drug, course=course, limit=limit)
            heading = f"First {say_limit(limit)} after {say_course(course)} of {drug}"
            if any(row["ended"] for row in curves if row["cause"] == "onset"):
                pictures.append(lambda width, c=curves, d=days, h=heading: draw_onset(c, d, h, width=width))
    lead = (
        "A low count is seen when somebody looks, not when it begins. The naive curve dates an episode by the count "
        "that showed it; the orange one says only what the counts say: it began after the last normal count."
    )
    return Section("How soon", lead, pictures=pictures)


def _episodes(tables: Tables) -> Section:
    pictures: list[Picture] = []
    for drug, course in _courses(tables.get("lanes", ())):
        lanes = _of(tables["lanes"], drug=drug, course=course)
        title = f"Episodes after {say_course(course)} of {drug}"
        pictures.append(lambda width, r=lanes, h=title: draw_lanes(r, h, width=width))
    for drug, course in _courses(tables["recovery_curves"]):
        curves = _of(tables["recovery_curves"], drug=drug, course=course)
        heading = f"Recovery of episodes after {say_course(course)} of {drug}"
        pictures.append(lambda width, c=curves, h=heading: draw_recovery(c, h, width=width))
    durations = [
        (
            f"{row['dating']}, {say_course(row['course'])}",
            say_number(row["episodes"]),
            say_number(row["recovered"]),
            say_number(row["ongoing"]),
            say_days(row),
        )
        for row in tables["durations"]
        if row["drug"]
    ]
    below = [
        (
            f"{say_limit(row['limit'])}, {say_course(row['course'])}",
            say_number(row["episodes"]),
            _say_quartiles(row, "least"),
            _say_quartiles(row, "most"),
        )
        for row in tables["time_below"]
        if row["drug"]
    ]
    lead = (
        "How deep and how long. Nobody saw the first or the last low day: the least and the most that the counts allow "
        "stand beside what was observed."
        + ("" if "lanes" in tables else " Lanes of single episodes are drawn only where small numbers may be shown.")
    )
    return Section(
        "The course of episodes",
        lead,
        pictures,
        (
            Listing("Duration", ("Dating", "Episodes", "Recovered", "Open", "Median [95 % interval]"), durations),
            Listing(
                "Time below a limit, of episodes that ended",
                ("Limit", "Episodes", "Least days: median (quartiles)", "Most days: median (quartiles)"),
                below,
                "Least: days between neighbouring counts that are both beyond the limit. Nothing is interpolated.",
            ),
        ),
    )


def _say_quartiles(row: Row, name: str) -> str:
    low, median, high = (row[f"{name}_{part}"] for part in ("quarter", "median", "three_quarters"))
    return say_missing(row) if median is None else f"{median:.0f} ({low:.0f} to {high:.0f})"


def _responses(tables: Tables) -> Section:
    rows = [row for row in tables["response_rates"] if row["drug"] and row["course"] is None]
    dots = [
        {
            "label": _say_state(row["state"]),
            "value": row["rate"],
            "low": row["rate_low"],
            "high": row["rate_high"],
            "numbers": f"{say_number(row['recoveries'])} recoveries in {say_number(row['days'])} days",
        }
        for row in rows
    ]
    heading = "Recoveries for each day of an episode, by what had been given so far"
    note = "Seen, not caused: who was treated differed from who was not, and nobody was assigned."
    listing = Listing(
        "Episodes by what had been given so far",
        ("Given so far", "Episodes", "Persons", "Recoveries", "Days", "Recoveries per day [95 % interval]", "Remark"),
        [
            (
                _say_state(row["state"]),
                say_number(row["episodes"]),
                say_number(row["persons"]),
                say_number(row["recoveries"]),
                say_number(row["days"]),
                say_rate(row, digits=3),
                row["note"] or "–",
            )
            for row in rows
        ],
        "An episode counts as untreated until its first treatment and as treated from then on: whoever recovers early "
        "cannot be treated late, and to call the whole episode treated would make treatment look slow or fast by "
        "arithmetic alone.",
    )
    lead = (
        "What was seen after treatments, not what they did. Treatment is given to those who are worse; without a "
        "comparison that was planned, nothing here says that a treatment helps or harms."
    )
    picture = partial(draw_dots, dots, heading, note, "recoveries per day")
    return Section("Recovery by treatment", lead, [lambda width: picture(width=width)], [listing])


def _say_state(state: str) -> str:
    return " and ".join(STATES.get(part, part.replace("_", " ")) for part in state.split("+"))


def _adherence(tables: Tables) -> Section:
    pictures: list[Picture] = []
    for drug, course in _courses(tables["adherence"]):
        rows = _of(tables["adherence"], drug=drug, course=course)
        heading = f"Planned tests of {say_course(course)} of {drug}"
        pictures.append(lambda width, r=rows, h=heading: draw_adherence(r, h, width=width))
    phases = [
        (
            f"{row['test']}, {row['phase']}, {say_course(row['course'])}",
            say_number(row["slots"]),
            say_share(row, "done_share"),
            say_share(row, "missed_share"),
        )
        for row in tables["phases"]
        if row["slots"] != 0
    ]
    gaps = [
        (
            f"{say_course(row['course'])}, episodes of {row['episode_days']} days",
            say_number(row["tested"]),
            say_missing(row) if row["longest_median_days"] is None else f"{row['longest_median_days']} days",
            say_missing(row) if row["unseen_share"] is None else f"{100 * row['unseen_share']:.0f} %",
        )
        for row in tables["gaps"]
    ]
    lead = "Which planned tests came back. A result that was not received may have been drawn elsewhere."
    return Section(
        "Planned tests",
        lead,
        pictures,
        (
            Listing("By phase", ("Test", "Slots", "Done in time", "No result received"), phases),
            Listing(
                "What could have been seen",
                ("Course", "Persons tested", "Longest gap: median", "Time in which it would go unseen"),
                gaps,
            ),
        ),
    )


def _immune(tables: Tables) -> Section:
    pictures: list[Picture] = []
    for drug, course in _courses(tables["phenotypes"]):
        rows = _of(tables["phenotypes"], drug=drug, course=course)
        heading = f"Immune cells after {say_course(course)} of {drug}"
        if any(row["median_low"] is not None for row in rows):
            pictures.append(lambda width, r=rows, h=heading: draw_immune(r, h, width=width))
    lgl = [
        (
            f"{_say_period(row)}, {say_course(row['course'])}",
            say_number(row["persons"]),
            say_missing(row)
            if row["median"] is None
            else f"{row['median']:.0f} % ({row['quarter']:.0f} to {row['three_quarters']:.0f})",
        )
        for row in tables["lgl"]
        if row["course"]
    ]
    lead = "Each person against themselves: the last value before the course is 100 per cent."
    said = "Large granular lymphocytes in per cent of the lymphocytes: median (quartiles)"
    listings = [Listing(said, ("Period", "Persons", "Share"), lgl)] if lgl else []
    if not pictures and not lgl:
        lead = "No subset of lymphocytes was received both before and after a course."
    return Section("Immune reconstitution", lead, pictures, listings)


def _say_period(row: Row) -> str:
    return f"day {row['from_day']} {'on' if row['to_day'] is None else 'to ' + str(row['to_day'])}"
