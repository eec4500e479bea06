"""Drives the gateway's API through a plan's pledges, wave by wave; the office's officers attest what the records say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gateway.replay import pledge_bodies, pledge_words
from gateway.replay.client import ActWanted, Gateway, Json, chunks
from gateway.replay.journal import Journal, Progress
from gateway.replay.pace import Pace
from gateway.replay.pledge_acts import Grant, Placement, Ref
from gateway.replay.pledge_bodies import Done, Numbers, Writer
from gateway.replay.pledge_words import Codes
from gateway.replay.records import Series
from ledger import faults
from ledger.domain.ids import to_hex
from ledger.domain.registers import Code
from ledger.mirror.database import Database
from ledger.mirror.queries import pledges

_ACTS_A_STEP = 100
_ACT_LIFE_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Office:
    """The office of a series: its account and the keys of its officers."""

    account: bytes
    keys: tuple[bytes, ...]


@dataclass(slots=True)
class PledgeDrive:
    """What a drive of pledges stands on. `now` is the chain's time; `advanced` hears how many records were sent."""

    placements: Sequence[Placement]
    gateway: Gateway
    offices: dict[Series, Office]
    pace: Pace
    journal: Journal
    mirror: Database
    now: Callable[[], int]
    advanced: Callable[[int], None]
    codes: dict[Series, Codes] = field(default_factory=pledge_words.codes)

    def run(self, progress: Progress) -> Progress:
        """All waves after `progress`; each is final before the next, since versions are counted from one to the next."""
        writer = Writer(self.codes)
        for number, wave in enumerate(pledge_bodies.waves(self.placements)):
            numbers = self._numbers()
            roots = self._contents(wave)
            wanted = [
                self._act(writer, done, index, numbers, root) for done, root in zip(wave, roots, strict=True) for index in _parts(done)
            ]
            if number >= progress.pledge_waves:
                self._send(wanted)
                progress = self.journal.change(progress, pledge_waves=number + 1)
                faults.point("replay.wave")
            self.advanced(len(wave))
        return progress

    def _send(self, wanted: Sequence[ActWanted]) -> None:
        for part in chunks(wanted, _ACTS_A_STEP):
            at = self.now()
            beat = self.pace.begin(at)
            refs = self.gateway.submit(part, at + _ACT_LIFE_SECONDS)
            self.gateway.wait_acts(refs, "sent", beat)
            self.pace.mine()
            self.gateway.wait_acts(refs, "final", beat)

    def _contents(self, wave: Sequence[Done]) -> list[str]:
        return self.gateway.contents(
            [
                {
                    "member": to_hex(self._office(done).account),
                    "schema": pledge_bodies.RECORD_SCHEMA,
                    "document": pledge_bodies.content(done.placement.record),
                }
                for done in wave
            ]
        )

    def _act(self, writer: Writer, done: Done, index: int, numbers: Numbers, root: str) -> ActWanted:
        record, office = done.placement.record, self._office(done)
        act = done.acts[index]
        if isinstance(act, Grant):
            body, kind = writer.record_pledge(act, root), "RecordPledge"
            officers = self.codes[record.series].officers(Code.REGISTER)
        else:
            body, kind = writer.pledge_acts(done, numbers, root), "PledgeActs"
            officers = max(self.codes[record.series].officers(each["on"]["code"]) for name in _LISTS for each in body[name])
        key = f"replay/{record.series.value}/{record.number}/{kind}"
        return ActWanted(key, office.account, kind, body, None, _officers(office, officers))

    def _office(self, done: Done) -> Office:
        return self.offices[done.placement.record.series]

    def _numbers(self) -> Numbers:
        """What the register gave out so far, read from the mirror by the office's record numbers."""
        found: dict[Ref, int] = {}
        segments: dict[Ref, list[int]] = {}
        granted = [act.pledge for placement in self.placements for act in placement.acts if isinstance(act, Grant)]
        with self.mirror.read() as conn:
            for pledge in granted:
                for standing in pledges.of_number(conn, str(pledge.number).encode().ljust(32, b"\0")):
                    if self.codes[_series(pledge)].register == standing.pledge.register:
                        found[pledge] = standing.pledge.pledge
                        segments[pledge] = [each.segment for each in pledges.segments(conn, standing.pledge.pledge)]
        return Numbers(found, segments)


_LISTS = ("terms", "parties", "segments", "partReleases", "releases", "states", "notes")


def _series(pledge: Ref) -> Series:
    return Series(pledge.series)


def _parts(done: Done) -> range:
    """Each grant is an act of its own; everything else that a document does is one act."""
    return range(len(done.acts)) if isinstance(done.acts[0], Grant) else range(1)


def _officers(office: Office, count: int) -> tuple[Json, ...]:
    return tuple(
        {"account": to_hex(office.account), "role": "REGISTRAR", "mode": "ATTESTED", "key": to_hex(key)}
        for key in office.keys[: max(count, 1)]
    )


def grants(placements: Sequence[Placement]) -> int:
    """How many pledges a plan creates."""
    return sum(isinstance(act, Grant) for placement in placements for act in placement.acts)
