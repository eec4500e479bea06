"""A real register of pledges on an anvil: an office that acts by one key under rules that ask for little, and bodies made short."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coincurve import PrivateKey
from eth_account import Account
from eth_hash.auto import keccak

from ledger.chain import artifacts, calls, deploy
from ledger.chain.decode import event_types
from ledger.chain.deploy import Founding, RegisterPlan
from ledger.chain.direct import Sender
from ledger.chain.engines import anvil
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc
from ledger.domain import acts, ids
from ledger.domain.act_types import (
    ActOn,
    AssetList,
    Consent,
    FilePledge,
    Instrument,
    LeafPage,
    PartiesNow,
    Party,
    PartyName,
    PledgeActs,
    Terms,
    When,
)
from ledger.domain.acts import Envelope, SignedAct, SignerClaim
from ledger.domain.assets import Listing, asset_key, listing, name_hash, stated_party
from ledger.domain.registers import ActRule, Code, Effect, EndReason, Mode, PartyRole, Rule, State, TimeSource

RANKED, SINGLE, PATENT = 2, 3, "P"
"""A register of several ranks whose office merely records, and one of one rank that examines."""
OFFICES = {RANKED: "US", SINGLE: "CN"}
REGISTRAR, ATTESTED = 1, 2
BLIND, NONE = b"b" * 32, bytes(32)
HOUR, DAY = 3_600, 86_400
GENESIS = 1_700_000_000
EVIDENCE = b"e" * 32
CNY = 156

_LIVING = (State.REGISTERED, State.ENFORCING)
_OPEN = (State.FILED, State.ACCEPTED)
_ATTESTED = (Mode.ATTESTED,)
_BOTH = {PartyRole.PLEDGOR: _ATTESTED, PartyRole.PLEDGEE: _ATTESTED}
_TIMES = tuple(TimeSource)
_ENDS = tuple(reason for reason in EndReason if reason != EndReason.REFINANCED)


def _rule(effects: int, source: tuple[State, ...], **more: Any) -> ActRule:
    return ActRule(effects, source, officers=1, times=_TIMES, demands=0, **more)


RULES: Mapping[Code, ActRule] = {
    Code.ACCEPT: _rule(0, (State.FILED,), period=HOUR),
    Code.RETURN: _rule(0, _OPEN),
    Code.REFUSE: _rule(0, _OPEN),
    Code.WITHDRAW: _rule(0, _OPEN, consents=_BOTH),
    Code.NOTIFY: _rule(0, _OPEN),
    Code.ANSWER: _rule(0, _OPEN),
    Code.RECONSIDER: _rule(0, (State.REFUSED,)),
    Code.CONTEST: _rule(0, _OPEN, consents={PartyRole.PLEDGEE: _ATTESTED}),
    Code.REGISTER: _rule(Effect.REGISTER, (State.ACCEPTED,), consents=_BOTH),
    Code.SUPPLEMENT: _rule(Effect.ADD_SEGMENT, _LIVING, consents=_BOTH),
    Code.SET_TERMS: _rule(Effect.SET_TERMS, _LIVING, consents=_BOTH),
    Code.TRANSFER: _rule(
        Effect.SET_PARTIES, _LIVING, consents={**_BOTH, PartyRole.NEW_PLEDGEE: _ATTESTED, PartyRole.NEW_PLEDGOR: _ATTESTED}, sides=3
    ),
    Code.REFINANCE: _rule(Effect.END_ALL, _LIVING, consents={**_BOTH, PartyRole.NEW_PLEDGEE: _ATTESTED}, reasons=(EndReason.REFINANCED,)),
    Code.RELATE: _rule(Effect.NOTE, _LIVING, consents=_BOTH),
    Code.RELEASE: _rule(Effect.END_ALL, _LIVING, consents=_BOTH, reasons=_ENDS),
    Code.PART_RELEASE: _rule(Effect.END_LEAVES, _LIVING, consents=_BOTH, reasons=_ENDS),
    Code.NOTE: _rule(Effect.NOTE, (*_LIVING, State.ENDED)),
    Code.ENFORCE: _rule(Effect.SET_STATE, (State.REGISTERED,), next_state=State.ENFORCING, consents=_BOTH),
    Code.STOP_ENFORCING: _rule(Effect.SET_STATE, (State.ENFORCING,), next_state=State.REGISTERED, consents=_BOTH),
    Code.SALE: _rule(Effect.NOTE, (State.ENFORCING,), consents=_BOTH),
    **{Code(code): _rule(0, ()) for code in range(Code.HOLD, Code.ADOPT + 1)},
}
"""Every act by one officer, consents attested, no document asked for."""


def plan(register: int, office: bytes) -> RegisterPlan:
    flags = Rule.RECORDS if register == RANKED else Rule.SINGLE_RANK
    word = int.from_bytes(OFFICES[register].encode()) | 1 << 16 + ord(PATENT) - ord("A") | flags << 48
    codes, words = tuple(map(int, RULES)), tuple(rule.word for rule in RULES.values())
    return RegisterPlan(register, office, word, codes, words, f"Register {register}")


def key_of(register: int, at: int) -> bytes:
    """The key of a numbered right of a register."""
    return asset_key(OFFICES[register], PATENT, "A", f"{at:08}")


class Refused(AssertionError):
    """The act was not done; the contract's own error."""


@dataclass
class Office:
    """The ledger with its two registers, their office and a member bank. `events` are the names of all that was emitted."""

    rpc: Rpc
    manifest: Manifest
    relayer: Sender
    key: bytes
    member: bytes
    acts: int = 0
    events: set[str] = field(default_factory=set)

    @property
    def account(self) -> bytes:
        """The office's own account."""
        return ids.from_hex(Account.from_key(self.key).address)

    def act(self, body: Any) -> list[tuple[str, Any]]:
        """Signs and runs one act; the register's events that it emitted. Raises Refused."""
        self.acts += 1
        claim = SignerClaim(self.account, self.account, REGISTRAR, ATTESTED, 0, self.acts)
        envelope = Envelope(self.account, self.acts, 2**63, 10_000_000, (claim,), body)
        signature = PrivateKey(self.key).sign_recoverable(acts.digest(envelope, self.manifest.domain), hasher=None)
        signed = SignedAct(envelope, (signature[:64] + bytes([signature[64] + 27]),))
        [receipt] = self.relayer.run([(self.manifest.address("Acts"), acts.encode_run([signed]))])
        *told, (name, outcome) = [self._event(log) for log in receipt["logs"]]
        if name != "ActDone":
            raise Refused(f"{type(body).__name__}: {name} {calls.error_of('PledgeRegistry', getattr(outcome, 'reason', b''))}")
        self.events.update(event for event, _ in told)
        return told

    def _event(self, log: Mapping[str, Any]) -> tuple[str, Any]:
        topics = [ids.from_hex(topic) for topic in log["topics"]]
        found = _EVENTS[topics[0]]
        return found.name, found.decode(topics, ids.from_hex(log["data"]))

    def view(self, function: str, *arguments: Any) -> Any:
        return calls.view(self.rpc, self.manifest.address("PledgeRegistry"), "PledgeRegistry", function, *arguments)

    def register(self, function: str, *arguments: Any) -> Any:
        return calls.view(self.rpc, self.manifest.address("Registers"), "Registers", function, *arguments)

    def now(self) -> int:
        """The time of the newest block."""
        return int(self.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def wait(self, seconds: int) -> None:
        """A block so much later."""
        self.rpc.call("evm_setNextBlockTimestamp", self.now() + seconds)
        self.rpc.call("evm_mine")

    def version(self, pledge: int) -> int:
        """The version of a pledge that an act must name."""
        head: int = self.view("pledge", pledge)[0]
        return head >> 56 & 0xFFFFFF


_EVENTS = {event.topic: event for name in ("Acts", "PledgeRegistry") for event in event_types(name, artifacts.load(name).abi)}


@contextmanager
def running(folder: Path) -> Iterator[Office]:
    """A fresh ledger with both registers."""
    chain = anvil.start(folder / "chain", genesis_time=GENESIS, old_states=64)
    try:
        with Rpc(chain.url) as rpc:
            yield _founded(rpc, folder)
    finally:
        chain.kill()


def _founded(rpc: Rpc, folder: Path) -> Office:
    def mine() -> None:
        rpc.call("evm_mine")

    key, member = secrets.token_bytes(32), secrets.token_bytes(20)
    office = ids.from_hex(Account.from_key(key).address)
    admitting, relayer = (Sender.of(rpc, secrets.token_bytes(32), mine) for _ in range(2))
    plans = tuple(plan(register, office) for register in OFFICES)
    founding = Founding(ids.from_hex(Account.create().address), DAY, (admitting.address,), (), plans)
    manifest = deploy.deploy(rpc, founding, folder / "manifest.json", mine)
    for account, role in ((office, REGISTRAR), (member, 1 << 4)):
        admission = calls.call_data("Members", "admit", account, account, account.ljust(32, b"\0"), role, False, True, "Member")
        admitting.run([(manifest.address("Members"), admission)])
    admitting.run([(manifest.address("Acts"), calls.call_data("Acts", "setRelayer", relayer.address, True))])
    return Office(rpc, manifest, relayer, key, member)


# --- Bodies ---


def listed(register: int, numbers: Sequence[int], titled: bool = True) -> Listing:
    """The list of numbered rights, each with a title."""
    return listing({key_of(register, at): f"Right {at}" if titled else "" for at in numbers}, BLIND)


def asset_list(rights: Listing) -> AssetList:
    return AssetList(rights.root, len(rights.keys), rights.titles_hash)


def party(name: str, role: int, share: int = 1) -> Party:
    return Party(role, stated_party(name), name_hash(name, ""), share if role == PartyRole.PLEDGEE else 0)


def names(parties: Sequence[str]) -> tuple[PartyName, ...]:
    return tuple(PartyName(name, "") for name in parties)


def consents(
    pledgors: Sequence[str], holders: Sequence[str], newcomers: Sequence[str] = (), sellers: Sequence[str] = ()
) -> tuple[Consent, ...]:
    """Attested consents of all of them, each in its role; `newcomers` as new holders, `sellers` as new pledgors."""
    agreed = {
        PartyRole.PLEDGOR: pledgors,
        PartyRole.PLEDGEE: holders,
        PartyRole.NEW_PLEDGEE: newcomers,
        PartyRole.NEW_PLEDGOR: sellers,
    }
    return tuple(Consent(role, ATTESTED, 0, stated_party(name), EVIDENCE, 0, 0) for role, listed_ in agreed.items() for name in listed_)


def instrument(number: str) -> Instrument:
    return Instrument(number.encode().ljust(32, b"\0"), keccak(number.encode()), 0, "PLEDGE AGREEMENT")


def terms(ceiling: int = 5_000, *, kind: int = 1, expires: int = 0, due: int = 0) -> Terms:
    return Terms(ceiling, CNY if kind else 0, kind, due, expires)


def filing(
    register: int,
    number: str,
    rights: Listing | None,
    *,
    pledgors: Sequence[str] = ("Pledgor",),
    holders: Sequence[str] = ("Bank",),
    stated: int | None = None,
    claim: Terms | None = None,
    flags: int = 0,
) -> FilePledge:
    """A filing with every consent; `stated` is its effective time, else the block's counts."""
    parties = (*(party(name, PartyRole.PLEDGOR) for name in pledgors), *(party(name, PartyRole.PLEDGEE) for name in holders))
    when = When(TimeSource.BLOCK, False, 0) if stated is None else When(TimeSource.STATED, True, stated)
    assets = AssetList(NONE, 0, NONE) if rights is None else asset_list(rights)
    return FilePledge(
        register,
        1,
        Code.REGISTER,
        flags,
        claim or terms(),
        parties,
        assets,
        b"c" * 32,
        b"a" * 32,
        instrument(number),
        when,
        consents(pledgors, holders),
    )


def on(office: Office, pledge: int, code: Code, stated: int | None = None) -> ActOn:
    """What an act says first, for the pledge's version now."""
    when = When(TimeSource.BLOCK, False, 0) if stated is None else When(TimeSource.STATED, False, stated)
    return ActOn(pledge, office.version(pledge), code, when)


def parties_now(pledgors: Sequence[Party], holders: Sequence[Party]) -> PartiesNow:
    return PartiesNow(NONE, NONE, tuple(pledgors), tuple(holders))


def document(number: str, agreed: tuple[Consent, ...], **what: Any) -> PledgeActs:
    """One document that does these acts."""
    parts: dict[str, Any] = dict.fromkeys(("terms", "parties", "segments", "partReleases", "releases", "states", "notes"), ())
    return PledgeActs(instrument(number), agreed, **{**parts, **what})


def leaf_page(segment: int, rights: Listing, page: int = 0, ended: int = 0) -> LeafPage:
    return LeafPage(segment, BLIND, page, rights.page_roots, rights.pages[page], ended)
