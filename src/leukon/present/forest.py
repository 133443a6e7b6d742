"""The forest plot: every study with its exact interval, one's own beside them, and what they say together."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from textwrap import wrap
from typing import Any

from leukon.cohort.pooling import Pooling
from leukon.cohort.studies import Study
from leukon.present.charts import SCHEMA, WIDTH
from leukon.present.forest_rows import ForestRow, make_rows
from leukon.present.pooling_words import REASON_WORDS, say_doubts
from leukon.present.timeline.marks import BLUE, FONT, INK, PURPLE, QUIET, Row, Spec, line, plain, symbol, words

_NARROW = 560
_COLOURS = {"own": PURPLE, "shown": QUIET, "pooled": INK, "prediction": INK}
_SHAPES = {"poolable": "square", "included": "square", "own": "triangle-up", "shown": "circle"}
_LINE, _FOOT, _EDGE = 14, 36, 8
"""Pixels: of a line of words, from the axis to the notes, from the edge of the picture to its words."""


@dataclass(frozen=True)
class _Place:
    """Where things stand: columns in pixels from the left edge of the plot, rows in pixels from its top."""

    width: int
    tops: tuple[int, ...]
    end: float

    @property
    def is_narrow(self) -> bool:
        return self.width < _NARROW

    @property
    def left(self) -> int:
        return 14 if self.is_narrow else 284

    @property
    def right(self) -> int:
        return 26 if self.is_narrow else 232

    @property
    def inner(self) -> int:
        return self.width - self.left - self.right

    def middle(self, number: int) -> int:
        """Where the line of a row runs: below its words on a narrow picture, beside them on a wide one."""
        return self.tops[number + 1] - 18 if self.is_narrow else self.tops[number] + 22


def _make_place(rows: Sequence[ForestRow], width: int) -> _Place:
    lines = [len(row.details) + (2 if width < _NARROW else 1) for row in rows]
    heights = [_LINE * count + (34 if width < _NARROW else 14) for count in lines]
    top = max((row.high for row in rows if row.kind != "prediction"), default=1.0)
    return _Place(width, (0, *accumulate(heights)), min(top * 1.06, 100.0))


def draw_forest(title: str, studies: Sequence[Study], pooling: Pooling, *, width: int = WIDTH) -> Spec:
    """Draw the studies of a question and what they say together.

    Squares are pooled (hollow: named with --include, though not marked poolable), triangles one's own, hollow circles
    shown and not pooled, diamonds pooled estimates with their first interval; a dashed line is a prediction interval.
    The axis ends where the intervals do; a prediction interval that is longer has an arrow. In the SVG the groups of
    marks have the classes `KIND_interval_NUMBER_marks` and `KIND_value_NUMBER_marks`. Below stands what speaks against
    the estimate.

    Returns
    -------
    dict
        A Vega-Lite specification with its data in it; `leukon.present.pictures.write_picture` writes it.
    """
    rows = make_rows(studies, pooling)
    place = _make_place(rows, width)
    said = [REASON_WORDS[pooling.reason]] if pooling.reason else say_doubts(studies, pooling)
    notes = [part for text in said for part in wrap(text, int(width / 6.1))]
    drawn = _rules(rows, place)
    for number, row in enumerate(rows):
        drawn += _draw_row(row, place, number)
    drawn += _draw_notes(notes, place)
    return _finish(drawn, place, title, describe_forest(title, rows, said), len(notes))


def _finish(drawn: Sequence[Spec], place: _Place, title: str, description: str, notes: int) -> Spec:
    subtitle = wrap(
        "Persons with the event, per cent. Lines are 95 % intervals; of studies, exact.", int(place.width / 6.1)
    )
    lines = wrap(plain(title, 120), int(place.width / 7.8))
    look = {"anchor": "start", "frame": "group", "fontSize": 15, "offset": 14, "dx": _EDGE - place.left}
    above = 30 + 19 * len(lines) + 13 * len(subtitle)
    config: Spec = {"font": FONT, "view": {"stroke": None}, "title": {"color": INK, "subtitleColor": QUIET}}
    padding = {"left": place.left, "right": place.right, "top": above, "bottom": _FOOT + _LINE * notes + 12}
    return {
        "$schema": SCHEMA,
        "usermeta": {"page": "Forest plot"},
        "title": {"text": lines, "subtitle": subtitle, **look},
        "description": description,
        "background": "#ffffff",
        "padding": padding,
        "autosize": {"type": "none"},
        "config": config,
        "width": place.inner,
        "height": place.tops[-1],
        "layer": list(drawn),
    }


def describe_forest(title: str, rows: Sequence[ForestRow], said: Sequence[str]) -> str:
    """The picture in words, for those who cannot see it."""
    return f"{title}. " + " ".join([*(f"{_say(row)}." for row in rows), *said])


def _say(row: ForestRow) -> str:
    return f"{row.label} ({', '.join(row.details)}): {row.numbers}"


def _rules(rows: Sequence[ForestRow], place: _Place) -> list[Spec]:
    """A line between the studies and what they say together; the one at the foot brings the axis."""
    pooled = [place.tops[number] - 6 for number, row in enumerate(rows) if row.kind == "pooled"][:1]
    at = [{"x": 0, "x2": place.end, "y": y} for y in (*pooled, place.tops[-1])]
    return _group("forest_rules", line(QUIET, 0.8), at, place)


def _draw_row(row: ForestRow, place: _Place, number: int) -> list[Spec]:
    middle, colour, said = place.middle(number), _COLOURS.get(row.kind, BLUE), _say(row)
    end = min(row.high, place.end)
    span = {"x": row.low, "x2": end, "y": middle, "said": said}
    dashed = {"strokeDash": [4, 3]} if row.kind == "prediction" else {}
    drawn = _group(f"{row.kind}_interval_{number}", line(colour, 1.6, **dashed), [span], place)
    if row.high > place.end:
        tip = [{"x": end, "y": middle, "said": said}]
        drawn += _group(f"{row.kind}_beyond_{number}", symbol("triangle-right", colour, 60), tip, place)
    return drawn + _draw_value(row, place, number) + _draw_words(row, place, number)


def _draw_value(row: ForestRow, place: _Place, number: int) -> list[Spec]:
    name, middle, colour = f"{row.kind}_value_{number}", place.middle(number), _COLOURS.get(row.kind, BLUE)
    if row.value is None:
        return []
    if row.kind == "pooled":
        shape = [(row.low, 0), (row.value, 8), (row.high, 0)]
        corners = [{"x": at, "y": middle - up, "y2": middle + up} for at, up in shape]
        return _group(name, {"type": "area", "color": colour}, corners, place)
    look = symbol(_SHAPES[row.kind], colour, 80, hollow=row.kind in ("included", "shown"))
    return _group(name, look, [{"x": row.value, "y": middle, "said": _say(row)}], place)


def _draw_words(row: ForestRow, place: _Place, number: int) -> list[Spec]:
    """Label and details at the left, numbers at the right; on a narrow picture all of them above the line."""
    colour, left = _COLOURS["own"] if row.kind == "own" else INK, _EDGE - place.left
    quiet = [(text, words(11, QUIET, x=left)) for text in row.details]
    numbers = words(12, colour, x=left if place.is_narrow else place.inner + 14)
    texts = [(row.label, words(12, colour, fontWeight="bold", x=left))]
    texts += [(row.numbers, numbers), *quiet] if place.is_narrow else quiet
    rows = [(place.tops[number] + 8 + _LINE * down, text, look) for down, (text, look) in enumerate(texts)]
    rows += [] if place.is_narrow else [(place.middle(number), row.numbers, numbers)]
    drawn: list[Spec] = []
    for down, (y, text, look) in enumerate(rows):
        drawn += _group(f"words_{number}_{down}", look, [{"y": y, "text": text}], place)
    return drawn


def _draw_notes(notes: Sequence[str], place: _Place) -> list[Spec]:
    at = [{"y": place.tops[-1] + _FOOT + _LINE * number, "text": text} for number, text in enumerate(notes)]
    return _group("forest_notes", words(11, QUIET, x=_EDGE - place.left), at, place) if at else []


def _group(name: str, look: Spec, rows: Sequence[Row], place: _Place) -> list[Spec]:
    """Marks at pixels from the top (`y`), and by per cent (`x`) or at a pixel (`x` of the look)."""
    encoding: dict[str, Any] = {"x": {"value": look["x"]} if "x" in look else _x(place), "y": _y(place)}
    encoding |= {channel: {"field": channel} for channel in ("x2", "y2") if channel in rows[0]}
    texts = (("text", "text"), ("description", "said"), ("tooltip", "said"))
    encoding |= {channel: {"field": field, "type": "nominal"} for channel, field in texts if field in rows[0]}
    mark = {key: value for key, value in look.items() if key != "x"}
    return [{"name": name, "data": {"values": list(rows)}, "mark": mark, "encoding": encoding}]


def _x(place: _Place) -> Spec:
    labels = "format(datum.value, '~g') + ' %'"
    axis = {"title": None, "labelExpr": labels, "tickCount": 5, "labelColor": INK, "gridColor": "#ececec", "grid": True}
    axis |= {"domainColor": QUIET, "tickColor": QUIET, "labelFontSize": 11}
    return {"field": "x", "type": "quantitative", "scale": {"domain": [0, place.end], "nice": False}, "axis": axis}


def _y(place: _Place) -> Spec:
    ends = [0, place.tops[-1]]
    scale = {"domain": ends, "range": ends, "nice": False, "zero": False}
    return {"field": "y", "type": "quantitative", "scale": scale, "axis": None}
