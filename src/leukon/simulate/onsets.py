"""When an episode begins: the posterior of the day of onset, of which only intervals are known."""

from leukon.errors import UnknownName
from leukon.knowledge.simulation import Simulation
from leukon.simulate.lognormal import longer_than
from leukon.simulate.posterior import CELLS, Posterior, make_grid, update


def find_onsets(known: Simulation, reading: str, *, cells: tuple[int, int] = CELLS) -> Posterior:
    """Posterior of the day of onset (days since the course's start), from interval-censored onsets.

    Parameters
    ----------
    reading
        One of `known.onset_readings`: they differ in the days between which the index case began.

    Raises
    ------
    UnknownName
        If there is no such reading.
    """
    if reading not in known.onset_readings:
        raise UnknownName("reading of the onsets", reading, known.onset_readings)
    found = make_grid(known.onsets.prior, cells)
    for after, by in known.onset_readings[reading].days.values():
        found = update(found, longer_than(after, found.mu, found.sigma) - longer_than(by, found.mu, found.sigma))
    return found
