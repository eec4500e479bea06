"""Numbers of rights as their offices write them, and the asset key that each one makes (ledger/domain/assets.py).

One right has one key: the office's own first number. Numbers that come later (a grant, a certificate) make an alias, to be joined to the
key by an officer's act. Zeros and separators that one office writes in several ways are brought to one form first. Where a form has been
read in public examples only and not in the office's own rule, the right says `verified=False`.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ledger.domain.assets import (
    APPLICATION,
    COPYRIGHT,
    DESIGN,
    MARK,
    PATENT,
    REGISTRATION,
    SERIAL,
    AssetError,
    asset_key,
    cn_patent_key,
    us_mark_key,
    us_patent_key,
)

RECEIVABLE, GOODS = "A", "G"
"""Class letters of accounts receivable, licence fees among them, and of goods."""
CERTIFICATE, INVOICE, HASHED = "N", "I", "H"
"""Form letters beside those of assets.py: a certificate's number, an invoice, the hash of a registered description or a fingerprint."""
_HASH_BYTES = 28


class RightError(AssetError):
    """A number that no right of that kind has: `field` says where it stood, `rule` what it breaks."""

    def __init__(self, field: str, text: str, rule: str) -> None:
        super().__init__(f"{field} {text[:40]!r}: {rule}")
        self.field, self.rule = field, rule


class RightKind(Enum):
    """What a number says that it numbers."""

    INVENTION = "invention patent"
    UTILITY_MODEL = "utility model"
    DESIGN = "design"
    PATENT = "patent of a kind that the number does not say"
    MARK = "trademark"
    SOFTWARE = "copyright in software"
    WORK = "copyright in a work"
    RECEIVABLE = "receivable"


@dataclass(frozen=True, slots=True)
class Right:
    """A right by its number: asset key (32 bytes), kind, the number as its office writes it; `alias` where another number came first."""

    key: bytes
    kind: RightKind
    number: str
    alias: bool = False
    verified: bool = True
    nice_class: int | None = None


def cn_patent(text: str, field: str = "patent number") -> Right:
    """A Chinese patent by its application number, with or without CN, ZL, blanks and dot; the check digit is verified.

    Kind digit (third of eight digits before October 2003, fifth of twelve since; ZC 0006-2003): 1 invention, 2 utility model, 3 design,
    8 and 9 international applications for the first and second. Raises RightError.
    """
    try:
        key = cn_patent_key(unicodedata.normalize("NFKC", text))
    except AssetError as wrong:
        raise RightError(field, text, str(wrong).rpartition(": ")[2]) from wrong
    number = _number_in(key)
    kind = number[4 if len(number) == 13 else 2]
    return Right(key, _CN_KINDS.get(kind, RightKind.PATENT), f"{number[:-1]}.{number[-1]}")


_CN_KINDS = {
    "1": RightKind.INVENTION,
    "8": RightKind.INVENTION,
    "2": RightKind.UTILITY_MODEL,
    "9": RightKind.UTILITY_MODEL,
    "3": RightKind.DESIGN,
}


def cn_mark(text: str, nice_class: int, field: str = "registration number") -> Right:
    """A Chinese mark by registration number and class of goods (1 to 45). Raises RightError.

    The class is checked and kept beside the key, not in it: a registration in several classes is one right. An international registration
    has G in front; letters behind mark a part of a divided registration.
    """
    plain = _plain(text).removeprefix("第").removesuffix("号")
    found = re.fullmatch(r"(G?)0*([1-9][0-9]{0,8})([A-Z]{0,2})", plain)
    if not found:
        raise RightError(field, text, "up to nine digits, G in front of an international registration")
    if not 1 <= nice_class <= 45:
        raise RightError("class", str(nice_class), "1 to 45 of the Nice classification")
    number = "".join(found.groups())
    return Right(asset_key("CN", MARK, REGISTRATION, number), RightKind.MARK, number, verified=False, nice_class=nice_class)


def cn_software(text: str, field: str = "registration number") -> Right:
    """Software by its registration number (2019SR0123456), or as alias by its certificate (软著登字第3544213号). Raises RightError."""
    plain = _plain(text)
    found = re.fullmatch(r"((?:19|20)[0-9]{2})SR0*([1-9][0-9]{0,6})", plain)
    if found:
        number = f"{found[1]}SR{int(found[2]):07}"
        return Right(asset_key("CN", COPYRIGHT, REGISTRATION, number), RightKind.SOFTWARE, number, verified=False)
    certificate = re.fullmatch(r"软著登字第?((?:BJ)?[0-9]{4,8})号?", plain)
    if not certificate:
        raise RightError(field, text, "year, SR and up to seven digits, or 软著登字第 … 号")
    key = asset_key("CN", COPYRIGHT, CERTIFICATE, certificate[1])
    return Right(key, RightKind.SOFTWARE, f"软著登字第{certificate[1]}号", alias=True, verified=False)


def cn_work(text: str, field: str = "registration number") -> Right:
    """A work by its registration number (国作登字-2015-F-00230629): place, year, kind of work, serial number. Raises RightError.

    The place stands in the key as its code in GB/T 2260, 00 for the national centre.
    """
    found = re.fullmatch(r"(\w)作登字-?((?:19|20)[0-9]{2})-?([A-Z])-?0*([1-9][0-9]{0,7})", _plain(text))
    if not found or found[1] not in _PLACES:
        raise RightError(field, text, "国 or a province's sign, 作登字, year, letter of the kind, up to eight digits")
    place, year, letter, serial = found.groups()
    key = asset_key("CN", COPYRIGHT, REGISTRATION, f"{_PLACES[place]}-{year}-{letter}-{int(serial):08}")
    return Right(key, RightKind.WORK, f"{place}作登字-{year}-{letter}-{int(serial):08}", verified=False)


_PLACES = {
    "国": "00", "京": "11", "津": "12", "冀": "13", "晋": "14", "蒙": "15", "内": "15", "辽": "21", "吉": "22", "黑": "23", "沪": "31",
    "苏": "32", "浙": "33", "皖": "34", "闽": "35", "赣": "36", "鲁": "37", "豫": "41", "鄂": "42", "湘": "43", "粤": "44", "桂": "45",
    "琼": "46", "渝": "50", "川": "51", "黔": "52", "贵": "52", "滇": "53", "云": "53", "藏": "54", "陕": "61", "甘": "62", "青": "63",
    "宁": "64", "新": "65",
}  # fmt: skip


def us_patent(application: str) -> Right:
    """A US patent or application by its application number; series 29 and 35 number designs (MPEP 503). Raises AssetError."""
    key = us_patent_key(application)
    number = _number_in(key)
    kind = RightKind.DESIGN if number[:2] in ("29", "35") else RightKind.PATENT
    return Right(key, kind, f"{number[:2]}/{number[2:5]},{number[5:]}")


def us_grant(text: str, field: str = "patent number") -> Right:
    """A US patent by its own number, as alias: 12345678, D123456, PP12345, RE45678. Raises RightError."""
    found = re.fullmatch(r"(?:US)?(D|PP|RE)?0*([1-9][0-9]{0,7})(?:[ABES][0-9]?)?", _plain(text).replace(",", ""))
    if not found:
        raise RightError(field, text, "up to eight digits, after D, PP or RE where the patent has one")
    number = f"{found[1] or ''}{found[2]}"
    kind = RightKind.DESIGN if found[1] == "D" else RightKind.PATENT
    return Right(asset_key("US", PATENT, REGISTRATION, number), kind, number, alias=True)


def us_mark(serial: str) -> Right:
    """A US mark by its serial number of eight digits. Raises AssetError."""
    key = us_mark_key(serial)
    return Right(key, RightKind.MARK, _number_in(key))


def us_mark_registration(text: str, field: str = "registration number") -> Right:
    """A US mark by its registration number of up to seven digits, as alias. Raises RightError."""
    return _digits("US", MARK, REGISTRATION, text, RightKind.MARK, field, 7, alias=True)


def pct(text: str, field: str = "international application number") -> Right:
    """An international application (PCT/CN2019/123456) until national entry; numbers before 2004 had two digits of year and five of serial.

    Kept with four and six digits (PCT Administrative Instructions 307). Raises RightError.
    """
    found = re.fullmatch(r"PCT/?([A-Z]{2})/?([0-9]{4}|[0-9]{2})/?([0-9]{5,6})", _plain(text))
    if not found:
        raise RightError(field, text, "PCT, receiving office, year and serial number expected, as PCT/CN2019/123456")
    office, year, serial = found.groups()
    full_year = year if len(year) == 4 else f"{'19' if int(year) >= 78 else '20'}{year}"
    number = f"PCT/{office}{full_year}/{int(serial):06}"
    return Right(asset_key("WO", PATENT, APPLICATION, number), RightKind.PATENT, number)


def ep_patent(text: str, field: str = "application number") -> Right:
    """A European patent by its application number of eight digits (OJ EPO 2001, 465). Raises RightError.

    The check digit is verified where it is given and computed where it is not, as many sources leave it out.
    """
    found = re.fullmatch(r"(?:EP)?([0-9]{8})\.?([0-9]?)", _plain(text))
    if not found:
        raise RightError(field, text, "eight digits and a check digit expected, as 99403122.7")
    digits, given = found.groups()
    expected = ep_check_digit(digits)
    if given not in ("", expected):
        raise RightError(field, text, f"check digit {given} is not {expected}")
    return Right(asset_key("EP", PATENT, APPLICATION, digits + expected), RightKind.PATENT, f"{digits}.{expected}")


def ep_check_digit(digits: str) -> str:
    """The check digit of a European application number: digits weighted 1 and 2 in turn, cross sums added, up to the next ten."""
    total = sum(sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(digits))
    return str(-total % 10)


def ep_publication(text: str, field: str = "publication number") -> Right:
    """A European patent by its publication number of seven digits, as alias. Raises RightError."""
    plain = re.sub(r"^EP|[ABC][0-9]?$", "", _plain(text))
    return _digits("EP", PATENT, REGISTRATION, plain, RightKind.PATENT, field, 7, alias=True)


def au_patent(text: str, field: str = "patent number") -> Right:
    """An Australian patent: year, kind digit (1 innovation, 2 to 8 standard) and five digits since 5 July 2002; year and five before.

    The number of an old patent, six digits, is its alias. Raises RightError.
    """
    plain = _plain(text).removeprefix("AU")
    if re.fullmatch(r"[0-9]{6}", plain):
        return Right(asset_key("AU", PATENT, REGISTRATION, plain), RightKind.INVENTION, plain, alias=True)
    found = re.fullmatch(r"(?:19|20)[0-9]{2}([1-8]?)[0-9]{5}", plain)
    if not found:
        raise RightError(
            field, text, "ten digits: year, 1 to 8, five digits (9 is provisional, no patent); or year and five before July 2002"
        )
    kind = RightKind.UTILITY_MODEL if found[1] == "1" else RightKind.INVENTION
    return Right(asset_key("AU", PATENT, APPLICATION, plain), kind, plain)


def au_mark(text: str, field: str = "trade mark number") -> Right:
    """An Australian trade mark by its number of up to seven digits. Raises RightError."""
    return _digits("AU", MARK, APPLICATION, text, RightKind.MARK, field, 7)


def nz_patent(text: str, field: str = "patent number") -> Right:
    """A New Zealand patent by its number of up to seven digits. Raises RightError."""
    return _digits("NZ", PATENT, APPLICATION, text, RightKind.PATENT, field, 7, verified=False)


def nz_mark(text: str, field: str = "trade mark number") -> Right:
    """A New Zealand trade mark by its number of up to seven digits. Raises RightError."""
    return _digits("NZ", MARK, APPLICATION, text, RightKind.MARK, field, 7, verified=False)


def cn_registered_receivable(text: str, field: str = "registration number") -> Right:
    """A receivable by the number of its entry in the unified movables register, twenty digits. Raises RightError."""
    plain = _plain(text)
    if not re.fullmatch(r"[0-9]{20}", plain):
        raise RightError(field, text, "twenty digits expected")
    return Right(asset_key("CN", RECEIVABLE, REGISTRATION, plain), RightKind.RECEIVABLE, plain, verified=False)


def cn_invoice(text: str, field: str = "invoice number") -> Right:
    """A receivable by its invoice: twenty digits, or code (ten or twelve), hyphen and number (eight). Raises RightError.

    It shows the invoice: where that is secret, use the keyed fingerprint with `hashed_right`.
    """
    plain = _plain(text)
    if not re.fullmatch(r"[0-9]{20}|(?:[0-9]{10}|[0-9]{12})-[0-9]{8}", plain):
        raise RightError(field, text, "twenty digits, or a code of ten or twelve, a hyphen and eight digits")
    return Right(asset_key("CN", RECEIVABLE, INVOICE, plain), RightKind.RECEIVABLE, plain, verified=False)


def hashed_right(office: str, class_: str, digest: bytes, kind: RightKind) -> Right:
    """A right without a number: by the hash (32 bytes) of its registered description, or by a keyed fingerprint. Raises RightError."""
    if len(digest) != 32:
        raise RightError("hash", digest.hex(), f"32 bytes expected, {len(digest)} given")
    head = asset_key(office, class_, HASHED, "0")[:4]
    return Right(head + digest[:_HASH_BYTES], kind, digest.hex())


def readings(office: str, class_: str, text: str) -> tuple[Right, ...]:
    """Every right of an office's class that a text can name, the office's own first number before aliases: one, several or none.

    A Chinese mark is written with its class of goods behind a bar, as 12345678/9. A key in full (CNPA2017106018623) is read as it stands.
    """
    key = _key_in_full(office, class_, text)
    if key is not None:
        return (key,)
    found = [right for read in _READERS.get((office, class_), ()) for right in _tried(read, text)]
    return tuple(sorted(dict.fromkeys(found), key=lambda right: right.alias))


def every_reading(text: str) -> tuple[Right, ...]:
    """The same for every office and class whose numbers are read here."""
    found = [right for office, class_ in _READERS for right in readings(office, class_, text)]
    return tuple(sorted(dict.fromkeys(found), key=lambda right: right.alias))


def broken_check(text: str) -> str | None:
    """What is wrong with a number that has the form of some office's and not its check digit; None for one of no such form."""
    for read in dict.fromkeys(each for readers in _READERS.values() for each in readers):
        try:
            read(text)
        except AssetError as wrong:
            if re.search(r"check digit \S+ is not", str(wrong)):
                return str(wrong)
    return None


def right_of(office: str, class_: str, text: str, field: str = "asset") -> Right:
    """The one right that a text names: of several readings the one that is no alias. Raises AssetError."""
    found, readers = readings(office, class_, text), _READERS.get((office, class_), ())
    if not found and len(readers) == 1:
        # It says which rule the number breaks.
        return readers[0](text)
    first = [right for right in found if not right.alias] or list(found)
    if len(first) != 1:
        ways = "no number of" if not first else f"{len(first)} numbers ({', '.join(right.number for right in first)}) of"
        raise RightError(field, text, f"{ways} office {office}, class {class_}")
    return first[0]


def _cn_mark_and_class(text: str) -> Right:
    number, _, nice_class = _plain(text).partition("/")
    if not nice_class.isdigit() or len(nice_class) > 2:
        raise RightError("registration number", text, "a bar and the class of goods behind the number, as 12345678/9")
    return cn_mark(number, int(nice_class))


_FORMS = APPLICATION + REGISTRATION + SERIAL + CERTIFICATE + INVOICE
_IN_FULL = re.compile(rf"([A-Z]{{2}})([A-Z])([{_FORMS}])([0-9A-Z][0-9A-Z./-]*)")
_READERS: dict[tuple[str, str], tuple[Callable[[str], Right], ...]] = {
    ("CN", PATENT): (cn_patent,),
    ("CN", MARK): (_cn_mark_and_class,),
    ("CN", COPYRIGHT): (cn_software, cn_work),
    ("CN", RECEIVABLE): (cn_registered_receivable, cn_invoice),
    ("US", PATENT): (us_patent, us_grant),
    ("US", MARK): (us_mark, us_mark_registration),
    ("AU", PATENT): (au_patent,),
    ("AU", MARK): (au_mark,),
    ("NZ", PATENT): (nz_patent,),
    ("NZ", MARK): (nz_mark,),
    ("WO", PATENT): (pct,),
    ("EP", PATENT): (ep_patent, ep_publication),
}


def _key_in_full(office: str, class_: str, text: str) -> Right | None:
    """A readable key as it stands; its kind is only as fine as its class."""
    found = _IN_FULL.fullmatch(_plain(text))
    if found is None or (found[1], found[2]) != (office, class_):
        return None
    return Right(asset_key(office, class_, found[3], found[4]), _KINDS.get(class_, RightKind.WORK), found[4])


_KINDS = {
    PATENT: RightKind.PATENT,
    DESIGN: RightKind.DESIGN,
    MARK: RightKind.MARK,
    COPYRIGHT: RightKind.WORK,
    RECEIVABLE: RightKind.RECEIVABLE,
}


def _tried(read: Callable[[str], Right], text: str) -> tuple[Right, ...]:
    try:
        return (read(text),)
    except AssetError:
        return ()


def _digits(
    office: str, class_: str, form: str, text: str, kind: RightKind, field: str, most: int, *, alias: bool = False, verified: bool = True
) -> Right:
    found = re.fullmatch(rf"(?:{office})?0*([1-9][0-9]{{0,{most - 1}}})", _plain(text).replace(",", ""))
    if not found:
        raise RightError(field, text, f"up to {most} digits expected")
    return Right(asset_key(office, class_, form, found[1]), kind, found[1], alias, verified)


def _plain(text: str) -> str:
    """Full-width signs as ASCII, capitals, no blanks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def _number_in(key: bytes) -> str:
    return key[4:].rstrip(b"\0").decode()
