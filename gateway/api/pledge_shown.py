"""Rows of the pledge register as answers: rights, order of liens, holds, parties, clocks, searches."""

from collections.abc import Iterable, Mapping, Sequence

from gateway.anchoring.book import NamedRecords
from gateway.api import pledge_answers as answers
from gateway.api import shown
from gateway.api.answers import Money
from gateway.api.shown import currency_code, hex_or_none, money, name, text, time_or_none, words
from gateway.certifying import Checked
from gateway.office.certificates import Issued
from gateway.office.reports import Told
from gateway.reporting import Known
from ledger.domain.calendar import rfc3339
from ledger.domain.certificates import Certificate
from ledger.domain.duties import Duty
from ledger.domain.filing_clocks import FilingClock
from ledger.domain.identifiers import HASHED, Identifier, IdentifierError, read_word
from ledger.domain.ids import to_hex
from ledger.domain.name_search import Found, Group
from ledger.domain.pledge_words import AssetFlag, Decision, HoldKind, HoldTarget, PartyKind, RectifyKind, RelationKind
from ledger.domain.priority import Cycle, Place, Ranking, Tranche
from ledger.domain.proceeds import Distribution
from ledger.domain.registers import Code, Effect, Ground, PartyRole
from ledger.domain.reported_rights import facts_to_json
from ledger.domain.rights import Right
from ledger.domain.watches import Alert, Valuation
from ledger.mirror.models import Side
from ledger.mirror.queries import holds, search
from ledger.mirror.queries.assets import AnchoredOn, AssetRecord
from ledger.mirror.queries.priority import Explained, Order
from ledger.mirror.queries.priority import IfFiled as Filed
from ledger.mirror.queries.records import Record, Sold
from ledger.mirror.queries.search import Hit
from ledger.mirror.register_models import (
    Anchor,
    Contest,
    DecisionMade,
    FilingStep,
    Hold,
    PartyRecord,
    Rectification,
    Refinancing,
    Relation,
    Seed,
)
from ledger.mirror.schema import number

# --- Holds, parties, clocks -------------------------------------------------------------------------------------------------------------


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


# --- Records ----------------------------------------------------------------------------------------------------------------------------


def record(row: Record, known: Mapping[int, Ground]) -> answers.Record:
    """A pledge whole; `known` are its register's grounds in words."""
    grounds = [shown.ground(each, known.get(each.ground)) for each in row.grounds]
    whole = shown.pledge_whole(row.standing, row.parties, row.segments, row.differences, row.notes, grounds)
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


# --- Rights -----------------------------------------------------------------------------------------------------------------------------


def reading(row: Right) -> answers.Reading:
    """A right that a text can name."""
    return answers.Reading(
        asset=to_hex(row.key), asset_text=text(row.key), number=row.number, kind=row.kind.value, alias=row.alias, verified=row.verified
    )


def anchored(row: AnchoredOn) -> answers.Anchored:
    """A live anchored record on a right."""
    return seed(row.seed, row.pledge)


def seed(row: Seed, pledge: int | None) -> answers.Anchored:
    """A live anchored record, and the pledge that it became."""
    return answers.Anchored(register_=row.register, anchor=row.anchor, number=text(row.number), pledge=pledge)


def asset(row: AssetRecord, *, ended: bool) -> answers.Asset:
    """A right with everything on it; ended burdens only where they are asked for."""
    return answers.Asset(
        asset=to_hex(row.resolved.key),
        asset_text=text(row.resolved.key),
        numbers=[text(each) for each in row.resolved.numbers],
        encumbrances=[shown.burden(each) for each in (row.burdens if ended else row.live)],
        reservations=[
            answers.Reservation(pledge=each.pledge.pledge.pledge, segment=each.segment, until=rfc3339(each.until))
            for each in row.reservations
        ],
        anchored=[anchored(each) for each in row.anchored],
        holds=[hold(each, row.time) for each in row.holds],
        differences=[shown.difference(each) for each in row.differences],
        conflict=row.has(AssetFlag.CONFLICT),
        closed=row.has(AssetFlag.CLOSED),
    )


# --- Order of liens ---------------------------------------------------------------------------------------------------------------------


def priority(row: Order, filed: Filed | None = None, paid: Distribution | Cycle | None = None) -> answers.Priority:
    """The order of the liens on a right; where a new one would stand, and what a sale would bring whom, if that was asked."""
    ranking = row.ranking if isinstance(row.ranking, Ranking) else None
    return answers.Priority(
        asset=to_hex(row.asset.resolved.key),
        asset_text=text(row.asset.resolved.key),
        register_=row.register.register.register if row.register else None,
        regime=row.regime.key,
        currency=None if row.currency is None else currency_code(row.currency),
        liens=[lien(each) for each in row.liens],
        places=[place(each) for each in ranking.places] if ranking else [],
        cycle=cycle(row.ranking) if isinstance(row.ranking, Cycle) else None,
        handed_over=[f"{each.junior} hands over to {each.senior} ({each.source})" for each in ranking.handed_over] if ranking else [],
        without_right=[answers.WithoutRight(lien=key, why=why) for key, why in ranking.without_right] if ranking else [],
        conflicts=list(ranking.conflicts) if ranking else [],
        doubts=list(row.doubts),
        if_filed=None if filed is None else if_filed(filed),
        proceeds=proceeds(paid) if isinstance(paid, Distribution) else None,
    )


def lien(row: Explained) -> answers.RankedLien:
    """A lien with the acts that it stands on."""
    sources = [
        answers.Source(
            event=each.event,
            act=to_hex(each.act),
            number=None if each.number is None else text(each.number),
            effective=None if each.effective is None else rfc3339(each.effective),
            pos=str(each.pos),
        )
        for each in row.sources
    ]
    return answers.RankedLien(
        lien=row.lien.key,
        pledge=row.pledge,
        secured=str(row.lien.secured),
        currency=currency_code(row.currency) if row.currency else None,
        sources=sources,
    )


def place(row: Place) -> answers.Place:
    """One rank of the order."""
    return answers.Place(rank=row.rank, tranches=[tranche(each) for each in row.tranches], moved=list(row.moved))


def tranche(row: Tranche) -> answers.Tranche:
    """A part of a lien at a rank."""
    return answers.Tranche(lien=row.lien, amount=str(row.amount), reason=row.reason, source=row.source)


def cycle(row: Cycle) -> answers.CycleOf:
    """Relations that contradict each other."""
    return answers.CycleOf(liens=list(row.liens), sources=list(row.sources))


def if_filed(row: Filed) -> answers.IfFiled:
    """Where a new lien would stand."""
    if isinstance(row.standing, Cycle):
        return answers.IfFiled(rank=None, ahead="0", beside="0", left="0", refusals=list(row.refusals))
    standing = row.standing
    amounts = {"ahead": str(standing.ahead), "beside": str(standing.beside), "left": str(standing.left)}
    return answers.IfFiled(rank=standing.place.rank, **amounts, refusals=list(row.refusals))


def proceeds(row: Distribution) -> answers.Proceeds:
    """A sale paid out by rank."""
    return answers.Proceeds(
        costs=str(row.costs),
        payments=[answers.Paid(lien=each.lien, rank=each.rank, holder=each.holder, amount=str(each.amount)) for each in row.payments],
        turned_over=[
            answers.TurnedOver(junior=each.junior, senior=each.senior, amount=str(each.amount), source=each.source) for each in row.turned
        ],
        surplus=str(row.surplus),
    )


# --- Searches ---------------------------------------------------------------------------------------------------------------------------


def names_found(row: Found, unseen: Iterable[str], anchored: Sequence[tuple[Anchor, NamedRecords]] = ()) -> answers.NamesFound:
    """Step one of a search by name."""
    return answers.NamesFound(
        query=row.query,
        normal_form=row.normal_form,
        algorithm=row.algorithm,
        exact=[group(each) for each in row.exact],
        similar=[group(each) for each in row.similar],
        anchored=[_anchored_names(anchor, each) for anchor, each in anchored],
        unseen=[*row.unseen, *unseen],
    )


def _anchored_names(anchor: Anchor, row: NamedRecords) -> answers.AnchoredNames:
    shown_ = group(row.group).model_dump() | {"records": row.records}
    return answers.AnchoredNames(register_=anchor.register, anchor=anchor.anchor, numbers=row.numbers, **shown_)


def group(row: Group) -> answers.NameGroup:
    """The records under one normal form."""
    why = [each.value for each in row.match.reasons]
    return answers.NameGroup(normal_form=row.normal_form, spellings=list(row.spellings), records=row.count, score=row.match.score, why=why)


def hit(row: Hit) -> answers.Hit:
    """A record that a search found."""
    state = row.pledge.state
    return answers.Hit(
        pledge=row.pledge.pledge.pledge,
        register_=row.pledge.pledge.register,
        number=None if state.number is None else text(state.number),
        life=row.life.value,
        side=name(Side, row.party.side),
        role=name(PartyRole, row.party.role),
        party=to_hex(row.party.id),
        name=row.party.name,
        same_as=row.same_as,
    )


def identifier_found(known: Identifier, hits: list[Hit]) -> answers.IdentifierFound:
    """The records of a party that a text identifies."""
    return answers.IdentifierFound(scheme=known.scheme.name, text=known.text, party=to_hex(known.word), hits=[hit(each) for each in hits])


def registered(word: bytes, row: search.Registered, adopted: dict[bytes, int]) -> answers.Registered:
    """What bears an office's record number; `adopted`: pledges that anchored records became, by number."""
    return answers.Registered(
        number=text(word),
        pledges=[each.pledge.pledge for each in row.pledges],
        acted_on=sorted({each.act.pledge for each in row.acts}),
        anchored=[seed(each, adopted.get(each.number)) for each in row.seeds],
    )


# --- Certificates -----------------------------------------------------------------------------------------------------------------------


def certificate(row: Certificate) -> answers.Certificate:
    """A certificate as a document."""
    return answers.Certificate(kind=row.kind.value, subject=row.subject, block=row.block, hash=to_hex(row.hash), document=dict(row.content))


def certificate_listed(row: Issued) -> answers.CertificateListed:
    """A kept certificate without its document."""
    issued = rfc3339(row.at // 1_000)
    return answers.CertificateListed(kind=row.kind, subject=row.subject, block=row.block, hash=to_hex(row.hash), issued_at=issued)


def certificate_kept(row: Issued, corrections: list[Rectification]) -> answers.CertificateKept:
    """A kept certificate, and what was corrected since."""
    whole = certificate(row.certificate)
    return answers.CertificateKept(
        **{field: getattr(whole, field) for field in type(whole).model_fields},
        issued_at=rfc3339(row.at // 1_000),
        corrections=[rectification(each) for each in corrections],
    )


def certificate_checked(row: Checked) -> answers.CertificateChecked:
    """A certificate held against the ledger."""
    given = row.certificate
    return answers.CertificateChecked(
        kind=given.kind.value,
        subject=given.subject,
        hash=to_hex(given.hash),
        holds=row.why is None,
        why=row.why,
        corrections=[rectification(each) for each in row.corrections],
    )


# --- Watches ----------------------------------------------------------------------------------------------------------------------------


def alert(row: Alert) -> answers.Alert:
    """One thing to watch."""
    return answers.Alert(
        rule=row.rule,
        source=row.source,
        subject=row.subject,
        what=row.what,
        to_do=row.to_do,
        known_since=rfc3339(row.known_since),
        acts_at=rfc3339(row.acts_at),
        urgency=row.urgency.name.lower(),
        doubt=row.doubt or None,
    )


def reported(key: bytes, row: Known) -> answers.Reported:
    """What is reported of a right, and what follows."""
    return answers.Reported(
        asset=to_hex(key),
        asset_text=text(key),
        right=None if row.told is None else right_facts(row.told),
        last_day=None if row.term is None else row.term.last_day.isoformat(),
        last_day_source=None if row.term is None else row.term.source,
        duties=[open_duty(each) for each in row.open],
        doubt=row.doubt,
        events=[
            answers.PublishedEvent(office=each.office, code=each.code, happened=each.happened.isoformat(), source=each.source)
            for each in row.events
        ],
        valuation=None if row.valued is None else valuation(row.valued.valuation),
    )


def right_facts(row: Told) -> answers.RightFacts:
    """Dates of a right."""
    right = row.right
    return answers.RightFacts(
        jurisdiction=right.jurisdiction,
        kind=right.kind.name.lower().replace("_", " "),
        facts=facts_to_json(right.facts),
        source=row.source,
        reported_at=rfc3339(row.at // 1_000),
    )


def open_duty(row: Duty) -> answers.OpenDuty:
    """A duty that is not done."""
    return answers.OpenDuty(
        key=row.key,
        what=row.what,
        due=row.due.isoformat(),
        grace=row.grace.isoformat() if row.grace else None,
        lost_from=row.lost_from.isoformat(),
        source=row.source,
        verified=row.verified,
        on_calendar=row.on_calendar,
    )


def valuation(row: Valuation) -> answers.Valuation:
    """What a right is worth."""
    return answers.Valuation(
        value=Money(minor=str(row.value), currency=row.currency),
        valued_on=row.valued_on.isoformat(),
        method=row.method,
        appraiser=row.appraiser,
    )
