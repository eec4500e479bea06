"""Accepting acts on a real ledger: what is accepted is on disk, what isn't leaves nothing, and the chain itself remembers what ran."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from gateway import acts, calls, signatures
from gateway.access import ACT, READ, Session
from gateway.drafts import MOST_SIGNERS, People, Request, Wanted, draft, hash_of, key_of
from gateway.errors import Problem
from gateway.office.models import ACT as ACTS
from gateway.office.models import ACT_HISTORY, AUDIT, SIGNATURE
from gateway.office.repository import Act, Call, Office
from gateway.outbox import act_rows, call_rows, encode, recovered
from gateway.outbox.envelopes import frame_gas
from gateway.outbox.lanes import RELAY
from gateway.signers.ecdsa import address_of, by
from gateway.signers.interface import SigningLocked
from gateway.signers.keystore import Keystore
from ledger.chain.calls import call_data
from ledger.domain.acts import ATTESTED, SIGNED
from ledger.domain.ids import act_id, to_hex
from ledger.mirror.database import Database
from ledger.mirror.schema import word
from tests.gateway.outbox.test_live import NO_SUCH_TOKEN
from tests.gateway.outbox.world import OPERATOR, House

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def session(account: bytes) -> Session:
    return Session("a-key", account, frozenset({READ, ACT}))


def signer(account: bytes, **changed: Any) -> Wanted:
    return replace(Wanted(account, None, SIGNED, None, None, None), **changed)


def refusal(house: House, *requests: Request, by: Session = OPERATOR) -> Problem:
    """The problem of the last request; raised or returned."""
    found = acts.accept(house.services, by, requests)[-1]
    assert isinstance(found, Problem), found
    return found


def rows(office: Database) -> list[int]:
    """How many acts, signatures, lines of history and of audit there are."""
    with office.read() as conn:
        return [conn.execute(select(func.count()).select_from(table)).scalar_one() for table in (ACTS, SIGNATURE, ACT_HISTORY, AUDIT)]


# --- In which order --------------------------------------------------------------------------------------------------------------


@contextmanager
def an_hour_ahead(monkeypatch: pytest.MonkeyPatch, house: House) -> Iterator[None]:
    """On a host whose clock is wrong, and after it in another process: an SQLite office has none."""
    right = time.time_ns
    monkeypatch.setattr(acts, "_last_accepted", 0)
    with monkeypatch.context() as ahead:
        ahead.setattr(time, "time_ns", lambda: right() + 3_600_000_000_000)
        yield
    if house.office.is_postgresql:
        monkeypatch.setattr(acts, "_last_accepted", 0)


def test_acts_go_in_the_order_in_which_gateways_took_them_though_their_clocks_differ(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    account = house.member()
    with an_hour_ahead(monkeypatch, house):
        house.accept(first := house.request(account))
    house.accept(second := house.request(account))
    with house.office.read() as conn:
        assert [row.idem_key for row in act_rows.queued(conn, 10)] == [first.key, second.key]


def test_calls_go_in_the_order_in_which_gateways_took_them_though_their_clocks_differ(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with an_hour_ahead(monkeypatch, house):
        (first,) = calls.trigger(house.services, OPERATOR, [calls.Asked("first", "Repayment", "distribute", ["7"])])
    (second,) = calls.trigger(house.services, OPERATOR, [calls.Asked("second", "Repayment", "distribute", ["8"])])
    assert isinstance(first, Call) and isinstance(second, Call)
    with house.office.read() as conn:
        assert [row.call_id for row in call_rows.waiting_calls(conn, RELAY, 10)] == [first.call_id, second.call_id]


# --- One key, one act ------------------------------------------------------------------------------------------------------------


def test_the_same_key_gives_the_same_act_however_often_it_is_sent(house: House) -> None:
    request = house.request(house.member())
    first = house.accept(request)[0]
    house.round()
    again = house.accept(request)[0]
    assert again.key == first.key and again.state == "final" and rows(house.office)[0] == 1


def test_another_content_under_the_same_key_is_a_conflict(house: House) -> None:
    request = house.request(house.member())
    house.accept(request)
    before = rows(house.office)
    for changed in (
        replace(request, body={"acceptsDirect": False}),
        replace(request, kind="SetSlot", body={"keyType": "0x" + "00" * 32, "words": []}),
        replace(request, deadline=house.world.time() + 500),
        replace(request, gas=700_000),
        replace(request, signers=(signer(request.account, mode=ATTESTED),)),
    ):
        found = refusal(house, changed)
        assert (found.status, found.title) == (409, "Idempotency key reused") and "other content" in found.detail
    assert rows(house.office) == before


def test_the_same_content_in_other_words_is_the_same_act(house: House) -> None:
    member, root = house.member(), "0x" + "aB" * 32
    before, evidence = house.accept(house.request(member))[0], b"e" * 32
    body: dict[str, Any] = {"cash": 1, "to": to_hex(member), "amount": 5, "ref": root}
    request = house.request(member, "TransferCash", body, depends_on=(before.key,), signers=(signer(member, evidence=evidence),))
    (row,) = house.accept(request)
    others: list[dict[str, Any]] = [
        {"ref": root.lower(), "amount": "5", "to": "0x" + to_hex(member)[2:].upper(), "cash": "1"},
        {"ref": root, "amount": "0005", "to": to_hex(member), "cash": 1},
    ]
    held = rows(house.office)[0]
    for other in others:
        assert house.accept(replace(request, body=other))[0] == row
        assert [each.key for each in house.accept(replace(request, body=other), request)] == [row.key] * 2
    fresh = replace(request, key="fresh")
    assert len({each.key for each in house.accept(fresh, replace(fresh, body=others[0]))}) == 1
    for changed in (
        replace(request, body=body | {"amount": "6"}),
        replace(request, body=others[0], depends_on=()),
        replace(request, body=others[0], kind="IssueCash"),
        replace(request, body=others[0], signers=(signer(member, evidence=b"f" * 32),)),
        replace(request, body=others[0], signers=(signer(member, evidence=evidence, mode=ATTESTED),)),
        replace(request, body=others[0], deadline=row.deadline + 1),
        replace(request, body=others[0] | {"more": 1}),
    ):
        assert refusal(house, changed).status == 409
        assert refusal(house, request, changed).status == 409
    assert rows(house.office)[0] == held + 1, "the fresh key's"


def test_the_same_key_twice_in_a_batch_is_one_act(house: House) -> None:
    request = house.request(house.member())
    one, two = house.accept(request, request)
    assert one.key == two.key and rows(house.office)[0] == 1


def test_the_same_key_with_other_content_in_a_batch_is_a_conflict_of_that_item_only(house: House) -> None:
    request = house.request(house.member())
    other = house.request(request.account)
    found = acts.accept(house.services, OPERATOR, [request, replace(request, body={"acceptsDirect": False}), other])
    assert isinstance(found[0], Act) and isinstance(found[2], Act)
    assert isinstance(found[1], Problem) and found[1].status == 409
    assert "came just before has it with other content" in found[1].detail
    assert rows(house.office)[0] == 2


def test_a_key_whose_request_was_refused_is_free_for_the_next_of_the_batch(house: House) -> None:
    good = house.request(house.member())
    bad, other = replace(good, body={"surprise": 1}), replace(good, body={"acceptsDirect": False})
    found = acts.accept(house.services, OPERATOR, [bad, bad, good, other, good])
    assert [each.status if isinstance(each, Problem) else None for each in found] == [422, 422, None, 409, None]
    assert found[2] == found[4]
    assert rows(house.office)[0] == 1


def test_a_key_whose_content_is_not_held_is_free_for_the_next_of_the_batch(house: House) -> None:
    good = house.request(house.member())
    terms = {
        "supplier": to_hex(good.account), "obligor": to_hex(house.member()), "face": "5", "due": house.world.time() + 500_000,
        "grace": 0, "lateRate": 0, "lateBasis": 1, "currency": 840, "cash": 1, "module": 1, "leastPiece": 0, "policy": 1,
        "tenorReason": "0x" + "00" * 32, "contentRoot": "0x" + "77" * 32,
    }  # fmt: skip
    bad = replace(good, kind="Issue", body=terms)
    found = acts.accept(house.services, OPERATOR, [bad, good])
    assert isinstance(found[0], Problem) and "content" in found[0].title.lower()
    assert isinstance(found[1], Act) and rows(house.office)[0] == 1


def test_a_key_that_comes_in_from_many_at_once_is_one_act(house: House) -> None:
    request, answers = house.request(house.member()), list[Act | Problem]()
    start = threading.Barrier(6)

    def post() -> None:
        start.wait()
        answers.extend(acts.accept(house.services, OPERATOR, [request, house.request(request.account)]))

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    accepted = [each for each in answers if isinstance(each, Act)]
    assert len(accepted) == 12 and sum(each.id == act_id(request.key) for each in accepted) == 6
    assert rows(house.office)[0] == 7


def test_acts_are_ordered_by_acceptance(house: House) -> None:
    member = house.member()
    found = house.accept(*(house.request(member) for _ in range(20)))
    assert [row.accepted for row in found] == sorted({row.accepted for row in found})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), inner),
    max_leaves=8,
)


@given(values)
def test_any_body_has_a_hash_that_its_content_decides(value: Any) -> None:
    request = Request("k", b"\1" * 20, "Move", {"x": value}, (signer(b"\1" * 20),), None, None, ())
    assert hash_of(replace(request, body={"x": value})) == hash_of(request) != hash_of(replace(request, body={"x": [value]}))


# --- What is refused leaves nothing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"key": ""}, 422, "Idempotency-Key: 1 to 256 characters"),
        ({"key": "x" * 257}, 422, "Idempotency-Key: 1 to 256 characters"),
        ({"kind": "Mint"}, 422, "kind: 'Mint' is unknown"),
        ({"body": {}}, 422, "body.acceptsDirect: missing"),
        ({"body": {"acceptsDirect": 2**70}}, 422, "body.acceptsDirect: a bool expected"),
        ({"body": {"acceptsDirect": "\ud800"}}, 422, "half of a surrogate pair"),
        ({"deadline": 5}, 422, "deadline: 5 lies before the chain's time"),
        ({"gas": 299_000_000}, 422, "gas: 299000000 is more than half a block"),
        ({"account": b"\x99" * 20}, 404, "none that you may see"),
    ],
)
def test_a_request_that_breaks_a_rule_is_named_by_field_and_leaves_nothing(house: House, changed: Any, status: int, said: str) -> None:
    member = house.member()
    before = rows(house.office)
    found = refusal(house, replace(house.request(member), **changed))
    assert found.status == status and said in found.detail
    assert rows(house.office) == before and house.transactions() == []


def test_a_long_body_without_stated_gas_gets_half_a_block(house: House) -> None:
    member = house.member()
    words = ["0x" + "11" * 32] * 3000
    request = house.request(member, kind="SetSlot", body={"keyType": "0x" + "00" * 32, "words": words})
    with house.services.snapshot() as conn:
        made = draft(request, People(conn), house.services.keystore, house.services.engine, house.world.time())
    assert frame_gas(made.envelope.body) > made.envelope.gas == house.services.engine.block_gas_limit // 2


def test_numbers_that_pass_64_bits_are_taken_as_they_are(house: House) -> None:
    member = house.member()
    row = house.untried(house.request(member, "Move", {**NO_SUCH_TOKEN, "token": 2**255 + 1}))
    assert acts.body_json(row)["token"] == str(2**255 + 1)


def test_an_act_that_the_ledger_would_refuse_is_refused_with_its_reason_and_leaves_nothing(house: House) -> None:
    member = house.member()
    before = rows(house.office)
    refused = refusal(house, house.request(member, "Move", NO_SUCH_TOKEN))
    assert (refused.status, refused.title) == (422, "Act would be refused")
    assert refused.fields["reason"]["error"] == "ERC721NonexistentToken"
    assert rows(house.office) == before


def test_an_unknown_member_can_sign_nothing(house: House) -> None:
    found = refusal(house, replace(house.request(house.member()), signers=(signer(house.member()), signer(b"\x77" * 20))))
    assert found.status == 422 or found.status == 404
    member = house.member()
    found = refusal(house, house.request(member, signers=(signer(member), signer(b"\x77" * 20))))
    assert (found.status, found.fields["field"]) == (422, "signers[1].account") and "must be admitted first" in found.detail


def test_a_suspended_member_signs_nothing(house: House) -> None:
    member = house.member()
    house.world.decide("Members", "suspend", member, b"\0" * 32)
    house.read()
    assert "is suspended" in refusal(house, house.request(member)).detail


@pytest.mark.parametrize(
    ("others", "field", "said"),
    [
        ([{}] * MOST_SIGNERS, "signers", f"{MOST_SIGNERS + 1}, at most {MOST_SIGNERS}"),
        ([{"same": True}], "signers[1].key", "or it signs already"),
        ([{"nonce": 2**200}], "signers[1].nonce", "below 2^64, or a hash"),
        ([{"nonce": 2**256}], "signers[1].nonce", "below 2^64, or a hash"),
        ([{"role": 1 << 4}], "signers[1].key", "no active key with that role"),
    ],
)
def test_a_list_of_signers_that_the_ledger_would_not_try_is_refused(
    house: House, others: list[dict[str, Any]], field: str, said: str
) -> None:
    member, other = house.member(), house.member()
    more = [signer(member if each.get("same") else other, **{k: v for k, v in each.items() if k != "same"}) for each in others]
    found = refusal(house, house.request(member, signers=(signer(member), *more)))
    assert (found.status, found.fields["field"]) == (422, field) and said in found.detail


def test_the_first_signers_nonce_is_the_act_id(house: House) -> None:
    member = house.member()
    found = refusal(house, house.request(member, signers=(signer(member, nonce=3),)))
    assert found.fields["field"] == "signers[0].nonce"
    assert house.accept(house.request(member, key="77", signers=(signer(member, nonce=77),)))[0].id == 77


def test_two_officers_are_two_keys_of_one_account(house: House) -> None:
    member = house.member()
    second = house.services.keystore.create(member)
    house.accept(house.request(member, "AddKey", {"key": to_hex(second), "roles": 4}))
    house.round()
    (row,) = house.accept(house.request(member, signers=(signer(member), signer(member))))
    with house.office.read() as conn:
        keys = {each.key for each in Office(conn, member).signatures(row.id)}
    assert len(keys) == 2 and second in keys
    house.round()
    assert house.act(row).state == "final"


def test_a_locked_gateway_accepts_nothing(house: House) -> None:
    request = house.request(house.member())
    before = rows(house.office)
    house.services.keystore = Keystore(house.office)
    with pytest.raises(SigningLocked):
        acts.accept(house.services, OPERATOR, [request])
    assert rows(house.office) == before


def test_a_member_acts_for_itself_only_and_a_reader_not_at_all(house: House) -> None:
    one, two = house.member(), house.member()
    assert refusal(house, house.request(two), by=session(one)).status == 404
    assert isinstance(acts.accept(house.services, session(one), [house.request(one)])[0], Act)
    with pytest.raises(Problem, match="lacks the scope"):
        acts.accept(house.services, Session("k", one, frozenset({READ})), [house.request(one)])


# --- What must go first --------------------------------------------------------------------------------------------------------------


def test_what_must_go_first_is_known_to_the_caller_and_has_not_failed(house: House) -> None:
    member, other = house.member(), house.member()
    theirs = house.accept(house.request(other))[0]
    unknown = refusal(house, house.request(member, depends_on=((member, word(123)),)))
    assert (unknown.status, unknown.fields["field"]) == (422, "depends_on[0]") and "not known here; post it first" in unknown.detail
    hidden = refusal(house, house.request(member, depends_on=(theirs.key,)), by=session(member))
    assert hidden.detail.replace(str(theirs.id), "").replace(to_hex(other), "") == unknown.detail.replace("123", "").replace(
        to_hex(member), ""
    )
    failed = house.untried(house.request(member, "Move", NO_SUCH_TOKEN))
    house.round()
    assert "is refused, so nothing can follow it" in refusal(house, house.request(member, depends_on=(failed.key,))).detail


def test_what_ran_before_this_office_knew_it_may_be_followed(house: House, second: House) -> None:
    member = house.member()
    house.share(second, member)
    ran = second.accept(house.request(member))[0]
    second.round()
    house.read()
    (row,) = house.accept(house.request(member, depends_on=(ran.key,)))
    assert row.state == "queued"
    house.round()
    assert house.act(row).state == "final"


def test_what_follows_an_item_that_was_refused_is_refused_with_it(house: House) -> None:
    member = house.member()
    first = house.request(member, "SetAcceptance", {"surprise": 1})
    found = acts.accept(house.services, OPERATOR, [first, house.request(member, depends_on=(key_of(first),)), house.request(member)])
    assert [isinstance(each, Act) for each in found] == [False, False, True]


# --- A restored office, another gateway ------------------------------------------------------------------------------------------------


@pytest.fixture
def ran(house: House, second: House) -> tuple[Request, Act]:
    """A request that ran at the first gateway, whose member the second one serves too."""
    member = house.member()
    house.share(second, member)
    request = house.request(member)
    row = house.accept(request)[0]
    house.round()
    second.read()
    return request, house.act(row)


def test_a_restored_office_takes_the_act_over_from_the_chain(house: House, second: House, ran: tuple[Request, Act]) -> None:
    request, there = ran
    (here,) = second.accept(request)
    assert (here.state, here.done_pos, here.done_hash, here.digest, here.typed) == (
        "final", there.done_pos, there.done_hash, there.digest, there.typed,
    )  # fmt: skip
    with second.office.read() as conn, house.office.read() as other:
        mine, theirs = Office(conn, here.member_id).signatures(here.id), Office(other, here.member_id).signatures(here.id)
    assert [each.sig for each in mine] == [each.sig for each in theirs]
    second.round()
    assert second.transactions() == [] and second.history(here) == ["final"]


@pytest.mark.parametrize(
    "change",
    [
        lambda request: replace(request, body={"acceptsDirect": False}),
        lambda request: replace(request, kind="SetSlot", body={"keyType": "0x" + "00" * 32, "words": []}),
        lambda request: replace(request, deadline=1_999_999_999),
        lambda request: replace(request, gas=777_777),
        lambda request: replace(request, signers=(signer(request.account, mode=ATTESTED),)),
        lambda request: replace(request, signers=(signer(request.account), signer(request.account))),
    ],
)
def test_another_content_is_a_conflict_that_is_learned_from_the_chain(
    second: House, ran: tuple[Request, Act], change: Callable[[Request], Request]
) -> None:
    second_key = second.services.keystore.create(ran[0].account)
    second.accept(second.request(ran[0].account, "AddKey", {"key": to_hex(second_key), "roles": 4}))
    second.round()
    before = rows(second.office)
    found = refusal(second, change(ran[0]))
    assert found.status == 409 and "other content, sent by another gateway or before a restore" in found.detail
    assert rows(second.office) == before


def test_a_refused_act_is_taken_over_as_refused_with_its_reason(house: House, second: House) -> None:
    member = house.member()
    house.share(second, member)
    request = house.request(member, "Move", NO_SUCH_TOKEN)
    house.untried(request)
    house.round()
    second.read()
    (here,) = second.accept(request)
    assert here.state == "refused" and b"ERC721NonexistentToken" in (here.reason or b"")


def test_an_id_that_was_voided_is_a_conflict_that_says_so(house: House) -> None:
    member = house.member()
    key = house.services.keystore.private(member, member)
    call = encode.Call(house.world.manifest.address("Acts"), call_data("Acts", "void", 555), 200_000)
    raw = encode.sign_legacy(call, chain_id=house.world.manifest.chain_id, nonce=0, fee=0, by=by(key)).raw
    house.world.rpc.call("eth_sendRawTransaction", raw)
    house.world.mine()
    house.read()
    found = refusal(house, house.request(member, key="555"))
    assert found.status == 409 and "was voided on the ledger" in found.detail


def test_an_accepted_act_whose_id_is_voided_on_the_ledger_is_voided(house: House) -> None:
    member = house.member()
    (row,) = house.accept(house.request(member, key="556"))
    key = house.services.keystore.private(member, member)
    call = encode.Call(house.world.manifest.address("Acts"), call_data("Acts", "void", 556), 200_000)
    raw = encode.sign_legacy(call, chain_id=house.world.manifest.chain_id, nonce=0, fee=0, by=by(key)).raw
    house.world.rpc.call("eth_sendRawTransaction", raw)
    house.world.mine()
    house.round()
    assert house.act(row).state == "voided"


def test_a_node_that_does_not_give_the_transaction_is_no_ground_for_a_conflict(
    house: House, second: House, ran: tuple[Request, Act], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.outbox.recovered.act_of", lambda *_: None)
    found = refusal(second, ran[0])
    assert found.status == 503 and "ask another" in found.detail and rows(second.office)[0] == 0


def test_a_node_that_lies_about_the_transaction_is_not_believed(
    second: House, ran: tuple[Request, Act], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = recovered.act_of

    def lying(*given: Any) -> recovered.Ran | None:
        told = real(*given)
        return None if told is None else replace(told, deadline=told.deadline + 1)

    monkeypatch.setattr(recovered, "act_of", lying)
    assert refusal(second, ran[0]).status == 409 and rows(second.office)[0] == 0


# --- Signatures ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(house: House) -> tuple[Act, bytes, PrivateKey]:
    """An act that waits for the signature of a member whose key is a wallet's."""
    wallet, member = PrivateKey(), house.member()
    account = address_of(wallet)
    house.world.admit(account)
    house.read()
    (row,) = house.accept(house.request(member, signers=(signer(member), signer(account))))
    assert row.state == "gathering"
    return row, account, wallet


def sign(key: PrivateKey, digest: bytes) -> bytes:
    made = key.sign_recoverable(digest, hasher=None)
    return made[:64] + bytes([made[64] + 27])


def test_a_wallets_signature_completes_the_act(house: House, waiting: tuple[Act, bytes, PrivateKey]) -> None:
    row, account, wallet = waiting
    moved = signatures.add_signature(house.services, session(account), row, account, sign(wallet, row.digest), b"e" * 32)
    assert moved.state == "ready"
    house.round()
    assert house.act(row).state == "final"
    assert house.history(row) == ["gathering", "ready", "queued", "sent", "final"]
    assert signatures.add_signature(house.services, session(account), house.act(row), account, None, None).state == "final"


def test_both_forms_of_a_signature_are_one(house: House, waiting: tuple[Act, bytes, PrivateKey]) -> None:
    row, account, wallet = waiting
    low = sign(wallet, row.digest)
    high = low[:32] + (ORDER - int.from_bytes(low[32:64])).to_bytes(32) + bytes([27 + 28 - low[64]])
    assert signatures.checked(high, row.digest, account) == low == signatures.checked(low, row.digest, account)
    bare = low[:64] + bytes([low[64] - 27])
    assert signatures.checked(bare, row.digest, account) == low
    signatures.add_signature(house.services, session(account), row, account, high, None)
    house.round()
    assert house.act(row).state == "final", "the ledger takes the lower half only"


CONTRACT_KEY = "0x6203a9806000205060643560f01c616f6b14631626ba7e60e01b0260005260206000f3"
"""A contract key that takes most of the gas that it may, and then whatever begins with "ok" for a signature."""


def contract_key(house: House) -> bytes:
    """A member whose key is a contract (ERC-1271)."""
    account = secrets.token_bytes(20)
    house.world.rpc.call("anvil_setCode", account, CONTRACT_KEY)
    house.world.admit(account)
    house.read()
    return account


@pytest.mark.parametrize("given_bytes", [b"ok", b"ok".ljust(65, b"\0"), b"ok" + bytes(300)], ids=["short", "as a wallet's", "long"])
def test_contract_keys_sign_with_what_they_take(house: House, given_bytes: bytes) -> None:
    member, keys = house.member(), [contract_key(house) for _ in range(3)]
    (row,) = house.accept(house.request(member, signers=(signer(member), *map(signer, keys))))
    for key in keys:
        with pytest.raises(Problem, match="the contract 0x"):
            signatures.add_signature(house.services, session(key), row, key, b"no" + given_bytes[2:], None)
        signatures.add_signature(house.services, session(key), row, key, given_bytes, None)
    for _ in range(3):
        house.round()
    assert house.act(row).state == "final"


@given(st.binary(max_size=80))
def test_no_other_bytes_are_a_signature(given_bytes: bytes) -> None:
    with pytest.raises(Problem) as refused:
        signatures.checked(given_bytes, b"d" * 32, b"k" * 20)
    assert refused.value.status == 422 and refused.value.fields["field"] == "signature"


def test_a_signature_of_another_key_or_act_is_refused_and_leaves_nothing(house: House, waiting: tuple[Act, bytes, PrivateKey]) -> None:
    row, account, wallet = waiting
    before = rows(house.office)
    for wrong in (sign(PrivateKey(), row.digest), sign(wallet, b"\1" * 32)):
        with pytest.raises(Problem, match="not by the key"):
            signatures.add_signature(house.services, session(account), row, account, wrong, None)
    assert rows(house.office) == before and house.act(row).state == "gathering"


def test_who_is_not_asked_signs_nothing(house: House, waiting: tuple[Act, bytes, PrivateKey]) -> None:
    stranger = house.member()
    with pytest.raises(Problem) as refused:
        signatures.add_signature(house.services, session(stranger), waiting[0], stranger, None, None)
    assert refused.value.status == 404


def test_a_key_that_was_revoked_meanwhile_completes_nothing(house: House) -> None:
    member, other = house.member(), house.member()
    second = house.services.keystore.create(other)
    house.accept(house.request(other, "AddKey", {"key": to_hex(second), "roles": 4}))
    house.round()
    requests = house.request(member, signers=(signer(member), signer(other, key=second)))
    row = acts.accept(house.services, session(member), [requests])[0]
    assert isinstance(row, Act) and row.state == "gathering"
    house.accept(house.request(other, "RevokeKey", {"key": to_hex(second)}, signers=(signer(other, key=other),)))
    house.round()
    with pytest.raises(Problem, match="is not active any more; make the act anew"):
        signatures.add_signature(house.services, session(other), row, other, None, None)


def test_an_act_that_expired_gathers_no_more(house: House, waiting: tuple[Act, bytes, PrivateKey]) -> None:
    row, account, wallet = waiting
    house.world.pass_time(100_000)
    house.read()
    assert house.act(row).state == "expired"
    with pytest.raises(Problem, match="takes no more signatures"):
        signatures.add_signature(house.services, session(account), row, account, sign(wallet, row.digest), None)


def test_the_first_signature_after_a_restart_needs_no_lock_that_it_holds(house: House) -> None:
    """Opening a member's secret reads the database: done inside the transaction of the signature it would wait for itself."""
    member, other = house.member(), house.member()
    row = acts.accept(house.services, session(member), [house.request(member, signers=(signer(member), signer(other)))])[0]
    assert isinstance(row, Act)
    fresh = Keystore(house.office)
    fresh.unlock(b"a long enough passphrase")
    house.services.keystore = fresh
    assert signatures.add_signature(house.services, session(other), row, other, None, None).state == "ready"


def test_only_a_held_act_is_sent_again(house: House) -> None:
    (row,) = house.accept(house.request(house.member()))
    with pytest.raises(Problem, match="does not wait for anybody"):
        house.retry(row)
    assert house.history(row) == ["gathering", "ready", "queued"]
