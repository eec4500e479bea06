"""Why the ledger refused: reverts and skips as {error, values, sentence}, with the values in words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from string import Formatter
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak

from gateway.roles import mode_name, names_of
from gateway.sentences import SENTENCES, SKIP_SENTENCES, SKIPS
from ledger.chain import artifacts
from ledger.domain.act_types import Issue, OfferPurchase
from ledger.domain.ids import from_hex
from ledger.domain.money import MoneyError, currency_of, of_minor
from ledger.domain.pledge_words import AssetFlag, Flag, HoldKind, HoldTarget, PartyKind
from ledger.domain.registers import Code, Effect, EndReason, PartyRole, State

_ERROR_STRING = keccak(b"Error(string)")[:4]
_PANIC = keccak(b"Panic(uint256)")[:4]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RECEIVABLE_STATES = ("not confirmed", "live", "closed", "cancelled")
_DRAFT_STATES = ("unknown", "open", "confirmed", "refused", "withdrawn")
_LOAN_STATES = ("unknown", "live", "repaid", "discharged")
_LOAN_CONDITIONS = ("unknown", "current", "due", "overdue", "in default", "repaid", "discharged")
_LOAN_TERMS = (
    *("cash", "principal", "start", "rate", "overdue rate", "day count", "flags", "prepayment", "grace", "time until default"),
    *("most loan to value", "cure", "appraiser (named if and only if a loan to value is agreed)", "time to release", "content"),
)
_DEAL_STATES = ("unknown", "active", "satisfied, and waits for its range's return", "over")
_PURCHASE_STATES = ("unknown", "open", "recalled", "accepted")
_RECOURSE = ("of no kind", "with recourse", "without recourse")
_TARGETS = {HoldTarget.ASSET: "right", HoldTarget.PLEDGE: "pledge", HoldTarget.PARTY: "party", HoldTarget.CLAIM: "claim of pledge"}
_MARKS = {AssetFlag.CONFLICT: "two pledges on it are in conflict", AssetFlag.CLOSED: "it is closed"}
_DAY_SECONDS = 86_400
_MOST_LEAST_PIECE = 62
_MOST_NUMBER = (1 << 40) - 1
_SOURCES = ("the block that holds it", "the block that filed", "a stated time")


_TERMS: Mapping[type, Sequence[tuple[Callable[[Any], bool], str]]] = {
    Issue: (
        (
            lambda terms: terms.lateBasis == 0,
            "lateBasis: the late rate is a fraction of it, so it can't be 0; give 1 where there is no late rate",
        ),
        (lambda terms: terms.lateRate > terms.lateBasis > 0, "lateRate: {terms.lateRate} is above its basis {terms.lateBasis}"),
        (lambda terms: terms.leastPiece > _MOST_LEAST_PIECE, "leastPiece: it is a power of two, 62 at the most, {terms.leastPiece} given"),
        (lambda terms: terms.supplier == terms.obligor, "obligor: supplier and obligor are the same account"),
    ),
    OfferPurchase: (
        (lambda terms: terms.advance == 0, "advance: it can't be 0"),
        (lambda terms: terms.start >= terms.end, "end: the range begins at {terms.start} and ends at {terms.end}, so it is empty"),
        (
            lambda terms: terms.discountBasis == 0,
            "discountBasis: the discount is a fraction of it, so it can't be 0; give 1 where there is none",
        ),
        (
            lambda terms: terms.discountRate > terms.discountBasis > 0,
            "discountRate: {terms.discountRate} is above its basis {terms.discountBasis}",
        ),
        (lambda terms: terms.dayStart >= _DAY_SECONDS, "dayStart: seconds after midnight (UTC) below 86400, {terms.dayStart} given"),
    ),
}
"""What a contract asks of terms that it refuses as TermsInvalid, as contracts/ReceivableDrafts.sol and PurchaseOffers.sol have it."""


def explain(data: bytes) -> dict[str, Any]:
    """A revert as {error, values, sentence}: custom errors by name with their values, Solidity's own by what they mean."""
    selector = data[:4]
    if not data:
        return _told("NoReason", {}, "The contract gave no reason; an act that runs out of the gas stated for it ends like this.")
    if selector == _ERROR_STRING:
        return _told("Error", {"message": _decoded(["string"], data[4:])[0]}, "The contract refused: {message}.")
    if selector == _PANIC:
        return _told("Panic", {"code": _decoded(["uint256"], data[4:])[0]}, "The contract stopped on an inner fault (panic code {code}).")
    found = custom_errors().get(selector)
    if found is None:
        return _told("Unknown", {"data": data}, "The contract refused without a reason that is known here.")
    name, fields = found
    values = dict(zip([field for field, _ in fields], _decoded([type_ for _, type_ in fields], data[4:]), strict=False))
    return _told(name, values, sentence_of(name, fields))


def sentence_of(name: str, fields: Sequence[tuple[str, str]]) -> str:
    """The sentence of a custom error with (name, type) fields: that of its signature, else that of its name."""
    signature = f"{name}({','.join(type_ for _, type_ in fields)})"
    return SENTENCES.get(signature, SENTENCES.get(name, f"The contract refused: {name}."))


def explain_skip(cause: int, signer: int | None) -> dict[str, Any]:
    """Why Acts did not try an act: {error, values, sentence}; `signer` is the index of the one to blame."""
    name = SKIPS[cause] if cause < len(SKIPS) else f"Skip{cause}"
    return _told(name, {"signer": signer or 0}, SKIP_SENTENCES.get(name, "The ledger did not try it; nothing was spent."))


@cache
def custom_errors() -> dict[bytes, tuple[str, list[tuple[str, str]]]]:
    """Every custom error of the product by selector: its name, and (name, type) of its fields, as the first contract calls them."""
    found: dict[bytes, tuple[str, list[tuple[str, str]]]] = {}
    for name in artifacts.names():
        for entry in artifacts.load(name).abi:
            if entry["type"] == "error":
                fields = [(field["name"], abi_type(field)) for field in entry["inputs"]]
                selector = keccak(f"{entry['name']}({','.join(type_ for _, type_ in fields)})".encode())[:4]
                found.setdefault(selector, (entry["name"], fields))
    return found


def abi_type(component: dict[str, Any]) -> str:
    """The canonical type of an ABI component, tuples written out."""
    type_: str = component["type"]
    if not type_.startswith("tuple"):
        return type_
    return f"({','.join(map(abi_type, component['components']))}){type_.removeprefix('tuple')}"


def of_body(told: dict[str, Any], body: object) -> dict[str, Any]:
    """A refusal whose sentence names which of the act's terms it is about, where the contract's error has no values that say so."""
    rules = _TERMS.get(type(body), ()) if told["error"] == "TermsInvalid" else ()
    broken = [said.format(terms=body) for is_broken, said in rules if is_broken(body)]
    return {**told, "sentence": f"The terms are not admitted: {'; '.join(broken)}."} if broken else told


def refusal(name: str, values: dict[str, Any], sentence: str = "") -> dict[str, Any]:
    """One of the contracts' own errors as {error, values, sentence}, found before the contract could say it."""
    return _told(name, values, sentence or SENTENCES[name])


def in_currency(told: Mapping[str, Any], number: int | None) -> str:
    """A refusal's sentence with its amounts in a currency (ISO 4217 number), where one is known."""
    for name, fields in custom_errors().values():
        if name == told["error"] and [field for field, _ in fields] == list(told["values"]):
            template = sentence_of(name, fields)
            values = {field: _read(type_, told["values"][field]) for field, type_ in fields}
            # Another version may have told it in other words; and a sentence about an act's terms is made of these.
            if _filled(template, values) == told["sentence"]:
                return _filled(template, values, number)
    return str(told["sentence"])


def _read(type_: str, plain: Any) -> Any:
    """The value of which `_plain` made this."""
    if isinstance(plain, str) and type_.startswith("bytes"):
        return from_hex(plain)
    return int(plain) if isinstance(plain, str) and type_.startswith(("uint", "int")) else plain


def _told(name: str, values: dict[str, Any], sentence: str) -> dict[str, Any]:
    plain = {field: _plain(value) for field, value in values.items()}
    return {"error": name, "values": plain, "sentence": _filled(sentence, values)}


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
        return ()


# --- Values in words ------------------------------------------------------------------------------------------------------------


class _Sentence(Formatter):
    """Fills a sentence: what was cut off is a question mark, and a value that doesn't fit its form is shown as it is."""

    def __init__(self, currency: int | None) -> None:
        self._currency = currency

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG002
        return kwargs.get(str(key), "?")

    def format_field(self, value: Any, format_spec: str) -> str:
        form = self._amount if format_spec == "amount" else FORMS.get(format_spec)
        try:
            return str(_plain(value)) if form is None else form(value)
        except (ValueError, LookupError, OverflowError, TypeError, AttributeError, MoneyError):
            return str(_plain(value))

    def _amount(self, minor: int) -> str:
        if not isinstance(minor, int):
            raise TypeError
        try:
            return f"{minor} minor units" if self._currency is None else of_minor(minor, self._currency)
        except MoneyError:
            return f"{minor} minor units"


def _filled(template: str, values: Mapping[str, Any], currency: int | None = None) -> str:
    """A sentence; its amounts are in the error's own currency, else in the one given, else in minor units."""
    return _Sentence(values.get("currency", currency)).vformat(template, (), values)


def _time(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).isoformat(sep=" ").replace("+00:00", " UTC")


def _text(word: bytes) -> str:
    """Left-aligned text, as office numbers are written; other words (hashes) as hex."""
    written = word.rstrip(b"\0").decode("ascii")
    if not written or not written.isprintable():
        raise ValueError
    return written


def _held(word: bytes) -> str:
    """What a hold lies on: a pledge's number, else a word."""
    number = int.from_bytes(word)
    return str(number) if number <= _MOST_NUMBER else _text(word)


def _days(seconds: int) -> str:
    days = round(seconds / _DAY_SECONDS)
    return "1 day" if days == 1 else f"{days} days"


def _marks(flags: int) -> str:
    return ", ".join(_MARKS[flag] for flag in AssetFlag if flags & flag and flag in _MARKS) or f"its marks are {flags}"


def _roles(mask: int) -> str:
    return ", ".join(names_of(mask)) or "none"


def _words(name: str) -> str:
    return name.lower().replace("_", " ")


FORMS: dict[str, Callable[[Any], str]] = {
    "code": lambda number: f"{_words(Code(number).name)} (code {number})",
    "days": _days,
    "condition": lambda number: _LOAN_CONDITIONS[number],
    "currency": lambda number: currency_of(number).code,
    "deal": lambda number: _DEAL_STATES[number],
    "draft": lambda number: _DRAFT_STATES[number],
    "flags": lambda flags: ", ".join(_words(str(flag.name)) for flag in Flag(flags)) or "none",
    "effect": lambda bit: _words(str(Effect(bit).name)),
    "end": lambda number: _words(EndReason(number).name),
    "fact": lambda number: _words(PartyKind(number).name),
    "ground": lambda number: f"ground {number} of the register",
    "held": _held,
    "hold": lambda number: _words(HoldKind(number).name),
    "loan": lambda number: _LOAN_STATES[number],
    "loan_term": lambda number: _LOAN_TERMS[number - 1],
    "marks": _marks,
    "mode": lambda number: mode_name(number).lower(),
    "party": lambda number: _words(PartyRole(number).name),
    "pledge": lambda number: _words(State(number).name),
    "purchase": lambda number: _PURCHASE_STATES[number],
    "receivable": lambda number: _RECEIVABLE_STATES[number],
    "recourse": lambda number: _RECOURSE[number],
    "roles": _roles,
    "source": lambda number: _SOURCES[number],
    "target": lambda number: _TARGETS[HoldTarget(number)],
    "text": _text,
    "time": _time,
}
"""The forms in which a sentence may show a value."""
