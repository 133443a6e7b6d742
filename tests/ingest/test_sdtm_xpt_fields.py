"""Fields of a transport file: the same as pyreadstat reads, and what no number is, is null."""

import io
import math

import numpy as np
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ingest.sdtm_maker import xpt_bytes

from leukon.errors import UnreadableFile
from leukon.ingest.sdtm_xpt import find_members
from leukon.ingest.sdtm_xpt_fields import Field

NUMBERS = """
bytes             is
0000000000000000  0
8000000000000000  0
4110000000000000  1
c110000000000000  -1
406b851eb851eb85  0.42
4110              1
411000            1
4118              1.5
2e00000000000000  -
2e00              -
5f00000000000000  -
4100000000000000  -
5a00000000000000  -
2020202020202020  -
202020            -
4100000000000001  2.220446049250313e-16
5b00000000000000  0
"""


def column(cells, *, is_text):
    rows = np.frombuffer(b"".join(b"##" + cell + b"#" for cell in cells), np.uint8).reshape(len(cells), -1)
    return Field(2, len(cells[0]), is_text).read(rows).to_pylist()


@pytest.mark.parametrize("line", NUMBERS.strip().splitlines()[1:])
def test_bytes_and_the_number_they_are(line):
    cell, number = line.split()
    found = column([bytes.fromhex(cell)], is_text=False)
    assert found == [None if number == "-" else pytest.approx(float(number), rel=1e-15, abs=0)]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (b"WBC     ", "WBC"),
        (b"  WBC   ", "  WBC"),
        (b"        ", ""),
        (b"WBC\0\0\0  ", "WBC"),
        ("10⁹/L  ".encode(), "10⁹/L"),
        ("µmol/L  ".encode("cp1252"), "µmol/L"),
        (b"a\x81b", "a\x81b"),
    ],
)
def test_bytes_and_the_text_they_are(cell, text):
    assert column([cell], is_text=True) == [text]


@pytest.mark.parametrize("width", [0, 1, 2, 8, 9, 200])
def test_a_number_has_2_to_8_bytes(width, tmp_path):
    content = bytearray(xpt_bytes(("LB", ["USUBJID", "AVAL"], [["a", 1.0]])))
    at = content.index(b"AVAL    ") - 4
    content[at : at + 2] = width.to_bytes(2, "big")
    (tmp_path / "lb.xpt").write_bytes(content)
    if 2 <= width <= 8:
        assert find_members(tmp_path / "lb.xpt")[0].columns["AVAL"] == Field(1, width, is_text=False)
    else:
        with pytest.raises(UnreadableFile, match="not a whole SAS transport file"):
            find_members(tmp_path / "lb.xpt")


def test_a_text_of_no_width_says_nothing():
    assert Field(2, 0, is_text=True).read(np.zeros((2, 3), np.uint8)).to_pylist() == ["", ""]


def test_two_columns_of_damaged_names_have_no_known_widths(tmp_path):
    content = xpt_bytes(("LB", ["USUBJID", "AVAL", "PARAM"], [["a", 1.0, "x"]]))
    for name in (b"AVAL    ", b"PARAM   "):
        content = content.replace(name, b"\0" + name[1:], 1)
    (tmp_path / "lb.xpt").write_bytes(content)
    with pytest.raises(UnreadableFile, match="not a whole SAS transport file"):
        find_members(tmp_path / "lb.xpt")


def test_a_text_in_another_encoding_changes_no_other_row():
    assert column(["µ ".encode("cp1252"), "µ".encode(), b"g "], is_text=True) == ["µ", "µ", "g"]


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f\xa0"), max_size=9),
            st.none() | st.floats(-1e60, 1e60).filter(lambda number: number == 0 or abs(number) > 1e-60),
        ),
        min_size=1,
    )
)
def test_a_column_is_what_pyreadstat_reads(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("xpt") / "lb.xpt"
    path.write_bytes(xpt_bytes(("LB", ["USUBJID", "AVAL"], [[text or "x", number] for text, number in rows])))
    (member,) = find_members(path)
    (piece,) = member.pieces(["USUBJID", "AVAL"])
    expected, _ = pyreadstat.read_xport(io.BytesIO(path.read_bytes()), output_format="dict")
    numbers = [None if number is None or math.isnan(number) else number for number in expected["AVAL"]]
    assert piece.columns["USUBJID"].to_pylist() == expected["USUBJID"]
    assert piece.columns["AVAL"].to_pylist() == [
        pytest.approx(number, rel=2**-52, abs=0) if number is not None else None for number in numbers
    ]
