"""What is known of a pledge when an act on it is drafted: its record, its filing, its lists with their blinds.

The filing and the blinds are read from the chain's own transactions and from the documents that the caller's members hold; nothing of it is
believed: the hashes on the ledger decide. What is known nowhere is asked for.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from gateway.access import Session
from gateway.errors import Problem, invalid, not_found
from gateway.filing import Dossier, dossier
from gateway.outbox import recovered
from gateway.registers import KeptRules, kept_rules
from gateway.services import Services
from ledger.chain.blocks import LOG_BITS
from ledger.domain.act_types import FilePledge, Party, RecordPledge
from ledger.domain.acts import struct_hash
from ledger.domain.assets import AssetError, Listing, listing
from ledger.domain.ids import from_hex
from ledger.domain.registers import ActRule, act_rule
from ledger.mirror.models import Encumbrance, Segment, Side
from ledger.mirror.queries import pledges, registers
from ledger.mirror.queries.pledges import Standing
from ledger.mirror.schema import number


@dataclass
class Desk:
    """Where an act is drafted: who asks, and one snapshot of the mirror at a block and its time (UTC seconds)."""

    services: Services
    session: Session
    conn: Connection
    block: int
    time: int
    _bodies: dict[int, list[Any]] = field(default_factory=dict)

    # --- Registers -----------------------------------------------------------------------------------------------------------

    def register(self, named: str | int, field_: str = "register") -> KeptRules:
        """A register by its number or its key. Raises 422."""
        number_ = register_number(self.services, named, field_)
        kept = kept_rules(self.conn, number_)
        if kept is None:
            raise invalid(f"{field_}: there is no register {number_} on this ledger; see `pledgebook register list`", field=field_)
        return kept

    def zone(self, register: int) -> ZoneInfo:
        """The zone in which a register's days end. Raises 422 where it is not described here."""
        known = self.services.catalogue.register(register)
        if known is None:
            raise invalid(f"register: {register} is not described here, so its days have no zone; write times with their offset")
        return ZoneInfo(known.zone)

    def name_of(self, register: int) -> str:
        """A register in words."""
        known = self.services.catalogue.register(register)
        return f"register {register}" if known is None else f"register {register} ({known.key}, {known.name})"

    def rule(self, kept: KeptRules, code: int, version: int | None = None) -> ActRule:
        """What a version of a register (without one, that in force) says of a code. Raises 422."""
        if version is None or version == kept.row.version:
            found = kept.acts.get(code)
        else:
            rows = registers.act_rules(self.conn, kept.row.register, version)
            found = next((act_rule(number(each.word)) for each in rows if each.code == code), None)
        if found is None:
            name = self.name_of(kept.row.register)
            raise invalid(f"act: {name} has no such act (code {code}); see `pledgebook register show`", field="act")
        return found

    # --- A pledge ------------------------------------------------------------------------------------------------------------

    def standing(self, pledge: int) -> Standing:
        """A pledge as it stands. Raises 404."""
        found = pledges.get(self.conn, pledge) if 0 < pledge < 1 << 40 else None
        if found is None:
            raise not_found(f"pledge {pledge}")
        return found

    def sides(self, pledge: int) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
        """Pledgors and holders of a registered pledge, as they are on record."""
        rows = pledges.parties(self.conn, pledge)
        pledgors = tuple(_party(row) for row in rows if row.side == Side.PLEDGORS)
        return pledgors, tuple(_party(row) for row in rows if row.side == Side.HOLDERS)

    def names(self, pledge: int) -> dict[bytes, str]:
        """Published names of a pledge's parties by their words."""
        return {row.id: row.name for row in pledges.parties(self.conn, pledge) if row.name}

    def filing(self, standing: Standing) -> FilePledge:
        """The filing that a pledge came in by, from the transaction that carried it. Raises 422, 503."""
        hashed = standing.pledge.filing
        if hashed is None:
            raise invalid(f"pledge: {standing.pledge.pledge} was not filed, but made by a refinancing or an adoption", field="pledge")
        for body in self.bodies(standing.pledge.pos):
            found = body.filing if isinstance(body, RecordPledge) else body
            if isinstance(found, FilePledge) and struct_hash(found) == hashed:
                return found
        raise Problem(503, "Filing not found now", f"the node does not give the transaction that filed pledge {standing.pledge.pledge}")

    def bodies(self, pos: int) -> list[Any]:
        """The bodies of the acts that the block of a position carries, read once."""
        block = pos >> LOG_BITS
        if block not in self._bodies:
            acts = self.services.manifest.address("Acts")
            self._bodies[block] = list(recovered.bodies_in(self.services.rpc, block, acts))
        return self._bodies[block]

    # --- Lists ---------------------------------------------------------------------------------------------------------------

    def dossier(self, root: bytes) -> Dossier | None:
        """The private document of a filing, where a member that the caller speaks for holds it."""
        if not any(root):
            return None
        with self.services.office.read() as conn:
            return next((found for each in self._members if (found := dossier(conn, each, root)) is not None), None)

    @cached_property
    def _members(self) -> list[bytes]:
        return [self.session.member] if self.session.member is not None else self.services.keystore.members()

    def filed_list(self, filing: FilePledge, titled: Mapping[bytes, str] | None, blind: bytes | None) -> Listing | None:
        """The list of a filing: from what is given, else from its dossier; None where it states none. Raises 422."""
        if not filing.assets.count:
            return None
        kept = self.dossier(filing.content)
        keys = titled if titled is not None else {from_hex(each.key): each.title for each in kept.rights} if kept else {}
        chosen = blind if blind is not None else from_hex(kept.blind) if kept else None
        if not keys or chosen is None:
            raise invalid(
                "rights: the list of this filing is not held here; give its rights (with their titles) and the blind, "
                "as its draft answered them",
                field="rights",
            )
        return checked_list(keys, chosen, filing.assets.root, filing.assets.titles)

    def segment_list(self, segment: Segment, blind: bytes | None, titled: Mapping[bytes, str] | None = None) -> Listing | None:
        """The list of a segment of a pledge, its blind found where it was presented; None where no right is stated.

        `titled`: the rights of a list that is reserved only, which nobody can read yet. Raises 422.
        """
        if not segment.assets:
            return None
        if titled is None:
            pledged = [each for each in self._pledged(segment.pledge) if each.encumbrance.segment == segment.segment]
            titled = {each.encumbrance.listed: each.title or "" for each in pledged}
        for each in self._blinds(segment, blind) if titled else ():
            found = listing(titled, each)
            if found.root == segment.root:
                return found
        raise invalid(
            f"rights: with no blind that is known here they are the list of segment {segment.segment}; give every right of it, or the "
            "blind that its draft answered",
            field="rights",
        )

    def leaves(self, pledge: int) -> list[Encumbrance]:
        """The rights of a pledge's segments, ended ones too."""
        return [each.encumbrance for each in self._pledged(pledge)]

    def _pledged(self, pledge: int) -> list[pledges.Pledged]:
        found: list[pledges.Pledged] = []
        after: Any = None
        while True:
            page = pledges.assets(self.conn, pledge, limit=1000, after=after)
            found += page.rows
            if page.next is None:
                return found
            after = page.next

    def _blinds(self, segment: Segment, blind: bytes | None) -> Iterator[bytes]:
        if blind is not None:
            yield blind
            return
        kept = self.dossier(segment.content) if segment.content else None
        if kept is not None:
            yield from_hex(kept.blind)
        for done in pledges.history(self.conn, segment.pledge):
            if done.act.event in _LISTING_EVENTS:
                yield from _blinds_in(self.bodies(done.act.pos))


_LISTING_EVENTS = frozenset(
    ("PledgeAccepted", "PledgeRegistered", "SegmentReserved", "SegmentAdded", "RecordAdopted", "AdoptionContinued", "PledgeRefinanced")
)


def register_number(services: Services, named: str | int, field_: str = "register") -> int:
    """A register's number from itself or from its key. Raises 422."""
    if isinstance(named, int) or named.isdecimal():
        return int(named)
    known = services.catalogue.by_key(named.strip().upper())
    if known is None:
        keys = ", ".join(f"{each.number} {each.key}" for each in services.catalogue.registers.values())
        raise invalid(f"{field_}: {named[:40]!r} is none of {keys}", field=field_)
    return known.number


def checked_list(titled: Mapping[bytes, str], blind: bytes, root: bytes, titles: bytes) -> Listing:
    """The list of these rights under a blind, if it is the one that was filed. Raises 422."""
    try:
        found = listing(titled, blind)
    except AssetError as wrong:
        raise invalid(f"rights: {wrong}", field="rights") from wrong
    if found.root != root:
        raise invalid("rights: with this blind they are not the list that was filed; give every right of it, and its blind", field="rights")
    if found.titles_hash != titles:
        raise invalid("rights: the titles are not those that were filed; give each right with its title", field="rights")
    return found


def _blinds_in(bodies: Iterable[Any]) -> Iterator[bytes]:
    """Every blind that bodies present."""
    for body in bodies:
        if isinstance(body, tuple):
            yield from _blinds_in(body)
        elif is_dataclass(body):
            if isinstance(found := getattr(body, "blind", None), bytes) and any(found):
                yield found
            yield from _blinds_in(tuple(getattr(body, each.name) for each in fields(body)))


def _party(row: Any) -> Party:
    return Party(row.role, row.id, row.name_hash, row.share)
