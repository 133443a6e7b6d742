"""Virtual patients as events: they go through the ordinary review, and nothing in it knows that they are imagined.

All are variations of one patient who had an episode, so most of them have one: they are no population at risk.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leukon.errors import UnwritableFolder
from leukon.folders import made
from leukon.knowledge.mechanism import Mechanism
from leukon.simulate.mechanism import simulate, start_at_rest
from leukon.simulate.mechanism_case import draws_of, load_fits
from leukon.simulate.mechanism_doses import make_doses

_START = datetime(2000, 1, 1)
"""Day 0 of everybody; the calendar is invented."""
_MEASURED = ("wbc", "anc", "lymphocytes")
_STEPS = np.arange(0, 401.0)


def draw_people(mechanism: Mechanism, variant: str, patients: int, seed: int) -> list[dict[str, float]]:
    """Values of each virtual patient: a draw of the ensemble, varied between people, who starts at rest.

    Between people vary the parameters with a `between_sd`, each by itself; the ensemble says what is not known.
    """
    random = np.random.default_rng(seed)
    draws = draws_of(load_fits(mechanism), variant)
    varied = {name: one.between_sd for name, one in mechanism.parameters.items() if one.between_sd}
    people = []
    for _ in range(patients):
        values = dict(draws[random.integers(len(draws))].values)
        values |= {name: values[name] * float(np.exp(sd * random.standard_normal())) for name, sd in varied.items()}
        people.append(start_at_rest(values))
    return people


def make_population(
    mechanism: Mechanism, patients: int, *, seed: int, variant: str | None = None, test_days: Sequence[int] = ()
) -> pa.Table:
    """Events of virtual patients after a first course, without treatment of any episode.

    Parameters
    ----------
    patients, seed
        How many, and the seed of the random numbers.
    variant
        One of the mechanism's variants; default: the first.
    test_days
        Days (0 to 400) on which blood is drawn from everybody; default: day 0 and every day to day 400.

    Returns
    -------
    pa.Table
        `subject_id`, `time`, `code`, `numeric_value`, `unit`, as `leukon.review` takes them; no nulls. Counts have
        three decimals and no error of measurement.

    Raises
    ------
    MissingPackage, NotSimulated
        As for `simulate`.
    """
    course = mechanism.course
    name = variant or next(iter(mechanism.variants))
    hours = mechanism.drugs[course.drug].hours
    doses = make_doses({float(day): course.mg for day in course.days}, hours=hours)
    seen = simulate(draw_people(mechanism, name, patients, seed), doses, _STEPS)
    days = np.array(test_days or range(401), int)
    dosed = [(day, course.drug, np.full(patients, course.mg), "mg") for day in course.days]
    tested = [(int(day), what, seen[what][:, day], "10*9/L") for day in days for what in _MEASURED]
    rows = [*tested, *dosed]
    columns = {
        "subject_id": np.repeat([f"virtual-{n:06}" for n in range(1, patients + 1)], len(rows)),
        "time": pa.array([_moment(day, unit) for day, _, _, unit in rows] * patients, pa.timestamp("us")),
        "code": [code for _, code, _, _ in rows] * patients,
        "numeric_value": np.round(np.stack([values for _, _, values, _ in rows], axis=1), 3).ravel(),
        "unit": [unit for _, _, _, unit in rows] * patients,
    }
    said = _say(mechanism, patients, seed, variant, test_days)
    return pa.table(columns).replace_schema_metadata({"leukon.mechanism": said})


def cached_population(
    path: Path, mechanism: Mechanism, patients: int, *, seed: int, variant: str | None = None,
    test_days: Sequence[int] = (),
) -> pa.Table:  # fmt: skip
    """The population in the Parquet file `path`, made and written there if it is not that one yet.

    Raises
    ------
    UnwritableFolder
        If the file cannot be written.
    """
    said = _say(mechanism, patients, seed, variant, test_days)
    if path.exists() and (pq.read_schema(path).metadata or {}).get(b"leukon.mechanism") == said.encode():
        return pq.read_table(path)
    made_now = make_population(mechanism, patients, seed=seed, variant=variant, test_days=test_days)
    try:
        with made(path.parent):
            pq.write_table(made_now, path)
    except OSError:
        raise UnwritableFolder(path.parent) from None
    return made_now


def _say(mechanism: Mechanism, patients: int, seed: int, variant: str | None, test_days: Sequence[int]) -> str:
    """All that a population depends on; the model by a hash of its values and fits."""
    model = sha256(repr((mechanism, load_fits(mechanism))).encode()).hexdigest()[:16]
    name = variant or next(iter(mechanism.variants))
    return f"model {model}; {name}; patients {patients}; seed {seed}; test days {list(test_days)}"


def _moment(day: int, unit: str) -> datetime:
    """Blood is drawn at seven, doses are given at nine: the count of a day comes before its dose."""
    return _START + timedelta(days=day, hours=9 if unit == "mg" else 7)
