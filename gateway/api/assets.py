"""Assets: what lies on one right, in rank order."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from gateway.api import shown
from gateway.api.asking import Caller, Point, Running, reading, worded
from gateway.api.pledges import Effective, seconds, text
from ledger.mirror.queries import pledges
from ledger.mirror.queries.pledges import Burden

router = APIRouter(tags=["assets"])


@router.get("/assets/{asset}/encumbrances")
def list_encumbrances(
    asset: str,
    services: Running,
    session: Caller,
    point: Point,
    effective_at: Effective = None,
    ended: Annotated[bool, Query(description="Ended ones too")] = False,
) -> dict[str, Any]:
    """The pledges on an asset (key as hex) in rank order (effective time, sequence), and documents that differ from the record."""
    key = worded(asset, 32, "asset")
    with reading(services, session, point) as view:
        burdens = pledges.encumbrances(view.conn, key, at=view.at, time=seconds(effective_at), live_only=not ended)
        differences = [shown.plain(each) for each in pledges.differences(view.conn, asset=key, at=view.at)]
        return view.answer(
            {"asset": asset, "asset_text": text(key), "encumbrances": [_burden(each) for each in burdens], "differences": differences}
        )


def _burden(burden: Burden) -> dict[str, Any]:
    return {
        "rank": burden.rank,
        "live": burden.live,
        "pledge": burden.encumbrance.pledge,
        "segment": burden.segment.segment,
        "effective": shown.time_text(burden.segment.effective),
        "title": burden.title,
    }
