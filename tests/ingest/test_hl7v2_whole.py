"""HL7 v2 as a whole: the package `hl7` agrees on well-formed messages, and broken pieces cost no good one."""

import tempfile
from pathlib import Path

import hl7
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ingest.hl7v2_maker import MSH, OBR, PID, RAS, framed, obx, result, rxa, segment, text_of, write

from leukon.ingest.hl7v2 import read_hl7v2

NIST = Path(__file__).parents[3] / "shared/data/nist-lri-cbc.hl7"


def read_text(content):
    with tempfile.TemporaryDirectory() as folder:
        return read_hl7v2(write(folder, content))


def first(field):
    """The first component of the first repetition; `hl7` gives a text where there is only one."""
    return str(field[0]) if isinstance(field[0], str) else str(field[0][0])


def by_hl7(text):
    """Subject, time, code, text and unit of each OBX, as the package `hl7` reads one message."""
    message = hl7.parse(text.removeprefix("\ufeff").replace("\n", "\r"))
    found = []
    for each in message.segments("OBX"):
        value = str(each[5])
        coded = str(each[2]) in ("CE", "CWE")
        found.append(
            (
                first(message.segment("PID")[3]),
                str(each[14] if len(each) > 14 and str(each[14]) else message.segment("OBR")[7])[:14],
                f"LOINC//{first(each[3])}",
                str(each[5][0][1]) if coded else message.unescape(value) or None,
                message.unescape(first(each[6])) or None,
            )
        )
    return found


def by_leukon(table):
    columns = "subject_id time code text_value unit"
    rows = table.select(columns.split()).to_pylist()
    return [
        (row["subject_id"], f"{row['time']:%Y%m%d%H%M%S}", row["code"], row["text_value"], row["unit"]) for row in rows
    ]


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"), exclude_characters='|^~\\&"'),
    max_size=12,
)
escaped = st.lists(
    st.one_of(texts, st.sampled_from([r"\S\ ".strip(), r"\F" + "\\", r"\R" + "\\", r"\T" + "\\"])), max_size=4
)
values = st.one_of(
    st.decimals(0, 999, places=2, allow_nan=False).map(str),
    st.sampled_from(["<0.1", "0,4", "DNR", "> 100", "1-2"]),
    escaped.map("".join).filter(lambda text: text == text.strip()),
)


@given(st.lists(st.tuples(values, st.sampled_from(["751-8", "6690-2", "736-9"])), min_size=1, max_size=5))
def test_the_package_hl7_agrees_on_well_formed_messages(rows):
    rows = [obx(value, code=f"{code}^x^LN", kind="ST", number=at) for at, (value, code) in enumerate(rows, 1)]
    message = text_of(MSH, PID, OBR, *rows)
    assert by_leukon(read_text(message)) == by_hl7(message)


@pytest.mark.skipif(not NIST.exists(), reason="the real data do not lie beside this repository")
def test_the_package_hl7_agrees_on_the_message_of_nist():
    found = by_leukon(read_hl7v2(NIST))
    assert len(found) == 28
    assert found == by_hl7(NIST.read_text("utf-8"))


def test_the_package_hl7_joins_segments_between_line_feeds_and_we_do_not():
    message = text_of(MSH, PID, OBR, obx(), end="\n")
    assert len(hl7.parse(message)) == 1
    assert read_text(message).num_rows == 1
    assert read_text(message)["subject_id"].to_pylist() == ["007"]


# ---- good and broken pieces ---------------------------------------------------------------------------------------------

GOOD = {
    "result": (result(), 1),
    "results": (text_of(MSH, PID, OBR, obx(), obx("<0.1", number=2), obx("4", kind="SN", number=3), end="\n"), 3),
    "frame": (framed(result(value="1.1")), 1),
    "dose": (text_of(RAS, PID, "ORC|RE|P|F7", rxa(), "RXR|IV", end="\r\n"), 1),
    "own": ("MSH#*~\\&#L\rPID#1##9\rOBX#1#NM#751-8*N*LN##2.5#10*9/L#####F###20240101\r", 1),
}
BROKEN = {
    "garbage": ("\x00\xff garbage\r", 1),
    "no head": (segment("OBX", f3="x") + "|\r", 1),
    "no segment": ("OBX\r", 1),
    "bad name": ("OXB|1|NM|x||1\r", 1),
    "empty row": ("OBX|\r", 1),
    "nobody": (text_of(MSH, OBR, obx()), 1),
    "no head at all": ("MSH gone\r", 1),
    "damaged patient": (text_of(MSH, "PI|1||9", OBR, obx()), 2),
    "open frame": ("\x0b" + result() + framed(result()), 3),
    "batch": ("BHS|^~\\&\r" + text_of(MSH) + "BTS|7\r", 1),
    "text that goes on with a damaged row": (text_of(MSH, PID, OBR, "OBX|1|NM|751-8^N^LN||0.", "OXB|2|NM"), 2),
    "half a row": (text_of(MSH, PID, OBR) + "OBX|1|NM|751-8^N^LN||0." + framed(result()), 2),
    "bare bytes": ("\x0b\x1c\x0b\x0b\r\n\x1c\x1c", 0),
}


def rows_of(table):
    return [{name: value for name, value in row.items() if name != "place"} for row in table.to_pylist()]


ALONE = {name: rows_of(read_text(content)) for name, (content, _) in GOOD.items()}
pieces = st.lists(st.one_of(st.sampled_from(sorted(GOOD)), st.sampled_from(sorted(BROKEN))), min_size=1, max_size=12)


@settings(max_examples=300, deadline=None)
@given(pieces)
def test_no_piece_is_lost_and_good_ones_come_out_unchanged(names):
    content = "".join((GOOD | BROKEN)[name][0] for name in names)
    found = rows_of(read_text(text_of(MSH) + content))
    assert len(found) == sum((GOOD | BROKEN)[name][1] for name in names)
    for row in (row for name in names if name in GOOD for row in ALONE[name]):
        found.remove(row)
    assert not [row for row in found if row["subject_id"] == "9"]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 500))
def test_bytes_in_a_message_never_raise_and_cost_no_message_after_it(junk, where):
    message = (result() * 2).encode()
    where = min(where, len(message))
    content = message[:where] + junk + message[where:] + b"\r\x1c\r" + result(value="7.7").encode()
    if b"MSH" in content[:3]:
        assert read_text(content).to_pylist()[-1]["numeric_value"] == 7.7


@given(st.binary(max_size=300))
def test_any_bytes_after_a_head_are_rows_or_unreadable(junk):
    read_text(MSH.encode() + b"\r" + junk).validate(full=True)
