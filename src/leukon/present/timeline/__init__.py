"""THE PARTS OF THE TIMELINE: geometry, marks, counts, story, strip and key; charts.py puts them together."""
