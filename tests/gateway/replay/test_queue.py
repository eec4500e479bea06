from hypothesis import given
from hypothesis import strategies as st

from gateway.replay.claims import Claim, Person, Piece
from gateway.replay.demonstration import demonstration
from gateway.replay.financed import financed
from gateway.replay.queue import Step, stamps

A, B = Person("a", "A"), Person("b", "B")


def claim(number: str, issued: int, due: int, paid: int, pieces: tuple[Piece, ...] = ()) -> Claim:
    return Claim("own", number, A, B, 100, issued, due, paid, pieces)


def test_what_happens_at_a_stamp_happens_in_one_order() -> None:
    pieces = (Piece(40, A, "1"), Piece(100, B, "2"))
    late, early = claim("1", 10, 20, 30), claim("2", 30, 40, 30, pieces)
    found = [(at, [(event.step, event.claim.number) for event in events]) for at, events in stamps([late, early])]
    assert found == [
        (10, [(Step.ISSUE, "1")]),
        (30, [(Step.ISSUE, "2"), (Step.SPLIT, "2"), (Step.LATE, "1"), (Step.PAY, "1"), (Step.PAY, "2")]),
    ]


def test_a_demonstration_is_debited_at_its_very_due_second() -> None:
    demo = demonstration("demo", 1_000_000)
    found = dict(stamps([], [demo]))
    assert [event.step for event in found[demo.claim.issued]] == [Step.ISSUE, Step.MANDATE, Step.TIER]
    assert [event.step for event in found[demo.claim.due]] == [Step.DEBIT]
    assert sorted(found) == [1_000_000, 1_086_400, 1_172_800, demo.claim.due]


def test_a_financed_piece_has_its_steps_in_their_order() -> None:
    story = financed("financed", 1_000_000)
    found = [(at, [event.step for event in events]) for at, events in stamps([], [story])]
    assert [steps for _, steps in found] == [
        [Step.ISSUE, Step.SPLIT, Step.POOL],
        [Step.COVER],
        [Step.OFFER],
        [Step.ACCEPT],
        [Step.PAY_PART],
        [Step.CALL],
        [Step.PAY_BACK],
    ]
    assert [at for at, _ in found][4:] == [story.part_at, story.called_at, story.settled_at]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20), st.integers(0, 40)), max_size=20))
def test_time_never_goes_back_and_nothing_is_lost(given_claims: list[tuple[int, int, int]]) -> None:
    claims = [claim(str(index), start, start + term, start + wait) for index, (start, term, wait) in enumerate(given_claims)]
    found = list(stamps(claims))
    seconds = [at for at, _ in found]
    assert seconds == sorted(set(seconds))
    events = [event for _, events in found for event in events]
    assert sum(event.step is Step.ISSUE for event in events) == sum(event.step is Step.PAY for event in events) == len(claims)
    assert sum(event.step is Step.LATE for event in events) == sum(each.late for each in claims)
    issued = {event.claim.number: position for position, event in enumerate(events) if event.step is Step.ISSUE}
    assert all(issued[event.claim.number] < position for position, event in enumerate(events) if event.step is Step.PAY)
