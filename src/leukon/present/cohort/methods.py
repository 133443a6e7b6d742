"""The methods of a cohort's page in words, with every choice and version: ready for the methods of a paper."""

from markupsafe import Markup

from leukon.cohort.estimates import Cohort
from leukon.cohort.responses import LANDMARKS
from leukon.present.templating import load_templates


def say_methods(cohort: Cohort, *, hidden_below: int, rounded_to: int) -> list[str]:
    """One paragraph a subject.

    Parameters
    ----------
    hidden_below, rounded_to
        How small numbers were treated; 1: not at all.
    """
    said = (
        load_templates()
        .get_template("methods.txt.j2")
        .render(
            said=cohort.provenance,
            protocol=cohort.protocol,
            rule=cohort.protocol.episode,
            next_course=cohort.next_course,
            landmarks=LANDMARKS,
            hidden_below=hidden_below,
            rounded_to=rounded_to,
        )
    )
    return [Markup(" ".join(paragraph.split())) for paragraph in said.split("\n\n")]  # noqa: S704 escaped by Jinja
