"""What a review in Spark hands back: ten lazy tables, and the disk they keep."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyspark.sql import DataFrame

from leukon.errors import UnknownName


@dataclass(frozen=True)
class SparkReview:
    """All tables of a review as lazy Spark DataFrames; `provenance` says what they depend on (protocol, as_of, ...).

    The first action on any of them reviews the events; what came out stays on the executors' disks for the others,
    until `free()` or the end of the session. Their rows are in no order.
    """

    provenance: Mapping[str, str]
    tables: Mapping[str, DataFrame] = field(repr=False)
    packed: DataFrame = field(repr=False)

    @property
    def account(self) -> DataFrame:
        """Where every row of the input went."""
        return self._table("account")

    @property
    def codes_seen(self) -> DataFrame:
        """Every code met, with its concept if leukon knows it."""
        return self._table("codes_seen")

    @property
    def unused(self) -> DataFrame:
        """Rows of known codes that could not be used, with the reason."""
        return self._table("unused")

    @property
    def subjects(self) -> DataFrame:
        """Everybody known at as_of, with the latest usable ANC."""
        return self._table("subjects")

    @property
    def courses(self) -> DataFrame:
        """Courses of the protocol's drugs."""
        return self._table("courses")

    @property
    def results(self) -> DataFrame:
        """Every usable count, with day, course and grades in both editions."""
        return self._table("results")

    @property
    def episodes(self) -> DataFrame:
        """Episodes of neutropenia."""
        return self._table("episodes")

    @property
    def schedule(self) -> DataFrame:
        """Tests due and done."""
        return self._table("schedule")

    @property
    def workup(self) -> DataFrame:
        """What may explain each episode: every item of the protocol's work-up, unknown ones too."""
        return self._table("workup")

    @property
    def findings(self) -> DataFrame:
        """What needs somebody at as_of, and how soon."""
        return self._table("findings")

    def free(self) -> None:
        """Give back the disk; a table that is used after this is calculated anew."""
        self.packed.unpersist()

    def _table(self, name: str) -> DataFrame:
        if name not in self.tables:
            raise UnknownName("table", name, self.tables)
        return self.tables[name]
