"""One mark of the timeline, by its name: rows, look, and what it says to those who point at it or cannot see it."""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from leukon.present.timeline.frame import Frame, Ladder, y_ticks

INK, QUIET, FAINT = "#1a1a1a", "#595959", "#d9d9d9"
BLUE, GREEN, PURPLE, RED, ORANGE = "#005b8f", "#00735c", "#8f4a76", "#D55E00", "#E69F00"
"""Okabe and Ito's colours; blue, green and purple darker, so that they can be read on white, on tints and in grey."""
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
Row = dict[str, Any]
Spec = dict[str, Any]
"""A Vega-Lite specification, or a part of one."""


@dataclass(frozen=True)
class Panel:
    """Where marks are drawn: a frame from left to right, a ladder from top to bottom, both with their axes."""

    frame: Frame
    ladder: Ladder
    x: Spec
    y: Spec


def make_panel(frame: Frame, ladder: Ladder, *, edges: Sequence[float] = (), dated: bool = False) -> Panel:
    """A panel for values; `dated`: with days and dates below it."""
    ticks = y_ticks(ladder, edges)
    said = json.dumps({f"{tick:g}": f"{tick:g}" for tick in ticks})  # Vega's own formats round 1.5 to 2 where it can
    y_axis = {"values": ticks, "labelExpr": f"{said}[datum.value]", "title": None, "grid": False, "labelColor": INK}
    y_scale = {"type": ladder.scale, "domain": [ladder.low, ladder.top], "nice": False}
    return Panel(frame, ladder, _x(frame, dated=dated), _position("y", y_scale, y_axis))


def make_strip(frame: Frame, height: int, *, dated: bool = False, grid: bool = True) -> Panel:
    """A panel without values, whose y are pixels from the top."""
    scale = {"domain": [0, height], "range": [0, height], "nice": False, "zero": False}
    ladder = Ladder("linear", 0, height, height)
    x = _x(frame, dated=dated)
    return Panel(frame, ladder, x if grid else x | {"axis": None}, _position("y", scale, None))


def _position(field: str, scale: Spec, axis: Spec | None) -> Spec:
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def _x(frame: Frame, *, dated: bool) -> Spec:
    labels = json.dumps(frame.labels())  # numbers and months only: nothing of the input becomes an expression
    axis = {
        "values": frame.ticks,
        "title": None,
        "labels": dated,
        "labelExpr": f"{labels}[datum.value]",
        "labelOverlap": False,
        "labelFlush": False,
        "labelColor": INK,
        "labelLineHeight": 13,
        "ticks": dated,
        "domain": dated,
        "gridColor": "#ececec",
        "grid": True,
    }
    scale = {"domain": [frame.low, frame.high], "nice": False, "zero": False}
    return _position("x", scale, axis)


_PLACES = ("x", "x2", "y", "y2")
_WORDS = (("text", "text"), ("description", "said"), ("tooltip", "said"))


def mark(panel: Panel, name: str, look: Mapping[str, Any], rows: Sequence[Row]) -> list[Spec]:
    """One named group of marks, or none without rows; in the SVG its class is `NAME_marks`.

    A row has `x` and `y`, perhaps `x2` and `y2`, `text`, and `said`: what is shown when one points at it, and read out.
    """
    if not rows:
        return []
    encoding = {"x": panel.x, "y": panel.y}
    encoding |= {channel: {"value": look[channel]} for channel in _PLACES if channel in look}
    encoding |= {channel: {"field": channel} for channel in ("x2", "y2") if channel in rows[0]}
    encoding |= {channel: {"field": field, "type": "nominal"} for channel, field in _WORDS if field in rows[0]}
    drawn = {key: deepcopy(value) for key, value in look.items() if key not in _PLACES}  # pictures share looks
    return [{"name": name, "data": {"values": list(rows)}, "mark": drawn, "encoding": encoding}]


def as_of_line(panel: Panel, name: str) -> list[Spec]:
    """A dotted line at as_of, below the words of the head: what lies right of it is not known yet.

    Like every name it is that of one panel only; with one name in two panels Vega-Lite mixes up their heights.
    """
    ladder = panel.ladder
    ends = {"y": ladder.at(ladder.head), "y2": ladder.at(ladder.height)}
    return mark(panel, f"{name}_as_of", AS_OF, [{"x": panel.frame.as_of, **ends}])


def layered(drawn: Sequence[Spec], panel: Panel, **more: Any) -> Spec:
    """The marks on top of one another: one panel of the picture."""
    return {"layer": list(drawn), "width": panel.frame.inner, "height": panel.ladder.height, **more}


def words(size: float = 11, color: str = INK, align: str = "left", **more: Any) -> dict[str, Any]:
    """The look of words."""
    return {"type": "text", "fontSize": size, "color": color, "align": align, "baseline": "middle", **more}


def symbol(shape: str, color: str, size: float = 60, *, hollow: bool = False, **more: Any) -> dict[str, Any]:
    """The look of a symbol; hollow ones are white inside, so that lines do not run through them."""
    fill = "#ffffff" if hollow else color
    outline = {"stroke": color, "strokeWidth": 1.8} if hollow else {"stroke": "#ffffff", "strokeWidth": 0.8}
    return {"type": "point", "shape": shape, "fill": fill, "size": size, "opacity": 1, **outline, **more}


def line(color: str, width: float, **more: Any) -> dict[str, Any]:
    """The look of a straight line."""
    return {"type": "rule", "color": color, "strokeWidth": width, **more}


AS_OF = line(QUIET, 1.2, strokeDash=[2, 3])


def plain(text: str, longest: int = 60) -> str:
    r"""Free text of the input on one line, without control characters, cut with an ellipsis.

    >>> plain("left\noptic \x00 nerve")
    'left optic nerve'
    """
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    said = " ".join(printable.split())
    return said if len(said) <= longest else said[: longest - 1].rstrip() + "…"
