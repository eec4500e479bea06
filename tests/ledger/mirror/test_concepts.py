"""Every event of the product is folded, or named here with the reason why not."""

from ledger.chain import artifacts
from ledger.chain.bindings import PARTS
from ledger.chain.decode import event_types
from ledger.chain.manifest import Deployed, Manifest
from ledger.mirror import concepts
from ledger.mirror.concepts import FOLDS
from ledger.mirror.fold import GENERATION, Folds

CODE_OF_THE_REGISTRY = set(PARTS)
"""Code that PledgeRegistry runs as its own; by themselves they emit nothing."""

GOVERNANCE = {"RoleAdminChanged", "RoleGrantDelayChanged", "RoleGranted", "RoleGuardianChanged", "RoleLabel", "RoleRevoked"}
GOVERNANCE |= {"TargetAdminDelayUpdated", "TargetClosed", "TargetFunctionRoleUpdated"}
"""Who has which of the council's rights: read from the chain when needed, no record's state hangs on it."""

NOT_FOLDED = {
    # ERC events lie beside the ledger's own, for wallets and explorers.
    "Approval",
    "ApprovalForAll",
    "ApprovalValue",
    "SlotChanged",
    "Transfer",
    "TransferValue",
    # Approvals are for wallets; who holds what does not hang on them.
    "ApprovalsRevoked",
    # Flags of a token and marks of a receivable say the same, whole, by FlagsSet and MarksSet.
    "CancelConsented",
    "WrittenOff",
    # What each companion of the token may do is fixed when the ledger is founded.
    "CompanionNamed",
    # Which council guards a contract, and which modules the desk pins: governance.
    "AuthorityUpdated",
    "ModulePinned",
}


def _declared() -> set[tuple[str, str]]:
    names = [name for name in artifacts.names() if name not in CODE_OF_THE_REGISTRY]
    return {(name, event.name) for name in names for event in event_types(name, artifacts.load(name).abi)}


def test_every_event_is_folded_or_named_as_not() -> None:
    unread = {(contract, event) for contract, event in _declared() if event not in NOT_FOLDED | GOVERNANCE}
    assert unread == set(FOLDS.rules)


def test_the_table_of_a_manifest_has_its_contracts_and_cash_from_anywhere() -> None:
    deployed = {name: Deployed(name.encode().ljust(20, b"."), b"c" * 32, 1) for name in artifacts.names()}
    table = concepts.table(Manifest(1, b"l" * 32, b"g" * 32, 1, deployed, ()))
    assert table.names == set(FOLDS.rules)
    assert table.addresses is None
    assert len(table.topics) == len(FOLDS.rules)


def test_a_ledger_without_a_contract_has_no_events_of_it() -> None:
    table = concepts.event_table({"Members": b"m" * 20})
    assert {contract for contract, _ in table.names} == {"Members", "SettlementCash"}


TABLES_OF = {3: "43ce404a62d5"}
"""Each number's tables. A line that was merged never changes: programs of one number and of other tables leave each other's alone."""


def test_the_number_is_raised_with_every_change_of_the_tables() -> None:
    assert max(TABLES_OF) == GENERATION
    assert FOLDS.version() == f"{GENERATION}-{TABLES_OF[GENERATION]}", "tables changed: raise GENERATION, and add its line here"


def test_the_version_follows_tables_and_generation() -> None:
    version = FOLDS.version()
    assert version == FOLDS.version()
    fewer = Folds(FOLDS.rules, FOLDS.projections[1:])
    assert fewer.version() != version
