"""Writes HL7 v2 messages of invented patients; shares nothing with the reader."""

from pathlib import Path

MSH = r"MSH|^~\&|LAB|HOSPITAL|LEUKON|CLINIC|20240305120000||ORU^R01^ORU_R01|M1|P|2.5.1"
RAS = r"MSH|^~\&|PHARM|HOSPITAL|LEUKON|CLINIC|20240305120000||RAS^O17^RAS_O17|M2|P|2.5.1"
RDE = r"MSH|^~\&|PHARM|HOSPITAL|LEUKON|CLINIC|20240305120000||RDE^O11^RDE_O11|M3|P|2.5.1"
PID = "PID|1||007^^^HOSPITAL^MR||Doe^Jo"
OBR = "OBR|1|P1|F1|58410-2^CBC^LN|||20240304083000|||||||||||||||20240304110000|||F"
ANC = "751-8^Neutrophils^LN"


def segment(name, **fields):
    """A segment from its fields by number: `segment("OBX", f3="a")`."""
    places = {int(key[1:]): value for key, value in fields.items()}
    return "|".join([name, *(str(places.get(at, "")) for at in range(1, max(places, default=0) + 1))])


def obx(value="0.9", code=ANC, unit="10*9/L", limits="2.0-7.5", status="F", kind="NM", number=1, part="", **more):
    """An OBX segment; `more` are fields by number."""
    said = {"f1": number, "f2": kind, "f3": code, "f4": part, "f5": value, "f6": unit, "f7": limits, "f11": status}
    return segment("OBX", **said, **more)


def rxa(code="117055^^RXNORM", amount="12", unit="mg", completion="CP", **more):
    """An RXA segment."""
    said = {"f1": 0, "f2": 1, "f3": "20240108090000", "f4": "20240108130000", "f5": code, "f6": amount, "f7": unit}
    return segment("RXA", **said, f20=completion, **more)


def text_of(*segments, end="\r"):
    """Segments as the text of a message, each with its end."""
    return "".join(each + end for each in segments)


def result(**said):
    """A message with one result."""
    return text_of(MSH, PID, OBR, obx(**said))


def framed(message):
    """A message as MLLP sends it."""
    return f"\x0b{message}\x1c\r"


def write(folder, content, name="feed.hl7", encoding="utf-8"):
    """Write a file and give its path."""
    path = Path(folder) / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path
