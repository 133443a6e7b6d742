"""Estimates with their intervals, one below another."""

from collections.abc import Sequence

from leukon.present.cohort.plot import axis, draw_plot, marks
from leukon.present.timeline.marks import BLUE, INK, QUIET, Row, Spec, words

_ROW = 40


def draw_dots(rows: Sequence[Row], heading: str, note: str, unit: str, *, width: int) -> Spec:
    """Rows have `label`, `value`, `low`, `high` (any null: not drawn) and `numbers`, what they rest on in words."""
    known = [row for row in rows if row["value"] is not None and row["high"] is not None]
    top = max((row["high"] for row in known), default=1.0) or 1.0
    height = max(len(rows), 1) * _ROW
    y: Spec = {"field": "y", "type": "quantitative", "axis": None}
    y["scale"] = {"domain": [0, height], "range": [0, height], "nice": False, "zero": False}
    x = axis("x", unit, 0, top * 1.05, format="~g")
    at = {id(row): place * _ROW for place, row in enumerate(rows)}
    labels = [{"x": 0, "y": at[id(row)] + 10, "text": f"{row['label']}: {row['numbers']}"} for row in rows]
    dots = [
        {"x": row["value"], "low": row["low"], "high": row["high"], "y": at[id(row)] + 27,
         "said": f"{row['label']}: {row['numbers']}"} for row in known
    ]  # fmt: skip
    text = {"field": "text", "type": "nominal"}
    layers = [
        *marks("intervals", {"type": "rule", "strokeWidth": 2, "color": BLUE}, dots, x=x | {"field": "low"},
               x2={"field": "high"}, y=y),
        *marks("values", {"type": "point", "filled": True, "size": 70, "color": BLUE, "opacity": 1}, dots, x=x, y=y),
        *marks("labels", words(12, INK if known else QUIET), labels, x=x, y=y, text=text),
    ]  # fmt: skip
    said = "; ".join(f"{row['label']}: {row['numbers']}" for row in rows)
    return draw_plot(
        heading, note, layers, width=width, height=height, description=f"{heading}. {said or 'Nothing to draw'}.",
        left=20,
    )  # fmt: skip
