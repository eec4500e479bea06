"""`scripts/bench gas`: what acts on pledges and receivables cost, as receipts of whole transactions on a fresh anvil say it.

Acts are signed by real keys, have numbered ids and run through Acts. Rights are American patents that their office records under attested
consents; ends and transfers are of pledges of 44 rights in the Chinese register, where parties sign, ten acts a transaction. An account's
first act is dearer, since it begins a new word of ids, and comes before what is measured.
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench import pledge_bodies as bodies
from bench import receivable_gas
from bench.house import House, running
from bench.report import Figure, options, show, step
from ledger.domain.act_types import Consent, FilePledge
from ledger.domain.acts import ATTESTED, SIGNED, SignedAct
from ledger.domain.assets import PAGE, Listing, listing, us_patent_key
from ledger.domain.registers import PartyRole
from ledger.domain.shipped_registers import CN_PATENTS, US_PATENTS

RIGHTS = 44
LONG = 1_100
TEN = 10
MOST_A_TRANSACTION = "at most 8,000,000"
MOST_AN_ACT = "at most 110,000"


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    chosen = _options().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="pledgebook-bench-") as folder:
        figures = measure(Path(folder))
    show(figures, chosen.json)


def _options() -> argparse.ArgumentParser:
    return options("gas", "Gas of acts on pledges, through Acts with real signatures, and on receivables, beside their peers.")


def measure(folder: Path) -> dict[str, Figure]:
    """All figures, with the chain in `folder`. Raises ActRefused."""
    with running(folder) as house:
        office = Office(house)
        return office.registrations() | office.lives() | receivable_gas.measure(house, folder)


class Office:
    """Acts on fresh rights of one ledger."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.parties = bodies.Parties.of(house.pledgor.account, house.pledgee.account, house.newcomer.account)
        self._numbers = count(1_000_000)
        self._blinds = count(1)
        # Every account's first act, before any that is measured.
        self.house.run([self.release(self.registered())])
        self.house.run([self.transfer(self.registered())])

    def _rights(self, office: str, number: int, *, titled: bool = False) -> Listing:
        keys = [us_patent_key(str(next(self._numbers)).zfill(8)) for _ in range(number)]
        title = "A method of doing the same thing in another way" if titled else ""
        return listing({office.encode() + key[2:]: title for key in keys}, next(self._blinds).to_bytes(32))

    # --- Registrations ---

    def registrations(self) -> dict[str, Figure]:
        """What registrations cost, by the number of their rights."""
        with step("recording rights"):
            one, some = self.recorded(1), self.recorded(RIGHTS)
            titled = self.recorded(RIGHTS, titled=True) - some
        with step(f"registering {LONG:,} rights by pages"):
            pages, rest = self.registered_by_pages()
        whole = f"registration of {LONG:,} rights: filing, {len(pages)} pages, decision"
        return {
            "pledge_register_1": Figure(one, "recording of 1 right", MOST_A_TRANSACTION),
            "pledge_register_44": Figure(some, f"recording of {RIGHTS} rights", MOST_A_TRANSACTION),
            "pledge_register_1100": Figure(sum(pages) + rest, whole),
            "pledge_page_max": Figure(max(pages), f"largest page of {PAGE} rights", MOST_A_TRANSACTION),
            "pledge_link_first": Figure(-(-(some - one) // (RIGHTS - 1)), "each further right of a recording", "at most 26,000"),
            "pledge_titles_44": Figure(titled, f"publication of the titles of {RIGHTS} rights, with their recording"),
        }

    def recorded(self, number: int, *, titled: bool = False) -> int:
        """Gas of a recording of so many rights, attested by an officer."""
        rights = self._rights("US", number, titled=titled)
        given = [bodies.consent(party, ATTESTED, 0) for party in (self.parties.pledgor, self.parties.pledgee)]
        filed = bodies.filing(US_PATENTS, rights, self.parties, given)
        return self.house.run([self.house.signed(bodies.recording(filed, rights), (self.house.office, ATTESTED))])

    def registered(self) -> int:
        """A pledge of 44 rights in the Chinese register, signed by its parties; its number."""
        rights = self._rights("CN", RIGHTS)
        filed, pledge, _ = self._filed(rights)
        self._run(bodies.acceptance(pledge, filed, rights, 0))
        self._run(bodies.registration(pledge, filed, rights))
        return pledge

    def registered_by_pages(self) -> tuple[list[int], int]:
        """Gas of each page of the long list, and of the filing and decision together."""
        rights = self._rights("CN", LONG)
        filed, pledge, gas = self._filed(rights)
        pages = [self._run(bodies.acceptance(pledge, filed, rights, page)) for page in range(len(rights.pages))]
        return pages, gas + self._run(bodies.registration(pledge, filed, rights))

    def _filed(self, rights: Listing) -> tuple[FilePledge, int, int]:
        house = self.house
        given = [bodies.consent(party, SIGNED, at) for at, party in enumerate((self.parties.pledgor, self.parties.pledgee))]
        filed = bodies.filing(CN_PATENTS, rights, self.parties, given)
        gas = house.run([house.signed(filed, (house.pledgor, SIGNED), (house.pledgee, SIGNED))])
        return filed, house.newest(), gas

    def _run(self, body: object) -> int:
        return self.house.run([self.house.signed(body, (self.house.office, SIGNED))])

    # --- Acts on registered pledges ---

    def lives(self) -> dict[str, Figure]:
        """What an end and a transfer cost on pledges of 44 rights: of a document on ten pledges, of a transaction of ten acts, alone."""
        with step("releasing and transferring"):
            release, transfer, attested = (self._measured(act) for act in (self.release, self.transfer, self.attested_transfer))
        by_holder, by_three, by_two = "signed by the holder", "signed by both holders and an officer", "attested by two officers"
        document, own = f"one of {TEN} in a document", f"in an act of its own, one of {TEN} in a transaction"
        return {
            "pledge_release_whole": Figure(release.act, f"release, {by_holder}, {own}", MOST_AN_ACT),
            "pledge_transfer": Figure(transfer.act, f"transfer, {by_three}, {own}", MOST_AN_ACT),
            "pledge_transfer_attested": Figure(attested.act, f"transfer, {by_two}, {own}", MOST_AN_ACT),
            "pledge_release_document": Figure(release.document, f"release, {by_holder}, {document}", MOST_AN_ACT),
            "pledge_transfer_document": Figure(transfer.document, f"transfer, {by_three}, {document}", MOST_AN_ACT),
            "pledge_release_alone": Figure(release.alone, f"release, {by_holder}, alone in its transaction"),
            "pledge_transfer_alone": Figure(transfer.alone, f"transfer, {by_three}, alone in its transaction"),
        }

    def release(self, *pledges: int) -> SignedAct:
        """By the holder's own signature."""
        body = bodies.releases(pledges, self.parties, bodies.consent(self.parties.pledgee, SIGNED, 0))
        return self.house.signed(body, (self.house.pledgee, SIGNED))

    def transfer(self, *pledges: int) -> SignedAct:
        """By the signatures of both holders and an officer."""
        house = self.house
        body = bodies.transfers(pledges, self.parties, self._both_holders(SIGNED))
        return house.signed(body, (house.pledgee, SIGNED), (house.newcomer, SIGNED), (house.office, SIGNED))

    def attested_transfer(self, *pledges: int) -> SignedAct:
        """By two officers, one of whom saw the papers."""
        house = self.house
        body = bodies.transfers(pledges, self.parties, self._both_holders(ATTESTED))
        return house.signed(body, (house.office, ATTESTED), (house.second, SIGNED))

    def _both_holders(self, mode: int) -> list[Consent]:
        newcomer = 1 if mode == SIGNED else 0
        parties = self.parties
        return [bodies.consent(parties.pledgee, mode, 0), bodies.consent(parties.newcomer, mode, newcomer, PartyRole.NEW_PLEDGEE)]

    def _measured(self, act: Callable[..., SignedAct]) -> "Cost":
        alone, *ten = (self.registered() for _ in range(TEN + 1))
        more = [self.registered() for _ in range(TEN)]
        return Cost(
            document=_tenth(self.house.run([act(*more)])),
            act=_tenth(self.house.run([act(pledge) for pledge in ten])),
            alone=self.house.run([act(alone)]),
        )


@dataclass(frozen=True, slots=True)
class Cost:
    """Gas of one pledge's part: of a document on ten, of a transaction of ten acts, of a transaction of its own."""

    document: int
    act: int
    alone: int


def _tenth(gas: int) -> int:
    return -(-gas // TEN)
