"""Published evidence on the terminal: each row with its weakness, never a bare percentage."""

from rich.console import Console
from rich.text import Text

from leukon.knowledge.evidence import Elsewhere, Evidence, Row
from leukon.knowledge.sources import load_sources
from leukon.present.pooling_words import say_proportion
from leukon.present.wording import CAUTION


def print_evidence(evidence: Evidence, console: Console) -> None:
    """A table of evidence: what is stored, exact 95 % intervals, what was printed, and what speaks against using it."""
    console.print(Text(evidence.title, "bold"))
    console.print(Text(f"{load_sources()[evidence.source].title}. {CAUTION}", "dim"))
    for row in evidence.rows:
        console.print()
        console.print(Text(f"{row.id}: {row.study}, {row.treatment or 'treatment not reported'}", "bold"))
        console.print(Text(f"  {_say_number(row)}"))
        what = [("dose", row.dose), ("period", row.period), ("edition of grades", row.edition)]
        console.print(Text("  " + "; ".join(f"{name}: {said or 'not reported'}" for name, said in what)))
        reported = [("time", row.time), ("duration", row.duration), ("managed with", row.managed_with)]
        console.print(Text("  " + "; ".join(f"{name}: {said or 'not reported'}" for name, said in reported)))
        console.print(Text(f"  printed: {row.raw} [{row.reference or 'no reference given'}]", "dim"))
        if row.elsewhere is not None:
            console.print(Text(f"  {_say_elsewhere(row.elsewhere)}"))
        console.print(Text(f"  {'may be pooled' if row.poolable else 'not pooled'}: {row.note}"))
    console.print()
    for remark in evidence.remarks:
        source = load_sources()[remark.source]
        console.print(Text(f"Note: {remark.text} [{source.title}{'; ' if source.note else ''}{source.note}]"))


def _say_elsewhere(other: Elsewhere) -> str:
    verdict = "agrees with" if other.agrees else "CONFLICT with"
    return f"{verdict} {other.where}: {other.outcome}: {say_proportion(other.n, other.of)}"


def _say_number(row: Row) -> str:
    if row.n is None or row.of is None:
        return f"{row.outcome}: a case report, no proportion"
    return f"{row.outcome}: {say_proportion(row.n, row.of)}"
