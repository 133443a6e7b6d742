"""HL7 v2: messages and files; who, when and of which order, and what was cut short or cannot be read."""

from pathlib import Path

import pyarrow as pa
import pytest
from tests.ingest.hl7v2_maker import ANC, MSH, OBR, PID, framed, obx, result, segment, text_of, write
from tests.tables import expect

import leukon
from leukon.errors import UnreadableFile
from leukon.ingest import hl7v2
from leukon.ingest.gathered import SCHEMA
from leukon.ingest.hl7v2 import is_hl7v2, read_hl7v2, stream_hl7v2

NIST = Path(__file__).parents[3] / "shared/data/nist-lri-cbc.hl7"
COUNT = """
    subject_id time                code         numeric_value unit   lln uln status source_id
    007        2024-03-04T08:30:00 LOINC//751-8 0.9           10*9/L 2   7.5 final  F1
"""
EVERYTHING = """
    subject_id time                code         numeric_value text_value unit   comparator lln uln status recorded_time       source_id place
    007        2024-03-04T08:30:00 LOINC//751-8 0.9           0.9        10*9/L -          2   7.5 final  2024-03-04T11:00:00 F1        feed.hl7:1~OBX~1
"""


@pytest.fixture
def read(tmp_path):
    def read(content, timezone=None, **how):
        return read_hl7v2(write(tmp_path, content, **how), timezone)

    return read


def test_a_result_says_who_when_what_how_much_and_where_it_was_read(read):
    table = read(result())
    assert table.schema == SCHEMA
    expect(table, EVERYTHING)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\n\r", "\r\r\n"])
def test_segments_end_with_cr_lf_or_both(read, end):
    expect(
        read(text_of(MSH, PID, OBR, obx(), obx(number=2, code="6690-2^^LN"), end=end)),
        """
        subject_id code          numeric_value
        007        LOINC//751-8  0.9
        007        LOINC//6690-2 0.9
    """,
    )


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"  \r\n", b"\x0b", b"\xef\xbb\xbf\x0b"])
def test_what_stands_before_the_first_message_does_no_harm(read, start):
    expect(read(start + framed(result()).encode()[1:]), COUNT)


def test_a_byte_order_mark_between_messages_does_no_harm(read):
    assert read(result() + "\ufeff" + result())["subject_id"].to_pylist() == ["007", "007"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_of_two_bytes_a_letter_is_read(read, encoding):
    mark = "" if encoding == "utf-16" else "\ufeff"
    expect(read(mark + result(), encoding=encoding), COUNT)


# ---- characters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize(
    "declared", ["", "UNICODE UTF-8", "8859/1", "ASCII", "NO SUCH SET", "UNICODE UTF-16", "8859/15"]
)
def test_micro_is_read_from_utf_8_and_cp1252_whatever_is_declared(read, encoding, declared):
    message = text_of(f"{MSH}|||AL|NE||{declared}", PID, OBR, obx(unit="10*3/µL"))
    assert read(message, encoding=encoding)["unit"].to_pylist() == ["10*3/µL"]


def test_a_declared_character_set_is_used(read):
    greek = text_of(f"{MSH}||||||8859/7", PID, OBR, obx("Ουδετερόφιλα", kind="ST"))
    assert read(greek, encoding="iso8859-7")["text_value"].to_pylist() == ["Ουδετερόφιλα"]


def test_any_byte_is_some_letter(read):
    table = read(result().encode().replace(b"Jo", bytes(each for each in range(128, 256))).replace(b"10*9", b"10\x819"))
    assert table["unit"].to_pylist() == ["10\x819/L"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("10/S/9", "10^9"),
        ("a/T/b/F/c/R/d/E/e", "a&b|c~d/e"),
        ("one/.br/two", "one\ntwo"),
        ("one/.sp2/two/.in+4/", "one\ntwo"),
        ("/H/high/N/", "high"),
        ("/X48//X4C37//X0A/x", "HL7\nx"),
        ("/XB5/g /XC2B5/g", "µg µg"),
        ("/E/S/E/", "/S/"),
        ("/Zlocal/ /C2842/ C:/dir /X4/ / ", "/Zlocal/ /C2842/ C:/dir /X4/ / "),
        ("a/b/S/c", "a/b^c"),
    ],
)
def test_escape_sequences_are_letters(read, written, read_as):
    written, read_as = (text.replace("/", "\\") for text in (written, read_as))
    assert read(result(value=written, kind="ST"))["text_value"].to_pylist() == [read_as]


def test_a_message_has_its_own_separators(read):
    own = "MSH#*!?$#LAB####20240305##ORU*R01#1#P#2.5\rPID#1##77***LAB*PI!007***HOSPITAL*MR\r"
    own += "OBX#1#NM#4711*Neutrophils*L*751-8*Neutrophils*LN##0.9#x10?S?9/L#2|^7####F###20240304\r"
    expect(
        read(own + result()),
        """
        subject_id code         numeric_value unit    time
        007        LOINC//751-8 0.9           x10*9/L 2024-03-04
        007        LOINC//751-8 0.9           10*9/L  2024-03-04T08:30:00
    """,
    )


@pytest.mark.parametrize(
    "head", ["MSH|^~\\&", "MSH|", "MSH", r"MSH|^~\&|LAB|H||", "MSH|^~", "MSH|ABCD|LAB", "MSH|^^^^|"]
)
def test_a_short_msh_is_enough(read, head):
    expect(
        read(text_of(head, PID, OBR, obx("1", code="751-8^a^LN"))),
        """
        subject_id time                code         numeric_value recorded_time
        007        2024-03-04T08:30:00 LOINC//751-8 1             2024-03-04T11:00:00
    """,
    )


# ---- frames, batches, truncation ----------------------------------------------------------------------------------------


def counted(table):
    return [
        row["code"].removeprefix("UNREADABLE//") if row["subject_id"] is None else row["subject_id"]
        for row in table.to_pylist()
    ]


@pytest.mark.parametrize(
    ("dump", "found"),
    [
        (framed(result()) * 2, ["007", "007"]),
        (framed(result()).replace("\x1c\r", "\x1c") * 2, ["007", "007"]),
        (framed(result().removesuffix("\r")) * 2, ["007", "007"]),
        ("\x0b" + framed(result()), ["007"]),
        (framed(result() + result()), ["007", "007"]),
        ("\x0b" + result() + framed(result()), ["007", "frame", "007"]),
        (framed(result()) + "\x0b" + result(), ["007", "007", "frame"]),
        (framed("") + framed(result()), ["007"]),
        (result() + "\x1c\r" + result() + "\x1c\r", ["007", "007"]),
    ],
)  # fmt: skip
def test_frames_may_be_doubled_or_lack_their_end(read, dump, found):
    assert counted(read(dump)) == found


def test_a_message_split_over_two_frames_gives_no_patient_to_the_rest(read):
    dump = framed(text_of(MSH, PID, OBR, obx())) + framed(text_of(obx("0.1")))
    expect(
        read(dump),
        """
        subject_id numeric_value time                source_id
        007        0.9           2024-03-04T08:30:00 F1
        -          0.1           -                   -
    """,
    )


def test_a_line_break_of_word_in_a_text_starts_no_frame(read):
    expect(
        read(text_of(MSH, PID, OBR, obx("see\x0bnote", kind="TX"), obx())),
        """
        subject_id numeric_value
        007        -
        007        0.9
    """,
    )


@pytest.mark.parametrize(
    ("last", "value"),
    [
        ("OBX|2|NM|751-8^N^LN||0.", "-"),
        ("OBX|2|NM|751-8^N^LN||0.4|10*9/L|2-7", "-"),
        ("OBX|2|NM|751-8^N^LN||0.45|10*9/L|2-7||||F", "0.45"),
    ],
)
@pytest.mark.parametrize("after", ["", framed(result()), result()])
def test_a_value_cut_short_is_no_value(read, last, value, after):
    table = read(text_of(MSH, PID, OBR) + last + after)
    expect(
        table.slice(0, 1),
        f"""
        subject_id code         numeric_value text_value
        007        LOINC//751-8 {value}       {value}
    """,
    )
    if after:
        expect(table.slice(1), COUNT)


def test_a_code_cut_short_is_no_code(read):
    assert counted(read(text_of(MSH, PID, OBR, obx()) + "OBX|2|NM|751-8^Neu")) == ["007", "segment"]


def test_a_row_that_lacks_the_status_the_rows_before_it_have_was_cut(read):
    expect(
        read(text_of(MSH, PID, OBR, obx(), "OBX|2|NM|751-8^N^LN||0.")),
        """
        numeric_value text_value status
        0.9           0.9        final
        -             -          final
    """,
    )
    expect(
        read(text_of(MSH, PID, OBR, "OBX|1|NM|751-8^N^LN||0.4|10*9/L", obx())),
        """
        numeric_value
        0.4
        0.9
    """,
    )


def test_batches_are_read_and_their_counts_compared(read):
    batch = "FHS|^~\\&|A\rBHS|^~\\&|A\r" + result() * 2 + "BTS|{}\rFTS|1\r"
    assert counted(read(batch.format(2))) == ["007", "007"]
    assert counted(read(batch.format(3))) == ["007", "007", "batch"]
    assert counted(read(batch.format(""))) == ["007", "007"]
    assert counted(read(batch.split("BTS")[0])) == ["007", "007", "file", "batch"]


@pytest.mark.parametrize(
    "rest", ["garbage", "|||", "OXB|1|NM|751-8^^LN||0.1", "OBX", "\x00\x01", "obx|1|NM|x||2", "MSH is a hormone"]
)
def test_a_line_that_is_no_segment_is_counted_and_the_rows_beside_it_are_unchanged(read, rest):
    assert counted(read(result() + rest + "\r" + result())) == ["007", "segment", "007"]


def test_rows_after_a_damaged_patient_fall_to_nobody(read):
    for damaged in ("PDI|1||8^^^H^MR", "PI|1||8^^^H^MR", "P ID|1||8", "pid|1||8"):
        assert read(result() + damaged + "\r" + obx() + "\r")["subject_id"].to_pylist() == ["007", None, None]
    broken = text_of(MSH, "PID|1||80", "08^^^HOSPITAL^MR", OBR, obx())
    assert read(broken)["subject_id"].to_pylist() == [None, None]


def test_rows_after_a_damaged_order_have_no_time_of_another_order(read):
    other = "0BR|2|P2|F2|58410-2^CBC^LN|||20240401"
    table = read(result() + other + "\r" + obx() + "\r" + obx(f14="20240402") + "\r")
    expect(
        table.slice(2),
        """
        subject_id time       source_id
        007        -          -
        007        2024-04-02 -
    """,
    )


def test_a_damaged_message_head_ends_the_message_before(read):
    assert read(result() + "MSHX\r" + obx() + "\r")["subject_id"].to_pylist() == ["007", None, None]


def test_the_word_msh_in_a_text_begins_no_message(read):
    expect(
        read(result(value="MSH", kind="ST", unit="", limits="") + obx()),
        """
        subject_id text_value
        007        MSH
        007        0.9
    """,
    )


def test_a_text_may_go_on_in_the_next_line(read):
    table = read(text_of(MSH, PID, OBR, "OBX|1|TX|5909-7^Smear^LN||first", "second|||N|||F", obx(), end="\n"))
    assert table["text_value"].to_pylist() == ["first\nsecond", "0.9"]
    assert table["status"].to_pylist() == ["final", "final"]


@pytest.mark.parametrize("rest", ["45|10*9/L|2-7||||F", "OXB|2|NM|6690-2^^LN||1.0|10*9/L|||||F"])
def test_a_value_before_a_line_that_is_no_segment_is_not_trusted(read, rest):
    table = read(text_of(MSH, PID, OBR, "OBX|1|NM|751-8^N^LN||0.", rest, obx("1.1", number=2)))
    assert table["numeric_value"].to_pylist()[0] is None
    assert table["text_value"].to_pylist()[0] in (None, "0.\n45")
    assert table["numeric_value"].to_pylist()[-1] == 1.1


def test_a_segment_may_be_continued_by_add(read):
    table = read(text_of(MSH, PID, OBR, "OBX|1|FT|5909-7^Smear^LN||fir", "ADD|st|||N|||F", obx(), end="\n"))
    assert table["text_value"].to_pylist() == ["first", "0.9"]


def test_five_megabytes_in_one_segment_do_no_harm(read, monkeypatch):
    long = "x" * 5_000_000
    table = read(framed(text_of(MSH, PID, OBR, obx(long, kind="TX"), obx(long, kind="ED"), obx())))
    assert table["text_value"].to_pylist() == [long, None, "0.9"]
    monkeypatch.setattr("leukon.ingest.hl7v2_frames.LONGEST", 1 << 21)
    table = read(text_of(MSH, PID, OBR, obx(long, kind="TX"), obx()) + result())
    assert counted(table) == ["segment", "007", "007"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_it_does_not_matter_where_blocks_end(read, monkeypatch, size):
    dump = (framed(result()) + result().replace("\r", "\r\n") + "\x0b" + result(value="0.1") + "\x0bjunk\r") * 2
    whole = read(dump)
    monkeypatch.setattr(hl7v2, "_BLOCK", size)
    monkeypatch.setattr(hl7v2, "_HEAD", hl7v2.re.compile(b""))
    assert read(dump) == whole


def test_batches_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(hl7v2, "_BLOCK", 2 * len(result()))
    monkeypatch.setattr(hl7v2, "BATCH", 10)
    sizes = [batch.num_rows for batch in stream_hl7v2(write(tmp_path, result() * 25))]
    assert sum(sizes) == 25
    assert max(sizes) <= 12
    monkeypatch.setattr(hl7v2, "BATCH", 1000)
    monkeypatch.setattr(hl7v2, "_VOLUME", 5 * len(result()))
    assert max(batch.num_rows for batch in stream_hl7v2(write(tmp_path, result() * 25))) <= 7


# ---- who, when, which order ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "subject"),
    [
        ("007", "007"),
        ("77^^^LAB^PI~007^^^HOSPITAL^MR", "007"),
        ("77^^^LAB^PI~88^^^X^AN", "77"),
        ("^^^LAB^MR~77", "77"),
        (" 007 ^^^H^mr", "007"),
        ("", None),
        ('""', None),
    ],
)
def test_the_subject_is_the_medical_record_number_else_the_first_identifier(read, field, subject):
    message = text_of(MSH, segment("PID", f3=field), OBR, obx())
    assert read(message)["subject_id"].to_pylist() == [subject]


def test_a_message_without_a_patient_does_not_take_that_of_the_message_before(read):
    assert read(result() + text_of(MSH, OBR, obx()))["subject_id"].to_pylist() == ["007", None]


def test_a_message_may_hold_several_patients(read):
    expect(
        read(result() + text_of(PID.replace("007", "008"), obx(f14="20240501"))),
        """
        subject_id time                source_id
        007        2024-03-04T08:30:00 F1
        008        2024-05-01          -
    """,
    )


@pytest.mark.parametrize(
    ("observed", "ordered", "reported", "time"),
    [
        ("20240301", "20240302", "20240303", "2024-03-01"),
        ("", "20240302", "20240303", "2024-03-02"),
        ('""', "0000", "20240303", "2024-03-03"),
        ("", "", "", "-"),
        ("202403", "20240302", "20240303", "-"),
        ("2024", "20240302", "", "-"),
        ("20240230", "20240302", "", "-"),
        ("2024030124", "20240302", "", "-"),
        ("2024030108^M", "", "", "2024-03-01T08:00:00"),
        ("202403010830", "", "", "2024-03-01T08:30:00"),
        ("20240301083015.1234+0200", "", "", "2024-03-01T08:30:15.123400"),
        ("2024-03-01T08:30:00Z", "", "", "2024-03-01T08:30:00"),
        ("99990301", "20240302", "", "-"),
    ],
)
def test_the_time_is_that_of_the_row_else_of_its_order_and_never_guessed(read, observed, ordered, reported, time):
    order = segment("OBR", f3="F1", f7=ordered, f22=reported)
    expect(read(text_of(MSH, PID, order, obx(f14=observed))), f"time\n{time}")


def test_an_offset_is_dropped_or_converted(read):
    message = text_of(
        MSH, PID, OBR, obx(f14="20240301083000-0800"), obx(f14="20240301083000"), obx(f14="20240301083000+9900")
    )
    for zone, times in (
        (None, ["2024-03-01 08:30:00", "2024-03-01 08:30:00", "2024-03-01 08:30:00"]),
        ("Europe/Athens", ["2024-03-01 18:30:00", "2024-03-01 08:30:00", "None"]),
    ):
        assert [str(time) for time in read(message, zone)["time"].to_pylist()] == times


@pytest.mark.parametrize(
    ("analysed", "reported", "sent", "known"),
    [
        ("20240305", "20240304", "20240306", "2024-03-05"),
        ("20240304", "20240305", "20240306", "2024-03-05"),
        ("", "20240305", "20240306", "2024-03-05"),
        ("2024", "", "20240306", "2024-03-06"),
        ("", "", "", "-"),
    ],
)
def test_a_row_became_known_when_the_laboratory_said_it_else_when_it_was_sent(read, analysed, reported, sent, known):
    head = segment("MSH", f1="^~\\&", f6=sent)
    order = segment("OBR", f3="F1", f7="20240301", f22=reported)
    expect(read(text_of(head, PID, order, obx(f19=analysed))), f"recorded_time\n{known}")


@pytest.mark.parametrize(
    ("orc", "obr", "source"),
    [
        ("ORC|RE|P9|F9", "OBR|1|P1|F1^LAB", "F1"),
        ("ORC|RE|P9|F9", "OBR|1||", "F9"),
        ("ORC|RE|P9|F9", "OBR|1|P1|", "P1"),
        ("ORC|RE|P9", "OBR|1", "P9"),
        ("ORC|RE", "OBR|1", None),
    ],
)
def test_versions_share_the_number_of_their_order(read, orc, obr, source):
    assert read(text_of(MSH, PID, orc, obr, obx()))["source_id"].to_pylist() == [source]


def test_a_part_that_only_numbers_the_rows_is_no_identity(read):
    table = read(
        text_of(
            MSH,
            PID,
            OBR,
            obx(number=1, part="1"),
            obx(number=2, part="2", code="6690-2^^LN"),
            obx(number=3, part="3"),
            obx(number=4, part="1.2"),
        )
    )
    assert table["source_id"].to_pylist() == ["F1", "F1", "F1/3", "F1/1.2"]


def test_a_percentage_finds_the_total_of_its_order(read):
    rows = [obx("4.0", code="6690-2^^LN", part="1"), obx("20", code="770-8^^LN", unit="%", part="2", number=2)]
    review = leukon.review(read(text_of(MSH, PID, OBR, *rows)), "alemtuzumab-ms", as_of="last")
    expect(
        review.results,
        """
        analyte value origin
        anc     0.8   wbc_x_percent
        wbc     4     measured
    """,
    )


def test_a_correction_stands_and_a_message_sent_again_is_counted(read):
    corrected = result(value="0.8", status="C", f19="20240304110000")
    review = leukon.review(read(result() * 2 + corrected), "alemtuzumab-ms", as_of="last")
    expect(review.results, "value\n0.8")
    expect(
        review.account,
        """
        use        reason     rows
        result     -          1
        superseded superseded 2
    """,
    )


# ---- files ----------------------------------------------------------------------------------------------------------------


def test_files_are_recognised_by_their_first_bytes(tmp_path):
    for name, content, is_one in (
        ("a.txt", result(), True),
        ("b.dat", framed(result()), True),
        ("c.txt", "FHS|^~\\&\r", True),
        ("d.txt", "BHS|^~\\&\r", True),
        ("e.txt", "\ufeff\r\n" + result(), True),
        ("f.csv", "subject_id,time,code,numeric_value\n1,2000-01-01,MSH|,1\n", False),
        ("g.hl7", "", False),
        ("h.txt", "MSHA is a word\n", False),
    ):
        assert is_hl7v2(write(tmp_path, content, name)) is is_one, name
    assert is_hl7v2(write(tmp_path, result(), "i", "utf-16"))
    assert not is_hl7v2(tmp_path / "missing")
    assert is_hl7v2(tmp_path)
    (tmp_path / "empty").mkdir()
    assert not is_hl7v2(tmp_path / "empty")


def test_a_folder_is_read_file_by_file(tmp_path):
    write(tmp_path, result(), "b.HL7")
    write(tmp_path, result(value="1.0"), "a.hl7")
    write(tmp_path, "not read", "notes.txt")
    expect(
        read_hl7v2(tmp_path),
        """
        numeric_value place
        1             a.hl7:1~OBX~1
        0.9           b.HL7:1~OBX~1
    """,
    )


@pytest.mark.parametrize("content", ["", "no message", "a,b\n1,2\n"])
def test_a_file_without_a_message_is_refused_without_its_content(tmp_path, content):
    with pytest.raises(UnreadableFile) as refused:
        read_hl7v2(write(tmp_path, content))
    assert "begins in it" in str(refused.value)
    assert "no message," not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        read_hl7v2(tmp_path / "missing.hl7")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableFile, match="holds no"):
        read_hl7v2(tmp_path / "empty")


@pytest.mark.skipif(not NIST.exists(), reason="the real data do not lie beside this repository")
def test_the_message_of_nist_has_leukocytosis_grade_3_and_an_implausible_haemoglobin():
    table = read_hl7v2(NIST)
    assert table.num_rows == 28
    review = leukon.review(table, "alemtuzumab-ms", as_of="last")
    expect(
        review.results,
        """
        analyte     value lln uln  high_grade
        anc         58    1.5 7    -
        lymphocytes 41.2  1   4.8  3
        platelets   210   150 350  -
        wbc         105.6 4.3 10.8 3
    """,
    )
    expect(
        review.unused,
        """
        row code           text_value unit reason
        2   LOINC//718-7   12.5       g/mL implausible
        19  LOINC//26511-6 55         %    measured_present
    """,
    )
    assert sum(review.account["rows"].to_pylist()) == 28


def test_rows_are_counted_by_message_and_segment(read):
    table = read(result() + text_of(MSH, PID, OBR, obx(), "junk", obx()))
    assert table["place"].to_pylist() == ["feed.hl7:1 OBX 1", "feed.hl7:2 OBX 1", "feed.hl7:2 ? 1", "feed.hl7:2 OBX 2"]
    assert pa.types.is_string(table.schema.field("place").type)


def test_codes_of_two_rows_in_one_order_are_told_apart_by_their_own_time(read):
    table = read(text_of(MSH, PID, OBR, obx(code=ANC, f14="20240304"), obx(code=ANC, f14="20240305", value="1.2")))
    review = leukon.review(table, "alemtuzumab-ms", as_of="last")
    expect(review.results, "value\n0.9\n1.2")
