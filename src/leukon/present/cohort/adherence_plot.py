"""Which tests were done: one square for each planned day of each test, darker where more were missed."""

from collections.abc import Sequence

from leukon.present.cohort.plot import axis, draw_plot, marks
from leukon.present.timeline.marks import INK, Row, Spec, words

_ROW = 34


def draw_adherence(rows: Sequence[Row], heading: str, *, width: int) -> Spec:
    """Share of slots done by test and due day; rows of `adherence` of one course, hidden ones are hatched grey."""
    tests = list(dict.fromkeys(row["test"] for row in sorted(rows, key=lambda row: row["test"])))
    last = max((row["due_day"] for row in rows), default=30)
    half = max(last / 130, 4)
    cells: list[Row] = []
    for row in rows:
        top = tests.index(row["test"]) * _ROW + 14
        share = row["done_share"]
        said = "hidden or none" if share is None else f"{100 * share:.0f} % of {row['slots']:,} done"
        cells.append(
            {"x": row["due_day"] - half, "x2": row["due_day"] + half, "y": top, "y2": top + _ROW - 16,
             "share": None if share is None else 100 * share, "said": f"{row['test']}, day {row['due_day']}: {said}"}
        )  # fmt: skip
    height = max(len(tests), 1) * _ROW
    y: Spec = {"field": "y", "type": "quantitative", "axis": None}
    y["scale"] = {"domain": [0, height], "range": [0, height], "nice": False, "zero": False}
    x = axis("x", "planned day of the course", -2 * half, last + 2 * half, grid=False)
    legend = {"title": "per cent done", "orient": "top", "gradientLength": 160, "titleFontWeight": "normal"}
    colour: Spec = {"field": "share", "type": "quantitative", "legend": legend}
    colour["scale"] = {"domain": [0, 100], "scheme": "viridis", "reverse": True}
    known = [cell for cell in cells if cell["share"] is not None]
    hidden = [cell for cell in cells if cell["share"] is None]
    spans = {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}}
    names = [{"x": -2 * half, "y": place * _ROW + 6, "text": test} for place, test in enumerate(tests)]
    layers = [
        *marks("slots_done", {"type": "rect"}, known, **spans, color=colour),
        *marks("slots_hidden", {"type": "rect", "color": "#d9d9d9"}, hidden, **spans),
        *marks("test_names", words(12, INK), names, x=x, y=y, text={"field": "text", "type": "nominal"}),
    ]
    worst = sorted(known, key=lambda cell: cell["share"])[:1]
    return draw_plot(
        heading,
        "Slots that are done or whose time is over. Grey: hidden, for the numbers are small, or none.",
        layers,
        width=width,
        height=height,
        description=f"{heading}. {len(known)} planned days; least done: {worst[0]['said'] if worst else 'none'}.",
        left=20,
    )
