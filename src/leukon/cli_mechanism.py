"""`leukon simulate mechanism`: read, call, show. No logic."""

from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer
from rich.console import Console

from leukon.folders import made
from leukon.ingest.examples import load_example
from leukon.knowledge.mechanism import load_mechanism
from leukon.simulate.mechanism_doses import read_doses

console = Console()


def mechanism(
    case: Annotated[bool, typer.Option("--case/--no-case", help="Tell the patient of the paper.")] = True,
    no_steroid: Annotated[bool, typer.Option("--no-steroid", help="Draw her without the corticosteroid.")] = False,
    patients: Annotated[int, typer.Option(help="Virtual patients to write as events (needs --out).", min=0)] = 0,
    seed: Annotated[int, typer.Option(help="Of the virtual patients.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for the picture, the fit table and the events.")] = None,
) -> None:
    """Show what the mechanism proposed for one patient implies, its misses, and what her data cannot tell."""
    # Only this command needs these, and JAX takes seconds to import.
    from leukon.present.files import write_table  # noqa: PLC0415
    from leukon.present.mechanism_picture import draw_mechanism  # noqa: PLC0415
    from leukon.present.mechanism_terminal import fit_rows, print_mechanism  # noqa: PLC0415
    from leukon.present.pictures import write_picture  # noqa: PLC0415
    from leukon.simulate.mechanism_population import cached_population  # noqa: PLC0415
    from leukon.simulate.mechanism_story import tell_case  # noqa: PLC0415

    model = load_mechanism()
    doses = read_doses(load_example("index-case")[0], model.drugs)
    if case:
        story = tell_case(model, doses)
        print_mechanism(story, console)
        if out is not None:
            with made(out):
                write_picture(draw_mechanism(story, steroid=not no_steroid), out / "mechanism.svg")
                write_table(pa.Table.from_pylist(fit_rows(story)), out / "fit.csv")
    if patients and out is not None:
        cached_population(out / "population.parquet", model, patients, seed=seed)
    if out is not None:
        console.print(f"Folder: {out}", highlight=False, markup=False, soft_wrap=True)
