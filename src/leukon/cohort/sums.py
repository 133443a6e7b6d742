"""Which hidden numbers could be computed from the others: the sums of a table as equations, and what they determine."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from leukon.cohort.figures import Figures, Margin, Split
from leukon.events.arrays import Array


@dataclass(frozen=True)
class Sums:
    """Equations between cells: in each, signed cells add up to 0.

    `value` holds the cells: the table's, column after column, then the rests that nobody shows. `equation`, `cell` and
    `sign` are one entry a cell of an equation, in the order of equations. `spare` says of every cell whether it is
    a sum that is missed least.
    """

    value: Array
    shown: int
    equation: Array
    cell: Array
    sign: Array
    spare: Array

    def find_determined(self, unknown: Array) -> tuple[Array, Array]:
        """Which unknown cells follow from the known ones: those on which all solutions of the equations agree.

        And which unknown cells hang together by equations: the number of their part (-1: known, or in none).
        """
        determined, parts = np.zeros(unknown.size, bool), np.full(unknown.size, -1)
        open_ = unknown[self.cell]
        equation, cell, sign = self.equation[open_], self.cell[open_], self.sign[open_]
        if not cell.size:
            return determined, parts
        size, equations = unknown.size, int(equation.max()) + 1
        links = coo_array((np.ones(cell.size), (cell, size + equation)), shape=(size + equations,) * 2)
        part = connected_components(links, directed=False)[1][cell]
        order = part.argsort(kind="stable")
        for at in np.split(order, np.diff(part[order]).nonzero()[0] + 1):
            rows, columns = (np.unique(x[at], return_inverse=True) for x in (equation, cell))
            matrix = np.zeros((rows[0].size, columns[0].size))
            np.add.at(matrix, (rows[1], columns[1]), sign[at])
            determined[columns[0]] = _are_determined(matrix)
        parts[cell] = part
        return determined, parts

    def hold(self, cells: Array) -> Array:
        """Which equations hold any of some cells."""
        holds = np.zeros(int(self.equation.max(initial=-1)) + 1, bool)
        holds[self.equation[np.isin(self.cell, cells)]] = True
        return holds


def find_sums(table: pa.Table, layout: Figures, columns: Sequence[str]) -> Sums:
    """The equations that a layout declares, over the named columns of a table."""
    rows, place = table.num_rows, {name: number * table.num_rows for number, name in enumerate(columns)}
    value = [table[name].to_numpy() for name in columns]
    equations: list[list[tuple[int, int]]] = []
    rests: list[int] = []
    spare: list[int] = []
    flat = np.concatenate(value) if value else np.zeros(0, np.int64)
    for relation in layout.sums:
        found = (
            _split(relation, rows, place) if isinstance(relation, Split) else _margin(relation, table, layout, place)
        )
        for cells in found:
            if not relation.whole:
                cells.append((flat.size + len(rests), -1))
                rests.append(int(sum(sign * flat[cell] for cell, sign in cells[:-1])))
            elif isinstance(relation, Margin) and relation.spare:
                spare.append(cells[0][0])
            equations.append(cells)
    number = np.repeat(np.arange(len(equations)), [len(cells) for cells in equations])
    cells = np.array([cell for cells in equations for cell in cells], np.int64).reshape(-1, 2)
    value = np.append(flat, np.array(rests, np.int64))
    is_spare = np.zeros(value.size, bool)
    is_spare[spare] = True
    return Sums(value, flat.size, number, cells[:, 0], cells[:, 1], is_spare)


def _split(split: Split, rows: int, place: dict[str, int]) -> Iterator[list[tuple[int, int]]]:
    for row in range(rows):
        yield [(place[split.total] + row, 1), *((place[part] + row, -1) for part in split.parts)]


def _margin(margin: Margin, table: pa.Table, layout: Figures, place: dict[str, int]) -> Iterator[list[tuple[int, int]]]:
    """Equations between rows; a row that is not there is 0. The grades go with the limit."""
    others = [column.name for column in layout.keys if column.name not in (margin.key, "grade_v5", "grade_v6")]
    groups: dict[tuple[Any, ...], dict[str, int]] = {}
    for row, keys in enumerate(table.select([*others, margin.key]).to_pylist()):
        groups.setdefault(tuple(keys[name] for name in others), {})[keys[margin.key]] = row
    for of_key in groups.values():
        for start in (place[column] for column in margin.columns if column in place):
            if margin.total in of_key:
                parts = [(start + of_key[part], -1) for part in margin.parts if part in of_key]
                yield [(start + of_key[margin.total], 1), *parts]
            elif margin.total is None:
                at = list(of_key.values())
                yield from ([(start + one, 1), (start + other, -1)] for one, other in pairwise(at))


def _are_determined(matrix: Array) -> Array:
    """Which unknowns are the same in all solutions: their entries in every vector of the null space are 0."""
    _, strength, directions = np.linalg.svd(matrix)
    free = directions[(strength > 1e-9).sum() :]
    return np.abs(free).max(axis=0, initial=0) < 1e-9
