"""Schedules that were judged on imagined patients, on the terminal: figures, and what the data cannot say."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from leukon.present.schedules_words import (
    INTRODUCTION,
    NO_CHOICE,
    list_caveats,
    say_chance,
    say_days,
    say_onset_reading,
    say_ratio,
    say_reading,
    say_share,
)
from leukon.present.wording import CAUTION
from leukon.simulate.compare import Comparison
from leukon.simulate.search import find_best


def print_schedules(found: Comparison, console: Console, *, tests: float | None = None) -> None:
    """One table a reading; with `tests`, the best regular schedule of at most so many attended tests."""
    said = found.provenance
    limit = f"{found.known.severe_below:.1f}"
    console.print(Text(f"{found.known.title}", "bold"))
    basis = f"leukon {said['leukon']}, protocol {said['protocol']} ({said['protocol_hash']}), seed {found.seed}"
    console.print(Text(f"{basis}, {found.patients:,} imagined people for each line. {CAUTION}", "dim"))
    console.print(Text(INTRODUCTION))
    rows = found.schedules.to_pylist()
    for (reading, onset), front in found.fronts.items():
        console.print(Text(f"\n{say_reading(found.known, reading)}", "bold"))
        console.print(Text(say_onset_reading(found.known, onset), "dim"))
        shown = [row for row in rows if (row["reading"], row["onset"]) == (reading, onset)]
        console.print(_table(shown, limit))
        if tests is not None:
            best = find_best(front, tests)
            words = "none: all need more" if best is None else f"{best.design.name}, {best.tests:g} tests, "
            words += "" if best is None else f"detects {say_share(best.chance)}"
            console.print(Text(f"Best regular schedule of at most {tests:g} tests: {words}"))
    console.print(Text("\nWhat the columns mean", "bold"))
    for line in _legend(found, limit):
        console.print(Text(f"- {line}"))
    console.print(Text("\nWhat these data cannot say", "bold"))
    for line in (*([NO_CHOICE] if len(found.known.readings) > 1 else []), *list_caveats(found.known)):
        console.print(Text(f"- {line}"))


def _table(rows: Sequence[dict[str, Any]], limit: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    headings = (
        "tests",
        "detected [95 %]",
        "delay",
        f"days < {limit}",
        "tests each",
        "false alarms each",
        "review found",
    )
    table.add_column("schedule", no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=heading != "false alarms each")
    for row in rows:
        seen = f"{row['reviewed_severe']:,}/{row['imagined_episodes']:,}"
        table.add_row(
            Text(row["schedule"]), f"{row['tests']:.1f}", Text(say_chance(row)), say_days(row["median_delay_days"]),
            say_days(row["days_below"]), Text(say_ratio(row, "tests_per_found")),
            Text(say_ratio(row, "false_alarms_per_found")), seen,
        )  # fmt: skip
    return table


def _legend(found: Comparison, limit: str) -> list[str]:
    visits, counts, incidence = found.known.visits, found.known.counts, found.known.incidence
    below = f"{found.protocol.episode.below:g}"
    said = {
        "tests": f"those a patient attends before day {found.known.follow_days}; {100 * visits.missed:g} % of visits "
        f"are missed, the others lie around their day (SD {visits.jitter_sd_days:g} days).",
        "detected": f"chance that a count falls into an episode below {limit} while it lasts; 95 % credible interval.",
        "delay": "median days from onset to that count, of those detected.",
        f"days < {limit}": f"mean days below {limit} before that count, or to the end of the episode.",
        "tests each, false alarms each": f"for each severe episode found, with {incidence.events:g} in "
        f"{incidence.of:g} patients; a false alarm is a well person (usual count {counts.usual:g}) with a count "
        f"below {below}.",
        "review found": "imagined people in whom the ordinary review of leukon found the severe episode.",
    }
    return [f"{name}: {words}" for name, words in said.items()]
