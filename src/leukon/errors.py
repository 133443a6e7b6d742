"""Every error leukon raises, drawn as a tree, with the exit code of the command line.

    LeukonError
    ├── UsageError          2  the call asks for something that does not exist
    │   ├── UnknownName
    │   ├── UnknownTime
    │   ├── NoUsableRow
    │   ├── MissingPackage
    │   ├── NoProportion
    │   ├── NotInParts
    │   └── UnwritableFolder
    ├── InputError          3  the data cannot be read
    │   ├── UnreadableFile
    │   ├── MissingColumn
    │   ├── DoubledColumn
    │   ├── UnlikeCounts
    │   ├── InvalidRow
    │   ├── NotSimulated
    │   └── WrongType
    ├── KnowledgeError      4  a protocol, code map or other TOML file is not valid
    │   ├── MissingFile
    │   └── InvalidFile
    └── FailedTask          1  a Spark task failed

Messages say what, why and how to fix it. They name columns, rows and keys, never a patient's identifier, date or value.
"""

from collections.abc import Iterable


class LeukonError(Exception):
    """The root: catch this to catch everything leukon raises on purpose."""

    exit_code = 1

    def __init__(self, what: str, why: str, fix: str) -> None:
        self.what, self.why, self.fix = what, why, fix
        super().__init__(f"{what} Why: {why} Fix: {fix}")


class UsageError(LeukonError):
    """The call asks for something that does not exist."""

    exit_code = 2


class UnknownName(UsageError):
    """A protocol, schedule or other named thing is not known."""

    def __init__(self, thing: str, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"There is no {thing} '{name}'.",
            f"leukon knows these: {', '.join(known) or 'none'}.",
            f"use one of them{', or the path of a TOML file' if thing == 'protocol' else ''}.",
        )


class MissingPackage(UsageError):
    """A format, or Spark, needs a package that is not installed."""

    def __init__(self, package: str, format: str) -> None:
        super().__init__(
            f"leukon cannot use {format} here.",
            f"the package '{package}' is not installed: only those who use {format} need it.",
            f"pip install 'leukon[{format}]'",
        )


class NoProportion(UsageError):
    """A study was to be pooled that has no proportion: a case report."""

    def __init__(self, study: str) -> None:
        super().__init__(
            f"'{study}' cannot be pooled.",
            "it is a case report: nobody knows among how many people it happened.",
            "include studies that have events and a total (leukon evidence table).",
        )


class NotInParts(UsageError):
    """A review part by part was asked for where it cannot be."""

    def __init__(self) -> None:
        super().__init__(
            "This review cannot be done part by part.",
            "only Parquet files and MEDS datasets can be cut into parts, and their tables are written as Parquet.",
            "make a MEDS dataset first (leukon ingest INPUT --to FOLDER), leave out --tables csv, or say --whole.",
        )


class NoUsableRow(UsageError):
    """`as_of="last"` was asked of data without one usable row."""

    def __init__(self) -> None:
        super().__init__(
            "as_of 'last' has no meaning here.",
            "the input holds no usable result, dose or finding, so there is no last time.",
            "give a date as as_of, or a code map (--codes) if leukon does not know the codes of this input.",
        )


class UnknownTime(UsageError):
    """`as_of` or a time zone cannot be understood."""

    def __init__(self, what: str, text: str) -> None:
        super().__init__(
            f"The {what} '{text}' cannot be understood.",
            "every table depends on it, so it is never guessed.",
            "as_of is a date (2000-05-20), an instant (2000-05-20T08:00:00) or 'last' (the command line also takes"
            " 'today'); a time zone is an IANA name (Europe/Athens).",
        )


class UnwritableFolder(UsageError):
    """Results cannot be written where they should go; nothing was written."""

    def __init__(
        self, folder: object, why: str = "it is no folder, or you may not write there, or the disk is full."
    ) -> None:
        super().__init__(
            f"'{folder}' cannot be written.", why, "give another folder (--out, --to); nothing was written or changed."
        )


class InputError(LeukonError):
    """The data cannot be read at all; a single bad row never raises."""

    exit_code = 3


class UnreadableFile(InputError):
    """The file or folder is missing, empty, cut short or of a format leukon does not read."""

    def __init__(self, path: object, why: str, fix: str) -> None:
        super().__init__(f"'{path}' cannot be read.", why, fix)


class MissingColumn(InputError):
    """A column that every event needs, or that a code map names, is not there.

    `known` are the columns of events that are there. Other columns are never named: where the line of column names is
    missing, they are a patient's data.
    """

    def __init__(self, column: str, name: str, known: Iterable[str], *, mapped: bool) -> None:
        here = ", ".join(known)
        why = f"the code map calls {column} so" if mapped else "every event needs it"
        fix = f"{'correct' if mapped else 'rename the column, or say'} its name in the code map"
        super().__init__(
            f"The events have no column '{name}'.",
            f"{why}; of the columns of events these are here: {here}."
            if here
            else f"{why}, and no other column of events is here either.",
            f'{fix} ([columns] {column} = "its name here")'
            f"{'.' if here else '; or give a file that begins with a line of column names.'}",
        )


class DoubledColumn(InputError):
    """Two columns have the same name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The events have two columns '{name}'.",
            "which of them is meant is not guessed.",
            "rename or drop one of them.",
        )


class UnlikeCounts(InputError):
    """Counts of cohorts do not belong together, or a table of them is not whole."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "These counts cannot be added.",
            f"{why}; their sum would mean nothing.",
            "count all parts of a cohort with the same leukon, protocol, schedule and as_of.",
        )


class InvalidRow(InputError):
    """A row of one's own numbers, to stand beside the literature, breaks a rule; `row` 1 is the first data row."""

    def __init__(self, row: int | None, column: str, why: str) -> None:
        self.row, self.column = row, column
        place = "This row" if row is None else f"Row {row}"
        super().__init__(
            f"{place} of your own numbers cannot be used: {column}.",
            why,
            "columns are label, events, n, definition, and if known edition, dose, period; events and n are persons.",
        )


class NotSimulated(InputError):
    """The model of the mechanism cannot follow these events, or could not be solved."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "The mechanism cannot be simulated here.",
            f"{why}.",
            "give the events of one subject, with infusions and their amounts, and parameters near those shipped.",
        )


class WrongType(InputError):
    """A column, or the whole object, is of a type that cannot hold what it should."""

    def __init__(self, what: str, found: str, wanted: str) -> None:
        super().__init__(
            f"{what} has the type {found}, but {wanted} is needed.",
            "a value read with the wrong type is a wrong value.",
            "convert it before it is handed to leukon (the CSV reader converts by itself).",
        )


class KnowledgeError(LeukonError):
    """What leukon holds true, or a site's code map, is not valid."""

    exit_code = 4


class MissingFile(KnowledgeError):
    """A TOML file cannot be opened."""

    def __init__(self, file: object) -> None:
        super().__init__(
            f"'{file}' cannot be opened.", "there is no such file, or you may not read it.", "check the path."
        )


class InvalidFile(KnowledgeError):
    """A TOML file breaks a rule: the message names the file, the key and the fix."""

    def __init__(self, file: object, key: str, why: str, fix: str) -> None:
        super().__init__(f"'{file}' is not valid at '{key}'.", why, fix)


class FailedTask(LeukonError):
    """A Spark task of leukon failed; its own message is not shown."""

    def __init__(self, kind: str, place: str) -> None:
        super().__init__(
            f"A Spark task of leukon failed with {kind} at {place}.",
            "Spark writes messages of errors into its logs, and this one could hold a patient's data.",
            "report kind and place as a fault of leukon; a MemoryError asks for more memory or more partitions.",
        )
