"""Envelopes between JSON on disk and the domain's types, and how much gas an act's frame gets by default."""

import threading
from collections import OrderedDict
from typing import Any

import orjson

from ledger.domain.acts import Envelope, SignerClaim, body_from, encode_body, kind_of, to_json
from ledger.domain.ids import from_hex, to_hex

LEAST_GAS = 600_000
GAS_A_BODY_BYTE = 2_000
"""A word of a body is at most a new storage slot and an event word or two: 64,000 gas for 32 bytes."""
MOST_REMEMBERED = 4_096
"""A few seconds of the most that one gateway takes in: who accepts an act mostly sends it, too."""

_written: OrderedDict[bytes, Envelope] = OrderedDict()
_writing = threading.Lock()


def typed_bytes(envelope: Envelope) -> bytes:
    """The envelope as JSON with sorted keys: the bytes that the outbox keeps. The latest are remembered."""
    written = {
        "account": to_hex(envelope.account),
        "id": str(envelope.id),
        "deadline": str(envelope.deadline),
        "gas": envelope.gas,
        "signers": [_claim_json(claim) for claim in envelope.signers],
        "body": to_json(envelope.body),
    }
    typed = orjson.dumps(written, option=orjson.OPT_SORT_KEYS)
    with _writing:
        _written[typed] = envelope
        if len(_written) > MOST_REMEMBERED:
            _written.popitem(last=False)
    return typed


def envelope_of(kind: str, typed: bytes) -> Envelope:
    """The envelope that typed_bytes wrote."""
    remembered = _written.get(typed)
    # Two kinds may have bodies that read the same.
    if remembered is not None and kind_of(remembered.body).name == kind:
        return remembered
    read = orjson.loads(typed)
    return Envelope(
        account=from_hex(read["account"], 20),
        id=int(read["id"]),
        deadline=int(read["deadline"]),
        gas=read["gas"],
        signers=tuple(_claim(claim) for claim in read["signers"]),
        body=body_from(kind, read["body"]),
    )


def frame_gas(body: Any) -> int:
    """Gas for an act's frame where none is stated: an upper bound by the size of its body."""
    kind_of(body)
    return LEAST_GAS + GAS_A_BODY_BYTE * len(encode_body(body))


def _claim_json(claim: SignerClaim) -> dict[str, Any]:
    return {
        "account": to_hex(claim.account),
        "key": to_hex(claim.key),
        "role": claim.role,
        "mode": claim.mode,
        "epoch": claim.epoch,
        "nonce": str(claim.nonce),
    }


def _claim(read: dict[str, Any]) -> SignerClaim:
    nonce = int(read["nonce"])
    return SignerClaim(from_hex(read["account"], 20), from_hex(read["key"], 20), read["role"], read["mode"], read["epoch"], nonce)
