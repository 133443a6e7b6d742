"""What is known under the first protocol, and what is believed under its readings."""

import pytest

from leukon.knowledge.library import load_protocol
from leukon.knowledge.simulation import load_simulation
from leukon.simulate.durations import find_durations
from leukon.simulate.onsets import find_onsets
from leukon.simulate.schedules import COARSE, Episodes


@pytest.fixture(scope="session")
def protocol():
    return load_protocol("alemtuzumab-ms")


@pytest.fixture(scope="session")
def known(protocol):
    return load_simulation(protocol)


@pytest.fixture(scope="session")
def episodes(known):
    """Reading B, and the index onset after a monthly test."""
    durations, onsets = find_durations(known, "B", cells=COARSE), find_onsets(known, "monthly", cells=COARSE)
    return Episodes(durations, onsets, known.follow_days)
