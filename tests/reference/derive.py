"""Counts made of parts, at one time: WBC x percent, segs + bands, WBC less the other white cells.

Each percentage (or segs row, or monocyte count) makes its own count.

That row is the ANCHOR: its partners must meet it (equal source_id, or at least one of the two without).
Decisions 13, 14 and 29 to 31.
"""

from collections import defaultdict
from fractions import Fraction

from .values import difference_of, in_words, lowness, product_of, span_of, sum_of
from .vocabulary import OTHER_CELLS, PARTS, PLAUSIBLE

# Of several fates of one part the first wins.
FATES = ["part_of_result", "implausible", "not_numeric", "measured_present", "no_total"]
SAYS_SOMETHING_OF_NEUTROPHILS = ["anc", "neutrophils_percent", "bands_percent", "segs", "bands"]
HUNDREDTH = span_of(Fraction(1, 100), None)


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
        for concept in PARTS:
            for part in moment[concept]:
                fate = next(fate for fate in FATES if fate in fates[part["row"]] or fate == "no_total")
                part["use"], part["reason"] = ("part_of_result", None) if fate == "part_of_result" else ("unused", fate)
    return derived + derive_by_difference(rows)


def derive_by_difference(rows):
    """ANC = WBC - lymphocytes - monocytes - eosinophils - basophils, and the fate of the last three (29 to 31)."""
    moments, told = defaultdict(lambda: defaultdict(list)), set()
    for row in rows:
        if row["use"] != "after_as_of" and row["concept"] in SAYS_SOMETHING_OF_NEUTROPHILS:
            told.add((row["subject_id"], row["time"]))
        if row["use"] == "result" or (row["use"] is None and row["concept"] in OTHER_CELLS):
            moments[row["subject_id"], row["time"]][row["concept"]].append(row)
    derived, served = [], set()
    for when, moment in moments.items():
        for monocytes in moment["monocytes"] if when not in told else []:
            fates = defaultdict(set)
            derived += wbc_less(monocytes, moment, fates)
            served |= {number for number, fate in fates.items() if "part_of_result" in fate}
    for row in rows:
        if row["concept"] in OTHER_CELLS and row["use"] != "after_as_of":
            row["use"], row["reason"] = ("part_of_result" if row["row"] in served else "other_kind"), None
    return derived


def wbc_less(monocytes, moment, fates):
    """Of several partners the lowest WBC and the highest of the others: the lowest ANC of those that may be meant."""
    wbc = lowest_meeting(monocytes, moment["wbc"])
    others = [highest_meeting(monocytes, moment[name]) for name in ("eosinophils", "basophils", "lymphocytes")]
    if None in [wbc, *others]:
        return []
    taken = span_read(monocytes)
    for other in others:
        taken = sum_of(taken, span_read(other))
    left = difference_of(span_read(wbc), taken)
    if left is None:
        return []
    return count(left, False, monocytes, [monocytes, *others[:2]], "anc", "wbc_less_others", fates)


def derive_anc(moment, fates):
    derived = []
    for percent in moment["neutrophils_percent"]:
        derived += wbc_times(percent, lowest_meeting(percent, moment["bands_percent"]), moment, "anc", fates)
    there_already = moment["anc"] + derived
    for segs in moment["segs"]:
        if meeting(segs, there_already):
            note([segs], "measured_present", fates)
        else:
            derived += segs_plus(lowest_meeting(segs, moment["bands"]), segs, fates)
    for bands in moment["bands"]:
        if meeting(bands, there_already):
            note([bands], "measured_present", fates)
    for bands in moment["bands_percent"]:
        if meeting(bands, moment["anc"]):
            note([bands], "measured_present", fates)
    return derived


def find_counts_not_used(rows):
    """What each percentage and segs row would give that a measured ANC meets: `beside` are those ANCs."""
    moments = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row["use"] in (None, "result"):
            moments[row["subject_id"], row["time"]][row["concept"]].append(row)
    found = []
    for moment in moments.values():
        without_anc = moment | {"anc": []}
        for percent in moment["neutrophils_percent"]:
            bands = lowest_meeting(percent, moment["bands_percent"])
            made = wbc_times(percent, bands, defaultdict(list, without_anc), "anc", defaultdict(set))
            found += [count | {"beside": meeting(percent, moment["anc"])} for count in made]
        for segs in moment["segs"]:
            made = segs_plus(lowest_meeting(segs, moment["bands"]), segs, defaultdict(set))
            found += [count | {"beside": meeting(segs, moment["anc"])} for count in made]
    return [count for count in found if count["beside"]]


def derive_lymphocytes(moment, fates):
    derived = []
    for percent in moment["lymphocytes_percent"]:
        derived += wbc_times(percent, None, moment, "lymphocytes", fates)
    return derived


def wbc_times(percent, bands, moment, analyte, fates):
    """WBC x (percentage + bands percentage if reported): a list of one count, or of none."""
    if meeting(percent, moment[analyte]):
        note([percent], "measured_present", fates)
        return []
    wbc = lowest_meeting(percent, moment["wbc"])
    if wbc is None:
        note([percent], "no_total", fates)
        return []
    parts = [percent, bands] if bands else [percent]
    percentage = sum_of(span_read(percent), span_read(bands)) if bands else span_read(percent)
    allowed = product_of(product_of(span_read(wbc), percentage), HUNDREDTH)
    too_much = sum(part["number"] for part in parts) > 100
    origin = "wbc_x_percent_bands" if bands else "wbc_x_percent"
    return count(allowed, too_much, percent, parts, analyte, origin, fates)


def segs_plus(bands, segs, fates):
    """Segs + bands, both needed."""
    if bands is None:
        note([segs], "no_total", fates)
        return []
    allowed = sum_of(span_read(segs), span_read(bands))
    return count(allowed, False, segs, [segs, bands], "anc", "segs_plus_bands", fates)


def span_read(row):
    return span_of(row["number"], row["comparator_read"])


def count(allowed, too_much, anchor, parts, analyte, origin, fates):
    """One derived count, rounded half-even to 2 decimals before anything is decided, or the reason against it."""
    said = in_words(allowed)
    if said is None:
        note(parts, "not_numeric", fates)
        return []
    number, comparator = round(said[0], 2), said[1]
    if number != said[0]:  # a bound that was rounded may itself be a rounded count
        comparator = {"<": "<=", ">": ">="}.get(comparator, comparator)
    if too_much or number > PLAUSIBLE[analyte][1]:
        note(parts, "implausible", fates)
        return []
    note(parts, "part_of_result", fates)
    made = {key: anchor[key] for key in ["row", "subject_id", "time", "source_id"]}
    made |= {"number": number, "comparator_read": comparator, "lln": None, "uln": None}
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


def highest_meeting(anchor, others):
    """The highest of the rows that meet the anchor; the last row of equals; None if there is none."""
    candidates = meeting(anchor, others)
    return max(
        candidates,
        key=lambda row: (*lowness(row["number"], row["comparator_read"]), row["row"]),
        default=None,
    )


def note(parts, fate, fates):
    for part in parts:
        fates[part["row"]].add(fate)
