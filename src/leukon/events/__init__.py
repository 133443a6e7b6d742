"""THE TABLE: events checked once, at the door."""
