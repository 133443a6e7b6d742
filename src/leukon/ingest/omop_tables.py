"""Which tables and columns of OMOP CDM 5.3 and 5.4 are read, and what a source of them gives."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import pyarrow as pa

from leukon.errors import UnreadableFile


@dataclass(frozen=True)
class Clinical:
    """A table of results or doses: columns that must be there (of a tuple any one), and those that may."""

    name: str
    needed: tuple[tuple[str, ...], ...]
    others: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are read."""
        return (*(name for names in self.needed for name in names), *self.others)

    def check(self, here: Sequence[str], path: object) -> None:
        """Raise `UnreadableFile` if a needed column is not there."""
        for names in self.needed:
            if not set(names) & set(here):
                why = f"its table {self.name} has no column {' or '.join(names)}."
                raise UnreadableFile(path, why, "give OMOP CDM 5.3 or 5.4 with the names of its specification.")


MEASUREMENT = Clinical(
    "measurement",
    (("person_id",), ("measurement_concept_id",), ("measurement_date", "measurement_datetime"), ("value_as_number",)),
    (
        "measurement_id",
        "measurement_time",
        "operator_concept_id",
        "value_as_concept_id",
        "unit_concept_id",
        "range_low",
        "range_high",
        "measurement_source_value",
        "measurement_source_concept_id",
        "unit_source_value",
        "value_source_value",
    ),
)
OBSERVATION = Clinical(
    "observation",
    (("person_id",), ("observation_concept_id",), ("observation_date", "observation_datetime")),
    (
        "observation_id",
        "value_as_number",
        "value_as_string",
        "value_as_concept_id",
        "unit_concept_id",
        "observation_source_value",
        "observation_source_concept_id",
        "unit_source_value",
        "value_source_value",
    ),
)
DRUG_EXPOSURE = Clinical(
    "drug_exposure",
    (("person_id",), ("drug_concept_id",), ("drug_exposure_start_date", "drug_exposure_start_datetime")),
    (
        "drug_exposure_id",
        "drug_type_concept_id",
        "stop_reason",
        "quantity",
        "sig",
        "route_concept_id",
        "drug_source_value",
        "drug_source_concept_id",
        "route_source_value",
        "dose_unit_source_value",
    ),
)
CLINICAL = (MEASUREMENT, OBSERVATION, DRUG_EXPOSURE)
VOCABULARY = ("concept", "drug_strength", "concept_ancestor")
TABLES = (*(table.name for table in CLINICAL), *VOCABULARY)
ENDINGS = (".parquet", ".pq", ".csv", ".tsv", ".csv.gz", ".tsv.gz")


class Piece(NamedTuple):
    """Some rows of a table under the names of the specification, the place of each; and places of broken lines."""

    rows: pa.RecordBatch
    places: pa.Array
    broken: Sequence[str] = ()


class Where(NamedTuple):
    """Keep only rows whose `column` is one of `values`, all integers or all text."""

    column: str
    values: Sequence[int] | Sequence[str]


class Source(Protocol):
    """A folder or a database."""

    def tables(self) -> Mapping[str, Sequence[str]]:
        """The tables of TABLES that are here, each with its columns in small letters."""
        ...

    def read(self, table: str, columns: Sequence[str], where: Where | None = None) -> Generator[Piece]:
        """Rows of those of the columns that are here."""
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...
