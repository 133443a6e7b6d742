"""WHAT WE HOLD TRUE: TOML files with sources, and the types they become."""
