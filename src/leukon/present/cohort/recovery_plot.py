"""How long: the share of episodes that had recovered by each day since the first low count."""

from collections.abc import Sequence

from leukon.present.cohort.plot import Series, axis, band, draw_plot, from_zero, step
from leukon.present.timeline.marks import BLUE, GREEN, PURPLE, Row, Spec

DATINGS = {
    "least": "least: first to last low count",
    "observed": "observed: first low to first normal count",
    "most": "most: from the last normal count before",
}


def draw_recovery(curves: Sequence[Row], heading: str, *, until: int = 120, width: int) -> Spec:
    """Share recovered by day in the three datings; rows of `recovery_curves` of one course."""
    series = Series(tuple(DATINGS.values()), (GREEN, BLUE, PURPLE))
    shown = [row for row in curves if row["day"] <= until and row["share"] is not None]
    points: list[Row] = [{"x": row["day"], "y": 100 * row["share"], "series": DATINGS[row["dating"]]} for row in shown]
    sure: list[Row] = [
        {"x": row["day"], "y": 100 * row["share_low"], "y2": 100 * row["share_high"], "series": DATINGS["observed"]}
        for row in shown
        if row["dating"] == "observed" and row["share_low"] is not None
    ]
    x = axis("x", "days since the first low count", 0, until, tickCount=6)
    y = axis("y", "per cent of episodes recovered", 0, 100)
    layers = [
        *band("recovery_interval", sure, series, x, y, opacity=0.18),
        *step("recovery_curves", from_zero(points), series, x, y),
    ]
    reached = {row["series"]: row["y"] for row in sorted(points, key=lambda row: row["x"])}
    said = "; ".join(f"{name}: {value:.0f} %" for name, value in reached.items())
    return draw_plot(
        heading,
        "Episodes that were still open are counted up to their last count. Band: 95 % interval of the observed dating.",
        layers,
        width=width,
        height=280 if width > 500 else 230,
        description=f"{heading}. Recovered by day {until}: {said or 'nothing to draw'}.",
    )
