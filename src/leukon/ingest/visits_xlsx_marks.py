"""What python-calamine does not tell of a sheet: cells shown as % or with leading zeros, errors, empty formulas.

Each of them would change or lose a value in silence: a cell shown as 45 % holds 0.45, one shown as 007 holds 7, and a
formula that no program has calculated looks empty.
"""

import posixpath
import re
import zipfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import IO, NamedTuple
from xml.parsers import expat

NO_VALUE = "(formula without a value)"
_PERCENT = (9, 10)
"""Numbers of the built-in formats with a percent sign (ECMA-376, part 1, 18.8.30)."""
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
_BLOCK = 1 << 16
_LARGEST = (1_048_576, 16_384)
"""Rows and columns of the largest sheet (ECMA-376)."""
_MOST_CELLS = 1 << 25
"""A sheet is held as a rectangle: one cell far away from the others would fill the memory."""
Place = tuple[int, int]


class Marks(NamedTuple):
    """Cells of one sheet, by (row, column) from 0; `of_1904`: the workbook counts its days from 1904."""

    of_1904: bool
    texts: Mapping[Place, str]
    percents: frozenset[Place]
    padded: Mapping[Place, int]


class UnsafeXml(ValueError):
    """A part of the workbook has a document type: spreadsheets have none, attacks do."""


class TooWide(ValueError):
    """A cell lies so far away from the others that the sheet does not fit into memory."""


def read_marks(path: Path, sheet: str) -> Marks:
    """The marks of one sheet.

    Raises
    ------
    TooWide, UnsafeXml
        If the sheet must not be opened.
    ValueError, KeyError, OSError, zipfile.BadZipFile, xml.parsers.expat.ExpatError
        If the file is no whole workbook.
    """
    with zipfile.ZipFile(path) as book:
        of_1904, part = _find_sheet(book, sheet)
        styles = _Styles()
        if "xl/styles.xml" in book.namelist():
            with book.open("xl/styles.xml") as file:
                _parse(file, styles.start)
        cells = _Cells(styles.formats())
        with book.open(part) as file:
            cells.read(file)
    if cells.rows * cells.columns > _MOST_CELLS:
        raise TooWide
    return Marks(of_1904, cells.texts, frozenset(cells.percents), cells.padded)


def _parse(file: IO[bytes], start: Callable[[str, dict[str, str]], None]) -> None:
    """Call `start` with the name (without its prefix) and attributes of each element."""
    parser = _safe_parser()
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    _feed(parser, file)


def _safe_parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _feed(parser: expat.XMLParserType, file: IO[bytes]) -> None:
    while block := file.read(_BLOCK):
        parser.Parse(block, False)  # noqa: FBT003
    parser.Parse(b"", True)  # noqa: FBT003


def _refuse_doctype(*_: object) -> None:
    raise UnsafeXml


def _find_sheet(book: zipfile.ZipFile, sheet: str) -> tuple[bool, str]:
    """Whether days are counted from 1904, and the part of the workbook in which a sheet lies."""
    of_1904, ids, targets = False, dict[str, str](), dict[str, str]()

    def in_book(name: str, attributes: dict[str, str]) -> None:
        nonlocal of_1904
        if name == "workbookPr":
            of_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "sheet":
            ids[attributes.get("name", "")] = next((v for k, v in attributes.items() if k.endswith(":id")), "")

    def in_links(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    with book.open("xl/workbook.xml") as file:
        _parse(file, in_book)
    with book.open("xl/_rels/workbook.xml.rels") as file:
        _parse(file, in_links)
    return of_1904, posixpath.normpath(posixpath.join("/xl", targets[ids[sheet]])).lstrip("/")


class _Styles:
    """Formats of numbers as styles.xml lists them."""

    def __init__(self) -> None:
        self._codes: dict[int, str] = {}
        self._used: list[int] = []
        self._in_cells = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self._codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name in ("cellXfs", "cellStyles", "cellStyleXfs", "dxfs"):
            self._in_cells = name == "cellXfs"
        elif name == "xf" and self._in_cells:
            self._used.append(int(attributes.get("numFmtId", 0)))

    def formats(self) -> dict[str, int]:
        """By number of style: 0 for a percentage, else how many digits are shown at least; others are left out."""
        found = {str(at): _digits_shown(number, self._codes) for at, number in enumerate(self._used)}
        return {style: digits for style, digits in found.items() if digits is not None}


def _digits_shown(number: int, codes: Mapping[int, str]) -> int | None:
    shown = _NOT_SHOWN.sub("", codes.get(number, ""))
    if number in _PERCENT or "%" in shown:
        return 0
    return len(shown) if re.fullmatch("00+", shown) else None


class _Cells:
    """The cells of a sheet as they go by; what is inside of one is looked at only if it is a formula or an error."""

    def __init__(self, formats: Mapping[str, int]) -> None:
        self.texts: dict[Place, str] = {}
        self.percents: set[Place] = set()
        self.padded: dict[Place, int] = {}
        self.rows, self.columns = 0, 0
        self._formats = formats
        self._row, self._column, self._said, self._kind = -1, -1, "", ""
        self._parser = _safe_parser()
        self._parser.StartElementHandler = self._name_elements

    def read(self, file: IO[bytes]) -> None:
        """Go through the XML of a sheet."""
        _feed(self._parser, file)

    def _name_elements(self, root: str, _: dict[str, str]) -> None:
        """Set the names of elements, all with the prefix that the first one has."""
        prefix = root.removesuffix("worksheet")
        self._c, self._v, self._is, self._f, self._r = (f"{prefix}{name}" for name in ("c", "v", "is", "f", "row"))
        self._parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self._c:
            self._open(attributes)
        elif name in (self._v, self._is):
            if self._row >= self.rows or self._column >= self.columns:
                self._widen()
        elif name == self._r:
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
        elif name == self._f:
            self._listen()

    def _open(self, attributes: dict[str, str]) -> None:
        self._column = _column_of(attributes["r"]) if "r" in attributes else self._column + 1
        self._kind = attributes.get("t", "")
        if self._kind == "e":
            self._listen()
        if self._formats and (digits := self._formats.get(attributes.get("s", ""))) is not None:
            if digits:
                self.padded[self._row, self._column] = digits
            else:
                self.percents.add((self._row, self._column))

    def _widen(self) -> None:
        self.rows, self.columns = max(self.rows, self._row + 1), max(self.columns, self._column + 1)
        if self.rows > _LARGEST[0] or self.columns > _LARGEST[1]:
            raise TooWide

    def _listen(self) -> None:
        """Hear what the value of this cell is, until its end."""
        self._said = ""
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._hear

    def _end(self, name: str) -> None:
        if name == self._f:  # the formula is not the value
            self._said = ""
        elif name == self._c:
            self._parser.EndElementHandler = self._parser.CharacterDataHandler = None
            if self._kind == "e":
                self.texts[self._row, self._column] = self._said or "#ERROR"
            elif not self._said and self._kind != "str":
                self.texts[self._row, self._column] = NO_VALUE

    def _hear(self, said: str) -> None:
        self._said += said.strip()


@lru_cache(maxsize=1 << 15)
def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _column_of(reference: str) -> int:
    return _number_of(reference.rstrip("0123456789"))
