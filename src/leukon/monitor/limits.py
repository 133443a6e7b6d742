"""A count is the set of values it allows: which counts lie wholly below a limit, or wholly at or above it."""

from leukon.events.arrays import Array
from leukon.events.comparators import EXACT, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL


def all_below(value: Array, comparator: Array, limit: Array | float) -> Array:
    """Which counts allow only values below `limit`."""
    up_to = (comparator == EXACT) | (comparator == LESS_EQUAL)
    return (up_to & (value < limit)) | ((comparator == LESS) & (value <= limit))


def all_up_to(value: Array, comparator: Array, limit: Array | float) -> Array:
    """Which counts allow only values at or below `limit`."""
    return (comparator != GREATER) & (comparator != GREATER_EQUAL) & (value <= limit)


def all_from(value: Array, comparator: Array, limit: Array | float) -> Array:
    """Which counts allow only values at or above `limit`."""
    return (comparator != LESS) & (comparator != LESS_EQUAL) & (value >= limit)


def all_above(value: Array, comparator: Array, limit: Array | float) -> Array:
    """Which counts allow only values above `limit`."""
    at_least = (comparator == EXACT) | (comparator == GREATER_EQUAL)
    return (at_least & (value > limit)) | ((comparator == GREATER) & (value >= limit))
