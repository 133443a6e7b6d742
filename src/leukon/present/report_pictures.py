"""The picture of a patient inside a page: SVG that stands beside others, for a screen or paper and for a phone."""

import re
from dataclasses import dataclass

from markupsafe import Markup

from leukon.monitor.review import Review
from leukon.present.charts import draw_timeline
from leukon.present.patient import Patient
from leukon.present.pictures import render_picture

_WIDE, _NARROW = 820, 340


@dataclass(frozen=True)
class Drawn:
    """A picture and what it says in words; `wide` is None where one width must do."""

    text: str
    wide: Markup | None
    narrow: Markup


def draw_for_page(patient: Patient, review: Review, number: int, *, widths: int = 2) -> Drawn:
    """Draw the timeline of a patient in both widths, or with `widths` 1 in the narrow one alone."""
    specs = [draw_timeline(patient, review.protocol, review.as_of, width=width) for width in (_WIDE, _NARROW)[-widths:]]
    *wide, narrow = [_inline(spec, f"p{number}w{at}-") for at, spec in enumerate(specs)]
    return Drawn(str(specs[0]["description"]), wide[0] if wide else None, narrow)


def _inline(spec: dict[str, object], prefix: str) -> Markup:
    """SVG whose ids are its own: two pictures of one page must not clip each other. Vega has escaped all texts."""
    svg = render_picture(spec, ".svg").decode()
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}", svg)
    return Markup(svg)  # noqa: S704
