"""What happened, above the counts: onset and recovery as the intervals they are, treatment, arrows to the counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from leukon.knowledge.protocol import EpisodeRule
from leukon.present.patient import Patient
from leukon.present.timeline.frame import Frame
from leukon.present.timeline.labels import Box, overlaps, text_width
from leukon.present.timeline.marks import INK, RED, Panel, Row, Spec, line, mark, symbol, words

LANE = 21
_ONSET, _TREATMENT, _RECOVERY = range(3)
_NAMES = ("onset", "treatment", "recovery")


def head_height(patient: Patient) -> int:
    """Pixels above the counts that the story needs."""
    return 3 * LANE + 6 if patient.episodes else 0


@dataclass(frozen=True)
class Part:
    """One part of an episode: from one day to another (equal: an instant), in words long and short.

    `at` is the day its arrow points at; None: no arrow, for nothing happened that was seen.
    """

    lane: int
    group: str
    start: float
    end: float
    said: str
    short: str
    at: float | None


def tell_episode(episode: Row, courses: Sequence[Row], rule: EpisodeRule, frame: Frame) -> list[Part]:
    """Onset, treatment and recovery of an episode, as far as they are known."""
    parts = [_onset(episode, rule, frame), _recovery(episode, courses, rule, frame)]
    starts = {course["course"]: course["start_time"].date() for course in courses}
    if episode["treatment_start_day"] is not None and episode["course"] in starts:
        first = starts[episode["course"]] + timedelta(days=episode["treatment_start_day"])
        given = ", ".join(name.split(":")[-1] for name in episode["treatments"].split(";"))
        day = frame.day(first)
        said = f"Treatment: {given.replace('_', ' ')} from {frame.say_short(first)}"
        parts.append(Part(_TREATMENT, "treatment", day, day, said, f"Treatment: {given.replace('_', ' ')}", day))
    return parts


def _onset(episode: Row, rule: EpisodeRule, frame: Frame) -> Part:
    by, after = episode["onset_by_time"], episode["onset_after_time"]
    end = frame.day(by)
    if after is None:
        said = f"Onset: below {rule.below:g} by {frame.say_short(by)}; no higher count before"
        return Part(_ONSET, "onset_open", frame.low, end, said, "Onset: no higher count before", end)
    within = _say_within(after, by)
    said = f"Onset: fell below {rule.below:g} at some time in {within}"
    return Part(_ONSET, "onset_interval", frame.day(after), end, said, f"Onset: in {within}", end)


def _recovery(episode: Row, courses: Sequence[Row], rule: EpisodeRule, frame: Frame) -> Part:
    after, by = episode["recovered_after_time"], episode["recovered_by_time"]
    start = frame.day(after)
    if episode["status"] == "carried_over":
        end = min([day for c in courses if (day := frame.day(c["start_time"])) > start], default=frame.as_of)
        said = "Not seen to recover before the next course"
        return Part(_RECOVERY, "recovery_open", start, end, said, "No recovery seen", None)
    if by is None:
        said = "Open: no recovery seen after the last low count"
        return Part(_RECOVERY, "recovery_open", start, frame.as_of, said, "Open: no recovery seen", None)
    within, sure = _say_within(after, by), episode["status"] == "recovered"
    said = f"Recovery{'' if sure else ', not confirmed yet'}: {rule.recovered_at:g} or above again in {within}"
    short = f"Recovery{'' if sure else '?'}: in {within}"
    return Part(_RECOVERY, "recovery_interval", start, frame.day(by), said, short, frame.day(by))


def _say_within(after: date, by: date) -> str:
    days = (date(by.year, by.month, by.day) - date(after.year, after.month, after.day)).days
    return f"these {days} days" if days > 1 else "this 1 day" if days == 1 else "the same day"


def draw_story(
    panel: Panel, patient: Patient, rule: EpisodeRule, tops: dict[float, float]
) -> tuple[list[Spec], list[Box]]:
    """Intervals of all episodes; words and arrows of as many as have room, the latest first; and the arrows' boxes.

    `tops` says where the ANC of a day lies, in pixels.
    """
    told = [tell_episode(e, patient.courses, rule, panel.frame) for e in reversed(patient.episodes)]
    drawn = _draw_head(panel) if patient.episodes else []
    for group in ("onset_interval", "onset_open", "recovery_interval", "recovery_open"):
        dash = {"strokeDash": [4, 3]} if group.endswith("open") else {}
        bars = [_bar(panel, part) for parts in told for part in parts if part.group == group]
        drawn += mark(panel, group, line(RED, 5, **dash), bars)
    spoken, texts = _place_words(panel, told)
    for lane, name in enumerate(_NAMES):
        drawn += _draw_arrows(panel, name, [p for p in spoken if p.lane == lane], tops)
    size = 10.5 if panel.frame.is_narrow else 11.5
    drawn += mark(panel, "story_words", words(size, INK, fontWeight="bold"), texts)
    ends = [(panel.frame.px(part.at), _tip(panel, part.at, tops)) for part in spoken if part.at is not None]
    return drawn, [(x - 3, 0, x + 3, tip) for x, tip in ends]


def _tip(panel: Panel, day: float, tops: dict[float, float]) -> float:
    """Where an arrow ends, in pixels: just above the last count by that day."""
    before = [top for at, top in tops.items() if at <= day] or [panel.ladder.head + 24.0]
    return max(before[-1] - 9, panel.ladder.head + 4)


def _draw_head(panel: Panel) -> list[Spec]:
    """A white place for the words, so that no grid runs through them."""
    frame, ladder = panel.frame, panel.ladder
    area = {"x": frame.low, "x2": frame.high, "y": ladder.at(ladder.head - 2), "y2": ladder.top}
    edge = {"x": frame.low, "x2": frame.high, "y": area["y"]}
    return mark(panel, "story_head", {"type": "rect", "color": "#ffffff"}, [area]) + mark(
        panel, "story_edge", line("#cfcfcf", 1), [edge]
    )


def _bar(panel: Panel, part: Part) -> Row:
    said = f"{part.said} ({_say_span(part, panel.frame)})"
    return {"x": part.start, "x2": part.end, "y": _y(panel, part), "said": said}


def _say_span(part: Part, frame: Frame) -> str:
    start, end = (frame.say(frame.date_of(day)) for day in (part.start, part.end))
    return f"by {end}" if part.group == "onset_open" else f"after {start}, by {end}"


def _y(panel: Panel, part: Part) -> float:
    return panel.ladder.at(part.lane * LANE + 17)


def _place_words(panel: Panel, told: Sequence[Sequence[Part]]) -> tuple[list[Part], list[Row]]:
    """Each part in long words, or in short ones, or silent where there is no room; its arrow never runs through words.

    Words of two episodes never overlap, and a part without words has no arrow: its bar still stands.
    """
    texts, shafts = list[Box](), list[Box]()
    spoken, rows = list[Part](), list[Row]()
    for parts in told:
        arrows = [panel.frame.px(part.at) for part in parts if part.at is not None]
        for part in parts:
            ways = [way for way in _ways(panel.frame, part, arrows) if not overlaps(way[1], [*texts, *shafts])]
            if not ways or overlaps(_shaft(panel, part), texts):
                continue
            said, box = ways[0]
            texts.append(box)
            shafts.append(_shaft(panel, part))
            spoken.append(part)
            rows.append({"x": panel.frame.at(box[0] + 1), "y": panel.ladder.at(box[1] + 7), "text": said})
    return spoken, rows


def _ways(frame: Frame, part: Part, arrows: Sequence[float]) -> list[tuple[str, Box]]:
    """Words with their box: right of where the part begins, in short if need be, else left of the episode's arrows."""
    size, top = 10.5 if frame.is_narrow else 11.5, part.lane * LANE
    start = frame.px(part.start) + (5 if part.lane else 0)
    right: list[tuple[str, Box]] = []
    left: list[tuple[str, Box]] = []
    for said in (part.short,) if frame.is_narrow else (part.said, part.short):
        wide = text_width(said, size)
        if start + wide <= frame.inner:
            right.append((said, (start, top, start + wide, top + LANE)))
        end = max(min(arrows, default=start) - 6, wide)
        left.append((said, (end - wide, top, end, top + LANE)))
    return [*right, *reversed(left)]


def _shaft(panel: Panel, part: Part) -> Box:
    """The arrow of a part on its way through the rows of words below its own."""
    x = panel.frame.px(part.start if part.at is None else part.at)
    top = panel.ladder.head if part.at is None else (part.lane + 1) * LANE
    return (x - 2, top, x + 2, max(panel.ladder.head, top + 1))


def _draw_arrows(panel: Panel, name: str, parts: Sequence[Part], tops: dict[float, float]) -> list[Spec]:
    """Arrows as in the paper's Figure 2: onset, treatment, recovery; each points at the count of its day."""
    ladder, rows = panel.ladder, list[Row]()
    for part in parts:
        if part.at is None:
            continue
        start = part.lane * LANE + (17 if part.lane != _TREATMENT else 3)
        rows.append({"x": part.at, "y": ladder.at(start), "y2": ladder.at(_tip(panel, part.at, tops))})
    tips = [{"x": row["x"], "y": row["y2"]} for row in rows]
    tip = symbol("M-0.55,-1L0.55,-1L0,0.3Z", RED, 90)
    return mark(panel, f"{name}_arrow", line(RED, 1.6), rows) + mark(panel, f"{name}_arrow_tip", tip, tips)
