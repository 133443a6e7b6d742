"""Published evidence on the terminal: each row with its weakness, never a bare percentage."""

from rich.console import Console
from rich.text import Text

from leukon.cohort.proportions import estimate_proportion
from leukon.knowledge.evidence import Evidence, Row
from leukon.knowledge.sources import load_sources
from leukon.present.wording import CAUTION


def print_evidence(evidence: Evidence, console: Console) -> None:
    """A table of evidence: what is stored, exact 95 % intervals, what was printed, and what speaks against using it."""
    console.print(Text(evidence.title, "bold"))
    console.print(Text(f"{load_sources()[evidence.source].title}. {CAUTION}", "dim"))
    for row in evidence.rows:
        console.print()
        console.print(Text(f"{row.id}: {row.study}, {row.treatment or 'treatment not reported'}", "bold"))
        console.print(Text(f"  {_say_number(row)}"))
        reported = [("time", row.time), ("duration", row.duration), ("managed with", row.managed_with)]
        console.print(Text("  " + "; ".join(f"{name}: {said or 'not reported'}" for name, said in reported)))
        console.print(Text(f"  printed: {row.raw}", "dim"))
        console.print(Text(f"  {'may be pooled' if row.poolable else 'not pooled'}: {row.note}"))
    console.print()
    for remark in evidence.remarks:
        source = load_sources()[remark.source]
        console.print(Text(f"Note: {remark.text} [{source.title}{'; ' if source.note else ''}{source.note}]"))


def _say_number(row: Row) -> str:
    if row.n is None or row.of is None:
        return f"{row.outcome}: a case report, no proportion"
    found = estimate_proportion(row.n, row.of)
    interval = f"{100 * found.low:.3g} to {100 * found.high:.3g}"
    return f"{row.outcome}: {row.n}/{row.of} = {100 * found.value:.3g} % (exact 95 % interval {interval} %)"
