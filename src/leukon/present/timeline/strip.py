"""Below the counts, a row each: doses, clinical events, and planned tests with what became of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from leukon.present.patient import Patient
from leukon.present.timeline.frame import Frame, crowding
from leukon.present.timeline.labels import text_width
from leukon.present.timeline.marks import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    QUIET,
    RED,
    Panel,
    Row,
    Spec,
    as_of_line,
    layered,
    make_strip,
    mark,
    plain,
    symbol,
    words,
)
from leukon.present.wording import SLOT_WORDS

CLINICAL = {"relapse": "Relapse", "edss": "EDSS", "mri": "MRI"}
STATUS_LOOKS: dict[str, dict[str, Any]] = {
    "done": symbol("circle", GREEN, 62),
    "off_time": symbol("diamond", GREEN, 74, hollow=True),
    "incomplete": symbol("triangle-right", QUIET, 66, hollow=True),
    "missed": symbol("cross", RED, 80, angle=45),
    "overdue": symbol("square", RED, 74),
    "due": symbol("square", INK, 58, hollow=True),
    "upcoming": symbol("circle", QUIET, 58, hollow=True),
}
"""The shape alone says the status; the colour only helps."""
_CLUSTER_DAYS = 30


@dataclass(frozen=True)
class Lane:
    """A row of the strip: its label, its marks as (group, look, rows with x and said), and words beside them."""

    label: str
    marks: tuple[tuple[str, dict[str, Any], list[Row]], ...]
    texts: tuple[tuple[float, str], ...] = ()


def draw_strip(patient: Patient, frame: Frame) -> Spec:
    """All rows of the strip, with days and dates below."""
    lanes = [*_dose_lanes(patient, frame), *_event_lanes(patient, frame), *_test_lanes(patient, frame)]
    lanes = lanes or [Lane("", (), ((frame.low, "no doses, events or planned tests known"),))]
    step, middle = (29, 20) if frame.is_narrow else (21, 11)
    panel = make_strip(frame, step * len(lanes), dated=True)
    drawn = (
        as_of_line(panel, "strip")
        + _draw_labels(panel, lanes, step)
        + _draw_marks(panel, lanes, [n * step + middle for n in range(len(lanes))])
    )
    return layered(drawn, panel)


def _draw_marks(panel: Panel, lanes: Sequence[Lane], places: Sequence[float]) -> list[Spec]:
    """The marks of all rows: one group for each name, in whichever rows it occurs."""
    looks: dict[str, dict[str, Any]] = {}
    groups: dict[str, list[Row]] = {}
    said: list[Row] = []
    for lane, y in zip(lanes, places, strict=True):
        for group, look, rows in lane.marks:
            size = look["size"] * crowding(panel.frame, sum(len(of) for name, _, of in lane.marks if "tests" in name))
            looks[group] = look | {"size": min(size, looks.get(group, {"size": size})["size"])}
            groups.setdefault(group, []).extend(row | {"y": y} for row in rows)
        said += [{"x": x, "y": y, "text": text} for x, text in _fitting(lane.texts, panel.frame)]
    drawn = [chart for group, look in looks.items() for chart in mark(panel, group, look, groups[group])]
    return drawn + mark(panel, "strip_words", words(10.5, QUIET, dx=8), said)


def _draw_labels(panel: Panel, lanes: Sequence[Lane], step: int) -> list[Spec]:
    rows = [
        {"x": 0, "y": n * step + (7 if panel.frame.is_narrow else 11), "text": lane.label}
        for n, lane in enumerate(lanes)
    ]
    lines = [{"x": panel.frame.low, "x2": panel.frame.high, "y": n * step} for n in range(1, len(lanes))]
    look = words(10, QUIET, fontWeight="bold", x=2) if panel.frame.is_narrow else words(11, INK, "right", x=-8)
    drawn = mark(panel, "strip_lines", {"type": "rule", "color": "#e4e4e4"}, lines)
    return drawn + mark(panel, "strip_labels", look, rows)


def _fitting(texts: Iterable[tuple[float, str]], frame: Frame) -> list[tuple[float, str]]:
    """Words that do not run into the next mark of the row, nor out of the panel."""
    said = list(texts)
    ends = [frame.px(x) for x, _ in said[1:]] + [frame.inner + (0 if frame.is_narrow else 80)]
    return [(x, text) for (x, text), end in zip(said, ends, strict=False) if frame.px(x) + text_width(text, 10.5) < end]


def _dose_lanes(patient: Patient, frame: Frame) -> list[Lane]:
    of_protocol = [dose for dose in patient.doses if dose["of_protocol"]]
    treatments = [dose for dose in patient.doses if dose["treatment_class"] and not dose["premedication"]]
    before = [dose for dose in patient.doses if dose["premedication"]]
    others = [dose for dose in patient.doses if not dose["of_protocol"] and not dose["treatment_class"]]
    lanes = [_dose_lane("drug_doses", "{drug}", mine, BLUE, frame) for mine in _by_drug(of_protocol)]
    lanes += [_dose_lane("treatments", "{klass}: {drug}", mine, ORANGE, frame) for mine in _by_drug(treatments)]
    lanes += [_dose_lane("premedication", "Premed.: {drug}", mine, QUIET, frame) for mine in _by_drug(before)]
    more = _by_drug(others)
    lanes += [_dose_lane("other_drugs", "{drug}", mine, PURPLE, frame) for mine in more[:4]]
    rest = [dose for mine in more[4:] for dose in mine]
    return lanes + ([replace(_dose_lane("other_drugs", "More drugs", rest, PURPLE, frame), texts=())] if rest else [])


def _by_drug(doses: Sequence[Row]) -> list[list[Row]]:
    names = dict.fromkeys(dose["drug"] for dose in doses)
    return [[dose for dose in doses if dose["drug"] == name] for name in names]


def _dose_lane(group: str, label: str, doses: Sequence[Row], color: str, frame: Frame) -> Lane:
    klass = {"g_csf": "G-CSF"}.get(said := doses[0]["treatment_class"] or "", said.replace("_", " ").capitalize())
    label = label.format(drug=doses[0]["display"], klass=klass)
    bar = symbol("M-0.28,-1L0.28,-1L0.28,1L-0.28,1Z", color, 60, strokeWidth=0.4)
    rows = [{"x": frame.day(dose["time"]), "said": _say_dose(dose, frame)} for dose in doses]
    return Lane(plain(label, 29), ((group, bar, rows),), tuple(_say_clusters(doses, frame)))


def _say_dose(dose: Row, frame: Frame) -> str:
    return f"{dose['display']} {_say_amount(dose)} on {frame.say(dose['time'])}"


def _say_amount(dose: Row) -> str:
    return "amount not known" if dose["amount"] is None else f"{dose['amount']:g} mg"


def _say_clusters(doses: Sequence[Row], frame: Frame) -> list[tuple[float, str]]:
    """Words after each cluster of doses: `25 mg × 3, 12.5 mg × 3`."""
    said: list[tuple[float, str]] = []
    cluster: list[Row] = []
    for dose, after in zip(doses, [*doses[1:], None], strict=True):
        cluster.append(dose)
        if after is None or (after["time"] - dose["time"]).days > _CLUSTER_DAYS:
            runs = [f"{amount} × {len(list(run))}" for amount, run in groupby(cluster, _say_amount)]
            said.append((frame.day(dose["time"]), ", ".join(runs) if len(runs) <= 3 else f"{len(cluster)} doses"))
            cluster = []
    return said


def _event_lanes(patient: Patient, frame: Frame) -> list[Lane]:
    """Relapse, EDSS and MRI a row each; every other finding in one row, a mark a day."""
    looks = {
        "relapse": symbol("triangle", RED, 120),
        "edss": symbol("circle", PURPLE, 40),
        "mri": symbol("square", BLUE, 52),
    }
    lanes: list[Lane] = []
    for finding, label in CLINICAL.items():
        facts = [fact for fact in patient.facts if fact["finding"] == finding]
        rows = [{"x": frame.day(f["time"]), "said": f"{label}{_say_fact(f)} on {frame.say(f['time'])}"} for f in facts]
        texts = tuple((frame.day(f["time"]), _say_fact(f, 40).strip(": ")) for f in facts)
        lanes += [Lane(label, ((finding, looks[finding], rows),), texts)] if facts else []
    rest = [fact for fact in patient.facts if fact["finding"] not in CLINICAL]
    return lanes + ([_findings_lane(rest, frame)] if rest else [])


def _say_fact(fact: Row, longest: int = 60) -> str:
    if fact["value"] is not None:
        number = f"{fact['value']:.1f}" if fact["finding"] == "edss" else f"{fact['value']:g}"
        return f" {fact['comparator'] or ''}{number}"
    return f": {plain(fact['word'], longest)}" if fact["word"] else ""


def _findings_lane(facts: Sequence[Row], frame: Frame) -> Lane:
    days = [(day, list(mine)) for day, mine in groupby(facts, lambda fact: fact["time"].date())]
    rows = [
        {
            "x": frame.day(day),
            "said": f"{frame.say(day)}: " + "; ".join(f"{fact['display']}{_say_fact(fact)}" for fact in mine),
        }
        for day, mine in days
    ]
    texts = tuple((row["x"], _say_number(len(mine))) for row, (_, mine) in zip(rows, days, strict=True))
    return Lane("Other findings", (("findings", symbol("circle", INK, 34), rows),), texts)


def _say_number(findings: int) -> str:
    return "1 finding" if findings == 1 else f"{findings} findings"


def _test_lanes(patient: Patient, frame: Frame) -> list[Lane]:
    lanes: list[Lane] = []
    for test in dict.fromkeys(slot["test"] for slot in patient.schedule):
        slots = [slot for slot in patient.schedule if slot["test"] == test]
        label = test.upper() if len(test) <= 4 and test != "liver" else test.replace("_", " ")
        marks = tuple(
            (f"tests_{status}", look, rows)
            for status, look in STATUS_LOOKS.items()
            if (rows := [_slot(slot, label, frame) for slot in slots if slot["status"] == status])
        )
        lanes.append(Lane(f"Planned {label}", marks))
    return lanes


def _slot(slot: Row, label: str, frame: Frame) -> Row:
    done = "" if slot["done_time"] is None else f" on {frame.say(slot['done_time'])}"
    said = f"{label} planned for {frame.say(slot['due_time'])}: {SLOT_WORDS[slot['status']]}{done}"
    return {"x": frame.day(slot["due_time"]), "said": said}
