"""Roles as the contracts number them, and which of them a kind of act is signed in."""

import re
from pathlib import Path

import pytest

from gateway.roles import HOLDERS, ROLES, chosen, fitting
from ledger.domain.act_types import KINDS

SOLIDITY = (Path(__file__).parents[2] / "contracts" / "types" / "Roles.sol").read_text()


def test_roles_are_numbered_as_the_contracts_number_them() -> None:
    declared = re.findall(r"uint16 internal constant (\w+) = 1 << (\d+);", SOLIDITY)
    assert {name: 1 << int(bit) for name, bit in declared} == ROLES


def test_who_may_dispose_of_an_accounts_holdings_is_as_in_the_contracts() -> None:
    (listed,) = re.findall(r"constant HOLDERS =\s*([^;]+);", SOLIDITY)
    assert sum(ROLES[name.strip()] for name in listed.split("|")) == HOLDERS


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_an_administrator_signs_nothing_but_what_administers(kind: str) -> None:
    administers = {"AddKey", "RevokeKey", "SetAcceptance", "SetSlot"}
    assert bool(fitting(kind, True) & ROLES["ADMINISTRATOR"]) == (kind in administers)
    assert not fitting(kind, False) & ROLES["ADMINISTRATOR"]


@pytest.mark.parametrize(
    ("kind", "held", "acting", "role"),
    [
        ("Move", ("SUPPLIER", "ADMINISTRATOR"), True, "SUPPLIER"),
        ("Move", ("BANK", "OBLIGOR"), True, "OBLIGOR"),
        ("PayReceivable", ("SUPPLIER", "OBLIGOR"), True, "OBLIGOR"),
        ("AddKey", ("REGISTRAR", "ADMINISTRATOR"), True, "ADMINISTRATOR"),
        ("Issue", ("SUPPLIER", "ADMINISTRATOR"), True, "SUPPLIER"),
        ("Issue", ("SUPPLIER", "OBLIGOR"), True, None),
        ("Move", ("REGISTRAR", "AUDITOR"), True, None),
        ("RedeemCash", ("SETTLEMENT_BANK", "BANK"), True, "SETTLEMENT_BANK"),
        ("RedeemCash", ("SUPPLIER", "PLEDGOR"), False, "PLEDGOR"),
        ("OfferPurchase", ("SUPPLIER", "BANK"), True, "BANK"),
        ("AssignDeal", ("SUPPLIER", "BANK"), False, "BANK"),
        ("OpenLoan", ("SUPPLIER", "BANK"), True, "BANK"),
        ("OpenLoan", ("SUPPLIER", "BANK"), False, "SUPPLIER"),
        ("ChargeCosts", ("COURT_OFFICER", "AUDITOR"), False, "COURT_OFFICER"),
        ("FilePledge", ("REGISTRAR", "ADMINISTRATOR"), True, "REGISTRAR"),
        ("PledgeActs", ("REGISTRAR", "ANCHORER"), True, "REGISTRAR"),
        ("DecidePledge", ("REGISTRAR", "ANCHORER"), False, "REGISTRAR"),
        ("PlaceHold", ("COURT_OFFICER", "AUDITOR"), True, "COURT_OFFICER"),
        ("PlaceHold", ("BANK",), True, None),
        ("SeedAssets", ("REGISTRAR", "ANCHORER"), True, "ANCHORER"),
        ("SeedAssets", ("REGISTRAR",), True, None),
        ("AdoptRecord", ("REGISTRAR", "ANCHORER"), True, "REGISTRAR"),
        ("AdoptRecord", ("ANCHORER",), True, "ANCHORER"),
    ],
)
def test_the_role_to_sign_in_is_the_one_that_fits(kind: str, held: tuple[str, ...], acting: bool, role: str | None) -> None:
    assert chosen(kind, sum(ROLES[name] for name in held), acting) == (0 if role is None else ROLES[role])
