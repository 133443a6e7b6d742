"""The commands `leukon simulate ...`: read, call, show."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from leukon.cli_mechanism import mechanism

simulate_app = typer.Typer(help="Imagined patients.", no_args_is_help=True)
simulate_app.command()(mechanism)
console = Console()
_SCHEDULES = (
    "Names, or words like every:15d:90d or every:7d:21d-77d, by commas; default: the protocol's, and proposals."
)


@simulate_app.command()
def schedules(
    protocol: Annotated[str, typer.Option(help="Id of a shipped protocol, or path of a TOML file.")],
    schedule: Annotated[str | None, typer.Option(help=_SCHEDULES)] = None,
    reading: Annotated[str | None, typer.Option(help="Readings of the durations, by commas; default: all.")] = None,
    onset: Annotated[str | None, typer.Option(help="Readings of the index onset, by commas; default: all.")] = None,
    patients: Annotated[int, typer.Option(min=2, help="Imagined people for each schedule and reading.")] = 100_000,
    tests: Annotated[float | None, typer.Option(help="Say the best schedule of at most so many tests.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same people.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for tables and picture.")] = None,
) -> None:
    """Judge schedules of blood counts: which severe episodes would they meet, how late, with how many tests."""
    from leukon.present.schedules_files import write_schedules  # noqa: PLC0415 SciPy, as above
    from leukon.present.schedules_terminal import print_schedules  # noqa: PLC0415
    from leukon.simulate.compare import compare_schedules  # noqa: PLC0415

    found = compare_schedules(
        protocol, schedules=_listed(schedule), readings=_listed(reading), onsets=_listed(onset), patients=patients,
        seed=seed,
    )  # fmt: skip
    print_schedules(found, console, tests=tests)
    if out is not None:
        folder = write_schedules(found, out)
        console.print(f"Tables: {folder}", highlight=False, markup=False, soft_wrap=True)


def _listed(given: str | None) -> list[str] | None:
    return None if given is None else [name.strip() for name in given.split(",")]
