"""Files of what is known of episodes: every number has its source, and a slip is refused with its place."""

import pytest

from leukon.errors import InvalidFile
from leukon.events.data_files import parse_toml
from leukon.knowledge.simulation import Simulation, list_simulations
from leukon.knowledge.sources import DATA, load_sources

FILE = DATA / "simulation" / "alemtuzumab-ms.toml"
TEXT = FILE.read_text(encoding="utf-8")


def test_every_shipped_file_is_valid_and_named():
    assert "alemtuzumab-ms" in list_simulations()
    for path in FILE.parent.glob("*.toml"):
        parse_toml(path.read_text(encoding="utf-8"), path.name, Simulation)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('case = "galgani-2018", between = [11, 17] }', 'case = "galgani", between = [11, 17] }', "names the case 'galgani'"),
        ("longer_than = 1 }", "longer_than = 1, between = [1, 2] }", "`between` or `longer_than`, not both"),
        (", longer_than = 1 }", " }", "`between` or `longer_than`, not both"),
        ('source = "baker-2017"\n\n[visits]', 'source = "baker"\n\n[visits]', "the source 'baker' is not in sources.toml"),
        ("missed = 0.1", "missed = 1", "less than 1"),
        ("events = 5", "events = -1", "greater than or equal to 0"),
        ("jitter_sd_days = 2", "jitter_days = 2", "needed and missing"),
    ],
)  # fmt: skip
def test_a_slip_is_refused_with_its_reason(old, new, words):
    assert old in TEXT
    with pytest.raises(InvalidFile) as refused:
        parse_toml(TEXT.replace(old, new), "slip.toml", Simulation)
    assert "slip.toml" in str(refused.value)
    assert words in str(refused.value)


def test_the_prior_of_a_reading_adds_the_uncertainty_of_a_reported_median():
    known = parse_toml(TEXT, FILE.name, Simulation)
    prior = known.readings["D"].over(known.durations.prior)
    assert prior.median_days == 11
    assert prior.log_sd == pytest.approx(0.522, abs=0.001)  # sqrt(((ln 26 - ln 7) / 3.92)^2 + 0.4^2)
    assert known.readings["B"].over(known.durations.prior) == known.durations.prior


def test_the_incidence_is_a_beta_distribution():
    known = parse_toml(TEXT, FILE.name, Simulation)
    assert known.incidence.beta == (5.5, 806.5)
    assert "811" in load_sources()[known.incidence.source].note
