"""Rows as answers: addresses and words as hex, amounts with their currency, times in RFC 3339, numbers of enumerations by their names."""

from collections.abc import Collection
from enum import IntEnum, IntFlag
from typing import Any

import orjson

from gateway import acts, roles
from gateway.api import answers
from gateway.council import Decision, Setting
from gateway.filing import Checked
from gateway.office.repository import Act, Call, Content, Signature, Step
from gateway.registers import KeptRules, grounds_of
from ledger.chain.blocks import LOG_BITS
from ledger.domain.calendar import rfc3339
from ledger.domain.catalogue import Catalogue
from ledger.domain.ids import to_hex, token_id
from ledger.domain.money import MoneyError, currency_of
from ledger.domain.pledge_words import Flag, NoteKind
from ledger.domain.registers import (
    DEMANDS_DOCUMENT,
    DEMANDS_VERSION,
    HOLDERS_SIDE,
    PLEDGORS_SIDE,
    ActRule,
    Code,
    Effect,
    EndReason,
    PartyRole,
    Rule,
    Rules,
    State,
    TermRule,
    TimeSource,
)
from ledger.domain.registers import Ground as GroundRule
from ledger.domain.routing import AssetKind, Route
from ledger.domain.token_flags import TokenFlag
from ledger.mirror.models import (
    Cash,
    CashEntry,
    Consent,
    Credit,
    Difference,
    Discrepancy,
    Draw,
    GroundFound,
    Instrument,
    Member,
    MemberKey,
    Note,
    Party,
    Payment,
    PaymentKind,
    PledgeStatus,
    Receipt,
    Receivable,
    ReceivableStatus,
    Segment,
    Side,
    Token,
)
from ledger.mirror.queries import pledges, receivables
from ledger.mirror.queries.events import Told
from ledger.mirror.queries.payments import Totals
from ledger.mirror.queries.pledges import Burden, Done, Pledged
from ledger.mirror.queries.records import Life
from ledger.mirror.queries.statistics import Month
from ledger.mirror.queries.tokens import Holding
from ledger.mirror.register_models import Anchor
from ledger.mirror.schema import number

_BASES = ("", "cited", "inferred", "officer")
_CLAIMS = ("not stated", "fixed", "maximum")
_RESULTS = ("", "pass", "fail", "overridden")
FLAGS = tuple(str(flag.name).lower().replace("_", " ") for flag in Flag)
"""Marks of a pledge by bit."""


# --- Words ----------------------------------------------------------------------------------------------------------------------


def time_or_none(seconds: int | None) -> str | None:
    """The same, or null where no time is stated (0 or nothing)."""
    return rfc3339(seconds) if seconds else None


def money(minor: int, currency: int) -> answers.Money:
    """An amount with its currency (ISO 4217 number)."""
    return answers.Money(minor=str(minor), currency=currency_code(currency))


def currency_code(numeric: int) -> str:
    """The alphabetic code of an ISO 4217 number; the number as text where it is none."""
    try:
        return currency_of(numeric).code
    except MoneyError:
        return str(numeric)


def hex_or_none(value: bytes | None) -> str | None:
    """Hex text, or null."""
    return None if value is None else to_hex(value)


def text(word: bytes) -> str:
    """A left-aligned text word ("49107-392"); hex where it is no text."""
    try:
        return word.rstrip(b"\0").decode()
    except UnicodeDecodeError:
        return to_hex(word)


def name(kind: type[IntEnum], value: int) -> str:
    """The name of an enumeration's value in lower case; its number where it has none."""
    return kind(value).name.lower().replace("_", " ") if value in set(kind) else str(value)


def _listed(names: tuple[str, ...], value: int) -> str:
    return names[value] if value < len(names) else str(value)


def plain(value: Any) -> Any:
    """Any decoded value: bytes as hex, integers as decimal text, tuples as lists or objects."""
    if isinstance(value, bytes):
        return to_hex(value)
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {field: plain(item) for field, item in value._asdict().items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {field: plain(item) for field, item in value.items()}
    return value if isinstance(value, bool | str) or value is None else str(value)


# --- Acts and calls -------------------------------------------------------------------------------------------------------------


def _reason(stored: bytes | None) -> answers.Reason | None:
    return None if stored is None else answers.Reason(**orjson.loads(stored))


def _act_fields(row: Act) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "key": row.idem_key,
        "account": to_hex(row.member_id),
        "kind": row.kind,
        "state": row.state,
        "reason": _reason(row.reason),
        "digest": to_hex(row.digest),
        "deadline": rfc3339(row.deadline),
        "signers_needed": row.signers_needed,
        "done_pos": None if row.done_pos is None else str(row.done_pos),
        "done_at_block": None if row.done_pos is None else row.done_pos >> LOG_BITS,
    }


def act(row: Act) -> answers.Act:
    """An act as every endpoint shows it."""
    return answers.Act(**_act_fields(row))


def act_whole(row: Act, signatures: list[Signature], history: list[Step]) -> answers.ActWhole:
    """An act with its body, signers and history."""
    steps = [answers.Step(state=step.state, at=rfc3339(step.at // 1000), note=step.note) for step in history]
    return answers.ActWhole(**_act_fields(row), body=acts.body_json(row), signers=[signer(each) for each in signatures], history=steps)


def signer(row: Signature) -> answers.ActSigner:
    """A signer of an act, and whether its signature is there."""
    return answers.ActSigner(
        account=to_hex(row.signer),
        key=to_hex(row.key),
        role=roles.names_of(row.role)[0] if row.role else None,
        mode=roles.mode_name(row.mode),
        signed=row.sig is not None,
        evidence=hex_or_none(row.evidence_root),
    )


def call(row: Call) -> answers.Call:
    """A call as every endpoint shows it."""
    return answers.Call(
        id=to_hex(row.call_id),
        key=row.idem_key,
        what=row.what,
        state=row.state,
        transaction=hex_or_none(row.hash),
        reason=_reason(row.reason),
    )


# --- Members and content --------------------------------------------------------------------------------------------------------


def _member_fields(row: Member) -> dict[str, Any]:
    return {
        "account": to_hex(row.account),
        "name": row.name,
        "party": to_hex(row.party),
        "roles": roles.names_of(row.roles),
        "status": "suspended" if row.suspended else "active",
        "is_contract": row.is_contract,
        "accepts_direct": row.accepts_direct,
        "epoch": row.epoch,
    }


def member(row: Member) -> answers.Member:
    """A member."""
    return answers.Member(**_member_fields(row))


def member_whole(row: Member, keys: list[MemberKey]) -> answers.MemberWhole:
    """A member with its operator keys."""
    shown = [answers.MemberKey(key=to_hex(key.key), roles=roles.names_of(key.roles), epoch=key.epoch) for key in keys]
    return answers.MemberWhole(**_member_fields(row), keys=shown)


def content(row: Content) -> answers.Content:
    """A document that a member holds."""
    return answers.Content(root=to_hex(row.root), schema_=row.schema, seed=to_hex(row.seed), document=orjson.loads(row.bytes))


# --- Receivables, tokens, money -------------------------------------------------------------------------------------------------


def receivable_fields(standing: receivables.Standing) -> dict[str, Any]:
    """What every answer says of a receivable."""
    issued, state = standing.receivable, standing.state
    amounts = ("owed_live", "distributed", "waiting", "waiting_interest", "retired")
    return {
        "id": str(number(issued.id)),
        "number": issued.number,
        "status": name(ReceivableStatus, state.status),
        "issuer": to_hex(issued.issuer),
        "supplier": to_hex(issued.supplier),
        "obligor": to_hex(issued.obligor),
        "face": money(issued.face, issued.currency),
        "due": rfc3339(issued.due),
        "grace_seconds": issued.grace,
        "late_interest": answers.LateInterest(rate=issued.late_rate, basis=issued.late_basis),
        "cash": issued.cash,
        "module": issued.module,
        "policy": issued.policy,
        "tenor_reason": hex_or_none(issued.tenor_reason) if any(issued.tenor_reason) else None,
        "content_root": to_hex(issued.content_root),
        "issued": to_hex(issued.issued),
        "issued_at": rfc3339(issued.issued_at),
        "confirmed_at": time_or_none(state.confirmed_at),
        **{each: money(getattr(state, each), issued.currency) for each in amounts},
        "interest_distributed": money(number(state.interest_distributed), issued.currency),
        "payments": state.payments,
    }


def receivable(standing: receivables.Standing) -> answers.Receivable:
    """A receivable with its present state."""
    return answers.Receivable(**receivable_fields(standing))


def named(name: str, standing: receivables.Standing | None) -> answers.ReceivableNamed:
    """What a payer's reference names."""
    if standing is None:
        return answers.ReceivableNamed(name=name, receivable=None, obligor=None, status=None)
    fields = receivable_fields(standing)
    return answers.ReceivableNamed(name=name, receivable=fields["id"], obligor=fields["obligor"], status=fields["status"])


def token_fields(row: Token, receivable_id: int, currency: int) -> dict[str, Any]:
    """What every answer says of a token."""
    return {
        "token": str(token_id(receivable_id, row.start)),
        "receivable": str(receivable_id),
        "start": str(row.start),
        "end": str(row.start + row.length),
        "value": money(row.length, currency),
        "owner": to_hex(row.owner),
        "cursor": row.cursor,
        "flags": row.flags,
        "marks": [str(flag.name).lower().replace("_", " ") for flag in TokenFlag(row.flags)],
        "since_pos": str(row.from_pos),
    }


def token(row: Token, receivable_id: int, currency: int) -> answers.Token:
    """A token: a range of a receivable."""
    return answers.Token(**token_fields(row, receivable_id, currency))


def holding(row: Holding) -> answers.Holding:
    """A line of a range's lineage."""
    to_pos = None if row.to_pos is None else str(row.to_pos)
    return answers.Holding(start=str(row.start), end=str(row.end), owner=to_hex(row.owner), from_pos=str(row.from_pos), to_pos=to_pos)


def receipt(row: Receipt, currency: int) -> answers.Receipt:
    """Money that came in."""
    return answers.Receipt(
        pos=str(row.pos),
        payer=to_hex(row.payer),
        reference=to_hex(row.reference),
        kind=name(PaymentKind, row.kind),
        interest=money(row.interest, currency),
        principal=money(row.principal, currency),
        recovered=money(row.recovered, currency),
        excess=money(row.excess, currency),
    )


def payment(row: Payment, currency: int) -> answers.Payment:
    """A payment that was distributed."""
    amounts = ("principal", "interest", "owed_before", "owed_after")
    fields = {each: money(getattr(row, each), currency) for each in amounts}
    return answers.Payment(payment=row.payment, pos=str(row.pos), kind=name(PaymentKind, row.kind), **fields)


def draw(row: Draw, of: Receivable) -> answers.Draw:
    """What a range drew."""
    return answers.Draw(
        receivable=str(number(of.id)),
        pos=str(row.pos),
        start=str(row.start),
        end=str(row.start + row.length),
        from_payment=row.from_payment,
        to_payment=row.to_payment,
        principal=money(row.principal, of.currency),
        interest=money(row.interest, of.currency),
        paid=row.paid,
    )


def cash(row: Cash, supply: int) -> answers.Cash:
    """A cash contract."""
    return answers.Cash(
        number=row.number,
        address=to_hex(row.address),
        bank=to_hex(row.bank),
        currency=currency_code(row.currency),
        in_circulation=money(supply, row.currency),
        pos=str(row.pos),
    )


def cash_entry(row: CashEntry, currency: int) -> answers.CashEntry:
    """A line of a cash statement."""
    return answers.CashEntry(
        cash=row.cash,
        account=to_hex(row.account),
        delta=money(row.delta, currency),
        balance=money(row.balance, currency),
        counterparty=hex_or_none(row.counterparty),
        reference=to_hex(row.reference),
        pos=str(row.from_pos),
    )


def cash_totals(row: Totals, of: Cash, account: bytes) -> answers.CashTotals:
    """A period of a cash statement."""
    sums = {name: money(getattr(row, name), of.currency) for name in ("opening", "received", "paid", "closing")}
    return answers.CashTotals(cash=of.number, account=to_hex(account), entries=row.entries, **sums)


def register_month(row: Month) -> answers.RegisterMonth:
    """A register's work in a month."""
    return answers.RegisterMonth(month=f"{row.first:%Y-%m}", **{name: getattr(row, name) for name in Month._fields[1:]})


def credit(row: Credit, currency: int, of: Receivable | None) -> answers.Credit:
    """Money that is held for an account; by range where it is a contract's."""
    named, start = (None, None) if of is None else (str(number(of.id)), str(row.start))
    return answers.Credit(cash=row.cash, receivable=named, start=start, amount=money(row.amount, currency))


# --- Pledges and assets ---------------------------------------------------------------------------------------------------------


def _pledge_fields(standing: pledges.Standing) -> dict[str, Any]:
    filed, state = standing.pledge, standing.state
    published = state.number is not None
    return {
        "pledge": filed.pledge,
        "register_": filed.register,
        "filer": to_hex(filed.filer),
        "filing": hex_or_none(filed.filing),
        "act": to_hex(filed.act),
        "pos": str(filed.pos),
        "status": name(PledgeStatus, state.status),
        "number": text(state.number) if state.number is not None else None,
        "claim": _listed(_CLAIMS, state.kind),
        "ceiling": money(number(state.ceiling), state.currency) if state.currency else None,
        "due": time_or_none(state.due),
        # Until registration these fields of the chain's word are the filing's time and the end of the reservation.
        "effective": rfc3339(state.effective) if published else None,
        "expires": time_or_none(state.expires) if published else None,
        "ended_at": None if state.ended_at is None else rfc3339(state.ended_at),
        "reason": None if state.reason is None else name(EndReason, state.reason),
        "basis": None if state.basis is None else _listed(_BASES, state.basis),
        "flags": [flag for bit, flag in enumerate(FLAGS) if state.flags >> bit & 1],
        "rules": state.rules,
        "version": state.version,
        "segments_taken": state.segments,
        "content_root": hex_or_none(state.content),
        "agreement": hex_or_none(state.agreement),
    }


def pledge(standing: pledges.Standing) -> answers.Pledge:
    """A pledge."""
    return answers.Pledge(**_pledge_fields(standing))


def live_pledge(row: pledges.LivePledge) -> answers.LivePledge:
    """A live pledge with the number of its live assets."""
    fields = _pledge_fields(row.pledge)
    in_force = Life.ENFORCING if row.pledge.state.status == PledgeStatus.ENFORCING else Life.REGISTERED
    return answers.LivePledge(**fields, life=(Life.EMPTY if row.is_empty else in_force).value, assets=row.assets)


def pledge_whole(
    standing: pledges.Standing,
    parties: list[Party],
    segments: list[Segment],
    differences: list[Difference],
    notes: list[Note],
    grounds: list[answers.Ground],
) -> answers.PledgeWhole:
    """A pledge with all that belongs to it."""
    return answers.PledgeWhole(
        **_pledge_fields(standing),
        parties=[party(each) for each in parties],
        segments=[segment(each) for each in segments],
        differences=[difference(each) for each in differences],
        notes=[note(each) for each in notes],
        grounds=grounds,
    )


def party(row: Party) -> answers.Party:
    """A party of a pledge."""
    return answers.Party(
        side=name(Side, row.side),
        ordinal=row.ordinal,
        role=name(PartyRole, row.role),
        id=to_hex(row.id),
        name=row.name,
        capacity=row.capacity,
        name_hash=to_hex(row.name_hash),
        share=str(row.share),
    )


def segment(row: Segment) -> answers.Segment:
    """A segment of a pledge."""
    return answers.Segment(
        segment=row.segment,
        assets=row.assets,
        claimed=row.claimed,
        effective=None if row.effective is None else rfc3339(row.effective),
        reserved_until=time_or_none(row.reserved_until),
        date_only=row.date_only,
        root=to_hex(row.root),
        content_root=hex_or_none(row.content),
    )


def difference(row: Difference) -> answers.Difference:
    """A difference between a document and a pledge."""
    return answers.Difference(
        pledge=row.pledge, kind=name(Discrepancy, row.kind), asset=to_hex(row.asset), asset_text=text(row.asset), pos=str(row.pos)
    )


def note(row: Note) -> answers.Note:
    """A remark on a pledge."""
    return answers.Note(
        kind=name(NoteKind, row.kind),
        pledge=row.pledge,
        other=row.other or None,
        number=text(row.number),
        subject=to_hex(row.subject),
        text=row.text,
        pos=str(row.pos),
    )


def ground(row: GroundFound, known: GroundRule | None) -> answers.Ground:
    """An examined ground, in words where they are known."""
    return answers.Ground(
        ground=row.ground,
        text=known.text if known else None,
        source=known.source if known else None,
        result=_listed(_RESULTS, row.result),
        evidence=to_hex(row.evidence),
        pos=str(row.pos),
    )


def pledged(row: Pledged) -> answers.PledgedAsset:
    """An asset of a pledge."""
    taken = row.encumbrance
    return answers.PledgedAsset(
        asset=to_hex(taken.asset),
        asset_text=text(taken.asset),
        title=row.title,
        segment=taken.segment,
        leaf=taken.leaf,
        reason=None if taken.reason is None else name(EndReason, taken.reason),
        basis=None if taken.basis is None else _listed(_BASES, taken.basis),
        ended_at=None if taken.ended_at is None else rfc3339(taken.ended_at),
        ended_by=hex_or_none(taken.ended_by),
    )


def instrument(row: Instrument) -> answers.Instrument:
    """The document behind an act."""
    return answers.Instrument(
        number=text(row.number),
        document=to_hex(row.document),
        executed=time_or_none(row.executed),
        caption=row.caption,
        account=to_hex(row.account),
    )


def consent(row: Consent) -> answers.Consent:
    """A consent to an act."""
    return answers.Consent(
        role=name(PartyRole, row.role),
        mode=roles.mode_name(row.mode),
        signer=row.signer,
        party=to_hex(row.party),
        evidence=to_hex(row.evidence),
        given=time_or_none(row.given),
        until=time_or_none(row.until),
    )


def pledge_act(done: Done, consents: list[Consent]) -> answers.PledgeAct:
    """An act on a pledge."""
    row = done.act
    return answers.PledgeAct(
        event=row.event,
        pos=str(row.pos),
        act=to_hex(row.act),
        account=hex_or_none(row.account),
        officers=[to_hex(key) for key in done.officers],
        code=row.code,
        rules=row.rules,
        effective=None if row.effective is None else rfc3339(row.effective),
        date_only=row.date_only,
        stated=row.stated,
        instrument=None if done.instrument is None else instrument(done.instrument),
        consents=[consent(each) for each in consents],
    )


def burden(row: Burden) -> answers.Burden:
    """A pledge on an asset."""
    return answers.Burden(
        rank=row.rank,
        live=row.live,
        pledge=row.pledge.pledge.pledge,
        segment=row.segment.segment,
        # Only segments that count rank.
        effective=rfc3339(row.segment.effective or 0),
        title=row.title,
        same_as=list(row.same_as),
    )


# --- Registers ------------------------------------------------------------------------------------------------------------------


def words(mask: int, kind: type[IntEnum] | type[IntFlag]) -> list[str]:
    """The names of the bits of a mask, in lower case."""
    return [str(each.name).lower().replace("_", " ") for each in kind if mask & each]


def ground_rule(row: GroundRule) -> answers.GroundRule:
    """A ground that an officer answers."""
    return answers.GroundRule(number=row.number, text=row.text, source=row.source, overridable=row.overridable)


def route(kind: AssetKind, jurisdiction: str, row: Route, here: Collection[str]) -> answers.Route:
    """Where something is filed; `here`: keys of the registers that this ledger keeps."""
    return answers.Route(
        asset=kind.name.lower().replace("_", " "),
        jurisdiction=jurisdiction,
        register_=row.register,
        effect=row.effect.value,
        source=row.source,
        why=row.why,
        kept_here=row.register in here,
    )


def _register_fields(kept: KeptRules, catalogue: Catalogue) -> dict[str, Any]:
    row, rules = kept.row, kept.rules
    known = catalogue.register(row.register)
    return {
        "number": row.register,
        "version": row.version,
        "name": row.name,
        "key": known.key if known else None,
        "office": to_hex(row.office),
        "closed": row.closed,
        "jurisdiction": rules.jurisdiction,
        "classes": rules.classes,
        "ranks": "one" if rules.flags & Rule.SINGLE_RANK else "several",
        "assets_required": bool(rules.flags & Rule.ASSETS_REQUIRED),
        "records": bool(rules.flags & Rule.RECORDS),
        "marks": words(rules.marks, Flag),
        "rule_contract": hex_or_none(kept.contract),
        "zone": known.zone if known else None,
        "regime": known.regime if known else None,
        "regimes": dict(known.regimes) if known else {},
        "term": _term(rules, known.term if known else None),
        "grounds": [ground_rule(each) for each in grounds_of(catalogue, row.register, rules)],
        "clocks": _clocks(catalogue, row.register),
    }


def _term(rules: Rules, known: TermRule | None) -> answers.TermRule | None:
    if not (rules.least or rules.most or rules.renewal):
        return None
    return answers.TermRule(
        least_days=rules.least,
        most_days=rules.most,
        renewal_days=rules.renewal,
        source=known.source if known else None,
        verified=known is not None and known.verified,
    )


def _clocks(catalogue: Catalogue, register: int) -> list[answers.Clock]:
    known = catalogue.register(register)
    named = [] if known is None else [(name, catalogue.clocks[key]) for name, key in known.clocks.items()]
    return [
        answers.Clock(
            name=name,
            key=rule.key,
            length=rule.length,
            unit=rule.unit.value,
            calendar=rule.calendar,
            counts_from=rule.counts_from,
            source=rule.source,
            verified=rule.verified,
        )
        for name, rule in named
    ]


def register(kept: KeptRules, catalogue: Catalogue) -> answers.Register:
    """A register."""
    return answers.Register(**_register_fields(kept, catalogue))


def register_whole(kept: KeptRules, catalogue: Catalogue) -> answers.RegisterWhole:
    """A register with the rules of every act."""
    acts = [register_act(code, rule) for code, rule in kept.acts.items()]
    return answers.RegisterWhole(**_register_fields(kept, catalogue), acts=acts)


def register_act(code: int, rule: ActRule) -> answers.RegisterAct:
    """What a register's rules say of an act code."""
    return answers.RegisterAct(
        code=code,
        name=name(Code, code),
        effects=words(rule.effects, Effect),
        from_=[name(State, state) for state in rule.source],
        to=name(State, rule.next_state) if rule.next_state else None,
        consents=[
            answers.RoleModes(role=name(PartyRole, role), modes=[mode.name for mode in modes]) for role, modes in rule.consents.items()
        ],
        officers=rule.officers,
        officers_vouching=rule.officers_vouching,
        officer_roles=roles.names_of(rule.officer_roles),
        times=[name(TimeSource, time) for time in rule.times],
        sides=[side for bit, side in ((PLEDGORS_SIDE, "pledgors"), (HOLDERS_SIDE, "holders")) if rule.sides & bit],
        demands=[demand for bit, demand in ((DEMANDS_DOCUMENT, "document"), (DEMANDS_VERSION, "version")) if rule.demands & bit],
        wait=rule.wait,
        period=rule.period,
        reasons=[name(EndReason, reason) for reason in rule.reasons],
    )


def register_set(made: Setting) -> answers.RegisterSet:
    """A register on its way to the chain."""
    return answers.RegisterSet(
        number=made.description.register.number,
        version=made.version,
        key=made.description.register.key,
        **(_DESCRIBED if made.decision is None else decision(made.decision)),
    )


_DESCRIBED: dict[str, Any] = {"step": "described", "call": None, "ready_at": None}


def decision(made: Decision) -> dict[str, Any]:
    """What the council does now, by which call, and when it goes on if it waits."""
    return {"step": made.step, "call": call(made.call), "ready_at": None if made.ready_at is None else rfc3339(made.ready_at)}


def filing_checked(found: Checked, here: Collection[str]) -> answers.FilingChecked:
    """What the ledger and the router have against a filing."""
    registering, accepting = found.registering or ActRule(), found.accepting or ActRule()
    left = answers.OfficersWord(
        grounds=[ground_rule(each) for each in found.grounds],
        officers=registering.officers,
        officers_vouching=registering.officers_vouching,
        reserves=accepting.period,
        waits=registering.wait,
    )
    return answers.FilingChecked(
        registrable=not found.refusals,
        refusals=[answers.Reason(**each) for each in found.refusals],
        routes=[route(each.asset, each.jurisdiction, each.route, here) for each in found.routes],
        left=left,
    )


# --- Anchored registers --------------------------------------------------------------------------------------------------------


def anchor(row: Anchor, seeded: int, *, held_here: bool) -> answers.Anchor:
    """An anchor of a register."""
    return answers.Anchor(
        register_=row.register,
        anchor=row.anchor,
        records_root=to_hex(row.records_root),
        records=row.records,
        assets_root=to_hex(row.assets_root),
        assets=row.assets,
        seeded=seeded,
        replaces=row.replaces or None,
        as_at=rfc3339(row.as_at),
        evidence=to_hex(row.evidence),
        account=to_hex(row.account),
        act=to_hex(row.act),
        pos=str(row.pos),
        held_here=held_here,
    )


def proof(document: dict[str, Any]) -> answers.Proof:
    """A proof of an anchored record or live asset."""
    return answers.Proof(**document)


# --- Events ---------------------------------------------------------------------------------------------------------------------


def event(row: Told) -> answers.Event:
    """An event as the chain has it."""
    return answers.Event(
        pos=str(row.pos),
        block=row.block,
        time=rfc3339(row.time),
        transaction=to_hex(row.transaction),
        contract=row.contract,
        event=row.name,
        values=plain(row.values),
    )
