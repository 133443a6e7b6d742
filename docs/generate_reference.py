#!/usr/bin/env python3
"""Fill the parts of docs/reference that only repeat what leukon's code and data already say, and the page on the paper.

They stand between `<!-- made: NAME -->` and `<!-- end -->`. After a change of a table, a protocol, an edition, a code,
a unit or an error run `.venv/bin/python docs/generate_reference.py`; a test fails while a page is behind.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import pyarrow as pa

from leukon import errors
from leukon.events import schema as events_schema
from leukon.events.concepts import Concept, ConceptFile
from leukon.events.data_files import parse_toml
from leukon.events.schema import Column
from leukon.events.units import UnitFile
from leukon.knowledge.criteria import load_criteria
from leukon.knowledge.judgement import Step, Urgency
from leukon.knowledge.library import list_protocols, load_protocol
from leukon.knowledge.protocol import Phase, Protocol, Schedule, Worked
from leukon.knowledge.sources import load_sources
from leukon.knowledge.workup import Item
from leukon.monitor import schema as monitor_schema
from leukon.monitor.review import TABLES, Review
from leukon.present.paper import check_paper

PAGES = [
    *sorted((Path(__file__).parent / "reference").glob("*.md")),
    Path(__file__).parent / "explanation/the-paper.md",
]
_BLOCK = re.compile(r"(<!-- made: (\w+) -->\n).*?(\n<!-- end -->)", re.DOTALL)


def fill(page: str) -> str:
    """`page` with every made part as leukon now is."""
    return _BLOCK.sub(lambda found: f"{found[1]}\n{BLOCKS[found[2]]()}\n{found[3]}", page)


# ---- tables -------------------------------------------------------------------------------------------------------


def write_events() -> str:
    """Columns of the events."""
    return _columns(events_schema.EVENTS, events_schema.REQUIRED)


def write_tables() -> str:
    """Columns of every table of a review."""
    parts = []
    for name in TABLES:
        schema = events_schema if hasattr(events_schema, name.upper()) else monitor_schema
        parts += [f"## {name}", _first_paragraph(getattr(Review, name)), _columns(getattr(schema, name.upper()))]
    return _join(parts)


def _columns(columns: Sequence[Column], required: Iterable[str] = ()) -> str:
    rows = [(f"`{c.name}`" + (" (needed)" if c.name in required else ""), _type(c.type), c.meaning) for c in columns]
    return _table(("column", "type", "meaning"), rows)


def _type(type_: pa.DataType) -> str:
    if pa.types.is_null(type_):
        return "int64 or string"
    return str(type_.value_type if pa.types.is_dictionary(type_) else type_).replace("double", "float64")


# ---- protocols ----------------------------------------------------------------------------------------------------


def write_protocols() -> str:
    """Every shipped protocol in words, with its sources and its worked patients."""
    return _join(part for name in list_protocols() for part in _protocol(load_protocol(name)))


def _protocol(protocol: Protocol) -> list[str]:
    parts = [f"## {protocol.id}", f"{protocol.title}. {protocol.note}".strip(), _rules(protocol)]
    if protocol.treatments:
        parts += ["**Treatments** of an episode:", _treatments(protocol)]
    rows = [(name, " or ".join(t.complete), ", ".join(t.partial)) for name, t in protocol.tests.items()]
    parts += ["**Tests**:", _table(("test", "done by", "incomplete with only"), rows)]
    for name, schedule in protocol.schedules.items():
        title = f"### Schedule {name}" + (" (default)" if name == protocol.default_schedule else "")
        parts += [title, *_schedule(schedule)]
    parts += [f"### Sources of {protocol.id}", _table(("source", "what it is", "note"), _sources(protocol))]
    return parts + [part for worked in protocol.worked for part in _worked(worked)]


def _rules(protocol: Protocol) -> str:
    rule, course = protocol.episode, protocol.course
    recovery = f"{rule.recovery_results} high counts in a row, over at least {rule.recovery_days} days"
    rows = [
        ("drugs that make a course", ", ".join(protocol.drugs), ""),
        ("doses of one course", f"at most {course.merge_days} days apart", course.source),
        ("a count is low", f"ANC < {rule.below:g} x 10^9/L", rule.source),
        ("a count is high", f"ANC >= {rule.recovered_at:g} x 10^9/L", rule.source),
        ("recovery", recovery, rule.source),
    ]
    return _table(("rule", "value", "source"), rows)


def _treatments(protocol: Protocol) -> str:
    rows = [
        (name, ", ".join(t.concepts), "premedication on a day of the drug" if t.premedication else "", t.source)
        for name, t in protocol.treatments.items()
    ]
    return _table(("class", "concepts", "note", "source"), rows)


def _schedule(schedule: Schedule) -> list[str]:
    says = [f"{schedule.title}."]
    if schedule.based_on is not None:
        says.append(f"Tests it does not name, and the end, are those of `{schedule.based_on}`.")
        says += ["In later courses that one alone holds."] if schedule.first_course_only else []
    if schedule.end_days_after_last_dose is not None:
        says.append(f"It ends {schedule.end_days_after_last_dose} days after the last dose of the course.")
    rows = [(p.phase, ", ".join(p.tests), *_when(p), p.source) for p in schedule.phases]
    return [" ".join(says), _table(("phase", "tests", "due on days", "tolerance", "source"), rows)]


def _when(phase: Phase) -> tuple[str, str]:
    if phase.days_before is not None:
        return "0", f"done by a test of days -{phase.days_before} to 0"
    last = "to the end" if phase.last is None else f"to {phase.last}"
    return f"{phase.first}, then every {phase.every} days {last}", f"{phase.tolerance} days either way"


def _sources(protocol: Protocol) -> list[tuple[str, str, str]]:
    known = {**load_sources(), **protocol.sources}
    named = [protocol.course.source, protocol.episode.source, *(t.source for t in protocol.treatments.values())]
    for schedule in protocol.schedules.values():
        named += [schedule.source, *(phase.source for phase in schedule.phases)]
    return [(name, known[name].title, known[name].note) for name in dict.fromkeys([*named, *protocol.sources])]


def _worked(worked: Worked) -> list[str]:
    schedule = "" if worked.schedule is None else f", schedule `{worked.schedule}`"
    parts = [f"### Worked patient: {worked.title}", *([worked.note] if worked.note else [])]
    parts += [f"`as_of` {worked.as_of}{schedule}. Events:", _text(worked.events)]
    for table, expected in worked.expect.items():
        parts += [f"Then `{table}` is:", _text(expected)]
    return parts


# ---- judgement ----------------------------------------------------------------------------------------------------


def write_findings() -> str:
    """Findings of every protocol in words, by what they say when nothing is overridden."""
    protocol = load_protocol("alemtuzumab-ms")
    parts = ["## Limits", _table(("limit", "value", "source"), _limits(protocol.urgency))]
    rows = [(f"`{name}`", said.title, ", ".join(said.steps), said.source) for name, said in protocol.findings.items()]
    parts += ["## Findings", _table(("finding", "title", "next steps, as far as their gates are open", "source"), rows)]
    steps = [
        (f"`{name}`", step.text, f"n = {step.n}; {step.strength}", _gate(step), step.source)
        for name, step in protocol.steps.items()
    ]
    parts += ["## Next steps", _table(("step", "text", "strength", "gate", "source"), steps)]
    items = [
        (f"`{name}`", item.cause, _item(item), item.next_test, item.source)
        for name in protocol.workup_items
        for item in (protocol.workup[name],)
    ]
    return _join([*parts, "## Work-up", _table(("item", "cause", "rule", "next test", "source"), items)])


def _limits(urgency: Urgency) -> list[tuple[str, str, str]]:
    return [
        (f"`{name}.{key}`", _plain(value), limits.source)
        for name, limits in urgency
        for key, value in limits.model_dump(by_alias=True).items()
        if key != "source"
    ]


def _gate(step: Step) -> str:
    said = step.gate.model_dump(exclude_none=True)
    instead = f"; else `{step.instead}`" if step.instead else ""
    return "; ".join(f"{key}: {_plain(value)}" for key, value in said.items()) + instead


def _item(item: Item) -> str:
    own = item.model_dump(by_alias=True, exclude={"display", "cause", "next_test", "source", "rule", "notes"})
    return f"{item.rule}: " + "; ".join(
        f"{key} {_plain(value)}" for key, value in own.items() if value not in (None, ())
    )


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_plain(part)}" for key, part in value.items())
    return (
        ", ".join(map(str, value))
        if isinstance(value, tuple)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


# ---- grades, codes, units -----------------------------------------------------------------------------------------


def write_grades() -> str:
    """The limits of both CTCAE editions."""
    header = ("analyte", "term", "grade 1", "grade 2", "grade 3", "grade 4")
    parts = []
    for edition in ("5.0", "6.0"):
        criteria = load_criteria(edition)
        rows = [
            (analyte, term.term, *(_limit(term.below.get(g)) if term.numeric else "no number" for g in range(1, 5)))
            for analyte, term in criteria.decreased.items()
        ]
        rows += [
            (analyte, term.term, *(_limit(term.above.get(g), ">") for g in range(1, 5)))
            for analyte, term in criteria.increased.items()
        ]
        parts += [f"## CTCAE {edition}", f"{load_sources()[criteria.source].title}.", _table(header, rows)]
    return _join(parts)


def _limit(limit: float | str | None, sign: str = "<") -> str:
    if limit is None:
        return ""
    return f"{sign} {limit.upper()}" if isinstance(limit, str) else f"{sign} {limit:g}"


def write_concepts() -> str:
    """Every concept with its codes and limits."""
    raw = _read("concepts.toml")
    file, units = parse_toml(raw, "concepts.toml", ConceptFile), _load_units()
    doubtful = _from_memory(raw)
    headings = {
        "result": ("Results", "Each usable one is a row of `results`."),
        "part": (
            "Parts of a derived count",
            "They make an ANC or lymphocytes where nobody measured them, and are never results.",
        ),
        "finding": ("Findings", "This release takes them in and counts them; a coded `urinalysis` does that test."),
        "dose": ("Drugs and procedures", "Each row is a dose. Without an amount it still counts."),
    }
    parts = []
    for use, (title, text) in headings.items():
        here = {name: concept for name, concept in file.concepts.items() if concept.use == use}
        rows = [(*_concept(name, c, units), _codes(c.codes, name in doubtful)) for name, c in here.items()]
        parts += [f"## {title}", text, _table(("concept", "meaning", "unit", "plausible", "codes"), rows)]
    return _join([*parts, _legend(file.sources)])


def _from_memory(raw: str) -> set[str]:
    """Concepts whose line of codes has the mark [M]."""
    name, found = "", set()
    for line in raw.splitlines():
        heading = re.fullmatch(r"\[concepts\.(\w+)\]", line.strip())
        name = heading[1] if heading else name
        if line.startswith("codes") and "[M]" in line:
            found.add(name)
    return found


def _concept(name: str, concept: Concept, units: UnitFile) -> tuple[str, str, str, str]:
    unit = units.kinds[concept.kind].result_unit
    if concept.words is not None:
        unit = ", ".join(concept.words) or "any text"
    limits = concept.plausible
    plausible = "" if limits is None else f"{limits.low:g} to {limits.high:g} ({limits.source})"
    return f"`{name}`", concept.display, unit, plausible


def _codes(codes: Sequence[str], doubtful: object) -> str:
    return ", ".join(f"`{code}`" for code in codes) + (" [M]" if doubtful else "")


def write_units() -> str:
    """Every unit with its spellings and its exact factor."""
    file, parts = _load_units(), []
    for name, kind in file.kinds.items():
        if kind.units:
            rows = [(str(u.factor), ", ".join(f"`{s}`" for s in u.spellings), u.source) for u in kind.units]
            free = " A value needs no unit." if kind.unitless else ""
            parts += [f"### {name}", f"Result unit: {kind.result_unit}.{free}"]
            parts.append(_table(("factor", "spellings", "source"), rows))
    return _join([*parts, _legend(file.sources)])


def _legend(sources: Mapping[str, str]) -> str:
    return "\n".join(["Sources:", "", *(f"- `{name}`: {text}" for name, text in sources.items())])


def _load_units() -> UnitFile:
    return parse_toml(_read("units.toml"), "units.toml", UnitFile)


def _read(name: str) -> str:
    return files("leukon.events").joinpath(name).read_text(encoding="utf-8")


# ---- the paper ----------------------------------------------------------------------------------------------------


def write_paper() -> str:
    """Every claim of the paper with what is computed for it."""
    parts = []
    for answer in check_paper("vakrakou-2018"):
        claim = answer.claim
        said = f'"{claim.claim}"' if claim.quoted else claim.claim
        parts += [f"### {claim.id}: {claim.verdict}", f"> {said} ({claim.where})"]
        parts += [] if answer.checked is None else [f"Computed: {answer.checked.said}."]
        parts += [f"How: {claim.how}."]
    return _join(parts)


# ---- errors -------------------------------------------------------------------------------------------------------


def write_errors() -> str:
    """The tree of errors, and what each one means."""
    tree = "\n".join(line for line in (errors.__doc__ or "").splitlines() if line.startswith("    "))
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.LeukonError)]
    kinds.sort(key=lambda kind: (kind.exit_code, inspect.getsourcelines(kind)[1]))
    rows = [(f"`{kind.__name__}`", str(kind.exit_code), _first_paragraph(kind)) for kind in kinds]
    return _join([_text(inspect.cleandoc("\n" + tree)), _table(("error", "exit code", "meaning"), rows)])


# ---- Markdown -----------------------------------------------------------------------------------------------------


def _first_paragraph(thing: object) -> str:
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def _text(text: str) -> str:
    return f"```text\n{text.strip()}\n```"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("|" + "|".join(f" {cell} " if cell else " " for cell in line) + "|" for line in lines)


def _join(parts: Iterable[str]) -> str:
    return "\n\n".join(parts)


BLOCKS: Mapping[str, Callable[[], str]] = {
    "events": write_events,
    "tables": write_tables,
    "protocols": write_protocols,
    "judgement": write_findings,
    "grades": write_grades,
    "concepts": write_concepts,
    "units": write_units,
    "errors": write_errors,
    "paper": write_paper,
}
"""The made parts by name."""


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(fill(page.read_text(encoding="utf-8")), encoding="utf-8")
