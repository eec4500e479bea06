"""Bodies of the acts on pledges, as JSON for the API. The register's officers attest what the records say; nobody's key is made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.pledging import parts
from gateway.replay import pledge_json as part
from gateway.replay.client import Json
from gateway.replay.parties import Party
from gateway.replay.pledge_acts import (
    Grant,
    Note,
    PartRelease,
    PartyChange,
    PledgeAct,
    Ref,
    Relation,
    Release,
    Restoration,
    Succession,
    Supplement,
)
from gateway.replay.pledge_waves import Done
from gateway.replay.pledge_words import (
    ANY_VERSION,
    APPROVED,
    ATTESTED,
    OF_THE_BLOCK,
    ORDERED,
    REGISTERED,
    RELEASED,
    Codes,
    Listing,
    PartyRole,
    asset_key,
    party_word,
)
from gateway.replay.records import Recordation, Series
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import PartyKind, RectifyKind

ALONE = (Relation, Restoration, Succession)
"""Acts that have a body of their own; all others of a document are one body."""
RECORD_SCHEMA = "pledgebook/recorded-conveyance/1"


@dataclass(slots=True)
class Standing:
    """A pledge as the driver knows it, all from the plan: parties, version, the listings of its segments and what ended of each."""

    series: Series
    pledgors: tuple[Party, ...]
    holders: tuple[Party, ...]
    version: int = 0
    segments: list[Listing | None] = field(default_factory=list)
    ended: list[set[bytes]] = field(default_factory=list)

    def add(self, listed: Listing | None) -> None:
        """One more segment."""
        self.segments.append(listed)
        self.ended.append(set())


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the register gave out: pledges' numbers by record, segments' numbers by pledge in their order, and by pledge and root."""

    pledges: Mapping[Ref, int]
    segments: Mapping[Ref, Sequence[int]]
    of_root: Mapping[tuple[Ref, bytes], int]


@dataclass(frozen=True, slots=True)
class Registration:
    """A pledge to be registered: the filing, the listing of its assets, the parties' texts."""

    filing: Json
    listed: Listing | None
    names: list[Json]

    @property
    def large(self) -> bool:
        """Whether its assets take more than one page, so that it is filed, accepted page by page, and decided."""
        return part.is_long(self.listed)

    @property
    def recorded(self) -> Json:
        """The body of RecordPledge: file, accept and register in one act, as an office does that merely records."""
        return parts.recorded(self.filing, self.listed, self.names, [])

    def accepted(self, pledge: int) -> list[Json]:
        """The bodies of AcceptPledge, a page each."""
        return parts.accepted(pledge, self.filing, self.listed)

    def approved(self, pledge: int) -> Json:
        """The body of DecidePledge after which the titles of a long list may be published."""
        return self._decision(pledge, APPROVED, [])

    def decided(self, pledge: int) -> Json:
        """The body of DecidePledge that registers a long list, whose titles were published by pages."""
        return self._decision(pledge, REGISTERED, self.names)

    def _decision(self, pledge: int, decision: int, names: list[Json]) -> Json:
        return parts.decided(pledge, decision, self.filing, self.filing["instrument"]["document"], names=names)


@dataclass(frozen=True, slots=True)
class Reservation:
    """A supplement of more than one page, whose assets are reserved, page by page, before it is made."""

    pledge: Ref
    record: Recordation
    listed: Listing

    def pages(self, numbers: Numbers, segment: int) -> list[Json]:
        """The bodies of ReserveSegment: the first page, where `segment` is 0, or those after it."""
        head = {"pledge": numbers.pledges[self.pledge], "segment": segment, "list": part.asset_list(self.listed)}
        pages = [{**head, **page} for page in part.key_pages(self.listed)]
        return pages[1:] if segment else pages[:1]

    def titles(self, segment: int) -> list[Json]:
        """The bodies of PublishTitles."""
        return part.title_pages(segment, self.listed)


def reservations(done: Done) -> list[Reservation]:
    """The long supplements of a document."""
    supplements = [act for act in done.acts if isinstance(act, Supplement)]
    listed = [(act, part.listing_of(act.record, act.assets)) for act in supplements]
    return [Reservation(act.pledge, act.record, each) for act, each in listed if each is not None and part.is_long(each)]


class Writer:
    """Writes bodies in the order of the waves and keeps every pledge's standing as it will be after them."""

    def __init__(self, codes: Mapping[Series, Codes]) -> None:
        self._codes = codes
        self.standings: dict[Ref, Standing] = {}

    def registration(self, act: Grant, content: str) -> Registration:
        """A pledge as it is filed."""
        record, codes = act.record, self._codes[act.record.series]
        listed = part.listing_of(record, record.properties)
        standing = self.standings[act.pledge] = Standing(record.series, record.assignors, record.assignees)
        standing.add(listed)
        filing: Json = {
            "register": codes.register,
            "version": codes.version,
            "code": codes.grant,
            "flags": part.flags(act),
            "terms": {"ceiling": "0", "currency": 0, "kind": 0, "due": 0, "expires": 0},
            "parties": [*part.parties(record.assignors, PartyRole.PLEDGOR), *part.parties(record.assignees, PartyRole.PLEDGEE)],
            "assets": part.asset_list(listed),
            "content": content,
            "agreement": to_hex(part.document(record)),
            "instrument": part.instrument(record),
            "when": part.when(record),
            "consents": part.once(part.consents(codes, codes.grant, record, ATTESTED, record.assignors, record.assignees)),
        }
        return Registration(filing, listed, [part.name(party) for party in (*record.assignors, *record.assignees)])

    def pledge_acts(self, done: Done, numbers: Numbers, content: str) -> Json:
        """The body of PledgeActs: all that one document does."""
        record = done.placement.record
        body: Json = {name: [] for name in parts.PARTS}
        consents: list[Json] = []
        # The contract does the parts in the order of the fields, so versions are counted in it too.
        for act in sorted(done.acts, key=_part_order):
            if not isinstance(act, ALONE):
                self._add(body, act, numbers, content, consents, mode_of(done))
        return parts.document_of(part.instrument(record), part.once(consents), **body)

    def party(self, act: Succession) -> Json:
        """The body of RecordParty: what became of a party, for all its pledges in the office's registers."""
        succeeded = act.kind is PartyKind.SUCCEEDED
        return {
            "register": self._codes[act.record.series].register,
            "party": to_hex(party_word(act.party)),
            "kind": act.kind.value,
            "other": to_hex(party_word(act.after) if succeeded else part.NONE),
            "account": to_hex(bytes(20)),
            "effective": part.when(act.record)["effective"],
            "evidence": to_hex(part.document(act.record)),
            "name": act.after.name,
        }

    def rectification(self, act: Restoration, numbers: Numbers, corrects: bytes) -> Json:
        """The body of RectifyPledge that undoes the act of the digest `corrects`. Where several liens may stand nothing is linked again."""
        standing = self.standings[act.pledge]
        code = self._codes[standing.series].rectify
        restored = {asset_key(standing.series, item) for item in act.restored}
        pages: list[Json] = []
        for number, listed, ended in zip(numbers.segments[act.pledge], standing.segments, standing.ended, strict=False):
            if listed is not None:
                pages += part.leaf_pages(number, listed, restored & ended)
                ended.difference_update(restored)
        when = {"source": OF_THE_BLOCK, "dateOnly": False, "effective": 0}
        body = {
            "on": {"pledge": numbers.pledges[act.pledge], "version": standing.version, "code": code, "when": when},
            "kind": (RectifyKind.RESTORE_LEAVES if act.restored else RectifyKind.RESTORE).value,
            "corrects": to_hex(corrects),
            "instrument": part.instrument(act.record),
            "expires": 0,
            "segments": [],
            "pages": pages,
            "assets": [],
            "consents": [],
        }
        standing.version += 1
        return body

    def relation(self, act: Relation, numbers: Numbers) -> Json:
        """The body of RelatePledges: the holders of the pledge that yields agree."""
        standing = self.standings[act.pledge]
        codes = self._codes[standing.series]
        body = {
            **self._head(act, standing, codes.relate, numbers),
            "instrument": part.instrument(act.record),
            "senior": numbers.pledges[act.senior],
            "kind": act.kind.value,
            "cap": "0",
            "consents": part.once(part.consents(codes, codes.relate, act.record, ATTESTED, standing.pledgors, standing.holders)),
        }
        standing.version += 1
        return body

    def _add(self, body: Json, act: PledgeAct, numbers: Numbers, content: str, consents: list[Json], mode: int) -> None:
        standing = self.standings[act.pledge]
        codes = self._codes[standing.series]
        match act:
            case PartyChange():
                consents += self._party_change(body, act, standing, codes, numbers, mode)
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
        consents += part.consents(codes, code, act.record, mode, standing.pledgors, standing.holders)
        standing.version += 0 if isinstance(act, Note) else 1

    def _party_change(self, body: Json, act: PartyChange, standing: Standing, codes: Codes, numbers: Numbers, mode: int) -> list[Json]:
        code = codes.transfer if act.transfer else codes.correct_parties
        incoming = (act.pledgors or (), act.holders or ())
        body["parties"].append(
            {
                **self._head(act, standing, code, numbers),
                "pledgors": part.parties(incoming[0], PartyRole.PLEDGOR),
                "holders": part.parties(incoming[1], PartyRole.PLEDGEE),
                "names": [part.name(party) for side in incoming for party in side],
            }
        )
        consents = part.consents(codes, code, act.record, mode, standing.pledgors, standing.holders, *incoming)
        standing.pledgors, standing.holders = act.pledgors or standing.pledgors, act.holders or standing.holders
        standing.version += 1
        return consents

    def _segment(self, act: Supplement, standing: Standing, code: int, numbers: Numbers, content: str) -> Json:
        """The assets of a supplement; those of a long one are reserved, and their titles published, before."""
        listed = part.listing_of(act.record, act.assets)
        standing.add(listed)
        reserved = listed is not None and part.is_long(listed)
        return {
            **self._head(act, standing, code, numbers),
            "list": part.asset_list(listed),
            "reserved": numbers.of_root[act.pledge, listed.root] if listed and reserved else 0,
            **part.page(None if reserved else listed),
            "titles": list(listed.titles) if listed and not reserved else [],
            "content": content,
        }

    def _release(self, act: Release, standing: Standing, code: int, numbers: Numbers) -> Json:
        return {
            **self._head(act, standing, code, numbers),
            "basis": act.basis.value,
            "reason": RELEASED,
            "unlisted": part.keys(standing.series, act.unlisted),
            "unpledged": part.keys(standing.series, act.unpledged),
        }

    def _part_release(self, act: PartRelease, standing: Standing, code: int, numbers: Numbers) -> Json:
        ending = {asset_key(standing.series, item) for item in act.ended}
        pages: list[Json] = []
        # After a restart the register may hold segments that documents after this one have added.
        held = numbers.segments[act.pledge][: len(standing.segments)]
        for number, listed, ended in zip(held, standing.segments, standing.ended, strict=True):
            if listed is not None:
                pages += part.leaf_pages(number, listed, ending - ended)
                ended.update(ending.intersection(listed.keys))
        return {
            **self._head(act, standing, code, numbers),
            "basis": act.basis.value,
            "reason": RELEASED,
            "leaves": pages,
            "unpledged": part.keys(standing.series, act.unpledged),
        }

    def _note(self, act: Note, standing: Standing, code: int, numbers: Numbers) -> Json:
        return {
            **self._head(act, standing, code, numbers),
            "kind": act.remark.value,
            "other": numbers.pledges[act.other] if act.other else 0,
            "subject": to_hex(part.number_word(act.record)),
            "assets": part.named_keys(standing.series, act),
            "text": act.text,
        }

    def _head(self, act: PledgeAct, standing: Standing, code: int, numbers: Numbers) -> Json:
        version = ANY_VERSION if isinstance(act, Note) else standing.version
        return {
            "on": {"pledge": numbers.pledges[act.pledge], "version": version, "code": code, "when": part.when(act.record)},
            "parties": {
                "pledgorsRoot": to_hex(part.root(standing.pledgors, PartyRole.PLEDGOR)),
                "holdersRoot": to_hex(part.root(standing.holders, PartyRole.PLEDGEE)),
                "pledgors": part.parties(standing.pledgors, PartyRole.PLEDGOR),
                "holders": part.parties(standing.holders, PartyRole.PLEDGEE),
            },
        }


def mode_of(done: Done) -> int:
    """The mode in which officers vouch for the parties of a document: what a court ordered is not attested as theirs."""
    ordered = any(isinstance(act, Release | PartRelease) and act.ordered for act in done.acts)
    return ORDERED if ordered else ATTESTED


def content(record: Recordation) -> Json:
    """The private content of a record."""
    return part.content(record)


def _part_order(act: PledgeAct) -> int:
    order = (PartyChange, Supplement, PartRelease, Release, Note, *ALONE)
    return next(index for index, kind in enumerate(order) if isinstance(act, kind))
