"""Drives the gateway's API through a plan's pledges, wave by wave; the office's officers attest what the records say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from gateway.replay import pledge_bodies, pledge_json, pledge_words
from gateway.replay.client import ActWanted, Gateway, Json, chunks
from gateway.replay.journal import Journal, Progress
from gateway.replay.pace import Pace
from gateway.replay.pledge_acts import Grant, Placement, Ref, Relation, Restoration, Succession
from gateway.replay.pledge_bodies import Numbers, Registration, Reservation, Writer
from gateway.replay.pledge_waves import Done, waves
from gateway.replay.pledge_words import Codes
from gateway.replay.records import Series
from ledger import faults
from ledger.domain.acts import body_from, struct_hash
from ledger.domain.ids import to_hex
from ledger.domain.registers import Code, Mode
from ledger.mirror.database import Database
from ledger.mirror.queries import pledges

_ACTS_A_STEP = 100


@dataclass(frozen=True, slots=True)
class Office:
    """The office of a series: its account and the keys of its officers."""

    account: bytes
    keys: tuple[bytes, ...]


@dataclass(slots=True)
class PledgeDrive:
    """What a drive of pledges stands on. `now` is the chain's time; `advanced` hears how many documents were sent.

    `deadline` of all acts, UTC seconds: the same at every start, since the same key must name the same act.
    """

    placements: Sequence[Placement]
    gateway: Gateway
    offices: dict[Series, Office]
    pace: Pace
    journal: Journal
    mirror: Database
    now: Callable[[], int]
    deadline: int
    advanced: Callable[[int], None]
    codes: dict[Series, Codes] = field(default_factory=pledge_words.codes)

    def run(self, progress: Progress) -> Progress:
        """All waves after `progress`; each is final before the next, since versions are counted from one to the next."""
        writer = Writer(self.codes)
        for number, wave in enumerate(waves(self.placements)):
            done_before = number < progress.pledge_waves
            for wanted in self._steps(writer, wave):
                if not done_before:
                    self._send(wanted)
            if not done_before:
                progress = self.journal.change(progress, pledge_waves=number + 1)
                faults.point("replay.wave")
            self.advanced(len(wave))
        return progress

    def _steps(self, writer: Writer, wave: Sequence[Done]) -> Iterator[list[ActWanted]]:
        """What is sent for a wave, one step after the other: the next one needs numbers that the step before it has given out."""
        roots = self._contents(wave)
        if not any(isinstance(done.acts[0], Grant) for done in wave):
            yield from self._reserved(wave)
            numbers = self._numbers()
            yield [act for done, root in zip(wave, roots, strict=True) for act in self._later_acts(writer, done, numbers, root)]
            return
        filed = [(act.record.series, _key(done), writer.registration(act, root)) for done, act, root in _grants(wave, roots)]
        yield [self._registered(series, key, registration) for series, key, registration in filed]
        large = [(series, key, registration) for series, key, registration in filed if registration.large]
        if large:
            yield [act for series, key, registration in large for act in self._accepted(series, key, registration)]
            yield [act for series, key, registration in large for act in self._decided(series, key, registration)]

    def _send(self, wanted: Sequence[ActWanted]) -> None:
        for part in chunks(wanted, _ACTS_A_STEP):
            beat = self.pace.begin(self.now())
            refs = self.gateway.submit(part, self.deadline)
            self.gateway.wait_acts(refs, "sent", beat)
            self.pace.mine()
            self.gateway.wait_acts(refs, "final", beat)

    def _contents(self, wave: Sequence[Done]) -> list[str]:
        return self.gateway.contents(
            [
                {
                    "member": to_hex(self.offices[done.placement.record.series].account),
                    "schema": pledge_bodies.RECORD_SCHEMA,
                    "document": pledge_bodies.content(done.placement.record),
                }
                for done in wave
            ]
        )

    def _registered(self, series: Series, key: str, registration: Registration) -> ActWanted:
        """The act that registers a pledge; one of many pages is only filed by it."""
        body, kind = (registration.filing, "FilePledge") if registration.large else (registration.recorded, "RecordPledge")
        return self._act(series, f"{key}/{kind}", kind, body, self.codes[series].officers(Code.REGISTER))

    def _accepted(self, series: Series, key: str, registration: Registration) -> list[ActWanted]:
        """A filed pledge's pages, and the approval after which its titles may be published."""
        number = self._filed(registration)
        officers = self.codes[series].officers(Code.REGISTER)
        pages = [
            self._act(series, f"{key}/AcceptPledge/{page}", "AcceptPledge", body, officers)
            for page, body in enumerate(registration.accepted(number))
        ]
        return [*pages, self._act(series, f"{key}/ApprovePledge", "DecidePledge", registration.approved(number), officers)]

    def _decided(self, series: Series, key: str, registration: Registration) -> list[ActWanted]:
        """An approved pledge's titles by pages, and the decision that makes all of it effective at once."""
        number = self._filed(registration)
        with self.mirror.read() as conn:
            segment = pledges.segments(conn, number)[0].segment
        officers = self.codes[series].officers(Code.REGISTER)
        titles = self._titles_of(series, key, pledge_json.title_pages(segment, registration.listed))
        return [*titles, self._act(series, f"{key}/DecidePledge", "DecidePledge", registration.decided(number), officers)]

    def _filed(self, registration: Registration) -> int:
        """The number that the register gave a filing."""
        filing = struct_hash(body_from("FilePledge", registration.filing))
        with self.mirror.read() as conn:
            (number,) = (each.pledge.pledge for each in pledges.of_filing(conn, filing))
        return number

    def _reserved(self, wave: Sequence[Done]) -> Iterator[list[ActWanted]]:
        """The assets of long supplements: first a page of each, which gives its segment a number, then the rest with the titles."""
        wanted = [(_key(done), each) for done in wave for each in pledge_bodies.reservations(done)]
        if not wanted:
            return
        before = self._numbers()
        yield [act for key, each in wanted for act in self._pages_of(key, each, each.pages(before, 0), 0)]
        numbers = self._numbers()
        for key, each in wanted:
            segment = numbers.of_root[each.pledge, each.listed.root]
            yield self._pages_of(key, each, each.pages(numbers, segment), 1)
            yield self._titles_of(each.record.series, f"{key}/{each.pledge.number}", each.titles(segment))

    def _pages_of(self, key: str, wanted: Reservation, bodies: Sequence[Json], first: int) -> list[ActWanted]:
        """Pages of a long supplement, from `first` on."""
        series, officers = wanted.record.series, self.codes[wanted.record.series].officers(Code.ACCEPT)
        return [
            self._act(series, f"{key}/{wanted.pledge.number}/ReserveSegment/{page}", "ReserveSegment", body, officers)
            for page, body in enumerate(bodies, first)
        ]

    def _titles_of(self, series: Series, key: str, bodies: Sequence[Json]) -> list[ActWanted]:
        officers = self.codes[series].officers(Code.ACCEPT)
        return [self._act(series, f"{key}/PublishTitles/{page}", "PublishTitles", body, officers) for page, body in enumerate(bodies)]

    def _later_acts(self, writer: Writer, done: Done, numbers: Numbers, root: str) -> Iterator[ActWanted]:
        """All that a document does to pledges that are there, as one act; relations, what it undoes, and parties are acts of their own."""
        series = done.placement.record.series
        if not all(isinstance(act, pledge_bodies.ALONE) for act in done.acts):
            body = writer.pledge_acts(done, numbers, root)
            officers = max(self.codes[series].officers(each["on"]["code"]) for name in _LISTS for each in body[name])
            yield self._act(series, f"{_key(done)}/PledgeActs", "PledgeActs", body, officers, Mode(pledge_bodies.mode_of(done)))
        for act in done.acts:
            if isinstance(act, pledge_bodies.ALONE):
                yield self._alone(writer, act, numbers, series, _key(done))

    def _alone(self, writer: Writer, act: Relation | Restoration | Succession, numbers: Numbers, series: Series, key: str) -> ActWanted:
        """An act that has a body of its own."""
        match act:
            case Relation():
                name, code, body = f"RelatePledges/{act.pledge.number}/{act.senior.number}", Code.RELATE, writer.relation(act, numbers)
            case Restoration():
                undone = self._digest(numbers.pledges[act.pledge], act.undoes)
                name, code, body = f"RectifyPledge/{act.pledge.number}", Code.RECTIFY, writer.rectification(act, numbers, undone)
            case Succession():
                body = writer.party(act)
                name, code = f"RecordParty/{body['party'][:18]}", Code.PARTY
        return self._act(series, f"{key}/{name}", name.split("/")[0], body, self.codes[series].officers(code))

    def _digest(self, pledge: int, document: Ref) -> bytes:
        """The digest of the act by which a document ended something of a pledge."""
        with self.mirror.read() as conn:
            found = pledges.history(conn, pledge)
        number = str(document.number).encode().ljust(32, b"\0")
        (digest,) = {each.act.act for each in found if each.instrument and each.instrument.number == number and each.act.event in _ENDS}
        return digest

    def _act(self, series: Series, key: str, kind: str, body: Json, officers: int, mode: Mode = Mode.ATTESTED) -> ActWanted:
        office = self.offices[series]
        signers = tuple(
            {"account": to_hex(office.account), "role": "REGISTRAR", "mode": mode.name, "key": to_hex(officer)}
            for officer in office.keys[: max(officers, 1)]
        )
        return ActWanted(key, office.account, kind, body, None, signers)

    def _numbers(self) -> Numbers:
        """What the register gave out so far, read from the mirror by the office's record numbers."""
        found: dict[Ref, int] = {}
        segments: dict[Ref, list[int]] = {}
        of_root: dict[tuple[Ref, bytes], int] = {}
        granted = [act.pledge for placement in self.placements for act in placement.acts if isinstance(act, Grant)]
        with self.mirror.read() as conn:
            for pledge in granted:
                for standing in pledges.of_number(conn, str(pledge.number).encode().ljust(32, b"\0")):
                    if self.codes[Series(pledge.series)].register == standing.pledge.register:
                        found[pledge] = standing.pledge.pledge
                        listed = pledges.segments(conn, standing.pledge.pledge)
                        segments[pledge] = [each.segment for each in listed if each.effective is not None]
                        of_root |= {(pledge, each.root): each.segment for each in listed}
        return Numbers(found, segments, of_root)


_ENDS = ("PledgeReleased", "AssetsReleased")
_LISTS = ("terms", "parties", "segments", "partReleases", "releases", "states", "notes")


def _grants(wave: Sequence[Done], roots: Sequence[str]) -> Iterator[tuple[Done, Grant, str]]:
    return ((done, act, root) for done, root in zip(wave, roots, strict=True) for act in done.acts if isinstance(act, Grant))


def _key(done: Done) -> str:
    """What the idempotency keys of a document's acts start with."""
    record = done.placement.record
    return f"replay/{record.series.value}/{record.number}"


def grants(placements: Sequence[Placement]) -> int:
    """How many pledges a plan creates."""
    return sum(isinstance(act, Grant) for placement in placements for act in placement.acts)
