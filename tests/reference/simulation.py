"""Imagined patients in slow plain Python, from the words of the specification; no NumPy, and nothing of leukon's.

The grid is coarse and the dice are few: what is compared with it is compared within that.
"""

import math
import random

NORMAL_TESTS = (30, 60, 90, 120, 150)


def phi(z):
    return (1 + math.erf(z / math.sqrt(2))) / 2


def longer(days, mu, sigma):
    return 1.0 if days <= 0 else phi((mu - math.log(days)) / sigma)


def between(a, b):
    return lambda mu, sigma: longer(a, mu, sigma) - longer(b, mu, sigma)


def left_over(r, mu, sigma, every=30, steps=240):
    """P(time left after detection > r), by summing over durations: the weight of D is the chance to be tested in it."""
    above = weight = 0.0
    for n in range(steps):
        z = -4.5 + 9 * (n + 0.5) / steps
        density, days = math.exp(-z * z / 2), math.exp(mu + sigma * z)
        above += density * min(max(days - r, 0), every)
        weight += density * min(days, every)
    return above / weight


def likelihoods():
    """The readings of section 1, as products of functions of mu and sigma."""
    after_1, after_5 = (lambda m, s: longer(1, m, s)), (lambda m, s: longer(5, m, s))
    residual = [lambda m, s: left_over(5, m, s), lambda m, s: left_over(11, m, s) - left_over(17, m, s)]
    return {
        "A": [between(2.5, 3.5), between(8.5, 9.5), between(11, 17)],
        "B": [after_1, after_5, between(11, 17)],
        "C": [after_1, *residual],
        "D": [after_1, after_5, between(11, 17)],
        "prior": [],
    }


def posterior(reading, cells=24):
    """(mu, sigma, weight) of a coarse grid."""
    center, spread = math.log(8), 0.8
    if reading == "D":
        center = math.log(11)
        spread = math.sqrt(((math.log(26) - math.log(7)) / 3.92) ** 2 + 0.4**2)
    low, high = math.log(0.5), math.log(80)
    found = []
    for i in range(cells):
        mu = low + (high - low) * (i + 0.5) / cells
        for j in range(cells):
            sigma = 0.15 + 1.85 * (j + 0.5) / cells
            weight = math.exp(-(((mu - center) / spread) ** 2 + (sigma / 0.8) ** 2) / 2)
            for term in likelihoods()[reading]:
                weight *= term(mu, sigma)
            found.append((mu, sigma, weight))
    total = sum(weight for *_, weight in found)
    return [(mu, sigma, weight / total) for mu, sigma, weight in found]


def periodic(days, every, missed):
    """Chance that one of the attended tests falls into an episode of so many days, by counting tests phase by phase."""
    phases = 200
    caught = 0.0
    for n in range(phases):
        first = every * (n + 0.5) / phases
        tests = 0 if days <= first else 1 + int((days - first) // every)
        caught += 1 - missed**tests
    return caught / phases


def throw(days, missed, jitter, draw, episodes, seed):
    """Share of episodes met, and the delays of those, by dice; `draw` gives an onset and a duration."""
    rng = random.Random(seed)
    delays = []
    for _ in range(episodes):
        onset, lasts = draw(rng)
        visits = [day + rng.gauss(0, jitter) for day in days if rng.random() >= missed]
        inside = [visit - onset for visit in visits if onset <= visit < onset + lasts]
        if inside:
            delays.append(min(inside))
    return len(delays) / episodes, sorted(delays)
