"""The templates of every page, with the style that they share."""

import re
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from leukon.present.next_steps import say_n

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@lru_cache
def load_templates() -> Environment:
    """Everything is escaped; a name that is not there is an error, never an empty place."""
    loader = PackageLoader("leukon.present")
    found = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    found.filters |= {"say_n": say_n, "whole_dates": _whole_dates}
    return found


def _whole_dates(text: str) -> Markup:
    """The text, escaped, with dates that no line breaks in two."""
    return Markup(_DATE.sub(r'<span class="date">\g<0></span>', str(escape(text))))  # noqa: S704


@lru_cache
def load_style() -> Markup:
    """Our own style sheet, to be put into a page."""
    text = Path(__file__).with_name("templates").joinpath("report.css").read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 our own file
