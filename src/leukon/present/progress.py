"""Rows as they are read or reviewed, on the terminal of somebody who waits; where nobody watches, nothing.

A dataset of Parquet files says how many rows it has: its bar has a rate and the time that remains. Other readers have
no bar by bytes. Readers of the larger formats go through a file more than once (letters and dates, orders,
medications) or take it from a database or a column store: a share of bytes would stand still, jump, or start again.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _Rows(ProgressColumn):
    """Rows so far and, once there are some, how many a second."""

    def render(self, task: Task) -> Text:
        """The words of one moment."""
        return Text(say_rows(int(task.completed), task.elapsed or 0.0))


def say_rows(rows: int, seconds: float) -> str:
    """Rows so far, and their mean rate since the start.

    >>> say_rows(1_200_000, 4), say_rows(7, 0), say_rows(0, 9)
    ('1,200,000 rows, 300,000 a second', '7 rows', '')
    """
    if not rows:
        return ""
    return f"{rows:,} rows" + (f", {rows / seconds:,.0f} a second" if seconds >= 1 else "")


@contextmanager
def show_share() -> Iterator[Callable[[int, int], None]]:
    """Give a function that takes the rows that are done and the rows in all; what it shows is gone at the end."""
    columns = (TextColumn("reviewing"), BarColumn(), _Rows(), TimeRemainingColumn())
    with _progress(*columns) as progress:
        task = progress.add_task("reviewing", total=None)
        yield lambda done, rows: progress.update(task, completed=done, total=rows)


@contextmanager
def show_rows() -> Iterator[Callable[[int], None]]:
    """Give a function that takes the number of rows just read; what it shows is gone at the end.

    It writes to the standard error of a terminal, so that a redirected output stays what it is.
    """
    with _progress(SpinnerColumn("line"), TextColumn("reading"), _Rows(), TimeElapsedColumn()) as progress:
        task = progress.add_task("reading", total=None)
        yield lambda rows: progress.advance(task, rows)


def _progress(*columns: ProgressColumn) -> Progress:
    console = Console(stderr=True)
    watched = sys.stderr.isatty() and not console.is_dumb_terminal
    return Progress(*columns, console=console, transient=True, disable=not watched)
