"""The shelf: protocols that leukon ships, and those a site writes."""

import hashlib
from functools import lru_cache
from pathlib import Path

from leukon.errors import InvalidFile, UnknownName
from leukon.events.concepts import Concepts, load_concepts
from leukon.events.data_files import load_toml, read_toml
from leukon.knowledge.checks import find_faults
from leukon.knowledge.protocol import Protocol
from leukon.knowledge.sources import DATA

_SHELF = DATA / "protocols"
_GENERAL = DATA / "general.toml"
"""What every protocol says unless it says otherwise."""


def list_protocols() -> tuple[str, ...]:
    """Ids of the shipped protocols.

    >>> len(list_protocols()) >= 2
    True
    """
    return tuple(sorted(path.stem for path in _SHELF.glob("*.toml")))


def protocol_path(protocol: str | Path) -> Path:
    """Path of a shipped protocol (by id) or of a file (by its path, ending in .toml).

    Raises
    ------
    UnknownName
        If there is no such protocol.
    """
    if Path(protocol).suffix == ".toml":
        return Path(protocol)
    if protocol not in list_protocols():
        raise UnknownName("protocol", str(protocol), list_protocols())
    return _SHELF / f"{protocol}.toml"


def load_protocol(protocol: str | Path) -> Protocol:
    """Load and check a protocol.

    Parameters
    ----------
    protocol
        The id of a shipped protocol, or the path of a TOML file.

    Raises
    ------
    UnknownName
        If there is no shipped protocol of that id.
    InvalidFile
        If the file breaks a rule; the message names file, key and fix.
    """
    path = protocol_path(protocol)
    return _load_shipped(path) if path.parent == _SHELF else _load(path)


def _load(path: Path) -> Protocol:
    loaded = load_toml(path, Protocol, beneath=read_toml(_GENERAL))
    for fault in find_faults(loaded):
        raise InvalidFile(path.name, *fault)
    content = path.read_bytes() + _GENERAL.read_bytes()  # the hash stands for all that was said
    return loaded.model_copy(update={"hash": hashlib.sha256(content).hexdigest()[:16]})


_load_shipped = lru_cache(_load)


def concepts_of(protocol: Protocol) -> Concepts:
    """The shipped concepts and those the protocol brings along."""
    return load_concepts().with_more(protocol.concepts)
