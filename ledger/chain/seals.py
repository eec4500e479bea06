"""Who sealed a header of a BFT network: a header that a quorum of known validators signed is final, whoever hands it on.

A block lists the validators that may sign it. They change with single blocks, so a header is known by two rules: a quorum of its own
validators signed it, and more than a third of its parent's did, of whom one at least is honest.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from coincurve import PublicKey
from eth_hash.auto import keccak

from ledger.chain.headers import VANITY, HeaderForm, decoded, encoded, hash_with, header_hash

SEALED = (HeaderForm.QBFT, HeaderForm.KAIA)
"""The forms of networks whose validators seal."""

KAIA_COMMITTEE = 21
"""So many validators of a network of ours sign at most (`sub` of its genesis)."""

_COMMIT = b"\x02"
"""The code of Kaia's message whose signature a committed seal is."""

Fields = Mapping[str, Any]


class Seals(NamedTuple):
    """A header's validators, and those whose seals it has; addresses of 20 bytes."""

    validators: frozenset[bytes]
    sealers: frozenset[bytes]


def fault(parent: Fields, headers: Sequence[Fields], form: HeaderForm) -> str | None:
    """Why headers, each the parent of the next, aren't known to be final after `parent`, which is; None if they are.

    Their hashes are known to be their own. The last one's seals hold for all before it that have the same validators. Raises ValueError.
    """
    for before, header in pairwise([parent, *headers]):
        known, listed = validators(before, form), validators(header, form)
        if listed != known or header is headers[-1]:
            found = _unsealed(seals(header, form), known, form)
            if found is not None:
                return f"block {int(header['number'], 16)}: {found}"
    return None


def seals(header: Fields, form: HeaderForm) -> Seals:
    """Who may seal a header and who did. Raises ValueError."""
    *signed, given = _parts(header, form)
    digest = _qbft_signed(header, signed) if form is HeaderForm.QBFT else keccak(header_hash(header, form) + _COMMIT)
    return Seals(validators(header, form), frozenset(_signer(digest, seal) for seal in given))


def validators(header: Fields, form: HeaderForm) -> frozenset[bytes]:
    """The validators that a header lists. Raises ValueError."""
    listed = _parts(header, form)[1 if form is HeaderForm.QBFT else 0]
    if not isinstance(listed, list) or not all(isinstance(each, bytes) for each in listed):
        raise ValueError("extraData: a list of addresses expected")
    return frozenset(listed)


def _unsealed(header: Seals, known: frozenset[bytes], form: HeaderForm) -> str | None:
    own, quorum = len(header.sealers & header.validators), _quorum(len(header.validators), form)
    if own < quorum:
        return f"{own} of its {len(header.validators)} validators sealed it, {quorum} must"
    trusted = len(header.sealers & known)
    if 3 * trusted <= len(known):
        return f"{trusted} of the {len(known)} validators before it sealed it, more than a third must"
    return None


def _quorum(count: int, form: HeaderForm) -> int:
    """Two thirds, rounded up, of those who may sign (QBFT specification; Kaia has its committee sign)."""
    signing = min(count, KAIA_COMMITTEE) if form is HeaderForm.KAIA else count
    return max(1, -(-2 * signing // 3))


def _qbft_signed(header: Fields, parts: Sequence[Any]) -> bytes:
    """What a commit seal signs: the header without seals, its round in it."""
    return hash_with(header, HeaderForm.QBFT, encoded([*parts, []]))


def _parts(header: Fields, form: HeaderForm) -> list[Any]:
    """What is in extra data. QBFT: vanity, validators, vote, round, seals. Kaia: validators, the proposer's seal, seals."""
    extra = bytes.fromhex((header["extraData"] or "0x")[2:])
    parts = decoded(extra if form is HeaderForm.QBFT else extra[VANITY:])
    if len(parts) != (5 if form is HeaderForm.QBFT else 3) or not isinstance(parts[-1], list):
        raise ValueError(f"extraData: not that of a {form} header")
    return parts


def _signer(digest: bytes, seal: Any) -> bytes:
    if not isinstance(seal, bytes):
        raise ValueError("extraData: a seal of 65 bytes expected")
    key: bytes = PublicKey.from_signature_and_message(seal, digest, hasher=None).format(compressed=False)
    address: bytes = keccak(key[1:])[-20:]
    return address
