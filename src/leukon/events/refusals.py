"""Rows that cannot be used, each with the first reason that was found."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import Array
from leukon.events.schema import REASONS


@dataclass(frozen=True)
class Refusals:
    """For each row the number of its reason in REASONS, or -1; the first reason given stays."""

    reason: Array

    @classmethod
    def none(cls, rows: int) -> "Refusals":
        """No row is refused yet."""
        return cls(np.full(rows, -1, np.int8))

    @property
    def live(self) -> Array:
        """Which rows are not refused."""
        return self.reason < 0

    def refuse(self, mask: Array, why: str) -> None:
        """Refuse the rows of `mask` that have no reason yet."""
        if mask.any():
            self.reason[mask & self.live] = REASONS.index(why)

    def then(self, later: "Refusals") -> Array:
        """Reasons of these refusals, and of `later` ones where there is none here."""
        return np.where(self.live, later.reason, self.reason)
