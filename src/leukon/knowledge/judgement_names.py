"""Every name that judgement and work-up of a protocol file use: concepts, sources, steps, items and classes."""

from collections.abc import Iterator

from leukon.events.concepts import Use
from leukon.knowledge.faults import Fault, find_unknown
from leukon.knowledge.protocol import Protocol
from leukon.knowledge.workup import Absolute, BothBelow, CodedWords, Drugs, Fold, Item, Line, Percent

Named = tuple[str, tuple[str, ...], tuple[Use, ...]]


def named_concepts(protocol: Protocol) -> Iterator[Named]:
    """Each key that names concepts, the concepts, and what they may be used as."""
    doubt = protocol.urgency.doubt
    yield "urgency.doubt.analytes", doubt.analytes, ("result",)
    yield "urgency.doubt.rise_after.analytes", doubt.rise_after.analytes, ("result",)
    for name, step in protocol.steps.items():
        if step.gate.about is not None:
            yield f"steps.{name}.gate.about", (step.gate.about,), ("result", "finding")
    for name, item in protocol.workup.items():
        yield from ((f"workup.{name}.{key}", concepts, uses) for key, concepts, uses in _concepts_of(item))


def _concepts_of(item: Item) -> Iterator[Named]:
    match item:
        case Drugs():
            yield "drugs", item.drugs, ("dose",)
        case CodedWords():
            yield "finding", (item.finding,), ("finding",)
        case Percent():
            yield "percent", (item.percent,), ("finding",)
            yield "finding", () if item.finding is None else (item.finding,), ("finding",)
        case Absolute():
            yield "percent", (item.percent,), ("finding",)
            yield "count", () if item.count is None else (item.count,), ("result",)
        case Fold():
            yield "fold", (item.fold, item.percent), ("finding",)
        case BothBelow():
            yield "percents", item.percents, ("finding",)
        case Line():
            yield "analyte", (item.analyte,), ("result",)
            yield "finding", (item.finding,), ("finding",)
        case _:
            return


def named_sources(protocol: Protocol) -> Iterator[tuple[str, str]]:
    """Each key that names a source, and the source."""
    for name, limits in protocol.urgency:
        yield f"urgency.{name}", limits.source
    for kind in ("findings", "steps", "workup"):
        yield from ((f"{kind}.{name}", said.source) for name, said in getattr(protocol, kind).items())


def unknown_steps(protocol: Protocol) -> Iterator[Fault]:
    """Steps, items and classes of treatment that are named and not there."""
    for name, finding in protocol.findings.items():
        for step in finding.steps:
            yield from find_unknown(f"findings.{name}.steps", "step", step, protocol.steps)
    for name, step in protocol.steps.items():
        if step.instead is not None:
            yield from find_unknown(f"steps.{name}.instead", "step", step.instead, protocol.steps)
    for item in protocol.workup_items:
        yield from find_unknown("workup_items", "item", item, protocol.workup)
