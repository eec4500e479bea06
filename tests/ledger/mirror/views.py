"""What the mirror says of a real register, word by word against what its contracts answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from ledger.chain.blocks import last_position
from ledger.domain import pledge_words
from ledger.domain.assets import stated_party
from ledger.domain.pledge_words import AssetFlag, HoldTarget, HoldWord, NoteKind
from ledger.domain.registers import Rule
from ledger.mirror.assets import word_of
from ledger.mirror.models import ACT_RULE, BLOCK, ENCUMBRANCE, NOTE, PLEDGE, PLEDGE_STATE, REGISTER, REGISTER_RULE, SEGMENT
from ledger.mirror.pledge_rows import head_word, segment_word, terms_word
from ledger.mirror.queries import assets, filings, holds, numbers, parties, pledges, registers
from ledger.mirror.queries.liveness import leaf_live as leaf_is_live
from ledger.mirror.queries.liveness import of_pledge, of_segment, pledge_live
from ledger.mirror.queries.reading import rows_of, valid
from ledger.mirror.rebuild import block_of
from ledger.mirror.register_models import ANCHOR, ANCHORED_REGISTER, RIVAL, SEEDED_PAGE, Hold
from ledger.mirror.schema import number, word
from tests.ledger.mirror.register import Office

NONE = bytes(32)


def assert_equal(
    conn: Connection, office: Office, keys: Iterable[bytes], people: Iterable[str], records: Iterable[tuple[int, bytes]]
) -> None:
    """Every word that the register has of these rights, people and office records (register, number), and of every pledge and segment."""
    keys = list(keys)
    _pledges(conn, office)
    _segments(conn, office)
    _assets(conn, office, keys)
    _holds(conn, office, keys, people)
    _parties(conn, office, people)
    _registers(conn, office)
    _anchors(conn, office, records)


def _pledges(conn: Connection, office: Office) -> None:
    counts = office.view("counts")
    rows = rows_of(conn, PLEDGE, select(PLEDGE.table).order_by(PLEDGE.table.c.pledge))
    assert [row.pledge for row in rows] == list(range(1, counts[0] + 1))
    for row in rows:
        standing = pledges.get(conn, row.pledge)
        assert standing is not None
        head, terms, root, content, chain_ = office.view("pledge", row.pledge)
        assert (head_word(standing.state, row.register), terms_word(standing.state)) == (head, terms), row
        assert (standing.state.parties_root or NONE, standing.state.content or NONE) == (root, content)
        chained = [done.act.chain for done in pledges.history(conn, row.pledge) if done.act.chain]
        assert chain_ == (chained[-1] if chained else row.filing)
        assert [contest.earlier for contest in filings.contests(conn, row.pledge)] == list(office.view("contestsOf", row.pledge))
        _notices(conn, office, row.pledge, standing.state.parties_root)


def _notices(conn: Connection, office: Office, pledge: int, parties: bytes | None) -> None:
    """A notice counts from its first record on for those who were the parties then."""
    note = NOTE.table.c
    asked = select(note.pos, note.subject, BLOCK.c.time).join(BLOCK, BLOCK.c.number == block_of(note.pos))
    asked = asked.where(note.pledge == pledge, note.kind == NoteKind.NOTICE).order_by(note.pos.desc())
    first: dict[bytes, int] = {}
    for pos, subject, time in conn.execute(asked):
        given = pledges.get(conn, pledge, pos)
        assert given is not None
        first.setdefault(subject, 0)
        if given.state.parties_root == parties:
            first[subject] = time
    for subject, since in first.items():
        assert office.view("noticed", pledge, subject) == since


def _segments(conn: Connection, office: Office) -> None:
    rows = rows_of(conn, SEGMENT, select(SEGMENT.table).where(valid(SEGMENT, None)).order_by(SEGMENT.table.c.segment))
    assert [row.segment for row in rows] == list(range(1, office.view("counts")[1] + 1))
    now = office.now()
    for row in rows:
        assert (segment_word(row), row.root) == office.view("segment", row.segment), row
        taken = rows_of(conn, ENCUMBRANCE, _of(row.segment).order_by(ENCUMBRANCE.table.c.leaf))
        bits = sum(1 << leaf.leaf for leaf in taken if leaf.reason is not None)
        for page in range(-(-row.assets // 256)):
            assert office.view("endedBits", row.segment, page) == bits >> 256 * page & (1 << 256) - 1
        live = set(conn.execute(_live(row.segment, now)).scalars())
        for leaf in taken:
            assert (leaf.leaf in live) == office.view("live(uint40,uint24)", row.segment, leaf.leaf), (row, leaf)


def _of(segment: int) -> Select[Any]:
    return select(ENCUMBRANCE.table).where(ENCUMBRANCE.table.c.segment == segment, valid(ENCUMBRANCE, None))


def _live(segment: int, when: int) -> Select[Any]:
    asked = select(ENCUMBRANCE.table.c.leaf).join(SEGMENT.table, of_segment(None, None)).join(PLEDGE_STATE.table, of_pledge(None))
    return asked.where(ENCUMBRANCE.table.c.segment == segment, valid(ENCUMBRANCE, None), pledge_live(when), leaf_is_live(when))


def _assets(conn: Connection, office: Office, keys: list[bytes]) -> None:
    for key in keys:
        row = numbers.word_of(conn, key)
        assert (0 if row is None else word_of(row)) == office.view("asset", key), key
        resolved = numbers.resolve(conn, key)
        assert resolved.key == office.view("resolved", key)
        leaves, anchored = office.view("conflict", key)
        rivals = rows_of(conn, RIVAL, select(RIVAL.table).where(RIVAL.table.c.asset == resolved.key, valid(RIVAL, None)))
        assert sorted(rival.segment | rival.leaf << 40 for rival in rivals) == sorted(leaves)
        _anchored_on(conn, resolved.key, anchored)


def _anchored_on(conn: Connection, key: bytes, anchored: int) -> None:
    """In a register of one rank every record that nobody adopted is in the word, or beside what the word names."""
    record, register = assets.asset(conn, key), registers.taking(conn, key)
    assert register is not None
    in_word = record.word is not None and record.has(AssetFlag.SEEDED) and record.word.segment == 0
    beside = len(record.unadopted) - in_word if Rule.SINGLE_RANK in register.flags else 0
    assert anchored == beside, record


def _holds(conn: Connection, office: Office, keys: Iterable[bytes], people: Iterable[str]) -> None:
    pledged = [word(pledge) for pledge in range(1, office.view("counts")[0] + 1)]
    targets = [(HoldTarget.ASSET, key) for key in keys] + [(HoldTarget.PLEDGE, each) for each in pledged]
    targets += [(HoldTarget.PARTY, stated_party(name)) for name in people]
    now = office.now()
    for target, id_ in targets:
        words, orders = office.view("holds", target, id_, office.account)
        told = {(stored, order) for stored, order in zip(words, orders, strict=True)}
        kinds = (HoldTarget.PLEDGE, HoldTarget.CLAIM) if target == HoldTarget.PLEDGE else (target,)
        scope = office.account if target == HoldTarget.PARTY else None
        known = [hold for kind in kinds for hold in holds.every(conn, kind, id_, office=scope)]
        running = {(_word(hold), hold.order_hash) for hold in known if holds.runs(hold, now)}
        assert {each for each in told if _runs(each[0], now)} == running
        # Of what is over the register keeps only what no later hold took the place of.
        assert told <= {(_word(hold), hold.order_hash) for hold in known}, (target, id_)


def _word(hold: Hold) -> int:
    return pledge_words.pack(HoldWord(hold.bars, hold.kind, hold.until, hold.placed, hold.number, hold.target))


def _runs(stored: int, now: int) -> bool:
    until = pledge_words.read(HoldWord, stored).until
    return until == 0 or now <= until


def _parties(conn: Connection, office: Office, people: Iterable[str]) -> None:
    for name in people:
        signer = parties.signer_of(conn, office.account, stated_party(name))
        assert (signer or bytes(20)) == office.view("signerOf", office.account, stated_party(name))


def _registers(conn: Connection, office: Office) -> None:
    for row in rows_of(conn, REGISTER, select(REGISTER.table).where(valid(REGISTER, None))):
        assert (row.version, row.office, row.closed) == office.register("current", row.register)
    for rule in rows_of(conn, REGISTER_RULE, select(REGISTER_RULE.table)):
        assert number(rule.rule) == office.register("rule", rule.register, rule.version)
        assert (rule.rule_contract or bytes(20)) == office.register("ruleContract", rule.register, rule.version)
    for act in rows_of(conn, ACT_RULE, select(ACT_RULE.table)):
        assert number(act.word) == office.register("actRule", act.register, act.version, act.code)


def _anchors(conn: Connection, office: Office, records: Iterable[tuple[int, bytes]]) -> None:
    anchors = rows_of(conn, ANCHOR, select(ANCHOR.table))
    pages = rows_of(conn, SEEDED_PAGE, select(SEEDED_PAGE.table))
    replaced = {(each.register, each.replaces) for each in anchors if each.replaces}
    for row in anchors:
        seeded = sum(page.assets for page in pages if (page.register, page.anchor) == (row.register, row.anchor))
        told = (row.records_root, row.records, row.assets_root, row.assets, row.as_at, seeded, (row.register, row.anchor) in replaced)
        assert told == office.view("anchor", row.register, row.anchor)
    for waiting in rows_of(conn, ANCHORED_REGISTER, select(ANCHORED_REGISTER.table).where(valid(ANCHORED_REGISTER, None))):
        assert waiting.unseeded == office.view("unseeded", waiting.register)
    for register, record in records:
        assert (assets.adopted(conn, register, record) or 0) == office.view("adopted", register, record)


@dataclass(frozen=True)
class Snapshot:
    """What the register answered at a block: pledges' heads and terms, segments' words, assets' words and keys."""

    block: int
    pledges: dict[int, tuple[int, int]]
    segments: dict[int, int]
    assets: dict[bytes, tuple[int, bytes]]

    @classmethod
    def of(cls, office: Office, keys: Iterable[bytes]) -> "Snapshot":
        """The answers of now."""
        pledges_, segments_ = office.view("counts")
        return cls(
            int(office.rpc.call("eth_blockNumber"), 16),
            {each: tuple(office.view("pledge", each)[:2]) for each in range(1, pledges_ + 1)},
            {each: office.view("segment", each)[0] for each in range(1, segments_ + 1)},
            {key: (office.view("asset", key), office.view("resolved", key)) for key in keys},
        )

    def assert_known(self, conn: Connection) -> None:
        """The mirror says the same as at that block."""
        at = last_position(self.block)
        for each, words in self.pledges.items():
            standing = pledges.get(conn, each, at)
            assert standing is not None
            assert (head_word(standing.state, standing.pledge.register), terms_word(standing.state)) == words
        asked = select(SEGMENT.table).where(valid(SEGMENT, at))
        assert {row.segment: segment_word(row) for row in rows_of(conn, SEGMENT, asked)} == self.segments
        for key, (stored, resolved) in self.assets.items():
            row = numbers.word_of(conn, key, at)
            assert (0 if row is None else word_of(row), numbers.resolve(conn, key, at).key) == (stored, resolved)
