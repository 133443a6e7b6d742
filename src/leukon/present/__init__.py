"""RESULTS TO FILES AND WORDS: nothing is calculated here."""
