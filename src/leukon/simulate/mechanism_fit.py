"""What the model says of each observation, as a function of the fitted parameters, with its Jacobian (JAX)."""

from collections.abc import Callable, Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from leukon.events.arrays import Array
from leukon.knowledge.mechanism import Observation
from leukon.simulate.mechanism_doses import Doses
from leukon.simulate.mechanism_solver import solve

Modelled = Callable[[Array, Mapping[str, float]], tuple[Array, Array]]


def make_modelled(observations: Sequence[Observation], names: Sequence[str], doses: Doses) -> Modelled:
    """A function from logarithms of the named parameters and the values of all parameters to what the model says.

    It gives one number an observation, a fold where that is one, and how each number changes with each logarithm.
    A value of 0 of a named parameter stays 0.
    """
    days = np.unique([0, *(one.day for one in observations), *(one.since for one in observations if one.since)])
    place = {int(day): at for at, day in enumerate(days)}

    def say(logs: jax.Array, values: dict[str, jax.Array], given: Doses) -> tuple[jax.Array, jax.Array]:
        moved = {name: jnp.where(values[name] == 0, 0, jnp.exp(log)) for name, log in zip(names, logs, strict=True)}
        _, seen = solve(values | moved, given, jnp.asarray(days, float))
        rows = [getattr(seen, one.what) for one in observations]
        before = [
            1.0 if one.since is None else row[place[one.since]] for one, row in zip(observations, rows, strict=True)
        ]
        said = jnp.stack([row[place[one.day]] for one, row in zip(observations, rows, strict=True)])
        said /= jnp.stack([jnp.asarray(value, float) for value in before])
        return said, said

    both = jax.jit(jax.jacfwd(say, has_aux=True))

    def modelled(logs: Array, values: Mapping[str, float]) -> tuple[Array, Array]:
        with jax.enable_x64(new_val=True):
            given = Doses(*(jnp.asarray(one, float) for one in doses))
            slopes, said = both(jnp.asarray(logs), {name: jnp.asarray(v, float) for name, v in values.items()}, given)
        return np.asarray(said), np.asarray(slopes)

    return modelled
