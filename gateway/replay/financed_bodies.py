"""Bodies of the acts and calls of the financed demonstration, as JSON for the API."""

from __future__ import annotations

from collections.abc import Callable

from gateway.replay.bodies import NO_REF, Book, reference
from gateway.replay.claims import Person
from gateway.replay.client import ActWanted, CallWanted, Json
from gateway.replay.financed import ACCEPTED, PART, YEAR_BASIS, Bid, Financed, outcome
from gateway.replay.queue import Step
from ledger.domain.ids import act_id, receivable_id, to_hex
from ledger.domain.ranges import DAY

FULL_RECOURSE, WHOLE = 1, 10_000


def acts(book: Book, story: Financed, step: Step, root: str, pool_of: Callable[[bytes], int]) -> list[ActWanted]:
    """What is signed at a step. `root`: content root of the claim; `pool_of`: a pool's number by the word of its agreement."""
    found = outcome(story)
    match step:
        case Step.POOL:
            return [_open_pool(book, story, found.called)]
        case Step.COVER:
            return [_cover(book, story, found.called, pool_of(agreement(story)))]
        case Step.OFFER:
            funds = _funds(book, story, "advance", story.better.bank, story.better.advance)
            return [funds, *(_offer(book, story, bid, root) for bid in story.bids)]
        case Step.ACCEPT:
            return [_accept(book, story, root), _funds(book, story, "guarantee", story.guarantor, found.called)]
        case Step.PAY_PART:
            return _pay(book, story, "part", PART)
        case Step.PAY_BACK:
            return _pay(book, story, "back", found.recovered)
        case _:
            return []


def calls(book: Book, story: Financed) -> list[CallWanted]:
    """At the call of the guarantor: it pays, and what the piece has brought is collected."""
    key, receivable = story.claim.key, str(book.receivable(story.claim))
    called = CallWanted(f"{key}/call", "Guarantees", "call", [receivable])
    return [called, CallWanted(f"{key}/collect", "Financing", "collect", [str(deal(book, story))])]


def deal(book: Book, story: Financed) -> int:
    """The id of the better offer, and of the deal that it becomes."""
    return receivable_id(book.account(story.better.bank), act_id(_offer_key(story, story.better)))


def agreement(story: Financed) -> bytes:
    """The word that names the pool's agreement."""
    return reference(f"{story.claim.key}/agreement")


def _offer_key(story: Financed, bid: Bid) -> str:
    return f"{story.claim.key}/offer/{bid.bank.key}"


def _open_pool(book: Book, story: Financed, cap: int) -> ActWanted:
    guarantor = book.account(story.guarantor)
    body: Json = {
        "guarantors": [to_hex(guarantor)],
        "shares": [WHOLE],
        "cash": book.cash[story.claim.set].index,
        "cap": str(cap),
        "wait": 0,
        "until": story.settled_at,
        "agreement": to_hex(agreement(story)),
    }
    return ActWanted(f"{story.claim.key}/pool", guarantor, "OpenPool", body, "GUARANTOR")


def _cover(book: Book, story: Financed, most: int, pool: int) -> ActWanted:
    body: Json = {"pool": str(pool), "receivable": str(book.receivable(story.claim)), "most": str(most)}
    return ActWanted(f"{story.claim.key}/cover", book.account(story.guarantor), "CoverReceivable", body, "GUARANTOR")


def _terms(book: Book, story: Financed, bid: Bid, root: str) -> Json:
    length = story.piece.end - story.piece.start
    return {
        "token": str(book.token(story.claim, story.piece.start)),
        "start": str(story.piece.start),
        "end": str(story.piece.end),
        "seller": to_hex(book.account(story.seller)),
        "length": str(length),
        "payments": 0,
        "leastOwed": str(length),
        "advance": str(bid.advance),
        "fee": str(bid.fee),
        "discountRate": bid.rate,
        "discountBasis": YEAR_BASIS,
        "dayStart": 0,
        "recourse": FULL_RECOURSE,
        "until": story.claim.issued + (ACCEPTED + 1) * DAY,
        "cash": book.cash[story.claim.set].index,
        "contentRoot": root,
    }


def _offer(book: Book, story: Financed, bid: Bid, root: str) -> ActWanted:
    return ActWanted(_offer_key(story, bid), book.account(bid.bank), "OfferPurchase", _terms(book, story, bid, root), "BANK")


def _accept(book: Book, story: Financed, root: str) -> ActWanted:
    bid = story.better
    body: Json = {"offer": str(deal(book, story)), "bank": to_hex(book.account(bid.bank)), "terms": _terms(book, story, bid, root)}
    return ActWanted(f"{story.claim.key}/accept", book.account(story.seller), "AcceptPurchase", body, "SUPPLIER")


def _funds(book: Book, story: Financed, what: str, person: Person, amount: int) -> ActWanted:
    cash, key = book.cash[story.claim.set], f"{story.claim.key}/cash/{what}"
    body: Json = {"cash": cash.index, "to": to_hex(book.account(person)), "amount": str(amount), "ref": to_hex(reference(key))}
    return ActWanted(key, cash.bank, "IssueCash", body, "SETTLEMENT_BANK")


def _pay(book: Book, story: Financed, what: str, amount: int) -> list[ActWanted]:
    obligor = story.claim.obligor
    body: Json = {"receivable": str(book.receivable(story.claim)), "amount": str(amount), "ref": NO_REF}
    paid = ActWanted(f"{story.claim.key}/pay/{what}", book.account(obligor), "PayReceivable", body, "OBLIGOR")
    return [_funds(book, story, what, obligor, amount), paid]
