"""OMOP's vocabulary tables, where a source has them: codes that leukon knows, and the products that hold its drugs.

Only what leads to a code that leukon knows is kept, so that millions of concepts cost no memory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from leukon.events.concepts import DOSE, Concepts, load_concepts
from leukon.ingest.omop_columns import ids_of, plain, text_of
from leukon.ingest.omop_facts import load_facts
from leukon.ingest.omop_tables import Source, Where


@dataclass(frozen=True)
class Vocabulary:
    """What concept ids lead to.

    `codes`: the code in its own vocabulary that leukon knows. `ingredients`: for a product the ingredient that leukon
    knows. `forms`: for a product that is not systemic by its name, the form.
    """

    codes: Mapping[int, str] = field(default_factory=dict)
    ingredients: Mapping[int, int] = field(default_factory=dict)
    forms: Mapping[int, str] = field(default_factory=dict)

    def code(self, concept: int) -> str:
        """Code of a concept: `OMOP//id`, or the code in its own vocabulary where leukon knows only that one.

        >>> Vocabulary({3016723: "LOINC//2160-0"}).code(3016723), Vocabulary().code(3013650)
        ('LOINC//2160-0', 'OMOP//3013650')
        """
        plain_code = f"OMOP//{concept}"
        return plain_code if load_concepts().find(plain_code) >= 0 else self.codes.get(concept, plain_code)


def read_vocabulary(source: Source) -> Vocabulary:
    """Read `concept`, `drug_strength` and `concept_ancestor` as far as they are here."""
    concepts = load_concepts()
    codes = _find_codes(source, concepts)
    drugs = {concept for concept, code in codes.items() if _is_drug(code, concepts)}
    drugs |= {int(code.removeprefix("OMOP//")) for code in _codes(concepts) if _is_omop_drug(code, concepts)}
    ingredients = _find_products(_pairs(source, drugs), drugs)
    forms = _find_forms(source, ingredients)
    return Vocabulary(codes, ingredients, forms)


def _codes(concepts: Concepts) -> list[str]:
    return [code for concept in concepts.listed for code in concept.codes]


def _is_drug(code: str, concepts: Concepts) -> bool:
    return bool(concepts.use[concepts.find(code)] == DOSE)


def _is_omop_drug(code: str, concepts: Concepts) -> bool:
    return code.startswith("OMOP//") and _is_drug(code, concepts)


def _rows(source: Source, table: str, columns: tuple[str, ...], where: Where) -> Iterator[pa.RecordBatch]:
    if set(columns) <= set(source.tables().get(table, ())):
        for piece in source.read(table, columns, where):
            yield piece.rows


def _ids(rows: pa.RecordBatch, name: str) -> list[Any]:
    return ids_of(rows, name).to_pylist()


def _words(rows: pa.RecordBatch, name: str) -> list[Any]:
    return plain(text_of(rows, name)).to_pylist()


def _find_codes(source: Source, concepts: Concepts) -> dict[int, str]:
    terms = sorted({code.partition("//")[2] for code in _codes(concepts)})
    found: dict[int, str] = {}
    columns = ("concept_id", "vocabulary_id", "concept_code")
    for rows in _rows(source, "concept", columns, Where("concept_code", terms)):
        named = zip(_ids(rows, columns[0]), _words(rows, columns[1]), _words(rows, columns[2]), strict=True)
        for concept, vocabulary, term in named:
            if concept is not None and concepts.find(f"{vocabulary}//{term}") >= 0:
                found[concept] = f"{vocabulary}//{term}"
    return found


def _pairs(source: Source, drugs: set[int]) -> Iterator[tuple[int, int]]:
    """Pairs of a product and a drug that leukon knows, from the strengths and the ancestors of products."""
    for table, of, drug in (
        ("drug_strength", "drug_concept_id", "ingredient_concept_id"),
        ("concept_ancestor", "descendant_concept_id", "ancestor_concept_id"),
    ):
        for rows in _rows(source, table, (of, drug), Where(drug, sorted(drugs))):
            yield from zip(_ids(rows, of), _ids(rows, drug), strict=True)


def _find_products(pairs: Iterator[tuple[int, int]], drugs: set[int]) -> dict[int, int]:
    """The drug in each product; of several the one with the lowest id."""
    found: dict[int, int] = {}
    for product, drug in pairs:
        if product is not None and drug is not None and product not in drugs:
            found[product] = min(drug, found.get(product, drug))
    return found


def _find_forms(source: Source, products: Mapping[int, int]) -> dict[int, str]:
    facts = load_facts()
    found: dict[int, str] = {}
    if not products:
        return found
    for rows in _rows(source, "concept", ("concept_id", "concept_name"), Where("concept_id", sorted(products))):
        for concept, name in zip(_ids(rows, "concept_id"), _words(rows, "concept_name"), strict=True):
            form = facts.form_of_name(name or "")
            if form is not None:
                found[concept] = form
    return found
