"""The differential equations of the mechanism (JAX): lymphocytes, large granular lymphocytes (LGL), neutrophils.

Days, 10^9/L. Symbols of parameters are those of mechanism.toml, which says what each means and where it is from.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from leukon.simulate.mechanism_drugs import Modes, Values, drugs_at


class State(NamedTuple):
    """What the equations move. `drive` (1 at first) is what LGL have not yet exhausted; the rest are cells, 10^9/L."""

    b_cells: Array
    cd4: Array
    cd8: Array
    nk: Array
    other: Array
    lgl: Array
    drive: Array
    precursors: Array
    transit_1: Array
    transit_2: Array
    reserve: Array
    neutrophils: Array


def at_rest(p: Values) -> State:
    """The state before the first dose: every cell at its baseline, neutrophils at rest."""
    marrow = p["kc"] * p["Circ0"] * p["MTT"] / 4
    cells = (p["B0"], p["T40"], p["T80"], p["K0"], p["O0"], p["L0"], jnp.ones_like(p["L0"]))
    return State(*cells, marrow, marrow, marrow, marrow, p["Circ0"])


def change(t: Array, s: State, given: tuple[Values, Modes]) -> State:
    """How fast each state changes, per day."""
    p, modes = given
    antibody, corticosteroid, factor = drugs_at(t, modes)
    full = p["B0"] + p["T40"] + p["T80"] + p["K0"]
    lysis, steroid, pushed, empty, fed_back = lax.optimization_barrier(
        (  # else XLA works them out once for each state
            p["kdep"] * antibody / (p["EC50"] + antibody),
            corticosteroid / (p["ECp"] + corticosteroid),
            p["EG"] * factor / (p["G50"] + factor),
            _above_zero(1 - (s.b_cells + s.cd4 + s.cd8 + s.nk + s.lgl) / full),
            jnp.minimum((p["Circ0"] / s.neutrophils) ** p["gamma"], p["FBmax"]),
        )
    )
    b_cells = p["bB"] + p["rB"] * s.b_cells * (1 - s.b_cells / p["B0"])
    b_cells -= p["sB"] * lysis * _above_zero(s.b_cells - p["fB"] * p["B0"])
    cd4 = p["k4"] * (p["T4inf"] * p["T40"] - s.cd4) - p["s4"] * lysis * _above_zero(s.cd4 - p["f4"] * p["T40"])
    cd8 = p["k8"] * (p["T8inf"] * p["T80"] - s.cd8) - p["s8"] * lysis * _above_zero(s.cd8 - p["f8"] * p["T80"])
    nk = p["rK"] * s.nk * (1 - s.nk / (p["K0"] * (1 + p["eK"] * empty)))
    nk -= p["sK"] * lysis * _above_zero(s.nk - p["fK"] * p["K0"])
    other = p["kO"] * (p["O0"] - s.other) - p["sO"] * lysis * s.other
    lgl_dies = p["delta"] + p["klys"] * steroid + (1 - p["fres"]) * p["s8"] * lysis
    lgl = s.lgl * (p["rho"] * empty * s.drive - lgl_dies)

    per_stage = 4 / p["MTT"]
    moves = per_stage * (1 + 0.5 * pushed)
    source = p["ren"] * s.precursors + (1 - p["ren"]) * p["kc"] * p["Circ0"] / per_stage
    killed = p["kappa"] * s.lgl
    out = moves * (1 + p["rel"] * steroid) * s.reserve
    return State(
        b_cells=b_cells,
        cd4=cd4,
        cd8=cd8,
        nk=nk,
        other=other,
        lgl=lgl,
        drive=-p["eta"] * s.lgl * s.drive,
        precursors=per_stage * source * (fed_back + pushed) - moves * s.precursors,
        transit_1=moves * (s.precursors - s.transit_1),
        transit_2=moves * (s.transit_1 - s.transit_2) - p["theta"] * killed * s.transit_2,
        reserve=moves * s.transit_2 - out - p["theta"] * killed * s.reserve,
        neutrophils=out - (p["kc"] + killed + p["sN"] * lysis) * s.neutrophils,
    )


class Counts(NamedTuple):
    """What a laboratory would report: counts in 10^9/L, shares in percent of lymphocytes."""

    anc: Array
    wbc: Array
    lymphocytes: Array
    b_cells: Array
    cd4: Array
    cd8: Array
    nk: Array
    lgl: Array
    b_cells_percent: Array
    cd4_percent: Array
    cd8_percent: Array
    nk_percent: Array
    lgl_percent: Array


def counts(t: Array, s: State, given: tuple[Values, Modes]) -> Counts:
    """What a laboratory would see of a state: CD8 holds the cytotoxic LGL, LGL holds NK."""
    p, modes = given
    _, corticosteroid, _ = drugs_at(t, modes)
    anc = s.neutrophils * (1 + p["dm"] * corticosteroid / (p["ECp"] + corticosteroid))
    cd8, lgl = s.cd8 + s.lgl, s.nk + s.lgl
    lymphocytes = s.b_cells + s.cd4 + cd8 + s.nk
    cells = (s.b_cells, s.cd4, cd8, s.nk, lgl)
    return Counts(anc, anc + lymphocytes + s.other, lymphocytes, *cells, *(100 * x / lymphocytes for x in cells))


def _above_zero(x: Array) -> Array:
    return jnp.maximum(x, 0)
