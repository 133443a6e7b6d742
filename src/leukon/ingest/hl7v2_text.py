"""Letters of HL7 v2: which bytes they are, which of them separate, and how separators are written inside a text."""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

_NONE = "\0"
"""Stands for a separator that a message does not have."""
_CODECS = {"ASCII": "ascii", "8859/1": "cp1252", "GB 18030-2000": "gb18030", "BIG-5": "big5", "KS X 1001": "euc_kr"}
_USUAL = "|^~\\&|"
_BREAKS = re.compile(r"\.(br|sp|ce|sk)")


class Delimiters(NamedTuple):
    """The letters that separate, as MSH-1 and MSH-2 say."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"


def read_delimiters(line: str) -> Delimiters:
    r"""Separators of a message from its MSH (or FHS, BHS, BTS, FTS) segment.

    Those that it does not name are the usual ones; letters and digits separate nothing.

    >>> read_delimiters("MSH|^~\\&|LAB") == Delimiters()
    True
    >>> read_delimiters("MSH#*!/$#LAB").component, read_delimiters("MSH|^").escape
    ('*', '\\')
    """
    if line.startswith(_USUAL, 3):
        return Delimiters()
    usual = Delimiters()
    sep = line[3:4] or usual.field
    said = line[4:].split(sep, 1)[0][:4]
    if any(letter.isalnum() or letter.isspace() for letter in said) or len(set(said)) < len(said):
        said = ""
    rest = [_NONE if letter in said or letter == sep else letter for letter in usual[1 + len(said) :]]
    return Delimiters(sep, *said, *rest)


def find_codec(declared: str) -> str | None:
    """The Python codec of a character set as MSH-18 names it; None: not known, or said otherwise than it is.

    >>> find_codec("8859/1"), find_codec("UNICODE UTF-8"), find_codec("UNICODE UTF-16"), find_codec("")
    ('cp1252', 'utf-8', None, None)
    """
    name = declared.strip().upper().removeprefix("UNICODE ")
    if name.startswith("8859/") and name != "8859/1":
        name = f"iso{name.replace('/', '-')}"
    if "1252" in name or name == "ANSI":
        name = "cp1252"
    name = _CODECS.get(name, name)
    if "16" in name or "32" in name:  # its segments would not have been found
        return None
    try:
        "a".encode(name)
        return name.lower() if b"|".decode(name) == "|" else None
    except (LookupError, ValueError, TypeError, AssertionError):
        return None


def decode(content: bytes, codec: str | None) -> str:
    r"""Text of bytes: UTF-8 if they are valid as such, whatever is declared; then as declared, then CP1252.

    Nothing but UTF-8 looks like UTF-8, and many senders declare what they do not send.

    >>> decode(b"10\xc2\xb5", "cp1252") == decode(b"10\xb5", "utf-8") == "10µ"
    True
    """
    try:
        return content.decode()
    except UnicodeError:
        for each in (codec, "cp1252"):
            with suppress(UnicodeError, LookupError):
                if each is not None:
                    return content.decode(each)
        return content.decode("latin-1")


def unescape(text: str, delimiters: Delimiters, codec: str | None = None) -> str:
    r"""Text with its escape sequences replaced; those not known, and lone escape letters, stay as they are.

    >>> unescape(r"10\S\9/L\.br\A\T\B \X41\ C:\dir", Delimiters())
    '10^9/L\nA&B A C:\\dir'
    """
    if delimiters.escape not in text:
        return text
    return _escapes(delimiters.escape).sub(_meaning(delimiters, codec), text)


@lru_cache(maxsize=64)
def _escapes(escape: str) -> re.Pattern[str]:
    mark = re.escape(escape)
    return re.compile(rf"{mark}(?:([FSTREHN])|X((?:[0-9A-Fa-f]{{2}})+)|(\.[a-z]{{2}}[+-]?\d{{0,4}})){mark}")


@lru_cache(maxsize=64)
def _meaning(delimiters: Delimiters, codec: str | None) -> Callable[[re.Match[str]], str]:
    letters: dict[str, str] = {letter: sign for letter, sign in zip("FSRET", delimiters, strict=True)}  # noqa: C416
    letters |= {"H": "", "N": ""}

    def meaning(found: re.Match[str]) -> str:
        letter, hexadecimal, command = found.groups()
        if letter:
            return letters[letter]
        if hexadecimal:
            return decode(bytes.fromhex(hexadecimal), codec)
        return "\n" if _BREAKS.match(command) else ""

    return meaning


def split_field(field: str, delimiters: Delimiters, codec: str | None = None) -> list[str]:
    """Components of the first repetition of a field, without escapes and white space around them.

    The two quotes that delete a value at the receiver are nothing.
    """
    first = field.split(delimiters.repetition, 1)[0]
    parts = [unescape(part, delimiters, codec).strip() for part in first.split(delimiters.component)]
    return ["" if part == '""' else part for part in parts]
