"""Make src/leukon/knowledge/data/mechanism/mechanism-fits.csv: `python -m bench.mechanism_fits` (a few minutes, once).

Rows: the set that meets the specification's targets, then for each variant the best fit and its ensemble.
"""

import csv
import time

from leukon.ingest.examples import load_example
from leukon.knowledge.mechanism import MECHANISM, load_mechanism
from leukon.simulate.calibration import Calibration
from leukon.simulate.mechanism import start_of_case
from leukon.simulate.mechanism_doses import read_doses

MEMBERS, SEED = 50, 20181


def main():
    mechanism = load_mechanism()
    doses = read_doses(load_example("index-case")[0], mechanism.drugs)
    rows, first = [], next(iter(mechanism.variants))
    calibration = Calibration(mechanism, mechanism.targets, doses)
    case = calibration.fit(start_of_case(mechanism, mechanism.values(first)))
    rows.append((first, "targets", case))
    calibration = Calibration(mechanism, mechanism.observations, doses)
    for variant in mechanism.variants:
        began = time.process_time()
        values = start_of_case(mechanism, mechanism.values(variant))
        start = {n: case.values[n] if values[n] else 0.0 for n in values}
        best = min((calibration.fit(values, s) for s in (start, values)), key=lambda fit: fit.misfit)
        rows.append((variant, "fit", best))
        rows += [(variant, str(n), one) for n, one in enumerate(calibration.ensemble(values, best, MEMBERS, SEED), 1)]
        print(f"{variant}: misfit {best.misfit:.2f}, {time.process_time() - began:.0f} s", flush=True)
        said = calibration.modelled(best.values)
        for one, value in zip(mechanism.observations, said, strict=True):
            print(f"  day {one.day} {one.what} {one.kind} {one.value:g}: {value:.3f}")
    with (MECHANISM / "mechanism-fits.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["variant", "member", "misfit", *calibration.names])
        for variant, member, one in rows:
            out.writerow([variant, member, f"{one.misfit:.4g}", *(f"{one.values[n]:.7g}" for n in calibration.names)])


if __name__ == "__main__":
    main()
