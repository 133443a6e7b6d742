"""How the immune cells come back: the median of value over baseline by period, with its quartiles."""

from collections.abc import Sequence

from leukon.present.cohort.plot import Series, axis, draw_plot, marks
from leukon.present.timeline.marks import INK, Row, Spec

ANALYTES = {"cd4": "CD4", "cd8": "CD8", "nk": "NK", "b_cells": "B cells"}
_LEAST = 0.1
"""Per cent of the baseline at the foot of the axis."""


def draw_immune(rows: Sequence[Row], heading: str, *, width: int) -> Spec:
    """Rows of `phenotypes` of one course; the axis is logarithmic, for a tenth and a hundredth are different things."""
    series = Series(tuple(ANALYTES.values()))
    points: list[Row] = []
    for row in rows:
        if row["median_low"] is None:
            continue
        place = list(ANALYTES).index(row["analyte"])
        end = row["to_day"] if row["to_day"] is not None else row["from_day"] + 180
        middle = (row["from_day"] + end) / 2 + (place - 1.5) * 6
        ends = [row["quarter_low"], row["median_low"], row["three_quarters_high"]]
        low, median, high = (max(100 * (value or 0), _LEAST) for value in ends)
        said = f"{ANALYTES[row['analyte']]}, day {row['from_day']} on: median {median:.0f} % of baseline"
        points.append(
            {"x": middle, "y": median, "low": low, "high": high, "series": ANALYTES[row["analyte"]], "said": said}
        )
    top = max((point["high"] for point in points), default=100)
    low = min((point["low"] for point in points), default=1)
    x = axis("x", "days since the course began", 0, max((point["x"] for point in points), default=360) + 40)
    y = axis("y", "per cent of the person's own baseline", low * 0.8, top * 1.25, format="~g")
    y["scale"] |= {"type": "log"}
    level = [{"y": 100, "text": "baseline"}]
    colour = series.channel()
    bounds = {"y": y | {"field": "low"}, "y2": {"field": "high"}}
    layers = [
        *marks("baseline", {"type": "rule", "strokeDash": [4, 3], "color": INK}, level, y=y),
        *marks("quartiles", {"type": "rule", "strokeWidth": 1.5, "opacity": 0.7}, points, x=x, **bounds, color=colour),
        *marks("lines", {"type": "line", "strokeWidth": 1.5}, points, x=x, y=y, color=colour),
        *marks("medians", {"type": "point", "filled": True, "size": 55, "opacity": 1}, points, x=x, y=y, color=colour),
    ]
    said = "; ".join(point["said"] for point in points)
    return draw_plot(
        heading,
        "Medians, and lines from the lower to the upper quartile, of persons with a value before the course and one in "
        "the period. Dashed: as before.",
        layers,
        width=width,
        height=300 if width > 500 else 250,
        description=f"{heading}. {said or 'Nothing to draw'}.",
    )
