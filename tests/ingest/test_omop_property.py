"""Whatever stands in OMOP: nothing raises, no row is lost, and what is good comes out unchanged."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ingest.omop_soup import COLUMNS, DOSES, GOOD, broken, check_csv, check_rows, dose, row

import leukon


@settings(max_examples=150, deadline=None)
@given(st.lists(broken | st.just(GOOD), max_size=30), st.sampled_from([40, 150, 1000, 1 << 20]))
def test_good_and_broken_lines_in_any_order_are_all_accounted_for(pieces, block):
    with tempfile.TemporaryDirectory() as folder:
        check_csv(Path(folder), pieces, block)


@settings(max_examples=60, deadline=None)
@given(st.lists(row, max_size=8))
def test_any_measurement_is_one_event_and_one_row_of_the_account(rows):
    with tempfile.TemporaryDirectory() as folder:
        events = check_rows(Path(folder), "measurement", COLUMNS, rows)
    account = leukon.review(events, "alemtuzumab-ms", as_of="2021-01-01").account
    assert sum(account["rows"].to_pylist()) == len(rows)


@settings(max_examples=60, deadline=None)
@given(st.lists(dose, max_size=8))
def test_any_exposure_is_one_event(rows):
    with tempfile.TemporaryDirectory() as folder:
        check_rows(Path(folder), "drug_exposure", DOSES, rows)
