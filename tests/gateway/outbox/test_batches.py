"""Which acts share a transaction."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.outbox import batches
from gateway.outbox.batches import MOST_ACTS, Item, close, gas_of, item
from ledger.domain.acts import SignedAct, encode_run
from tests.gateway.outbox.acts import signed_acts

MOST_GAS, MOST_BYTES = 1_000, 500

items = st.lists(
    st.builds(
        Item,
        key=st.just((b"", b"")),
        encoded=st.just(b""),
        gas=st.integers(1, 1_200),
        size=st.integers(1, 600),
        alone=st.booleans(),
    ),
    max_size=40,
)


@given(items)
def test_batches_hold_every_act_once_in_order(given_items: list[Item]) -> None:
    assert [each for batch in close(given_items, MOST_GAS, MOST_BYTES) for each in batch] == given_items


@given(items)
def test_a_batch_keeps_to_the_limits_unless_one_act_passes_them_by_itself(given_items: list[Item]) -> None:
    for batch in close(given_items, MOST_GAS, MOST_BYTES):
        assert batch
        if len(batch) > 1:
            assert sum(each.gas for each in batch) <= MOST_GAS and sum(each.size for each in batch) <= MOST_BYTES
            assert not any(each.alone for each in batch)


@given(items)
def test_no_batch_closes_early(given_items: list[Item]) -> None:
    made = list(close(given_items, MOST_GAS, MOST_BYTES))
    for batch, after in pairwise(made):
        both = [*batch, after[0]]
        too_much = sum(each.gas for each in both) > MOST_GAS or sum(each.size for each in both) > MOST_BYTES
        assert too_much or batch[-1].alone or after[0].alone or len(batch) == MOST_ACTS


def test_a_batch_has_at_most_so_many_acts() -> None:
    many = [Item((b"", b""), b"", 1, 1, False)] * (2 * MOST_ACTS + 1)
    assert [len(batch) for batch in close(many, 10**9, 10**9)] == [MOST_ACTS, MOST_ACTS, 1]


@given(signed_acts())
def test_an_act_is_measured_with_its_frame_its_signers_and_its_bytes(act: SignedAct) -> None:
    measured = item((b"", b""), act, alone=False)
    assert measured.size == len(encode_run([act]))
    frame = act.envelope.gas
    # What contracts/Acts.sol asks to be left before it spends anything.
    assert measured.gas > frame + frame // 63 + 60_000 + 24_000 * len(act.envelope.signers)
    assert gas_of([measured]) == measured.gas + batches.GAS_A_TRANSACTION
