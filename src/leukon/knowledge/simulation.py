"""What imagined patients are made of: durations, onsets, incidence and counts, each with its source."""

from functools import lru_cache
from math import hypot, log
from typing import Annotated

from pydantic import Field, model_validator

from leukon.errors import UnknownName
from leukon.events.data_files import Strict, Text, load_toml
from leukon.knowledge.protocol import Protocol
from leukon.knowledge.sources import DATA, load_sources

_SHELF = DATA / "simulation"
_NORMAL_95 = 3.92
"""Width of a 95 % interval in standard deviations."""
Above0 = Annotated[float, Field(gt=0)]
AtLeast0 = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, lt=1)]
Day = Annotated[int, Field(ge=1)]
Range = tuple[AtLeast0, AtLeast0]


class Prior(Strict):
    """Lognormal times: normal log-median, half-normal log-SD, both cut at the ends of their grids."""

    median_days: Above0
    log_sd: Above0
    median_between: tuple[Above0, Above0]
    sigma_sd: Above0
    sigma_between: tuple[Above0, Above0]


class Case(Strict):
    """One published episode: what was said of its duration, and between which limits of the ANC it ran."""

    said: Text
    limit: Text
    source: Text


class Durations(Strict):
    """Prior and published episodes."""

    prior: Prior
    cases: dict[str, Case]
    source: Text


class Term(Strict):
    """What one episode says: its duration lies between two, or is longer than one.

    `found_by_tests_every`: it is the time left after a test of such a schedule found it, so long episodes are
    overrepresented.
    """

    case: Text
    between: tuple[Above0, Above0] | None = None
    longer_than: Above0 | None = None
    found_by_tests_every: Above0 | None = None

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> "Term":
        if (self.between is None) == (self.longer_than is None):
            raise ValueError("a term has `between` or `longer_than`, not both")
        return self


class Reading(Strict):
    """One way to read the published durations; what it does not say of the prior is the common one."""

    title: Text
    likelihood: tuple[Term, ...]
    median_days: Above0 | None = None
    median_interval: tuple[Above0, Above0] | None = None
    log_sd: Above0 | None = None
    source: Text | None = None

    def over(self, prior: Prior) -> Prior:
        """The prior under this reading; the uncertainty of a reported median adds to `log_sd`."""
        low, high = self.median_interval or (1.0, 1.0)
        log_sd = hypot(self.log_sd or prior.log_sd, log(high / low) / _NORMAL_95)
        return prior.model_copy(update={"median_days": self.median_days or prior.median_days, "log_sd": log_sd})


class OnsetReading(Strict):
    """Between which days each published episode began."""

    title: Text
    days: dict[str, Range]


class Onsets(Strict):
    """Prior of the day of onset."""

    prior: Prior
    source: Text


class Incidence(Strict):
    """Persons with a severe episode, of how many; `prior` events and non-events are added (Beta)."""

    events: AtLeast0
    of: Above0
    prior: Above0
    source: Text

    @property
    def beta(self) -> tuple[float, float]:
        """Parameters of the Beta distribution of the incidence."""
        return self.events + self.prior, self.of - self.events + self.prior


class Visits(Strict):
    """How tests go wrong: the share not attended, and how far the others lie from their day."""

    missed: Share
    jitter_sd_days: AtLeast0
    source: Text


class CountLevels(Strict):
    """What is measured: the usual level, how it varies, the shape of an episode, and when one tests again."""

    usual: Above0
    between_log_sd: AtLeast0
    within_cv: AtLeast0
    within_source: Text
    nadir: Above0
    nadir_source: Text
    fall_days: Above0
    retest_below: Above0
    source: Text


class Proposal(Strict):
    """A schedule in words of its own (see `leukon.simulate.designs`) that somebody proposed."""

    schedule: Text
    title: Text
    source: Text


class Search(Strict):
    """Schedules with one stretch of closer tests: every so many days, from a day, to a day."""

    every: tuple[Day, ...]
    first: tuple[Day, ...] = Field(alias="from")
    last: tuple[Day, ...] = Field(alias="to")


class Caveat(Strict):
    """A sentence that must stand beside every figure."""

    text: Text
    source: Text


class Simulation(Strict):
    """All that is known, or assumed, of the episodes that a schedule shall catch."""

    title: Text
    drugs: tuple[Text, ...]
    severe_below: Above0
    follow_days: Day
    source: Text
    durations: Durations
    readings: dict[str, Reading]
    onsets: Onsets
    onset_readings: Annotated[dict[str, OnsetReading], Field(min_length=1)]
    incidence: Incidence
    visits: Visits
    counts: CountLevels
    proposals: tuple[Proposal, ...]
    search: Search
    cannot_say: tuple[Caveat, ...]

    @model_validator(mode="after")
    def _names_lead_somewhere(self) -> "Simulation":
        for name, reading in self.readings.items():
            for term in reading.likelihood:
                if term.case not in self.durations.cases:
                    raise ValueError(f"reading {name} names the case '{term.case}', which is not in durations.cases")
        for source in self._named_sources():
            if source not in load_sources():
                raise ValueError(f"the source '{source}' is not in sources.toml")
        return self

    def _named_sources(self) -> list[str]:
        parts = [self, self.durations, self.onsets, self.incidence, self.visits, self.counts]
        parts += [*self.durations.cases.values(), *self.proposals, *self.cannot_say]
        more = [reading.source for reading in self.readings.values() if reading.source]
        return [part.source for part in parts] + [self.counts.within_source, self.counts.nadir_source, *more]


def list_simulations() -> tuple[str, ...]:
    """Ids of the shipped files."""
    return tuple(sorted(path.stem for path in _SHELF.glob("*.toml")))


@lru_cache
def _load(name: str) -> Simulation:
    return load_toml(_SHELF / f"{name}.toml", Simulation)


def load_simulation(protocol: Protocol) -> Simulation:
    """Load what is known of the episodes under a protocol, by its drugs: a site's own protocol finds it too.

    Raises
    ------
    UnknownName
        If nothing is known of these drugs.
    """
    known = {name: _load(name) for name in list_simulations()}
    for found in known.values():
        if set(found.drugs) == set(protocol.drugs):
            return found
    raise UnknownName("file on the episodes of drugs", "+".join(protocol.drugs), known)
