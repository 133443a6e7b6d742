"""Each episode as a lane: what was surely low, what was seen, and what may have been."""

from collections.abc import Sequence

from leukon.present.cohort.plot import Series, axis, draw_plot, marks
from leukon.present.timeline.marks import INK, Row, Spec, symbol
from leukon.present.wording import STATUS_WORDS

_MOST = 60
SURE, SEEN, BEFORE = "surely low", "up to the first normal or the last count", "may have been low before"


def draw_lanes(rows: Sequence[Row], heading: str, *, until: int = 180, width: int) -> Spec:
    """Rows of `lanes` of one course, the longest first, at most 60 of them; day 0 is the first low count.

    Parameters
    ----------
    rows
        With `before_days`, `least_days`, `seen_days`, `status` and `episodes` (alike ones).
    until
        Days that are drawn; what is longer is cut.
    """
    alike = [row for row in rows for _ in range(row["episodes"])]
    lanes = sorted(alike, key=lambda row: (-row["seen_days"], -row["least_days"]))[:_MOST]
    high = max(4, min(10, 420 // max(len(lanes), 1)))
    series = Series((SURE, SEEN, BEFORE), ("#8a1c1c", "#e08a8a", "#cfd6dd"))
    spans: list[Row] = []
    ends: list[Row] = []
    for place, row in enumerate(lanes):
        y = {"y": place * high + 1, "y2": (place + 1) * high - 1}
        before = min(row["before_days"] or 0, 60)
        said = f"{row['seen_days']} days seen, at least {row['least_days']}; {STATUS_WORDS[row['status']]}"
        cut = {name: min(row[f"{name}_days"], until) for name in ("seen", "least")}
        spans += [
            {"x": -before, "x2": 0, "series": BEFORE, "said": said, **y},
            {"x": 0, "x2": max(cut["seen"], 1), "series": SEEN, "said": said, **y},
            {"x": 0, "x2": max(cut["least"], 1), "series": SURE, "said": said, **y},
        ]
        if row["status"] != "recovered":
            ends.append({"x": cut["seen"] + 2, "y": (place + 0.5) * high, "said": said})
    height = max(len(lanes), 1) * high
    y_axis: Spec = {"field": "y", "type": "quantitative", "axis": None}
    y_axis["scale"] = {"domain": [0, height], "range": [0, height], "nice": False, "zero": False}
    x = axis("x", "days since the first low count", -60, until)
    at = {"x": x, "x2": {"field": "x2"}, "y": y_axis, "y2": {"field": "y2"}, "color": series.channel("square")}
    layers = [
        *marks("lanes", {"type": "rect"}, spans, **at),
        *marks("open_ends", symbol("triangle-right", INK, 40), ends, x=x, y=y_axis),
    ]
    left_out = f" {len(alike) - len(lanes)} shorter ones are not drawn." if len(alike) > len(lanes) else ""
    return draw_plot(
        heading,
        f"One lane an episode, the longest first.{left_out} A black tip: not recovered when last seen.",
        layers,
        width=width,
        height=height,
        description=f"{heading}. {len(alike)} episodes; {len(ends)} of those drawn had not recovered when last seen.",
        left=20,
    )
