"""Many patients from file to file, leukon beside DuckDB SQL, Polars and pandas: `python -m bench.scale --subjects N`.

`--data-kind messy --analytes 5`: as laboratories send them, with several analytes and units, rows sent twice, late and
corrected ones. First all ways must give the same tables: row for row at 2,000 and 20,000 subjects, by fingerprint
(rows, and a hash of every value in its place) at N. Then each runs in a process of its own, the ways in turn. Writes
bench/results/scale.md, .json and .svg (`scale-messy-5` for messy rows). Ratios are what to quote; all of them come from
one run.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.generate import write_shards
from bench.generate_messy import write_messy
from bench.scale_checks import Fingerprint, check_rows, fingerprints, review_in_memory
from bench.scale_report import Results, write_results
from bench.scale_run import LIMITS, Failed, Measured, run_with_enough_memory
from bench.scale_ways import USUAL, WAYS

ALL = ("courses", "results", "episodes", "schedule")
SUITES = {"all four tables": ALL, "courses and episodes": ("courses", "episodes")}
SMALL = (2_000, 20_000)
SLOW = 150.0  # seconds; what takes longer is run once


def main() -> None:
    """Check, measure, write."""
    options = read_options()
    data = Data(options.data)
    out = options.data / "out"
    messy = options.data_kind == "messy"

    def made(size: int, shard: int = 20_000) -> Path:
        return data.messy(size, options.analytes, shard) if messy else data.clean(size, shard)

    for size in SMALL if options.check else ():
        check(made(size, shard=size // 4), out, options.ways, options.data_kind)
    kind = f"messy, analytes: {options.analytes}" if messy else "clean"
    name = f"scale-messy-{options.analytes}" if messy else "scale"
    checked = SMALL if options.check else ()
    results = Results(subjects=options.subjects, repeats=options.repeats, checked=checked, kind=kind, name=name)
    folder = made(options.subjects)
    results.rows = data.rows(folder)
    for suite, tables in SUITES.items():
        results.suites[suite] = compare(folder, out, tables, options, results)
    if options.scaling:
        scale_up(data, out, options, results)
    write_results(results)


def read_options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3, help="turns; a way slower than 150 s has one")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=USUAL)
    parser.add_argument("--data-kind", choices=("clean", "messy"), default="clean", help="what all ways are given")
    parser.add_argument("--analytes", type=int, choices=range(1, 6), default=1, help="of the messy data")
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "leukon-scale", help="kept there")
    parser.add_argument("--patience", type=float, default=1800, help="seconds after which a way is ended")
    parser.add_argument("--no-check", dest="check", action="store_false", help="leave out the checks row for row")
    parser.add_argument("--no-scaling", dest="scaling", action="store_false", help="leave out leukon at other sizes")
    return parser.parse_args()


class Data:
    """Made-up patients on the disk, made once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def clean(self, subjects: int, shard: int = 20_000) -> Path:
        """One analyte, about 65 rows a subject, sorted."""
        return self._made(f"clean-{subjects}-{shard}", lambda path: write_shards(path, subjects, shard=shard))

    def messy(self, subjects: int, analytes: int, shard: int = 20_000) -> Path:
        """As laboratories send it."""
        name = f"messy-{subjects}-{analytes}-{shard}"
        return self._made(name, lambda path: write_messy(path, subjects, analytes, shard=shard))

    def rows(self, folder: Path) -> int:
        """Rows of a folder made here."""
        return int((folder / "_rows").read_text())

    def _made(self, name: str, make: Callable[[Path], int]) -> Path:
        folder, beside = self.folder / name, self.folder / f".{name}"
        if not folder.exists():
            print(f"making {name}", flush=True)
            shutil.rmtree(beside, ignore_errors=True)
            beside.mkdir(parents=True)
            (beside / "_rows").write_text(str(make(beside)))
            beside.rename(folder)
        return folder


def check(folder: Path, out: Path, ways: list[str], kind: str) -> None:
    """Every way, both suites, row for row as `leukon.review` says."""
    wanted = review_in_memory(folder, ALL)
    for tables in SUITES.values():
        for way in (way for way in ways if way != "scan"):
            run_with_enough_memory(way, folder, out, tables, LIMITS[0], 600, kind)
            check_rows({table: wanted[table] for table in tables}, out, way)
    print(f"{folder.name}: all ways agree row for row with leukon.review", flush=True)


def compare(
    folder: Path, out: Path, tables: tuple[str, ...], options: argparse.Namespace, results: Results
) -> dict[str, list[Measured]]:
    """Runs of every way; in the first turn the tables are compared by fingerprint with the first way's."""
    found: dict[str, list[Measured]] = {way: [] for way in options.ways}
    wanted: dict[str, Fingerprint] = {}
    for turn in range(options.repeats):
        for way, runs in found.items():
            if len(runs) < turn or (runs and runs[0].seconds > SLOW):
                continue
            try:
                limit = (runs[-1].limit if runs else "") or LIMITS[0]
                patience, kind = options.patience, options.data_kind
                runs.append(run_with_enough_memory(way, folder, out, tables, limit, patience, kind))
            except Failed as failed:
                results.failed.append(f"{failed} ({', '.join(tables)})")
                print(results.failed[-1], flush=True)
                continue
            print(f"{way}: {runs[-1]}", flush=True)
            if turn == 0 and way != "scan":
                theirs = fingerprints(out, tables)
                wanted = wanted or theirs
                if theirs != wanted:
                    raise AssertionError(f"{way} differs at full size: {theirs}, not {wanted}")
    results.fingerprints[" ".join(tables)] = wanted
    return found


def scale_up(data: Data, out: Path, options: argparse.Namespace, results: Results) -> None:
    """Leukon at a hundredth, a tenth and all of the subjects, of clean and of messy data, or of messy data only."""
    sizes = [size for size in (options.subjects // 100, options.subjects // 10, options.subjects) if size >= 100]
    is_clean = options.data_kind == "clean"
    analytes = sorted({1, options.analytes} if is_clean else {options.analytes})
    kinds = [("clean, ANC only", data.clean)] if is_clean else []
    kinds += [(f"messy, analytes: {number}", partial(data.messy, analytes=number)) for number in analytes]
    for kind, make in kinds:
        for size in sizes:
            folder = make(size)
            runs = [
                run_with_enough_memory("leukon", folder, out, ALL, LIMITS[0], options.patience)
                for _ in range(options.repeats)
            ]
            results.scaling.append((kind, size, data.rows(folder), runs))
            print(f"{kind}, {size:,} subjects: {runs}", flush=True)
    shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main()
