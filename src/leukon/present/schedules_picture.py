"""Schedules as a picture: tests to the right, chance of detection upwards; one panel a reading, one key for all."""

from collections.abc import Sequence
from typing import Any

from leukon.present.schedules_words import say_chance, say_reading, say_share
from leukon.present.timeline.labels import text_width
from leukon.present.timeline.marks import BLUE, FONT, INK, QUIET, Row, Spec, line, words
from leukon.simulate.compare import Comparison

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.4.1.json"
WIDE, NARROW = 820, 340
_MARGIN, _HEIGHT, _LINE = 62, 230, 17
_CAVEATS = 2
"""So many of the sentences on what the data cannot say stand in the picture itself; all of them in the text."""
_APART = 18
"""Pixels by which schedules of nearly the same number of tests are drawn apart."""


def draw_schedules(found: Comparison, *, width: int = WIDE) -> Spec:
    """Draw every reading, with the first onset that was asked for; the same numbers name a schedule in all panels.

    Points are posterior means, lines 95 % credible intervals; grey is the best that regular schedules reach.
    """
    onset = next(iter(found.fronts))[1]
    rows = [row for row in found.schedules.to_pylist() if row["onset"] == onset]
    front = [row for row in found.front.to_pylist() if row["onset"] == onset]
    names = list(dict.fromkeys(row["schedule"] for row in rows))
    top = max(row["tests"] for row in (*rows, *front)) + 1
    readings = list(dict.fromkeys(row["reading"] for row in rows))
    size = width - _MARGIN - 18
    panels = [
        _panel(
            at,
            [r for r in rows if r["reading"] == reading],
            [r for r in front if r["reading"] == reading],
            names,
            top,
            size,
        )
        | {"title": _title(say_reading(found.known, reading), size)}
        for at, reading in enumerate(readings)
    ]
    heading = _wrap("Which schedule of blood counts would meet a severe episode?", width, 15)
    under = _wrap(
        f"Chance that a count is taken while the ANC is below {found.known.severe_below:.1f}, and tests attended "
        f"before day {found.known.follow_days}. Imagined patients: points are means, lines credible intervals (95 %).",
        width, 11,
    )  # fmt: skip
    title = {"text": heading, "subtitle": under, "anchor": "start", "frame": "bounds", "fontSize": 15, "offset": 12}
    config = {"font": FONT, "view": {"stroke": "#cfcfcf"}, "title": {"color": INK, "subtitleColor": QUIET}}
    return {
        "$schema": SCHEMA,
        "description": describe(rows),
        "title": title,
        "padding": 6,
        "background": "#ffffff",
        "spacing": 16,
        "config": config,
        "vconcat": [*panels, _key(names, found, rows, size, one=len(readings) == 1)],
    }


def describe(rows: Sequence[Row]) -> str:
    """The picture in words."""
    said = (f"{r['schedule']}: {r['tests']:.1f} tests, {say_chance(r)}" for r in rows)
    readings = list(dict.fromkeys(row["reading"] for row in rows))
    return f"Chance of detecting a severe episode, readings {', '.join(readings)}. " + "; ".join(said) + "."


def _panel(at: int, rows: list[Row], front: list[Row], names: list[str], top: float, size: int) -> Spec:
    x = _axis("x", 0, top, "tests that a patient attends", [*range(0, int(top) + 1, 3)])
    y = _axis("y", 0, 1, "chance of detection", [0, 0.25, 0.5, 0.75, 1])
    y["axis"] |= {"format": ".0%"}
    apart = _APART * top / size
    places = [row | {"x": _apart(row, rows, apart), "number": str(names.index(row["schedule"]) + 1)} for row in rows]
    for row in places:
        row["said"] = f"{row['schedule']}: {row['tests']:.1f} tests, {say_chance(row)}"
    best = [row | {"said": f"{row['schedule']}: {row['tests']:.1f} tests, {say_share(row['chance'])}"} for row in front]
    point = {"type": "point", "filled": True, "opacity": 1}
    layers = [
        _mark(f"front_{at}", {"type": "line", "color": "#9a9a9a", "strokeWidth": 1.5}, best, x, y, "tests"),
        _mark(f"best_{at}", point | {"color": "#9a9a9a", "size": 22}, best, x, y, "tests"),
        _mark(
            f"interval_{at}", line(BLUE, 1.6, opacity=0.55), places, x, y | {"field": "chance_low"}, "x", "chance_high"
        ),
        _mark(f"chance_{at}", point | {"color": BLUE, "size": 230 if size > NARROW else 170}, places, x, y, "x"),
        _mark(f"number_{at}", words(11, "#ffffff", "center", fontWeight="bold"), places, x, y, "x", text="number"),
    ]
    return {"layer": [layer for layer in layers if layer["data"]["values"]], "width": size, "height": _HEIGHT}


def _apart(row: Row, rows: Sequence[Row], apart: float) -> float:
    """Schedules of one number of tests stand side by side."""
    same = [other["schedule"] for other in rows if abs(other["tests"] - row["tests"]) < apart / 4]
    return float(row["tests"] + apart * (same.index(row["schedule"]) - (len(same) - 1) / 2))


def _axis(field: str, low: float, high: float, title: str | None, values: Sequence[float]) -> Spec:
    axis = {"values": list(values), "title": title, "labelColor": INK, "titleColor": INK, "titleFontWeight": "normal"}
    scale = {"domain": [low, high], "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis | {"gridColor": "#ececec"}}


def _mark(
    name: str, look: dict[str, Any], rows: list[Row], x: Spec, y: Spec, place: str, to: str = "", text: str = ""
) -> Spec:
    height = y if y["field"] != "y" else y | {"field": "chance"}
    encoding = {"x": x | {"field": place}, "y": height} | ({"y2": {"field": to}} if to else {})
    encoding |= {"text": {"field": text, "type": "nominal"}} if text else {}
    encoding |= {channel: {"field": "said", "type": "nominal"} for channel in ("description", "tooltip")}
    return {"name": name, "data": {"values": rows}, "mark": look, "encoding": encoding}


def _title(text: str, size: int) -> Spec:
    return {"text": _wrap(text, size, 12), "anchor": "start", "fontSize": 12, "fontWeight": "bold", "color": INK}


def _key(names: list[str], found: Comparison, rows: list[Row], size: int, *, one: bool) -> Spec:
    """Numbers and names, with one reading the figures too; the grey line; and what must be said beside all of it."""
    title = {design.name: design.title for design in found.designs}
    said: list[tuple[str, list[str]]] = []
    for number, name in enumerate(names, 1):
        row = next(row for row in rows if row["schedule"] == name)
        figures = [f"{say_chance(row)}, {row['tests']:.1f} tests"] if one else []
        said.append((str(number), [f"{name} ({title[name]})", *figures]))
    said.append(("–", ["grey: the best that schedules with one stretch of closer tests reach"]))
    said += [("!", [caveat.text]) for caveat in found.known.cannot_say[:_CAVEATS]]
    lines = [(mark, [line for text in texts for line in _wrap(text, size + _MARGIN - 22, 11)]) for mark, texts in said]
    values = [
        {"number": "" if at else mark, "text": text} for mark, texts in lines for at, text in enumerate(texts)
    ]  # fmt: skip
    values = [value | {"x": 0, "y": _LINE * (at + 0.5)} for at, value in enumerate(values)]
    height = _LINE * len(values)
    scale = {"domain": [0, height], "range": [0, height], "nice": False, "zero": False}
    y = {"field": "y", "type": "quantitative", "scale": scale, "axis": None}
    numbers = _words("key_numbers", words(11, BLUE, fontWeight="bold"), values, "number", 4 - _MARGIN, y)
    names_ = _words("key_names", words(11, INK), values, "text", 22 - _MARGIN, y)
    return {"layer": [numbers, names_], "width": size, "height": height, "view": {"stroke": None}}


def _words(name: str, look: dict[str, Any], values: list[Row], field: str, left: int, y: Spec) -> Spec:
    encoding = {"x": {"value": left}, "y": y, "text": {"field": field, "type": "nominal"}}
    return {"name": name, "mark": look, "data": {"values": values}, "encoding": encoding}


def _wrap(text: str, width: float, size: float) -> list[str]:
    """Lines of words that fit into `width` pixels."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
