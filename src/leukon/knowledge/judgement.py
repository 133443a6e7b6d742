"""What is urgent, what it means in words, and what may come next: the limits and texts of judgement, with sources."""

from string import Formatter
from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator, model_validator

from leukon.events.data_files import Strict, Text
from leukon.knowledge.sources import Source

Days = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(gt=0)]
Limit = Annotated[float, Field(gt=0)]
Fever = Literal["yes", "no", "unknown"]
FindingId = Literal[
    "anc_emergency", "anc_same_day", "anc_low", "anc_recovering", "fever_not_known", "episode_over",
    "platelets_emergency", "platelets_same_day", "platelets_fall", "hemoglobin_fall", "two_lines_low",
    "renal", "liver", "thyroid", "no_recent_anc", "verify_now", "anc_disagreement",
    "test_due", "test_overdue", "test_missed", "label_monitoring_ended",
]  # fmt: skip
FINDINGS: tuple[str, ...] = get_args(FindingId)
FIELDS = ("what", "when", "since", "age", "fever", "below", "limit", "number", "test")
"""What the text of a finding may name in braces."""


class AncLimits(Strict):
    """Bands of the ANC in 10^9/L; `up_to` is inclusive, `below` is not."""

    emergency_up_to: Limit
    same_day_up_to: Limit
    act_below: Limit
    soon_days: Days
    source: Text

    @model_validator(mode="after")
    def _rise(self) -> "AncLimits":
        if not self.emergency_up_to < self.same_day_up_to < self.act_below:
            raise ValueError("emergency_up_to, same_day_up_to and act_below must rise: the bands would overlap")
        return self


class WbcLimits(Strict):
    """White cells so few that the ANC must be low, with or without a differential."""

    without_differential_below: Limit
    source: Text


class PlateletLimits(Strict):
    """Platelets in 10^9/L, exclusive; a fall as a share of the earlier count, inclusive."""

    emergency_below: Limit
    same_day_below: Limit
    bleeding_days: Days
    fall_by_share: Annotated[float, Field(gt=0, lt=1)]
    source: Text

    @model_validator(mode="after")
    def _rise(self) -> "PlateletLimits":
        if self.emergency_below >= self.same_day_below:
            raise ValueError("emergency_below must be less than same_day_below")
        return self


class HemoglobinLimits(Strict):
    """Haemoglobin in g/L: low below (exclusive), a fall (inclusive)."""

    low_below: Limit
    fall_by: Limit
    source: Text


class FeverLimits(Strict):
    """When there is fever, and for how many days before as_of's an answer counts."""

    temperature_from: Limit
    high_within_days: Days
    asked_within_days: Days
    source: Text


class KidneyLimits(Strict):
    """Creatinine against its baseline; urine in mg/g and cells a field; all exclusive."""

    creatinine_rise_by_share: Share
    protein_creatinine_above: Limit
    red_cells_above: Limit
    source: Text


class LiverLimits(Strict):
    """ALT and AST in multiples of the row's upper limit of normal, inclusive."""

    times_uln: Limit
    source: Text


class SilenceLimits(Strict):
    """How long an open episode may go without an ANC where no schedule says it."""

    open_episode_days: Days
    source: Text


class RiseAfter(Strict):
    """After a treatment of this class a rise of these analytes is no doubt."""

    treatment: Text = Field(alias="class")
    analytes: tuple[Text, ...]


class DoubtLimits(Strict):
    """A change that is more likely a wrong unit or sample than the patient."""

    times: Annotated[float, Field(gt=1)]
    within_days: Days
    analytes: tuple[Text, ...]
    rise_after: RiseAfter
    source: Text


class GateLimits(Strict):
    """For how many days what was recorded opens or shuts the gate of a step."""

    infection_within_days: Days
    corticosteroid_within_days: Days
    corticosteroid_class: Text
    contact_days_before: Days
    source: Text


class Urgency(Strict):
    """All limits of urgency."""

    anc: AncLimits
    wbc: WbcLimits
    platelets: PlateletLimits
    hemoglobin: HemoglobinLimits
    fever: FeverLimits
    kidney: KidneyLimits
    liver: LiverLimits
    silence: SilenceLimits
    doubt: DoubtLimits
    gates: GateLimits


class FindingText(Strict):
    """What a finding is called and says, and its next steps in their order."""

    title: Text
    text: Text
    steps: tuple[Text, ...]
    source: Text

    @field_validator("text")
    @classmethod
    def _fields_are_known(cls, text: str) -> str:
        for _, name, _, _ in Formatter().parse(text):
            if name is not None and name not in FIELDS:
                raise ValueError(f"there is no {{{name}}}; a text may name {', '.join(FIELDS)}")
        return text


class Gate(Strict):
    """What must hold for a step to be shown; what is not said does not matter."""

    fever: tuple[Fever, ...] | None = None
    infection: tuple[Fever, ...] | None = None
    below: Limit | None = None
    above: Limit | None = None
    haematology_contact: bool | None = None
    corticosteroid_lately: bool | None = None
    from_white_cells: bool | None = None
    preliminary: bool | None = None
    about: Text | None = None


class Step(Strict):
    """A next step that is offered: its words, how strong the evidence is, and on how many patients it rests."""

    text: Text
    strength: Text
    n: Annotated[int, Field(ge=0)]
    source: Text
    gate: Gate = Gate()
    instead: Text | None = Field(default=None, description="the step shown while this one's gate is shut")


class Judgement(Strict):
    """What a protocol says of urgency and next steps."""

    sources: dict[str, Source] = {}
    urgency: Urgency
    findings: dict[FindingId, FindingText]
    steps: dict[Text, Step]

    @field_validator("findings")
    @classmethod
    def _all_are_there(cls, findings: dict[FindingId, FindingText]) -> dict[FindingId, FindingText]:
        missing = [name for name in FINDINGS if name not in findings]
        if missing:
            raise ValueError(f"the finding {missing[0]} has no words")
        return findings
