"""Our solver against SciPy's LSODA with a right-hand side in C, on the same patients: `python -m bench.mechanism`.

Both give daily neutrophils for 400 days after a first course and a short corticosteroid. How far each is from LSODA at
rtol 1e-11 is shown beside its time: times of unlike errors say nothing. Processor time, one process; compiling apart.
"""

import argparse
import time

import jax
import numpy as np

from bench.mechanism_lsoda import compile_slope, follow
from leukon.knowledge.mechanism import load_mechanism
from leukon.simulate.mechanism import simulate
from leukon.simulate.mechanism_doses import make_doses
from leukon.simulate.mechanism_population import draw_people

INFUSIONS = [(float(day), 12.0) for day in range(5)]
ORAL = [(70.0, 25.0), (71.0, 25.0), (72.0, 25.0), (73.0, 12.5), (74.0, 12.5), (75.0, 12.5)]
DAYS = np.arange(401.0)


def timed(call, repeats=3):
    spent = []
    for _ in range(repeats):
        began = time.process_time()
        answer = call()
        spent.append(time.process_time() - began)
    return float(np.median(spent)), answer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=512, help="of our solver")
    parser.add_argument("--rivals", type=int, default=32, help="of these, how many LSODA solves")
    chosen = parser.parse_args()
    mechanism = load_mechanism()
    people = draw_people(mechanism, next(iter(mechanism.variants)), chosen.patients, seed=7)
    doses = make_doses(dict(INFUSIONS), dict(ORAL))
    some, bind = people[: chosen.rivals], compile_slope()
    exact = np.array([follow(bind(p), p, DAYS, INFUSIONS, ORAL, "solve_ivp", 1e-11, 1e-13) for p in some])

    began = time.process_time()
    simulate(people, doses, DAYS)
    print(f"jax {jax.__version__}; compiled in {time.process_time() - began:.1f} s")
    ours = {}
    for rtol in (1e-6, 1e-7):
        spent, seen = timed(lambda rtol=rtol: simulate(people, doses, DAYS, rtol=rtol))
        # Counts hold what the corticosteroid set free; the neutrophils LSODA gives do not. Both agree without it.
        far = np.abs(seen["anc"][: chosen.rivals] - exact)[:, (DAYS < 70) | (DAYS > 90)].max()
        ours[rtol] = spent / chosen.patients * 1e3
        print(f"leukon (diffrax), rtol {rtol:g}: {ours[rtol]:.2f} ms a patient, off by at most {far:.1e}")
    for way in ("solve_ivp", "odeint"):
        for rtol in (1e-6, 1e-7):
            spent, n = timed(
                lambda way=way, rtol=rtol: [
                    follow(bind(p), p, DAYS, INFUSIONS, ORAL, way, rtol, rtol / 100) for p in some
                ],
                repeats=1 if way == "solve_ivp" else 3,
            )
            each, far = spent / len(some) * 1e3, np.abs(np.array(n) - exact).max()
            print(f"SciPy LSODA ({way}, C), rtol {rtol:g}: {each:.2f} ms a patient, off by at most {far:.1e}; "
                  f"{each / ours[rtol]:.1f} times ours")  # fmt: skip


if __name__ == "__main__":
    main()
