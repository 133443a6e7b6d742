"""Imagined patients: which schedule would have caught it, and what a proposed mechanism implies."""
