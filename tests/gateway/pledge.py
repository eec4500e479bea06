"""A recorded pledge, small and made by hand, as the US register takes it."""

from typing import Any

from ledger.domain.assets import listing, name_hash, stated_party, us_patent_key
from ledger.domain.ids import to_hex

ZERO = "0x" + "00" * 32
PLEDGOR, PLEDGEE, ATTESTED, STATED_TIME, CITED, REGISTER = 1, 2, 2, 2, 1, 10
JUNE = 1_750_000_000
"""In June 2025."""
DOCUMENT = "0x" + "d0" * 32
ASSETS = {us_patent_key("16/000,101"): "Lens with two foci", us_patent_key("16/000,102"): "Holder for a lens"}


def record(
    number: str,
    pledgor: str,
    pledgee: str,
    *,
    effective: int = 1_750_000_000,
    until: int = 0,
    content: str = ZERO,
    given: int = 1_750_000_000,
) -> dict[str, Any]:
    """The body of a RecordPledge act over two patents, consents attested by the office, which end at `until` (0: never)."""
    listed = listing(ASSETS, b"b" * 32)
    parties = [(PLEDGOR, pledgor, 0), (PLEDGEE, pledgee, 1)]
    return {
        "filing": {
            "register": 1,
            "version": 1,
            "code": REGISTER,
            "flags": 0,
            "terms": {"ceiling": "250000000", "currency": 840, "kind": 2, "due": 0, "expires": 0},
            "parties": [
                {"role": role, "id": to_hex(stated_party(name)), "nameHash": to_hex(name_hash(name, "")), "share": share}
                for role, name, share in parties
            ],
            "assets": {"root": to_hex(listed.root), "count": len(listed.keys), "titles": to_hex(listed.titles_hash)},
            "content": content,
            "agreement": DOCUMENT,
            "instrument": {
                "number": to_hex(number.encode().ljust(32, b"\0")),
                "document": DOCUMENT,
                "executed": given,
                "caption": "SECURITY INTEREST",
            },
            "when": {"source": STATED_TIME, "dateOnly": True, "effective": effective},
            "consents": [
                {
                    "role": role,
                    "mode": ATTESTED,
                    "signer": 0,
                    "party": to_hex(stated_party(name)),
                    "evidence": DOCUMENT,
                    "given": given,
                    "until": until,
                }
                for role, name, _ in parties
            ],
        },
        "blind": to_hex(b"b" * 32),
        "assets": [to_hex(key) for key in listed.keys],
        "names": [{"name": name, "capacity": ""} for _, name, _ in parties],
        "titles": list(listed.titles),
        "grounds": [],
    }
