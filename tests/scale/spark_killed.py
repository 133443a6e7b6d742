"""A review on two executors, of which one is killed with SIGKILL while tasks run, and one while its tables are kept.

Run by itself (`python -m tests.scale.spark_killed EVENTS FOLDER`): a cluster needs a Spark of its own. Writes the
tables to FOLDER and prints how many executors were killed.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pyarrow.parquet as pq
from tests.scale.spark_events import AS_OF, PROTOCOL
from tests.scale.spark_session import start

import leukon
from leukon.monitor.review import TABLES
from leukon.scale.spark_plan import _map


def executors():
    """Process ids of the executors that this process started."""
    parents, found = {}, []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(process.name)] = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if b"CoarseGrainedExecutorBackend" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:  # it ended meanwhile
            continue
    return [process for process in found if os.getpid() in ancestors(process, parents)]


def ancestors(process, parents):
    while process in parents:
        process = parents[process]
        yield process


def slow(events, folder):
    """Events whose parts take a while and leave a file behind when they begin."""

    def read(batches):
        import time
        import uuid

        (folder / uuid.uuid4().hex).touch()
        for batch in batches:
            time.sleep(0.3)
            yield batch

    return _map(events, read, events.limit(0).toArrow().schema)


def kill_one(folder, began, killed):
    """Kill an executor as soon as tasks run on it."""
    while len(list(folder.iterdir())) < began:
        time.sleep(0.02)
    process = executors()[0]
    os.kill(process, signal.SIGKILL)
    killed.append(process)


def main(events, out):
    out, began, killed = Path(out), Path(out) / "began", []
    began.mkdir(parents=True)
    spark = start("local-cluster[2,1,1024]", out, **{"spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1"})
    try:
        frame = slow(spark.read.parquet(events).repartition(6), began)
        found = leukon.spark.review(frame, PROTOCOL, as_of=AS_OF, row="n", partitions=6)
        killer = threading.Thread(target=kill_one, args=(began, 2, killed))
        killer.start()
        for name in TABLES:
            pq.write_table(getattr(found, name).toArrow(), out / f"{name}.parquet")
            if name == "codes_seen":  # everything is calculated, and half of it is lost now
                killer.join()
                kill_one(began, 0, killed)
    finally:
        spark.stop()
    sys.stdout.write(f"killed {len(set(killed))}, parts begun {len(list(began.iterdir()))}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
