"""Fuzzing runs by hand, for minutes, with tools that the tests do not need: it is not collected."""

collect_ignore_glob = ["fuzz_*.py"]
