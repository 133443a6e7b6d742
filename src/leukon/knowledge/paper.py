"""A paper, claim by claim: what it says, where, and how that can be checked."""

from functools import lru_cache
from typing import Literal

from pydantic import model_validator

from leukon.errors import UnknownName
from leukon.events.data_files import Strict, Text, load_toml
from leukon.knowledge.sources import DATA, load_sources

Verdict = Literal["agrees", "slip", "conflict", "doubtful", "not published", "not checked", "opinion"]
_SHELF = DATA / "paper"


class Claim(Strict):
    """One claim. `check` is the name of what computes it (null: nothing is computed, and `how` says why)."""

    id: Text
    where: Text
    claim: Text
    quoted: bool
    check: Text | None = None
    how: Text
    verdict: Verdict

    @model_validator(mode="after")
    def _what_agrees_was_checked(self) -> "Claim":
        if self.check is None and self.verdict in ("agrees", "conflict", "doubtful"):
            raise ValueError("this verdict needs a check")
        if self.check is not None and self.verdict in ("not published", "not checked"):
            raise ValueError("what was not published or not checked has no check")
        return self


class Paper(Strict):
    """All claims of a paper, and the shipped example and table of evidence that they are checked against."""

    title: Text
    source: Text
    example: Text
    evidence: Text
    claims: tuple[Claim, ...]

    @model_validator(mode="after")
    def _ids_and_source(self) -> "Paper":
        if len({claim.id for claim in self.claims}) < len(self.claims):
            raise ValueError("two claims have one id")
        if self.source not in load_sources():
            raise ValueError(f"the source '{self.source}' is not in sources.toml")
        return self


def list_papers() -> tuple[str, ...]:
    """Ids of the shipped papers."""
    return tuple(sorted(path.stem for path in _SHELF.glob("*.toml")))


@lru_cache
def load_paper(name: str) -> Paper:
    """Load the claims of a paper by its id.

    Raises
    ------
    UnknownName
        If there is no such paper.
    """
    if name not in list_papers():
        raise UnknownName("paper", name, list_papers())
    return load_toml(_SHELF / f"{name}.toml", Paper)
