"""What one patient can tell of each parameter: how much narrower it is after the fit, and which move together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leukon.knowledge.mechanism import Mechanism
from leukon.simulate.mechanism_case import Member


@dataclass(frozen=True)
class Told:
    """A fitted parameter: median and 90 % of the ensemble, and SD after over SD before (of logarithms; 1: nothing)."""

    name: str
    median: float
    low: float
    high: float
    ratio: float
    moves_with: str
    correlation: float


def tabulate_identifiability(mechanism: Mechanism, draws: Sequence[Member], variant: str) -> list[Told]:
    """One row for each parameter that was fitted in the variant, the best told first.

    `moves_with` is the parameter whose logarithm is most correlated with it over the ensemble.
    """
    names = mechanism.fitted(variant)
    logs = np.log([[one.values[name] for name in names] for one in draws])
    together = np.corrcoef(logs, rowvar=False) - np.eye(len(names))
    rows = []
    for at, name in enumerate(names):
        low, median, high = np.exp(np.quantile(logs[:, at], [0.05, 0.5, 0.95]))
        ratio = logs[:, at].std(ddof=1) / (mechanism.parameters[name].prior_sd or np.nan)
        partner = int(np.argmax(np.abs(together[at])))
        told = Told(name, float(median), float(low), float(high), float(ratio), names[partner], together[at, partner])
        rows.append(told)
    return sorted(rows, key=lambda row: row.ratio)
