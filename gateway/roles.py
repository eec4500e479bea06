"""Names of business roles and consent modes, as contracts/types/Roles.sol numbers them."""

from gateway.errors import invalid

ROLES = {
    "REGISTRAR": 1 << 0,
    "PLEDGOR": 1 << 1,
    "SUPPLIER": 1 << 2,
    "OBLIGOR": 1 << 3,
    "BANK": 1 << 4,
    "SETTLEMENT_BANK": 1 << 5,
    "GUARANTOR": 1 << 6,
    "APPRAISER": 1 << 7,
    "AUDITOR": 1 << 8,
    "REGULATOR": 1 << 9,
    "COURT_OFFICER": 1 << 10,
    "ANCHORER": 1 << 11,
    "CUSTODIAN": 1 << 12,
    "ADMINISTRATOR": 1 << 13,
}
MODES = {"SIGNED": 1, "ATTESTED": 2, "ORDERED": 3, "DEEMED": 4}


def _bits(*names: str) -> int:
    return sum(ROLES[name] for name in names)


HOLDERS = _bits("PLEDGOR", "SUPPLIER", "OBLIGOR", "BANK", "SETTLEMENT_BANK", "GUARANTOR", "APPRAISER", "CUSTODIAN")
"""A key disposes of its account's cash and tokens by one of these (contracts/types/Roles.sol)."""

_OFFICERS = _bits("REGISTRAR", "COURT_OFFICER")
_ADOPTERS = _bits("REGISTRAR", "ANCHORER")
_OFFICES = {
    **dict.fromkeys(("AcceptPledge", "DecidePledge", "PublishTitles", "ReserveSegment", "StepFiling"), _OFFICERS),
    **dict.fromkeys(("JoinAssets", "LiftHold", "PlaceHold", "RecordParty", "RectifyPledge"), _OFFICERS),
    **dict.fromkeys(("AnchorRegister", "SeedAssets"), _bits("ANCHORER")),
    "AdoptRecord": _ADOPTERS,
}
"""An office's own acts: every signer is an officer, as the shipped registers have it; another register's officers state their role."""
_GUARANTORS = _bits("GUARANTOR", "BANK")
_ACTING = {
    **_OFFICES,
    **dict.fromkeys(("AddKey", "RevokeKey", "SetAcceptance", "SetSlot"), _bits("ADMINISTRATOR")),
    **dict.fromkeys(("BankNotice", "IssueCash", "RedeemCash"), _bits("SETTLEMENT_BANK")),
    **dict.fromkeys(("ConfirmReceivable", "EndMandate", "PayReceivable", "RefuseReceivable", "SetMandate"), _bits("OBLIGOR")),
    **dict.fromkeys(("AcknowledgeNotice", "DisputeReceivable", "EndDispute"), _bits("OBLIGOR")),
    **dict.fromkeys(("HoldAccount", "HoldReceivable", "LiftCourtHold", "NarrowHold", "OrderCredit", "OrderRange"), _bits("COURT_OFFICER")),
    **dict.fromkeys(("CoverReceivable", "OpenPool"), _GUARANTORS),
    **dict.fromkeys(("Issue", "WithdrawDraft"), _bits("OBLIGOR", "SUPPLIER")),
    **dict.fromkeys(("Merge", "Move", "MoveBatch", "MoveMany", "RevokeApprovals", "TransferCash"), HOLDERS),
    **dict.fromkeys(("AcceptRange", "DeclineRange", "OfferRange", "RecallRange", "NotifyAssignment"), HOLDERS),
    **dict.fromkeys(("ConsentCancel", "PayAsThirdParty", "RetireRange", "WaiveClaim", "WriteOff"), HOLDERS),
    **dict.fromkeys(("OfferPurchase", "SetBankCeiling"), _bits("BANK")),
    **dict.fromkeys(("AcceptPurchase", "AssignDeal", "BuyBack", "RecallPurchase", "RefinanceDeal", "ReleaseTail"), HOLDERS),
    **dict.fromkeys(("SettleDeal", "TakeOutDeal", "WaiveDeal", "WithdrawFinancing"), HOLDERS),
    **dict.fromkeys(("AccelerateLoan", "AcknowledgePayment", "ChargeCosts", "DischargeLoan", "OpenLoan", "RenewLoan"), _bits("BANK")),
    **dict.fromkeys(("ReleaseRange", "SellRange"), _bits("BANK")),
    **dict.fromkeys(("PayLoan", "PledgeRanges", "PrepayLoan", "WithdrawLoanCredit"), HOLDERS),
    "RecordValuation": _bits("APPRAISER"),
}
_IN_THE_BORROWERS_PLACE = HOLDERS | _bits("COURT_OFFICER")
_FURTHER = {
    **{"RedeemCash": HOLDERS, "RetireRange": _bits("OBLIGOR"), "OpenPool": _GUARANTORS},
    **dict.fromkeys(("AssignDeal", "PrepayLoan"), _bits("BANK")),
    **dict.fromkeys(("OpenLoan", "ReleaseTail", "RenewLoan", "SettleDeal"), HOLDERS),
    **dict.fromkeys(("ChargeCosts", "SellRange"), _IN_THE_BORROWERS_PLACE),
}
"""Roles of those who sign beside the acting account, where the act asks for them."""
_ANY = sum(ROLES.values()) - _bits("ADMINISTRATOR", "ANCHORER")
_ALIKE = (HOLDERS, _ADOPTERS, _GUARANTORS)
"""Sets of roles of which any does."""


def fitting(kind: str, acting: bool) -> int:
    """The roles in which a kind of act may be signed by the acting account, or by a further signer."""
    if acting:
        return _ACTING.get(kind, _ANY)
    return _FURTHER.get(kind, _OFFICES.get(kind, _ANY))


def chosen(kind: str, held: int, acting: bool) -> int:
    """The role to sign in where none is stated: the only fitting one; any of several that do alike; 0 where only the caller knows."""
    fits = held & fitting(kind, acting)
    return fits & -fits if fits.bit_count() == 1 or fitting(kind, acting) in _ALIKE else 0


def role(name: str, field: str) -> int:
    """The bit of a role. Raises 422."""
    if name not in ROLES:
        raise invalid(f"{field}: {name!r} is no role; one of {', '.join(ROLES)}", field=field)
    return ROLES[name]


def mask(names: list[str], field: str) -> int:
    """The bits of several roles. Raises 422."""
    return sum({role(name, field) for name in names})


def names_of(bits: int) -> list[str]:
    """The roles in a mask."""
    return [name for name, bit in ROLES.items() if bits & bit]


def mode(name: str, field: str) -> int:
    """The number of a consent mode. Raises 422."""
    if name not in MODES:
        raise invalid(f"{field}: {name!r} is no consent mode; one of {', '.join(MODES)}", field=field)
    return MODES[name]


def mode_name(number: int) -> str:
    """The name of a consent mode."""
    return next((name for name, value in MODES.items() if value == number), str(number))
