"""A protocol's names as numbers of concepts: looked up once, then only arrays."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import Array
from leukon.events.concepts import Concepts
from leukon.knowledge.protocol import Protocol


@dataclass(frozen=True)
class Numbers:
    """What a protocol says of each concept, as arrays by the concept's number.

    `drug` is the place of a concept among the protocol's `drugs` (-1: none of them).
    `label` is the place of a treatment in `labels` (sorted, `class:concept`; -1: no treatment); `completes`,
    `adds_to` and `concerns` (either) are flags by test (in the order of `tests`) and concept.
    """

    anc: int
    drug: Array
    drugs: tuple[str, ...]
    label: Array
    labels: tuple[str, ...]
    is_premedication: Array
    tests: tuple[str, ...]
    completes: Array
    adds_to: Array
    concerns: Array


def number_protocol(protocol: Protocol, concepts: Concepts) -> Numbers:
    """Look up every name of the protocol."""
    count = len(concepts.names)
    labels = sorted(f"{protocol.treatment_class[name]}:{name}" for name in protocol.treatment_class)
    label, premedication = np.full(count, -1), np.zeros(count, bool)
    for place, name in enumerate(labels):
        kind, concept = name.split(":", 1)
        label[concepts.number[concept]] = place
        premedication[concepts.number[concept]] = protocol.treatments[kind].premedication
    tests = tuple(sorted(protocol.tests))
    completes, adds_to = np.zeros((2, len(tests), count), bool)
    for place, name in enumerate(tests):
        completes[place, [concepts.number[concept] for concept in protocol.tests[name].complete]] = True
        adds_to[place, [concepts.number[concept] for concept in protocol.tests[name].partial]] = True
    drug = np.full(count, -1, np.int8)
    drug[[concepts.number[name] for name in protocol.drugs]] = np.arange(len(protocol.drugs))
    return Numbers(
        anc=concepts.number["anc"],
        drug=drug,
        drugs=protocol.drugs,
        label=label,
        labels=tuple(labels),
        is_premedication=premedication,
        tests=tests,
        completes=completes,
        adds_to=adds_to,
        concerns=completes | adds_to,
    )
