"""What follows for transactions from what the mirror holds: pure rules over every mixture of attempts."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.outbox.lanes import IN_FLIGHT, TxState
from gateway.outbox.outcome import TxStep, tx_steps
from gateway.outbox.recovered import _find
from gateway.outbox.tx_rows import Tx
from ledger.domain.acts import SignedAct, encode_run
from ledger.mirror.models import Act as Told
from ledger.mirror.models import Outcome
from ledger.mirror.queries.chain import Mined
from ledger.mirror.schema import word
from tests.gateway.outbox.acts import signed_acts

FINAL = 10
states = st.sampled_from(list(TxState))
blocks = st.none() | st.integers(1, 20)


@st.composite
def lanes(draw: st.DrawFn) -> tuple[list[Tx], dict[bytes, Mined], frozenset[bytes]]:
    """Attempts at some nonces; of each nonce at most one is mined, and one of a nonce that is not may be overtaken."""
    txs, mined, overtaken = [], {}, set()
    for nonce in range(draw(st.integers(0, 5))):
        attempts = [
            Tx(
                "lane",
                nonce,
                bytes([nonce, attempt]) * 16,
                "acts",
                draw(st.sampled_from(list(TxState))),
                draw(st.none() | st.integers(1, 20)),
            )
            for attempt in range(draw(st.integers(1, 3)))
        ]
        txs += attempts
        chosen = draw(st.none() | st.sampled_from(attempts))
        if chosen is not None:
            mined[chosen.hash] = Mined(draw(st.integers(1, 20)), 0, b"h" * 32)
        elif draw(st.booleans()):
            overtaken |= {tx.hash for tx in attempts if tx.state in IN_FLIGHT}
    return txs, mined, frozenset(overtaken)


@given(lanes())
def test_every_transaction_ends_where_the_mirror_says(given_: tuple[list[Tx], dict[bytes, Mined], frozenset[bytes]]) -> None:
    txs, mined, overtaken = given_
    steps = {each.tx.hash: each for each in tx_steps(txs, mined, FINAL, overtaken)}
    finals = {tx.nonce for tx in txs if tx.hash in mined and mined[tx.hash].block <= FINAL}
    for tx in txs:
        after = steps[tx.hash].after if tx.hash in steps else tx.state
        if tx.hash in mined:
            assert after == (TxState.FINAL if mined[tx.hash].block <= FINAL else TxState.MINED)
        elif tx.nonce in finals or tx.hash in overtaken:
            assert after == TxState.LOST
        else:
            assert after in IN_FLIGHT, "what no block holds is to be sent again"


@given(lanes())
def test_settling_twice_changes_nothing_more(given_: tuple[list[Tx], dict[bytes, Mined], frozenset[bytes]]) -> None:
    txs, mined, overtaken = given_
    after = {each.tx.hash: each for each in tx_steps(txs, mined, FINAL, overtaken)}
    moved = [_moved(tx, after[tx.hash]) if tx.hash in after else tx for tx in txs]
    assert [each for each in tx_steps(moved, mined, FINAL, overtaken) if not each.overtaken] == []


def _moved(tx: Tx, step: TxStep) -> Tx:
    return tx._replace(state=step.after, block=step.mined.block if step.mined else None)


@given(st.lists(signed_acts(), min_size=1, max_size=3, unique_by=lambda act: (act.envelope.account, act.envelope.id)), st.data())
def test_an_act_is_found_in_the_call_data_that_ran_it(given_: list[SignedAct], data: st.DataObject) -> None:
    act = data.draw(st.sampled_from(given_))
    envelope = act.envelope
    told = Told(envelope.account, word(envelope.id), 1, 0, Outcome.DONE, None, None, None, None)
    ran = _find(encode_run(given_), told)
    assert ran is not None
    assert (ran.deadline, ran.gas, ran.signers, ran.signatures) == (envelope.deadline, envelope.gas, envelope.signers, act.signatures)


@given(st.binary(max_size=200))
def test_other_call_data_has_no_act(data: bytes) -> None:
    told = Told(b"a" * 20, word(1), 1, 0, Outcome.DONE, None, None, None, None)
    assert _find(data, told) is None and _find(encode_run([])[:4] + data, told) is None
