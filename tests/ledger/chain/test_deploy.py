"""A deployment is found again, checked against the chain, handed to the council, and redone cleanly when it was cut short."""

import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account

from ledger.chain import artifacts, calls, deploy, manifest
from ledger.chain.bindings import PARTS
from ledger.chain.clock import DevelopmentClock
from ledger.chain.deploy import CashPlan, Founding, RegisterPlan
from ledger.chain.direct import GAS_LIMIT, Sender, TransactionFailed
from ledger.chain.engines import anvil
from ledger.chain.manifest import Manifest, ManifestError
from ledger.chain.rpc import Rpc, RpcError
from ledger.domain import acts
from ledger.domain.act_types import KINDS
from ledger.domain.ids import from_hex
from ledger.domain.registers import Shipped
from ledger.domain.shipped_registers import SHIPPED

COUNCIL, ADMITTER, STRANGER = (secrets.token_bytes(32) for _ in range(3))
DELAY = 3 * 86_400
OFFICE = b"\x0f" * 20


def address(key: bytes) -> bytes:
    return from_hex(Account.from_key(key).address)


def miner(rpc: Rpc) -> Callable[[], object]:
    return DevelopmentClock(rpc, anvil.ENGINE).mine


def founding() -> Founding:
    bank = b"\xba" * 20
    plans = (CashPlan(bank, 840, "US dollar of Bank", "USDb"), CashPlan(bank, 156, "Yuan of Bank", "CNYb"))
    return Founding(address(COUNCIL), DELAY, (address(ADMITTER),), plans, tuple(map(plan_of, SHIPPED)))


def plan_of(register: Shipped) -> RegisterPlan:
    return RegisterPlan(
        register.number, OFFICE, register.rule, register.codes, register.words, register.name, rule_contract=register.rule_contract
    )


@pytest.fixture(scope="module")
def rpc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rpc]:
    chain = anvil.start(tmp_path_factory.mktemp("chain"), genesis_time=1_700_000_000)
    with Rpc(chain.url) as opened:
        yield opened
    chain.stop()


@pytest.fixture(scope="module")
def made(rpc: Rpc, tmp_path_factory: pytest.TempPathFactory) -> tuple[Manifest, Path]:
    file = tmp_path_factory.mktemp("home") / "manifest.json"
    return deploy.deploy(rpc, founding(), file, miner(rpc)), file


def test_a_second_start_finds_the_same_ledger(rpc: Rpc, made: tuple[Manifest, Path]) -> None:
    before = rpc.call("eth_blockNumber")
    assert deploy.deploy(rpc, founding(), made[1], miner(rpc)) == made[0] == manifest.load(made[1])
    assert rpc.call("eth_blockNumber") == before


def test_every_contract_is_there_with_the_code_that_was_compiled(rpc: Rpc, made: tuple[Manifest, Path]) -> None:
    assert set(made[0].contracts) == set(deploy.CREATED)
    for name, entry in made[0].contracts.items():
        code = bytearray(from_hex(rpc.call("eth_getCode", entry.address, "latest")))
        built = artifacts.load(name)
        for start, length in built.immutables:
            code[start : start + length] = bytes(length)
        assert bytes(code) == built.deployed_bytecode, name


def test_every_kind_of_act_reaches_its_contract(rpc: Rpc, made: tuple[Manifest, Path]) -> None:
    for kind in KINDS:
        envelope, target, selector, hasher = calls.view(rpc, made[0].address("Acts"), "Acts", "kindOf", acts.type_hash(kind.name))
        assert (envelope, target, selector) == (acts.envelope_type_hash(kind.name), made[0].address(kind.contract), kind.selector)
        assert (hasher == bytes(4)) == acts.is_flat(kind.name)


@pytest.mark.parametrize("register", SHIPPED, ids=lambda register: register.key)
def test_every_register_that_ships_is_in_force_with_its_words(rpc: Rpc, made: tuple[Manifest, Path], register: Shipped) -> None:
    registers, number = made[0].address("Registers"), register.number
    assert calls.view(rpc, registers, "Registers", "current", number) == (1, OFFICE, False)
    assert calls.view(rpc, registers, "Registers", "rule", number, 1) == register.rule
    for code, word in zip(register.codes, register.words, strict=True):
        assert calls.view(rpc, registers, "Registers", "actRule", number, 1, code) == word, code
    contract = made[0].address(register.rule_contract) if register.rule_contract else bytes(20)
    assert calls.view(rpc, registers, "Registers", "ruleContract", number, 1) == contract


def test_the_register_of_pledges_runs_its_parts_and_refuses_what_none_knows(rpc: Rpc, made: tuple[Manifest, Path]) -> None:
    registry = made[0].address("PledgeRegistry")
    for kind in KINDS:
        if kind.contract != "PledgeRegistry":
            continue
        part = next(part for part in PARTS if kind.function in {entry.get("name") for entry in artifacts.load(part).abi})
        data = kind.selector + bytes(32 * 64)
        assert revert_of(rpc, registry, data) == revert_of(rpc, made[0].address(part), data) != b"", kind.name
    unknown = revert_of(rpc, registry, b"\xde\xad\xbe\xef")
    assert calls.error_of("PledgeRegistry", unknown) == ("UnknownFunction", {"selector": b"\xde\xad\xbe\xef"})


def revert_of(rpc: Rpc, address: bytes, data: bytes) -> bytes:
    with pytest.raises(RpcError) as caught:
        rpc.call("eth_call", {"to": address, "data": data})
    return caught.value.revert_data or b""


def test_no_transaction_of_a_deployment_comes_near_the_limit(rpc: Rpc, made: tuple[Manifest, Path]) -> None:
    """Members' networks give a transaction its own limit (direct.GAS_LIMIT); all of a deployment is a fraction of one block of anvil."""
    head = int(rpc.call("eth_blockNumber"), 16)
    used = [
        int(rpc.call("eth_getTransactionReceipt", hash_)["gasUsed"], 16)
        for number in range(made[0].block, head + 1)
        for hash_ in rpc.call("eth_getBlockByNumber", hex(number), False)["transactions"]
    ]
    assert len(used) > len(deploy.CREATED) + len(KINDS) + len(SHIPPED)
    assert max(used) < GAS_LIMIT * 2 // 3
    assert sum(used) < anvil.BLOCK_GAS_LIMIT // 2


def test_the_manifest_names_each_cash_contract(rpc: Rpc, made: tuple[Manifest, Path]) -> None:
    assert [entry.currency for entry in made[0].cash] == [840, 156]
    for entry in made[0].cash:
        assert calls.view(rpc, made[0].address("CashDesk"), "CashDesk", "cashAt", entry.index) == entry.address
        assert calls.view(rpc, entry.address, "SettlementCash", "bank") == entry.bank


def test_the_council_holds_everything_under_its_delay_and_the_deployer_nothing(rpc: Rpc, made: tuple[Manifest, Path]) -> None:
    council = made[0].address("Council")
    assert calls.view(rpc, council, "Council", "hasRole", deploy.ADMIN_ROLE, address(COUNCIL)) == (True, DELAY)
    deployer = from_hex(rpc.call("eth_getBlockByNumber", hex(made[0].block), True)["transactions"][0]["from"])
    assert deploy.keeps_nothing(rpc, made[0], deployer)
    assert not deploy.keeps_nothing(rpc, made[0], address(COUNCIL))


def test_the_council_itself_changes_nothing_before_its_delay(rpc: Rpc, made: tuple[Manifest, Path]) -> None:
    call = calls.call_data("ReceivableToken", "appendModule", b"\x01" * 20)
    with pytest.raises(TransactionFailed, match="reverted"):
        Sender.of(rpc, COUNCIL, miner(rpc)).run([(made[0].address("ReceivableToken"), call)])


def test_an_admitter_admits_without_delay_and_a_stranger_does_not(rpc: Rpc, made: tuple[Manifest, Path]) -> None:
    account = secrets.token_bytes(20)
    call = (made[0].address("Members"), calls.call_data("Members", "admit", account, account, bytes(32), 4, False, True, "Supplier"))
    with pytest.raises(TransactionFailed):
        Sender.of(rpc, STRANGER, miner(rpc)).run([call])
    Sender.of(rpc, ADMITTER, miner(rpc)).run([call])
    assert calls.view(rpc, made[0].address("Members"), "Members", "operatorOf", account)[0] == account


def test_a_member_is_suspended_at_once_and_reinstated_after_the_delay(rpc: Rpc, made: tuple[Manifest, Path]) -> None:
    members, account = made[0].address("Members"), secrets.token_bytes(20)
    admitter = Sender.of(rpc, ADMITTER, miner(rpc))
    admitter.run([(members, calls.call_data("Members", "admit", account, account, bytes(32), 4, False, True, "Supplier"))])
    admitter.run([(members, calls.call_data("Members", "suspend", account, b"stolen".ljust(32, b"\0")))])
    with pytest.raises(RpcError):
        calls.view(rpc, members, "Members", "operatorOf", account)
    for sender in (admitter, Sender.of(rpc, COUNCIL, miner(rpc))):
        with pytest.raises(TransactionFailed):
            sender.run([(members, calls.call_data("Members", "reinstate", account, bytes(32)))])


@pytest.mark.parametrize(
    ("change", "rule"),
    [({"chain_id": 1}, "is of chain 1"), ({"genesis_hash": bytes(32)}, "genesis differs")],
)
def test_another_chain_is_refused(rpc: Rpc, made: tuple[Manifest, Path], change: dict[str, object], rule: str) -> None:
    with pytest.raises(ManifestError, match=rule):
        deploy.check(rpc, replace(made[0], **change))  # type: ignore[arg-type]


def test_other_code_at_an_address_is_named(rpc: Rpc, made: tuple[Manifest, Path]) -> None:
    entry = replace(made[0].contracts["Acts"], address=b"\x99" * 20)
    with pytest.raises(ManifestError, match="Acts at 0x99"):
        deploy.check(rpc, replace(made[0], contracts={**made[0].contracts, "Acts": entry}))


@pytest.mark.parametrize("sent", [1, 5, len(deploy.CREATED) + 1, len(deploy.CREATED) + 20])
def test_a_deployment_cut_short_leaves_no_manifest_and_the_next_one_stands(
    rpc: Rpc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: int
) -> None:
    file = tmp_path / "manifest.json"
    left = [sent]
    sign = Sender._sign

    def dies(self: Sender, *arguments: object) -> tuple[bytes, bytes]:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return sign(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Sender, "_sign", dies)
    with pytest.raises(KeyboardInterrupt):
        deploy.deploy(rpc, founding(), file, miner(rpc))
    assert not file.exists()
    monkeypatch.undo()
    deploy.check(rpc, deploy.deploy(rpc, founding(), file, miner(rpc)))


@pytest.mark.parametrize("text", ["", "{}", '{"version": 2}', '{"version": 1, "chainId": "x"}'])
def test_a_broken_manifest_says_what_to_do(tmp_path: Path, text: str) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(text)
    with pytest.raises(ManifestError, match="restore it from a backup"):
        manifest.load(file)


def test_an_unknown_contract_is_named_with_the_known_ones(made: tuple[Manifest, Path]) -> None:
    with pytest.raises(ManifestError, match="no contract Escrow; it has Acts"):
        made[0].address("Escrow")


def test_a_view_that_reverts_carries_the_contracts_error(rpc: Rpc, made: tuple[Manifest, Path]) -> None:
    with pytest.raises(RpcError) as caught:
        calls.view(rpc, made[0].address("CashDesk"), "CashDesk", "cashAt", 9)
    assert calls.error_of("CashDesk", caught.value.revert_data or b"") == ("UnknownCash", {"index": 9})


def test_a_view_of_the_latest_block_is_answered_while_blocks_come(rpc: Rpc, made: tuple[Manifest, Path]) -> None:
    """The chain keeps its newest state only, and loses it between looking up its head and reading it."""
    over, mine, blocks = threading.Event(), miner(rpc), int(rpc.call("eth_blockNumber"), 16)

    def mining() -> None:
        while not over.is_set():
            mine()

    with ThreadPoolExecutor(4) as pool:
        mined = pool.submit(mining)
        asked = [pool.submit(_views, rpc, made[0], 500) for _ in range(3)]
        wait(asked)
        over.set()
    mined.result()
    assert [each.result() for each in asked] == [{made[0].cash[0].address}] * 3
    assert int(rpc.call("eth_blockNumber"), 16) > blocks + 10


def _views(rpc: Rpc, manifest: Manifest, times: int) -> set[bytes]:
    return {calls.view(rpc, manifest.address("CashDesk"), "CashDesk", "cashAt", manifest.cash[0].index) for _ in range(times)}


def test_a_wrong_function_is_named_with_the_known_ones() -> None:
    with pytest.raises(calls.NoSuchFunction, match=r"overloaded.*balanceOf\(uint256\)"):
        calls.call_data("ReceivableToken", "balanceOf", 1)
    with pytest.raises(calls.NoSuchFunction, match=r"unknown.*cashAt\(uint8\)"):
        calls.call_data("CashDesk", "nothing")


@pytest.mark.parametrize(
    ("trigger", "contract", "error", "values"),
    [
        ("debit", "Mandates", "NotLive", (7,)),
        ("distribute", "Repayment", "NotLive", (7,)),
        ("guarantee", "Guarantees", "NotCovered", (7,)),
        ("recourse", "Financing", "WrongDealState", (7, 0)),
        ("instalment", "Loans", "LoanNotLive", (7, 0)),
        ("margin", "Loans", "LoanNotLive", (7, 0)),
        ("collect pledged", "TitleEscrow", "NotPledged", (7,)),
        ("return pledged", "TitleEscrow", "NotPledged", (7,)),
    ],
)
def test_a_trigger_with_a_dry_run_says_why_not(
    rpc: Rpc, made: tuple[Manifest, Path], trigger: str, contract: str, error: str, values: tuple[int, ...]
) -> None:
    names = [name for name, *_ in deploy.TRIGGERS]
    ready, reason = calls.view(rpc, made[0].address("Triggers"), "Triggers", "check", names.index(trigger) + 1, 7)
    assert not ready
    told = calls.error_of(contract, reason)
    assert told is not None
    assert (told[0], tuple(told[1].values())) == (error, values)
