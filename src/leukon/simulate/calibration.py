"""Fit the mechanism to one patient: the best fit of each variant, and an ensemble of fits that are as good.

An ensemble is made by fitting again and again to what was observed, moved at random by its error, from priors moved at
random by their SD (randomised maximum likelihood). That is exact for a linear model, and near enough here to show what
the data cannot tell; it is no more than that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import least_squares

from leukon.events.arrays import Array
from leukon.knowledge.mechanism import Mechanism, Observation
from leukon.simulate.mechanism import load_jax
from leukon.simulate.mechanism_doses import Doses


@dataclass(frozen=True)
class Fitted:
    """Values of all parameters, and the misfit: the sum of squared misses, each in units of its error."""

    values: dict[str, float]
    misfit: float


class Calibration:
    """Fits to observations; the solver is compiled once."""

    def __init__(self, mechanism: Mechanism, observations: Sequence[Observation], doses: Doses) -> None:
        self.observations = observations
        self.names = tuple(name for name, one in mechanism.parameters.items() if one.tag == "fitted")
        self.sds = np.array([mechanism.parameters[name].prior_sd for name in self.names], float)
        self._modelled = load_jax("mechanism_fit").make_modelled(observations, self.names, doses)

    def modelled(self, values: Mapping[str, float]) -> Array:
        """What the model says of each observation."""
        logs = np.log([values[name] or 1.0 for name in self.names])
        said: Array = self._modelled(logs, values)[0]
        return said

    def fit(
        self, values: Mapping[str, float], start: Mapping[str, float] | None = None, noise: Array | None = None
    ) -> Fitted:
        """The fit nearest to `values`, their logarithms weighed by the SDs of the priors.

        Parameters
        ----------
        values
            All parameters, as they are before the fit. A fitted one that is 0 stays 0.
        start
            Where the search begins; default: `values`.
        noise
            Standard normal numbers, one for each fitted parameter and then one for each observation, by which both are
            moved before the fit; default: none.
        """
        moved = np.zeros(len(self.names) + len(self.observations)) if noise is None else noise
        centre = self._logs(values) + self.sds * moved[: len(self.names)]

        @lru_cache(maxsize=1)  # SciPy asks for misses and slopes of the same place one after the other
        def look(place: bytes) -> tuple[Array, Array]:
            logs = np.frombuffer(place)
            said, slopes = self._modelled(logs, values)
            miss, weight = measure_misses(self.observations, said, moved[len(self.names) :])
            return (
                np.concatenate([miss, (logs - centre) / self.sds]),
                np.concatenate([slopes / said[:, None] * weight[:, None], np.diag(1 / self.sds)]),
            )

        def misses(logs: Array) -> Array:
            return look(logs.tobytes())[0]

        def slopes(logs: Array) -> Array:
            return look(logs.tobytes())[1]

        found = least_squares(misses, self._logs(start or values), jac=slopes, max_nfev=60)
        free = [name for name in self.names if values[name]]
        moved_to = dict(zip(self.names, np.exp(found.x), strict=True))
        fitted = dict(values) | {name: float(moved_to[name]) for name in free}
        miss, _ = measure_misses(self.observations, self.modelled(fitted))
        return Fitted(fitted, float(np.sum(miss**2)))

    def ensemble(self, values: Mapping[str, float], best: Fitted, members: int, seed: int) -> list[Fitted]:
        """As many fits as `members`, each to its own noise, and each begun at the best fit."""
        noises = np.random.default_rng(seed).standard_normal((members, len(self.names) + len(self.observations)))
        return [self.fit(values, best.values, noise) for noise in noises]

    def _logs(self, values: Mapping[str, float]) -> Array:
        return np.log([values[name] or 1.0 for name in self.names])


def measure_misses(observations: Sequence[Observation], said: Array, moved: Array | None = None) -> tuple[Array, Array]:
    """How far off the model is, in units of each error, and how that changes with the logarithm of what it says.

    A bound that is kept is not missed. `moved` moves what was observed by so many errors.
    """
    off = np.array([np.log(one.value) for one in observations])
    error = np.array([one.error for one in observations])
    miss = (np.log(said) - off) / error - (0 if moved is None else moved)
    kinds = np.array([one.kind for one in observations])
    kept = ((kinds == "at_least") & (miss > 0)) | ((kinds == "at_most_fold") & (miss < 0))
    return np.where(kept, 0.0, miss), np.where(kept, 0.0, 1 / error)
