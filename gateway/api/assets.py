"""Assets: what lies on one right, in rank order."""

from typing import Annotated

from fastapi import APIRouter, Query

from gateway.api import shown
from gateway.api.answers import Answer, Burdens
from gateway.api.asking import Caller, Point, Running, reading, worded
from gateway.api.pledges import Effective, seconds
from gateway.api.refusals import ANY, AWAY
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
    key = worded(asset, 32, "asset")
    with reading(services, session, point) as view:
        burdens = pledges.encumbrances(view.conn, key, at=view.at, time=seconds(effective_at), live_only=not ended)
        differences = pledges.differences(view.conn, asset=key, at=view.at)
        found = Burdens(
            asset=asset,
            asset_text=shown.text(key),
            encumbrances=[shown.burden(each) for each in burdens],
            differences=[shown.difference(each) for each in differences],
        )
        return view.answer(found)
