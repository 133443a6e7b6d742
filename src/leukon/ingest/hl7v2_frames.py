"""Bytes of HL7 v2 files to segments: CR, LF or CRLF between them, with or without MLLP frames, files of any length."""

import re
from collections.abc import Iterable, Iterator

FRAME_START, FRAME_END = b"\x0b", b"\x1c"
LONGEST = 1 << 27
"""A segment of more bytes than this (128 MiB) is no segment; it is not kept in memory."""
_SEGMENT = rb"[A-Z][A-Z0-9]{2}[^\w\s]"
_START = re.compile(rb"\x0b+[\s\xef\xbb\xbf]*(?=" + _SEGMENT + rb")")
"""A frame starts with VT and a segment; any other VT is a letter (Word writes it for a line break)."""
_MARK = FRAME_START + b"\x1d"
"""Stands for the start of a frame at the end of the segment before it."""


class CutShort(bytes):
    """A segment that nothing ends: the file, or the next frame, begins in the midst of its line."""


def split_segments(blocks: Iterable[bytes]) -> Iterator[list[bytes]]:
    r"""Cut blocks of bytes, wherever these end, into segments and the marks of frames; empty lines are left out.

    One list for each block that ends a segment, and one for what is left at the end of the file. The end of a frame
    ends the segment too (some senders leave out the CR before it).

    >>> [*split_segments([b"\x0bMSH|a\rPI", b"D|1\x1c\r"])]
    [[b'\x0b', b'MSH|a'], [b'PID|1', b'\x1c'], []]
    >>> [type(segment).__name__ for segment in [*split_segments([b"MSH|a\nOBX|0."])][-1]]
    ['CutShort']
    """
    waiting: list[bytes] = []
    for block in blocks:
        if sum(map(len, waiting)) > LONGEST:
            waiting = [b"?"]  # no segment name: counted as a piece that cannot be read
        end = _last_end(block)
        if end < 0:
            waiting.append(block)
            continue
        yield _segments(b"".join([*waiting, block[:end]]))
        waiting = [block[end:]]
    *whole, rest = _marked(b"".join(waiting)).split(b"\r")
    yield [*_named(whole), *([CutShort(rest)] if rest.strip() else [])]


def _last_end(block: bytes) -> int:
    """Where the last whole segment of a block ends; -1 if none does."""
    return max(block.rfind(end) for end in (b"\r", b"\n", FRAME_END))


def _segments(content: bytes) -> list[bytes]:
    lines = _marked(content).split(b"\r")
    return _named(lines) if FRAME_START in content else [line for line in lines if line]


def _marked(content: bytes) -> bytes:
    """Content with CR as the only end of a segment; a frame's start stays with the segment that it cuts."""
    if b"\n" in content:
        content = content.replace(b"\n", b"\r")
    if FRAME_START in content:
        content = _START.sub(_MARK + b"\r", content)
    return content.replace(FRAME_END, b"\r" + FRAME_END + b"\r") if FRAME_END in content else content


def _named(lines: Iterable[bytes]) -> list[bytes]:
    named: list[bytes] = []
    for line in lines:
        if line.endswith(_MARK):
            before = line.removesuffix(_MARK)
            named += [CutShort(before), FRAME_START] if before else [FRAME_START]
        elif line:
            named.append(line)
    return named
