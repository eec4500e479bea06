"""Anchored registers: what an office signed, and proofs of its records for who asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Path

from gateway.anchoring import proofs, shelf
from gateway.anchoring.book import Book, BookError
from gateway.anchoring.proofs import Proof, ProofError
from gateway.api import register_answers, register_shown, shown
from gateway.api.answers import Answer
from gateway.api.asking import Caller, Cursor, Limit, Point, Reading, Running, cursor_from, reading
from gateway.api.assets import Named, keyed
from gateway.api.refusals import ANY, AWAY, NAMED, WRITES
from gateway.api.register_answers import AnchoredAsset, AnchoredRecord, ProofChecked
from gateway.api.schemas import ProofIn
from gateway.errors import Problem, invalid, not_found
from gateway.pledging.words import WORD
from gateway.services import Services
from ledger.chain.calls import view as ask
from ledger.domain.ids import to_hex
from ledger.mirror.queries import anchors
from ledger.mirror.register_models import Anchor
from ledger.proofs.anchor_leaves import AnchoredRecord as Leaf
from ledger.proofs.anchors import AnchorDamaged

router = APIRouter(tags=["anchors"], responses=ANY | AWAY)

Number = Annotated[int, Path(ge=1, lt=1 << 16, description="The register's number")]
Which = Annotated[int, Path(ge=1, lt=1 << 16, description="The anchor's number in its register")]


@router.get("/registers/{register}/anchors", responses=NAMED)
def list_anchors(
    register: Number, services: Running, session: Caller, point: Point, limit: Limit = 100, after: Cursor = None
) -> Answer[list[register_answers.Anchor]]:
    """The anchors of a register by number: roots, counts and how far its live assets are seeded."""
    with reading(services, session, point) as view:
        page = anchors.anchors(view.conn, register, view.at, limit=limit, after=cursor_from(after))
        return view.page(page, lambda row: _shown(services, view, row))


@router.get("/registers/{register}/anchors/{anchor}/records/{number}", responses=NAMED)
def prove_record(register: Number, anchor: Which, number: str, services: Running, session: Caller) -> Answer[AnchoredRecord]:
    """An anchored record by the office's own number, with the proof that anybody can check; for gateways that hold the records."""
    with reading(services, session) as view, _opened(services, view, register, anchor) as (row, book):
        try:
            made = proofs.record_proof(anchor, row.records_root, book.prove(number))
        except BookError as missing:
            raise not_found(f"record {number[:40]}") from missing
        adopted = anchors.adoption(view.conn, register, _word(number))
        return view.answer(AnchoredRecord(proof=register_shown.proof(made), pledge=adopted.pledge if adopted else None))


@router.get("/registers/{register}/anchors/{anchor}/assets/{asset}", responses=NAMED)
def prove_asset(register: Number, anchor: Which, asset: Named, services: Running, session: Caller) -> Answer[AnchoredAsset]:
    """The live anchored records on an asset, each with its proof."""
    key = keyed(asset)
    with reading(services, session) as view, _opened(services, view, register, anchor) as (row, book):
        made = [proofs.asset_proof(anchor, row.assets_root, each) for each in book.prove_asset(key)]
        return view.answer(
            AnchoredAsset(asset=to_hex(key), asset_text=shown.text(key), proofs=[register_shown.proof(each) for each in made])
        )


@router.post("/anchors:verify", responses=WRITES)
def verify_proof(asked: ProofIn, services: Running, session: Caller) -> Answer[ProofChecked]:
    """Checks a proof: its path by itself, against the anchor that the office signed, and by the register's contract."""
    with reading(services, session) as view:
        try:
            proof = proofs.verify(asked.model_dump(by_alias=True))
        except ProofError as wrong:
            return view.answer(ProofChecked(path=False, anchored=False, contract=None, why=str(wrong)))
        row = anchors.get(view.conn, proof.register, proof.anchor)
        return view.answer(_checked(services, proof, row))


def _checked(services: Services, proof: Proof, row: Anchor | None) -> ProofChecked:
    if row is None:
        why = f"register {proof.register} has no anchor {proof.anchor}"
        return ProofChecked(path=True, anchored=False, contract=None, why=why)
    signed = (row.records_root, row.records) if proof.kind == proofs.RECORD else (row.assets_root, row.assets)
    if not proofs.stands_under(proof, *signed):
        why = f"the anchor has root {to_hex(signed[0])} over {signed[1]}, the proof {to_hex(proof.root)} over {proof.count}"
        return ProofChecked(path=True, anchored=False, contract=None, why=why)
    told = _asked(services, proof)
    return ProofChecked(path=True, anchored=True, contract=told, why="the contract says no" if told is False else None)


def _asked(services: Services, proof: Proof) -> bool | None:
    """What the contract says of a record, in its newest state: an anchor never changes. It has no view for live assets."""
    if not isinstance(proof.leaf, Leaf):
        return None
    record = tuple(getattr(proof.leaf, name) for name in Leaf.__slots__)
    place, arguments = services.manifest.address("PledgeRegistry"), (proof.anchor, proof.index, record, list(proof.path))
    return bool(ask(services.rpc, place, "PledgeRegistry", "verifyAnchored", *arguments))


def _shown(services: Services, view: Reading, row: Anchor) -> register_answers.Anchor:
    seeded = sum(page.assets for page in anchors.seeded_pages(view.conn, row.register, row.anchor, view.at))
    return register_shown.anchor(row, seeded, held_here=shelf.holds(services.settings.home, row.register, row.records_root))


@contextmanager
def _opened(services: Services, view: Reading, register: int, anchor: int) -> Iterator[tuple[Anchor, Book]]:
    """An anchor and the records under it. Raises 404 where there is none or its records aren't held here, 503 for a damaged folder."""
    row = anchors.get(view.conn, register, anchor)
    if row is None or not shelf.holds(services.settings.home, register, row.records_root):
        raise not_found(f"the records of anchor {anchor} of register {register}")
    try:
        with shelf.opened(services.settings.home, register, row.records_root) as book:
            yield row, book
    except AnchorDamaged as damaged:
        raise Problem(503, "Records damaged", str(damaged)) from damaged


def _word(number: str) -> bytes:
    written = number.encode()
    if len(written) > WORD:
        raise invalid(f"number: {len(written)} bytes, at most {WORD}", field="number")
    return written.ljust(WORD, b"\0")
