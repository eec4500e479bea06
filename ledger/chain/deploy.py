"""Deployment: all contracts, their wiring, and the handover to the council.

A deployer key is drawn for one deployment and keeps nothing: everything is wired while it is the only administrator, then the council is
granted the office (with its delay) and the deployer renounces it. The manifest is written last; a deployment that was cut short leaves
contracts that nobody administers and no manifest, and the next one starts from a new deployer key. Contract addresses follow from that
key's nonces, so contracts that need each other (Acts, Members, token and drafts) take them as constructor arguments.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rlp
from eth_hash.auto import keccak

from ledger import faults
from ledger.chain import manifest as manifests
from ledger.chain.bindings import PARTS
from ledger.chain.calls import at_head, call_data, constructor_data, function_selector, view
from ledger.chain.direct import Sender
from ledger.chain.manifest import CashEntry, Deployed, Manifest, ManifestError
from ledger.chain.rpc import Rpc
from ledger.domain import acts
from ledger.domain.act_types import KINDS, Kind
from ledger.domain.ids import ADDRESS_BYTES, from_hex, to_hex

ADMIN_ROLE = 0
ADMITTER_ROLE = 1
RELAYER_ROLE = 2
CUSTODIAN_ROLE = 1 << 12
CREATED = (
    "Council",
    "Members",
    "Acts",
    "CashDesk",
    "ReceivableToken",
    "ReceivableViews",
    "ReceivableOffers",
    "ReceivableHolds",
    "ReceivableEndings",
    "ReceivableDrafts",
    "Exposure",
    "Repayment",
    "Mandates",
    "Guarantees",
    "RangeReceipts",
    "PurchaseOffers",
    "Financing",
    "Valuations",
    "LoanAgreements",
    "Loans",
    "TitleEscrow",
    "Triggers",
    "Distributions",
    "Registers",
    "SerialTermRule",
    *PARTS,
    "PledgeRegistry",
)
_OFFERED, _HELD, _CANCEL_CONSENT, _WRITTEN_OFF, _CUSTODY = 1 << 1, 1 << 2, 1 << 4, 1 << 5, 1 << 6
_CARRY, _OPEN, _MARK_HELD, _MARK_DISPUTED, _END = 1 << 7, 1 << 8, 1 << 9, 1 << 10, 1 << 11
COMPANIONS = {
    "ReceivableOffers": (_CARRY, _OFFERED),
    "ReceivableHolds": (_CARRY, _MARK_HELD, _HELD, _CUSTODY, _CANCEL_CONSENT),
    "ReceivableEndings": (_END, _MARK_DISPUTED, _CANCEL_CONSENT, _WRITTEN_OFF),
    "ReceivableDrafts": (_OPEN,),
    "Financing": (_CARRY, _CUSTODY),
    "TitleEscrow": (_CARRY, _CUSTODY),
}
"""What each companion of the token may do for ever: bits of contracts/types/Powers.sol and flags of TokenWord.sol."""
MODULES = ("Repayment", "Mandates", "Financing", "Loans")
"""Contracts that may move members' cash."""
CUSTODIANS = {"Financing": "Financing of receivables", "TitleEscrow": "Title escrow"}
"""Contracts that hold ranges for others, each a member that operates itself and takes nothing that it would not account for."""
TRIGGERS = (
    ("debit", "Mandates", "checkDebit", "debit", 1_000_000),
    ("distribute", "Distributions", "checkDistribute", "distribute", 700_000),
    ("guarantee", "Guarantees", "checkCall", "call", 3_000_000),
    ("recourse", "Financing", "checkRecourse", "fireRecourse", 3_000_000),
    ("collect", "Financing", "", "collect", 3_000_000),
    ("instalment", "Loans", "checkInstalment", "fireInstalment", 8_000_000),
    ("margin", "Loans", "checkMargin", "fireMargin", 2_000_000),
    ("collect pledged", "TitleEscrow", "checkCollect", "collectRange", 3_000_000),
    ("return pledged", "TitleEscrow", "checkReturn", "returnRange", 3_000_000),
    ("lapse offer", "ReceivableOffers", "", "lapse", 200_000),
    ("lapse dispute", "ReceivableEndings", "", "lapseDispute", 200_000),
)
"""What anyone may fire at one door: name, contract, its dry run (none where a failed firing says as much), its firing, most gas."""
_MEND = "start with --fresh or restore the chain's data"
STANDARD_POLICY = 1
USUAL_TENOR_SECONDS, MOST_TENOR_SECONDS = 184 * 86_400, 366 * 86_400
"""Tenor of a receivable: 6 months in principle, with a reason 12 at most (domain.md 20)."""
DISPUTE_TERM_SECONDS = 60 * 86_400
"""For how long disputes of a receivable together stop its automatic debit; no law sets one."""
_POLICY = (USUAL_TENOR_SECONDS, MOST_TENOR_SECONDS, DISPUTE_TERM_SECONDS, False)
MOST_SERIAL_SECONDS = (7 * 365 + 2) * 86_400
"""An entry that describes its assets by serial number stands for seven years at most (PPSA 2009 (Cth) 153)."""


@dataclass(frozen=True, slots=True)
class CashPlan:
    """A cash contract to be listed: account of its settlement bank, ISO 4217 number, ERC-20 name and symbol."""

    bank: bytes
    currency: int
    name: str
    symbol: str


@dataclass(frozen=True, slots=True)
class RegisterPlan:
    """A register's first version: number, office account, rule word, act codes with their words, name, and the contract (of CREATED) that
    says what no word can (interfaces/IRegisters.sol)."""

    register: int
    office: bytes
    rule: int
    codes: tuple[int, ...]
    words: tuple[int, ...]
    name: str
    rule_contract: str = ""


@dataclass(frozen=True, slots=True)
class Founding:
    """What a ledger is founded with. `council_delay` in seconds; `admitters` admit members and enrol relayers without delay."""

    council: bytes
    council_delay: int
    admitters: tuple[bytes, ...]
    cash: tuple[CashPlan, ...]
    registers: tuple[RegisterPlan, ...]


def deploy(
    rpc: Rpc,
    founding: Founding,
    file: Path,
    mine: Callable[[], object] | None = None,
    payer: Sender | None = None,
    *,
    keep: Callable[[], object] = lambda: None,
) -> Manifest:
    """The ledger of the manifest in `file`, deployed first if there is none: by a key made for it, or by `payer` where that costs.
    `keep` has the chain on disk, before the manifest is.

    Raises ManifestError when the manifest names another chain or code, TransactionFailed when the chain refuses.
    """
    if file.exists():
        found = manifests.load(file)
        check(rpc, found)
        return found
    made = _deploy(payer or Sender.of(rpc, secrets.token_bytes(32), mine), founding)
    keep()
    faults.point("deploy.kept")
    manifests.save(made, file)
    faults.point("deploy.saved")
    return made


def check(rpc: Rpc, found: Manifest) -> None:
    """Holds a manifest against the chain: chain id, genesis, code of every contract. Raises ManifestError naming what differs."""
    if int(rpc.call("eth_chainId"), 16) != found.chain_id:
        raise ManifestError(f"manifest: is of chain {found.chain_id}, the node is on {int(rpc.call('eth_chainId'), 16)}")
    if _genesis(rpc) != found.genesis_hash:
        raise ManifestError(f"manifest: is of another chain with the same id (genesis differs); {_MEND}")
    for name, contract in found.contracts.items():
        _check_code(rpc, name, contract.address, contract.code_hash)
    for cash in found.cash:
        _check_code(rpc, f"cash {cash.index}", cash.address, cash.code_hash)


def _check_code(rpc: Rpc, name: str, address: bytes, code_hash: bytes) -> None:
    if keccak(_code(rpc, address)) != code_hash:
        raise ManifestError(f"manifest: {name} at {to_hex(address)} is missing or has other code; {_MEND}")


def _deploy(sender: Sender, founding: Founding) -> Manifest:
    ledger_id = secrets.token_bytes(32)
    places = {name: created_at(sender.address, sender.nonce + index) for index, name in enumerate(CREATED)}
    receipts = sender.run([(None, constructor_data(name, *_arguments(name, places, ledger_id, sender))) for name in CREATED])
    cash_at = _create_cash(sender, founding.cash, places)
    sender.run(list(_wiring(places, cash_at, founding)))
    sender.run(list(_handover(places, founding, sender.address)))
    return _manifest(sender, ledger_id, places, receipts, founding, cash_at)


def created_at(sender: bytes, nonce: int) -> bytes:
    """The address of the contract that `sender` creates with `nonce` (yellow paper, section 7)."""
    return bytes(keccak(rlp.encode([sender, nonce]))[12:])


def _arguments(name: str, places: dict[str, bytes], ledger_id: bytes, sender: Sender) -> list[Any]:
    manager, members, acts_ = places["Council"], places["Members"], places["Acts"]
    desk, token = places["CashDesk"], places["ReceivableToken"]
    arguments: dict[str, list[Any]] = {
        "Council": [sender.address],
        "Members": [acts_, places["ReceivableHolds"], manager],
        "Acts": [ledger_id, members, manager],
        "CashDesk": [acts_, members, manager],
        "ReceivableToken": [acts_, members, places["ReceivableOffers"], places["ReceivableViews"], manager, _companions(places)],
        "ReceivableViews": [token],
        "ReceivableOffers": [acts_, members, token],
        "ReceivableHolds": [acts_, members, token, manager],
        "ReceivableEndings": [acts_, members, token, places["ReceivableDrafts"]],
        "ReceivableDrafts": [acts_, members, desk, token, places["Exposure"], manager],
        "Exposure": [places["ReceivableDrafts"], token, manager],
        "Repayment": [acts_, members, _links(places), [places["Mandates"], places["Guarantees"]]],
        "Mandates": [acts_, members, desk, token, places["Repayment"], places["ReceivableEndings"]],
        "Guarantees": [acts_, members, desk, token, places["ReceivableEndings"]],
        "RangeReceipts": [token],
        "PurchaseOffers": [acts_, members, desk, token, places["ReceivableEndings"], places["Financing"]],
        "Financing": [acts_, members, desk, token, places["PurchaseOffers"], places["RangeReceipts"], places["ReceivableHolds"]],
        "Valuations": [acts_, members],
        "LoanAgreements": [acts_, members, _loan_links(places)],
        "Loans": [acts_, members, desk, places["LoanAgreements"], places["TitleEscrow"]],
        "TitleEscrow": [acts_, members, places["Loans"], places["LoanAgreements"], token, places["ReceivableHolds"]],
        "Triggers": [manager],
        "Distributions": [token],
        "Registers": [manager],
        "SerialTermRule": [MOST_SERIAL_SECONDS],
        **{part: [acts_, members, places["Registers"]] for part in PARTS},
        "PledgeHasher": [],
        "PledgeRegistry": [acts_, members, places["Registers"], [places[part] for part in PARTS]],
    }
    return arguments[name]


def _companions(places: dict[str, bytes]) -> list[tuple[bytes, int]]:
    return [(places[name], sum(powers)) for name, powers in COMPANIONS.items()]


def _links(places: dict[str, bytes]) -> tuple[bytes, ...]:
    return tuple(places[name] for name in ("CashDesk", "ReceivableToken", "Exposure", "ReceivableEndings", "ReceivableHolds"))


def _loan_links(places: dict[str, bytes]) -> tuple[bytes, ...]:
    return tuple(places[name] for name in ("CashDesk", "Loans", "TitleEscrow", "PledgeRegistry", "Valuations", "Registers"))


def _create_cash(sender: Sender, plans: Sequence[CashPlan], places: dict[str, bytes]) -> list[bytes]:
    first = sender.nonce
    sender.run(
        [
            (
                None,
                constructor_data("SettlementCash", places["Members"], places["CashDesk"], plan.bank, plan.currency, plan.name, plan.symbol),
            )
            for plan in plans
        ]
    )
    return [created_at(sender.address, first + index) for index in range(len(plans))]


def _wiring(places: dict[str, bytes], cash_at: Sequence[bytes], founding: Founding) -> Iterable[tuple[bytes, bytes]]:
    for kind in KINDS:
        yield places["Acts"], add_kind(kind, places[kind.contract])
    yield places["ReceivableToken"], call_data("ReceivableToken", "appendModule", places["Repayment"])
    yield places["ReceivableDrafts"], call_data("ReceivableDrafts", "setPolicy", STANDARD_POLICY, _POLICY)
    for module in MODULES:
        yield places["CashDesk"], call_data("CashDesk", "pin", places[module])
    for cash in cash_at:
        yield places["CashDesk"], call_data("CashDesk", "list", cash)
    for custodian, name in CUSTODIANS.items():
        yield places["Members"], _custodian(places[custodian], name)
    for trigger in TRIGGERS:
        yield places["Triggers"], _trigger(places, *trigger)
    for plan in founding.registers:
        yield places["Registers"], _set_register(plan, places.get(plan.rule_contract, bytes(ADDRESS_BYTES)))


def _custodian(account: bytes, name: str) -> bytes:
    party = bytes(keccak(f"pledgebook:custodian:{name}".encode()))
    return call_data("Members", "admit", account, account, party, CUSTODIAN_ROLE, True, False, name)


def _trigger(places: dict[str, bytes], name: str, contract: str, check: str, fire: str, gas: int) -> bytes:
    asked = function_selector(contract, check) if check else bytes(4)
    return call_data("Triggers", "addTriggerKind", (places[contract], asked, function_selector(contract, fire), gas), name)


def add_kind(kind: Kind, target: bytes) -> bytes:
    """Call data that appends a kind of act to the table of Acts; a dynamic body is hashed by its target."""
    hasher = bytes(4) if acts.is_flat(kind.name) else _hasher(kind)
    return call_data("Acts", "addKind", acts.type_hash(kind.name), acts.envelope_type_hash(kind.name), target, kind.selector, hasher)


def _hasher(kind: Kind) -> bytes:
    return keccak(f"hash{kind.name}({acts.abi_type(kind.name)})".encode())[:4]


def _set_register(plan: RegisterPlan, rule_contract: bytes) -> bytes:
    codes, words = list(plan.codes), list(plan.words)
    return call_data("Registers", "setRegister", plan.register, 1, plan.office, plan.rule, codes, words, rule_contract, plan.name)


_UNDELAYED = (("Members", "admit", ADMITTER_ROLE), ("Members", "suspend", ADMITTER_ROLE), ("Acts", "setRelayer", RELAYER_ROLE))
"""Council functions that wait for nothing: a stolen account can't be left at work for days. To reinstate or recover one waits the delay."""


def _handover(places: dict[str, bytes], founding: Founding, deployer: bytes) -> Iterable[tuple[bytes, bytes]]:
    manager = places["Council"]
    for contract, function, role in _UNDELAYED:
        selector = function_selector(contract, function)
        yield manager, call_data("Council", "setTargetFunctionRole", places[contract], [selector], role)
    for admitter in founding.admitters:
        yield manager, call_data("Council", "grantRole", ADMITTER_ROLE, admitter, 0)
        yield manager, call_data("Council", "grantRole", RELAYER_ROLE, admitter, 0)
    yield manager, call_data("Council", "grantRole", ADMIN_ROLE, founding.council, founding.council_delay)
    yield manager, call_data("Council", "renounceRole", ADMIN_ROLE, deployer)


def _manifest(
    sender: Sender,
    ledger_id: bytes,
    places: dict[str, bytes],
    receipts: Sequence[dict[str, Any]],
    founding: Founding,
    cash_at: Sequence[bytes],
) -> Manifest:
    rpc = sender.rpc
    blocks = {name: int(receipt["blockNumber"], 16) for name, receipt in zip(CREATED, receipts, strict=True)}
    return Manifest(
        chain_id=sender.chain_id,
        ledger_id=ledger_id,
        genesis_hash=_genesis(rpc),
        block=min(blocks.values()),
        contracts={name: Deployed(place, keccak(_code(rpc, place)), blocks[name]) for name, place in places.items()},
        cash=tuple(
            CashEntry(index, place, plan.bank, plan.currency, keccak(_code(rpc, place)))
            for index, (place, plan) in enumerate(zip(cash_at, founding.cash, strict=True), start=1)
        ),
    )


def keeps_nothing(rpc: Rpc, made: Manifest, account: bytes) -> bool:
    """Whether `account` holds no role of the access manager."""
    manager = made.address("Council")
    held = (view(rpc, manager, "Council", "hasRole", role, account) for role in (ADMIN_ROLE, ADMITTER_ROLE, RELAYER_ROLE))
    return not any(is_member for is_member, _ in held)


def _genesis(rpc: Rpc) -> bytes:
    return from_hex(rpc.call("eth_getBlockByNumber", "0x0", False)["hash"])


def _code(rpc: Rpc, address: bytes) -> bytes:
    return from_hex(at_head(rpc, "eth_getCode", address))
