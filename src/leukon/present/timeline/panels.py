"""The panels of counts: ANC with its bands, WBC and story; and the small ones of lymphocytes and platelets."""

from collections.abc import Mapping, Sequence

from leukon.knowledge.protocol import Protocol
from leukon.present.patient import Patient
from leukon.present.timeline.counts import GAP_DAYS, bands_of, draw_bands, draw_lln, draw_series, wish_values
from leukon.present.timeline.frame import Frame, Scale, make_ladder
from leukon.present.timeline.labels import Box, Placed, Wish, along, around, place, text_width
from leukon.present.timeline.marks import (
    BLUE,
    GREEN,
    INK,
    PURPLE,
    QUIET,
    Panel,
    Row,
    Spec,
    as_of_line,
    layered,
    make_panel,
    mark,
    words,
)
from leukon.present.timeline.story import draw_story, head_height

_UNIT = "10^9/L"
_SMALL = {"lymphocytes": ("Lymphocytes", "lymphocyte", GREEN), "platelets": ("Platelets", "platelet", PURPLE)}
_RING = {
    "type": "point",
    "shape": "circle",
    "size": 210,
    "stroke": INK,
    "strokeWidth": 1.6,
    "filled": False,
    "opacity": 1,
}


def of_analyte(patient: Patient, analyte: str) -> list[Row]:
    """The patient's results of one analyte."""
    return [row for row in patient.results if row["analyte"] == analyte]


def platelets_matter(patient: Patient) -> bool:
    """Are platelets drawn? If a count is below 100, one is half an earlier one or less, or a finding names them.

    A count that may be below 100 (`<150`) is one. A normal coded finding alone is none.
    """
    highest = 0.0
    for row in of_analyte(patient, "platelets"):
        may_be_low = row["value"] < 100 or (row["comparator"] or "").startswith("<")
        if may_be_low or row["value"] <= 0.5 * highest:
            return True
        highest = max(highest, row["value"])
    named = any("platelets" in str(value) for row in patient.findings for value in row.values())
    coded = any(f["finding"] == "platelets_finding" and f["word"] not in ("normal", "no") for f in patient.facts)
    return named or coded


def draw_anc(patient: Patient, protocol: Protocol, frame: Frame, scale: Scale, note: str) -> Spec:
    """ANC in its bands, WBC quietly behind it, the nadirs ringed, and what happened above."""
    anc, wbc, rule = of_analyte(patient, "anc"), of_analyte(patient, "wbc"), protocol.episode
    head, bands = head_height(patient), bands_of(protocol)
    values = [row[of] for row in (*anc, *wbc) for of in ("value", "lln") if row[of] is not None]
    ladder = make_ladder(scale, values, 2 * max(bands.edges), (200 if frame.is_narrow else 250) + head, head)
    panel = make_panel(frame, ladder, edges=bands.edges, dated=True)
    drawn = (
        draw_bands(panel, bands, worded=bool(anc) or not frame.is_narrow)
        + as_of_line(panel, "anc")
        + draw_lln(panel, "anc", anc, "ANC")
    )
    drawn += draw_series(panel, "wbc", "WBC", wbc, QUIET) + draw_series(panel, "anc", "ANC", anc, BLUE, rule=rule)
    drawn += mark(panel, "nadir", _RING | {"size": 110 if frame.is_narrow else 190}, _nadirs(panel, patient, anc))
    tops = {frame.day(row["time"]): ladder.px(ladder.rung(row["value"])) for row in anc}
    story, arrows = draw_story(panel, patient, rule, tops)
    drawn += story + _draw_values(panel, patient, protocol, arrows)
    drawn += [] if anc else _say(panel, "anc_nothing", "no neutrophil count received")
    said = f"ANC{' and WBC' if wbc else ''}, {_UNIT}, {scale}{'' if frame.is_narrow else ' scale'}"
    return _titled(drawn, panel, said, note)


def _nadirs(panel: Panel, patient: Patient, anc: Sequence[Row]) -> list[Row]:
    lowest = {(episode["nadir_time"], episode["nadir"]) for episode in patient.episodes}
    return [
        {
            "x": panel.frame.day(row["time"]),
            "y": panel.ladder.rung(row["value"]),
            "said": f"nadir {row['comparator'] or ''}{row['value']:g} on {panel.frame.say(row['time'])}",
        }
        for row in anc
        if (row["time"], row["value"]) in lowest
    ]


def _draw_values(panel: Panel, patient: Patient, protocol: Protocol, arrows: Sequence[Box]) -> list[Spec]:
    """Values in words, where they fit between the points; those of the ANC first."""
    frame, ladder = panel.frame, panel.ladder
    anc, wbc = of_analyte(patient, "anc"), of_analyte(patient, "wbc")
    now = frame.px(frame.as_of)
    taken: list[Box] = [*arrows, (now - 1, 0, now + 1, ladder.height)]
    lines: list[Box] = []
    for rows in (anc, wbc):
        points = [(frame.px(frame.day(row["time"])), ladder.px(ladder.rung(row["value"]))) for row in rows]
        taken, lines = [*taken, *around(points)], [*lines, *along(points)]
    room: Box = (0, ladder.head, frame.inner, ladder.height)
    nadirs = [episode["nadir_time"] for episode in patient.episodes]
    placed = place(wish_values(panel, anc, "ANC", protocol.episode, nadirs), taken, room, lines)
    quiet = place(wish_values(panel, wbc, "WBC", protocol.episode), [*taken, *(p.box for p in placed)], room, lines)
    drawn = mark(panel, "wbc_values", words(11, QUIET, "center"), _texts(panel, quiet))
    return drawn + mark(panel, "anc_values", words(11, INK, "center", fontWeight="bold"), _texts(panel, placed))


def _texts(panel: Panel, placed: Sequence[Placed]) -> list[Row]:
    return [{"x": panel.frame.at(p.x), "y": panel.ladder.at(p.y), "text": p.text} for p in placed]


def draw_small(patient: Patient, analyte: str, frame: Frame, scale: Scale, notes: Mapping[str, str]) -> Spec:
    """A small panel of one analyte; where its counts end long before as_of, it says since when there is none."""
    title, singular, color = _SMALL[analyte]
    rows = of_analyte(patient, analyte)
    values = [row[of] for row in rows for of in ("value", "lln") if row[of] is not None]
    foot, reach = (5, 150) if analyte == "platelets" else (0.1, 1)
    panel = make_panel(frame, make_ladder(scale, values, reach, 62 if frame.is_narrow else 76, foot=foot))
    drawn = as_of_line(panel, analyte) + draw_lln(panel, analyte, rows, title.lower())
    drawn += draw_series(panel, analyte, title, rows, color)
    wishes = [_wish(panel, row) for row in (rows[:1] if len(rows) > 6 else rows)]
    points = [(wish.x, wish.y) for wish in (_wish(panel, row) for row in rows)]
    taken = [*around(points), (frame.px(frame.as_of) - 1, 0, frame.px(frame.as_of) + 1, panel.ladder.height)]
    placed = _texts(panel, place(wishes, taken, (0, 0, frame.inner, panel.ladder.height), along(points)))
    drawn += mark(panel, f"{analyte}_values", words(11, INK, "center"), placed)
    drawn += _say_silence(panel, analyte, singular, rows)
    return _titled(drawn, panel, f"{title}, {_UNIT}", notes.get(analyte, ""))


def _wish(panel: Panel, row: Row) -> Wish:
    x, y = panel.frame.px(panel.frame.day(row["time"])), panel.ladder.px(panel.ladder.rung(row["value"]))
    return Wish(f"{row['comparator'] or ''}{row['value']:g}", x, y)


def _say_silence(panel: Panel, analyte: str, singular: str, rows: Sequence[Row]) -> list[Spec]:
    if not rows:
        return _say(panel, f"{analyte}_nothing", f"no {singular} count received")
    last = rows[-1]["time"]
    if panel.frame.as_of - panel.frame.day(last) <= GAP_DAYS:
        return []
    start, end = panel.frame.px(panel.frame.day(last)), panel.frame.px(panel.frame.as_of)
    said = f"{'none' if panel.frame.is_narrow else f'no {singular} count'} after {panel.frame.say_short(last)}"
    if end - start < text_width(said, 12) + 40:
        return []
    return _say(panel, f"{analyte}_nothing", said, left=(start + end - text_width(said, 12)) / 2)


def _say(panel: Panel, name: str, said: str, *, left: float = 14) -> list[Spec]:
    row = {"x": panel.frame.at(left), "y": panel.ladder.at(panel.ladder.height / 2), "text": said}
    return mark(panel, name, words(12, INK, fontStyle="italic"), [row])


def _titled(drawn: Sequence[Spec], panel: Panel, said: str, note: str) -> Spec:
    title = {
        "text": f"{said} ({note})" if note else said,
        "anchor": "start",
        "frame": "group",
        "fontSize": 12,
        "offset": 5,
    }
    return layered(drawn, panel, title=title, view={"stroke": None if panel.ladder.head else "#cfcfcf"})
