"""Do 95 % intervals hold the truth 95 times in 100? Cohorts of known truth, each through the whole review.

Writes bench/results/coverage.md. `python -m bench.coverage --repeats 2000`
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import leukon
from bench.known_truth import AS_OF, WEEK, Truth, draw_cohort
from leukon.cohort.counts import CohortCounts, count_review
from leukon.cohort.incidence import estimate_incidence
from leukon.cohort.onset import estimate_onset
from leukon.cohort.recovery import curve_of
from leukon.cohort.response_rates import estimate_landmarks, estimate_response_rates
from leukon.monitor.review import Review

RESULTS = Path(__file__).parent / "results"
EXACT, CURVE = "exact", "Kaplan-Meier or Aalen-Johansen"
LONG = Truth(at_least_days=120)
"""Falls that no schedule here overlooks, so that the interval-censored curve can be held against the truth."""
MANY = 20_000
PART = 500
"""Cohorts drawn from one state of the generator, so that a long run can be made in parts."""
DAYS = (45, 105, 165, 285, 345)
Interval = tuple[str, str, float, float, float]


def find_intervals(truth: Truth, rng: np.random.Generator) -> Iterator[Interval]:
    """Kind, name, truth, low and high of every interval of one cohort."""
    review = leukon.review(draw_cohort(truth, rng), "alemtuzumab-ms", as_of=AS_OF)
    yield from _of_incidence(truth, only_low(count_review(review)))
    yield from _of_recovery(truth, review)


def _of_incidence(truth: Truth, counts: CohortCounts) -> Iterator[Interval]:
    seen, (row,) = truth.seen_chance[:366], _rows(estimate_incidence(counts), window="year_1", course=1)
    yield EXACT, "seen in year 1, of persons", seen.sum(), row["proportion_low"], row["proportion_high"]
    days = np.sum(seen * np.arange(366)) + (1 - seen.sum()) * 365
    rate = seen.sum() / days * 36_525
    yield EXACT, "first seen, per 100 person-years", rate, row["first_rate_low"], row["first_rate_high"]
    curves = estimate_onset(counts).onset_curves
    for day in (90, 180, 360, 540):
        *_, found = (row for row in _rows(curves, way="aalen_johansen", cause="onset", course=1) if row["day"] <= day)
        yield CURVE, f"first seen by day {day}", truth.seen_before_next_course(day), found["low"], found["high"]


def _of_recovery(truth: Truth, review: Review) -> Iterator[Interval]:
    counts = count_review(review).tables()
    curve = curve_of(counts["duration_counts"], "observed")
    for weeks in (1, 2, 4, 8):
        _, low, high = curve.at(weeks * WEEK)
        yield CURVE, f"recovered by day {weeks * WEEK}", truth.recovered_by(weeks * WEEK), low, high
    rate = truth.recovered_by(WEEK) / WEEK
    for row in _rows(estimate_response_rates(counts["response_counts"]), course=1):
        yield EXACT, f"recoveries a day, {row['state']}", rate, row["rate_low"], row["rate_high"]
    for row in _rows(estimate_landmarks(counts["landmark_counts"]), course=1, landmark_day=14, state="none"):
        yield CURVE, "recovered 28 days after day 14", truth.recovered_by(28), row["share_low"], row["share_high"]


def only_low(counts: CohortCounts) -> CohortCounts:
    """Counts of the limit of episodes alone: others would be fitted for nothing."""
    limited = {
        name: table.filter(pc.equal(table["limit"], "<1.5"))
        for name, table in counts.tables().items()
        if "limit" in table.column_names
    }
    return replace(counts, **limited)


def _rows(table: pa.Table, **keys: object) -> list[dict[str, float]]:
    return [row for row in table.to_pylist() if all(row[name] == value for name, value in keys.items())]


class Coverage:
    """How often each interval held the truth, and on which side it missed it; an interval that is null is no miss."""

    def __init__(self) -> None:
        self.kind: dict[str, str] = {}
        self.truth: dict[str, float] = {}
        self.held, self.told, self.too_low = Counter(), Counter(), Counter()

    def add(self, intervals: Iterator[Interval]) -> None:
        for kind, name, truth, low, high in intervals:
            self.kind[name], self.truth[name] = kind, truth
            if low is not None and high is not None and low == low and high == high:
                self.told[name] += 1
                self.held[name] += low <= truth <= high
                self.too_low[name] += high < truth

    def __add__(self, other: "Coverage") -> "Coverage":
        both = Coverage()
        both.kind, both.truth = self.kind | other.kind, self.truth | other.truth
        both.held, both.told = self.held + other.held, self.told + other.told
        both.too_low = self.too_low + other.too_low
        return both

    def share(self, name: str) -> float:
        return self.held[name] / self.told[name]


def cover(truth: Truth, repeats: int, seed: int | tuple[int, int]) -> Coverage:
    """Draw so many cohorts and look at every interval."""
    rng, found = np.random.default_rng(seed), Coverage()
    for _ in range(repeats):
        found.add(find_intervals(truth, rng))
    return found


def find_bias(truth: Truth, repeats: int, seed: int) -> dict[str, np.ndarray]:
    """Mean share that fell by each of `DAYS`: in truth, naively, and as the interval-censored curve allows."""
    rng, shares = np.random.default_rng(seed), []
    for _ in range(repeats):
        review = leukon.review(draw_cohort(truth, rng), "alemtuzumab-ms", as_of=AS_OF)
        rows = _rows(estimate_onset(only_low(count_review(review)), days=DAYS).onset_days, course=1)
        shares.append([[row[name] for row in rows] for name in ("naive", "at_least", "at_most")])
    naive, least, most = np.mean(shares, axis=0)
    return {"truth": truth.fall_chance.cumsum()[list(DAYS)], "naive": naive, "at least": least, "at most": most}


def find_immortal(truth: Truth, repeats: int, seed: int) -> dict[str, float]:
    """Recoveries a day, of a drug that does nothing: treatment as a state, and by whether one was ever treated."""
    rng, sums = np.random.default_rng(seed), Counter()
    for _ in range(repeats):
        review = leukon.review(draw_cohort(truth, rng), "alemtuzumab-ms", as_of=AS_OF)
        for row in _rows(count_review(review).tables()["response_counts"], course=1):
            state = "as a state, untreated" if row["state"] == "none" else "as a state, treated"
            sums[state, "recoveries"] += row["recoveries"]
            sums[state, "days"] += row["days"]
        for row in _rows(review.episodes, status="recovered"):
            group = "wrong: ever treated" if row["treatments"] else "wrong: never treated"
            sums[group, "recoveries"] += 1
            sums[group, "days"] += row["observed_days"]
    names = sorted({name for name, _ in sums})
    return {"truth": truth.recovered_by(WEEK) / WEEK} | {
        name: sums[name, "recoveries"] / sums[name, "days"] for name in names
    }


def write_coverage(repeats: int, seed: int) -> None:
    """Measure, print and write."""
    parts = [cover(Truth(), min(PART, repeats - done), (seed, done)) for done in range(0, repeats, PART)]
    found = sum(parts, Coverage())
    lines = [
        "# Coverage of 95 % intervals",
        "",
        f"{repeats} cohorts of {Truth().persons} persons (seed {seed}); what is true of them: bench/known_truth.py.",
        "",
        "| interval | kind | truth | held | wholly below the truth | not told |",
        "|---|---|---|---|---|---|",
        *(
            f"| {name} | {found.kind[name]} | {truth:.4g} | {100 * found.share(name):.1f} % | "
            f"{100 * found.too_low[name] / found.told[name]:.1f} % | {repeats - found.told[name]} |"
            for name, truth in found.truth.items()
        ),
        "",
        f"Share that fell by day, {MANY} persons with long falls (tests every 30 days, one in five missed):",
        "",
        "| day | " + " | ".join(str(day) for day in DAYS) + " |",
        "|---" * (len(DAYS) + 1) + "|",
        *(
            f"| {name} | " + " | ".join(f"{share:.4f}" for share in shares) + " |"
            for name, shares in find_bias(replace(LONG, persons=MANY), 1, seed).items()
        ),
        "",
        f"Recoveries a day with a drug that does nothing, {MANY} persons:",
        "",
        *(f"- {name}: {rate:.4f}" for name, rate in find_immortal(Truth(persons=MANY), 1, seed).items()),
    ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "coverage.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--repeats", type=int, default=2_000)
    said.add_argument("--seed", type=int, default=0)
    chosen = said.parse_args()
    write_coverage(chosen.repeats, chosen.seed)
