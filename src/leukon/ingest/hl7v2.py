"""HL7 v2 messages: results (ORU^R01 and others with OBX) and doses (RAS^O17, RDE^O11) from files, batches and dumps."""

import codecs
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from leukon.errors import UnreadableFile
from leukon.ingest.gathered import BATCH, to_table
from leukon.ingest.hl7v2_frames import split_segments
from leukon.ingest.hl7v2_messages import Feed, Messages
from leukon.ingest.orders import Told, settle_orders

_BLOCK = 1 << 20
_VOLUME = 1 << 26
"""Bytes of messages after which a batch is handed on, though it has few rows: long reports are held no longer."""
_HEAD = re.compile(rb"(?:\A|[\r\n\x0b\x1c])[ \t\x0b]*(?:\xef\xbb\xbf)?(?:MSH|FHS|BHS)(?:[^\w\s]|[\r\n]|\Z)")
_ENDINGS = (".hl7", ".hl7v2", ".mllp")


def is_hl7v2(path: Path) -> bool:
    """Whether a file begins with HL7 v2 messages, or a folder holds files whose names say so; never raises."""
    try:
        if path.is_dir():
            return any(each.suffix.lower() in _ENDINGS for each in path.iterdir())
        with path.open("rb") as file:
            return _HEAD.search(_first(file.read(1 << 12))) is not None
    except OSError:
        return False


def _first(start: bytes) -> bytes:
    """The first bytes of a file, with one byte for each letter."""
    return start.replace(b"\0", b"").lstrip(b"\xff\xfe") if start[:2] in _WIDE else start


_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def stream_hl7v2(path: Path, timezone: str | None = None) -> Iterator[pa.RecordBatch]:
    r"""Read the results and doses of HL7 v2 messages, in batches; memory does not grow with the file.

    It grows with the people only: each number is kept with the authority that gave it out, and each drug that was
    administered to somebody. Where there are orders (RXE, RXG) the input is read through twice (`orders.py`).

    Parameters
    ----------
    path
        A file with one message or many (one after the other, in FHS/BHS batches, or in MLLP frames), or a folder of
        such files (`*.hl7`), which are read in the order of their names.
    timezone
        IANA zone to convert times with an offset to; default: wall clock as written.

    Returns
    -------
    Iterator of pyarrow.RecordBatch
        Rows of `gathered.SCHEMA`, in the order of the file. One row for each OBX (for each repetition of a numeric
        one), RXA, and for RXG, RXE, RXD or RXO where nothing stronger stands in the same order. `place` is
        `file:message segment number`, as in `feed.hl7:3 OBX 5`. What cannot be read is a row of its own
        (`UNREADABLE//segment`, `frame`, `batch`, `file`, `authority`).

    Raises
    ------
    UnreadableFile
        If a file cannot be opened, or no HL7 v2 message begins in its first MiB. A bad segment never raises.
    """
    zone = None if timezone is None else ZoneInfo(timezone)
    files = _files(path)

    def read(told: Told) -> Iterator[pa.RecordBatch]:
        feed = Feed(told=told, zone=zone)
        for file in files:
            yield from _stream_file(file, feed)
        yield feed.rows.take()

    yield from settle_orders(read)


def read_hl7v2(path: Path, timezone: str | None = None) -> pa.Table:
    """All rows of `stream_hl7v2` as one table."""
    return to_table(stream_hl7v2(path, timezone))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(each for each in path.iterdir() if each.suffix.lower() in _ENDINGS)
    if not files:
        raise UnreadableFile(path, "the folder holds no .hl7 file.", "give a file, or a folder of them.")
    return files


def _stream_file(path: Path, feed: Feed) -> Iterator[pa.RecordBatch]:
    messages, volume, rows = Messages(feed, path.name), 0, feed.rows
    for segments in split_segments(_blocks(path)):
        for segment in segments:
            messages.take(segment)
        volume += _BLOCK
        if len(rows) >= BATCH or volume >= _VOLUME:
            yield rows.take()
            volume = 0
    messages.end()


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            first = file.read(_BLOCK)
            if _HEAD.search(_first(first)) is None:
                raise UnreadableFile(
                    path, "no HL7 v2 message (MSH) or batch (FHS, BHS) begins in it.", "check that it is HL7 v2."
                )
            yield from _in_utf8(_all_blocks(first, iter(lambda: file.read(_BLOCK), b"")), wide=first[:2] in _WIDE)
    except OSError:
        raise UnreadableFile(path, "it cannot be opened.", "check the path and that you may read it.") from None


def _all_blocks(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _in_utf8(blocks: Iterator[bytes], *, wide: bool) -> Iterator[bytes]:
    """Blocks of a file that has two bytes for each letter (`Unicode` of Windows) as UTF-8; others as they are."""
    if not wide:
        return blocks
    return (text.encode("utf-8", "replace") for text in codecs.iterdecode(blocks, "utf-16", errors="replace"))
