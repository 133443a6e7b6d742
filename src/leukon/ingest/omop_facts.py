"""What OMOP's concept ids mean, from omop.toml: units, comparators, answers, local routes, doses not given."""

from functools import lru_cache
from pathlib import Path

from pydantic import model_validator

from leukon.events.data_files import Strict, Text, load_toml


class NotGiven(Strict):
    """Types and reasons of a drug exposure that say that nothing was given."""

    source: Text
    types: tuple[int, ...]
    reasons: tuple[Text, ...]


class Form(Strict):
    """A way of giving that is not systemic, and the ids and words that say so."""

    source: Text
    concepts: tuple[int, ...]
    routes: tuple[Text, ...]
    names: tuple[Text, ...]


class Facts(Strict):
    """The layout of omop.toml."""

    sources: dict[str, Text]
    units: dict[str, Text]
    operators: dict[str, str]
    answers: dict[str, Text]
    not_given: NotGiven
    forms: dict[str, Form]

    @model_validator(mode="after")
    def _every_source_is_known(self) -> "Facts":
        tables = [self.units["source"], self.operators["source"], self.answers["source"], self.not_given.source]
        for source in (*tables, *(form.source for form in self.forms.values())):
            if source not in self.sources:
                raise ValueError(f"the source '{source}' is not in [sources]")
        return self

    def unit(self, concept: int) -> str | None:
        """Unit of a unit_concept_id; None if it is not listed.

        >>> load_facts().unit(9444)
        '10*9/L'
        """
        return self.units.get(str(concept))

    def comparator(self, concept: int) -> str | None:
        """Comparator of an operator_concept_id; None is exact. An unknown one is shown, so that the door refuses it."""
        return self.operators.get(str(concept), f"OMOP//{concept}") or None

    def answer(self, concept: int) -> str | None:
        """Word of a value_as_concept_id; None for 0. An unknown one is shown by its id."""
        return self.answers.get(str(concept), f"OMOP//{concept}") if concept else None

    def form_of_concept(self, concept: int) -> str | None:
        """Name of the local form that a route_concept_id means; None: systemic or not known."""
        return next((name for name, form in self.forms.items() if concept in form.concepts), None)

    def form_of_route(self, route: str) -> str | None:
        """Name of the local form that a route_source_value says; None: systemic or not known.

        >>> load_facts().form_of_route(" Both Eyes"), load_facts().form_of_route("IV")
        ('eye', None)
        """
        word = " ".join(route.split()).lower()
        return next((name for name, form in self.forms.items() if word in form.routes), None)

    def form_of_name(self, name: str) -> str | None:
        """Name of the local form that a product's name says; None: it says none."""
        said = f" {name.lower()} "
        return next((form for form, facts in self.forms.items() if any(part in said for part in facts.names)), None)


@lru_cache
def load_facts() -> Facts:
    """The shipped facts (omop.toml)."""
    return load_toml(Path(__file__).with_name("omop.toml"), Facts)
