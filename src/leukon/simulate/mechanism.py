"""The mechanism that was proposed for one patient, simulated for one or many (extra `mechanism`).

It is extrapolated from one patient. It says what the proposal implies, and is never a basis for choosing a schedule:
its episodes are far longer than those that were reported (docs/explanation/mechanism.md).
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from leukon.errors import MissingPackage, NotSimulated
from leukon.events.arrays import Array
from leukon.knowledge.mechanism import Mechanism
from leukon.simulate.mechanism_doses import Doses

_FEW, _MANY = 64, 512
"""Patients solved side by side, always as many: a solver is compiled for each of the two, and one patient needs none of
its own. Many cost less each, although all take as long as the one with the most steps (`python -m bench.mechanism`)."""


def load_jax(module: str) -> Any:
    """A module of this room that needs JAX, or an error that says what to install."""
    try:
        return import_module(f"leukon.simulate.{module}")
    except ModuleNotFoundError as error:
        raise MissingPackage(error.name or "diffrax", "mechanism") from None


def start_of_case(mechanism: Mechanism, values: Mapping[str, float]) -> dict[str, float]:
    """The values, with where the one patient started."""
    return dict(values) | {"N_start": mechanism.case.neutrophils, "O_start": mechanism.case.other}


def start_at_rest(values: Mapping[str, float]) -> dict[str, float]:
    """The values, with a start at rest."""
    return dict(values) | {"N_start": values["Circ0"], "O_start": values["O0"]}


def simulate(
    patients: Sequence[Mapping[str, float]], doses: Doses | Sequence[Doses], days: Array, *, rtol: float = 1e-7
) -> dict[str, Array]:
    """Follow patients through their doses.

    Parameters
    ----------
    patients
        Values of all parameters for each, with their start (`start_of_case`, `start_at_rest`).
    doses
        Of each patient, or the same for all.
    days
        Rising, from the day on which they start; day 0 is that of the first infusion.
    rtol
        Error of one step that is let pass, as a share of each state.

    Returns
    -------
    dict
        Arrays of patients by days, float64: `anc`, `wbc`, `lymphocytes`, `b_cells`, `cd4`, `cd8`, `nk`, `lgl` in
        10^9/L; `b_cells_percent`, `cd4_percent`, `cd8_percent`, `nk_percent`, `lgl_percent` of lymphocytes. No nulls.

    Raises
    ------
    MissingPackage
        If the extra `mechanism` is not installed.
    NotSimulated
        If one of them could not be solved.
    """
    solver = load_jax("mechanism_solver")
    each = [doses] * len(patients) if isinstance(doses, Doses) else list(doses)
    found: list[dict[str, Array]] = []
    at_once = _FEW if len(patients) <= 2 * _FEW else _MANY
    for at in range(0, len(patients), at_once):
        some, given = list(patients[at : at + at_once]), each[at : at + at_once]
        filled = at_once - len(some)
        seen = solver.solve_arrays(some + some[-1:] * filled, given + given[-1:] * filled, days, rtol)
        found.append({name: column[: len(some)] for name, column in seen.items()})
    seen = {name: np.concatenate([part[name] for part in found]) for name in found[0]}
    if not all(np.isfinite(column).all() for column in seen.values()):
        raise NotSimulated("the equations could not be solved for a patient")
    return seen
