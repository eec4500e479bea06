"""Assets: what lies on one right, in rank order."""

from typing import Annotated

from fastapi import APIRouter, Query

from gateway.api import shown
from gateway.api.answers import Answer, Burdens
from gateway.api.asking import Caller, Point, Running, reading, worded
from gateway.api.pledges import Effective, seconds
from gateway.api.refusals import ANY, AWAY
from gateway.errors import invalid
from ledger.domain.assets import WORD, AssetError, asset_key
from ledger.domain.ids import to_hex
from ledger.mirror.queries import pledges

router = APIRouter(tags=["assets"], responses=ANY | AWAY)


@router.get("/assets/{asset}/encumbrances")
def list_encumbrances(
    asset: str,
    services: Running,
    session: Caller,
    point: Point,
    effective_at: Effective = None,
    ended: Annotated[bool, Query(description="Ended ones too")] = False,
) -> Answer[Burdens]:
    """The pledges on an asset (key as hex) in rank order (effective time, sequence), and documents that differ from the record."""
    key = keyed(asset)
    with reading(services, session, point) as view:
        burdens = pledges.encumbrances(view.conn, key, at=view.at, time=seconds(effective_at), live_only=not ended)
        differences = pledges.differences(view.conn, asset=key, at=view.at)
        found = Burdens(
            asset=to_hex(key),
            asset_text=shown.text(key),
            encumbrances=[shown.burden(each) for each in burdens],
            differences=[shown.difference(each) for each in differences],
        )
        return view.answer(found)


def keyed(text: str) -> bytes:
    """An asset's key from hex (0x...) or from its readable text (CNPA2017106018623). Raises 422."""
    if text.startswith("0x"):
        return worded(text, WORD, "asset")
    try:
        return asset_key(text[:2], text[2:3], text[3:4], text[4:])
    except AssetError as wrong:
        raise invalid(f"asset: {wrong}; a key as hex, or as CNPA2017106018623", field="asset") from wrong
