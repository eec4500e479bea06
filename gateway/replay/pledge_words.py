"""Words of the register as the replay needs them: asset keys and party words of US records, and the act codes of the shipped registers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.replay.parties import Party
from gateway.replay.records import Property, Series
from ledger.domain import assets
from ledger.domain import shipped_registers as registers
from ledger.domain.assets import Listing, name_hash
from ledger.domain.pledge_words import Decision, Flag
from ledger.domain.registers import Code, EndReason, Mode, PartyRole, Shipped, TimeSource

__all__ = ["Listing", "PartyRole", "name_hash"]

ANY_VERSION = 2**24 - 1
ATTESTED, ORDERED = int(Mode.ATTESTED), int(Mode.ORDERED)
REGISTERED, APPROVED = int(Decision.REGISTER), int(Decision.APPROVE)
DATE_STATED, OF_THE_BLOCK = int(TimeSource.STATED), int(TimeSource.BLOCK)
RELEASED = int(EndReason.RELEASED)
GENERAL_DESCRIPTION, PARENT_UNKNOWN = int(Flag.GENERAL_DESCRIPTION), int(Flag.PARENT_UNKNOWN)

REGISTER_OF = {Series.US_PATENT: registers.US_PATENTS, Series.US_MARK: registers.US_MARKS}


@dataclass(frozen=True, slots=True)
class Codes:
    """A register's act codes, and which parties its rules ask to consent."""

    register: int
    version: int
    shipped: Shipped
    grant: int = int(Code.REGISTER)
    supplement: int = int(Code.SUPPLEMENT)
    transfer: int = int(Code.TRANSFER)
    correct_parties: int = int(Code.CORRECT_PARTIES)
    release: int = int(Code.RELEASE)
    part_release: int = int(Code.PART_RELEASE)
    note: int = int(Code.NOTE)
    relate: int = int(Code.RELATE)
    rectify: int = int(Code.RECTIFY)

    def roles(self, code: int) -> frozenset[PartyRole]:
        """The roles in which parties consent to an act of this code."""
        return frozenset(self.shipped.acts[Code(code)].consents)

    def officers(self, code: int) -> int:
        """How many officers sign an act of this code whose consents, if any, they vouch for."""
        rule = self.shipped.acts[Code(code)]
        return max(rule.officers, rule.officers_vouching)


def codes() -> dict[Series, Codes]:
    """The codes of each series' register, in the version that the ledger is founded with."""
    return {series: Codes(number, 1, registers.shipped(number)) for series, number in REGISTER_OF.items()}


def asset_key(series: Series, asset: Property) -> bytes:
    """The key of a listed right by the office's own first number; by its registration number where the record gives no other."""
    class_ = assets.PATENT if series is Series.US_PATENT else assets.MARK
    if not asset.application:
        return assets.asset_key("US", class_, assets.REGISTRATION, asset.registration)
    form = assets.APPLICATION if series is Series.US_PATENT else assets.SERIAL
    return assets.asset_key("US", class_, form, asset.application)


def party_word(party: Party) -> bytes:
    """The word of a party that a record names: the organisation, whatever its capacity."""
    return assets.stated_party(party.key)


def listing(titled: Mapping[bytes, str], blind: bytes) -> Listing | None:
    """The listing of a record's assets; None where the record states none."""
    return assets.listing(titled, blind) if titled else None
