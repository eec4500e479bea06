"""Every fold of the product in one place, and the table of the events that they read."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ledger.chain import artifacts
from ledger.chain.decode import EventTable
from ledger.mirror import (
    acts,
    anchors,
    assets,
    cash,
    claims,
    council,
    court_holds,
    endings,
    exposure,
    filings,
    finance_models,
    financing,
    guarantees,
    loans,
    mandates,
    members,
    models,
    offers,
    offices,
    payments,
    pledges,
    receivable_models,
    receivables,
    register_models,
    registers,
    sequels,
    tokens,
    triggers,
)
from ledger.mirror.fold import Folds

if TYPE_CHECKING:
    # With it comes what encodes acts, which ledger.mirror.far_reader begins without.
    from ledger.chain.manifest import Manifest

FOLDS = Folds(
    rules={
        **acts.RULES,
        **members.RULES,
        **cash.RULES,
        **receivables.RULES,
        **tokens.RULES,
        **payments.RULES,
        **claims.RULES,
        **mandates.RULES,
        **guarantees.RULES,
        **exposure.RULES,
        **financing.RULES,
        **loans.RULES,
        **offers.RULES,
        **court_holds.RULES,
        **endings.RULES,
        **filings.RULES,
        **pledges.RULES,
        **assets.RULES,
        **sequels.RULES,
        **offices.RULES,
        **anchors.RULES,
        **registers.RULES,
        **council.RULES,
        **triggers.RULES,
    },
    projections=(
        models.ACT,
        models.RELAYER,
        models.KIND,
        models.MEMBER,
        models.MEMBER_KEY,
        models.MEMBER_SLOT,
        models.CASH,
        models.CASH_ENTRY,
        models.RECEIVABLE,
        models.RECEIVABLE_STATE,
        models.TOKEN,
        models.TRANSFER,
        models.RECEIPT,
        models.PAYMENT,
        models.DRAW,
        models.CREDIT,
        models.MANDATE,
        models.BANK_NOTICE,
        models.POLICY,
        models.MODULE,
        *receivable_models.PROJECTIONS,
        *finance_models.PROJECTIONS,
        models.PLEDGE,
        models.PLEDGE_STATE,
        models.PLEDGE_ACT,
        models.INSTRUMENT,
        models.CONSENT,
        models.GROUND,
        models.PARTY,
        models.SEGMENT,
        models.ENCUMBRANCE,
        models.ASSET_TITLE,
        models.DIFFERENCE,
        models.NOTE,
        models.REGISTER,
        models.REGISTER_RULE,
        models.ACT_RULE,
        council.COUNCIL_DECISION,
        triggers.TRIGGER_KIND,
        triggers.FIRING,
        register_models.ASSET,
        register_models.RIVAL,
        register_models.HOLD,
        register_models.PARTY_STATUS,
        register_models.PARTY_RECORD,
        register_models.FILING_STEP,
        register_models.OFFICER,
        register_models.DECISION,
        register_models.CONTEST,
        register_models.RELATION,
        register_models.REFINANCING,
        register_models.SALE,
        register_models.SALE_SHARE,
        register_models.SALE_ASSET,
        register_models.RECTIFICATION,
        register_models.ANCHOR,
        register_models.ANCHORED_REGISTER,
        register_models.SEEDED_PAGE,
        register_models.SEED,
        register_models.ADOPTION,
        register_models.NAME,
        register_models.NAME_FORM,
        register_models.NAME_KEY,
    ),
)

MANY = {"SettlementCash"}
"""Contracts that exist once for each bank and currency: the desk lists them as they come, so their events are taken from anywhere."""


def contracts() -> list[str]:
    """The contracts whose events are folded."""
    return sorted({contract for contract, _ in FOLDS.rules})


def event_table(addresses: Mapping[str, bytes]) -> EventTable:
    """The events that are folded, of contracts at these addresses; a ledger that lacks a contract has no events of it."""
    deployed = [name for name in contracts() if name in addresses or name in MANY]
    return EventTable.of(((name, None if name in MANY else addresses[name], artifacts.load(name).abi) for name in deployed), FOLDS.wanted)


def addresses(manifest: "Manifest") -> dict[str, bytes]:
    """The contracts of a manifest, by name."""
    return {name: deployed.address for name, deployed in manifest.contracts.items()}


def table(manifest: "Manifest") -> EventTable:
    """The events that are folded, of the contracts of a manifest."""
    return event_table(addresses(manifest))
