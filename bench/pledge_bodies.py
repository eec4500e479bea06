"""Bodies of pledge acts as a gateway writes them, for one pledgor and one pledgee who are members."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.act_types import (
    AcceptPledge,
    ActOn,
    AssetList,
    ChangeParties,
    Consent,
    DecidePledge,
    FilePledge,
    Ground,
    Instrument,
    PartiesNow,
    Party,
    PartyName,
    PledgeActs,
    PublishTitles,
    RecordPledge,
    ReleasePledge,
    Terms,
    When,
)
from ledger.domain.acts import SIGNED
from ledger.domain.assets import Listing, member_party, name_hash, side_root
from ledger.domain.registers import Code, PartyRole
from ledger.domain.shipped_registers import shipped

ZERO = bytes(32)
PAPER = b"paper".ljust(32, b"\0")
NOW = When(0, False, 0)
FIXED, CNY, CEILING = 1, 156, 500_000_000
REGISTER, APPROVE, PASSED = 1, 4, 1
CITED, RELEASED = 1, 1
_INSTRUMENT = Instrument(b"49107-392".ljust(32, b"\0"), b"document".ljust(32, b"\0"), 0, "PATENT SECURITY AGREEMENT")


@dataclass(frozen=True, slots=True)
class Parties:
    """The members of a pledge: account words and the published names behind them."""

    pledgor: Party
    pledgee: Party
    newcomer: Party

    @classmethod
    def of(cls, pledgor: bytes, pledgee: bytes, newcomer: bytes) -> "Parties":
        """By their accounts."""
        return cls(_party(PartyRole.PLEDGOR, pledgor), _party(PartyRole.PLEDGEE, pledgee), _party(PartyRole.PLEDGEE, newcomer))


def _name(account: bytes) -> PartyName:
    return PartyName(f"COMPANY {account[:4].hex().upper()} LIMITED", "")


def _party(role: PartyRole, account: bytes) -> Party:
    text = _name(account)
    return Party(role, member_party(account), name_hash(text.name, text.capacity), 1 if role == PartyRole.PLEDGEE else 0)


def _names(parties: Sequence[Party]) -> tuple[PartyName, ...]:
    return tuple(_name(party.id[-20:]) for party in parties)


def consent(party: Party, mode: int, signer: int, role: int = 0) -> Consent:
    """A party's consent, in its own role or in `role`, given by the envelope's signer of that index."""
    return Consent(role or party.role, mode, signer, party.id, ZERO if mode == SIGNED else PAPER, 0, 0)


def filing(register: int, rights: Listing, parties: Parties, consents: Sequence[Consent]) -> FilePledge:
    """Under the first version of a register's rules."""
    assets = AssetList(rights.root, len(rights.keys), rights.titles_hash)
    terms = Terms(CEILING, CNY, FIXED, 0, 0)
    both = (parties.pledgor, parties.pledgee)
    return FilePledge(register, 1, Code.REGISTER, 0, terms, both, assets, PAPER, PAPER, _INSTRUMENT, NOW, tuple(consents))


def recording(filed: FilePledge, rights: Listing) -> RecordPledge:
    """Filed, accepted and registered at once."""
    return RecordPledge(filed, rights.blind, rights.keys, _names(filed.parties), rights.titles, ())


def acceptance(pledge: int, filed: FilePledge, rights: Listing, page: int) -> AcceptPledge:
    """One page of the rights."""
    return AcceptPledge(pledge, filed, rights.blind, page, rights.page_roots, rights.pages[page])


def registration(pledge: int, filed: FilePledge, rights: Listing, *, approved: bool = False) -> DecidePledge:
    """The decision to register; one that was approved answered its grounds before, and its titles are published."""
    titles, grounds = ((), ()) if approved else (rights.titles, _grounds(filed.register))
    return DecidePledge(pledge, REGISTER, filed, _names(filed.parties), titles, grounds, PAPER)


def _grounds(register: int) -> tuple[Ground, ...]:
    return tuple(Ground(ground.number, PASSED, ZERO) for ground in shipped(register).grounds)


def titles(segment: int, rights: Listing, page: int) -> PublishTitles:
    """One page of the titles."""
    return PublishTitles(segment, page, rights.title_roots, rights.title_pages[page])


def releases(pledges: Sequence[int], parties: Parties, given: Consent) -> PledgeActs:
    """One document that releases pledges whole to which nothing happened yet."""
    now = PartiesNow(_root(parties.pledgor), ZERO, (), (parties.pledgee,))
    ended = tuple(ReleasePledge(_on(pledge, Code.RELEASE), now, CITED, RELEASED, (), ()) for pledge in pledges)
    return PledgeActs(_INSTRUMENT, (given,), (), (), (), (), ended, (), ())


def transfers(pledges: Sequence[int], parties: Parties, given: Sequence[Consent]) -> PledgeActs:
    """One document by which claims, and the security with them, go from the pledgee to the newcomer."""
    now = PartiesNow(_root(parties.pledgor), ZERO, (), (parties.pledgee,))
    holders = (parties.newcomer,)
    changes = tuple(ChangeParties(_on(pledge, Code.TRANSFER), now, (), holders, _names(holders)) for pledge in pledges)
    return PledgeActs(_INSTRUMENT, tuple(given), (), changes, (), (), (), (), ())


def _on(pledge: int, code: Code) -> ActOn:
    return ActOn(pledge, 0, code, NOW)


def _root(party: Party) -> bytes:
    return side_root([(party.role, party.id, party.nameHash, party.share)])
