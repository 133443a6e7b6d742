"""The commands `leukon evidence ...` and `leukon paper`: read, call, show."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from leukon.errors import UnknownName
from leukon.knowledge.evidence import Evidence, add_studies, list_evidence, load_evidence

evidence_app = typer.Typer(
    help="Show published evidence as data, and pool what may be pooled.", invoke_without_command=True
)
console = Console()
_Studies = Annotated[Path | None, typer.Option("--studies", help="TOML file with studies of your own reading.")]
_Include = Annotated[list[str] | None, typer.Option("--include", help="Pool this study too; may be repeated.")]
_Cohort = Annotated[
    Path | None, typer.Option("--cohort", help="CSV file with your own incidence (label,events,n,...).")
]
_Question = Annotated[str, typer.Argument(metavar="QUESTION", help="Such as severe-year-1.")]


@evidence_app.callback()
def evidence(context: typer.Context) -> None:
    """Show published evidence as data, and pool what may be pooled; alone, all tables."""
    if context.invoked_subcommand is None:
        table(None)


@evidence_app.command()
def table(
    name: Annotated[str | None, typer.Argument(metavar="ID", help="Id of a table; default: all.")] = None,
    studies: _Studies = None,
) -> None:
    """Show each row as printed and as stored, with exact intervals and what it cannot be used for."""
    from leukon.present.evidence import print_evidence  # noqa: PLC0415 SciPy takes longer to import than all else here

    for one in list_evidence() if name is None else (name,):
        print_evidence(_load(one, studies), console)


@evidence_app.command()
def pool(
    question: _Question,
    include: _Include = None,
    cohort: _Cohort = None,
    studies: _Studies = None,
) -> None:
    """Pool the studies of a question, by two methods, with what speaks against it."""
    from leukon.present.pooled import pool_question  # noqa: PLC0415 as above
    from leukon.present.pooled_terminal import print_pooled  # noqa: PLC0415

    print_pooled(pool_question(_find(question, studies), question, include or (), cohort), console)


@evidence_app.command()
def forest(
    question: _Question,
    include: _Include = None,
    cohort: _Cohort = None,
    studies: _Studies = None,
    out: Annotated[Path, typer.Option(help="File to write: .svg, .html, .png or .pdf.")] = Path("forest.svg"),
    width: Annotated[int, typer.Option(min=300, max=2000, help="Pixels; 340 suits a phone.")] = 820,
) -> None:
    """Draw the studies of a question and what they say together."""
    from leukon.present.forest import draw_forest  # noqa: PLC0415 as above
    from leukon.present.pictures import write_picture  # noqa: PLC0415
    from leukon.present.pooled import pool_question  # noqa: PLC0415

    found = pool_question(_find(question, studies), question, include or (), cohort)
    picture = write_picture(draw_forest(found.title, found.studies, found.pooling, width=width), out)
    console.print(f"Picture: {picture}", highlight=False, markup=False, soft_wrap=True)


def paper(name: Annotated[str, typer.Argument(metavar="ID")] = "vakrakou-2018") -> None:
    """Go through a paper claim by claim: what it says, and what the shipped data say to it."""
    from leukon.present.paper import print_paper  # noqa: PLC0415 as above

    print_paper(name, console)


def _load(name: str, studies: Path | None) -> Evidence:
    return load_evidence(name) if studies is None else add_studies(load_evidence(name), studies)


def _find(question: str, studies: Path | None) -> Evidence:
    """The table that has the question, with the studies of one's own reading."""
    tables = [load_evidence(name) for name in list_evidence()]
    for name in list_evidence():
        if question in load_evidence(name).questions:
            return _load(name, studies)
    raise UnknownName("question", question, [known for one in tables for known in one.questions])
