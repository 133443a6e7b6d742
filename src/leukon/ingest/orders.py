"""An order is not a dose given: it counts only where the input tells of no administration of that drug to that person.

Feeds that hold orders beside administrations would count every dose twice, and often on the day of writing. A reader
marks the orders that could be doses and notes what it is told of administrations. Whether there is one is known only at
the end of the input: at the first order it is read through once more. What is kept is one number for each person and
drug that was administered, however many rows there are.
"""

from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.concepts import load_concepts

OPEN = "ORDER//"
"""Before the code of an order, on its way from a reader to here."""
ORDERED = "ORDERED//"
"""Before the code of an order whose doses are told by themselves: it means nothing to leukon, but can be seen."""


class Told:
    """To whom which drugs were administered, or not: a dose that was not given is told as well.

    >>> told = Told()
    >>> told.add("7", "ATC//X"), told.add(None, "ATC//X")
    (None, None)
    >>> told.holds("7", "ATC//X"), told.holds("8", "ATC//X"), told.holds(None, "ATC//X")
    (True, False, False)
    """

    def __init__(self) -> None:
        self._keys: set[int] = set()

    def add(self, subject: str | None, code: str | None) -> None:
        """Note an administration."""
        if subject is not None and code is not None:
            self._keys.add(_key(subject, code))

    def holds(self, subject: str | None, code: str) -> bool:
        """Whether an administration of this drug to this person was noted."""
        return subject is not None and _key(subject, code) in self._keys


def _key(subject: str, code: str) -> int:
    """One number for a person and a drug, under whatever code: 8 bytes in the place of two texts."""
    concept = load_concepts().find(code)
    return hash((subject, concept if concept >= 0 else code))


def settle_orders(read: Callable[[Told], Iterator[pa.RecordBatch]]) -> Iterator[pa.RecordBatch]:
    """Batches of `read`, in which an order is a dose, or is `ORDERED//...`; without orders it reads once only.

    Parameters
    ----------
    read
        Reads the input from its start, marks orders with `OPEN`, and notes administrations in what it is given.
    """
    told: Told | None = None
    for batch in read(Told()):
        if told is None and _holds_orders(batch):
            told = _look_through(read)
        yield batch if told is None else _settled(batch, told)


def _holds_orders(batch: pa.RecordBatch) -> bool:
    return bool(pc.any(pc.starts_with(batch.column("code"), OPEN)).as_py())


def _look_through(read: Callable[[Told], Iterator[pa.RecordBatch]]) -> Told:
    told = Told()
    for _ in read(told):
        pass
    return told


def _settled(batch: pa.RecordBatch, told: Told) -> pa.RecordBatch:
    if not _holds_orders(batch):
        return batch
    pairs = zip(batch.column("subject_id").to_pylist(), batch.column("code").to_pylist(), strict=True)
    codes = pa.array([_code(subject, code, told) for subject, code in pairs], pa.string())
    return batch.set_column(batch.schema.get_field_index("code"), batch.schema.field("code"), codes)


def _code(subject: str | None, code: str | None, told: Told) -> str | None:
    if code is None or not code.startswith(OPEN):
        return code
    drug = code.removeprefix(OPEN)
    return f"{ORDERED}{drug}" if told.holds(subject, drug) else drug
