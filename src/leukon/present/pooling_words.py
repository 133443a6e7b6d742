"""What is pooled, what comes out, and what speaks against it, in words."""

from collections.abc import Sequence

from leukon.cohort.pooling import Pooling
from leukon.cohort.pooling_parts import Interval, Pooled
from leukon.cohort.proportions import estimate_proportion
from leukon.cohort.studies import Study, find_same_people, find_unlike

REASON_WORDS = {
    "no_study": "No pooled estimate: no row of this question may be pooled.",
    "one_study": "No pooled estimate: only one study. Its own exact interval stands above.",
    "no_event": "No pooled estimate: no study has an event. The exact intervals above say how often it can still be.",
    "only_events": "No pooled estimate: everybody has the event in every study.",
}
ROLE_WORDS = {
    "poolable": "pooled: marked poolable",
    "included": "pooled because named with --include, though not marked poolable",
    "own": "pooled: YOUR OWN row",
    "shown": "shown, not pooled",
}
TWO = "Two studies: tau not estimable, no prediction interval, no estimate by REML (one degree of freedom)."
HALF = "REML on logits: 1/2 is added to events and others of each study with none of either, and to no other study."
NARROW = "Hartung-Knapp is narrower than Wald here: look at the wider one."


def say_percent(share: float, like: float | None = None) -> str:
    """A share in per cent: two decimals from 5 up, three below; an end of an interval is written `like` its middle.

    >>> say_percent(0.0061652), say_percent(0.1566), say_percent(0.0), say_percent(0.05446, like=0.01)
    ('0.617', '15.66', '0', '5.446')
    """
    percent = 100 * share
    if percent in (0.0, 100.0):
        return f"{percent:.0f}"
    return f"{percent:.2f}" if 100 * (share if like is None else like) >= 5 else f"{percent:.3f}"


def say_interval(found: Interval, like: float) -> str:
    """`0.186 to 1.518 % (profile likelihood)`."""
    return f"{say_percent(found.low, like)} to {say_percent(found.high, like)} % ({found.method})"


def say_proportion(events: int, total: int) -> str:
    """`5/811 = 0.617 % (exact 95 % interval 0.200 to 1.433 %)`."""
    found = estimate_proportion(events, total)
    low, high = (say_percent(end, found.value) for end in (found.low, found.high))
    return f"{events}/{total} = {say_percent(found.value)} % (exact 95 % interval {low} to {high} %)"


def say_definition(study: Study) -> str:
    """What was counted, a grade never without its edition: `grade III-IV (edition not named)`."""
    if study.edition is None and "grade" not in study.definition.lower():
        return study.definition
    return f"{study.definition} ({study.edition or 'edition not named'})"


def say_study(study: Study) -> list[str]:
    """A row: its number, why it is pooled or not, what was counted."""
    what = say_definition(study)
    rest = f"dose {study.dose or 'not reported'}; {study.period or 'period not reported'}"
    said = [
        f"{study.id}: {say_proportion(study.events, study.total)}",
        f"  {ROLE_WORDS[study.role]}",
        f"  {what}; {rest}",
    ]
    return [*said, f"  note: {study.note}"] if study.note else said


def say_pooled(pooled: Pooled) -> list[str]:
    """An estimate by one method with its intervals, each with how it was made."""
    said = [f"{pooled.method}: {say_percent(pooled.value)} %"]
    said += [f"  95 % interval {say_interval(interval, pooled.value)}" for interval in pooled.intervals]
    if pooled.tau is not None:
        said.append(f"  scatter between studies (tau, logits): {pooled.tau:.3f}")
    if pooled.prediction is not None:
        said.append(f"  95 % prediction interval for another study: {say_interval(pooled.prediction, pooled.value)}")
    return said


def say_pooling(studies: Sequence[Study], pooling: Pooling) -> list[str]:
    """The pooled estimates, or why there is none, and what a reader must know of them."""
    if pooling.reason is not None:
        return [REASON_WORDS[pooling.reason]]
    said = [f"Pooled from {pooling.studies} studies, {pooling.events} of {pooling.total}:"]
    said += [line for pooled in pooling.estimates for line in say_pooled(pooled)]
    return [*said, *say_doubts(studies, pooling)]


def say_doubts(studies: Sequence[Study], pooling: Pooling) -> list[str]:
    """What speaks against the pooled estimate; nothing is left out because it is awkward."""
    said = [TWO] if pooling.studies == 2 else []
    pooled = [study for study in studies if study.is_pooled]
    if pooling.studies > 2 and any(study.events in (0, study.total) for study in pooled):
        said.append(HALF)
    said += [NARROW for estimate in pooling.estimates if _is_narrowed(estimate)]
    for name, values in find_unlike(studies).items():
        said.append(f"The pooled rows differ in {name}: {' | '.join(value or 'not reported' for value in values)}.")
    same = find_same_people(studies)
    if same:
        said.append(f"Of one study, perhaps the same people, so the interval is too narrow: {', '.join(same)}.")
    return said


def say_without(studies: Sequence[Study], pooling: Pooling) -> list[str]:
    """The estimates with each study left out."""
    pooled = [study for study in studies if study.is_pooled]
    said = []
    for study, estimates in zip(pooled, pooling.without, strict=bool(pooling.without)):
        found = "; ".join(
            f"{one.method}: {say_percent(one.value)} %, {say_interval(one.intervals[0], one.value)}"
            for one in estimates
        )
        said.append(f"without {study.id}: {found or 'no estimate'}")
    return said


def _is_narrowed(pooled: Pooled) -> bool:
    by_method = {interval.method: interval.high - interval.low for interval in pooled.intervals}
    return by_method.get("Hartung-Knapp", 1.0) < by_method["Wald"]
