"""What the options of the acts on pledges mean, in the words that the API takes for each."""

from collections.abc import Iterable
from enum import Enum

from ledger.domain.pledge_words import MAY_STATE, HoldKind, HoldTarget, NoteKind, PartyKind, RectifyKind, RelationKind
from ledger.domain.registers import EndReason


def _any(kind: Iterable[Enum]) -> str:
    *most, last = (str(each.name).lower().replace("_", " ") for each in kind)
    return f"{', '.join(most)} or {last}"


TERMS = {
    "claim": "fixed, maximum or not stated",
    "currency": "ISO 4217, as CNY",
    "amount": "The claim or its ceiling, minor units",
    "due": "A day of the register's zone, or a time",
    "expires": "A day of the register's zone, with which the entry ends, a time, or never",
}
"""Of the secured claim."""

_HELP = {
    "agreement": "Hash of the agreement, 0x and 64 digits (default: the document; of terms that change, as it was)",
    "authority": "Whose order it is: identifier or name",
    "bars": "What is barred: registration, end, part release, supplement, terms, parties or state",
    "basis": "How the document was matched with the pledge: cited, inferred or officer (default: cited)",
    "became": f"What became of it: {_any(PartyKind)}",
    "blind": "What hides the list of rights, 0x and 64 digits, where neither the list nor the private document is held here",
    "buyer": "Who bought: identifier or name",
    "cap": "Up to how much it yields, minor units (default: no limit)",
    "content": "Root of the act's private document, 0x and 64 digits, where that was made elsewhere",
    "corrects": "Digest of the act that is corrected, 0x and 64 digits (default: the last one)",
    "costs": "Costs of the sale, minor units (default: 0)",
    "currency": "ISO 4217, as CNY",
    "expires": "Where the old end has passed: a day of the register's zone with which the entry ends, or a time",
    "grounds": "A ground that is not just passed, as 4=fail or 10=overridden",
    "hold": f"Why: {_any(HoldKind)}",
    "joined": "The right's other number",
    "kinds": "What is given where no right is named: patent, mark, copyright, receivable, licence fees or goods",
    "later": "Number of the later filing, which lists the right too",
    "marks": f"What the filing states of itself, where the register admits it: {_any(MAY_STATE)}",
    "member": "Account of the member that the party is",
    "name": "The party's new name",
    "note": f"What the note is: {_any(NoteKind)}",
    "number": "The hold's number (`pledge holds` lists them)",
    "of": "What the hold lies on: a right's number, a pledge's, a party's identifier",
    "order": "Hash of the order, 0x and 64 digits",
    "other": "Number of the other pledge that the note is about",
    "others_pass": "Every ground that is not named is passed",
    "party": "The party: identifier or name",
    "price": "What the sale brought, minor units",
    "reason": f"Why it ends, of what the register admits: {_any(EndReason)} (default: the first that it admits)",
    "rectification": f"What is done: {_any(RectifyKind)} (leaves: some rights of a list)",
    "register": "Its number or key, as CN-PATENT",
    "relation": f"How it yields: {_any(RelationKind)}",
    "right": "The right by its number as its office writes it",
    "rights": "A right by its number as its office writes it",
    "segment": "Number of the list of rights within the pledge that it is about (`pledge show` has it)",
    "senior": "Number of the pledge that goes before",
    "subject": "What it is about: at most 32 bytes of text, or a hash (default: the document)",
    "surplus": "What is left for the pledgor, minor units (default: 0)",
    "target": f"What the hold lies on: {_any(HoldTarget)}",
    "text": "The note itself",
    "transaction": "pledge, mortgage, factoring or assignment (default: pledge)",
    "unlisted": "A right of the pledge that the document does not list",
    "unpledged": "A right that the document lists and the pledge does not have",
    "until": "A day of the register's zone, or a time",
}
_OF_ACTS = {
    ("contest", "rights"): "A right of the earlier filing's list, where its private document is not held here",
    ("record-party", "other"): "The party that took its place: identifier or name",
}


def help_of(act: str, field: str) -> str:
    """What a field of an act is. Raises KeyError for one that nobody described."""
    return _OF_ACTS.get((act, field)) or _HELP[field]
