"""Numbers of rights in every form their offices write, and the one key that each right has."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import rights
from ledger.domain.assets import AssetError, cn_check_digit, cn_patent_key
from ledger.domain.rights import Right, RightError, RightKind


def text_of(key: bytes) -> str:
    """The readable part of a key."""
    return key.rstrip(b"\0").decode()


@pytest.mark.parametrize(
    ("written", "key", "kind"),
    [
        ("ZL95115608.X", "CNPA95115608X", RightKind.INVENTION),
        ("97101765.4", "CNPA971017654", RightKind.INVENTION),
        ("ZL 2013 1 0699744.2", "CNPA2013106997442", RightKind.INVENTION),
        ("CN201710601862.3", "CNPA2017106018623", RightKind.INVENTION),
        ("CN ZL2017106018623", "CNPA2017106018623", RightKind.INVENTION),
        ("２０１７１０６０１８６２．３", "CNPA2017106018623", RightKind.INVENTION),  # noqa: RUF001
    ],
)
def test_chinese_patents_before_and_since_october_2003(written: str, key: str, kind: RightKind) -> None:
    found = rights.cn_patent(written)
    assert (text_of(found.key), found.kind) == (key, kind) and found.verified and not found.alias
    assert (
        rights.cn_patent(found.number).key == found.key == cn_patent_key(written.translate({0xFF0E: "."}) if written.isascii() else key[4:])
    )


@pytest.mark.parametrize(
    ("digit", "kind"),
    [
        ("1", RightKind.INVENTION),
        ("8", RightKind.INVENTION),
        ("2", RightKind.UTILITY_MODEL),
        ("9", RightKind.UTILITY_MODEL),
        ("3", RightKind.DESIGN),
        ("7", RightKind.PATENT),
    ],
)
def test_the_kind_digit_is_the_third_of_the_old_and_the_fifth_of_the_new_number(digit: str, kind: RightKind) -> None:
    for body in (f"98{digit}01234", f"2019{digit}0012345"):
        assert rights.cn_patent(body + cn_check_digit(body)).kind is kind


@given(st.sampled_from([8, 12]), st.data())
def test_one_wrong_digit_of_a_chinese_number_is_found(length: int, data: st.DataObject) -> None:
    body = data.draw(st.text("0123456789", min_size=length, max_size=length))
    place, step = data.draw(st.integers(0, length - 1)), data.draw(st.integers(1, 9))
    wrong = body[:place] + str((int(body[place]) + step) % 10) + body[place + 1 :]
    with pytest.raises(RightError, match="check digit"):
        rights.cn_patent(wrong + cn_check_digit(body))


@pytest.mark.parametrize(
    ("make", "written", "key", "kind", "alias"),
    [
        (lambda text: rights.cn_mark(text, 9), "第01234567号", "CNTR1234567", RightKind.MARK, False),
        (lambda text: rights.cn_mark(text, 25), "G1093225", "CNTRG1093225", RightKind.MARK, False),
        (lambda text: rights.cn_mark(text, 25), "9876543a", "CNTR9876543A", RightKind.MARK, False),
        (rights.cn_software, "2019sr0123456", "CNCR2019SR0123456", RightKind.SOFTWARE, False),
        (rights.cn_software, "2010SR012345", "CNCR2010SR0012345", RightKind.SOFTWARE, False),
        (rights.cn_software, "软著登字第3544213号", "CNCN3544213", RightKind.SOFTWARE, True),
        (rights.cn_work, "国作登字-2015-F-00230629", "CNCR00-2015-F-00230629", RightKind.WORK, False),
        (rights.cn_work, "粤作登字-2019-F-00001234", "CNCR44-2019-F-00001234", RightKind.WORK, False),
        (rights.us_patent, "15/145,443", "USPA15145443", RightKind.PATENT, False),
        (rights.us_patent, "29123456", "USPA29123456", RightKind.DESIGN, False),
        (rights.us_grant, "US 9,876,543 B2", "USPR9876543", RightKind.PATENT, True),
        (rights.us_grant, "D0654321", "USPRD654321", RightKind.DESIGN, True),
        (rights.us_grant, "RE45,678", "USPRRE45678", RightKind.PATENT, True),
        (rights.us_mark, "86123456", "USTS86123456", RightKind.MARK, False),
        (rights.us_mark_registration, "4,123,456", "USTR4123456", RightKind.MARK, True),
        (rights.pct, "PCT/CN2019/123456", "WOPAPCT/CN2019/123456", RightKind.PATENT, False),
        (rights.pct, "PCT/US99/12345", "WOPAPCT/US1999/012345", RightKind.PATENT, False),
        (rights.pct, "pct/ep03/00012", "WOPAPCT/EP2003/000012", RightKind.PATENT, False),
        (rights.ep_patent, "EP 99403122.7", "EPPA994031227", RightKind.PATENT, False),
        (rights.ep_patent, "18752141", "EPPA187521414", RightKind.PATENT, False),
        (rights.ep_patent, "00650114.2", "EPPA006501142", RightKind.PATENT, False),
        (rights.ep_patent, "24183680.8", "EPPA241836808", RightKind.PATENT, False),
        (rights.ep_publication, "EP 1 000 000 A1", "EPPR1000000", RightKind.PATENT, True),
        (rights.au_patent, "2004212345", "AUPA2004212345", RightKind.INVENTION, False),
        (rights.au_patent, "AU 2006112345", "AUPA2006112345", RightKind.UTILITY_MODEL, False),
        (rights.au_patent, "200134567", "AUPA200134567", RightKind.INVENTION, False),
        (rights.au_patent, "768123", "AUPR768123", RightKind.INVENTION, True),
        (rights.au_mark, "AU 1909731", "AUTA1909731", RightKind.MARK, False),
        (rights.nz_patent, "NZ 543210", "NZPA543210", RightKind.PATENT, False),
        (rights.nz_mark, "1012345", "NZTA1012345", RightKind.MARK, False),
        (rights.cn_registered_receivable, "0123456789 0123456789", "CNAR01234567890123456789", RightKind.RECEIVABLE, False),
        (rights.cn_invoice, "25312000000012345678", "CNAI25312000000012345678", RightKind.RECEIVABLE, False),
        (rights.cn_invoice, "044031900111-12345678", "CNAI044031900111-12345678", RightKind.RECEIVABLE, False),
    ],
)
def test_a_right_has_one_key(make: Callable[[str], Right], written: str, key: str, kind: RightKind, alias: bool) -> None:
    found = make(written)
    assert (text_of(found.key), found.kind, found.alias) == (key, kind, alias) and len(found.key) == 32
    assert make(found.number).key == found.key, "its own number gives the same right"


@pytest.mark.parametrize(
    ("make", "written", "rule"),
    [
        (rights.cn_patent, "98101234", "check digit expected"),
        (rights.cn_patent, "ZL2013106997443", "check digit 3 is not 2"),
        (lambda text: rights.cn_mark(text, 46), "1234567", "1 to 45"),
        (lambda text: rights.cn_mark(text, 9), "1234567890", "up to nine digits"),
        (lambda text: rights.cn_mark(text, 9), "0", "up to nine digits"),
        (rights.cn_software, "2019SR0000000", "year, SR"),
        (rights.cn_work, "日作登字-2015-F-00230629", "a province's sign"),
        (rights.us_grant, "X1", "up to eight digits"),
        (rights.pct, "PCT/C2019/123456", "receiving office"),
        (rights.pct, "PCT/CN2019/1234567", "receiving office"),
        (rights.ep_patent, "99403122.8", "check digit 8 is not 7"),
        (rights.ep_patent, "1234567", "eight digits"),
        (rights.au_patent, "2007912345", "9 is provisional"),
        (rights.au_mark, "12345678", "up to 7 digits"),
        (rights.cn_registered_receivable, "123", "twenty digits"),
        (rights.cn_invoice, "12345678", "twenty digits"),
        (rights.cn_invoice, "123-12345678", "ten or twelve"),
    ],
)
def test_a_wrong_number_names_field_text_and_rule(make: Callable[[str], Right], written: str, rule: str) -> None:
    with pytest.raises(RightError, match=rule) as caught:
        make(written)
    assert caught.value.field and isinstance(caught.value, AssetError)


def test_the_class_of_goods_is_kept_beside_the_key() -> None:
    """With the class in the key one registration would be two rights and take two live pledges."""
    assert rights.cn_mark("1234567", 9).key == rights.cn_mark("1234567", 42).key and rights.cn_mark("1234567", 9).nice_class == 9


def test_the_code_and_number_of_an_old_invoice_do_not_run_into_a_digital_one() -> None:
    assert rights.cn_invoice("044031900111-12345678").key != rights.cn_invoice("04403190011112345678").key


def test_a_right_without_number_stands_by_its_hash() -> None:
    digest = bytes(range(32))
    found = rights.hashed_right("CN", rights.RECEIVABLE, digest, RightKind.RECEIVABLE)
    assert found.key == b"CNAH" + digest[:28]
    with pytest.raises(RightError, match="32 bytes"):
        rights.hashed_right("CN", "C", b"", RightKind.WORK)
    with pytest.raises(AssetError, match="two letters"):
        rights.hashed_right("China", "C", digest, RightKind.WORK)


@given(st.text("0123456789", min_size=8, max_size=8), st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_of_a_european_number_is_found(digits: str, place: int, step: int) -> None:
    wrong = digits[:place] + str((int(digits[place]) + step) % 10) + digits[place + 1 :]
    with pytest.raises(RightError, match="check digit"):
        rights.ep_patent(f"{wrong}.{rights.ep_check_digit(digits)}")


MAKERS: list[Callable[[str], Right]] = [
    rights.cn_patent, rights.cn_software, rights.cn_work, rights.us_patent, rights.us_grant, rights.us_mark, rights.us_mark_registration,
    rights.pct, rights.ep_patent, rights.ep_publication, rights.au_patent, rights.au_mark, rights.nz_patent, rights.nz_mark,
    rights.cn_registered_receivable, rights.cn_invoice, lambda text: rights.cn_mark(text, 1),
]  # fmt: skip


@given(st.sampled_from(MAKERS), st.one_of(st.text(max_size=30), st.text("0123456789./-CNUSZLPTEX ", max_size=24)))
def test_no_text_crashes_and_what_is_taken_keeps_its_key(make: Callable[[str], Right], text: str) -> None:
    try:
        found = make(text)
    except AssetError:
        return
    assert make(found.number).key == found.key and len(found.key) == 32


@pytest.mark.parametrize(
    ("office", "class_", "text", "keys"),
    [
        ("CN", "P", "ZL 2017 1 0601862.3", ["CNPA2017106018623"]),
        ("CN", "P", "CNPA2017106018623", ["CNPA2017106018623"]),
        ("CN", "T", "12345678/9", ["CNTR12345678"]),
        ("CN", "T", "12345678", []),
        ("CN", "C", "2019SR0123456", ["CNCR2019SR0123456"]),
        ("US", "P", "16/000,101", ["USPA16000101"]),
        ("US", "P", "16000101", ["USPA16000101", "USPR16000101"]),
        ("US", "P", "D890123", ["USPRD890123"]),
        ("US", "P", "USPP12345", ["USPRPP12345"]),
        ("US", "P", "nothing", []),
        ("US", "X", "16/000,101", []),
        ("EP", "P", "EP1234567B1", ["EPPR1234567"]),
    ],
)
def test_a_text_is_read_in_every_way_that_its_office_writes(office: str, class_: str, text: str, keys: list[str]) -> None:
    assert [text_of(right.key) for right in rights.readings(office, class_, text)] == keys


def test_one_right_is_meant_or_none() -> None:
    assert text_of(rights.right_of("US", "P", "16000101").key) == "USPA16000101", "eight digits are an application before a grant"
    assert rights.right_of("US", "P", "D890123").alias
    with pytest.raises(RightError, match="check digit 4 is not 3"):
        rights.right_of("CN", "P", "2017106018624")
    with pytest.raises(RightError, match="no number of office US, class P"):
        rights.right_of("US", "P", "nothing")


def test_a_number_is_read_for_every_office_that_writes_it_so() -> None:
    assert [right.key.rstrip(b"\0") for right in rights.every_reading("ZL201710601862.3")] == [b"CNPA2017106018623"]
    several = [right.key.rstrip(b"\0") for right in rights.every_reading("15/145,443") if not right.alias]
    assert several == [b"USPA15145443", b"USTS15145443"], "a mark's serial number has the same form"
    assert rights.every_reading("no number") == ()


def test_a_wrong_check_digit_is_told_from_another_form() -> None:
    assert "check digit 4 is not 3" in (rights.broken_check("ZL201710601862.4") or "")
    assert "check digit 8 is not 7" in (rights.broken_check("EP99403122.8") or "")
    assert rights.broken_check("ZL201710601862.3") is None and rights.broken_check("no number") is None
