"""The command `leukon cohort`: read or review in parts, estimate, hide small numbers, write the page and the tables."""

import tempfile
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from leukon.cli_inputs import CODES_HELP, choose_format, find_today, works_in_parts
from leukon.folders import made
from leukon.ingest.reading import read
from leukon.ingest.site_map import load_code_map
from leukon.knowledge.library import concepts_of, load_protocol

console = Console()
NextCourse = Literal["competes", "censors"]
_SMALL = "Least number that is shown; 1 shows all: then nothing of it may leave the house."


def cohort(
    source: Annotated[str, typer.Argument(metavar="INPUT", help="File, folder or URL of a database.")],
    protocol: Annotated[str, typer.Option(help="Id of a shipped protocol, or path of a TOML file.")],
    out: Annotated[Path, typer.Option(help="Folder for cohort.html and the tables.")],
    schedule: Annotated[str | None, typer.Option(help="One of the protocol's schedules; default: its own.")] = None,
    as_of: Annotated[str, typer.Option(help="Date (its end), instant, 'today' or 'last'.")] = "today",
    codes: Annotated[Path | None, typer.Option(help=CODES_HELP)] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA zone to convert times with an offset to.")] = None,
    format: Annotated[str | None, typer.Option(help="Format of the input; default: recognised.")] = None,
    next_course: Annotated[NextCourse, typer.Option(help="What the next course does to onset.")] = "competes",
    least: Annotated[int, typer.Option(min=1, help=_SMALL)] = 5,
    rounded_to: Annotated[int, typer.Option(min=1, help="Shown numbers are multiples of it.")] = 5,
) -> None:
    """Say of a cohort how often, how soon, how long and how well watched: a page and its tables."""
    from leukon.cohort.counts import count_review  # noqa: PLC0415 SciPy takes longer to import than all else here
    from leukon.cohort.estimates import estimate_cohort  # noqa: PLC0415
    from leukon.cohort.leaving import make_presentable  # noqa: PLC0415
    from leukon.monitor.review import review  # noqa: PLC0415
    from leukon.present.cohort.files import write_cohort  # noqa: PLC0415
    from leukon.present.progress import show_rows, show_share  # noqa: PLC0415
    from leukon.scale.shards import review_dataset  # noqa: PLC0415

    known = load_protocol(protocol)
    code_map = None if codes is None else load_code_map(codes, concepts_of(known))
    moment = find_today(timezone) if as_of == "today" else as_of
    if works_in_parts(source, choose_format(format), code_map, wanted=None):
        with made(out), tempfile.TemporaryDirectory(prefix=".counts-", dir=out) as folder, show_share() as progress:
            counts = review_dataset(
                source, known, as_of=moment, out=folder, schedule=schedule, codes=code_map, timezone=timezone,
                tables=(), counts=True, progress=progress,
            ).counts()  # fmt: skip
    else:
        with show_rows() as on_rows:
            events = read(source, choose_format(format), codes=code_map, timezone=timezone, on_rows=on_rows)
        counts = count_review(review(events, known, schedule=schedule, as_of=moment, codes=code_map, timezone=timezone))
    found = make_presentable(estimate_cohort(counts, known, next_course=next_course), counts, least, rounded_to)
    for what, where in write_cohort(found, out, hidden_below=least, rounded_to=rounded_to).items():
        console.print(f"{what}: {where}", highlight=False, markup=False, soft_wrap=True)
