"""Every worked patient of every shipped protocol: what the file says leukon makes of them is what it makes of them."""

import csv
import io

import pytest

import leukon
from leukon.present.files import write_tables

WORKED = [
    pytest.param(protocol, patient, id=f"{name}: {patient.title}")
    for name in leukon.list_protocols()
    for protocol in [leukon.load_protocol(name)]
    for patient in protocol.worked
]


@pytest.mark.parametrize(("protocol", "patient"), WORKED)
def test_a_worked_patient_comes_out_as_the_protocol_file_says(protocol, patient, tmp_path):
    (tmp_path / "events.csv").write_text(patient.events.lstrip(), encoding="utf-8")
    events = leukon.read(tmp_path / "events.csv")
    review = leukon.review(events, protocol, as_of=patient.as_of, schedule=patient.schedule)
    folder = write_tables({name: getattr(review, name) for name in patient.expect}, {}, tmp_path, "csv")
    for name, expected in patient.expect.items():
        header, *rows = csv.reader(io.StringIO(expected.strip()))
        found = list(csv.DictReader(io.StringIO((folder / f"{name}.csv").read_text(encoding="utf-8"))))
        assert [[row[column] for column in header] for row in found if _shown(name, row, header, rows)] == rows


def _shown(table, row, header, rows):
    """A schedule names the tests it shows; the rows of other tests and the next slots may be left out."""
    if table != "schedule":
        return True
    tests = {line[header.index("test")] for line in rows}
    return row["test"] in tests and row["status"] != "upcoming"


@pytest.mark.parametrize("name", leukon.list_protocols())
def test_every_shipped_protocol_has_a_worked_patient(name):
    assert leukon.load_protocol(name).worked
