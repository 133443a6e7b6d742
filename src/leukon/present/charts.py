"""The timeline of one patient: one Vega-Lite specification for every form of the picture."""

from collections.abc import Iterable, Mapping, Sequence

from leukon.events.clock import AsOf
from leukon.knowledge.protocol import Protocol
from leukon.present.patient import Patient
from leukon.present.timeline.frame import PADDING, Frame, Scale, make_frame
from leukon.present.timeline.key import draw_key, key_items
from leukon.present.timeline.marks import FONT, INK, QUIET, Spec, plain
from leukon.present.timeline.panels import draw_anc, draw_small, of_analyte, platelets_matter
from leukon.present.timeline.strip import draw_strip
from leukon.present.wording import say_count, say_onset, say_recovery

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.4.1.json"
WIDTH = 820


def draw_timeline(
    patient: Patient,
    protocol: Protocol,
    as_of: AsOf,
    *,
    scale: Scale = "log",
    width: int = WIDTH,
    title: str = "Blood counts over time",
    notes: Mapping[str, str] | None = None,
) -> Spec:
    """Draw all that is known of a patient up to `as_of`.

    ANC with the bands of the protocol and WBC, what happened above them; lymphocytes; platelets where they matter (see
    `platelets_matter`); doses, clinical events and planned tests; a key. Each group of marks is named, and in the SVG
    its class is `NAME_marks` (`anc_exact_marks`, `onset_interval_marks`, `tests_missed_marks`, ...).

    Parameters
    ----------
    scale
        Of all counts. On a log scale a count of 0 is drawn at the lowest edge and marked.
    width
        In pixels, of the whole picture; below 560 words are fewer and shorter. 340 suits a phone.
    title
        No identifier is in the picture unless the caller writes it here.
    notes
        Words beside the title of a panel, by analyte: `{"lymphocytes": "expected to be low"}`.

    Returns
    -------
    dict
        A Vega-Lite specification with its data in it; `leukon.present.pictures.write_picture` writes it.
    """
    frame, notes = make_frame(patient, as_of, width), notes or {}
    panels = [draw_anc(patient, protocol, frame, scale, notes.get("anc", ""))]
    panels += [draw_small(patient, "lymphocytes", frame, scale, notes)]
    panels += [draw_small(patient, "platelets", frame, scale, notes)] if platelets_matter(patient) else []
    panels += [draw_strip(patient, frame)]
    key = draw_key(frame, key_items(_names(panels)), f"as of {_say_as_of(frame)}")
    return _finish([*panels, key], plain(title, 90), _subtitle(patient, frame), describe(patient, protocol, frame))


def describe(patient: Patient, protocol: Protocol, frame: Frame) -> str:
    """The picture in words, for those who cannot see it."""
    anc = of_analyte(patient, "anc")
    said = [f"{len(anc)} neutrophil counts as of {_say_as_of(frame)}." if anc else "No neutrophil count received."]
    for episode in patient.episodes:
        nadir = say_count(episode["nadir"], episode["nadir_comparator"])
        lowest = f"Lowest {nadir} x 10^9/L on {frame.say(episode['nadir_time'])}."
        said += [say_onset(episode, protocol.episode.below), lowest, say_recovery(episode)]
    return " ".join(said)


def _say_as_of(frame: Frame) -> str:
    return frame.say(frame.date_of(frame.as_of))


def _subtitle(patient: Patient, frame: Frame) -> str | list[str]:
    if not patient.courses:
        return f"No course known. As of {_say_as_of(frame)}"
    last = patient.courses[-1]
    began = f"Course {last['course']} began {last['start_time']:%Y-%m-%d} (day 0)."
    return [began, f"As of {_say_as_of(frame)}"] if frame.is_narrow else f"{began} As of {_say_as_of(frame)}"


def _names(panels: Iterable[Spec]) -> set[str]:
    return {layer["name"] for panel in panels for layer in panel["layer"]}


def _finish(panels: Sequence[Spec], title: str, subtitle: str | list[str], description: str) -> Spec:
    heading = {"text": title, "subtitle": subtitle, "anchor": "start", "frame": "bounds", "fontSize": 15, "offset": 10}
    config = {"font": FONT, "view": {"stroke": "#cfcfcf"}, "title": {"color": INK, "subtitleColor": QUIET}}
    look = {"padding": PADDING, "background": "#ffffff", "spacing": 12, "config": config}
    said = {"title": heading, "description": description}
    return {"$schema": SCHEMA, **said, **look, "vconcat": list(panels)}
