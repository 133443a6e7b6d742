"""The mechanism's twin: all 18 equations as the specification writes them, solved by SciPy's LSODA.

It shares nothing with leukon but the values of the parameters: drugs are states here, not closed forms, and the solver
stops at every dose. `p` are parameters by name; doses are plain lists of (day, mg).
"""

from itertools import pairwise

import numpy as np
from scipy.integrate import solve_ivp

STATES = ("A1", "A2", "B", "T4", "T8", "K", "O", "L", "Y", "P", "M1", "M2", "M3", "N", "Dp", "Cp", "Ep", "G")
HOURS = 4.0


def begin(p):
    P0 = p["kc"] * p["Circ0"] * p["MTT"] / 4
    cells = [p["B0"], p["T40"], p["T80"], p["K0"], p["O_start"], p["L0"], 1.0]
    return np.array([0.0, 0.0, *cells, P0, P0, P0, P0, p["N_start"], 0.0, 0.0, 0.0, 0.0])


def slope(t, state, p, rate):
    A1, A2, B, T4, T8, K, O, L, Y, P, M1, M2, M3, N, Dp, Cp, Ep, G = state
    C = A1 / p["V1"]
    phi = p["kdep"] * C / (p["EC50"] + C)
    ep = Ep / (p["ECp"] + Ep)
    Lym0 = p["B0"] + p["T40"] + p["T80"] + p["K0"]
    H = max(1 - (B + T4 + T8 + K + L) / Lym0, 0)
    P0 = p["kc"] * p["Circ0"] * p["MTT"] / 4
    fb = min((p["Circ0"] / N) ** p["gamma"], p["FBmax"])
    eg = p["EG"] * G / (p["G50"] + G)
    ktr = 4 / p["MTT"] * (1 + 0.5 * eg)
    out = ktr * (1 + p["rel"] * ep) * M3
    return np.array([
        rate - (p["CL"] + p["Q"]) / p["V1"] * A1 + p["Q"] / p["V2"] * A2,
        p["Q"] / p["V1"] * A1 - p["Q"] / p["V2"] * A2,
        p["bB"] + p["rB"] * B * (1 - B / p["B0"]) - p["sB"] * phi * max(B - p["fB"] * p["B0"], 0),
        p["k4"] * (p["T4inf"] * p["T40"] - T4) - p["s4"] * phi * max(T4 - p["f4"] * p["T40"], 0),
        p["k8"] * (p["T8inf"] * p["T80"] - T8) - p["s8"] * phi * max(T8 - p["f8"] * p["T80"], 0),
        p["rK"] * K * (1 - K / (p["K0"] * (1 + p["eK"] * H))) - p["sK"] * phi * max(K - p["fK"] * p["K0"], 0),
        p["kO"] * (p["O0"] - O) - p["sO"] * phi * O,
        L * (p["rho"] * H * Y - p["delta"] - p["klys"] * ep - (1 - p["fres"]) * p["s8"] * phi),
        -p["eta"] * L * Y,
        4 / p["MTT"] * (p["ren"] * P + (1 - p["ren"]) * P0) * (fb + eg) - ktr * P,
        ktr * (P - M1),
        ktr * (M1 - M2) - p["theta"] * p["kappa"] * L * M2,
        ktr * M2 - out - p["theta"] * p["kappa"] * L * M3,
        out - (p["kc"] + p["kappa"] * L + p["sN"] * phi) * N,
        -p["ka"] * Dp,
        p["ka"] * Dp / p["Vp"] - p["CLp"] / p["Vp"] * Cp,
        p["ke0"] * (Cp - Ep),
        -p["kg"] * G,
    ])  # fmt: skip


def follow(p, days, infusions=(), oral=(), growth_factor=(), rtol=1e-10, atol=1e-12):
    """States (days, 18) at `days`, which begin where the patient starts; two doses at a time are one after the other."""
    length = HOURS / 24
    edges = sorted({d for d, _ in infusions} | {d + length for d, _ in infusions} | {d for d, _ in oral}
                   | {d for d, _ in growth_factor})  # fmt: skip
    stops = [days[0], *(d for d in edges if days[0] < d < days[-1]), days[-1]]
    state, found = begin(p), {}
    for start, end in pairwise(stops):
        state[STATES.index("Dp")] += sum(mg for d, mg in oral if d == start)
        state[STATES.index("G")] += sum(mg for d, mg in growth_factor if d == start)
        rate = sum(mg / length for d, mg in infusions if d <= start < d + length)
        within = [d for d in days if start <= d <= end]
        solved = solve_ivp(
            slope, (start, end), state, "LSODA", sorted({*within, end}), args=(p, rate), rtol=rtol, atol=atol
        )
        assert solved.success, solved.message
        found |= dict(zip(solved.t, solved.y.T, strict=True))
        state = solved.y[:, -1].copy()
    return np.array([found[d] for d in days])


def look(state, p):
    """What a laboratory would see of one state."""
    s = dict(zip(STATES, state, strict=True))
    anc = s["N"] * (1 + p["dm"] * s["Ep"] / (p["ECp"] + s["Ep"]))
    cd8 = s["T8"] + s["L"]
    lymphocytes = s["B"] + s["T4"] + cd8 + s["K"]
    return {
        "anc": anc,
        "wbc": anc + lymphocytes + s["O"],
        "lymphocytes": lymphocytes,
        "cd8_percent": 100 * cd8 / lymphocytes,
        "nk_percent": 100 * s["K"] / lymphocytes,
        "lgl_percent": 100 * (s["L"] + s["K"]) / lymphocytes,
    }
