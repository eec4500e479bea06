"""Documents that undo a release: nothing of them ever ends a pledge or grants one, and only the debtor's word brings one back."""

from datetime import date

import pytest

from gateway.replay.conveyances import Nature, conveyance
from gateway.replay.pledge_acts import Note, Outcome, PledgeAct, Restoration
from gateway.replay.pledge_plan import plan
from gateway.replay.records import Recordation
from gateway.replay.register_model import Register, run
from tests.gateway.replay.folders import record

TODAY = date(2026, 1, 1)
BROOK, RILL, BANK, OTHER = "BROOK LLC", "RILL INC.", "BANK OF RIVERS PLC, AS COLLATERAL AGENT", "BANK OF LAKES, N.A."
ABC = ["100", "101", "102"]
WHOLE, PART = (f"{kind}RELEASE OF SECURITY INTEREST AT REEL/FRAME NO. 1000/1" for kind in ("", "PARTIAL "))
RESCINDS = "RESCISSION OF RELEASE RECORDED AT REEL 1001 FRAME 1"


def grant(debtors: tuple[str, ...] = (BROOK,)) -> Recordation:
    return record("1000-1", "2020-02-01", "SECURITY INTEREST", list(debtors), [BANK], ABC)


def release(text: str = WHOLE, assets: list[str] = ABC) -> Recordation:
    return record("1001-1", "2021-02-01", text, [BANK], [BROOK], assets)


def undoing(text: str = RESCINDS, giver: str = BROOK, taker: str = BANK, assets: list[str] | None = None) -> Recordation:
    return record("1002-1", "2021-03-01", text, [giver], [taker], ABC if assets is None else assets)


def planned(*records: Recordation) -> tuple[tuple[PledgeAct, ...], Register]:
    """The acts of the last record, and the register after all."""
    placements = plan(records, TODAY)
    return placements[-1].acts, run(placements)


@pytest.mark.parametrize(
    "text",
    [
        RESCINDS,
        "RESCISION OF THE PREVIOUSLY RECORDED RELEASE AT REEL 1001 FRAME 1",
        "REVOCATION OF TERMINATION OF SECURITY INTEREST (REEL 1001 FRAME 1)",
        "WITHDRAWAL OF RELEASE OF SECURITY INTEREST RECORDED AT REEL 1001 FRAME 1",
        "CANCELLATION OF ERRONEOUSLY RECORDED RELEASE AT REEL 1001 FRAME 1",
        "NULLIFICATION OF RELEASE RECORDED AT REEL 1001 FRAME 1",
        "NOTICE OF ERRONEOUS RELEASE RECORDED AT REEL 1001 FRAME 1",
        "REINSTATEMENT OF SECURITY INTEREST RELEASED AT REEL 1001 FRAME 1",
        "CORRECTIVE ASSIGNMENT TO CORRECT THE RELEASE RECORDED IN ERROR AT REEL 1001 FRAME 1. ASSIGNOR(S) CONFIRMS THE SECURITY INTEREST.",
        "CORRECTIVE ASSIGNMENT TO CORRECT THE INADVERTENT RELEASE PREVIOUSLY RECORDED ON REEL 1001 FRAME 1.",
    ],
)
def test_a_text_that_takes_a_release_back(text: str) -> None:
    assert conveyance(undoing(text)).nature is Nature.RESTORATION
    acts, register = planned(grant(), release(), undoing(text))
    assert isinstance(acts[0], Restoration) and str(acts[0].undoes.number) == "1001-1"
    (pledge,) = register.live()
    assert set(pledge.live_assets) == set(ABC)


@pytest.mark.parametrize(
    ("text", "nature"),
    [
        ("RELEASE OF SECURITY INTEREST RECORDED IN ERROR AT REEL 1000 FRAME 1", Nature.RELEASE),
        ("CANCELLATION AND RELEASE OF SECURITY INTEREST AT REEL/FRAME 1000/1", Nature.RELEASE),
        ("CANCELLATION OF SECURITY INTEREST AT REEL/FRAME 1000/1", Nature.RELEASE),
        ("AMENDED AND REINSTATED SECURITY AGREEMENT", Nature.AMENDMENT),
        (
            "CORRECTIVE ASSIGNMENT TO CORRECT THE ERRONEOUS SERIAL NUMBER PREVIOUSLY RECORDED ON REEL 1001 FRAME 1. "
            "ASSIGNOR(S) HEREBY CONFIRMS THE RELEASE",
            Nature.CORRECTION,
        ),
        (
            "CORRECTIVE ASSIGNMENT TO CORRECT THE ERRONEOUS RELEASE DATE PREVIOUSLY RECORDED ON REEL 1001 FRAME 1. "
            "ASSIGNOR(S) HEREBY CONFIRMS THE RELEASE OF SECURITY INTEREST",
            Nature.CORRECTION,
        ),
    ],
)
def test_a_text_that_takes_none_back(text: str, nature: Nature) -> None:
    assert conveyance(undoing(text)).nature is nature


def test_a_lenders_word_alone_brings_nothing_back_and_ends_nothing() -> None:
    acts, register = planned(grant(), release(), undoing(giver=BANK, taker=BROOK))
    assert [type(act) for act in acts] == [Note] and register.live() == []
    live = grant()
    acts, register = planned(live, undoing(giver=BANK, taker=BROOK, text="RESCISSION OF RELEASE AT REEL/FRAME 1000/1"))
    assert [type(act) for act in acts] == [Note] and len(register.live()) == 1


def test_each_debtor_must_say_it_and_to_the_lender() -> None:
    both = grant((BROOK, RILL))
    assert planned(both, release(), undoing())[1].live() == []
    assert planned(grant(), release(), undoing(taker=OTHER))[1].live() == []


def test_what_it_cites_must_be_what_ended_the_pledge() -> None:
    other = record("1005-1", "2021-02-02", "NOTICE OF DEFAULT AT REEL/FRAME 1000/1", [BANK], [BROOK], [])
    acts, register = planned(grant(), release(), other, undoing("RESCISSION OF RELEASE RECORDED AT REEL 1005 FRAME 1"))
    assert [type(act) for act in acts] == [Note] and register.live() == []
    (placement,) = plan([undoing()], TODAY)
    assert placement.outcome is Outcome.SET_ASIDE and placement.reason == "undoing of a release: cites 1001-1: not in the file"


def test_of_a_release_in_part_what_it_lists_comes_back() -> None:
    part = release(PART, ["100", "101"])
    acts, register = planned(grant(), part, undoing(assets=["101"]))
    assert isinstance(acts[0], Restoration) and [item.key for item in acts[0].restored] == ["101"]
    assert set(register.live()[0].live_assets) == {"101", "102"}
    assert set(planned(grant(), part, undoing(assets=[]))[1].live()[0].live_assets) == set(ABC)


def test_of_a_whole_release_some_rights_alone_are_a_note() -> None:
    acts, register = planned(grant(), release(), undoing(assets=["101"]))
    assert [type(act) for act in acts] == [Note] and register.live() == []


def test_what_is_live_again_can_be_released_again() -> None:
    again = record("1003-1", "2022-01-01", WHOLE, [BANK], [BROOK], ABC)
    _, register = planned(grant(), release(), undoing(), again)
    (pledge,) = register.pledges.values()
    assert str(pledge.ended_by and pledge.ended_by.number) == "1003-1"


def test_of_several_part_releases_the_first_that_is_cited_is_named_and_all_come_back() -> None:
    second = record("1001-2", "2021-02-02", PART, [BANK], [BROOK], ["101"])
    for cites, first in (("1001/1 AND 1001/2", "1001-1"), ("1001/2 AND 1001/1", "1001-2")):
        text = f"RESCISSION OF PARTIAL RELEASES RECORDED AT REEL/FRAME {cites}"
        acts, register = planned(grant(), release(PART, ["100"]), second, undoing(text))
        assert isinstance(acts[0], Restoration) and str(acts[0].undoes.number) == first
        assert {item.key for item in acts[0].restored} == {"100", "101"}
        assert set(register.live()[0].live_assets) == set(ABC)
