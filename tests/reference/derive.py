"""Counts made of parts, at one time: WBC x percent, segs + bands. Each percentage (or segs row) makes its own count.

That row is the ANCHOR: its partners must meet it (equal source_id, or at least one of the two without).
"""

from collections import defaultdict

from .values import combine_comparators, lowness

# Of several fates of one part the first wins.
FATES = ["part_of_result", "implausible", "not_numeric", "measured_present", "no_total"]


def derive(rows):
    """Find the derived counts, and give every part among `rows` its fate. Returns the counts as rows of results."""
    moments = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row["use"] in (None, "result"):
            moments[row["subject_id"], row["time"]][row["concept"]].append(row)
    derived = []
    for moment in moments.values():
        fates = defaultdict(set)
        derived += derive_anc(moment, fates)
        derived += derive_lymphocytes(moment, fates)
        for concept in ["neutrophils_percent", "lymphocytes_percent", "bands_percent", "segs", "bands"]:
            for part in moment[concept]:
                fate = next(fate for fate in FATES if fate in fates[part["row"]] or fate == "no_total")
                part["use"], part["reason"] = (
                    ("part_of_result", None) if fate == FATES[0] else ("unused", fate)
                )
    return derived


def derive_anc(moment, fates):
    derived = []
    for percent in moment["neutrophils_percent"]:
        bands = lowest_meeting(percent, moment["bands_percent"])
        parts = [percent, bands] if bands else [percent]
        if sum(part["number"] for part in parts) > 100:
            note(parts, "implausible", fates)
        else:
            origin = "wbc_x_percent_bands" if bands else "wbc_x_percent"
            derived += wbc_times(percent, parts, moment, "anc", origin, fates)
    there_already = moment["anc"] + derived
    for segs in moment["segs"]:
        bands = lowest_meeting(segs, moment["bands"])
        if bands and not meeting(segs, there_already):
            derived += count(
                [segs, bands], segs["number"] + bands["number"], "anc", "segs_plus_bands", segs, fates
            )
    note(
        [part for part in moment["bands_percent"] if meeting(part, moment["anc"])], "measured_present", fates
    )
    for part in moment["segs"] + moment["bands"]:
        if meeting(part, there_already):
            note([part], "measured_present", fates)
    return derived


def derive_lymphocytes(moment, fates):
    derived = []
    for percent in moment["lymphocytes_percent"]:
        derived += wbc_times(percent, [percent], moment, "lymphocytes", "wbc_x_percent", fates)
    return derived


def wbc_times(anchor, percentages, moment, analyte, origin, fates):
    """WBC x (sum of the percentages), unless the count was measured or there is no WBC."""
    if meeting(anchor, moment[analyte]):
        note([anchor], "measured_present", fates)
        return []
    wbc = lowest_meeting(anchor, moment["wbc"])
    if wbc is None:
        return []
    number = wbc["number"] * sum(part["number"] for part in percentages) / 100
    return count([wbc, *percentages], number, analyte, origin, anchor, fates)


def count(parts, number, analyte, origin, anchor, fates):
    """One derived count, rounded half-even to 2 decimals, unless it would be bounded by neither side."""
    comparator = None
    for part in parts:
        comparator = combine_comparators(comparator, part["comparator_read"])
        if comparator == "two-sided":
            note(parts, "not_numeric", fates)
            return []
    note(parts, "part_of_result", fates)
    made = {key: anchor[key] for key in ["row", "subject_id", "time", "source_id"]}
    made |= {"number": round(number, 2), "comparator_read": comparator, "lln": None, "uln": None}
    return [made | {"use": "result", "concept": analyte, "origin": origin}]


def meets(one, other):
    return one["source_id"] == other["source_id"] or one["source_id"] is None or other["source_id"] is None


def meeting(anchor, others):
    return [other for other in others if meets(anchor, other)]


def lowest_meeting(anchor, others):
    """The lowest of the rows that meet the anchor; the first row of equals; None if there is none."""
    candidates = meeting(anchor, others)
    return min(
        candidates,
        key=lambda row: (*lowness(row["number"], row["comparator_read"]), row["row"]),
        default=None,
    )


def note(parts, fate, fates):
    for part in parts:
        fates[part["row"]].add(fate)
