"""Rows of the register as plain JSON for certificates: words as text where they are readable, else hex; amounts with their currency."""

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.chain.blocks import LOG_BITS
from ledger.domain.calendar import rfc3339
from ledger.domain.content import Json
from ledger.domain.ids import to_hex
from ledger.domain.money import MoneyError, currency_of
from ledger.domain.pledge_words import ClaimKind, Decision, Flag, HoldKind, HoldTarget, NoteKind
from ledger.domain.registers import Effect, EndReason, Ground, Mode, PartyRole
from ledger.mirror.models import (
    Consent,
    Difference,
    Discrepancy,
    GroundFound,
    Instrument,
    Note,
    Party,
    Pledge,
    PledgeState,
    Register,
    Segment,
    Side,
)
from ledger.mirror.queries.holds import runs as running
from ledger.mirror.queries.pledges import Done, Pledged, Standing
from ledger.mirror.register_models import DecisionMade, Hold
from ledger.mirror.schema import number


def text_of(word: bytes) -> str:
    """A word that is left-aligned readable text, else its hex."""
    plain = word.rstrip(b"\0")
    return plain.decode() if plain and plain.isascii() and plain.decode().isprintable() else to_hex(word)


def amount(minor: int, currency: int) -> Json:
    """An amount of minor units with its currency's code, or its number where that is none of ISO 4217."""
    try:
        return {"minor": str(minor), "currency": currency_of(currency).code}
    except MoneyError:
        return {"minor": str(minor), "currency": str(currency)}


def time_of(second: int | None) -> Json:
    """A time, null where none is stated."""
    return None if second is None else rfc3339(second)


def named(kind: Any, value: int) -> str:
    """The name of a code in lower case, its number where it has none."""
    try:
        return str(kind(value).name).lower().replace("_", " ")
    except ValueError:
        return str(value)


def register(row: Register | None) -> Json:
    """A register."""
    return None if row is None else {"number": row.register, "name": row.name, "office": to_hex(row.office), "version": row.version}


def state(row: PledgeState) -> dict[str, Json]:
    """What can change of a pledge, but for its parties and assets."""
    claim = None if not row.currency else amount(number(row.ceiling), row.currency)
    return {
        "claim": named(ClaimKind, row.kind),
        "amount": claim,
        "due": time_of(row.due or None),
        "effective": time_of(row.effective),
        "expires": time_of(row.expires or None),
        "flags": [named(Flag, flag) for flag in Flag if row.flags & flag],
        "content": None if row.content is None else to_hex(row.content),
        "agreement": None if row.agreement is None else to_hex(row.agreement),
        "version": row.version,
        "ended": time_of(row.ended_at),
        "reason": None if row.reason is None else named(EndReason, row.reason),
    }


def standing(row: Standing) -> dict[str, Json]:
    """A pledge and its state."""
    number_ = None if row.state.number is None else text_of(row.state.number)
    return {
        "pledge": str(row.pledge.pledge),
        "register": row.pledge.register,
        "number": number_,
        "rules": row.state.rules,
        **state(row.state),
    }


def parties(rows: Sequence[Party]) -> list[Json]:
    """Parties in their order; of a withheld name the commitment."""
    return [
        {
            "side": named(Side, row.side),
            "role": named(PartyRole, row.role),
            "id": to_hex(row.id),
            "name": row.name or None,
            "capacity": row.capacity or None,
            "commitment": None if row.name else to_hex(row.name_hash),
            "share": str(row.share) if row.share else None,
        }
        for row in rows
    ]


def segments(rows: Sequence[Segment]) -> list[Json]:
    """The lists of a pledge that count."""
    return [
        {
            "segment": str(row.segment),
            "assets": row.assets,
            "root": to_hex(row.root),
            "effective": time_of(row.effective),
            "date only": row.date_only,
        }
        for row in rows
        if row.effective is not None
    ]


def assets(rows: Sequence[Pledged]) -> list[Json]:
    """Assets in their order; of an ended one its end."""
    return [
        {
            "asset": text_of(row.encumbrance.asset),
            "title": row.title,
            "segment": str(row.encumbrance.segment),
            "ended": time_of(row.encumbrance.ended_at),
        }
        for row in rows
    ]


def filing(row: Pledge) -> Json:
    """Who filed, and the hash of what was filed: of a filing that is not registered nothing more is published."""
    return {"filer": to_hex(row.filer), "hash": None if row.filing is None else to_hex(row.filing)}


def decision(row: DecisionMade, officers: Sequence[bytes]) -> Json:
    """A decision on a filing and the keys of the officers who signed it; its grounds are those of the same block."""
    signed: list[Json] = [to_hex(key) for key in officers]
    said = {"decision": named(Decision, row.decision), "block": str(row.pos >> LOG_BITS), "evidence": to_hex(row.evidence)}
    return {**said, "officers": signed}


def grounds(rows: Sequence[GroundFound], known: Mapping[int, Ground]) -> list[Json]:
    """What was examined, with the grounds in words and their article where the catalogue has them."""
    results = {1: "pass", 2: "fail", 3: "overridden"}
    return [
        {
            "block": str(row.pos >> LOG_BITS),
            "ground": row.ground,
            "text": known[row.ground].text if row.ground in known else None,
            "source": known[row.ground].source if row.ground in known else None,
            "result": results.get(row.result, str(row.result)),
            "evidence": to_hex(row.evidence),
        }
        for row in rows
    ]


def note(row: Note) -> Json:
    """A note on a pledge, or on another that names it."""
    return {
        "kind": named(NoteKind, row.kind),
        "on": str(row.pledge),
        "other": str(row.other) if row.other else None,
        "subject": to_hex(row.subject) if any(row.subject) else None,
        "text": row.text or None,
        "block": str(row.pos >> LOG_BITS),
    }


def difference(row: Difference) -> Json:
    """An asset in which a document and a pledge differ, and how."""
    return {"asset": text_of(row.asset), "kind": named(Discrepancy, row.kind), "block": str(row.pos >> LOG_BITS)}


def holds(rows: Sequence[Hold], when: int) -> list[Json]:
    """Holds, those that are over too: on what, what they bar, by whose order, from when until when, and whether they run at a second."""
    return [
        {
            "on": named(HoldTarget, row.target),
            "id": text_of(row.id) if row.target == HoldTarget.ASSET else to_hex(row.id),
            "kind": named(HoldKind, row.kind),
            "bars": [named(Effect, effect) for effect in Effect if row.bars & effect],
            "authority": to_hex(row.authority),
            "order": to_hex(row.order_hash),
            "from": time_of(row.placed),
            "until": time_of(row.until or None),
            "runs": running(row, when),
            "lifted by": None if row.lifted_by is None else to_hex(row.lifted_by),
        }
        for row in rows
    ]


def act(done: Done, consents: Sequence[Consent], account: bytes | None) -> dict[str, Json]:
    """An act with its document and the consents to it."""
    row = done.act
    return {
        "event": row.event,
        "act": to_hex(row.act),
        "account": None if account is None else to_hex(account),
        "officers": [to_hex(key) for key in done.officers],
        "code": row.code,
        "effective": time_of(row.effective),
        "date only": row.date_only,
        "stated by the office": row.stated,
        "chain": None if row.chain is None else to_hex(row.chain),
        "document": None if done.instrument is None else document(done.instrument),
        "consents": [consent(each) for each in consents],
    }


def document(row: Instrument) -> Json:
    """The document behind an act."""
    return {
        "number": text_of(row.number),
        "hash": to_hex(row.document),
        "executed": time_of(row.executed or None),
        "caption": row.caption,
    }


def consent(row: Consent) -> Json:
    """A consent, in the mode in which it was given."""
    evidence = to_hex(row.evidence) if any(row.evidence) else None
    return {"role": named(PartyRole, row.role), "mode": named(Mode, row.mode), "party": to_hex(row.party), "evidence": evidence}
