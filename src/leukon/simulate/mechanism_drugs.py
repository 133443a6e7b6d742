"""Drugs in closed form (JAX): what is there at a time, as a sum of exponentials that each decay at their own rate.

Each drug's equations are linear, so nothing has to be solved step by step. Absorption is fast (24/d) and zero without a
dose: gradients of a solver through it are not numbers, gradients of these sums are. Two rates of one drug must differ.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from leukon.simulate.mechanism_doses import Doses

Values = dict[str, Array]
"""Parameters by name."""


class Modes(NamedTuple):
    """Drugs between those days: `there` after each day, `fed` per day until the next, both (days, 6); `rates` (6,).

    The modes are two of the antibody (mg/L), three of the corticosteroid (mg/L), one of the growth factor (mg).
    """

    day: Array
    rates: Array
    there: Array
    fed: Array


def drug_modes(p: Values, doses: Doses) -> Modes:
    """Follow the doses from day to day."""
    k10, k12, k21 = p["CL"] / p["V1"], p["Q"] / p["V1"], p["Q"] / p["V2"]
    half, root = (k10 + k12 + k21) / 2, jnp.sqrt((k10 + k12 + k21) ** 2 - 4 * k10 * k21) / 2
    plasma = jnp.stack([half + root, half - root])
    split = jnp.stack([half + root - k21, k21 - half + root]) / (2 * root * p["V1"])
    oral = jnp.stack([p["ka"], p["CLp"] / p["Vp"], p["ke0"]])
    apart = oral[None, :] - oral[:, None] + jnp.eye(3)  # 1 on the diagonal, so that the product leaves it out
    delayed = p["ka"] * p["ke0"] / p["Vp"] / jnp.prod(apart, axis=1)

    rates = jnp.concatenate([plasma, oral, p["kg"][None]])
    fed = jnp.concatenate([doses.infusion[:, None] * split, jnp.zeros((doses.day.size, 4))], axis=1)
    at_once = [jnp.zeros((doses.day.size, 2)), doses.oral[:, None] * delayed, doses.growth_factor[:, None]]

    def follow(there: Array, step: tuple[Array, Array, Array]) -> tuple[Array, Array]:
        added, feed, days = step
        after = there + added
        return _later(after, feed, rates, days), after

    days = jnp.diff(doses.day, append=doses.day[-1])
    _, there = lax.scan(follow, jnp.zeros(6), (jnp.concatenate(at_once, axis=1), fed, days))
    return Modes(doses.day, rates, there, fed)


def drugs_at(t: Array, modes: Modes) -> tuple[Array, Array, Array]:
    """Antibody in plasma (mg/L), corticosteroid where it acts (mg/L), growth factor in the body (mg)."""
    k = jnp.searchsorted(modes.day, t, side="right") - 1
    there = _later(modes.there[k], modes.fed[k], modes.rates, t - modes.day[k])
    return jnp.maximum(there[:2].sum(), 0), jnp.maximum(there[2:5].sum(), 0), there[5]


def _later(there: Array, fed: Array, rates: Array, days: Array) -> Array:
    left = jnp.exp(-rates * days)
    return there * left + fed / rates * (1 - left)
