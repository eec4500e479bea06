"""Rows about pledges as answers: the record, its acts and consents, holds, parties, clocks."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway import roles
from gateway.api import pledge_answers as answers
from gateway.api.shown import hex_or_none, money, name, text, time_or_none, words
from ledger.domain.calendar import rfc3339
from ledger.domain.filing_clocks import FilingClock
from ledger.domain.identifiers import HASHED, Identifier, IdentifierError, read_word
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import Decision, Flag, HoldKind, HoldTarget, NoteKind, PartyKind, RectifyKind, RelationKind
from ledger.domain.registers import Code, Effect, EndReason, Ground, PartyRole
from ledger.mirror.models import Consent, Difference, Discrepancy, GroundFound, Instrument, Note, Party, PledgeStatus, Segment, Side
from ledger.mirror.queries import holds, pledges
from ledger.mirror.queries.pledges import Done, Pledged
from ledger.mirror.queries.records import Life, Record, Sold
from ledger.mirror.register_models import Contest, DecisionMade, FilingStep, Hold, PartyRecord, Rectification, Refinancing, Relation
from ledger.mirror.schema import number

_BASES = ("", "cited", "inferred", "officer")
_CLAIMS = ("not stated", "fixed", "maximum")
_RESULTS = ("", "pass", "fail", "overridden")
FLAGS = tuple(str(flag.name).lower().replace("_", " ") for flag in Flag)
"""Marks of a pledge by bit."""


def _listed(names: tuple[str, ...], value: int) -> str:
    return names[value] if value < len(names) else str(value)


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


def ground(row: GroundFound, known: Ground | None) -> answers.Ground:
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


def pledge_act(done: Done, consents: list[Consent], at: int) -> answers.PledgeAct:
    """An act on a pledge, done at a time (UTC seconds)."""
    row = done.act
    return answers.PledgeAct(
        event=row.event,
        pos=str(row.pos),
        at=rfc3339(at),
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


def hold(row: Hold, when: int) -> answers.Hold:
    """A hold, and whether it runs at a second."""
    return answers.Hold(
        target=name(HoldTarget, row.target),
        id=to_hex(row.id),
        number=row.number,
        office=to_hex(row.office),
        kind=name(HoldKind, row.kind),
        bars=words(row.bars, Effect),
        placed=rfc3339(row.placed),
        until=time_or_none(row.until),
        runs=holds.runs(row, when),
        authority=to_hex(row.authority),
        order=to_hex(row.order_hash),
        act=to_hex(row.act),
        lifted_by=hex_or_none(row.lifted_by),
    )


def party_event(row: PartyRecord) -> answers.PartyEvent:
    """What an office recorded of a party."""
    return answers.PartyEvent(
        office=to_hex(row.office),
        kind=name(PartyKind, row.kind),
        other=hex_or_none(row.other),
        member=hex_or_none(row.member),
        effective=rfc3339(row.effective),
        name=row.name,
        evidence=to_hex(row.evidence),
        act=to_hex(row.act),
        pos=str(row.pos),
    )


def party_whole(word: bytes, signers: list[answers.Signer], became: list[PartyRecord], stands_for: list[bytes]) -> answers.PartyWhole:
    """A party by its word."""
    known = identified(word)
    return answers.PartyWhole(
        party=to_hex(word),
        scheme=known.scheme.name if known else None,
        text=known.text if known and known.scheme not in HASHED else None,
        signers=signers,
        became=[party_event(each) for each in became],
        stands_for=[to_hex(each) for each in stands_for],
    )


def identified(word: bytes) -> Identifier | None:
    """What a party's word says that it identifies; None for a word of no scheme."""
    try:
        return read_word(word)
    except IdentifierError:
        return None


def filing_clock(row: FilingClock) -> answers.FilingClock:
    """A statutory clock of a filing."""
    reading = row.reading
    return answers.FilingClock(
        name=row.name,
        key=row.rule.key,
        run=row.run,
        state=reading.state.value if reading else None,
        last_day=reading.last_day.isoformat() if reading and reading.last_day else None,
        deadline=rfc3339(reading.deadline) if reading and reading.deadline is not None else None,
        days_left=row.days_left,
        unit=row.rule.unit.value,
        overdue=row.overdue,
        set_until=time_or_none(row.set_until),
        source=row.rule.source,
        verified=row.rule.verified,
        doubt=row.doubt or None,
    )


def record(row: Record, known: Mapping[int, Ground]) -> answers.Record:
    """A pledge whole; `known` are its register's grounds in words."""
    grounds = [ground(each, known.get(each.ground)) for each in row.grounds]
    whole = pledge_whole(row.standing, row.parties, row.segments, row.differences, row.notes, grounds)
    return answers.Record(
        **{field: getattr(whole, field) for field in type(whole).model_fields},
        life=row.life.value,
        decisions=[decision(each, row.officers.get(each.pos, ())) for each in row.decisions],
        steps=[filing_step(each) for each in row.steps],
        contests=[contest(each) for each in row.contests],
        relations=[relation(each) for each in row.relations],
        refinances=refinancing(row.refinances) if row.refinances else None,
        refinanced_by=[refinancing(each) for each in row.refinanced_by],
        rectifications=[rectification(each) for each in row.rectifications],
        sales=[sale(each) for each in row.sales],
        adoption=answers.Adoption(anchor=row.adoption.anchor, index=row.adoption.place, number=text(row.adoption.number))
        if row.adoption
        else None,
        holds=[hold(each, row.time) for each in row.holds],
    )


def decision(row: DecisionMade, officers: Sequence[bytes]) -> answers.Decision:
    """A decision on a filing."""
    signed = [to_hex(key) for key in officers]
    return answers.Decision(decision=name(Decision, row.decision), evidence=to_hex(row.evidence), officers=signed, pos=str(row.pos))


def filing_step(row: FilingStep) -> answers.FilingStep:
    """A step on a filing."""
    return answers.FilingStep(
        step=name(Code, row.code),
        evidence=to_hex(row.evidence),
        content=to_hex(row.content) if any(row.content) else None,
        until=time_or_none(row.until),
        pos=str(row.pos),
    )


def contest(row: Contest) -> answers.Contest:
    """A contest of a filing."""
    return answers.Contest(earlier=row.earlier, asset=to_hex(row.asset), asset_text=text(row.asset), pos=str(row.pos))


def relation(row: Relation) -> answers.Relation:
    """A relation between two pledges."""
    return answers.Relation(
        junior=row.pledge,
        senior=row.senior,
        kind=name(RelationKind, row.kind),
        cap=str(number(row.cap)) if any(row.cap) else None,
        effective=rfc3339(row.effective),
        act=to_hex(row.act),
    )


def refinancing(row: Refinancing) -> answers.Refinancing:
    """A refinancing."""
    up_to = money(number(row.ceiling), row.currency) if row.currency else None
    return answers.Refinancing(pledge=row.pledge, old=row.old, up_to=up_to, effective=rfc3339(row.effective), act=to_hex(row.act))


def rectification(row: Rectification) -> answers.Rectification:
    """A rectification."""
    return answers.Rectification(kind=name(RectifyKind, row.kind), corrects=to_hex(row.corrects), act=to_hex(row.act), pos=str(row.pos))


def sale(row: Sold) -> answers.Sale:
    """A sale."""
    sold = row.sale
    shares = [
        answers.SaleShare(
            pledge=each.to_pledge,
            rank=each.rank,
            claim=money(number(each.claim), sold.currency),
            amount=money(number(each.amount), sold.currency),
        )
        for each in row.shares
    ]
    return answers.Sale(
        price=money(number(sold.price), sold.currency),
        costs=money(number(sold.costs), sold.currency),
        surplus=money(number(sold.surplus), sold.currency),
        buyer=to_hex(sold.buyer),
        assets=[text(each) for each in row.assets],
        shares=shares,
        effective=rfc3339(sold.effective),
        act=to_hex(sold.act),
    )
