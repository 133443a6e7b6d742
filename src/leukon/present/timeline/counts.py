"""Counts over time: a point for every result, by how it is known; lines that never claim what was not measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from leukon.knowledge.protocol import EpisodeRule, Protocol
from leukon.present.timeline.frame import Frame, crowding
from leukon.present.timeline.labels import Wish
from leukon.present.timeline.marks import INK, QUIET, Panel, Row, Spec, line, mark, symbol, words
from leukon.present.wording import say_origin

GAP_DAYS = 40
"""Between counts further apart than this the line is thin and dashed."""
TINTS = ("#ecab86", "#f4c7a8", "#f9dfc9", "#fdf1e4", "#ffffff")
"""Bands of the ANC from the lowest up: ever lighter, so that they can be told apart in grey as well."""
_SHAPES = {"exact": "circle", "derived": "circle", "at_least": "triangle-up", "at_most": "triangle-down"}


def say_value(row: Row) -> str:
    """A count with its comparator in one sign: `≥1.5`."""
    sign = {">=": "≥", "<=": "≤"}.get(row["comparator"] or "", row["comparator"] or "")
    return f"{sign}{row['value']:g}"


def say_result(row: Row, what: str, frame: Frame) -> str:
    """All about one count, for those who point at it or cannot see it."""
    limit = "" if row["lln"] is None else f", lower limit of normal {row['lln']:g}"
    unit = f" {row['unit']}" if row["unit"] else ""
    origin, when = say_origin(row["origin"]), frame.say(row["time"])
    return f"{what} {row['comparator'] or ''}{row['value']:g}{unit} on {when}, {origin}{limit}"


def draw_series(
    panel: Panel, name: str, what: str, rows: Sequence[Row], color: str, *, rule: EpisodeRule | None = None
) -> list[Spec]:
    """Points and lines of one analyte, in groups `NAME_exact`, `_derived`, `_at_least`, `_at_most`, `_below_scale`.

    With the protocol's rule decided counts with a comparator are on the line; without it only exact ones are.
    """
    points = [_point(panel, row, what) for row in rows]
    drawn = _lines(panel, name, [(r, p) for r, p in zip(rows, points, strict=True) if _is_on_line(r, rule)], color)
    quiet = name == "wbc"
    for kind, shape in _SHAPES.items():
        hollow = [p for r, p in zip(rows, points, strict=True) if _kind(r, panel) == kind and _is_derived(r)]
        full = [p for r, p in zip(rows, points, strict=True) if _kind(r, panel) == kind and not _is_derived(r)]
        size = (30 if quiet else 62) * (1 if shape == "circle" else 1.5) * crowding(panel.frame, len(rows))
        drawn += mark(panel, f"{name}_{kind}", symbol(shape, color, size), full)
        hollow_name = f"{name}_{kind}" if kind == "derived" else f"{name}_{kind}_derived"
        drawn += mark(panel, hollow_name, symbol(shape, color, size, hollow=True), hollow)
    low = [p for r, p in zip(rows, points, strict=True) if _kind(r, panel) == "below_scale"]
    return drawn + mark(panel, f"{name}_below_scale", symbol("diamond", color, 90, hollow=True), low)


def _point(panel: Panel, row: Row, what: str) -> Row:
    frame = panel.frame
    return {
        "x": frame.day(row["time"]),
        "y": panel.ladder.rung(row["value"]),
        "said": say_result(row, what, frame),
    }


def _kind(row: Row, panel: Panel) -> str:
    if row["value"] < panel.ladder.low:
        return "below_scale"
    if row["comparator"] is not None:
        return "at_least" if row["comparator"].startswith(">") else "at_most"
    return "derived" if _is_derived(row) else "exact"


def _is_derived(row: Row) -> bool:
    return bool(row["origin"] != "measured")


def _is_on_line(row: Row, rule: EpisodeRule | None) -> bool:
    if row["comparator"] is None:
        return True
    if rule is None:
        return False
    if row["comparator"].startswith(">"):
        return bool(row["value"] >= rule.recovered_at)
    return bool(row["value"] < rule.below or (row["comparator"] == "<" and row["value"] == rule.below))


def _lines(panel: Panel, name: str, known: Sequence[tuple[Row, Row]], color: str) -> list[Spec]:
    near: list[Row] = []
    far: list[Row] = []
    for (before, start), (after, end) in pairwise(known):
        exact = before["comparator"] is None and after["comparator"] is None
        piece = {"x": start["x"], "y": start["y"], "x2": end["x"], "y2": end["y"]}
        (near if exact and end["x"] - start["x"] <= GAP_DAYS else far).append(piece)
    width = 1.2 if name == "wbc" else 2.2
    dashed = line(color, 1, strokeDash=[3, 4], opacity=0.75)
    return mark(panel, f"{name}_gap", dashed, far) + mark(panel, f"{name}_line", line(color, width), near)


def draw_lln(panel: Panel, name: str, rows: Sequence[Row], what: str) -> list[Spec]:
    """The lower limit of normal of each row that has one, as a dash: every laboratory and day has its own."""
    reach = panel.frame.at(5 * crowding(panel.frame, len(rows))) - panel.frame.low
    dashes = [
        {
            "x": panel.frame.day(row["time"]) - reach,
            "x2": panel.frame.day(row["time"]) + reach,
            "y": panel.ladder.rung(row["lln"]),
            "said": f"lower limit of normal of {what} {row['lln']:g} on {panel.frame.say(row['time'])}",
        }
        for row in rows
        if row["lln"] is not None
    ]
    return mark(panel, f"{name}_lln", line(INK, 1.6), dashes)


@dataclass(frozen=True)
class Bands:
    """Edges of the ANC's bands, 10^9/L, from the lowest up; an edge of `up_to` belongs to the band below it."""

    edges: tuple[float, ...]
    up_to: frozenset[float]


def bands_of(protocol: Protocol) -> Bands:
    """The protocol's limits: of action, which are inclusive, and of a low count, which is not."""
    limits = protocol.urgency.anc
    up_to = frozenset((limits.emergency_up_to, limits.same_day_up_to))
    return Bands(tuple(sorted({*up_to, limits.act_below, protocol.episode.below})), up_to)


def draw_bands(panel: Panel, bands: Bands, *, worded: bool = True) -> list[Spec]:
    """Bands of the ANC up to as_of, each with its numbers: never with a grade, which hangs on an edition."""
    ladder, frame = panel.ladder, panel.frame
    edges = bands.edges
    bounds = [ladder.low, *edges, ladder.high]
    tints = TINTS[-len(edges) - 1 :]
    rows = [(low, high, tint) for (low, high), tint in zip(pairwise(bounds), tints, strict=True)]
    drawn: list[Spec] = []
    for number, (low, high, tint) in enumerate(rows):
        area = {"x": frame.low, "x2": min(frame.as_of, frame.high), "y": max(low, ladder.low), "y2": high}
        drawn += mark(panel, f"anc_band_{'abcdefghij'[number]}", {"type": "rect", "color": tint}, [area])
    edge = {"type": "rule", "color": "#b08a70", "strokeWidth": 0.7}
    lines = [{"x": frame.low, "x2": min(frame.as_of, frame.high), "y": value} for value in edges]
    drawn += mark(panel, "anc_band_edges", edge, lines)
    return drawn + (_draw_band_words(panel, bands) if worded else [])


def _draw_band_words(panel: Panel, bands: Bands) -> list[Spec]:
    """Words for as many bands as have room; "below 1.5" stays true for those below it that have none."""
    ladder = panel.ladder
    bottoms = [ladder.px(max(edge, ladder.low)) for edge in (*reversed(bands.edges), ladder.low)]
    narrow = panel.frame.is_narrow  # there the words stand among the counts: "above" says least, and is left out
    top, first, rows = ladder.px(ladder.high), "", list[Row]()
    for said, bottom in zip(_say_bands(bands), bottoms, strict=True):
        first = first or said
        if bottom - top >= 13 and not (narrow and first.endswith("above")):
            rows.append({"x": 0, "y": ladder.at((top + bottom) / 2), "text": first})
        if bottom - top >= 13:
            top, first = bottom, ""
    look = words(9.5 if narrow else 11, QUIET if narrow else INK, x=3 if narrow else panel.frame.inner + 7)
    return mark(panel, "anc_band_words", look, rows)


def _say_bands(bands: Bands) -> list[str]:
    """From the top."""
    said = [f"{edge:g} or below" if edge in bands.up_to else f"below {edge:g}" for edge in reversed(bands.edges)]
    return [f"{bands.edges[-1]:g} or above", *said]


def wish_values(
    panel: Panel, rows: Sequence[Row], what: str, rule: EpisodeRule, nadirs: Sequence[datetime] = ()
) -> list[Wish]:
    """Words beside the points of a series: nadirs, its name, values off the scale, low ones, and all if few."""

    def wish(row: Row, said: str, *, must: bool = False) -> Wish:
        x, y = panel.frame.px(panel.frame.day(row["time"])), panel.ladder.px(panel.ladder.rung(row["value"]))
        return Wish(said, x, y, must=must)

    lowest = [row for row in rows if row["time"] in nadirs and row["value"] < rule.below]
    lowest = [row for row in lowest if row["value"] == min(r["value"] for r in lowest if r["time"] == row["time"])]
    named = [wish(row, f"nadir {say_value(row)}", must=True) for row in lowest]
    others = [row for row in rows if row not in lowest]
    named += [wish(row, f"{what} {say_value(row)}") for row in others[:1]]
    few = len(rows) <= (6 if panel.frame.is_narrow else 14)
    low = [row for row in others[1:] if few or row["value"] <= panel.ladder.low]
    return named + [wish(row, say_value(row)) for row in low]
