"""The mechanism's picture: one Vega-Lite specification, panels of counts with the paper's points and a band of fits."""

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import numpy as np

from leukon.present.charts import SCHEMA
from leukon.present.mechanism_words import NO_SCHEDULE, ONE_PATIENT, say_not_identifiable
from leukon.present.timeline.marks import BLUE, FONT, INK, ORANGE, QUIET, Spec
from leukon.simulate.mechanism_case import Point
from leukon.simulate.mechanism_story import Band, Story, VariantStory

WIDTH, LAST_DAY = 640, 150
_PANELS = (
    ("anc", "Neutrophils (ANC), 10^9/L; dashed: 1.0", 200, "log", (0.2, 20)),
    ("lgl_percent", "Large granular lymphocytes (NK and CD8 LGL), % of lymphocytes", 110, "linear", (0, 100)),
    ("nk_percent", "NK cells, % of lymphocytes", 90, "linear", (0, 100)),
    ("cd8_percent", "CD8 T cells with their LGL, % of lymphocytes", 90, "linear", (0, 100)),
    ("cd4_percent", "CD4 T cells, % of lymphocytes", 90, "linear", (0, 60)),
    ("b_cells_percent", "B cells, % of lymphocytes", 90, "linear", (0, 30)),
)

_STEROID = {"type": "rect", "color": "#e3e3e3"}
_BAND = {"type": "area", "color": BLUE, "opacity": 0.2}
_BEST = {"type": "line", "color": BLUE, "strokeWidth": 2}


def draw_mechanism(story: Story, *, steroid: bool = True, variant: str | None = None) -> Spec:
    """Draw the patient by one variant (default: the first); dotted in the first panel: the other course, by each.

    Band: 90 % of the ensemble. Points: what the paper prints; triangles are bounds ("normal"), not values.
    """
    chosen = next(one for one in story.variants if variant in (None, one.name))
    panels = [_panel(story, chosen, *panel, steroid=steroid) for panel in _PANELS]
    panels[-1]["layer"][0]["encoding"]["x"]["axis"] |= {"labels": True, "title": "days since the first infusion"}
    what = "as she was treated" if steroid else "had she had no corticosteroid"
    subtitle = [
        f"Variant {chosen.name}, {what}. Line: best fit; band: 90 % of the fits.",
        "Points: printed in the paper, of a treated patient (triangles: bounds). Grey: days with the corticosteroid.",
        *_wrap(say_not_identifiable(story)),
        ONE_PATIENT,
    ]
    heading = {"text": "What the proposed mechanism implies for one patient", "subtitle": subtitle, "anchor": "start"}
    config = {"font": FONT, "view": {"stroke": "#cfcfcf"}, "title": {"color": INK, "subtitleColor": QUIET}}
    said = " ".join([*subtitle, NO_SCHEDULE])
    return {
        "$schema": SCHEMA, "title": heading, "description": said, "background": "#ffffff", "config": config,
        "padding": 12, "spacing": 10, "vconcat": panels,
    }  # fmt: skip


def _panel(
    story: Story, chosen: VariantStory, name: str, title: str, height: int, kind: str, ends: tuple[float, float],
    *, steroid: bool,
) -> dict[str, Any]:  # fmt: skip
    axis = {"title": None, "labels": False, "grid": False, "values": list(range(0, LAST_DAY + 1, 15))}
    x = {"field": "x", "type": "quantitative", "scale": {"domain": [0, LAST_DAY], "nice": False}, "axis": axis}
    y_axis: Spec = {"title": None, "grid": False, "tickCount": 4}
    if kind == "log":
        y_axis |= {"values": [0.2, 0.5, 1, 2, 5, 10, 20], "format": "~g"}
    y = {
        "field": "y",
        "type": "quantitative",
        "scale": {"type": kind, "domain": list(ends), "clamp": True},
        "axis": y_axis,
    }
    shown = chosen.treated if steroid else chosen.untreated
    given = [{"x": story.steroid_days[0], "x2": story.steroid_days[1] + 1}]
    layers = [
        _layer(f"{name}_steroid", _STEROID, given, {"x": x, "x2": {"field": "x2"}}),
        _layer(f"{name}_band", _BAND, _rows(story, shown[name]), {"x": x, "y": y, "y2": {"field": "y2"}}),
        _layer(f"{name}_best", _BEST, _line(story, shown[name]), {"x": x, "y": y}),
    ]
    if not steroid:
        layers = layers[1:]
    if name == "anc":
        look = {"type": "line", "color": ORANGE, "strokeWidth": 1.6, "strokeDash": [2, 3]}
        for variant in story.variants:
            line = _line(story, (variant.untreated if steroid else variant.treated)[name])
            after = [row for row in line if row["x"] >= story.steroid_days[0]]
            layers.append(_layer(f"{name}_other_{variant.name}", look, after, {"x": x, "y": y}))
        look = {"type": "rule", "color": QUIET, "strokeDash": [6, 4]}
        layers.append(_layer(f"{name}_limit", look, [{"y": 1.0}], {"y": y}))
        words = "without the corticosteroid" if steroid else "with it, as she was treated"
        count = f"by each of the {len(story.variants)} variants"
        look = {"type": "text", "align": "right", "color": "#8a5a00", "fontSize": 11}
        at = {"x": LAST_DAY - 2, "y": 0.27, "text": f"dotted: {words}, {count}"}
        layers.append(_layer(f"{name}_words", look, [at], {"x": x, "y": y, "text": {"field": "text"}}))
    for shape, kinds in (("circle", ("value",)), ("triangle-up", ("at_least",))):
        rows = _points(chosen.points, name, kinds)
        look = {"type": "point", "shape": shape, "filled": True, "size": 70, "color": INK, "opacity": 1}
        if rows:
            layers.append(_layer(f"{name}_{kinds[0]}", look, rows, {"x": x, "y": y, "tooltip": {"field": "said"}}))
    heading = {"text": title, "anchor": "start", "fontSize": 12, "fontWeight": "normal", "offset": 4}
    return {"title": heading, "width": WIDTH, "height": height, "layer": layers}


def _layer(name: str, look: Spec, rows: list[dict[str, Any]], encoding: Spec) -> Spec:
    return {"name": name, "data": {"values": rows}, "mark": look, "encoding": encoding}


def _rows(story: Story, band: Band) -> list[dict[str, Any]]:
    inside = np.flatnonzero(story.days <= LAST_DAY)[::2]
    return [{"x": float(story.days[i]), "y": _digits(band.low[i]), "y2": _digits(band.high[i])} for i in inside]


def _line(story: Story, band: Band) -> list[dict[str, Any]]:
    inside = np.flatnonzero(story.days <= LAST_DAY)
    return [{"x": float(story.days[i]), "y": _digits(band.best[i])} for i in inside]


def _points(points: Sequence[Point], name: str, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    observed = [point.observed for point in points if point.observed.what == name and point.observed.kind in kinds]
    return [{"x": one.day, "y": one.value, "said": f"day {one.day}: {one.printed}"} for one in observed]


def _digits(value: float) -> float:
    return float(f"{value:.4g}")


def _wrap(text: str) -> list[str]:
    return wrap(text, 108)
