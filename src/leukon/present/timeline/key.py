"""What the shapes mean: a key of those that occur, in as many lines as the width needs."""

from collections.abc import Collection, Sequence
from string import ascii_lowercase
from typing import Any

from leukon.present.timeline.frame import Frame
from leukon.present.timeline.labels import text_width
from leukon.present.timeline.marks import (
    AS_OF,
    BLUE,
    INK,
    QUIET,
    RED,
    Row,
    Spec,
    layered,
    line,
    make_strip,
    mark,
    symbol,
    words,
)
from leukon.present.timeline.strip import STATUS_LOOKS
from leukon.present.wording import SLOT_WORDS

_STEP = 17
_SERIES = (
    (tuple(f"anc_{kind}" for kind in ("exact", "derived", "at_", "below")), line(BLUE, 2.4), "ANC"),
    (("wbc_",), line(QUIET, 1.4), "WBC"),
)
_COUNTS: tuple[tuple[tuple[str, ...], dict[str, Any], str], ...] = (
    (("exact",), symbol("circle", BLUE, 60), "measured"),
    (("derived", "at_least_derived", "at_most_derived"), symbol("circle", BLUE, 60, hollow=True), "derived (hollow)"),
    (("at_least", "at_least_derived"), symbol("triangle-up", BLUE, 80), "this or more"),
    (("at_most", "at_most_derived"), symbol("triangle-down", BLUE, 80), "less than this"),
    (("below_scale",), symbol("diamond", BLUE, 90, hollow=True), "0, or below the scale"),
    (("gap",), line(BLUE, 1, strokeDash=[3, 4]), "not measured between"),
    (("lln",), line(INK, 1.6), "lower limit of normal"),
)


def key_items(names: Collection[str]) -> list[tuple[dict[str, Any], str]]:
    """Looks and words of what the picture holds, by the names of its groups.

    >>> [said for _, said in key_items({"anc_exact", "tests_missed"})]
    ['ANC', 'measured', 'no result received']
    """
    ends = {name.partition("_")[2] for name in names if not name.startswith("tests_")}
    items = [(look, said) for series, look, said in _SERIES if any(name.startswith(series) for name in names)]
    items += [(look, said) for kinds, look, said in _COUNTS if ends & set(kinds)]
    if ends & {"interval", "open"}:
        items.append((line(RED, 5), "onset or recovery lies in here"))
    return items + [(look, SLOT_WORDS[s]) for s, look in STATUS_LOOKS.items() if f"tests_{s}" in names]


def draw_key(frame: Frame, items: Sequence[tuple[dict[str, Any], str]], as_of: str) -> Spec:
    """The key, flowing over as many lines as it needs; what the dotted line means comes last."""
    size = 10 if frame.is_narrow else 11
    entries = [*items, (AS_OF, as_of)]
    places = _flow([text_width(said, size) + 30 for _, said in entries], frame.left + frame.inner)
    height = int(places[-1][1]) + _STEP
    panel = make_strip(frame, height, grid=False)
    drawn: list[Spec] = []
    texts: list[Row] = []
    for letter, (look, said), (x, y) in zip(ascii_lowercase, entries, places, strict=False):
        left = x - frame.left + 4
        here: Row = {"x": frame.at(left + 6), "y": y + 8}
        if look["type"] == "rule":
            here |= {"x": frame.at(left - 2), "x2": frame.at(left + 14)}
        drawn += mark(panel, f"key_{letter}", look, [here])
        texts.append({"x": frame.at(left + 20), "y": y + 8, "text": said})
    drawn += mark(panel, "key_words", words(size, QUIET), texts)
    return layered(drawn, panel, view={"stroke": None})


def _flow(widths: Sequence[float], room: float) -> list[tuple[float, float]]:
    places: list[tuple[float, float]] = []
    x = y = 0.0
    for width in widths:
        if x and x + width > room:
            x, y = 0.0, y + _STEP
        places.append((x, y))
        x += width
    return places
