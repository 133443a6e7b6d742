"""The mechanism on the terminal: the fit point by point, the variants side by side, and what must be said."""

from rich.console import Console
from rich.table import Column, Table

from leukon.present.mechanism_words import NO_SCHEDULE, ONE_PATIENT, say_days, say_not_identifiable
from leukon.simulate.mechanism_case import Point
from leukon.simulate.mechanism_story import LIMIT, Story


def print_mechanism(story: Story, console: Console) -> None:
    """Print the tables of a story; misses are marked, not left out."""
    console.print(ONE_PATIENT, highlight=False, markup=False)
    console.print(_fit_table(story), _variants_table(story), _told_table(story))
    for sentence in (say_not_identifiable(story), NO_SCHEDULE):
        console.print(sentence, highlight=False, markup=False)


def fit_rows(story: Story) -> list[dict[str, object]]:
    """Every observation by every variant, as plain rows: what is written to fit.csv."""
    return [
        {
            "variant": variant.name, "day": one.observed.day, "since_day": one.observed.since,
            "what": one.observed.what, "kind": one.observed.kind, "printed": one.observed.printed,
            "observed": one.observed.value, "modelled": one.modelled, "low": one.low, "high": one.high,
            "errors_off": one.off, "missed": one.missed,
        }
        for variant in story.variants
        for one in variant.points
    ]  # fmt: skip


def _fit_table(story: Story) -> Table:
    first = story.variants[0]
    table = Table(
        "day",
        "what",
        "printed",
        "best fit",
        "90 % of fits",
        "errors off",
        "",
        title=f"Fit point by point ({first.name})",
    )
    for one in first.points:
        spread = f"{one.low:.3g} to {one.high:.3g}"
        told = (
            one.observed.what,
            one.observed.printed,
            f"{one.modelled:.3g}",
            spread,
            f"{one.off:+.1f}",
            _say_missed(one),
        )
        table.add_row(str(one.observed.day), *told)
    return table


def _say_missed(point: Point) -> str:
    return "missed" if point.missed else ""


def _variants_table(story: Story) -> Table:
    title = f"Ways to build it: days below {LIMIT:g} (her counts: 9 from the first low one to the first normal one)"
    table = Table(Column("variant", overflow="fold"), "misfit", "missed", "treated", "untreated", title=title)
    for one in story.variants:
        missed = sum(point.missed for point in one.points)
        days = (say_days(one, steroid=True), say_days(one, steroid=False))
        table.add_row(one.name, f"{one.misfit:.1f}", f"{missed} of {len(one.points)}", *days)
    return table


def _told_table(story: Story) -> Table:
    first = story.variants[0]
    headings = ("parameter", "median", "90 %", "SD after / before", "moves with")
    table = Table(*headings, title="What her data tell of each parameter (1: nothing)")
    for one in first.told:
        spread, partner = f"{one.low:.3g} to {one.high:.3g}", f"{one.moves_with} ({one.correlation:+.2f})"
        table.add_row(one.name, f"{one.median:.3g}", spread, f"{one.ratio:.2f}", partner)
    return table
