"""Acts of every size on the real contracts: the gas that a frame gets is enough, and a dry run says what the ledger will say."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gateway import acts, contents
from gateway.drafts import Request, Wanted
from gateway.errors import Problem
from gateway.office.repository import Act, Office
from gateway.outbox import tx_rows
from gateway.outbox.envelopes import envelope_of, frame_gas
from gateway.outbox.simulate import simulate
from gateway.roles import ROLES
from ledger.domain.acts import ATTESTED, SIGNED
from ledger.domain.assets import listing, us_patent_key
from ledger.domain.ids import receivable_id, to_hex, token_id
from tests.gateway.outbox.world import OPERATOR, House
from tests.gateway.pledge import record

REF = "0x" + "0f" * 32
FACE = 10_000_000


@dataclass
class Cast:
    """A supplier, its obligor, their bank and the office, all of them held by one gateway."""

    house: House
    supplier: bytes
    obligor: bytes
    bank: bytes
    office: bytes

    def run(self, account: bytes, kind: str, body: dict[str, Any], *signers: Wanted, key: str | None = None) -> Act:
        """Runs one act; it must be done."""
        request = self.house.request(account, kind, body)
        request = replace(request, signers=signers or request.signers, key=key or request.key)
        (row,) = self.house.accept(request)
        self.house.round()
        assert self.house.act(row).state == "final", (kind, self.house.act(row).reason)
        return self.house.act(row)

    def terms(self, key: str) -> dict[str, Any]:
        """Terms of a receivable, whose content both parties hold."""
        root = contents.package({"n": key}, "a/1", b"s" * 32)
        with self.house.office.write() as conn:
            for holder in (self.supplier, self.obligor):
                contents.keep(Office(conn, holder), root)
        return {
            "supplier": to_hex(self.supplier), "obligor": to_hex(self.obligor), "face": FACE, "due": self.house.world.time() + 10**6,
            "grace": 0, "lateRate": 0, "lateBasis": 1, "currency": 840, "cash": 1, "module": 1, "leastPiece": 0, "policy": 1,
            "tenorReason": "0x" + "00" * 32,
            "contentRoot": to_hex(root.commitment.root),
        }  # fmt: skip

    def receivable(self, key: str) -> int:
        """A confirmed receivable; its id."""
        terms = self.terms(key)
        row = self.run(self.supplier, "Issue", terms, key=key)
        number = receivable_id(self.supplier, row.id)
        confirmed = {
            "receivable": number, "issuer": to_hex(self.supplier), "terms": terms, "confirmed": 7, "fingerprint": f"0x{number:064x}",
            "earlier": ["0x" + f"{number + at:064x}" for at in range(1, 3)],
        }  # fmt: skip
        self.run(self.obligor, "ConfirmReceivable", confirmed)
        return number


@pytest.fixture
def cast(house: House) -> Cast:
    supplier, obligor = house.member(ROLES["SUPPLIER"] | ROLES["ADMINISTRATOR"]), house.member(ROLES["OBLIGOR"])
    bank, office = house.holder(house.world.bank, "SETTLEMENT_BANK"), house.holder(house.world.office, "REGISTRAR")
    return Cast(house, supplier, obligor, bank, office)


def pieces(count: int, to: bytes) -> list[dict[str, Any]]:
    return [{"end": FACE * at // (count + 1), "to": to_hex(to), "ref": REF} for at in range(1, count + 1)]


def lives(cast: Cast) -> Iterator[Act]:
    """Acts of most kinds, small and at their largest."""
    number = cast.receivable(f"a {cast.supplier.hex()}")
    first = token_id(number, 0)
    yield cast.run(cast.supplier, "Move", {"token": first, "start": 0, "end": 5, "to": to_hex(cast.bank), "ref": REF})
    other = token_id(cast.receivable(f"b {cast.supplier.hex()}"), 0)
    yield cast.run(cast.supplier, "MoveBatch", {"token": other, "pieces": pieces(50, cast.bank)})
    yield cast.run(cast.bank, "Merge", {"left": other, "right": token_id(other >> 64, FACE // 51)})
    yield cast.run(cast.bank, "IssueCash", {"cash": 1, "to": to_hex(cast.obligor), "amount": 10**9, "ref": REF})
    yield cast.run(cast.obligor, "SetMandate", {"cash": 1, "cap": 10**6, "until": cast.house.world.time() + 10**6, "partial_": True})
    yield cast.run(cast.obligor, "PayReceivable", {"receivable": number, "amount": 700, "ref": "0x" + f"{number:064x}"})
    yield cast.run(cast.obligor, "TransferCash", {"cash": 1, "to": to_hex(cast.bank), "amount": 5, "ref": REF})
    yield cast.run(cast.supplier, "SetSlot", {"keyType": REF, "words": ["0x" + f"{at:064x}" for at in range(1, 9)]})
    yield cast.run(cast.office, "RecordPledge", pledge(f"7-{cast.house.world.head()}", 128), officer(cast))


def pledge(number: str, count: int) -> dict[str, Any]:
    """A pledge over many rights with long titles."""
    body = record(number, "A Ltd", "B Bank", effective=1_690_000_000, given=1_690_000_000)
    titled = {us_patent_key(f"17{at:06d}"): "A method of doing the same thing in a slightly other way " * 2 for at in range(count)}
    listed = listing(titled, b"b" * 32)
    body["filing"]["assets"] = {"root": to_hex(listed.root), "count": count, "titles": to_hex(listed.titles_hash)}
    return {**body, "assets": [to_hex(key) for key in listed.keys], "titles": list(listed.titles)}


def officer(cast: Cast) -> Wanted:
    return Wanted(cast.office, ROLES["REGISTRAR"], ATTESTED, None, None, None)


def frames(house: House, row: Act) -> list[int]:
    """The gas that the act's frame used: of the calls that Acts makes into the act's contract, by the node's trace."""
    with house.office.read() as conn:
        (carrier,) = tx_rows.carriers(conn, [row.key])[row.key]
    trace = house.world.rpc.call("debug_traceTransaction", carrier.hash, {"tracer": "callTracer"})
    return [int(call["gasUsed"], 16) for call in trace["calls"] if call["type"] == "CALL"]


def test_a_frame_gets_more_gas_than_any_act_uses(cast: Cast) -> None:
    """Half as much again stays in reserve: for older cold slots, and for what a later version of a register asks."""
    used = {}
    for row in lives(cast):
        envelope = envelope_of(row.kind, row.typed)
        (spent,) = frames(cast.house, row)
        assert envelope.gas == frame_gas(envelope.body)
        used[row.kind] = spent / envelope.gas
    assert len(used) == 9 and max(used.values()) < 2 / 3, used


def test_a_dry_run_says_what_the_ledger_says(cast: Cast) -> None:
    """Signers reach the contract as Acts appends them: what needs a second signer is refused without it, and taken with it."""
    house = cast.house
    cast.run(cast.bank, "IssueCash", {"cash": 1, "to": to_hex(cast.obligor), "amount": 500, "ref": REF})
    redeem = {"cash": 1, "holder": to_hex(cast.obligor), "amount": 200, "ref": REF}
    alone = house.request(cast.bank, "RedeemCash", redeem)
    refused = acts.accept(house.services, OPERATOR, [alone])[0]
    assert isinstance(refused, Problem) and refused.fields["reason"]["error"] == "HolderMustSign"
    both = replace(alone, signers=(*alone.signers, Wanted(cast.obligor, None, SIGNED, None, None, None)))
    (row,) = house.accept(both)
    assert simulate(house.services.rpc, house.services.manifest, envelope_of(row.kind, row.typed)) is None
    house.round()
    assert house.act(row).state == "final"
    second = house.request(cast.bank, "RedeemCash", {**redeem, "amount": 301}, signers=both.signers)
    told = acts.accept(house.services, OPERATOR, [second])[0]
    assert isinstance(told, Problem)
    untried = house.untried(second)
    house.round()
    reason = house.act(untried).reason or b""
    assert house.act(untried).state == "refused" and told.fields["reason"]["error"].encode() in reason


def test_the_ledger_names_the_terms_that_it_refuses_as_a_dry_run_does(cast: Cast) -> None:
    house = cast.house
    wrong = house.request(cast.supplier, "Issue", {**cast.terms("wrong"), "lateBasis": 0})
    told = acts.accept(house.services, OPERATOR, [wrong])[0]
    assert isinstance(told, Problem) and "The terms are not admitted: lateBasis: " in told.fields["reason"]["sentence"]
    row = house.untried(wrong)
    house.round()
    assert house.act(row).state == "refused" and json.loads(house.act(row).reason or b"") == told.fields["reason"]


def test_a_dry_run_changes_nothing(cast: Cast) -> None:
    house = cast.house
    request: Request = house.request(cast.supplier)
    (row,) = house.accept(request)
    for _ in range(3):
        assert simulate(house.services.rpc, house.services.manifest, envelope_of(row.kind, row.typed)) is None
    assert house.outcomes(row) == [] and house.world.nonce(house.relayer) == 0


def slots(words: int) -> dict[str, Any]:
    """The body of an act that takes some 22,000 gas a word."""
    return {"keyType": REF, "words": ["0x" + f"{at:064x}" for at in range(1, words + 1)]}


def test_an_act_with_too_little_gas_is_refused_at_once_and_on_the_ledger(cast: Cast) -> None:
    house = cast.house
    short = house.request(cast.supplier, "SetSlot", slots(16), gas=200_000)
    told = acts.accept(house.services, OPERATOR, [short])[0]
    assert isinstance(told, Problem) and told.fields["reason"]["error"] == "OutOfGas" and "200000 gas" in told.detail
    row = house.untried(short)
    house.round()
    assert house.act(row).state == "refused" and b"runs out of the gas" in (house.act(row).reason or b"")


@pytest.mark.parametrize("kind", ["SetSlot", "TransferCash"])
def test_the_dry_run_counts_gas_as_the_ledger_does(cast: Cast, kind: str) -> None:
    """Never stricter, else what would run is refused; and never laxer, else what runs out of gas there is said to be done."""
    house = cast.house
    cast.run(cast.bank, "IssueCash", {"cash": 1, "to": to_hex(cast.supplier), "amount": 500, "ref": REF})
    body = {"SetSlot": slots(8), "TransferCash": {"cash": 1, "to": to_hex(cast.bank), "amount": 1, "ref": REF}}[kind]
    for _ in range(2):
        (used,) = frames(house, cast.run(cast.supplier, kind, body))
    told: list[bool] = []
    for gas in (1_000, 21_000, used * 3 // 4, *range(used - 4_000, used + 9_000, 1_000), used + 60_000):
        request = house.request(cast.supplier, kind, body, gas=gas)
        told.append(acts.check(house.services, OPERATOR, request) is None)
        untried = house.untried(request)
        house.round()
        assert house.act(untried).state == ("final" if told[-1] else "refused"), (gas, used)
    assert told[:3] == [False] * 3 and told[-1]
