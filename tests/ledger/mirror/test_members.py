"""Members as the chain tells of them: now, as at earlier positions, and by key."""

import pytest

from ledger.chain.blocks import last_position
from ledger.mirror.database import Database
from ledger.mirror.queries import members
from ledger.mirror.queries.reading import PageError
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import START, Chain
from tests.ledger.mirror.conftest import MakeMirror

BANK, OFFICE = "Bank", "Office"
SECOND_KEY = b"2" * 20


def _follow(chain: Chain, mirror_of: MakeMirror) -> None:
    mirror_of(chain.source()).catch_up()


def test_an_admitted_member_has_a_name_roles_and_a_key(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine(told.admitted(BANK, roles=6), told.admitted(OFFICE, roles=1))
    _follow(chain, mirror_of)
    with db.read() as conn:
        bank = members.get(conn, told.account(BANK))
        assert bank is not None
        assert (bank.name, bank.roles, bank.suspended, bank.accepts_direct) == (BANK, 6, False, True)
        assert members.of_key(conn, told.account(BANK)) == bank
        assert members.of_party(conn, bank.party) == [bank]
        assert [one.name for one in members.all_members(conn, role=4).rows] == [BANK]
        assert members.get(conn, b"?" * 20) is None


def test_suspension_and_reinstatement_are_versions(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    for events in (told.admitted(BANK), [told.suspended(BANK)], [told.reinstated(BANK)]):
        chain.mine(events)
    _follow(chain, mirror_of)
    with db.read() as conn:
        seen = [members.get(conn, told.account(BANK), last_position(START + at)) for at in range(3)]
        assert [one and one.suspended for one in seen] == [False, True, False]
        assert members.get(conn, told.account(BANK), START << 20) == seen[0]
        assert members.get(conn, told.account(BANK), (START << 20) - 1) is None
        assert len(members.history(conn, told.account(BANK))) == 3


def test_a_revoked_key_acts_for_nobody_and_did_before(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine(told.admitted(BANK))
    chain.mine([told.key_added(BANK, SECOND_KEY, roles=4)])
    chain.mine([told.key_revoked(BANK, SECOND_KEY)])
    _follow(chain, mirror_of)
    with db.read() as conn:
        assert members.of_key(conn, SECOND_KEY) is None
        before = members.of_key(conn, SECOND_KEY, last_position(START + 1))
        assert before is not None
        assert before.name == BANK
        assert [key.key for key in members.keys(conn, told.account(BANK))] == [told.account(BANK)]
        assert len(members.keys(conn, told.account(BANK), last_position(START + 1))) == 2


def test_a_recovery_kills_every_older_key(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine([*told.admitted(BANK), told.key_added(BANK, SECOND_KEY)])
    new_key = b"3" * 20
    chain.mine(told.recovered(BANK, new_key, 1))
    _follow(chain, mirror_of)
    with db.read() as conn:
        assert [key.key for key in members.keys(conn, told.account(BANK))] == [new_key]
        assert members.of_key(conn, SECOND_KEY) is None
        assert members.of_key(conn, new_key) == members.get(conn, told.account(BANK))


def test_published_words(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine(told.admitted(BANK))
    for epoch, words in ((1, [b"a" * 32, b"b" * 32]), (2, [])):
        slot = {"account": told.account(BANK), "keyType": b"x" * 32, "epoch": epoch, "words": words}
        chain.mine([("Members", "SlotSet", slot)])
    _follow(chain, mirror_of)
    with db.read() as conn:
        now = members.slot(conn, told.account(BANK), b"x" * 32)
        then = members.slot(conn, told.account(BANK), b"x" * 32, last_position(START + 1))
        assert now is not None
        assert then is not None
        assert (now.epoch, now.words) == (2, b"")
        assert then.words == b"a" * 32 + b"b" * 32


def test_members_come_in_pages_that_meet_without_gap_or_repeat(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    names = [f"member {at}" for at in range(23)]
    chain.mine(*map(told.admitted, names))
    _follow(chain, mirror_of)
    with db.read() as conn:
        seen, after = [], None
        while True:
            page = members.all_members(conn, limit=5, after=after)
            seen += [member.account for member in page.rows]
            if page.next is None:
                break
            after = page.next
        assert seen == sorted(map(told.account, names))
        for limit in (0, 1_001):
            with pytest.raises(PageError, match="1 to 1000"):
                members.all_members(conn, limit=limit)
        with pytest.raises(PageError, match="not a cursor"):
            members.all_members(conn, after=(b"a", b"b"))  # type: ignore[arg-type]
