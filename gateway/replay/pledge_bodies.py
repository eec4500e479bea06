"""Bodies of the acts on pledges, as JSON for the API. The register's officers attest what the records say; nobody's key is made up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from gateway.replay.client import Json
from gateway.replay.dates import US_OFFICE
from gateway.replay.parties import Party
from gateway.replay.pledge_acts import (
    Flag,
    Grant,
    Note,
    PartRelease,
    PartyChange,
    Placement,
    PledgeAct,
    Ref,
    Release,
    Supplement,
)
from gateway.replay.pledge_words import (
    ANY_VERSION,
    ATTESTED,
    DATE_STATED,
    GENERAL_DESCRIPTION,
    PARENT_UNKNOWN,
    RELEASED,
    Codes,
    Listing,
    PartyRole,
    asset_key,
    listing,
    name_hash,
    party_word,
)
from gateway.replay.records import Property, Recordation, Series
from ledger.domain.assets import side_root
from ledger.domain.calendar import start_of_day
from ledger.domain.ids import to_hex

RECORD_SCHEMA = "pledgebook/recorded-conveyance/1"
_NONE = bytes(32)
_CAPTION_MOST = 300


@dataclass(slots=True)
class Standing:
    """A pledge as the driver knows it: its parties, version and the listings of its segments, all of which follow from the plan."""

    series: Series
    pledgors: tuple[Party, ...]
    holders: tuple[Party, ...]
    version: int = 0
    segments: list[Listing | None] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the register gave out: pledges' numbers by record, segments' numbers by pledge in their order."""

    pledges: Mapping[Ref, int]
    segments: Mapping[Ref, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Done:
    """One act of the plan with the placement it comes from, and the wave in which it is sent: acts on one pledge go one after the other."""

    placement: Placement
    acts: tuple[PledgeAct, ...]
    wave: int


def waves(placements: Iterable[Placement]) -> list[list[Done]]:
    """What is sent together: all grants first in their order, then of each pledge's later documents the first, the second, and so on.

    The order of blocks says nothing of the order in law: each act states the date that it counts from.
    """
    depth: dict[Ref, int] = {}
    found: list[list[Done]] = []
    for placement in placements:
        grants = tuple(act for act in placement.acts if isinstance(act, Grant))
        others = tuple(act for act in placement.acts if not isinstance(act, Grant))
        if grants:
            _put(found, Done(placement, grants, 0))
        if others:
            wave = 1 + max(depth.get(act.pledge, 0) for act in others)
            depth |= {act.pledge: wave for act in others}
            _put(found, Done(placement, others, wave))
    return found


def _put(found: list[list[Done]], done: Done) -> None:
    while len(found) <= done.wave:
        found.append([])
    found[done.wave].append(done)


class Writer:
    """Writes bodies in the order of the waves and keeps every pledge's standing as it will be after them."""

    def __init__(self, codes: Mapping[Series, Codes]) -> None:
        self._codes = codes
        self.standings: dict[Ref, Standing] = {}

    def record_pledge(self, act: Grant, content: str) -> Json:
        """The body of RecordPledge: file, accept and register in one act, as an office does that merely records."""
        record, codes = act.record, self._codes[act.record.series]
        listed = listing(_keyed(record.series, record.properties), _blind(record))
        self.standings[act.pledge] = Standing(record.series, record.assignors, record.assignees, segments=[listed])
        parties = [*_parties(record.assignors, PartyRole.PLEDGOR), *_parties(record.assignees, PartyRole.PLEDGEE)]
        filing: Json = {
            "register": codes.register,
            "version": codes.version,
            "code": codes.grant,
            "flags": _flags(act),
            "terms": {"ceiling": "0", "currency": 0, "kind": 0, "due": 0, "expires": 0},
            "parties": parties,
            "assets": _asset_list(listed),
            "content": content,
            "agreement": to_hex(_document(record)),
            "instrument": _instrument(record),
            "when": _when(record),
            "consents": _consents(codes, codes.grant, record, record.assignors, record.assignees),
        }
        return {
            "filing": filing,
            "blind": to_hex(listed.blind if listed else _NONE),
            "assets": [to_hex(key) for key in listed.keys] if listed else [],
            "names": [_name(party) for party in (*record.assignors, *record.assignees)],
            "titles": list(listed.titles) if listed else [],
            "grounds": [],
        }

    def pledge_acts(self, done: Done, numbers: Numbers, content: str) -> Json:
        """The body of PledgeActs: all that one document does."""
        record = done.placement.record
        body: Json = {name: [] for name in ("terms", "parties", "segments", "partReleases", "releases", "states", "notes")}
        consents: list[Json] = []
        # The contract does the parts in the order of the fields, so versions are counted in it too.
        for act in sorted(done.acts, key=_part_order):
            self._add(body, act, numbers, content, consents)
        return {"instrument": _instrument(record), "consents": _unique(consents), **body}

    def _add(self, body: Json, act: PledgeAct, numbers: Numbers, content: str, consents: list[Json]) -> None:
        standing = self.standings[act.pledge]
        codes = self._codes[standing.series]
        match act:
            case PartyChange():
                code = codes.transfer if act.transfer else codes.correct_parties
                body["parties"].append(self._party_change(act, standing, code, numbers))
                incoming = (act.pledgors or (), act.holders or ())
                consents += _consents(codes, code, act.record, standing.pledgors, standing.holders, *incoming)
                standing.pledgors, standing.holders = act.pledgors or standing.pledgors, act.holders or standing.holders
                standing.version += 1
                return
            case Supplement():
                code = codes.supplement
                body["segments"].append(self._segment(act, standing, code, numbers, content))
            case Release():
                code = codes.release
                body["releases"].append(self._release(act, standing, code, numbers))
            case PartRelease():
                code = codes.part_release
                body["partReleases"].append(self._part_release(act, standing, code, numbers))
            case Note():
                code = codes.note
                body["notes"].append(self._note(act, standing, code, numbers))
        consents += _consents(codes, code, act.record, standing.pledgors, standing.holders)
        standing.version += 0 if isinstance(act, Note) else 1

    def _party_change(self, act: PartyChange, standing: Standing, code: int, numbers: Numbers) -> Json:
        incoming = (*(act.pledgors or ()), *(act.holders or ()))
        return {
            **self._head(act, standing, code, numbers),
            "pledgors": _parties(act.pledgors or (), PartyRole.PLEDGOR),
            "holders": _parties(act.holders or (), PartyRole.PLEDGEE),
            "names": [_name(party) for party in incoming],
        }

    def _segment(self, act: Supplement, standing: Standing, code: int, numbers: Numbers, content: str) -> Json:
        listed = listing(_keyed(standing.series, act.assets), _blind(act.record))
        standing.segments.append(listed)
        return {
            **self._head(act, standing, code, numbers),
            "list": _asset_list(listed),
            "blind": to_hex(listed.blind if listed else _NONE),
            "assets": [to_hex(key) for key in listed.keys] if listed else [],
            "titles": list(listed.titles) if listed else [],
            "content": content,
        }

    def _release(self, act: Release, standing: Standing, code: int, numbers: Numbers) -> Json:
        return {
            **self._head(act, standing, code, numbers),
            "basis": act.basis.value,
            "reason": RELEASED,
            "unlisted": _keys(standing.series, act.unlisted),
            "unpledged": _keys(standing.series, act.unpledged),
        }

    def _part_release(self, act: PartRelease, standing: Standing, code: int, numbers: Numbers) -> Json:
        ending = {asset_key(standing.series, item) for item in act.ended}
        pages = [
            page
            for number, listed in zip(numbers.segments[act.pledge], standing.segments, strict=True)
            if listed is not None
            for page in _leaf_pages(number, listed, ending)
        ]
        return {
            **self._head(act, standing, code, numbers),
            "basis": act.basis.value,
            "reason": RELEASED,
            "leaves": pages,
            "unpledged": _keys(standing.series, act.unpledged),
        }

    def _note(self, act: Note, standing: Standing, code: int, numbers: Numbers) -> Json:
        named = [asset_key(standing.series, Property(number, "", "")) for number in act.assets]
        return {
            **self._head(act, standing, code, numbers),
            "kind": act.remark.value,
            "other": numbers.pledges[act.other] if act.other else 0,
            "subject": to_hex(_number_word(act.record)),
            "assets": [to_hex(key) for key in sorted(set(named))],
            "text": act.text,
        }

    def _head(self, act: PledgeAct, standing: Standing, code: int, numbers: Numbers) -> Json:
        version = ANY_VERSION if isinstance(act, Note) else standing.version
        return {
            "on": {"pledge": numbers.pledges[act.pledge], "version": version, "code": code, "when": _when(act.record)},
            "parties": {
                "pledgorsRoot": to_hex(_root(standing.pledgors, PartyRole.PLEDGOR)),
                "holdersRoot": to_hex(_root(standing.holders, PartyRole.PLEDGEE)),
                "pledgors": _parties(standing.pledgors, PartyRole.PLEDGOR),
                "holders": _parties(standing.holders, PartyRole.PLEDGEE),
            },
        }


def content(record: Recordation) -> Json:
    """The private content of a record: what its source says beside what is published."""
    return {
        "assignees": [str(party) for party in record.assignees],
        "assignors": [str(party) for party in record.assignors],
        "code": record.code,
        "conveyance": record.text,
        "executed": record.executed.isoformat() if record.executed else None,
        "listed": record.listed,
        "number": str(record.number),
        "recorded": record.recorded.isoformat() if record.recorded else None,
        "series": record.series.value,
        "source": str(record.origin),
    }


def _part_order(act: PledgeAct) -> int:
    order = (PartyChange, Supplement, PartRelease, Release, Note)
    return next(index for index, kind in enumerate(order) if isinstance(act, kind))


def _leaf_pages(segment: int, listed: Listing, ending: set[bytes]) -> list[Json]:
    pages: list[Json] = []
    for index, keys in enumerate(listed.pages):
        bits = sum(1 << place for place, key in enumerate(keys) if key in ending)
        if bits:
            pages.append(
                {
                    "segment": segment,
                    "blind": to_hex(listed.blind),
                    "page": index,
                    "pages": [to_hex(root) for root in listed.page_roots],
                    "assets": [to_hex(key) for key in keys],
                    "ended": str(bits),
                }
            )
    return pages


def _keyed(series: Series, assets: Iterable[Property]) -> dict[bytes, str]:
    return {asset_key(series, item): item.title for item in assets}


def _keys(series: Series, assets: Iterable[Property]) -> list[str]:
    return [to_hex(key) for key in sorted({asset_key(series, item) for item in assets})]


def _parties(parties: Iterable[Party], role: PartyRole) -> list[Json]:
    return [
        {"role": number, "id": to_hex(word), "nameHash": to_hex(hashed), "share": share}
        for number, word, hashed, share in _words(parties, role)
    ]


def _root(parties: Iterable[Party], role: PartyRole) -> bytes:
    return side_root(_words(parties, role))


def _words(parties: Iterable[Party], role: PartyRole) -> Iterator[tuple[int, bytes, bytes, int]]:
    share = 1 if role is PartyRole.PLEDGEE else 0
    return ((role.value, party_word(party), name_hash(party.name, party.capacity), share) for party in parties)


def _name(party: Party) -> Json:
    return {"name": party.name, "capacity": party.capacity}


def _consents(
    codes: Codes,
    code: int,
    record: Recordation,
    pledgors: Iterable[Party],
    holders: Iterable[Party],
    new_pledgors: Iterable[Party] = (),
    new_holders: Iterable[Party] = (),
) -> list[Json]:
    """An attested consent of every party whom the register asks for this act; the evidence is the recorded document."""
    asked = codes.roles(code)
    given = _midnight(record.executed) if record.executed else 0
    sides = (
        (PartyRole.PLEDGOR, pledgors),
        (PartyRole.PLEDGEE, holders),
        (PartyRole.NEW_PLEDGOR, new_pledgors),
        (PartyRole.NEW_PLEDGEE, new_holders),
    )
    return [
        {
            "role": role.value,
            "mode": ATTESTED,
            "signer": 0,
            "party": to_hex(party_word(party)),
            "evidence": to_hex(_document(record)),
            "given": given,
            "until": 0,
        }
        for role, parties in sides
        if role in asked
        for party in parties
    ]


def _unique(consents: list[Json]) -> list[Json]:
    return list({(each["role"], each["party"]): each for each in consents}.values())


def _asset_list(listed: Listing | None) -> Json:
    if listed is None:
        return {"root": to_hex(_NONE), "count": 0, "titles": to_hex(_NONE)}
    return {"root": to_hex(listed.root), "count": len(listed.keys), "titles": to_hex(listed.titles_hash)}


def _flags(act: Grant) -> int:
    flags = PARENT_UNKNOWN if Flag.PARENT_UNKNOWN in act.flags else 0
    return flags | (GENERAL_DESCRIPTION if Flag.ASSETS_INCOMPLETE in act.flags else 0)


def _instrument(record: Recordation) -> Json:
    return {
        "number": to_hex(_number_word(record)),
        "document": to_hex(_document(record)),
        "executed": _midnight(record.executed) if record.executed else 0,
        "caption": " ".join(record.text.split())[:_CAPTION_MOST],
    }


def _number_word(record: Recordation) -> bytes:
    return str(record.number).encode().ljust(32, b"\0")


def _document(record: Recordation) -> bytes:
    """Hash of the office's record as it was read: the replay has no other document."""
    return sha256(
        repr((record.series.value, record.number, record.text, record.recorded, record.assignors, record.assignees)).encode()
    ).digest()


def _blind(record: Recordation) -> bytes:
    """A list that is published at once has nothing to hide; the same record must give the same root."""
    return sha256(b"blind" + _document(record)).digest()


def _when(record: Recordation) -> Json:
    if record.recorded is None:
        raise ValueError(f"{record.number} states no recording date")
    return {"source": DATE_STATED, "dateOnly": True, "effective": _midnight(record.recorded)}


def _midnight(day: date) -> int:
    return start_of_day(day, US_OFFICE)
