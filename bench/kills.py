"""Kill a review of a dataset at random moments, again and again: `python -m bench.kills [--kills 50] [--subjects N]`.

Each time a new review is begun, killed with SIGKILL at a random moment, and begun again until it ends. Its tables are
compared with those of an undisturbed review, value by value. Every second dataset has its rows in no order,
so that kills meet the sorting too.
"""

import argparse
import hashlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.generate import write_events
from leukon.monitor.review import TABLES

RUN = """
import sys
from leukon.scale import shards, sorting
shards.UNIT, shards.PIECE, sorting.ROWS = 100_000, 20_000, 50_000
shards.review_dataset(sys.argv[1], "alemtuzumab-ms", as_of="2019-06-30", out=sys.argv[2])
"""


def begin(source: Path, out: Path) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", RUN, str(source), str(out)])


def digest(out: Path) -> str:
    """Of every value of every table, in order."""
    found = hashlib.sha256()
    for name in TABLES:
        table = pq.read_table(out / "tables" / name)
        plain = [c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c for c in table.columns]
        whole, sink = pa.table(plain, names=table.column_names).combine_chunks(), pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, whole.schema) as stream:
            stream.write_table(whole)
        found.update(sink.getvalue())
    return found.hexdigest()


def main() -> None:
    """Kill, begin again, compare; print how often a kill met what."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--subjects", type=int, default=10_000)
    options = parser.parse_args()
    rng, kills, resumed = random.Random(0), 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_events(folder / "sorted.parquet", options.subjects)
        table = pq.read_table(folder / "sorted.parquet")
        mixed = table.take(pa.array(np.random.default_rng(0).permutation(table.num_rows)))
        pq.write_table(mixed, folder / "mixed.parquet", row_group_size=50_000)
        expected, took = {}, {}
        for source in ("sorted", "mixed"):
            start = time.monotonic()
            assert begin(folder / f"{source}.parquet", folder / f"whole-{source}").wait() == 0
            took[source], expected[source] = time.monotonic() - start, digest(folder / f"whole-{source}")
        while kills < options.kills:
            source, out = ("sorted", "mixed")[kills % 2], folder / "out"
            while kills < options.kills:
                run = begin(folder / f"{source}.parquet", out)
                try:
                    run.wait(rng.uniform(0.2, 1.0) * took[source])
                    break
                except subprocess.TimeoutExpired:
                    run.kill()
                    run.wait()
                    kills += 1
                    resumed += any((out / ".run" / "ledger").glob("*.json"))
            else:
                assert begin(folder / f"{source}.parquet", out).wait() == 0
            assert digest(out) == expected[source], "the tables differ"
            shutil.rmtree(out)
    print(f"{kills} kills, {resumed} of them with units done that the next run used; all tables as undisturbed")
    print(f"{table.num_rows:,} rows; undisturbed {took['sorted']:.1f} s, in no order {took['mixed']:.1f} s")


if __name__ == "__main__":
    main()
