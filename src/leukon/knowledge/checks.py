"""What pydantic cannot see: that the names of a protocol file lead somewhere, and that its slots keep apart."""

from collections.abc import Iterator
from itertools import pairwise

from leukon.events.concepts import Concepts, Use, load_concepts
from leukon.knowledge.faults import Fault, find_unknown
from leukon.knowledge.judgement_names import named_concepts, named_sources, unknown_steps
from leukon.knowledge.protocol import BASELINE, Phase, Protocol
from leukon.knowledge.sources import load_sources

_DAYS = 100 * 366
"""So far slots are compared: no schedule is followed longer."""


def find_faults(protocol: Protocol) -> Iterator[Fault]:
    """Yield what is wrong, one after the other; after the first nothing more is promised."""
    yield from _own_concepts(protocol)
    yield from _concepts(protocol, load_concepts().with_more(protocol.concepts))
    yield from _treatment_classes(protocol)
    yield from _sources(protocol)
    yield from _schedules(protocol)
    yield from _close_slots(protocol)
    yield from unknown_steps(protocol)


def _own_concepts(protocol: Protocol) -> Iterator[Fault]:
    """A concept that means what another one means would take its rows away."""
    known = load_concepts()
    for name, concept in protocol.concepts.items():
        key = f"concepts.{name}"
        if known.find(name) >= 0:
            why = f"'{name}' is known already, as {known.names[known.find(name)]}."
            yield Fault(key, why, "use what is known, or take another name.")
        if concept.use == "part":
            why = "only the counts that leukon derives by itself have parts."
            yield Fault(f"{key}.use", why, "use result, dose or finding.")
        for code in concept.codes:
            if known.find(code) >= 0:
                why = f"'{code}' is a code of {known.names[known.find(code)]}."
                yield Fault(f"{key}.codes", why, "take it out, or use that concept.")
        known = known.with_more({name: concept})


def _concepts(protocol: Protocol, concepts: Concepts) -> Iterator[Fault]:
    for key, names, uses in _named_concepts(protocol):
        for name in names:
            if name not in concepts.by_name:
                fix = f"correct it, or add [concepts.{name}] with its codes."
                yield Fault(key, f"leukon knows no concept '{name}'.", fix)
            elif (use := concepts.by_name[name].use) not in uses:
                wanted = " or a ".join(uses)
                yield Fault(key, f"'{name}' is a {use}, and a {wanted} is needed.", f"name a {wanted}, or take it out.")


def _named_concepts(protocol: Protocol) -> Iterator[tuple[str, tuple[str, ...], tuple[Use, ...]]]:
    """Each key that names concepts, the concepts, and what they may be used as."""
    yield "drugs", protocol.drugs, ("dose",)
    for name, treatment in protocol.treatments.items():
        yield f"treatments.{name}.concepts", treatment.concepts, ("dose",)
    for name, test in protocol.tests.items():
        yield f"tests.{name}.complete", test.complete, ("result", "finding")
        yield f"tests.{name}.partial", test.partial, ("result", "finding")
    yield from named_concepts(protocol)


def _treatment_classes(protocol: Protocol) -> Iterator[Fault]:
    class_of: dict[str, str] = {}
    for name, treatment in protocol.treatments.items():
        if ":" in name:
            yield Fault(f"treatments.{name}", "a treatment is written class:concept.", "take a name without a colon.")
        for concept in treatment.concepts:
            if class_of.setdefault(concept, name) != name:
                why = f"'{concept}' is in the class {class_of[concept]} as well."
                yield Fault(f"treatments.{name}.concepts", why, "leave it in one class.")


def _sources(protocol: Protocol) -> Iterator[Fault]:
    known = {**load_sources(), **protocol.sources}
    for key, source in _named_sources(protocol):
        yield from find_unknown(f"{key}.source", "source", source, known, f", or add [sources.{source}]")


def _named_sources(protocol: Protocol) -> Iterator[tuple[str, str]]:
    yield "course", protocol.course.source
    yield "episode", protocol.episode.source
    for name, concept in protocol.concepts.items():
        if concept.plausible is not None:
            yield f"concepts.{name}.plausible", concept.plausible.source
    for name, treatment in protocol.treatments.items():
        yield f"treatments.{name}", treatment.source
    for name, schedule in protocol.schedules.items():
        yield f"schedules.{name}", schedule.source
        yield from ((f"schedules.{name}.phases.{at}", phase.source) for at, phase in enumerate(schedule.phases))
    yield from named_sources(protocol)


def _schedules(protocol: Protocol) -> Iterator[Fault]:
    schedules = protocol.schedules
    yield from find_unknown("default_schedule", "schedule", protocol.default_schedule, schedules)
    for at, patient in enumerate(protocol.worked):
        if patient.schedule is not None:
            yield from find_unknown(f"worked.{at}.schedule", "schedule", patient.schedule, schedules)
    for name, schedule in schedules.items():
        if schedule.based_on is not None:
            key, alone = f"schedules.{name}.based_on", [other for other in schedules if not schedules[other].based_on]
            yield from find_unknown(key, "schedule that stands alone and is called", schedule.based_on, alone)
        for at, phase in enumerate(schedule.phases):
            for test in phase.tests:
                yield from find_unknown(f"schedules.{name}.phases.{at}.tests", "test", test, protocol.tests)


def _close_slots(protocol: Protocol) -> Iterator[Fault]:
    """Slots of one test that one test could do; all of them come from one schedule, its own or the one it builds on."""
    for name, schedule in protocol.schedules.items():
        for test in protocol.tests:
            phases = [(at, phase) for at, phase in enumerate(schedule.phases) if test in phase.tests]
            slots = sorted((*slot, at) for at, phase in phases for slot in _slots(phase))
            for (day, _, closes, _), (next_day, opens, _, at) in pairwise(slots):
                if closes >= opens:
                    why = f"one {test} could do two slots, those of day {day} and of day {next_day}."
                    fix = "change from, to or a tolerance, or take the test out of one phase."
                    yield Fault(f"schedules.{name}.phases.{at}", why, fix)


def _slots(phase: Phase) -> Iterator[tuple[int, int, int]]:
    """Day of each slot, and the first and the last day on which a test does it."""
    if phase.phase == BASELINE:
        yield 0, -(phase.days_before or 0), 0
        return
    first, every, tolerance = phase.first or 1, phase.every or 1, phase.tolerance or 0
    for day in range(first, min(phase.last or _DAYS, _DAYS) + 1, every):
        yield day, day - tolerance, day + tolerance
