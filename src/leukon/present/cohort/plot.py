"""The frame of a cohort's pictures: title, axes and named groups of marks in one Vega-Lite specification."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from leukon.present.charts import SCHEMA
from leukon.present.timeline.marks import BLUE, FONT, GREEN, INK, ORANGE, PURPLE, QUIET, RED, Row, Spec

WIDE, NARROW = 820, 340
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, RED, QUIET)


@dataclass(frozen=True)
class Series:
    """The names and colours of what a picture shows, in the order of its key."""

    names: Sequence[str]
    colours: Sequence[str] = COLOURS

    def channel(self, shape: str = "stroke") -> Spec:
        """The colour by the field `series`, with its names above the plot beside strokes or other shapes."""
        legend = {
            "title": None,
            "orient": "top",
            "columns": 1,
            "labelLimit": 330,
            "labelColor": INK,
            "labelFontSize": 12,
        }
        legend |= {"symbolOpacity": 1, "symbolType": shape, "symbolStrokeWidth": 3}
        scale = {"domain": list(self.names), "range": list(self.colours[: len(self.names)])}
        return {"field": "series", "type": "nominal", "scale": scale, "legend": legend}


def axis(field: str, title: str, low: float, high: float, **more: Any) -> Spec:
    """A numeric axis from `low` to `high`."""
    look = {"title": title, "titleColor": INK, "titleFontWeight": "normal", "titleFontSize": 12, "labelColor": INK}
    look |= {"labelFontSize": 12, "gridColor": "#ececec", "tickCount": 6, **more}
    scale = {"domain": [low, high], "nice": False}
    return {"field": field, "type": "quantitative", "axis": look, "scale": scale}


def marks(name: str, look: Mapping[str, Any], rows: Sequence[Row], **encoding: Spec) -> list[Spec]:
    """One named group of marks (its class in the SVG is `NAME_marks`); none without rows."""
    if not rows:
        return []
    said = {"description": {"field": "said"}, "tooltip": {"field": "said"}} if "said" in rows[0] else {}
    return [{"name": name, "data": {"values": list(rows)}, "mark": dict(look), "encoding": {**encoding, **said}}]


def step(name: str, rows: Sequence[Row], series: Series, x: Spec, y: Spec, **look: Any) -> list[Spec]:
    """Lines that jump where something happened."""
    drawn = {"type": "line", "interpolate": "step-after", "strokeWidth": 2, **look}
    return marks(name, drawn, rows, x=x, y=y, color=series.channel())


def band(name: str, rows: Sequence[Row], series: Series, x: Spec, y: Spec, **look: Any) -> list[Spec]:
    """The room between `y` and `y2` of each row."""
    drawn = {"type": "area", "interpolate": "step-after", "opacity": 0.25, **look}
    return marks(name, drawn, rows, x=x, y=y, y2={"field": "y2"}, color=series.channel())


def from_zero(points: Sequence[Row]) -> list[Row]:
    """The points of each series in order, with the origin before the first one."""
    first = [{"x": 0, "y": 0.0, "series": name} for name in dict.fromkeys(point["series"] for point in points)]
    return sorted([*first, *points], key=lambda point: (point["series"], point["x"], point["y"]))


def draw_plot(
    title: str, subtitle: str, layers: Sequence[Spec], *, width: int, height: int, description: str, left: int = 46
) -> Spec:
    """One plot of `width` pixels in all; `description` is the picture in words."""
    letters = int(width / 6.6)
    heading = {"text": wrap(title, int(width / 8.2)), "subtitle": wrap(subtitle, letters), "anchor": "start"}
    heading |= {"frame": "bounds", "fontSize": 15, "subtitleFontSize": 12, "offset": 10}
    config: Spec = {"font": FONT, "view": {"stroke": None}, "title": {"color": INK, "subtitleColor": QUIET}}
    return {
        "$schema": SCHEMA,
        "usermeta": {"page": title},
        "title": heading,
        "description": description,
        "background": "#ffffff",
        "padding": 6,
        "config": config,
        "width": width - left - 26,
        "height": height,
        "layer": list(layers),
    }
