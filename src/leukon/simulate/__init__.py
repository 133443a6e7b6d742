"""Imagined patients: which schedule would catch an episode."""
