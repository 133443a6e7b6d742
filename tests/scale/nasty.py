"""Many nasty subjects at once: the worlds of the differential tests, one beside the other, as one table of events."""

import pyarrow as pa
import pyarrow.compute as pc
from tests.differential.subjects import SUBJECTS, random_worlds, to_arrow

AS_OF = "2002-02-01"


def nasty_events(worlds, seed=0, text_ids=False):
    """Events of `worlds` times ten subjects with the ids 1, 2, 3 ... (or texts), sorted by subject; some have none."""
    tables = []
    for number, world in enumerate(random_worlds(worlds, seed)):
        ids = {
            name: place
            for place, name in enumerate(sorted({row["subject_id"] for row in world.rows} - {None}, key=str))
        }
        assert len(ids) <= SUBJECTS
        rows = [
            row | {"subject_id": None if row["subject_id"] is None else number * SUBJECTS + ids[row["subject_id"]] + 1}
            for row in world.rows
        ]
        tables.append(to_arrow(rows, ids_like=[1]))
    events = pa.concat_tables(tables, promote_options="permissive")
    if text_ids:
        ids = pc.cast(events["subject_id"], pa.string())
        padded = pc.binary_join_element_wise("P", pc.utf8_lpad(ids, 6, "0"), "")
        events = events.set_column(0, "subject_id", padded)
    return sort_by_subject(events)


def sort_by_subject(events):
    """The rows of a subject together, in the order in which they came; those without one last."""
    place = pa.array(range(events.num_rows))
    order = pc.sort_indices(
        pa.table({"subject": events["subject_id"], "place": place}), [("subject", "ascending"), ("place", "ascending")]
    )
    return events.take(order)


def with_a_subject(events):
    """Without the rows that have none."""
    return events.filter(pc.is_valid(events["subject_id"]))
