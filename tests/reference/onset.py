"""Onset in plain Python: Turnbull's masses by expectation and maximisation alone, and cumulative incidence, one person a step."""

from fractions import Fraction


def masses_by_em(intervals, rounds=20_000):
    """{(after, by): mass} of intervals [(left, right or None)], one a person; slow, and sure."""
    lefts = {left for left, _ in intervals}
    rights = {float("inf") if right is None else right for _, right in intervals}
    inner = [
        (after, by)
        for after in sorted(lefts)
        for by in [min((right for right in rights if right > after), default=None)]
        if by is not None and not any(after < other < by for other in lefts)
    ]
    holds = [
        [
            place
            for place, (after, by) in enumerate(inner)
            if left <= after and by <= (float("inf") if right is None else right)
        ]
        for left, right in intervals
    ]
    mass = [1 / len(inner)] * len(inner)
    for _ in range(rounds):
        new = [0.0] * len(inner)
        for own in holds:
            total = sum(mass[place] for place in own)
            for place in own:
                new[place] += mass[place] / total / len(intervals)
        if max(abs(a - b) for a, b in zip(new, mass, strict=True)) < 1e-15:
            break
        mass = new
    return dict(zip(inner, mass, strict=True))


def incidence_by_hand(people, cause):
    """{day: cumulative incidence} of people [(day, end)], `censored` at the end of their day, in exact fractions."""
    free, so_far, found = Fraction(1), Fraction(0), {}
    for day in sorted({day for day, _ in people}):
        at_risk = sum(own >= day for own, _ in people)
        ends = [end for own, end in people if own == day and end != "censored"]
        so_far += free * Fraction(ends.count(cause), at_risk)
        free *= 1 - Fraction(len(ends), at_risk)
        found[day] = so_far
    return found
