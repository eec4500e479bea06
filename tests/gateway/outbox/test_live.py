"""The outbox on a real ledger, stepped by hand: every accepted act has one effect, whatever happens on the way."""

import secrets
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from gateway import calls
from gateway.drafts import key_of
from gateway.office.models import ACT, DEPENDENCY, LANE, TX
from gateway.office.repository import Act, Call, Office
from gateway.outbox import act_rows, batches, encode, lane_rows, lanes, sender, tx_rows
from gateway.outbox.lanes import LaneAlarm, LeaseLost, TxState
from gateway.outbox.sender import NotEnrolled, Sender
from gateway.outbox.states import State
from gateway.signers.ecdsa import address_of, by
from gateway.signers.keystore import HOUSE, RELAYER
from ledger import faults
from ledger.chain.deploy import ADMITTER_ROLE
from ledger.chain.engines import anvil
from ledger.chain.rpc import RpcError
from ledger.domain.ids import to_hex
from ledger.mirror.database import Database
from ledger.mirror.models import Outcome
from tests.gateway.outbox.world import OPERATOR, SUPPLIER, House, World

NO_SUCH_TOKEN = {"token": str(7 << 64), "start": 0, "end": 1, "to": to_hex(b"\1" * 20), "ref": "0x" + "00" * 32}


def sentence(row: Act) -> str:
    """What an act that is held or refused says."""
    return (row.reason or b"").decode()


# --- The common course ---------------------------------------------------------------------------------------------------------


def test_an_act_goes_from_queue_to_final(house: House) -> None:
    (row,) = house.accept(house.request(house.member()))
    assert row.state == "queued"
    house.send()
    assert house.act(row).state == "sent"
    house.world.mine()
    house.read()
    assert house.act(row).state == "final" and house.act(row).done_pos is not None
    assert house.history(row) == ["gathering", "ready", "queued", "sent", "final"]
    assert house.transactions() == [(0, 0, "acts", "final")]
    assert house.outcomes(row) == [Outcome.DONE]
    house.check()


def test_many_acts_share_a_transaction_and_each_has_its_outcome(house: House) -> None:
    member = house.member()
    good = [house.request(member) for _ in range(5)]
    rows = house.accept(*good[:3], house.request(member, "Move", NO_SUCH_TOKEN), *good[3:])
    house.round()
    assert house.states(rows) == ["final"] * 3 + ["refused"] + ["final"] * 2
    assert len(house.transactions()) == 1
    assert "There is no token" in sentence(house.act(rows[3]))


def test_a_refused_act_is_spent_and_never_runs_later(house: House) -> None:
    row = house.untried(house.request(house.member(), "Move", NO_SUCH_TOKEN))
    house.round()
    assert house.act(row).state == "refused"
    # Another relayer sends the very same signed act again.
    stranger = PrivateKey()
    relayer = address_of(stranger)
    house.world.decide("Acts", "setRelayer", relayer, True)
    acts_address = house.world.manifest.address("Acts")
    run = encode.Call(acts_address, _call_data(house), 3_000_000)
    house.world.rpc.call(
        "eth_sendRawTransaction", encode.sign_legacy(run, chain_id=house.world.manifest.chain_id, nonce=0, fee=0, by=by(stranger)).raw
    )
    house.world.mine()
    house.read()
    assert house.outcomes(row) == [Outcome.REFUSED, Outcome.SKIPPED]
    assert house.act(row).state == "refused" and house.history(row)[-1] == "refused"


def _call_data(house: House) -> bytes:
    """The call data of the lane's first transaction."""
    with house.office.read() as conn:
        (tx,) = tx_rows.unsettled(conn) or [tx for page in tx_rows.mined_down(conn) for tx in page]
    sent = house.world.rpc.call("eth_getTransactionByHash", tx.hash)
    return bytes.fromhex(sent["input"][2:])


def test_nothing_new_changes_nothing(house: House) -> None:
    house.accept(house.request(house.member()))
    house.round()
    assert house.settler.step() is False and house.relay.step() is False


# --- The pool, the node, the nonces ----------------------------------------------------------------------------------------------


def test_the_same_bytes_go_out_again_after_the_pool_was_dropped(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = house.accept(house.request(house.member()))
    house.send()
    before = house.raws()
    house.world.rpc.call("anvil_dropAllTransactions")
    house.round()
    assert house.act(row).state == "sent", "not overdue yet, so nothing was sent again"
    monkeypatch.setattr(lanes, "_PAUSE", dict.fromkeys(lanes._PAUSE, -1))
    house.round()
    assert house.act(row).state == "final" and house.raws() == before
    house.check()


def test_a_nonce_whose_bytes_the_node_refuses_for_ever_is_filled(
    world: World, office: Database, mirror: Database, quick_sealing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(lanes._PAUSE, TxState.WRITTEN, -1)
    # An engine description that promises larger blocks than this node has.
    house = House.build(world, office, mirror, engine=replace(anvil.ENGINE, block_gas_limit=2_000_000_000)).enrol()
    member = house.member()
    good = house.accept(house.request(member))[0]
    house.send()
    (too_much,) = house.accept(house.request(member, gas=900_000_000))
    later = house.accept(house.request(member))[0]
    # It is believed when it is said again.
    house.send()
    house.send()
    assert house.transactions() == [(0, 0, "acts", "sent"), (1, 0, "acts", "refused"), (1, 1, "fill", "sent"), (2, 0, "acts", "sent")]
    assert house.act(too_much).state == "ready" and "The node takes no transaction with it" in sentence(house.act(too_much))
    house.round()
    assert house.states([good, too_much, later]) == ["final", "ready", "final"]
    assert house.transactions()[1] == (1, 0, "acts", "lost")
    house.check()


@pytest.fixture
def dear(world: World, office: Database, mirror: Database, quick_sealing: None) -> Iterator[House]:
    """A gateway that takes its chain for one with a market of fees; its keys can pay."""
    house = House.build(world, office, mirror, engine=replace(anvil.ENGINE, gas_price=1_000, fee_market=True)).enrol()
    for key in (house.relayer, house.council._key):
        world.rpc.call("anvil_setBalance", key, hex(10**24))
    yield house
    world.rpc.call("anvil_setNextBlockBaseFeePerGas", "0x0")
    world.mine()


def test_what_no_block_takes_is_replaced_by_what_offers_more(dear: House, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = dear.accept(dear.request(dear.member()), dear.request(dear.member()))
    dear.send()
    dear.world.rpc.call("anvil_setNextBlockBaseFeePerGas", hex(10**9))
    dear.round()
    assert dear.states(rows) == ["sent", "sent"] and len(dear.raws()) == 1, "not stuck yet"
    monkeypatch.setattr(lanes, "STUCK_MS", -1)
    dear.relay.step()
    dear.world.rpc.call("anvil_setNextBlockBaseFeePerGas", hex(10**9))
    dear.world.mine()
    dear.read()
    assert dear.states(rows) == ["final", "final"]
    assert dear.transactions() == [(0, 0, "acts", "lost"), (0, 1, "acts", "final")]
    dear.check()


def test_a_call_is_done_by_whichever_of_its_attempts_a_block_takes(dear: House, monkeypatch: pytest.MonkeyPatch) -> None:
    dear.world.decide("Council", "grantRole", 2, dear.council._key, 0)
    relayer = dear.services.keystore.create(HOUSE, RELAYER)
    with dear.office.write() as conn:
        made = calls.enrolment(dear.services, conn, relayer)
    dear.council.step()
    (first,) = dear.raws(dear.council)
    monkeypatch.setattr(lanes, "STUCK_MS", -1)
    dear.council.step()
    assert len(dear.raws(dear.council)) == 2
    dear.world.rpc.call("anvil_dropAllTransactions")
    dear.world.rpc.call("eth_sendRawTransaction", first)
    dear.world.mine()
    dear.read()
    with dear.office.read() as conn:
        assert Office(conn, HOUSE).calls([made.call_id])[made.call_id].state == "final"


def test_a_call_whose_replacement_has_no_effect_is_refused(dear: House, monkeypatch: pytest.MonkeyPatch) -> None:
    (made,) = calls.trigger(dear.services, OPERATOR, [calls.Asked("k", "Repayment", "distribute", ["7"])])
    assert isinstance(made, Call)
    dear.relay.step()
    monkeypatch.setattr(lanes, "STUCK_MS", -1)
    dear.relay.step()
    dear.world.mine()
    dear.read()
    assert [state for *_, state in dear.transactions()] == ["lost", "final"]
    with dear.office.read() as conn:
        found = Office(conn, HOUSE).calls([made.call_id])[made.call_id]
    assert found.state == "refused" and b"is not live" in (found.reason or b"")


@given(st.integers(0, 10**12), st.integers(0, lanes.MOST_RAISES))
def test_each_attempt_offers_what_a_pool_asks_of_a_replacement(price: int, attempt: int) -> None:
    assert lanes.raised(price, 0) == price
    assert lanes.raised(price, attempt + 1) * 100 >= lanes.raised(price, attempt) * 112


def test_acts_of_a_batch_that_the_node_refuses_are_sent_again_each_alone(
    world: World, office: Database, mirror: Database, quick_sealing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(lanes._PAUSE, TxState.WRITTEN, -1)
    house = House.build(world, office, mirror, engine=replace(anvil.ENGINE, block_gas_limit=2_000_000_000, batch_gas=2_000_000_000)).enrol()
    member = house.member()
    rows = house.accept(house.request(member), house.request(member, gas=900_000_000), house.request(member))
    for _ in range(4):
        house.send()
        house.send()
        house.round()
    assert house.states(rows) == ["final", "ready", "final"]
    assert [purpose for _, _, purpose, state in house.transactions() if state == "final"] == ["fill", "acts", "fill", "acts"]
    house.check()


def test_what_the_node_refuses_for_the_moment_is_shown_and_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = house.accept(house.request(house.member()))
    batch = house.world.rpc.batch
    monkeypatch.setattr(house.world.rpc, "batch", lambda calls: [RpcError(-32000, "txpool is full") for _ in calls])
    house.send()
    with house.office.read() as conn:
        assert tx_rows.refusals(conn) == [f"lane {house.relay.name}: the node refuses transaction 0: txpool is full"]
    assert house.act(row).state == "queued" and house.relay.step() is False
    monkeypatch.setattr(house.world.rpc, "batch", batch)
    monkeypatch.setattr(lanes, "_PAUSE", dict.fromkeys(lanes._PAUSE, -1))
    house.round()
    assert house.act(row).state == "final"
    with house.office.read() as conn:
        assert tx_rows.refusals(conn) == []


def send_with(house: House, key: PrivateKey, nonce: int) -> None:
    """Somebody sends with a key, and it is mined."""
    call = encode.Call(b"\7" * 20, b"", 21_000)
    house.world.rpc.call(
        "eth_sendRawTransaction", encode.sign_legacy(call, chain_id=house.world.manifest.chain_id, nonce=nonce, fee=0, by=by(key)).raw
    )
    house.world.mine()


def test_a_chain_nonce_above_ours_stops_the_lane_until_it_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "DOUBT_SECONDS", 0.0)
    member = house.member()
    send_with(house, house.services.keystore.private(house.relayer), 0)
    (row,) = house.accept(house.request(member))
    assert house.relay.tried() > 0
    with house.office.read() as conn:
        assert lane_rows.alarms(conn) == [], "the mirror decides, by a final block"
    house.read()
    for _ in range(2):
        assert house.relay.tried() > 0
        assert "the chain counts 1 transactions of its key, we wrote 0" in str(house.relay.fault)
        house.world.mine()
        house.read()
    assert house.act(row).state == "queued" and house.transactions() == []
    with house.office.read() as conn:
        assert "renew-lane" in lane_rows.alarms(conn)[0]
    renewed = renew(house)
    renewed.round()
    assert renewed.act(row).state == "final"
    with renewed.office.read() as conn:
        assert lane_rows.alarms(conn) == []


def renew(house: House) -> House:
    """What `pledgebook keys renew-lane` and the next start do."""
    old = house.relayer
    with house.office.write() as conn:
        lane_rows.retire_lane(conn, old)
    house.services.keystore.retire(HOUSE, old)
    return House.build(house.world, house.office, house.services.mirror).enrol()


def test_bytes_that_are_not_ours_in_our_nonce_bring_the_act_back_and_stop_the_lane(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "DOUBT_SECONDS", 0.0)
    member = house.member()
    (row,) = house.accept(house.request(member))
    with monkeypatch.context() as unsent:
        unsent.setattr(house.relay, "_send", lambda *_: False)
        house.relay.step()
    send_with(house, house.services.keystore.private(house.relayer), 0)
    house.relay.step()
    house.read()
    assert house.transactions() == [(0, 0, "acts", "lost")] and house.act(row).state == "queued"
    with pytest.raises(LaneAlarm, match="transactions that are not ours took nonces of its key"):
        house.relay.step()
    renewed = renew(house)
    renewed.round()
    assert renewed.act(row).state == "final" and renewed.outcomes(row) == [Outcome.DONE]


def test_our_own_bytes_that_a_crash_left_unmarked_are_nobody_elses(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "DOUBT_SECONDS", 0.0)
    (row,) = house.accept(house.request(house.member()))
    monkeypatch.setattr(house.relay, "_note", lambda *_: None)
    house.relay.step()
    house.world.mine()
    house.relay.step()
    house.read()
    assert house.act(row).state == "final" and house.transactions() == [(0, 0, "acts", "final")]
    with house.office.read() as conn:
        assert lane_rows.counts_of_lanes(conn) != [] and lane_rows.alarms(conn) == []


def test_a_key_that_is_not_enrolled_sends_nothing_and_says_so(
    world: World, office: Database, mirror: Database, quick_sealing: None
) -> None:
    house = House.build(world, office, mirror)
    (row,) = house.accept(house.request(house.member()))
    with pytest.raises(NotEnrolled, match=r"must call Acts\.setRelayer"):
        house.relay.step()
    assert house.transactions() == [] and house.relay.tried() > 0
    assert "not enrolled" in str(house.relay.fault)
    house.enrol()
    house.round()
    assert house.act(row).state == "final" and house.relay.tried() > 0 and house.relay.fault is None


def test_a_lower_head_of_the_node_changes_nothing(house: House) -> None:
    rows = house.accept(house.request(house.member()), house.request(house.member()))
    house.round(blocks=5)
    before = [house.act(row) for row in rows]
    house.world.rpc.call("anvil_rollback", 3)
    house.relay.step()
    house.read()
    assert [house.act(row) for row in rows] == before and house.settler.step() is False
    house.world.mine(6)
    house.read()
    assert house.states(rows) == ["final", "final"]


# --- Two processes ---------------------------------------------------------------------------------------------------------------


def test_a_process_that_lost_the_lane_while_it_signed_writes_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = house.accept(house.request(house.member()))
    other = House.build(house.world, house.office, house.services.mirror, owner="other 1 1.00")

    def overtaken(name: str) -> None:
        if name == "outbox.writing":
            monkeypatch.setattr(faults, "point", lambda _: None)
            with house.office.write() as conn:
                conn.execute(update(LANE).values(until=0))
            other.relay.step()

    monkeypatch.setattr(faults, "point", overtaken)
    with pytest.raises(LeaseLost):
        house.relay.step()
    assert len(house.transactions()) == 1
    assert house.relay.step() is False, "the other one holds the lease"
    house.world.mine()
    house.read()
    assert house.outcomes(row) == [Outcome.DONE] and house.act(row).state == "final"
    house.check()


def test_two_gateways_that_accept_the_same_act_run_it_once(house: House, second: House) -> None:
    member = house.member()
    house.share(second, member)
    request = house.request(member)
    (here,), (there,) = house.accept(request), second.accept(request)
    assert here.id == there.id
    house.send()
    second.send()
    house.world.mine()
    house.read()
    second.read()
    assert sorted(house.outcomes(here)) == [Outcome.DONE, Outcome.SKIPPED]
    assert house.act(here).state == second.act(there).state == "final"


def test_an_act_that_still_gathers_here_is_final_when_another_gateway_ran_it(house: House, second: House) -> None:
    member = house.member()
    house.share(second, member)
    request = house.request(member)
    (row,) = house.accept(request)
    with house.office.write() as conn:
        conn.execute(update(ACT).values(state=State.GATHERING))
    second.accept(request)
    second.round()
    house.read()
    assert house.act(row).state == "final" and house.transactions() == []


# --- What reverts, is skipped or expires -------------------------------------------------------------------------------------------


def test_acts_of_a_transaction_that_reverted_whole_are_sent_again_and_wait_for_a_person_at_last(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = house.member()
    rows = house.accept(house.request(member), house.request(member))
    gas_of = batches.gas_of
    monkeypatch.setattr(batches, "gas_of", lambda batch: 150_000)
    house.round()
    assert house.states(rows) == ["queued", "queued"], "the whole transaction ran out of gas: nothing was spent"
    assert house.history(rows[0])[-2:] == ["sent", "queued"]
    house.round()
    assert len(house.transactions()) == 3, "each goes alone now"
    house.round()
    assert house.states(rows) == ["ready", "ready"] and "reverted whole" in sentence(house.act(rows[0]))
    house.round()
    assert len(house.transactions()) == 5, "what waits for a person is not sent"
    monkeypatch.setattr(batches, "gas_of", gas_of)
    house.retry(rows[0])
    house.round()
    assert house.states(rows) == ["final", "ready"]
    assert house.outcomes(rows[0]) == [Outcome.DONE]
    house.check()


def test_one_act_that_reverts_whole_spoils_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    member = house.member()
    bad, good = house.accept(house.request(member), house.request(member))
    gas_of = batches.gas_of
    monkeypatch.setattr(batches, "gas_of", lambda batch: 150_000 if any(item.key == bad.key for item in batch) else gas_of(batch))
    for _ in range(3):
        house.round()
    assert house.states([bad, good]) == ["ready", "final"]


def test_an_act_that_was_skipped_waits_for_a_person_and_runs_when_it_is_sent_again(house: House) -> None:
    member = house.member()
    (row,) = house.accept(house.request(member))
    house.world.decide("Members", "suspend", member, b"\0" * 32)
    house.round()
    assert house.act(row).state == "ready" and "is not active; nothing was spent" in sentence(house.act(row))
    assert house.act(row).held and house.history(row)[-2:] == ["sent", "ready"]
    house.round()
    assert house.act(row).state == "ready" and len(house.transactions()) == 1
    house.world.decide("Members", "reinstate", member, b"\0" * 32)
    house.retry(row)
    house.round()
    assert house.act(row).state == "final" and house.act(row).reason is None
    assert house.outcomes(row) == [Outcome.SKIPPED, Outcome.DONE]


def test_a_skipped_act_that_is_sent_again_in_vain_is_held_again(house: House) -> None:
    member = house.member()
    (row,) = house.accept(house.request(member))
    house.world.decide("Members", "suspend", member, b"\0" * 32)
    house.round()
    house.retry(row)
    house.round()
    assert house.act(row).held and house.outcomes(row) == [Outcome.SKIPPED, Outcome.SKIPPED]


def test_an_act_that_nobody_mined_in_time_expires(house: House) -> None:
    (row,) = house.accept(house.request(house.member(), deadline=house.world.time() + 100))
    house.world.pass_time(50)
    house.read()
    assert house.act(row).state == "queued"
    house.world.pass_time(51)
    house.read()
    assert house.act(row).state == "expired" and house.act(row).done_pos is None


def test_an_act_that_came_too_late_spends_nothing_and_expires(house: House) -> None:
    (row,) = house.accept(house.request(house.member(), deadline=house.world.time() + 100))
    house.send()
    house.world.pass_time(101)
    house.read()
    assert house.outcomes(row) == [Outcome.SKIPPED] and house.act(row).state == "expired"


def test_the_second_of_the_deadline_is_in_time(house: House) -> None:
    (row,) = house.accept(house.request(house.member(), deadline=house.world.time() + 100))
    house.send()
    house.world.pass_time(100)
    house.read()
    assert house.outcomes(row) == [Outcome.DONE] and house.act(row).state == "final"


# --- Finality and forks ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def slow(world: World, office: Database, mirror: Database, quick_sealing: None) -> House:
    """A gateway on a chain whose blocks are final after two more."""
    return House.build(world, office, mirror, engine=replace(anvil.ENGINE, finality=2)).enrol()


def test_an_act_is_final_once_its_block_is(slow: House) -> None:
    (row,) = slow.accept(slow.request(slow.member()))
    slow.world.mine(3)
    slow.read()
    slow.round()
    assert slow.act(row).state == "mined" and slow.transactions() == [(0, 0, "acts", "mined")]
    slow.world.mine()
    slow.read()
    assert slow.act(row).state == "mined"
    slow.world.mine()
    slow.read()
    assert slow.act(row).state == "final" and slow.transactions() == [(0, 0, "acts", "final")]
    assert slow.history(row)[-3:] == ["sent", "mined", "final"]


def test_a_reorganisation_takes_a_mined_act_back_and_the_same_bytes_run_again(slow: House) -> None:
    member = slow.member()
    slow.world.mine(8)
    slow.read()
    (row,) = slow.accept(slow.request(member))
    slow.round()
    raw, where = slow.raws(), slow.act(row).done_hash
    fork(slow, 1)
    assert slow.act(row).state == "sent" and slow.transactions() == [(0, 0, "acts", "written")]
    assert slow.act(row).done_pos is None
    slow.round(blocks=3)
    assert slow.act(row).state == "final" and slow.raws() == raw and slow.act(row).done_hash != where
    assert slow.history(row)[-4:] == ["sent", "mined", "sent", "final"]
    assert slow.outcomes(row) == [Outcome.DONE]
    slow.check()


def fork(house: House, depth: int) -> None:
    """The node goes another way: its last blocks are replaced by empty ones, and its pool is lost."""
    house.world.rpc.call("anvil_reorg", depth, [])
    house.world.rpc.call("anvil_dropAllTransactions")
    house.world.rpc.call("evm_increaseTime", 7)
    house.world.mine()
    house.read()


def test_a_chain_that_loses_final_blocks_takes_final_acts_back(house: House) -> None:
    """The embedded chain loses its last blocks when it is killed."""
    member = house.member()
    house.world.mine(8)
    house.read()
    kept = house.accept(house.request(member))[0]
    house.round(blocks=5)
    lost = house.accept(house.request(member), house.request(member))
    house.round()
    assert house.states([kept, *lost]) == ["final"] * 3
    fork(house, 2)
    assert house.states([kept, *lost]) == ["final", "sent", "sent"]
    house.round()
    assert house.states([kept, *lost]) == ["final"] * 3
    assert house.history(lost[0])[-3:] == ["final", "sent", "final"]
    assert house.outcomes(lost[0]) == [Outcome.DONE]
    house.check()


def test_an_act_that_was_taken_back_after_its_deadline_is_undone_and_alerted(house: House, caplog: pytest.LogCaptureFixture) -> None:
    member = house.member()
    house.world.mine(8)
    house.read()
    (row,) = house.accept(house.request(member, deadline=house.world.time() + 1_000))
    house.round()
    assert house.act(row).state == "final"
    house.world.rpc.call("anvil_reorg", 2, [])
    house.world.rpc.call("anvil_dropAllTransactions")
    house.world.pass_time(2_000)
    house.read()
    assert house.act(row).state == "undone"
    assert "its block is gone, and its deadline has passed" in caplog.text


def test_what_another_gateway_ran_and_a_fork_took_back_is_sent_from_here(house: House, second: House) -> None:
    member = house.member()
    house.share(second, member)
    house.world.mine(8)
    house.read()
    request = house.request(member)
    (row,) = house.accept(request)
    second.accept(request)
    second.round()
    house.read()
    assert house.act(row).state == "final" and house.transactions() == []
    fork(house, 2)
    assert house.act(row).state == "queued"
    house.round()
    assert house.act(row).state == "final" and len(house.transactions()) == 1


def test_a_restart_settles_what_was_mined_meanwhile(house: House) -> None:
    (row,) = house.accept(house.request(house.member()))
    house.send()
    house.world.mine(3)
    again = House.build(house.world, house.office, house.services.mirror, owner=house.owner)
    again.read()
    assert again.act(row).state == "final" and again.transactions() == [(0, 0, "acts", "final")]


def test_a_fork_while_the_gateway_was_down_is_noticed_at_its_start(house: House) -> None:
    member = house.member()
    house.world.mine(8)
    house.read()
    (row,) = house.accept(house.request(member))
    house.round()
    house.world.rpc.call("anvil_reorg", 2, [])
    house.world.rpc.call("anvil_dropAllTransactions")
    house.world.pass_time(9)
    again = House.build(house.world, house.office, house.services.mirror, owner=house.owner)
    again.read()
    assert again.act(row).state == "sent"
    again.round()
    assert again.act(row).state == "final"
    again.check()


def test_what_a_fork_undid_goes_out_again_in_the_order_of_its_blocks(house: House) -> None:
    """An act needs its member's admission, which another lane sends: sent first it would be left untried."""
    (account,) = house.services.keystore.accounts([f"late {secrets.token_hex(4)}"])
    member = house.member()
    admit(house, account)
    given = house.accept(house.request(account))[0]
    house.round(blocks=2)
    offered = house.accept(house.request(member))[0]
    house.round()
    fork(house, 6)
    later = house.untried(house.request(member))
    assert house.states([given, offered]) == ["sent", "sent"]

    assert house.relay.tried() > 0 and "waits for what a fork undid" in str(house.relay.fault)
    again(house, house.council)
    assert house.states([given, offered, later]) == ["final"] * 3 and house.outcomes(given) == [Outcome.DONE]
    house.check()


def test_a_chain_that_makes_blocks_only_of_what_it_gets_goes_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lost its last blocks, and nobody but us would have it make others."""
    (row,) = house.accept(house.request(house.member()))
    house.world.mine()
    house.read()
    house.world.rpc.call("anvil_rollback", 1)
    assert house.relay.tried() > 0 and "is behind block" in str(house.relay.fault) and house.act(row).state == "queued"
    monkeypatch.setattr(sender, "BEHIND_SECONDS", 0.0)
    house.relay.step()
    assert house.act(row).state == "sent" and house.relay.fault is not None
    house.world.rpc.call("evm_increaseTime", 7)
    house.world.mine()
    house.read()
    assert house.act(row).state == "final" and house.relay.tried() > 0 and house.relay.fault is None


def test_a_lane_that_nobody_holds_is_not_waited_for_long_after_a_start(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    (account,) = house.services.keystore.accounts([f"late {secrets.token_hex(4)}"])
    member = house.member()
    admit(house, account)
    fork(house, 2)
    (row,) = house.accept(house.request(member))
    with house.office.write() as conn:
        conn.execute(update(LANE).where(LANE.c.lane == house.council.name).values(until=0))
    assert house.relay.tried() > 0 and house.act(row).state == "queued"
    monkeypatch.setattr(sender, "UNHELD_SECONDS", 0.0)
    house = House.build(house.world, house.office, house.services.mirror, owner=house.owner, mirrored=house.services.sync)
    house.round()
    assert house.act(row).state == "final"


def again(house: House, first: Sender) -> None:
    """What a fork undid in a lane is mined again, then what waits for it."""
    first.step()
    house.world.mine()
    house.read()
    house.round()


def admit(house: House, account: bytes) -> None:
    """The gateway's own council admits an account, in a block of its own."""
    house.world.decide("Council", "grantRole", ADMITTER_ROLE, house.council._key, 0)
    with house.office.write() as conn:
        wanted = [account, account, secrets.token_bytes(32), SUPPLIER, False, True, "late"]
        calls.admission(house.services, conn, account.hex(), wanted, "test")
    house.world.mine(8)
    house.read()
    house.council.step()
    house.world.mine()
    house.read()


def test_nothing_is_sent_onto_a_chain_that_settling_has_not_seen(house: House) -> None:
    """A node that lost its last blocks would run an act without what they held; and it can't be told from one that is behind."""
    (account,) = house.services.keystore.accounts([f"late {secrets.token_hex(4)}"])
    admit(house, account)
    (row,) = house.accept(house.request(account))
    house.world.rpc.call("anvil_rollback", 2)
    assert house.relay.tried() > 0 and "is behind block" in str(house.relay.fault) and house.act(row).state == "queued"
    house.world.rpc.call("evm_increaseTime", 7)
    house.world.mine(2)
    assert house.relay.tried() > 0 and "went another way" in str(house.relay.fault) and house.act(row).state == "queued"
    house.read()
    assert house.relay.tried() > 0 and "waits for what a fork undid" in str(house.relay.fault)
    again(house, house.council)
    assert house.act(row).state == "final" and house.outcomes(row) == [Outcome.DONE]
    house.check()


# --- What must go first --------------------------------------------------------------------------------------------------------------


def test_acts_go_in_the_order_that_they_depend_on(house: House) -> None:
    member = house.member()
    first = house.request(member)
    second_ = house.request(member, depends_on=(key_of(first),))
    third = house.request(member, depends_on=(key_of(second_),))
    rows = house.accept(first, second_, third)
    assert [row.state for row in rows] == ["queued"] * 3
    house.round()
    assert house.states(rows) == ["final"] * 3
    positions = [house.act(row).done_pos or 0 for row in rows]
    assert positions == sorted(positions)


def gathering(house: House, member: bytes) -> Act:
    """An act that waits for a signature."""
    (row,) = house.accept(house.request(member))
    with house.office.write() as conn:
        conn.execute(update(ACT).where(ACT.c.act_id == row.act_id).values(state=State.GATHERING))
    return house.act(row)


def test_what_waits_for_a_signature_holds_its_followers_and_nobody_else(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "MOST_LOOKED_AT", 2)
    member = house.member()
    first = gathering(house, member)
    followers = house.accept(*(house.request(member, depends_on=(first.key,)) for _ in range(5)))
    chained = house.accept(house.request(member, depends_on=(followers[0].key,)), house.request(member))
    assert [row.state for row in followers] == ["ready"] * 5
    house.round()
    assert house.states([first, *followers, *chained]) == ["gathering", *["ready"] * 6, "final"]
    assert not any(house.act(row).held for row in followers)
    with house.office.write() as conn:
        act_rows.move(conn, house.act(first), State.READY)
    house.round()
    assert house.states([first, *followers, chained[0]]) == ["final"] * 7


def test_what_follows_an_act_that_failed_waits_for_a_person(house: House) -> None:
    member = house.member()
    first = house.untried(house.request(member, "Move", NO_SUCH_TOKEN))
    house.send()
    follower = gathering(house, member)
    with house.office.write() as conn:
        conn.execute(DEPENDENCY.insert().values(member_id=member, act_id=follower.act_id, on_member=member, on_act=first.act_id))
        act_rows.move(conn, follower, State.READY)
    house.world.mine()
    house.read()
    house.send()
    assert house.states([first, follower]) == ["refused", "ready"]
    assert "that must go before it is refused; nothing was sent" in sentence(house.act(follower))


def test_what_is_queued_behind_an_act_that_was_held_is_taken_back(house: House) -> None:
    member = house.member()
    first, follower = house.request(member), house.request(member)
    rows = house.accept(first, replace(follower, depends_on=(key_of(first),)))
    with house.office.write() as conn:
        act_rows.move(conn, rows[0], State.READY, reason={"sentence": "a person looks at it"})
    house.round()
    assert house.states(rows) == ["ready", "ready"] and not house.act(rows[1]).held and house.transactions() == []
    house.retry(rows[0])
    house.round()
    assert house.states(rows) == ["final", "final"]


# --- Calls ---------------------------------------------------------------------------------------------------------------------------


def test_a_call_that_has_no_effect_is_refused_with_the_contracts_reason(house: House) -> None:
    (made,) = calls.trigger(house.services, OPERATOR, [calls.Asked("k", "Repayment", "distribute", ["7"])])
    assert isinstance(made, Call) and made.state == "queued"
    house.round()
    with house.office.read() as conn:
        found = Office(conn, HOUSE).calls([made.call_id])[made.call_id]
    assert found.state == "refused" and b"is not live" in (found.reason or b"")


def test_the_council_lane_makes_its_calls(house: House) -> None:
    keystore = house.services.keystore
    admitter = house.council._key
    house.world.decide("Council", "grantRole", 2, admitter, 0)
    relayer = keystore.create(HOUSE, RELAYER)
    with house.office.write() as conn:
        made = calls.enrolment(house.services, conn, relayer)
    house.council.step()
    house.council.step()
    house.world.mine()
    house.read()
    with house.office.read() as conn:
        assert Office(conn, HOUSE).calls([made.call_id])[made.call_id].state == "final"


# --- Threads that must not die ---------------------------------------------------------------------------------------------------------


def test_a_lane_outlives_an_error_that_nobody_foresaw(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = house.accept(house.request(house.member()))

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(lane_rows, "lease", full)
        assert house.relay.tried() > 0 and house.relay.fault == "lane relay: no space left on device"
    house.relay.tried()
    assert house.relay.fault is None
    house.round()
    assert house.act(row).state == "final"


def test_settling_outlives_an_error_that_nobody_foresaw_and_looks_at_everything_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = house.accept(house.request(house.member()))
    house.send()
    house.world.mine()
    house.services.sync.catch_up()
    stop, failures = threading.Event(), list[int]()
    settled = tx_rows.set_settled

    def fails_once(*given: object) -> None:
        if failures:
            settled(*given)  # type: ignore[arg-type]
            stop.set()
            return
        failures.append(1)
        raise OSError("no space left on device")

    monkeypatch.setattr(tx_rows, "set_settled", fails_once)
    monkeypatch.setattr("gateway.outbox.settle.PAUSE_SECONDS", 0.01)
    house.settler.run(stop)
    assert failures and house.settler.alarm is None and house.act(row).state == "final"


def test_a_stopped_lane_gives_its_lease_up(house: House) -> None:
    stop = threading.Event()
    house.relay.step()
    stop.set()
    house.relay.run(stop)
    other = House.build(house.world, house.office, house.services.mirror, owner="other 1 1.00")
    with house.office.write() as conn:
        assert lane_rows.lease(conn, house.relay.name, "relay", house.relayer, other.owner) is not None


def test_the_outbox_keeps_every_row(house: House) -> None:
    """Nothing that was written is ever deleted, whatever became of it."""
    rows = house.accept(*(house.request(house.member()) for _ in range(3)))
    house.round()
    with house.office.read() as conn:
        assert len(act_rows.named(conn, [row.key for row in rows])) == 3
        assert conn.execute(TX.select()).all()
