"""What the outbox reads: outcomes of acts, transactions of hash-checked blocks, raw events."""

import pytest

from ledger.mirror.database import Database
from ledger.mirror.models import Outcome
from ledger.mirror.queries import acts, chain, events
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import GENESIS_TIME, START, Chain, table
from tests.ledger.mirror.conftest import MakeMirror

BANK = "Bank"
HASHED = 1 << 255 | 7


def _chain() -> Chain:
    made = Chain()
    skip = {"account": told.account(BANK), "id": 1, "why": 6, "signer": 2}
    made.mine(told.admitted(BANK))
    made.mine([("Acts", "ActSkipped", skip)])
    made.mine([told.act_done(BANK, 1)], [told.act_refused(BANK, HASHED, b"why")])
    made.mine([("Acts", "ActVoided", {"account": told.account(BANK), "id": 9})], seconds=100)
    return made


def test_outcomes_by_account_and_act_id(db: Database, mirror_of: MakeMirror) -> None:
    mirror_of(_chain().source()).catch_up()
    who = told.account(BANK)
    with db.read() as conn:
        found = acts.outcomes(conn, [(who, 1), (who, HASHED), (who, 404), (b"?" * 20, 1)])
        assert [one.outcome for one in found] == [Outcome.SKIPPED, Outcome.DONE, Outcome.REFUSED]
        assert (found[0].reason, found[0].signer) == (b"\x06", 2)
        assert (found[2].reason, found[2].tx_index, found[2].digest) == (b"why", 1, HASHED.to_bytes(32))
        spent = acts.spent(conn, who, 1)
        assert spent is not None
        assert spent.outcome == Outcome.DONE
        assert acts.spent(conn, who, 404) is None
        voided = acts.spent(conn, who, 9)
        assert voided is not None
        assert voided.outcome == Outcome.VOIDED


def test_the_feed_of_outcomes_goes_on_from_its_cursor(db: Database, mirror_of: MakeMirror) -> None:
    mirror_of(_chain().source()).catch_up()
    with db.read() as conn:
        first = acts.after(conn, -1, limit=3)
        assert first.next == (first.rows[-1].pos,)
        rest = acts.after(conn, first.next[0], limit=3)
        assert rest.next is None
        positions = [one.pos for one in [*first.rows, *rest.rows]]
        assert positions == sorted(set(positions))
        assert len(positions) == 4
        newest = acts.of_account(conn, told.account(BANK))
        assert [one.pos for one in newest.rows] == positions[::-1]


def test_relayers_and_kinds(db: Database, mirror_of: MakeMirror) -> None:
    made = Chain()
    kind = {"kind": b"k" * 32, "envelopeType": b"e" * 32, "target": b"t" * 20, "selector": b"sele", "hasher": b"\0" * 4}
    relayer = b"r" * 20
    made.mine([("Acts", "KindAdded", kind), ("Acts", "RelayerSet", {"relayer": relayer, "enrolled": True})])
    made.mine(
        [("Acts", "RelayerSet", {"relayer": relayer, "enrolled": False})],
        [("Acts", "RelayerSet", {"relayer": b"s" * 20, "enrolled": False})],
    )
    mirror_of(made.source()).catch_up()
    with db.read() as conn:
        assert [(one.kind, one.target, one.selector) for one in acts.kinds(conn)] == [(b"k" * 32, b"t" * 20, b"sele")]
        assert acts.is_relayer(conn, relayer) is False
        assert acts.is_relayer(conn, relayer, at=START + 1 << 20) is False
        assert acts.is_relayer(conn, relayer, at=(START + 1 << 20) - 1) is True


def test_transactions_are_known_by_hash_in_the_blocks_that_are_held(db: Database, mirror_of: MakeMirror) -> None:
    made = _chain()
    source = made.source()
    mirror = mirror_of(source)
    mirror.catch_up()
    two = made.blocks[2]
    with db.read() as conn:
        found = chain.transactions(conn, [*two.transactions, b"?" * 32])
        assert found == {tx: chain.Mined(two.number, at, two.hash) for at, tx in enumerate(two.transactions)}
        assert chain.transaction_hash(conn, two.number, 1) == two.transactions[1]
    source.replace([made.fork(2).mine([])])
    mirror.catch_up()
    with db.read() as conn:
        assert chain.transactions(conn, two.transactions) == {}
        assert acts.outcomes(conn, [(told.account(BANK), HASHED)]) == []


@pytest.mark.of_no_ledger
def test_what_is_held(db: Database, mirror_of: MakeMirror) -> None:
    with db.read() as conn:
        assert chain.held(conn) is None
    made = _chain()
    mirror_of(made.source()).catch_up()
    last = made.blocks[-1]
    with db.read() as conn:
        assert chain.held(conn) == chain.Held(last.number, last.hash, GENESIS_TIME + 103, (last.number + 1 << 20) - 1)
        assert chain.header(conn, START) == chain.Header(START, made.blocks[0].hash, made.blocks[0].parent, GENESIS_TIME + 1)
        assert chain.header(conn, START - 1) is None
        at = chain.block_at(conn, GENESIS_TIME + 102)
        assert at is not None
        assert at.number == START + 2
        assert chain.block_at(conn, GENESIS_TIME) is None


def test_events_as_the_chain_has_them(db: Database, mirror_of: MakeMirror) -> None:
    made = _chain()
    mirror_of(made.source()).catch_up()
    with db.read() as conn:
        whole = events.feed(conn, table())
        assert [one.name for one in whole.rows] == ["MemberAdmitted", "KeyAdded", "ActSkipped", "ActDone", "ActRefused", "ActVoided"]
        refused = whole.rows[4]
        assert (refused.contract, refused.values["reason"], refused.block) == ("Acts", b"why", START + 2)
        assert refused.transaction == made.blocks[2].transactions[1]
        record = events.of_record(conn, table(), told.account(BANK), limit=4)
        assert [one.name for one in record.rows] == [one.name for one in whole.rows[:4]]
        rest = events.of_record(conn, table(), told.account(BANK), limit=4, after=record.next)
        assert [one.name for one in rest.rows] == ["ActRefused", "ActVoided"]
        assert events.latest(conn, table(), limit=1).rows[0].name == "ActVoided"
        assert [one.name for one in events.feed(conn, table(), after=refused.pos).rows] == ["ActVoided"]
        assert events.feed(conn, table(), until=whole.rows[0].pos).rows == whole.rows[:1]
    assert table().knows(made.blocks[1].logs[0])
