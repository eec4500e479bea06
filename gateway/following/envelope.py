"""A message to a webhook: a CloudEvent (1.0, structured mode, JSON), and its signature in the manner of Standard Webhooks. Pure."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

import orjson
from standardwebhooks import Webhook

from gateway.api import shown
from gateway.following.selection import kind_of
from ledger.domain.ids import to_hex
from ledger.mirror.queries.events import Told

CONTENT_TYPE = "application/cloudevents+json"
SECRET_BYTES = 32
_SEQUENCE_DIGITS = 20


def body_of(event: Told, ledger: bytes) -> bytes:
    """The message of an event on a ledger (`ledger`: its id): the same bytes each time it is sent."""
    told = shown.event(event)
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": told.pos,
            "source": f"urn:pledgebook:ledger:{to_hex(ledger)}",
            "type": f"pledgebook.{kind_of(event)}",
            "time": told.time,
            "datacontenttype": "application/json",
            # Extension `sequence`: text that sorts as the ledger orders events.
            "sequence": told.pos.zfill(_SEQUENCE_DIGITS),
            "data": told.model_dump(mode="json"),
        }
    )


def message_id(pos: int, ledger: bytes) -> str:
    """The id by which a receiver knows a message that came before."""
    return f"msg_{ledger[:8].hex()}_{pos}"


def headers_of(id_: str, body: bytes, signers: Sequence[bytes], now: int) -> list[tuple[str, str]]:
    """The headers of a message sent at `now` (UTC seconds), signed with each secret: two while one replaces the other."""
    at = datetime.fromtimestamp(now, UTC)
    signatures = " ".join(Webhook(secret).sign(id_, at, body.decode()) for secret in signers)
    return [
        ("content-type", CONTENT_TYPE),
        ("user-agent", "pledgebook"),
        ("webhook-id", id_),
        ("webhook-timestamp", str(now)),
        ("webhook-signature", signatures),
    ]


def fresh_secret() -> bytes:
    """A new secret."""
    return secrets.token_bytes(SECRET_BYTES)


def secret_text(secret: bytes) -> str:
    """A secret as its owner gets it: `whsec_` and base64."""
    return f"whsec_{base64.b64encode(secret).decode()}"
