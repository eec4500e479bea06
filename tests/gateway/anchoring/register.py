"""An office's register made by hand: Chinese patent pledges, as an export writes them."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ledger.domain.assets import cn_check_digit
from ledger.domain.shipped_registers import CN_PATENTS, shipped

REGISTER = shipped(CN_PATENTS)
AS_AT = 1_700_000_000
"""In November 2023."""
BANKS = ("First Bank", "Second Bank", "第三银行")


def number(of: int) -> str:
    """The application number of the patent with that running number."""
    body = f"2019{1 + of % 3}{of:07d}"
    return f"ZL{body}.{cn_check_digit(body)}"


def record(place: int, **more: Any) -> dict[str, Any]:
    """A plain record: one patent, one pledgor, one bank."""
    return {
        "number": f"Y2023/{place:09d}",
        "state": "registered",
        "effective": f"2023-{1 + place % 9:02d}-{1 + place % 28:02d}",
        "claim": "maximum",
        "amount": "5000000.00",
        "currency": "CNY",
        "pledgors": [{"name": f"Company {place} Ltd"}],
        "holders": [{"name": BANKS[place % 3], "share": 1}],
        "assets": [number(place)],
        "document": f"0x{place + 1:064x}",
        "caption": "专利权质押合同",
        **more,
    }


def records(count: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """A register as they are: some ended, lapsed, with several assets, persons, co-owners, shares; one asset under two records."""
    dice = random.Random(seed)  # no secret
    for place in range(count):
        more: dict[str, Any] = {}
        kind = dice.randrange(10)
        if kind == 0:
            more = {"state": "ended"}
        elif kind == 1:
            more = {"expires": "2023-10-31"}
        elif kind == 2:
            more = {"assets": sorted({number(count + place * 10 + each) for each in range(dice.randrange(2, 9))})}
        elif kind == 3:
            more = {"pledgors": [{"name": "王小明", "person": True}, {"name": "Co-owner Ltd", "co_owner": True}], "due": "2026-12-31"}
        elif kind == 4:
            more = {"holders": [{"name": "First Bank", "share": 3, "capacity": "as agent"}, {"name": "Second Bank", "share": 1}]}
        yield record(place, **more)


def written(file: Path, rows: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> Path:
    """The rows as JSON lines."""
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return file
