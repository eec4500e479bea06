"""Rows about pledged rights as answers: readings, what lies on one, the order of liens."""

from gateway.api import asset_answers as answers
from gateway.api import pledge_shown
from gateway.api.pledge_shown import hold
from gateway.api.shown import currency_code, text
from ledger.domain.calendar import rfc3339
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import AssetFlag
from ledger.domain.priority import Cycle, Place, Ranking, Tranche
from ledger.domain.proceeds import Distribution
from ledger.domain.rights import Right
from ledger.mirror.queries.assets import AnchoredOn, AssetRecord
from ledger.mirror.queries.pledges import Burden
from ledger.mirror.queries.priority import Explained, Order
from ledger.mirror.queries.priority import IfFiled as Filed
from ledger.mirror.register_models import Seed


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
        encumbrances=[burden(each) for each in (row.burdens if ended else row.live)],
        reservations=[
            answers.Reservation(pledge=each.pledge.pledge.pledge, segment=each.segment, until=rfc3339(each.until))
            for each in row.reservations
        ],
        anchored=[anchored(each) for each in row.anchored],
        holds=[hold(each, row.time) for each in row.holds],
        differences=[pledge_shown.difference(each) for each in row.differences],
        conflict=row.has(AssetFlag.CONFLICT),
        closed=row.has(AssetFlag.CLOSED),
    )


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
