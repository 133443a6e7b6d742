"""Bytes to the fields of a resource. What is wrong in one piece stays in that piece.

A resource is its fields, each still bytes; what is asked for is read as the type it should have (fhir_datatypes.py).
The same few codes, units and ranges stand in millions of results, so what some bytes say is found once and remembered.

A key that stands twice in one object says two things, of which JSON readers silently keep the last: a resource with one
is unreadable, a field with one has a wrong value.
"""

import json
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

T = TypeVar("T")
_FIELDS = msgspec.json.Decoder(dict[str, Raw])
_WORD = msgspec.json.Decoder(str)
EMPTY = frozenset((None, b"", b"null", b"[]", b"{}"))
"""Fields that say nothing."""


class Unreadable(Exception):
    """A piece that cannot be read; `what` says as what, in a word."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Fields:
    """Fields of one object.

    `wrong` holds the names of those read so far that are there, but not what they should be.
    """

    __slots__ = ("_said", "wrong")

    def __init__(self, said: dict[str, Raw]) -> None:
        self._said = said
        self.wrong: set[str] = set()

    def bytes_of(self, name: str) -> bytes | None:
        """A field as it stands; None if it is not there, null or empty."""
        raw = self._said.get(name)
        if raw is None:
            return None
        said = bytes(raw)
        return None if said in EMPTY else said

    def has(self, name: str) -> bool:
        """Whether a field is there and says something."""
        return name in self._said and self.bytes_of(name) is not None

    def word(self, name: str) -> str | None:
        """A field that is a string; None if it is not there, or wrong."""
        raw = self._said.get(name)
        if raw is None:
            return None
        try:
            return _WORD.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self.read(name, str)

    def read_list(self, name: str) -> list[Raw]:
        """Items of a field that is a list, each still bytes; empty if it is not there, or wrong."""
        raw = self._said.get(name)
        items = None if raw is None else _decode(raw, list[Raw])
        if items is None and self.has(name):
            self.wrong.add(name)
        return items or []

    def read(self, name: str, type_: type[T]) -> T | None:
        """A field as a value of `type_`; None if it is not there, or wrong."""
        said = self.bytes_of(name)
        value: T | None = parse(said, type_)
        if value is None and said is not None:
            self.wrong.add(name)
        return value


def read_fields(content: bytes | Raw) -> Fields:
    """The fields of one object.

    Raises
    ------
    Unreadable
        `json`, `nesting`, `doubled_key`, or `object` if it is JSON but no object.
    """
    try:
        said = _FIELDS.decode(content)
    except msgspec.ValidationError:
        raise Unreadable("object") from None
    except RecursionError:
        raise Unreadable("nesting") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Unreadable("json") from None
    _refuse_doubled_keys(content, said)
    return Fields(said)


def _refuse_doubled_keys(content: bytes | Raw, said: dict[str, Raw]) -> None:
    """Fields that make up all bytes stand there once; where spaces leave a doubt, look closely (slowly)."""
    content = bytes(content)
    spaces = len(content) - len(msgspec.json.encode(said))
    if spaces == 0 or (spaces == 2 * len(said) - 1 and b'": ' in content[:64]):
        return
    try:
        json.loads(content, object_pairs_hook=_refuse_doubles, parse_int=str, parse_float=str)
    except RecursionError:
        raise Unreadable("nesting") from None
    except ValueError:
        raise Unreadable("json") from None


def _refuse_doubles(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise Unreadable("doubled_key")


@lru_cache(maxsize=1 << 14)
def parse(said: bytes | None, type_: Any) -> Any:
    """Bytes as a value of `type_`; None if they are none, or have a key twice."""
    return None if said is None else parse_once(said, type_)


def parse_once(said: bytes, type_: Any) -> Any:
    """Bytes that hardly come twice, as `parse` reads them."""
    if said[:1] in (b"{", b"["):
        try:
            if b"{" in said[1:] or said[:1] == b"[":
                json.loads(said, object_pairs_hook=_refuse_doubles, parse_int=str, parse_float=str)
            else:
                read_fields(said)
        except (ValueError, RecursionError, Unreadable):
            return None
    return _decode(said, type_)


def _decode(said: bytes | Raw, type_: Any) -> Any:
    try:
        return _decoder(type_).decode(said)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


@lru_cache(maxsize=256)
def _decoder(type_: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type_)
