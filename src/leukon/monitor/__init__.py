"""ONE QUESTION EACH: pure functions from checked columns to columns."""
