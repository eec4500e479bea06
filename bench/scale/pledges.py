"""A register at scale: pledges with assets, parties, documents and an index of names."""

from collections.abc import Iterator
from hashlib import sha256
from random import Random
from typing import Any

from bench.scale.receivables import Rows, account
from bench.scale.rows import FIRST_TIME, NOW, Size, pos_of
from ledger.domain.assets import asset_key
from ledger.domain.pledge_words import Flag
from ledger.domain.shipped_registers import SHIPPED
from ledger.mirror import names as naming
from ledger.mirror.models import (
    ENCUMBRANCE,
    INSTRUMENT,
    PARTY,
    PLEDGE,
    PLEDGE_ACT,
    PLEDGE_STATE,
    REGISTER,
    REGISTER_RULE,
    SEGMENT,
    Change,
    Encumbrance,
    Instrument,
    Party,
    Pledge,
    PledgeAct,
    PledgeState,
    PledgeStatus,
    Register,
    RegisterRule,
    Segment,
    Side,
)
from ledger.mirror.register_models import ASSET, Asset
from ledger.mirror.schema import word

OFFICE = account("office")
REGISTRY = next(each for each in SHIPPED if each.key.startswith("US"))
WITHHELD, FLAGGED, WAITING, ENDED = 0.02, 0.01, 0.01, 0.2
_ZERO = bytes(32)
_CITIES = (
    *("苏州", "上海", "深圳", "杭州", "南京", "成都", "武汉", "西安", "青岛", "厦门", "宁波", "合肥", "长沙"),
    *("天津", "重庆", "广州", "无锡", "大连", "福州", "济南"),
)
_TRADES = (
    *("光电科技", "生物医药", "精密机械", "新能源", "电子", "网络技术", "化工", "环保设备", "半导体", "材料科技"),
    *("软件", "通信", "汽车零部件", "医疗器械", "食品"),
)
_LINES = (
    *("Optics", "Biologics", "Machining", "Energy", "Electronics", "Networks", "Chemicals", "Filters"),
    *("Semiconductor", "Materials", "Software", "Telecom", "Parts"),
)
_FORMS = ("Ltd", "Limited", "Inc", "Corporation", "GmbH", "LLC", "S.A.", "Pty Ltd", "B.V.")
_ONSETS = (
    *("b", "br", "c", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "kl"),
    *("l", "m", "n", "p", "pr", "qu", "r", "s", "sh", "st", "t", "tr", "v", "w", "z"),
)
_VOWELS, _CODAS = ["a", "e", "i", "o", "u", "ai", "ea", "io", "ou"], ["", "", "l", "m", "n", "r", "s", "t", "x", "nd", "rk", "st"]
_MARKS = "华安信达明远恒通瑞兴宏泰鑫盛嘉和中正天元金海东方新源博创科汇丰国际联合永利隆德康健精锐卓越智慧云龙"


def name_of(number: int) -> str:
    """The name of a pledgor: a third of them Chinese."""
    dice = Random(number)  # noqa: S311  # no secret
    if number % 3 == 0:
        return f"{dice.choice(_CITIES)}{''.join(dice.choice(_MARKS) for _ in range(3))}{dice.choice(_TRADES)}有限公司"
    made, other = _word(dice, dice.choice([2, 3])), _word(dice, dice.choice([1, 2]))
    return f"{made} {other} {dice.choice(_LINES)} {dice.choice(_FORMS)}"


def _word(dice: Random, syllables: int) -> str:
    return "".join(f"{dice.choice(_ONSETS)}{dice.choice(_VOWELS)}{dice.choice(_CODAS)}" for _ in range(syllables)).title()


def lender_of(number: int) -> str:
    """The name of a pledgee."""
    return f"{name_of(3 * number + 1).rsplit(' ', 2)[0]} Bank {number}"


def party_of(name: str) -> bytes:
    """The word of a party."""
    return sha256(name.encode()).digest()


def record_of(pledge: int) -> bytes:
    """The office's record number of a pledge."""
    return f"{pledge // 1_000}-{pledge % 1_000}".encode().ljust(32, b"\0")


def asset_of(size: Size, dice: Random) -> bytes:
    """An asset of the register: three for every two pledges, so that some are under several."""
    return asset_key("US", "P", "A", f"{dice.randrange(size.pledges * 3 // 2):08}")


def names(size: Size) -> Rows:
    """The index of names: pledgors from number 1 on, then pledgees; two that are written alike are one."""
    for text, number in numbers(size).items():
        yield from naming.rows_of(text, number, 0)


def numbers(size: Size) -> dict[str, int]:
    """Each name and its number."""
    every = dict.fromkeys([*map(name_of, range(size.names)), *map(lender_of, range(size.lenders))])
    return {text: number for number, text in enumerate(every, 1)}


def register() -> Rows:
    """The register itself."""
    yield REGISTER, Register(REGISTRY.number, 1, OFFICE, REGISTRY.name, False, 0)
    yield REGISTER_RULE, RegisterRule(REGISTRY.number, 1, 0, word(REGISTRY.rule), None)


def pledges(size: Size, dice: Random) -> Rows:
    """Pledges of two assets each, and the word of every asset."""
    known, words = numbers(size), dict[bytes, Asset]()
    for pledge in range(1, size.pledges + 1):
        pos, effective = pos_of(pledge / (size.pledges + 1)), FIRST_TIME + pledge * (NOW - FIRST_TIME) // (size.pledges + 1)
        listed = [asset_of(size, dice) for _ in range(2)]
        yield from _pledge(dice, pledge, pos, effective)
        yield from _parties(dice, pledge, pos, known, size)
        for leaf, key in enumerate(dict.fromkeys(listed)):
            yield ENCUMBRANCE, Encumbrance(pledge, leaf, key, key, None, None, None, None, pos)
            words[key] = Asset(key, pledge, leaf, words[key].links + 1 if key in words else 1, 0, bytes(20), None, pos)
    yield from ((ASSET, row) for row in words.values())


def _pledge(dice: Random, pledge: int, pos: int, effective: int) -> Rows:
    drawn, act = dice.random(), sha256(pledge.to_bytes(8)).digest()
    waits, ended = drawn < WAITING, WAITING <= drawn < WAITING + ENDED
    status = PledgeStatus.ACCEPTED if waits else PledgeStatus.ENDED if ended else PledgeStatus.REGISTERED
    marks = (Flag.ASSETS_NOT_STATED, Flag.GENERAL_DESCRIPTION)
    flags = int(dice.choice(marks)) if dice.random() < 2 * FLAGGED else 0
    record = record_of(pledge)
    published: tuple[Any, ...] = (None,) * 5 if waits else (record, act, act, act, effective)
    end: tuple[Any, ...] = (1, 1, effective + 5_000_000) if ended else (None,) * 3
    terms: tuple[Any, ...] = (word(5_000_000), 840, 1, 0, 1, 1, pledge, 1, 0)
    head: tuple[Any, ...] = (status, 1, flags, 1, pledge, effective, NOW + 9_999_999 if waits else 0)
    yield PLEDGE, Pledge(pledge, pos, REGISTRY.number, OFFICE, act, act)
    yield PLEDGE_STATE, PledgeState(pledge, *head, *terms, *published, *end)._replace(from_pos=pos)
    counts = None if waits else effective
    yield SEGMENT, Segment(pledge, pledge, 2, 2, counts, NOW + 9_999_999 if waits else None, counts, False, _ZERO, _ZERO, None, pos)
    every = int(Change.TERMS | Change.PLEDGORS | Change.HOLDERS | Change.STATE)
    yield PLEDGE_ACT, PledgeAct(pledge, pos, "PledgeFiled", act, OFFICE, None, None, None, False, False, None, 0)
    if not waits:
        told = (act, OFFICE, 10, 1, effective, False, True, act, every)
        yield PLEDGE_ACT, PledgeAct(pledge, pos + 1, "PledgeRegistered", *told)
        yield INSTRUMENT, Instrument(act, pos, record, act, effective, "SECURITY AGREEMENT", OFFICE)
    if ended:
        told = (act, OFFICE, 20, 1, effective + 5_000_000, False, True, act, int(Change.STATE))
        yield PLEDGE_ACT, PledgeAct(pledge, pos + 2, "PledgeReleased", *told)


def _parties(dice: Random, pledge: int, pos: int, known: dict[str, int], size: Size) -> Rows:
    pledgor, lender = name_of(dice.randrange(size.names)), lender_of(dice.randrange(size.lenders))
    hidden = dice.random() < WITHHELD
    text, named = ("", None) if hidden else (pledgor, known[pledgor])
    for side, role, shown, number, id_ in ((Side.PLEDGORS, 1, text, named, pledgor), (Side.HOLDERS, 2, lender, known[lender], lender)):
        yield PARTY, Party(pledge, side, 0, role, party_of(id_), shown, number, "", _ZERO, 1, pos)


def every(size: Size, dice: Random) -> Iterator[tuple[str, Rows]]:
    """What is written, step by step."""
    yield "names", names(size)
    yield "the register", register()
    yield f"{size.pledges:,} pledges", pledges(size, dice)
