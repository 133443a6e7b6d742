"""Imagined patients: which schedule would detect an episode, and what the proposed mechanism implies."""
