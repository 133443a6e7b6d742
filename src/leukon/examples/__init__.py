"""Shipped examples: data only, each with its provenance in README.md."""
