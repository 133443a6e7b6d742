"""How soon: the naive curve, the one with competing ends, and what is known when onset lies between two counts."""

from collections.abc import Sequence

from leukon.present.cohort.plot import Series, axis, band, draw_plot, from_zero, step
from leukon.present.timeline.marks import BLUE, ORANGE, QUIET, Row, Spec

NAIVE, COMPETING, BETWEEN = "as tested", "as tested, other ends compete", "between two counts"


def draw_onset(curves: Sequence[Row], days: Sequence[Row], heading: str, *, until: int = 730, width: int) -> Spec:
    """The three ways of one course and limit, up to day `until`, in per cent of the persons at risk.

    Parameters
    ----------
    curves, days
        Rows of `onset_curves` and `onset_days` of that course and limit.
    heading
        Course and limit in words.
    """
    series = Series((NAIVE, COMPETING, BETWEEN), (QUIET, BLUE, ORANGE))
    ways = {"naive": NAIVE, "aalen_johansen": COMPETING}
    points: list[Row] = [
        {"x": row["day"], "y": 100 * row["estimate"], "series": ways[row["way"]]}
        for row in curves
        if row["cause"] == "onset" and row["day"] <= until and row["estimate"] is not None
    ]
    sure: list[Row] = [
        {"x": row["day"], "y": 100 * row["low"], "y2": 100 * row["high"], "series": COMPETING}
        for row in curves
        if row["way"] == "aalen_johansen" and row["cause"] == "onset" and row["day"] <= until and row["low"] is not None
    ]
    between: list[Row] = [
        {"x": row["day"], "y": 100 * row["at_least"], "y2": 100 * row["at_most"], "series": BETWEEN}
        for row in days
        if row["day"] <= until and row["at_least"] is not None
    ]
    upper = [row | {"y": row["y2"]} for row in between]
    top = max((row.get("y2", row["y"]) for row in (*points, *sure, *between)), default=1.0)
    x = axis("x", "days since the course began", 0, until, tickCount=8)
    y = axis("y", "per cent of persons at risk", 0, max(top * 1.08, 0.5))
    layers = [
        *band("onset_between", between, series, x, y, opacity=0.35, interpolate="linear"),
        *band("onset_interval", sure, series, x, y, opacity=0.15),
        *step("onset_at_most", upper, series, x, y, strokeDash=[5, 3], interpolate="linear"),
        *step("onset_curves", from_zero(points), series, x, y),
    ]
    last = {row["series"]: row["y"] for row in sorted(points, key=lambda row: row["x"])}
    said = "; ".join(f"{name}: {value:.1f} %" for name, value in last.items())
    return draw_plot(
        heading,
        "Persons with a first count beyond the limit. Blue band: pointwise 95 % interval. Orange: the crossing lies "
        "somewhere between two counts, so the curve lies between the band's edges (dashed: the upper one).",
        layers,
        width=width,
        height=300 if width > 500 else 240,
        description=f"{heading}. Up to day {until}: {said or 'nothing to draw'}.",
    )
