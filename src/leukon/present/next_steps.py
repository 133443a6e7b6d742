"""Next steps in words, as they are offered: each with its source, how strong it is and on how many it rests."""

from dataclasses import dataclass

from leukon.knowledge.protocol import Protocol
from leukon.knowledge.sources import Source, load_sources

_TEST_STRENGTH = "planned by the schedule of the protocol"


@dataclass(frozen=True)
class SaidStep:
    """A next step as it is offered; `n` is None where the source does not say on how many it rests."""

    id: str
    text: str
    strength: str
    n: int | None
    source: str


def say_steps(next_steps: str | None, protocol: Protocol) -> tuple[SaidStep, ...]:
    """Next steps in words, in their order: `id@source;id@source` as it stands in findings."""
    pairs = [item.rpartition("@") for item in (next_steps or "").split(";") if item]
    return tuple(_say_step(name, source, protocol) for name, _, source in pairs)


def _say_step(name: str, source: str, protocol: Protocol) -> SaidStep:
    step, title = protocol.steps.get(name), say_source(source, protocol)
    if step is None:  # a planned test: its step is the test itself
        return SaidStep(name, f"{say_test(name, protocol)}, as planned.", _TEST_STRENGTH, None, title)
    return SaidStep(name, step.text, step.strength, step.n, title)


def say_source(source: str, protocol: Protocol) -> str:
    """The title of a source, and what weakens it."""
    known: dict[str, Source] = {**load_sources(), **protocol.sources}
    found = known.get(source)
    if found is None:
        return source
    return f"{found.title} ({found.note})" if found.note else found.title


def say_test(name: str | None, protocol: Protocol) -> str:
    """What a planned test is called."""
    test = protocol.tests.get(name or "")
    return (name or "A test") if test is None else test.display or str(name)


def say_n(step: SaidStep) -> str:
    """On how many patients a step rests, in words.

    >>> say_n(SaidStep("x", "", "", 0, "")), say_n(SaidStep("x", "", "", 1, ""))
    ('n = 0: no patients behind it', 'n = 1 patient')
    """
    if step.n is None:
        return "n: not stated by the source"
    return "n = 0: no patients behind it" if step.n == 0 else f"n = {step.n} patient{'s' if step.n > 1 else ''}"
