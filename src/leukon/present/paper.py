"""A paper held against the shipped data: each claim with what is computed for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rich.console import Console
from rich.text import Text

from leukon.ingest.examples import load_example
from leukon.knowledge.evidence import load_evidence
from leukon.knowledge.paper import Claim, Paper, load_paper
from leukon.knowledge.sources import load_sources
from leukon.monitor.review import review
from leukon.present import paper_cells, paper_checks
from leukon.present.paper_checks import Case, Checked
from leukon.present.wording import CAUTION

CHECKS: Mapping[str, Callable[[Case], Checked]] = MappingProxyType(
    {
        name: check
        for module in (paper_checks, paper_cells)
        for name, check in vars(module).items()
        if callable(check) and getattr(check, "__module__", "") == module.__name__ and name.islower() and name[0] != "_"
    }
)
"""What computes a claim, by the name that stands in the paper's TOML file."""


@dataclass(frozen=True)
class Answer:
    """A claim, and what was computed for it (null: nothing can be)."""

    claim: Claim
    checked: Checked | None


def check_paper(name: str = "vakrakou-2018") -> tuple[Answer, ...]:
    """Compute all that can be computed for the claims of a paper.

    >>> [answer.claim.verdict for answer in check_paper()][:3]
    ['conflict', 'agrees', 'slip']

    Raises
    ------
    UnknownName
        If there is no such paper.
    """
    paper = load_paper(name)
    case = load_case(paper)
    return tuple(Answer(claim, None if claim.check is None else CHECKS[claim.check](case)) for claim in paper.claims)


def load_case(paper: Paper) -> Case:
    """The data that a paper's claims are held against."""
    events, example = load_example(paper.example)
    return Case(events, review(events, example.protocol, as_of=example.as_of), load_evidence(paper.evidence))


def print_paper(name: str, console: Console) -> None:
    """Each claim with its verdict, what was computed and how."""
    paper = load_paper(name)
    console.print(Text(paper.title, "bold"))
    console.print(Text(f"{load_sources()[paper.source].title}. {CAUTION}", "dim"))
    for answer in check_paper(name):
        claim = answer.claim
        said = f'"{claim.claim}"' if claim.quoted else claim.claim
        console.print()
        console.print(Text(f"{claim.id}: {claim.verdict.upper()}", "bold"))
        console.print(Text(f"  {said} [{claim.where}]"))
        if answer.checked is not None:
            console.print(Text(f"  computed: {answer.checked.said}"))
        console.print(Text(f"  how: {claim.how}", "dim"))
