"""Bodies of pledge acts for any register, small and made by hand; consents signed by members or attested by the office."""

from typing import Any

from ledger.domain.assets import listing, name_hash
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import ClaimKind
from ledger.domain.registers import Code, Mode, PartyRole, TimeSource

ZERO = "0x" + "00" * 32
DOCUMENT = "0x" + "d0" * 32
BLIND = b"b" * 32
Json = dict[str, Any]


def word(text: str) -> str:
    """Left-aligned text as a word."""
    return to_hex(text.encode().ljust(32, b"\0"))


def party(role: PartyRole, id_: bytes, name: str, share: int = 0) -> Json:
    return {"role": int(role), "id": to_hex(id_), "nameHash": to_hex(name_hash(name, "")), "share": share}


def consent(role: PartyRole, id_: bytes, mode: Mode = Mode.ATTESTED, signer: int = 0, until: int = 0) -> Json:
    evidence = ZERO if mode is Mode.SIGNED else DOCUMENT
    return {
        "role": int(role), "mode": int(mode), "signer": signer, "party": to_hex(id_), "evidence": evidence, "given": 0, "until": until,
    }  # fmt: skip


def instrument(number: str, caption: str = "AGREEMENT") -> Json:
    return {"number": word(number), "document": DOCUMENT, "executed": 1_750_000_000, "caption": caption}


def now() -> Json:
    """An act that counts from its block."""
    return {"source": int(TimeSource.BLOCK), "dateOnly": False, "effective": 0}


def filing(
    register: int, number: str, pledgor: tuple[bytes, str], pledgee: tuple[bytes, str], assets: dict[bytes, str], **more: Any
) -> Json:
    """The body of a filing over some assets (key: title); one pledgor, one pledgee, consents attested by the envelope's first signer."""
    listed = listing(assets, BLIND)
    body = {
        "register": register,
        "version": 1,
        "code": int(Code.REGISTER),
        "flags": 0,
        "terms": {"ceiling": "500000000", "currency": 156, "kind": int(ClaimKind.MAXIMUM), "due": 0, "expires": 0},
        "parties": [party(PartyRole.PLEDGOR, *pledgor), party(PartyRole.PLEDGEE, *pledgee, share=1)],
        "assets": {"root": to_hex(listed.root), "count": len(listed.keys), "titles": to_hex(listed.titles_hash)},
        "content": ZERO,
        "agreement": DOCUMENT,
        "instrument": instrument(number),
        "when": now(),
        "consents": [consent(PartyRole.PLEDGOR, pledgor[0]), consent(PartyRole.PLEDGEE, pledgee[0])],
    }
    return {**body, **more}


def names(*texts: str) -> list[Json]:
    return [{"name": text, "capacity": ""} for text in texts]
