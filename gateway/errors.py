"""What went wrong, said so that a bank officer understands it: problem details (RFC 9457) and the contracts' custom errors."""

from functools import cache
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak

from ledger.chain import artifacts

_ERROR_STRING = keccak(b"Error(string)")[:4]
_PANIC = keccak(b"Panic(uint256)")[:4]

SENTENCES = {
    "AlreadySpent": "The act id is used up: an act runs once at most.",
    "AllocationsDiffer": "The allocations add up to {sum} minor units, the notice says {total}.",
    "AmountZero": "An amount of zero moves nothing; give the amount in minor units.",
    "BackgroundMissing": "This policy asks for the hash of the trade background with every transfer.",
    "BalanceShort": "The account holds {balance} minor units of this cash, {needed} are needed.",
    "CashDiffers": "The receivable is paid in cash contract {pinned}, not {cash}.",
    "CurrencyMismatch": "The receivable's currency {currency} differs from the cash's {cashCurrency} (ISO 4217 numbers).",
    "DigestMismatch": "What was confirmed is not what was issued: the terms differ from the record.",
    "Disputed": "The receivable is disputed; it can't be debited until the dispute is settled.",
    "DraftExists": "There is a receivable from this act id already.",
    "DraftNotOpen": "The draft is not open any more (state {state}).",
    "DueOutOfRange": "The due time {due} lies outside what the policy admits ({earliest} to {latest}).",
    "FaceOutOfRange": "The face amount {face} is zero or too large for the ledger.",
    "FingerprintUsed": "This invoice backs another receivable already.",
    "HolderMustSign": "The holder of the cash must sign its redemption.",
    "KeyTaken": "The key belongs to a member already, and a key is never given twice.",
    "KeyUnknown": "The key is none of this account's.",
    "MandateShort": "The mandate has {capLeft} minor units left, {needed} are needed.",
    "MemberExists": "The account is admitted already.",
    "MemberIsSuspended": "The member is suspended.",
    "NoMandate": "The obligor has given no mandate for this cash, or it has ended.",
    "NotBank": "Only the settlement bank of this cash may do that.",
    "NotDue": "The debt is not due before {due}.",
    "NotIssuer": "Only the supplier or the obligor may issue the receivable, and only the issuer may withdraw it.",
    "NotLive": "The receivable is not live: not confirmed yet, paid in full, or cancelled.",
    "NotNeighbours": "The two pieces don't touch, so they can't be joined.",
    "NotObligor": "Only the obligor may confirm or refuse the receivable.",
    "NotOperator": "The address is no key of a member.",
    "NothingCredited": "Nothing is held for this account.",
    "NothingWaiting": "No money waits to be distributed.",
    "OwnersDiffer": "The two pieces have different owners.",
    "PartyInactive": "A party of the receivable is no active member.",
    "PieceTooSmall": "A piece of {length} minor units is below the least of {least}.",
    "RangeEmpty": "The range [{start}, {end}) is empty.",
    "RangeOutside": "The range [{start}, {end}) is not inside the token's [{tokenStart}, {tokenEnd}).",
    "RecipientDeclinesDirect": "The recipient takes nothing without its own acceptance.",
    "RecipientInactive": "The recipient is no active member.",
    "ReceivableExists": "There is a receivable from this act id already.",
    "ReceivablePaused": "The receivable is paused.",
    "ReferenceUsed": "This payment reference was taken before; a payment counts once.",
    "RoleMissing": "The account lacks the role that this act needs.",
    "RolesExceedAccount": "A key can't have roles that its account lacks.",
    "TermsInvalid": "The terms are not admitted: check late-rate basis, currency and confirmation.",
    "TokenLocked": "The token is locked by an offer or a hold.",
    "UnknownCash": "There is no cash contract with this index.",
    "UnknownMember": "The account is no member.",
    "UnknownPolicy": "There is no such policy version.",
    "UnknownToken": "There is no such token.",
    "UntilPassed": "The mandate's end lies in the past.",
    "WrongState": "The receivable's state {state} does not admit this.",
}

SKIPS = (
    "None",
    "Expired",
    "UnknownKind",
    "MalformedId",
    "MalformedBody",
    "MalformedSigners",
    "SignatureInvalid",
    "KeyInactive",
    "RoleMissing",
    "EpochStale",
    "Spent",
)
SKIP_SENTENCES = {
    "Expired": "Its deadline had passed; nothing was spent.",
    "UnknownKind": "The ledger does not know this kind of act.",
    "SignatureInvalid": "The signature is not the named key's over this act; nothing was spent.",
    "KeyInactive": "The key, or its member, is not active; nothing was spent.",
    "RoleMissing": "The key or its account lacks the role it signed in; nothing was spent.",
    "EpochStale": "The account was recovered since the signature was made; sign again.",
    "Spent": "The act id, or a signer's nonce, was used before.",
}


class Problem(Exception):
    """An answer of RFC 9457. `fields` are its extension members; nothing was changed when it is raised."""

    def __init__(self, status: int, title: str, detail: str, **fields: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.fields = fields

    def body(self) -> dict[str, Any]:
        """The JSON object of the answer."""
        slug = self.title.lower().replace(" ", "-").replace("'", "")
        return {"type": f"urn:pledgebook:problem:{slug}", "title": self.title, "status": self.status, "detail": self.detail, **self.fields}


def not_found(what: str) -> Problem:
    """404, worded alike for what is not there and for what isn't the caller's."""
    return Problem(404, "Not found", f"{what}: there is none that you may see")


def invalid(detail: str, **fields: Any) -> Problem:
    """422 for a request whose fields break a rule; the detail names field and rule."""
    return Problem(422, "Invalid request", detail, **fields)


def explain(data: bytes) -> dict[str, Any]:
    """A revert as {error, values, sentence}: custom errors by name with their values, Solidity's own by what they mean."""
    selector = data[:4]
    if selector == _ERROR_STRING:
        return _told("Error", {"message": _decoded(["string"], data[4:])[0]}, "The contract refused: {message}.")
    if selector == _PANIC:
        return _told("Panic", {"code": _decoded(["uint256"], data[4:])[0]}, "The contract stopped on an inner fault (panic code {code}).")
    found = _errors().get(selector)
    if found is None:
        return _told("Unknown", {"data": "0x" + data.hex()}, "The contract refused without a reason that is known here.")
    name, fields = found
    values = dict(zip([field for field, _ in fields], _decoded([type_ for _, type_ in fields], data[4:]), strict=False))
    return _told(name, values, SENTENCES.get(name))


def explain_skip(cause: int, signer: int | None) -> dict[str, Any]:
    """Why Acts did not try an act: {error, values, sentence}."""
    name = SKIPS[cause] if cause < len(SKIPS) else f"Skip{cause}"
    return _told(name, {"signer": str(signer or 0)}, SKIP_SENTENCES.get(name, "The act is malformed; nothing was spent."))


def _told(name: str, values: dict[str, Any], sentence: str | None) -> dict[str, Any]:
    plain = {field: _plain(value) for field, value in values.items()}
    given = ", ".join(f"{field} {value}" for field, value in plain.items())
    said = sentence.format_map(_Known(plain)) if sentence else f"The contract refused: {name}{f' ({given})' if given else ''}."
    return {"error": name, "values": plain, "sentence": said}


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool | str) else str(value)


def _decoded(types: list[str], data: bytes) -> tuple[Any, ...]:
    try:
        return tuple(decode(types, data))
    except (DecodingError, OverflowError, UnicodeDecodeError):
        # Acts keeps 1,024 bytes of a reason, so a long one may be cut off.
        return ("0x" + data.hex(),)


@cache
def _errors() -> dict[bytes, tuple[str, list[tuple[str, str]]]]:
    """Every custom error of the product by selector."""
    found = {}
    for name in artifacts.names():
        for entry in artifacts.load(name).abi:
            if entry["type"] == "error":
                fields = [(field["name"], abi_type(field)) for field in entry["inputs"]]
                found[keccak(f"{entry['name']}({','.join(type_ for _, type_ in fields)})".encode())[:4]] = (entry["name"], fields)
    return found


def abi_type(component: dict[str, Any]) -> str:
    """The canonical type of an ABI component, tuples written out."""
    type_: str = component["type"]
    if not type_.startswith("tuple"):
        return type_
    return f"({','.join(map(abi_type, component['components']))}){type_.removeprefix('tuple')}"
