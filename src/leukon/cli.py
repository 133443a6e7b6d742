"""The `leukon` command: one function a command; read, call, show. No logic."""

import sys
from collections.abc import Mapping
from importlib.metadata import version as installed_version
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer
from rich.console import Console

from leukon.cli_cohort import cohort
from leukon.cli_evidence import evidence_app, paper
from leukon.cli_inputs import CODES_HELP, choose_format, find_today, works_in_parts
from leukon.cli_simulate import simulate_app
from leukon.errors import LeukonError, NotInParts
from leukon.events.clock import END_OF_TIME, AsOf
from leukon.events.code_map import CodeMap
from leukon.events.table import open_door
from leukon.ingest.code_hints import suggest_codes
from leukon.ingest.code_hints_said import say_suggestions
from leukon.ingest.examples import load_example
from leukon.ingest.formats import name_codes, recognise
from leukon.ingest.meds_writer import write_meds
from leukon.ingest.reading import read
from leukon.ingest.reading import stream as read_in_batches
from leukon.ingest.site_map import load_code_map
from leukon.knowledge.library import concepts_of, list_protocols, load_protocol, protocol_path
from leukon.monitor.review import TABLES, Review
from leukon.monitor.review import review as review_events
from leukon.present.files import TableFormat, write_page, write_pages, write_tables
from leukon.present.progress import show_rows, show_share
from leukon.present.terminal import print_review, print_story, print_summary
from leukon.scale.shards import DatasetReview, review_dataset

app = typer.Typer(
    help="Watch the blood of people whose treatment depletes their immune cells. "
    "It supports decisions; clinicians make them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
protocols_app = typer.Typer(help="Protocols that leukon ships.", invoke_without_command=True)
app.add_typer(protocols_app, name="protocols")
codes_app = typer.Typer(help="Codes of a site.", no_args_is_help=True)
app.add_typer(codes_app, name="codes")
app.add_typer(evidence_app, name="evidence")
app.command()(paper)
app.add_typer(simulate_app, name="simulate")
console = Console()
_PARTS = "Review part by part, in little memory, and write Parquet files; default: for Parquet or MEDS of many rows."


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"leukon {installed_version('leukon')}")
        raise typer.Exit


app.command()(cohort)


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True)] = False,
) -> None:
    """Watch the blood of people whose treatment depletes their immune cells."""
    del version  # its callback has done the work


@app.command()
def demo(out: Annotated[Path, typer.Option(help="Folder for the tables.")] = Path("leukon-demo")) -> None:
    """Review the index case of Vakrakou et al. 2018: its story, tables, report and timeline."""
    events, example = load_example("index-case")
    reviewed = review_events(events, example.protocol, as_of=example.as_of)
    folder = _write(reviewed, out, "csv", report=True, notice=example.notice)
    console.print(example.notice, highlight=False, markup=False)
    print_story(reviewed, console)
    _say_where(folder)


@app.command()
def review(
    source: Annotated[str, typer.Argument(metavar="INPUT", help="File, folder or URL of a database.")],
    protocol: Annotated[str, typer.Option(help="Id of a shipped protocol, or path of a TOML file.")],
    schedule: Annotated[str | None, typer.Option(help="One of the protocol's schedules; default: its own.")] = None,
    as_of: Annotated[str, typer.Option(help="Date (its end), instant, 'today' or 'last'.")] = "today",
    codes: Annotated[Path | None, typer.Option(help=CODES_HELP)] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA zone to convert times with an offset to.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables; written whole or not at all.")] = None,
    tables: Annotated[TableFormat | None, typer.Option(help="Format of the tables; default: csv.")] = None,
    format: Annotated[str | None, typer.Option(help="Format of the input; default: recognised.")] = None,
    report: Annotated[bool, typer.Option(help="Write report.html and timelines beside the tables.")] = True,
    parts: Annotated[bool | None, typer.Option("--parts/--whole", help=_PARTS)] = None,
) -> None:
    """Review events: who needs somebody and how soon, episodes and what may explain them, due tests, all rows."""
    known = load_protocol(protocol)
    code_map = None if codes is None else load_code_map(codes, concepts_of(known))
    moment = find_today(timezone) if as_of == "today" else as_of
    if out is not None and works_in_parts(source, choose_format(format), code_map, wanted=parts):
        if tables == "csv":
            raise NotInParts
        with show_share() as progress:
            found = review_dataset(
                source, known, as_of=moment, out=out, schedule=schedule, codes=code_map, timezone=timezone,
                progress=progress,
            )  # fmt: skip
        _show_dataset(found, report=report)
        return
    with show_rows() as on_rows:
        events = read(source, choose_format(format), codes=code_map, timezone=timezone, on_rows=on_rows)
    reviewed = review_events(
        events,
        known,
        schedule=schedule,
        as_of=moment,
        codes=code_map,
        timezone=timezone,
    )
    folder = None if out is None else _write(reviewed, out, tables or "csv", report=report)
    print_review(reviewed, console)
    if folder is not None:
        _say_where(folder)


@app.command()
def check(
    source: Annotated[str, typer.Argument(metavar="INPUT", help="File, folder or URL of a database.")],
    format: Annotated[str | None, typer.Option(help="Format of the input; default: recognised.")] = None,
    codes: Annotated[Path | None, typer.Option(help=CODES_HELP)] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA zone to convert times with an offset to.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the page to this file (HTML).")] = None,
) -> None:
    """Say what the data are like: where every row went, units, codes not known, ranges missing, refused values."""
    from leukon.present.quality import make_quality  # noqa: PLC0415
    from leukon.present.quality_page import make_quality_page  # noqa: PLC0415
    from leukon.present.quality_terminal import print_quality  # noqa: PLC0415

    code_map = None if codes is None else load_code_map(codes)
    events, displays = _read_named(source, format, code_map, timezone)
    door = open_door(events, as_of=AsOf(END_OF_TIME), code_map=code_map, timezone=timezone)
    quality = make_quality(events, door, code_map=code_map, displays=displays)
    print_quality(quality, console)
    if out is not None:
        write_page(make_quality_page(quality), out)
        console.print(f"Page: {out}", highlight=False, markup=False, soft_wrap=True)


@app.command()
def ingest(
    source: Annotated[str, typer.Argument(metavar="INPUT", help="File, folder or URL of a database.")],
    to: Annotated[Path, typer.Option(help="Folder of the MEDS dataset; written whole or not at all.")],
    name: Annotated[str, typer.Option(help="What the dataset is called.")] = "leukon",
    format: Annotated[str | None, typer.Option(help="Format of the input; default: recognised.")] = None,
    codes: Annotated[Path | None, typer.Option(help=CODES_HELP)] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA zone to convert times with an offset to.")] = None,
) -> None:
    """Write events as a MEDS dataset that other tools read too."""
    code_map = None if codes is None else load_code_map(codes)
    with show_rows() as on_rows:
        batches = read_in_batches(source, choose_format(format), codes=code_map, timezone=timezone, on_rows=on_rows)
        folder = write_meds(batches, to, name=name, codes=code_map)
    console.print(f"MEDS dataset: {folder}", highlight=False, markup=False, soft_wrap=True)


@codes_app.command()
def suggest(
    source: Annotated[str, typer.Argument(metavar="INPUT", help="File, folder or URL of a database.")],
    format: Annotated[str | None, typer.Option(help="Format of the input; default: recognised.")] = None,
    codes: Annotated[Path | None, typer.Option(help="The code map as far as there is one.")] = None,
) -> None:
    """Propose what unknown codes mean, as a commented code map for a person to confirm; nothing is mapped by it."""
    code_map = None if codes is None else load_code_map(codes)
    events, displays = _read_named(source, format, code_map)
    typer.echo(say_suggestions(suggest_codes(events, code_map=code_map, displays=displays)), nl=False)


def _read_named(
    source: str, format: str | None, codes: CodeMap | None, timezone: str | None = None
) -> tuple[pa.Table, Mapping[str, str]]:
    """Events, and what their source calls its codes in words."""
    kind = choose_format(format) or recognise(source, codes)
    with show_rows() as on_rows:
        events = read(source, kind, codes=codes, timezone=timezone, on_rows=on_rows)
        return events, name_codes(kind, source)


@protocols_app.callback()
def protocols(context: typer.Context) -> None:
    """List the protocols that leukon ships."""
    if context.invoked_subcommand is None:
        for name in list_protocols():
            protocol = load_protocol(name)
            said = f"{name}: {protocol.title}. Schedules: {', '.join(protocol.schedules)}"
            console.print(said, highlight=False, markup=False)


@protocols_app.command()
def show(name: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Print a protocol's TOML file, ready to be copied and changed."""
    load_protocol(name)
    typer.echo(protocol_path(name).read_bytes(), nl=False)


def _show_dataset(found: DatasetReview, *, report: bool) -> None:
    from leukon.present.pages import make_pages  # noqa: PLC0415 as above
    from leukon.present.report import LIMIT  # noqa: PLC0415
    from leukon.present.summary import summarise_dataset  # noqa: PLC0415

    summary = summarise_dataset(found, LIMIT)
    listed = found.review_of(summary.worklist.subject_ids)
    write_pages(make_pages(listed, summary=summary) if report else {}, found.folder)
    print_summary(listed, summary, console)
    _say_where(found.folder / "tables")


def _write(reviewed: Review, out: Path, format: TableFormat, *, report: bool, notice: str = "") -> Path:
    tables = {name: getattr(reviewed, name) for name in TABLES}
    received = "" if reviewed.data_up_to is None else reviewed.data_up_to.isoformat(timespec="seconds")
    pages: dict[str, str] = {}
    if report:
        from leukon.present.pages import make_pages  # noqa: PLC0415 a second of imports that only pictures need

        pages = make_pages(reviewed, notice)
    return write_tables(tables, {**reviewed.provenance, "data_up_to": received}, out, format, pages)


def _say_where(folder: Path) -> None:
    for what, where in (("Tables", folder), ("Report", folder.with_name("report.html"))):
        if where.exists():
            console.print(f"{what}: {where}", highlight=False, markup=False, soft_wrap=True)


def main() -> None:
    """Run the command; every foreseen error ends with its message and exit code, none with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a letter still shows the rest
    try:
        app()
    except LeukonError as error:
        typer.echo(f"leukon: {error}", err=True)
        sys.exit(error.exit_code)
    # The last net: a traceback could show a patient's data.
    except Exception as error:  # noqa: BLE001
        while error.__traceback__ is not None and error.__traceback__.tb_next is not None:
            error.__traceback__ = error.__traceback__.tb_next
        place = "" if error.__traceback__ is None else f", line {error.__traceback__.tb_lineno}"
        name = "" if error.__traceback__ is None else Path(error.__traceback__.tb_frame.f_code.co_filename).name
        typer.echo(f"leukon: a fault of leukon, not of your data: {type(error).__name__} in {name}{place}.", err=True)
        sys.exit(1)
