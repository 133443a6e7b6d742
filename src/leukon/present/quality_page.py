"""The data-quality page as one HTML file that fetches nothing."""

from importlib.metadata import version

from leukon.present.quality import Quality
from leukon.present.quality_words import say_basis, say_headline, say_sections
from leukon.present.templating import load_style, load_templates
from leukon.present.wording import CAUTION, CAUTION_SHORT

CODES = 100
"""So many unknown codes a page shows; its table holds all."""


def make_quality_page(quality: Quality) -> str:
    """The page of `leukon check`; the same quality gives the same bytes, and nobody is named on it."""
    return (
        load_templates()
        .get_template("quality.html.j2")
        .render(
            css=load_style(),
            caution=CAUTION,
            caution_short=CAUTION_SHORT,
            headline=say_headline(quality),
            basis=say_basis(quality, version("leukon")),
            sections=say_sections(quality, CODES),
        )
    )
