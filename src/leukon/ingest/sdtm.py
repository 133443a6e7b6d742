"""Trial data in CDISC's forms: LB, EX and CM of SDTM and ADLB of ADaM, from XPT, CSV and Parquet, a file or a study.

A dataset is recognised by its columns. A study's other datasets (DM, SUPPLB, ...) hold no event and are not read.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from leukon.errors import LeukonError, UnreadableFile
from leukon.events.columns import check_timezone
from leukon.ingest.gathered import Gathering, to_table
from leukon.ingest.sdtm_adam import ADLB_COLUMNS, code_analyses, read_adlb
from leukon.ingest.sdtm_columns import Piece
from leukon.ingest.sdtm_csv import CsvFile, find_csv
from leukon.ingest.sdtm_doses import CM_COLUMNS, EX_COLUMNS, read_exposures, read_medications
from leukon.ingest.sdtm_labs import LB_COLUMNS, code_labs, read_labs
from leukon.ingest.sdtm_parquet import ParquetTable, find_parquet
from leukon.ingest.sdtm_xpt import Member, find_members

Dataset = Member | CsvFile | ParquetTable
_XPT, _PARQUET, _CSV = (".xpt", ".xport"), (".parquet", ".pq"), (".csv", ".tsv", ".txt")
_ENDINGS = (*_XPT, *_PARQUET, *_CSV)
"""Of one dataset in several forms the first is read: transport files are what is submitted."""


@dataclass(frozen=True)
class Domain:
    """One kind of dataset: the columns that tell it, those that are read, and how its rows become events.

    `name` is the column that says in words what `code` makes a code of; a drug's code is its name already.
    """

    told_by: tuple[str, ...]
    file_begins: str
    wanted: tuple[str, ...]
    read: Callable[[Piece, str | None], pa.RecordBatch]
    name: str = ""
    code: Callable[[Piece], pa.Array] | None = None


_ADLB = Domain(("PARAMCD", "AVAL"), "adlb", ADLB_COLUMNS, read_adlb, "PARAM", code_analyses)
_LB = Domain(("LBTESTCD",), "lb", LB_COLUMNS, read_labs, "LBTEST", code_labs)
_EX = Domain(("EXTRT",), "ex", EX_COLUMNS, read_exposures)
_CM = Domain(("CMTRT",), "cm", CM_COLUMNS, read_medications)
_DOMAINS = (_ADLB, _LB, _EX, _CM)
"""In this order: ADLB often holds columns of LB too."""


def is_sdtm(path: Path) -> bool:
    """Whether a file is a transport file, or it or a file of the folder has the columns of LB, EX, CM or ADLB."""
    try:
        if path.is_file() and path.suffix.lower() in _XPT:
            return True
        return any(_find_domain(dataset) for file in _files(path) for dataset in _open(file))
    except (LeukonError, OSError):
        return False


def stream_sdtm(path: Path, timezone: str | None = None) -> Iterator[pa.RecordBatch]:
    """Event rows of LB, EX, CM and ADLB in batches; a study's ADLB only where it has no LB, which it is made of.

    Raises
    ------
    UnreadableFile, DoubledColumn, UnknownTime
        If a dataset cannot be opened or holds none of these, a column is there twice, or there is no such time zone.
    """
    check_timezone(timezone)
    if not path.exists():
        raise UnreadableFile(path, "there is no such file or folder.", "check the path.")
    found = [(dataset, domain) for file in _files(path) for dataset in _open(file) if (domain := _find_domain(dataset))]
    if not found:
        what = "LBTESTCD (LB), EXTRT (EX), CMTRT (CM) or PARAMCD with AVAL (ADLB)"
        raise UnreadableFile(path, f"no dataset in it has the column {what}.", "give one of these, or their folder.")
    has_labs = any(domain is _LB for _, domain in found)
    for dataset, domain in found:
        if not (has_labs and domain is _ADLB):
            yield from _events(dataset, domain, timezone)


def read_sdtm(path: Path, timezone: str | None = None) -> pa.Table:
    """Event rows of LB, EX, CM and ADLB as one table; see `stream_sdtm`."""
    return to_table(stream_sdtm(path, timezone))


def name_codes_sdtm(path: Path) -> dict[str, str]:
    """What the trial itself calls the codes of its laboratory rows: LBTEST, in ADLB the parameter.

    Raises
    ------
    UnreadableFile, DoubledColumn
        If a dataset cannot be opened, or a column is there twice.
    """
    names: dict[str, str] = {}
    for dataset in (dataset for file in _files(path) for dataset in _open(file)):
        domain = _find_domain(dataset)
        if domain is not None and domain.code is not None:
            for piece in dataset.pieces(dict.fromkeys((*domain.wanted, domain.name))):
                pairs = pa.table({"code": domain.code(piece), "name": piece.text(domain.name)})
                said = pairs.group_by(["code", "name"]).aggregate([]).to_pylist()
                names |= {row["code"]: row["name"] for row in said if row["code"] and row["name"]}
    return names


def _events(dataset: Dataset, domain: Domain, timezone: str | None) -> Iterator[pa.RecordBatch]:
    for piece in dataset.pieces(domain.wanted):
        if len(piece.places):
            yield domain.read(piece, timezone)
        if piece.broken:
            rows = Gathering()
            for place in piece.broken:
                rows.add_unreadable("row", place)
            yield rows.take()


def _find_domain(dataset: Dataset) -> Domain | None:
    here: Collection[str] = dataset.columns
    return next((domain for domain in _DOMAINS if all(name in here for name in domain.told_by)), None)


def _files(path: Path) -> list[Path]:
    """The file, or the files of a folder whose names tell a domain; of each name one."""
    if not path.is_dir():
        return [path] if path.suffix.lower() in _ENDINGS else []
    chosen: dict[str, Path] = {}
    begins = tuple(domain.file_begins for domain in _DOMAINS)
    files = [file for file in sorted(path.iterdir()) if file.suffix.lower() in _ENDINGS and file.is_file()]
    for file in sorted(files, key=lambda file: _ENDINGS.index(file.suffix.lower())):
        if file.name.lower().startswith(begins):
            chosen.setdefault(file.stem.lower(), file)
    return list(chosen.values())


def _open(path: Path) -> list[Dataset]:
    ending = path.suffix.lower()
    if ending in _XPT:
        return [*find_members(path)]
    return [find_parquet(path) if ending in _PARQUET else find_csv(path)]
