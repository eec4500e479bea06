"""The real register of pledges under the mirror: grants, supplements, releases in part and whole, held against the contract's views."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from coincurve import PrivateKey
from eth_abi.abi import encode
from eth_account import Account
from eth_hash.auto import keccak

from ledger.chain import artifacts, calls, deploy
from ledger.chain.clock import DevelopmentClock
from ledger.chain.decode import event_types
from ledger.chain.deploy import Founding, RegisterPlan
from ledger.chain.direct import Sender
from ledger.chain.engines import anvil
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc
from ledger.domain import acts, ids
from ledger.domain.act_types import (
    ActOn,
    AddSegment,
    AssetList,
    Consent,
    FilePledge,
    Instrument,
    LeafPage,
    PartiesNow,
    Party,
    PartyName,
    PledgeActs,
    RecordPledge,
    ReleaseAssets,
    ReleasePledge,
    Terms,
    When,
)
from ledger.domain.acts import Envelope, SignedAct, SignerClaim
from ledger.mirror import sync, verify
from ledger.mirror.database import Database
from ledger.mirror.models import PledgeStatus
from ledger.mirror.pledges import head_of
from ledger.mirror.queries import pledges, registers
from ledger.mirror.schema import number

REGISTER, CODE = 2, 10
REGISTRAR, ATTESTED, STATED = 1, 2, 2
PLEDGOR, PLEDGEE = 1, 2
EARLY, LATE, LATEST = 400_000_000, 900_000_000, 1_200_000_000
BLIND, NONE = b"b" * 32, bytes(32)
KEYS = [f"USP{at:08}".encode().ljust(32, b"\0") for at in range(5)]

# Rule word: office 16 | classes 32 | flags 16 (RECORDS). Code word: every effect, attested consents of both parties, from every state,
# one officer.
RULE = int.from_bytes(b"US") | 0x3FFFFFF << 16 | 1 << 2 << 48
WORD = (
    0xFF | 3 << 8 | 2 << 20 | 2 << 24 | 0xFFFF << 48 | 1 << 64 | 1 << 68 | REGISTRAR << 72 | 7 << 88 | 3 << 96 | 86_400 << 144 | 0xFF << 176
)


class Office:
    """A ledger with one register, whose office records by one key."""

    def __init__(self, rpc: Rpc, manifest: Manifest, relayer: Sender, key: bytes) -> None:
        self.rpc, self.manifest, self.relayer, self.key = rpc, manifest, relayer, key
        self.account = ids.from_hex(Account.from_key(key).address)
        self.acts = 0

    def act(self, body: Any) -> None:
        """Signs and runs one act, which must be done."""
        self.acts += 1
        claim = SignerClaim(self.account, self.account, REGISTRAR, ATTESTED, 0, self.acts)
        envelope = Envelope(self.account, self.acts, 2**63, 5_000_000, (claim,), body)
        signature = PrivateKey(self.key).sign_recoverable(acts.digest(envelope, self.manifest.domain), hasher=None)
        signed = SignedAct(envelope, (signature[:64] + bytes([signature[64] + 27]),))
        [receipt] = self.relayer.run([(self.manifest.address("Acts"), acts.encode_run([signed]))])
        address = self.manifest.address("Acts")
        logs = [log for log in receipt["logs"] if ids.from_hex(log["address"]) == address]
        [ended] = [event for event in event_types("Acts", artifacts.load("Acts").abi) if event.topic == ids.from_hex(logs[-1]["topics"][0])]
        told = ended.decode([ids.from_hex(topic) for topic in logs[-1]["topics"]], ids.from_hex(logs[-1]["data"]))
        assert ended.name == "ActDone", (told, calls.error_of("PledgeRegistry", getattr(told, "reason", b"")))

    def view(self, function: str, *arguments: Any) -> Any:
        return calls.view(self.rpc, self.manifest.address("PledgeRegistry"), "PledgeRegistry", function, *arguments)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    running = anvil.start(tmp_path_factory.mktemp("chain"))
    key, council = secrets.token_bytes(32), ids.from_hex(Account.create().address)
    account = ids.from_hex(Account.from_key(key).address)
    with Rpc(running.url) as rpc:
        mine = DevelopmentClock(rpc, running.engine).mine
        admitting, relayer = (Sender.of(rpc, secrets.token_bytes(32), mine) for _ in range(2))
        plan = RegisterPlan(REGISTER, account, RULE, (1, CODE), (WORD, WORD), "Recordation")
        founding = Founding(council, 86_400, (admitting.address,), (), (plan,))
        manifest = deploy.deploy(rpc, founding, tmp_path_factory.mktemp("home") / "manifest.json", mine)
        admission = calls.call_data("Members", "admit", account, account, b"o".ljust(32, b"\0"), REGISTRAR, False, True, "Office")
        admitting.run([(manifest.address("Members"), admission)])
        admitting.run([(manifest.address("Acts"), calls.call_data("Acts", "setRelayer", relayer.address, True))])
        made = Office(rpc, manifest, relayer, key)
        _live(made)
        yield made
    running.kill()


def _page_root(keys: Sequence[bytes]) -> bytes:
    level = [keccak(b"\0" + key) for key in keys]
    for _ in range(7):
        padded = [*level, NONE]
        level = [keccak(b"\1" + padded[at] + padded[at + 1]) for at in range(0, len(level), 2)]
    return level[0]


def _root(keys: Sequence[bytes]) -> bytes:
    return keccak(b"\2" + len(keys).to_bytes(3) + BLIND + _page_root(keys))


def _party(name: str, role: int) -> Party:
    return Party(role, b"\2" + name.encode().ljust(31, b"\0"), keccak(encode(["string", "string"], [name, ""])), int(role == PLEDGEE))


def _consents() -> tuple[Consent, ...]:
    return tuple(
        Consent(role, ATTESTED, 0, _party(name, role).id, b"e" * 32, 0, 0) for name, role in (("Pledgor", PLEDGOR), ("Bank", PLEDGEE))
    )


def _instrument(record: str) -> Instrument:
    return Instrument(record.encode().ljust(32, b"\0"), keccak(record.encode()), 0, "PATENT SECURITY AGREEMENT")


def _grant(record: str, effective: int, keys: Sequence[bytes]) -> RecordPledge:
    names = ("Pledgor", "Bank")
    parties = tuple(_party(name, role) for name, role in zip(names, (PLEDGOR, PLEDGEE), strict=True))
    assets = AssetList(_root(keys), len(keys), NONE)
    terms, when = Terms(5_000_000, 840, 1, 0, 0), When(STATED, True, effective)
    filing = FilePledge(REGISTER, 1, CODE, 0, terms, parties, assets, b"c" * 32, b"a" * 32, _instrument(record), when, _consents())
    return RecordPledge(filing, BLIND, tuple(keys), tuple(PartyName(name, "") for name in names), (), ())


def _now() -> PartiesNow:
    return PartiesNow(NONE, NONE, (_party("Pledgor", PLEDGOR),), (_party("Bank", PLEDGEE),))


def _on(pledge: int, version: int, effective: int) -> ActOn:
    return ActOn(pledge, version, CODE, When(STATED, True, effective))


def _document(record: str, **what: Any) -> PledgeActs:
    return replace(PledgeActs(_instrument(record), _consents(), (), (), (), (), (), (), ()), **what)


def _live(office: Office) -> None:
    """Two pledges on one right, the second recorded first in time; a supplement; a release in part; a release whole."""
    office.act(_grant("1-1", LATE, KEYS[:3]))
    office.act(_grant("2-2", EARLY, KEYS[1:2]))
    version = head_of(office.view("pledge", 1)[0])["version"]
    added = AddSegment(_on(1, version, LATE + 5), _now(), AssetList(_root(KEYS[3:]), 2, NONE), BLIND, tuple(KEYS[3:]), (), b"s" * 32)
    office.act(_document("3-3", segments=(added,)))
    version = head_of(office.view("pledge", 1)[0])["version"]
    page = LeafPage(1, BLIND, 0, (_page_root(KEYS[:3]),), tuple(KEYS[:3]), 0b101)
    office.act(_document("4-4", partReleases=(ReleaseAssets(_on(1, version, LATEST), _now(), 1, 1, (page,), (b"US?".ljust(32, b"\0"),)),)))
    version = head_of(office.view("pledge", 2)[0])["version"]
    office.act(_document("5-5", releases=(ReleasePledge(_on(2, version, LATEST), _now(), 1, 1, (), ()),)))


@pytest.fixture
def followed(db: Database, office: Office) -> Database:
    """A mirror that has caught up."""
    sync.of(db, office.rpc, office.manifest, finality=0, development=True).catch_up()
    return db


@pytest.mark.parametrize("pledge", [1, 2])
def test_heads_terms_and_segments_are_the_contracts_words(followed: Database, office: Office, pledge: int) -> None:
    head, terms, _, content, chain = office.view("pledge", pledge)
    with followed.read() as conn:
        standing = pledges.get(conn, pledge)
        assert standing is not None
        state = standing.state
        assert {name: getattr(state, name) for name in head_of(head)} == head_of(head)
        assert (number(state.ceiling), state.currency) == (terms & (1 << 128) - 1, terms >> 128 & 0xFFFF) == (5_000_000, 840)
        assert state.content == content
        assert pledges.history(conn, pledge)[-1].act.chain == chain
        for segment in pledges.segments(conn, pledge):
            word, root = office.view("segment", segment.segment)
            assert (segment.pledge, segment.assets, segment.claimed) == (word & 0xFFFFFFFFFF, word >> 40 & 0xFFFFFF, word >> 64 & 0xFFFFFF)
            assert (segment.effective, segment.root) == (word >> 88 & 0xFFFFFFFFFF, root)


def test_each_asset_word_and_each_end_is_the_contracts(followed: Database, office: Office) -> None:
    with followed.read() as conn:
        for key in KEYS:
            links = pledges.encumbrances(conn, key, live_only=False)
            newest = max((link.encumbrance for link in links), key=lambda one: one.segment)
            assert number(newest.word) == office.view("asset", key)
            for link in links:
                assert link.live == office.view("live(uint40,uint24)", link.encumbrance.segment, link.encumbrance.leaf)


def test_liens_rank_by_effective_time_as_at_two_times(followed: Database) -> None:
    with followed.read() as conn:
        before = pledges.encumbrances(conn, KEYS[1], time=LATEST - 1)
        assert [(one.rank, one.pledge.pledge.pledge) for one in before] == [(1, 2), (2, 1)]
        assert [one.pledge.pledge.pledge for one in pledges.encumbrances(conn, KEYS[1])] == [1]
        assert [(one.pledge.pledge.pledge, one.assets) for one in pledges.live(conn).rows] == [(1, 3)]
        assert [(one.pledge.pledge.pledge, one.assets) for one in pledges.live(conn, time=LATEST - 1).rows] == [(1, 5), (2, 1)]
        assert pledges.live_assets(conn) == 3
        ended = pledges.get(conn, 2)
        assert ended is not None
        assert (ended.state.status, ended.state.ended_at) == (PledgeStatus.ENDED, LATEST)
        assert [one.asset for one in pledges.differences(conn, pledge=1)] == [b"US?".ljust(32, b"\0")]


def test_parties_register_and_documents(followed: Database, office: Office) -> None:
    with followed.read() as conn:
        assert [(party.name, party.role) for party in pledges.parties(conn, 1)] == [("Pledgor", PLEDGOR), ("Bank", PLEDGEE)]
        found = registers.get(conn, REGISTER)
        assert found is not None
        assert (found.name, found.office, found.version, number(found.rule)) == ("Recordation", office.account, 1, RULE)
        assert [done.act.event for done in pledges.history(conn, 2)] == [
            "PledgeFiled",
            "PledgeAccepted",
            "PledgeRegistered",
            "PledgeReleased",
        ]
        assert [one.number for one in pledges.instruments(conn, b"4-4".ljust(32, b"\0"))] == [b"4-4".ljust(32, b"\0")]
    assert verify.of(followed, office.manifest, rpc=office.rpc).equal
