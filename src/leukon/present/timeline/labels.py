"""Words beside marks without overlap: each takes the first free place, and is left out where there is none."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels."""


@dataclass(frozen=True)
class Wish:
    """Words that want to stand near a point, in pixels."""

    text: str
    x: float
    y: float
    size: float = 11
    must: bool = False


@dataclass(frozen=True)
class Placed:
    """Words and where they stand, in pixels."""

    text: str
    box: Box

    @property
    def x(self) -> float:
        """Their middle from left to right."""
        return (self.box[0] + self.box[2]) / 2

    @property
    def y(self) -> float:
        """Their middle from top to bottom."""
        return (self.box[1] + self.box[3]) / 2


def text_width(text: str, size: float) -> float:
    """About how many pixels wide words are; rather too many.

    >>> round(text_width("nadir 0.5", 10))
    52
    """
    return 0.54 * size * len(text) + 3


def overlaps(box: Box, others: Iterable[Box]) -> bool:
    """Say whether the box touches another one.

    >>> overlaps((0, 0, 2, 2), [(1, 1, 3, 3)]), overlaps((0, 0, 2, 2), [(2, 2, 3, 3)])
    (True, False)
    """
    left, top, right, bottom = box
    return any(left < o[2] and o[0] < right and top < o[3] and o[1] < bottom for o in others)


def around(points: Sequence[tuple[float, float]]) -> list[Box]:
    """Boxes around points: words do not cover them."""
    return [(x - 4, y - 4, x + 4, y + 4) for x, y in points]


def along(points: Sequence[tuple[float, float]]) -> list[Box]:
    """Small boxes along the lines from point to point, so that words do not lie on a line.

    >>> len(along([(0, 0), (16, 0)]))
    3
    """
    boxes: list[Box] = []
    for (x1, y1), (x2, y2) in pairwise(points):
        steps = max(1, int(math.hypot(x2 - x1, y2 - y1) / 8))
        spots = [(x1 + (x2 - x1) * k / steps, y1 + (y2 - y1) * k / steps) for k in range(steps + 1)]
        boxes += [(x - 1, y - 1, x + 1, y + 1) for x, y in spots]
    return boxes


def place(wishes: Sequence[Wish], taken: Iterable[Box], room: Box, lines: Iterable[Box] = ()) -> list[Placed]:
    """Give each its place: right, below, left or above its point, inside `room`; earlier wishes go first.

    Off the `lines` where that can be, on a line rather than nowhere; and what must be said stands in any case.

    >>> place([Wish("0.5", 50, 50), Wish("0.6", 50, 50)], [], (0, 0, 100, 100))[0].y
    50.0
    """
    full, ways, placed = list(taken), list(lines), list[Placed]()
    for wish in wishes:
        boxes = [box for box in _places(wish) if _inside(box, room)]
        free = [box for box in boxes if not overlaps(box, full)]
        clear = [box for box in free if not overlaps(box, ways)]
        for box in [*clear, *free, *(boxes if wish.must else [])][:1]:
            full.append(box)
            placed.append(Placed(wish.text, box))
    return placed


def _places(wish: Wish) -> list[Box]:
    wide, high = text_width(wish.text, wish.size) / 2, wish.size * 0.62
    aside, above = wide + 8, high + 8
    moves = [(aside, 0), (0, above), (-aside, 0), (0, -above)]
    moves += [(dx, dy) for dx in (aside - 4, 4 - aside) for dy in (above - 3, 3 - above)]
    return [(wish.x + dx - wide, wish.y + dy - high, wish.x + dx + wide, wish.y + dy + high) for dx, dy in moves]


def _inside(box: Box, room: Box) -> bool:
    return room[0] <= box[0] and room[1] <= box[1] and box[2] <= room[2] and box[3] <= room[3]
