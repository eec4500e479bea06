"""Bodies of signed acts, generated from the contracts' ABI by `python -m ledger.chain.bindings`; not edited by hand.

Addresses and bytesN are bytes, lists are tuples. Field meanings and units stand at the structs in contracts/interfaces/.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of act: its body's struct, the contract and function that it runs, and that function's selector."""

    name: str
    contract: str
    function: str
    selector: bytes


@dataclass(frozen=True, slots=True)
class IssueCash:
    """Solidity struct IssueCash."""

    cash: int
    to: bytes
    amount: int
    ref: bytes


@dataclass(frozen=True, slots=True)
class RedeemCash:
    """Solidity struct RedeemCash."""

    cash: int
    holder: bytes
    amount: int
    ref: bytes


@dataclass(frozen=True, slots=True)
class TransferCash:
    """Solidity struct TransferCash."""

    cash: int
    to: bytes
    amount: int
    ref: bytes


@dataclass(frozen=True, slots=True)
class AddKey:
    """Solidity struct AddKey."""

    key: bytes
    roles: int


@dataclass(frozen=True, slots=True)
class RevokeKey:
    """Solidity struct RevokeKey."""

    key: bytes


@dataclass(frozen=True, slots=True)
class SetAcceptance:
    """Solidity struct SetAcceptance."""

    acceptsDirect: bool


@dataclass(frozen=True, slots=True)
class SetSlot:
    """Solidity struct SetSlot."""

    keyType: bytes
    words: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """Solidity struct Issue."""

    supplier: bytes
    obligor: bytes
    face: int
    due: int
    grace: int
    lateRate: int
    lateBasis: int
    currency: int
    cash: int
    module: int
    leastPiece: int
    policy: int
    contentRoot: bytes


@dataclass(frozen=True, slots=True)
class ConfirmReceivable:
    """Solidity struct ConfirmReceivable."""

    receivable: int
    issuer: bytes
    terms: Issue
    fingerprint: bytes
    confirmed: int


@dataclass(frozen=True, slots=True)
class RefuseReceivable:
    """Solidity struct RefuseReceivable."""

    receivable: int
    issuer: bytes
    terms: Issue
    reason: bytes


@dataclass(frozen=True, slots=True)
class WithdrawDraft:
    """Solidity struct WithdrawDraft."""

    issuedBy: int


@dataclass(frozen=True, slots=True)
class Merge:
    """Solidity struct Merge."""

    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Move:
    """Solidity struct Move."""

    token: int
    start: int
    end: int
    to: bytes
    ref: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """Solidity struct Piece."""

    end: int
    to: bytes
    ref: bytes


@dataclass(frozen=True, slots=True)
class MoveBatch:
    """Solidity struct MoveBatch."""

    token: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class MoveMany:
    """Solidity struct MoveMany."""

    tokens: tuple[int, ...]
    to: bytes
    ref: bytes


@dataclass(frozen=True, slots=True)
class RevokeApprovals:
    """Solidity struct RevokeApprovals."""

    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EndMandate:
    """Solidity struct EndMandate."""

    cash: int


@dataclass(frozen=True, slots=True)
class PayReceivable:
    """Solidity struct PayReceivable."""

    receivable: int
    amount: int
    ref: bytes


@dataclass(frozen=True, slots=True)
class SetMandate:
    """Solidity struct SetMandate."""

    cash: int
    cap: int
    until: int
    partial_: bool


@dataclass(frozen=True, slots=True)
class Allocation:
    """Solidity struct Allocation."""

    receivable: int
    payer: bytes
    amount: int


@dataclass(frozen=True, slots=True)
class BankNotice:
    """Solidity struct BankNotice."""

    cash: int
    ref: bytes
    bookedAt: int
    total: int
    contentRoot: bytes
    allocations: tuple[Allocation, ...]


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Solidity struct Withdraw."""

    cash: int


@dataclass(frozen=True, slots=True)
class WithdrawRange:
    """Solidity struct WithdrawRange."""

    receivable: int
    start: int


STRUCTS: dict[str, tuple[tuple[str, str], ...]] = {
    "AddKey": (
        ("key", "address"),
        ("roles", "uint16"),
    ),
    "Allocation": (
        ("receivable", "uint192"),
        ("payer", "address"),
        ("amount", "uint64"),
    ),
    "BankNotice": (
        ("cash", "uint8"),
        ("ref", "bytes32"),
        ("bookedAt", "uint40"),
        ("total", "uint64"),
        ("contentRoot", "bytes32"),
        ("allocations", "Allocation[]"),
    ),
    "ConfirmReceivable": (
        ("receivable", "uint192"),
        ("issuer", "address"),
        ("terms", "Issue"),
        ("fingerprint", "bytes32"),
        ("confirmed", "uint8"),
    ),
    "EndMandate": (
        ("cash", "uint8"),
    ),
    "Issue": (
        ("supplier", "address"),
        ("obligor", "address"),
        ("face", "uint64"),
        ("due", "uint40"),
        ("grace", "uint32"),
        ("lateRate", "uint32"),
        ("lateBasis", "uint32"),
        ("currency", "uint16"),
        ("cash", "uint8"),
        ("module", "uint8"),
        ("leastPiece", "uint8"),
        ("policy", "uint16"),
        ("contentRoot", "bytes32"),
    ),
    "IssueCash": (
        ("cash", "uint8"),
        ("to", "address"),
        ("amount", "uint64"),
        ("ref", "bytes32"),
    ),
    "Merge": (
        ("left", "uint256"),
        ("right", "uint256"),
    ),
    "Move": (
        ("token", "uint256"),
        ("start", "uint64"),
        ("end", "uint64"),
        ("to", "address"),
        ("ref", "bytes32"),
    ),
    "MoveBatch": (
        ("token", "uint256"),
        ("pieces", "Piece[]"),
    ),
    "MoveMany": (
        ("tokens", "uint256[]"),
        ("to", "address"),
        ("ref", "bytes32"),
    ),
    "PayReceivable": (
        ("receivable", "uint192"),
        ("amount", "uint64"),
        ("ref", "bytes32"),
    ),
    "Piece": (
        ("end", "uint64"),
        ("to", "address"),
        ("ref", "bytes32"),
    ),
    "RedeemCash": (
        ("cash", "uint8"),
        ("holder", "address"),
        ("amount", "uint64"),
        ("ref", "bytes32"),
    ),
    "RefuseReceivable": (
        ("receivable", "uint192"),
        ("issuer", "address"),
        ("terms", "Issue"),
        ("reason", "bytes32"),
    ),
    "RevokeApprovals": (
        ("tokens", "uint256[]"),
    ),
    "RevokeKey": (
        ("key", "address"),
    ),
    "SetAcceptance": (
        ("acceptsDirect", "bool"),
    ),
    "SetMandate": (
        ("cash", "uint8"),
        ("cap", "uint64"),
        ("until", "uint40"),
        ("partial_", "bool"),
    ),
    "SetSlot": (
        ("keyType", "bytes32"),
        ("words", "bytes32[]"),
    ),
    "TransferCash": (
        ("cash", "uint8"),
        ("to", "address"),
        ("amount", "uint64"),
        ("ref", "bytes32"),
    ),
    "Withdraw": (
        ("cash", "uint8"),
    ),
    "WithdrawDraft": (
        ("issuedBy", "uint256"),
    ),
    "WithdrawRange": (
        ("receivable", "uint192"),
        ("start", "uint64"),
    ),
}

KINDS: tuple[Kind, ...] = (
    Kind("AddKey", "Members", "addKey", bytes.fromhex("13c6765d")),
    Kind("BankNotice", "Repayment", "takeBankNotice", bytes.fromhex("14b0b775")),
    Kind("ConfirmReceivable", "ReceivableDrafts", "confirm", bytes.fromhex("3e705cec")),
    Kind("EndMandate", "Repayment", "endMandate", bytes.fromhex("59d6bce9")),
    Kind("Issue", "ReceivableDrafts", "issue", bytes.fromhex("02778515")),
    Kind("IssueCash", "CashDesk", "issueCash", bytes.fromhex("2debcd26")),
    Kind("Merge", "ReceivableToken", "merge", bytes.fromhex("6fe9016b")),
    Kind("Move", "ReceivableToken", "move", bytes.fromhex("2cb6ca5a")),
    Kind("MoveBatch", "ReceivableToken", "moveBatch", bytes.fromhex("cfc1a96c")),
    Kind("MoveMany", "ReceivableToken", "moveMany", bytes.fromhex("b5d8c731")),
    Kind("PayReceivable", "Repayment", "payReceivable", bytes.fromhex("5dbdbfbe")),
    Kind("RedeemCash", "CashDesk", "redeemCash", bytes.fromhex("1c081fcb")),
    Kind("RefuseReceivable", "ReceivableDrafts", "refuse", bytes.fromhex("32e1d168")),
    Kind("RevokeApprovals", "ReceivableToken", "revokeApprovals", bytes.fromhex("702b5dad")),
    Kind("RevokeKey", "Members", "revokeKey", bytes.fromhex("a5707133")),
    Kind("SetAcceptance", "Members", "setAcceptance", bytes.fromhex("5bcb4051")),
    Kind("SetMandate", "Repayment", "setMandate", bytes.fromhex("f168ff32")),
    Kind("SetSlot", "Members", "setSlot", bytes.fromhex("7ef27227")),
    Kind("TransferCash", "CashDesk", "transferCash", bytes.fromhex("a9c417cd")),
    Kind("Withdraw", "Repayment", "withdraw", bytes.fromhex("b3efa187")),
    Kind("WithdrawDraft", "ReceivableDrafts", "withdrawDraft", bytes.fromhex("2e7ead64")),
    Kind("WithdrawRange", "Repayment", "withdrawRange", bytes.fromhex("2fc41ea6")),
)
