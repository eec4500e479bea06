"""Receivables as the plan, the contracts and SQL tell them, held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gateway.replay.bodies import Book
from gateway.replay.claims import Claim, Person
from gateway.replay.drive import final_pieces
from gateway.replay.financed import Financed, outcome
from gateway.replay.plan import Plan
from gateway.replay.report import Check
from gateway.replay.views import Views
from ledger.domain.ids import split_token_id, token_id
from ledger.mirror.database import Database
from ledger.mirror.models import ReceivableStatus
from ledger.mirror.queries import payments as payment_queries
from ledger.mirror.queries import receivables as receivable_queries
from ledger.mirror.queries import tokens as token_queries

_CLOSED = 2
"""IReceivableToken.State.Closed."""

Held: TypeAlias = tuple[Claim, tuple[tuple[int, int, Person], ...]]
"""A claim with (start, end, holder) of its pieces in the end."""


@dataclass(slots=True)
class Totals:
    """Sums over the receivables of a set, minor units, as one side tells them."""

    receivables: int = 0
    face: int = 0
    owed_live: int = 0
    distributed: int = 0
    closed: int = 0
    tokens: int = 0
    untiled: int = 0
    unbalanced: int = 0
    wrong_holders: int = 0


def checks(plan: Plan, views: Views, mirror: Database, book: Book, overdue: int, now: int) -> Iterator[Check]:
    """The equations of every set of receivables. `overdue`: claims that the chain called overdue before they were paid; `now`: its time."""
    pieces = list(final_pieces(plan))
    for name in dict.fromkeys(claim.set for claim, _ in pieces):
        claims = [held for held in pieces if held[0].set == name]
        planned, chain, sql = _planned(claims), _chain(views, book, claims), _sql(mirror, book, claims)
        unit = plan.currency_of_set(name)
        yield Check(name, "receivables", {"source": planned.receivables, "chain": chain.receivables, "sql": sql.receivables})
        yield Check(name, "face", {"source": planned.face, "chain": chain.face, "sql": sql.face}, unit)
        yield Check(name, "paid and distributed", _three("distributed", planned, chain, sql), unit)
        yield Check(name, "owed to live ranges", _three("owed_live", planned, chain, sql), unit)
        yield Check(name, "closed", _three("closed", planned, chain, sql))
        yield Check(name, "tokens", _three("tokens", planned, chain, sql))
        yield Check(name, "ranges that don't tile", _three("untiled", planned, chain, sql))
        yield Check(name, "owed + paid is not the face", _three("unbalanced", planned, chain, sql))
        yield Check(name, "other holders than planned", _three("wrong_holders", planned, chain, sql))
        yield from _open_checks(name, claims, views, book, now)
    for story in (demo for demo in plan.demonstrations if isinstance(demo, Financed)):
        yield from _financed_checks(story, plan, views, mirror, book)
    late = sum(claim.late for claim in plan.claims)
    if late or overdue:
        yield Check("late invoices", "overdue before they were paid", {"source": late, "chain": overdue})


def _financed_checks(story: Financed, plan: Plan, views: Views, mirror: Database, book: Book) -> Iterator[Check]:
    """What everybody has in the end, as the rules reckon it, as the cash contract and as SQL tell it."""
    unit, cash = plan.currency_of(story.claim), book.cash[story.claim.set].index
    for person, amount in outcome(story).cash(story).items():
        account = book.account(person)
        with mirror.read() as conn:
            told = payment_queries.balance(conn, cash, account)
        values = {"source": amount, "chain": views.balance(cash, account), "sql": told}
        yield Check(story.claim.set, f"cash of {person.key.removeprefix(f'{story.claim.set}/')}", values, unit)


def _three(field: str, planned: Totals, chain: Totals, sql: Totals) -> dict[str, int]:
    return {"source": getattr(planned, field), "chain": getattr(chain, field), "sql": getattr(sql, field)}


def _open_checks(name: str, claims: Sequence[Held], views: Views, book: Book, now: int) -> Iterator[Check]:
    """What was never paid stays live; the chain calls it overdue once its due day is over."""
    unpaid = [claim for claim, _ in claims if claim.paid is None]
    if unpaid:
        past = sum(claim.due <= now for claim in unpaid)
        yield Check(name, "unpaid and overdue", {"source": past, "chain": views.overdue([book.receivable(claim) for claim in unpaid], now)})


def _planned(claims: Sequence[Held]) -> Totals:
    paid = [claim for claim, _ in claims if claim.paid is not None]
    face = sum(claim.face for claim, _ in claims)
    distributed = sum(claim.face for claim in paid)
    return Totals(
        receivables=len(claims),
        face=face,
        owed_live=face - distributed,
        distributed=distributed,
        closed=len(paid),
        tokens=sum(len(held) for _, held in claims),
    )


def _chain(views: Views, book: Book, claims: Sequence[Held]) -> Totals:
    """What the contracts say of these claims: every receivable, every payment, and every range walked from 0 to its face."""
    ids = [book.receivable(claim) for claim, _ in claims]
    words = views.ask("ReceivableViews", "receivable", [(each,) for each in ids])
    paid = _paid(views, ids, [word[4] for word in words])
    ranges = _walked(views, ids, [word[1] for word in words])
    totals = Totals()
    for (_, pieces), number, word in zip(claims, ids, words, strict=True):
        state, face, owed = word[0], word[1], word[2]
        totals.receivables += state != 0
        totals.face += face
        totals.owed_live += owed
        totals.distributed += paid[number]
        totals.closed += state == _CLOSED
        totals.unbalanced += owed + paid[number] != face
        held = ranges[number]
        totals.tokens += len(held)
        totals.untiled += sum(end - start for start, end, _ in held) != face or not face
        totals.wrong_holders += _accounts(book, pieces) != held
    return totals


def _accounts(book: Book, pieces: Sequence[tuple[int, int, Person]]) -> list[tuple[int, int, bytes]]:
    return [(start, end, book.account(person)) for start, end, person in pieces]


def _paid(views: Views, ids: list[int], counts: list[int]) -> dict[int, int]:
    asked = [(number, payment) for number, count in zip(ids, counts, strict=True) for payment in range(1, count + 1)]
    paid = dict.fromkeys(ids, 0)
    for (number, _), payment in zip(asked, views.ask("Repayment", "payment", asked), strict=True):
        paid[number] += payment[0]
    return paid


def _walked(views: Views, ids: list[int], faces: list[int]) -> dict[int, list[tuple[int, int, bytes]]]:
    """(start, end, owner) of the tokens of each receivable, each next one begun where the last one ended."""
    found: dict[int, list[tuple[int, int, bytes]]] = {number: [] for number in ids}
    face = dict(zip(ids, faces, strict=True))
    frontier = [token_id(number, 0) for number in ids]
    while frontier:
        further: list[int] = []
        for token, (owner, end, _, _) in zip(frontier, views.ask("ReceivableViews", "range", [(each,) for each in frontier]), strict=True):
            number, start = split_token_id(token)
            if end > start:
                found[number].append((start, end, owner))
                if end < face[number]:
                    further.append(token_id(number, end))
        frontier = further
    return found


def _sql(mirror: Database, book: Book, claims: Sequence[Held]) -> Totals:
    """What the mirror's projections say of these claims."""
    totals = Totals()
    with mirror.read() as conn:
        for claim, pieces in claims:
            standing = receivable_queries.get(conn, book.receivable(claim))
            if standing is None:
                totals.unbalanced += 1
                continue
            face, state = standing.receivable.face, standing.state
            held = [each[:3] for each in token_queries.holders(conn, standing.receivable.number, 0, face)]
            totals.receivables += 1
            totals.face += face
            totals.owed_live += state.owed_live
            totals.distributed += state.distributed
            totals.closed += state.status == ReceivableStatus.CLOSED
            totals.tokens += len(held)
            totals.untiled += sum(end - start for start, end, _ in held) != face
            totals.unbalanced += state.owed_live + state.distributed != face
            totals.wrong_holders += _accounts(book, pieces) != held
    return totals
