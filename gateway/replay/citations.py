"""Numbers in a conveyance's text: the records that it cites by reel and frame, and the rights that it names. Pure.

Filers write reel and frame in dozens of ways; each form is one pattern, and what one has read no other reads again.
"""

import re
from collections.abc import Callable, Iterator
from itertools import product

from gateway.replay.records import Number, Property

_NO = r"(?:\s*(?:NOS?|NUMBERS?|NUM)\b\.?)?\s*[(:#.]*\s*"
_PAIR = r"0*(\d{1,6})\s*[/:-]\s*(\d{1,4})(?!\d|,\d)"
_AND = r"\s*(?:[,;&]|\bAND\b|\bOR\b)[\s,;&]*(?:AND\b\s*)?"
_REEL = r"(\d{1,3},\d{3}|\d{1,6})"
_BETWEEN = r"\s*[,;/)(-]*\s*(?:(?:AND|AT|ON|BEGINNING|STARTING|COMMENCING|WITH)\s+)*"
_AGAIN = r"(?:R\s*/\s*F|RE[AE]LS?\s*[/&-]?\s*(?:AND\s+)?FRAMES?)?"
_LISTED = r"(?:" + _AND + r"\d{1,6}(?!\d|\s*/))"

_HEADED = re.compile(
    rf"\b(?:R\s*/\s*F|RF|RE[AE]LS?\s*[/&-]?\s*(?:AND\s+)?FRAMES?){_NO}({_PAIR}(?:\)?(?:{_AND}|\s+){_AGAIN}{_NO}\(?{_PAIR})*)"
)
_RESPECTIVE = re.compile(rf"\bRE[AE]LS{_NO}(\d{{1,6}}{_LISTED}+){_BETWEEN}FRAMES{_NO}(\d{{1,4}}{_LISTED}+)")
_FRAMES = re.compile(rf"\bRE[AE]LS?{_NO}{_REEL}{_BETWEEN}FRAMES{_NO}(\d{{1,4}}(?:{_AND}\d{{1,4}}(?!\d|\s*/))+)")
_FRAME = re.compile(rf"\bRE[AE]LS?{_NO}{_REEL}{_BETWEEN}(?:FRAMES?|PAGES?|FR){_NO}(\d{{1,4}})(?!\d)")
_BLANK = re.compile(rf"\b(?:R\s*/\s*F|RE[AE]LS?\s*[/&-]?\s*(?:AND\s+)?FRAMES?){_NO}(\d{{4,6}})\s+(\d{{4}})(?!\d|\s*[/:,-])")
_REEL_ONLY = re.compile(rf"\bRE[AE]LS?{_NO}{_PAIR}")
_TURNED = re.compile(rf"\bFRAMES?{_NO}(\d{{1,4}})\s*[,/]?\s*(?:(?:OF|AT|ON|IN)\s+)?RE[AE]LS?{_NO}{_REEL}(?!\d)")
_RECORDED = re.compile(r"\bRECORDED (?:AT|ON|IN|UNDER)\s*:?\s*(\d{4,6})\s*-\s*(\d{1,4})(?!\d)")
_ALONE = r"(?<!\d)(?<!\d[/,.-])"
_BARE = re.compile(rf"{_ALONE}(\d{{4,6}})\s*/\s*(\d{{1,4}})(?!\d|/|,\d)")
_EACH_PAIR = re.compile(_PAIR)
_EACH = re.compile(r"\d+")


def _pairs(found: re.Match[str]) -> Iterator[Number]:
    return (Number(int(pair[1]), int(pair[2])) for pair in _EACH_PAIR.finditer(found[1]))


def _respective(found: re.Match[str]) -> Iterator[Number]:
    """Reels and frames in two lists of one length belong together one by one."""
    reels, frames = _EACH.findall(found[1]), _EACH.findall(found[2])
    matched = zip(reels, frames, strict=True) if len(reels) == len(frames) else product(reels[:0], frames)
    return (Number(int(reel), int(frame)) for reel, frame in matched)


def _frames(found: re.Match[str]) -> Iterator[Number]:
    return (Number(_number(found[1]), int(frame)) for frame in _EACH.findall(found[2]))


def _one(found: re.Match[str]) -> Iterator[Number]:
    yield Number(_number(found[1]), int(found[2]))


def _turned(found: re.Match[str]) -> Iterator[Number]:
    yield Number(_number(found[2]), int(found[1]))


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Iterator[Number]]], ...] = (
    (_HEADED, _pairs),
    (_RESPECTIVE, _respective),
    (_FRAMES, _frames),
    (_FRAME, _one),
    (_BLANK, _one),
    (_REEL_ONLY, _one),
    (_TURNED, _turned),
    (_RECORDED, _one),
    (_BARE, _one),
)


def citations(text: str) -> tuple[Number, ...]:
    """The recorded documents that a text (in capitals) cites, in their order, whatever way it writes reel and frame."""
    return tuple(dict.fromkeys(number for _, number in sorted(_found(text)[0], key=lambda each: each[0])))


def _found(text: str) -> tuple[list[tuple[int, Number]], str]:
    """Citations with their places, and the text without them."""
    places: list[tuple[int, Number]] = []
    text = text.replace("(S)", "S  ")
    for pattern, numbers in _FORMS:
        for found in pattern.finditer(text):
            places += [(found.start(), number) for number in numbers(found)]
        text = pattern.sub(lambda found: " " * len(found[0]), text)
    return places, text


def _number(written: str) -> int:
    return int(written.replace(",", ""))


_APPLICATION = r"\d{2}\s*/\s*\d{3}\s*,?\s*\d{3}"
_RIGHT = re.compile(
    rf"{_ALONE}(?P<slashed>{_APPLICATION})(?!\d)"
    r"|\b(?P<letters>D|RE|PP|H)\s?(?P<lettered>\d{1,3},?\d{3})(?!\d|/|,\d)"
    rf"|{_ALONE}(?P<plain>\d{{1,2}},\d{{3}},\d{{3}}|\d{{7,8}}|\d{{3}},\d{{3}}|(?:(?<=NO\. )|(?<=NO\.)|(?<=NUMBER ))\d{{6}})(?!\d|/|,\d)"
)
_KIND = re.compile(
    r"\b(?P<application>APPLICATIONS?|APPLN?S?|APPS?|SERIAL|SER)\b|\b(?P<registration>PATENTS?|PATS?|REGISTRATIONS?|REGS?)\b"
)
_EIGHT = 8


def named_rights(text: str) -> tuple[str, ...]:
    """Keys (Property.key) of the rights that a text names by number; what it cites by reel and frame is none.

    The last word before a number says whether it is an application's or a patent's (registration's); eight digits after neither word are
    an application's.
    """
    _, rest = _found(text)
    return tuple(dict.fromkeys(_key(found, rest) for found in _RIGHT.finditer(rest)))


def _key(found: re.Match[str], text: str) -> str:
    digits = re.sub(r"\D", "", found["slashed"] or found["lettered"] or found["plain"])
    kinds = [kind.lastgroup for kind in _KIND.finditer(text, 0, found.start())]
    if found["slashed"] or (not found["letters"] and _is_application(kinds[-1] if kinds else None, digits)):
        return Property(digits, "", "").key
    return Property("", (found["letters"] or "") + digits, "").key


def _is_application(kind: str | None, digits: str) -> bool:
    return len(digits) == _EIGHT if kind is None else kind == "application"
