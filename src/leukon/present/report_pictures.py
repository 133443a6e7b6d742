"""The picture of a patient as SVG, for a screen or paper and for a phone; inside a page it stands beside others."""

import re
from dataclasses import dataclass, replace

from markupsafe import Markup

from leukon.monitor.review import Review
from leukon.present.charts import draw_timeline
from leukon.present.patient import Patient
from leukon.present.pictures import render_picture

_WIDE, _NARROW = 820, 340


@dataclass(frozen=True)
class Drawn:
    """A picture and what it says in words; `wide` is None where one width must do. Vega has escaped all texts."""

    text: str
    wide: Markup | None
    narrow: Markup


def draw_patient(patient: Patient, review: Review, *, wide: bool = True) -> Drawn:
    """Draw the timeline of a patient in both widths, or in the narrow one alone."""
    narrow = draw_timeline(patient, review.protocol, review.as_of, width=_NARROW)
    broad = draw_timeline(patient, review.protocol, review.as_of, width=_WIDE) if wide else None
    return Drawn(str(narrow["description"]), None if broad is None else _to_svg(broad), _to_svg(narrow))


def put_in_page(drawn: Drawn, number: int, *, wide: bool = True) -> Drawn:
    """The same with ids of its own: two pictures of one page must not clip each other."""
    broad = None if drawn.wide is None or not wide else _with_ids(drawn.wide, f"p{number}wide-")
    return replace(drawn, wide=broad, narrow=_with_ids(drawn.narrow, f"p{number}narrow-"))


def _to_svg(spec: dict[str, object]) -> Markup:
    return Markup(render_picture(spec, ".svg").decode())  # noqa: S704


def _with_ids(svg: Markup, prefix: str) -> Markup:
    return Markup(re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}", str(svg)))  # noqa: S704
