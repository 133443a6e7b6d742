"""References to what they point at: whose a row is, which drug is meant, which report a result came in.

A relative reference is `Patient/7`, an absolute one `https://one.example/fhir/Patient/7`, and inside a bundle
`urn:uuid:...` stands for the entry with that `fullUrl`; a relative one is of the server that this address names.
Persons are told apart by id, never by name.
"""

import re
from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime

from leukon.ingest.fhir_datatypes import CodeableConcept, Identifier, Reference
from leukon.ingest.fhir_json import Fields, parse_once

_REMEMBERED = 1 << 16
_ADDRESS = re.compile(r"(?:https?://([^?#]*)/)?([A-Z][A-Za-z]*)/([A-Za-z0-9.\-_]+)(?:/_history/[^/]*)?")


@dataclass(frozen=True, slots=True)
class Report:
    """What a result takes from the report or panel it came in, where it does not say it itself."""

    subject_id: str | None
    time: datetime | None
    recorded_time: datetime | None
    status: str | None
    group: str | None


@dataclass(frozen=True, slots=True)
class Drug:
    """A drug that others refer to: what it is, and in which form."""

    code: CodeableConcept | None
    form: CodeableConcept | None


def read_drug(drug: Fields) -> Drug:
    """What a Medication says."""
    return Drug(drug.read("code", CodeableConcept), drug.read("form", CodeableConcept))


@dataclass
class Links:
    """What has been met so far that others may point at, by every address it has.

    `home` is the server that persons belong to. An id of another server is another person's: it stays a whole address.
    `issuer` is the same for identifiers: the system that gives them out. `base` is the server of the entry in hand.
    """

    patients: dict[str, str | None] = field(default_factory=dict)
    medications: MutableMapping[str, Drug] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    given_orders: set[str] = field(default_factory=set)
    home: str | None = None
    issuer: str | None = None
    base: str | None = None
    _found: dict[tuple[str | None, bytes], str | None] = field(default_factory=dict)

    def inside_bundle(self) -> "Links":
        """Links for the entries of a bundle, which know those outside and end with it."""
        return Links(medications=ChainMap({}, self.medications), home=self.home, issuer=self.issuer)

    def leave_bundle(self, inside: "Links") -> None:
        """Keep what was learned in a bundle of where people belong to."""
        self.home, self.issuer = inside.home, inside.issuer

    def enter(self, address: str | None) -> None:
        """Take in hand the entry at an address."""
        found = _ADDRESS.fullmatch(address or "")
        self.base = None if found is None else found[1]

    def learn_medication(self, drug: Fields, address: str | None) -> None:
        """Note a drug under all its addresses."""
        own = drug.read("id", str)
        for at in (address, short_address(address), own and f"Medication/{own}"):
            if at:
                self.medications[at] = read_drug(drug)

    def find_subject(self, said: bytes | None, contained: Mapping[str, Fields]) -> str | None:
        """Id of the person a reference points at; None for nobody, and for what is no person (a group, a device)."""
        if said is None:
            return None
        if (self.base, said) in self._found:
            return self._found[self.base, said]
        reference: Reference | None = parse_once(said, Reference)
        if reference is None:
            return None
        address = (reference.reference or "").strip()
        if address.startswith("#"):
            inside = contained.get(address[1:])
            return None if inside is None else self.identified(inside.read("identifier", list[Identifier]))
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        person = self.person_at(address) if address else self.identified([reference.identifier or Identifier()])
        self._found[self.base, said] = person
        return person

    def identified(self, identifiers: list[Identifier] | None) -> str | None:
        """The person of the first identifier that has a value; of another system than the first met, with that system.

        >>> links = Links()
        >>> [links.identified([Identifier(system, "7")]) for system in ("urn:a", "urn:b", None)]
        ['7', 'urn:b|7', '7']
        """
        first = next((each for each in identifiers or () if each.value), None)
        if first is None or not first.system:
            return None if first is None else first.value
        self.issuer = self.issuer or first.system
        return first.value if first.system == self.issuer else f"{first.system}|{first.value}"

    def person_at(self, address: str) -> str | None:
        """Id of the person at an address that is not inside one resource only."""
        if address in self.patients:
            return self.patients[address]
        found = _ADDRESS.fullmatch(address)
        if found is not None:
            return self._at_home(found[1] or self.base, found[3]) if found[2] == "Patient" else None
        return address.rpartition(":")[2] or None if address.startswith("urn:") else None

    def _at_home(self, server: str | None, person: str) -> str:
        if server is None:
            return person
        server = server.lower()
        self.home = self.home or server
        return person if server == self.home else f"{server}/{person}"


def identity_of(identifiers: list[Identifier] | None) -> str | None:
    """The first identifier that has a value."""
    return next((each.value for each in identifiers or () if each.value), None)


def short_address(address: str | None) -> str | None:
    """`Type/id` of an address without server and version; other addresses as they are.

    >>> short_address("https://one.example/fhir/Specimen/7/_history/2"), short_address("urn:uuid:1")
    ('Specimen/7', 'urn:uuid:1')
    """
    if not address:
        return None
    found = _ADDRESS.fullmatch(address.strip())
    return address if found is None else f"{found[2]}/{found[3]}"


def group_of(*references: Reference | None) -> str | None:
    """What results of one blood share: the first of these references that says something."""
    return next((said for each in references if each and (said := short_address(each.reference))), None)
