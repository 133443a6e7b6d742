"""Many units on all processors, with word of every one that is done."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from os import cpu_count
from typing import TypeVar

In = TypeVar("In")
Out = TypeVar("Out")


def on_all_processors(work: Callable[[In], Out], things: Sequence[In], count: int | None) -> Iterator[tuple[In, Out]]:
    """`work` on every thing; each with its answer, as they come. The first failure stops what has not begun."""
    with ThreadPoolExecutor(count or cpu_count()) as pool:
        running: dict[Future[Out], In] = {pool.submit(work, thing): thing for thing in things}
        try:
            while running:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for each in done:
                    yield running.pop(each), each.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
