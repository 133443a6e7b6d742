"""The shipped examples: events, and how they are to be reviewed."""

from importlib.resources import as_file, files
from pathlib import Path

import pyarrow as pa

from leukon.events.data_files import Strict, Text, load_toml
from leukon.ingest.reading import read


class Example(Strict):
    """An example: its events file, protocol and as_of, and what a reader must know of it before all else."""

    events: Text
    protocol: Text
    as_of: Text
    notice: Text


def load_example(name: str) -> tuple[pa.Table, Example]:
    """Events of a shipped example, and how to review them.

    >>> events, example = load_example("index-case")
    >>> events.num_rows, example.as_of
    (32, '2000-05-20')
    """
    with as_file(files("leukon.examples")) as folder:
        example = load_toml(Path(folder) / f"{name}.toml", Example)
        return read(Path(folder) / example.events), example
