"""`python -m leukon` is the `leukon` command."""

from leukon.cli import main

if __name__ == "__main__":
    main()
