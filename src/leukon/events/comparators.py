"""The comparators as numbers: a count with one is the set of values it allows."""

import numpy as np

from leukon.events.schema import COMPARATORS

LESS, LESS_EQUAL, GREATER_EQUAL, GREATER = range(len(COMPARATORS))
EXACT = -1
DEPTH = np.asarray([0, 1, 3, 4, 2])
"""How low a comparator lets one number be, by its number (EXACT is the last): <, <=, exact, >=, >."""
