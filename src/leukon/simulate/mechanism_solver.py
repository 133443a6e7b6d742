"""Solve the equations for many patients at once (diffrax, float64). Only what imports this file needs JAX."""

from collections.abc import Mapping, Sequence

import diffrax
import jax
import jax.numpy as jnp
import numpy as np

from leukon.events.arrays import Array
from leukon.simulate.mechanism_doses import Doses
from leukon.simulate.mechanism_drugs import Values, drug_modes
from leukon.simulate.mechanism_equations import Counts, State, at_rest, change, counts

RTOL = 1e-7
"""Against LSODA the neutrophils are then off by millionths, at 1e-6 by thousandths (decision 23)."""
_MOST_STEPS = 10_000


def solve(p: Values, doses: Doses, days: jax.Array, rtol: float | jax.Array = RTOL) -> tuple[State, Counts]:
    """States and counts of one patient at `days`, which rise; the first of them is where the patient starts.

    `p` holds every parameter, and where neutrophils and the other white cells start (`N_start`, `O_start`).
    Gradients go forward (`jax.jacfwd`). What could not be solved is not a number.
    """
    start = at_rest(p)._replace(neutrophils=p["N_start"], other=p["O_start"])
    given = (p, drug_modes(p, doses))
    tolerances = diffrax.PIDController(rtol=rtol, atol=rtol / 100)
    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(change),
        diffrax.Tsit5(),
        t0=days[0],
        t1=days[-1],
        dt0=0.01,
        y0=start,
        args=given,
        saveat=diffrax.SaveAt(ts=days),
        stepsize_controller=diffrax.ClipStepSizeController(tolerances, jump_ts=doses.day),
        max_steps=_MOST_STEPS,
        adjoint=diffrax.ForwardMode(),
        throw=False,
    )
    return solution.ys, jax.vmap(counts, in_axes=(0, 0, None))(days, solution.ys, given)


solve_many = jax.jit(jax.vmap(solve, in_axes=(0, 0, None, None)))
"""The same for patients along the first axis of `p` and `doses`."""


def solve_arrays(
    patients: Sequence[Mapping[str, float]], doses: Sequence[Doses], days: Array, rtol: float = RTOL
) -> dict[str, Array]:
    """`solve_many` from and to NumPy, in float64 whatever the program around it has told JAX; one array a count."""
    with jax.enable_x64(new_val=True):
        p = {name: jnp.asarray([one[name] for one in patients], float) for name in patients[0]}
        given = Doses(*(jnp.asarray(np.stack(column), float) for column in zip(*doses, strict=True)))
        _, seen = solve_many(p, given, jnp.asarray(days, float), jnp.asarray(rtol, float))
        return {name: np.asarray(column) for name, column in seen._asdict().items()}
