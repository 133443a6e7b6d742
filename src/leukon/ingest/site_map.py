"""A site's TOML file as a whole: its code map, and in the same file what its spreadsheet of visits looks like."""

from pathlib import Path

from leukon.events.code_map import CodeMap
from leukon.events.code_map import load_code_map as load_names
from leukon.events.concepts import Concepts


def load_code_map(path: str | Path, concepts: Concepts | None = None) -> CodeMap:
    """Read a site's code map and check that it names known concepts, columns and units, in `[visits]` too.

    Raises
    ------
    MissingFile, InvalidFile
        If the file cannot be opened; if a rule is broken: with the file, the key and the fix.
    """
    code_map = load_names(path, concepts)
    if code_map.visits:
        from leukon.ingest.visits_map import check_visit_map  # noqa: PLC0415 only those with a spreadsheet need it

        check_visit_map({"visits": code_map.visits}, Path(path).name)
    return code_map
