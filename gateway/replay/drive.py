"""Drives the gateway's API through a plan's receivables: one queue, all acts of a stamp, blocks, wait until mirrored, the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from gateway.replay import bodies, financed_bodies
from gateway.replay.bodies import Book
from gateway.replay.claims import Claim, Person
from gateway.replay.client import ActWanted, CallWanted, Gateway, Json
from gateway.replay.financed import Financed
from gateway.replay.journal import Journal, Progress
from gateway.replay.pace import Pace
from gateway.replay.plan import Plan
from gateway.replay.queue import Event, Step, stamps
from ledger import faults
from ledger.domain.ids import to_hex

_ACT_LIFE_SECONDS = 86_400


@dataclass(slots=True)
class Drive:
    """What a drive stands on. `overdue` counts which receivables the chain calls overdue at a second; `advanced` hears of each stamp;
    `pool_of` finds a pool by the word of its agreement.
    """

    plan: Plan
    gateway: Gateway
    book: Book
    pace: Pace
    journal: Journal
    overdue: Callable[[Sequence[int], int], int]
    advanced: Callable[[int, int], None]
    pool_of: Callable[[bytes], int]
    roots: dict[str, str] = field(default_factory=dict)

    def receivables(self, progress: Progress) -> Progress:
        """Everything that happens to receivables after `progress`, oldest first; then what was paid is drawn."""
        if progress.receivables_done:
            return progress
        self._store_contents()
        last = progress.stamp
        for at, events in stamps(self.plan.claims, self.plan.demonstrations):
            if at > progress.stamp:
                progress = self.journal.change(self._stamp(at, events, progress), stamp=at)
                faults.point("replay.stamp")
            self.advanced(at, len(events))
            last = at
        self._draw(last)
        return self.journal.change(progress, receivables_done=True)

    def _stamp(self, at: int, events: list[Event], progress: Progress) -> Progress:
        beat = self.pace.begin(at)
        progress = self._asked(at, [self.book.receivable(event.claim) for event in events if event.step is Step.LATE], progress)
        refs = self.gateway.submit(self._acts(at, events), at + _ACT_LIFE_SECONDS)
        if refs:
            self.gateway.wait_acts(refs, "sent", beat)
            self.pace.mine()
            self.gateway.wait_acts(refs, "final", beat)
        self._debit(at, [event.claim for event in events if event.step is Step.DEBIT])
        for story in (event.story for event in events if event.step is Step.CALL and event.story):
            # What is collected is there once the guarantor has paid.
            for call in financed_bodies.calls(self.book, story):
                self._trigger([call], at)
        return progress

    def _asked(self, at: int, late: Sequence[int], progress: Progress) -> Progress:
        """Asks the chain which claims are overdue, and keeps the answer before anything is paid: after that nobody can ask again."""
        if not late:
            return progress
        counted = max(self.overdue(late, at), progress.overdue.get(str(at), 0))
        return self.journal.change(progress, overdue={**progress.overdue, str(at): counted})

    def _acts(self, at: int, events: list[Event]) -> list[ActWanted]:
        acts = [act for event in events for act in self._of_event(event)]
        paid = [event.claim for event in events if event.step is Step.PAY]
        return acts + [bodies.notice(self.book, at, part, self.roots[bodies.notice_key(at, part)]) for part in bodies.notices(paid)]

    def _of_event(self, event: Event) -> list[ActWanted]:
        if event.story is not None and event.step not in (Step.ISSUE, Step.SPLIT):
            return financed_bodies.acts(self.book, event.story, event.step, self.roots[event.claim.key], self.pool_of)
        match event.step:
            case Step.ISSUE:
                return bodies.issue(self.book, event.claim, self.roots[event.claim.key])
            case Step.SPLIT:
                return bodies.split(self.book, event.claim)
            case Step.TIER:
                return [act for tier in event.tiers for act in bodies.tier(self.book, event.claim, tier)]
            case Step.MANDATE:
                return bodies.mandate(self.book, event.claim)
            case _:
                return []

    def _debit(self, at: int, claims: Sequence[Claim]) -> None:
        if claims:
            self._trigger([bodies.debit(self.book, claim) for claim in claims], at)

    def _draw(self, at: int) -> None:
        for name, tokens in _tokens(self.plan):
            self._trigger(bodies.draws(self.book, name, tokens), at)

    def _trigger(self, calls: list[CallWanted], at: int) -> None:
        beat = self.pace.begin(at)
        ids = self.gateway.trigger(calls)
        self.gateway.wait_calls(ids, "sent", beat)
        self.pace.mine()
        self.gateway.wait_calls(ids, "final", beat)

    def _store_contents(self) -> None:
        """Every document goes to its signers' stores first: nobody's key signs a root whose content isn't held."""
        claims = [*self.plan.claims, *(demo.claim for demo in self.plan.demonstrations)]
        seen = {demo.claim.key: demo.people for demo in self.plan.demonstrations if isinstance(demo, Financed)}
        items = [self._claim_content(claim, seen.get(claim.key, (claim.obligor,))) for claim in claims]
        keys = [claim.key for claim in claims]
        for at, part in _paid(self.plan):
            keys.append(bodies.notice_key(at, part))
            items.append(self._notice_content(part))
        self.roots = dict(zip(keys, self.gateway.contents(items), strict=True))

    def _claim_content(self, claim: Claim, readers: Sequence[Person]) -> Json:
        document = bodies.document(claim, self.plan.currency_of(claim))
        shared = [to_hex(self.book.account(person)) for person in readers if person != claim.supplier]
        return {
            "member": to_hex(self.book.account(claim.supplier)),
            "share_with": shared,
            "schema": bodies.CLAIM_SCHEMA,
            "document": document,
        }

    def _notice_content(self, claims: Sequence[Claim]) -> Json:
        document = bodies.notice_document(claims, self.plan.currency_of(claims[0]))
        return {"member": to_hex(self.book.cash[claims[0].set].bank), "schema": bodies.NOTICE_SCHEMA, "document": document}


def _paid(plan: Plan) -> Iterable[tuple[int, list[Claim]]]:
    """Each notice that will be sent: its stamp and its claims, in the order and the parts in which the drive makes them."""
    for at, events in stamps(plan.claims):
        for part in bodies.notices(event.claim for event in events if event.step is Step.PAY):
            yield at, part


def final_pieces(plan: Plan) -> Iterable[tuple[Claim, tuple[tuple[int, int, Person], ...]]]:
    """Every claim with (start, end, holder) of its pieces in the end, which tile its face."""
    for claim in plan.claims:
        starts = (0, *(piece.end for piece in claim.pieces))
        pieces = tuple((start, piece.end, piece.payee) for start, piece in zip(starts, claim.pieces, strict=False))
        yield claim, pieces or ((0, claim.face, claim.supplier),)
    for demo in plan.demonstrations:
        yield demo.claim, demo.holders


def _tokens(plan: Plan) -> Iterable[tuple[str, list[tuple[Claim, int]]]]:
    """Set by set the tokens (claim, start) that have something to draw: those of claims that were paid."""
    by_set: dict[str, list[tuple[Claim, int]]] = {}
    for claim, pieces in final_pieces(plan):
        if claim.paid is not None:
            by_set.setdefault(claim.set, []).extend((claim, start) for start, _, _ in pieces)
    return by_set.items()
