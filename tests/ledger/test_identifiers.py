"""Parties' identifiers: published examples pass, one wrong digit does not, and a word reads back as what it was made from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.assets import member_party, stated_party
from ledger.domain.identifiers import HASHED, Identifier, IdentifierError, Scheme, identifier, person, read_word, registered, schemes_of

PUBLISHED = [
    (Scheme.USCC, "91110000600037341L", "91110000600037341L"),
    (Scheme.USCC, "9111 0000 6000 3734 1l", "91110000600037341L"),
    (Scheme.USCC, "９１１１００００６０００３７３４１Ｌ", "91110000600037341L"),  # noqa: RUF001
    (Scheme.LEI, "213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D15"),
    (Scheme.LEI, "5493 001K JTII GC8Y 1R12", "5493001KJTIIGC8Y1R12"),
    (Scheme.ABN, "51 824 753 556", "51824753556"),
    (Scheme.ACN, "004 085 616", "004085616"),
    (Scheme.NZBN, "9429039501974", "9429039501974"),
    (Scheme.NZBN, "9429046393920", "9429046393920"),
    (Scheme.EIN, "04-2103594", "042103594"),
    (Scheme.VAT, "DE 136,695 976", "DE136695976"),
    (Scheme.VAT, "GB 980 7806 84", "GB980780684"),
    (Scheme.VAT, "NO 995 525 828 MVA", "NO995525828MVA"),
]


@pytest.mark.parametrize(("scheme", "given_as", "kept_as"), PUBLISHED)
def test_a_published_identifier_has_one_form_and_one_word(scheme: Scheme, given_as: str, kept_as: str) -> None:
    found = identifier(scheme, given_as)
    assert found.text == kept_as and found.word[0] == scheme and found.word[1:].rstrip(b"\0") == kept_as.encode()
    assert len(found.word) == 32 and read_word(found.word) == found and found in schemes_of(given_as)


@pytest.mark.parametrize(
    ("scheme", "text", "rule"),
    [
        (Scheme.USCC, "91110000600037342L", "check digits do not fit"),
        (Scheme.USCC, "9111000060003734", "wrong length"),
        (Scheme.USCC, "911100006000373IOL", "wrong form"),
        (Scheme.LEI, "213800KUD8LAJWSQ9D16", "check digits do not fit"),
        (Scheme.LEI, "1098", "wrong length"),
        (Scheme.ABN, "51 824 753 557", "check digits do not fit"),
        (Scheme.ACN, "004085617", "check digits do not fit"),
        (Scheme.NZBN, "9429039501976", "check digits do not fit"),
        (Scheme.NZBN, "73513537", "wrong length"),
        (Scheme.NZBN, "4006381333931", "a part of it does not exist"),
        (Scheme.EIN, "07-2103594", "a part of it does not exist"),
        (Scheme.VAT, "DE136695977", "check digits do not fit"),
        (Scheme.VAT, "ZZ123456", "a part of it does not exist"),
        (Scheme.VAT, "", "a part of it does not exist"),
        (Scheme.REGISTERED, "COMPANIES HOUSE 1", "wrong form"),
        (Scheme.REGISTERED, "GB-COH:" + "1" * 30, "wrong length"),
        (Scheme.PERSON, "x", "is not given as text"),
        (Scheme.MEMBER, "0x00", "is not given as text"),
    ],
)
def test_a_wrong_identifier_names_field_and_rule(scheme: Scheme, text: str, rule: str) -> None:
    with pytest.raises(IdentifierError, match=f"pledgor: .*{rule}") as caught:
        identifier(scheme, text, "pledgor")
    assert caught.value.field == "pledgor" and rule in caught.value.rule


@given(st.sampled_from([row for row in PUBLISHED if row[0] not in (Scheme.EIN, Scheme.VAT, Scheme.ACN)]), st.data())
def test_one_wrong_digit_is_found(published: tuple[Scheme, str, str], data: st.DataObject) -> None:
    """An ACN's weights share factors with ten, so that it may miss one; an EIN has no check digit."""
    scheme, _, text = published
    place = data.draw(st.sampled_from([place for place, sign in enumerate(text) if sign.isdigit()]))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != text[place]]))
    with pytest.raises(IdentifierError):
        identifier(scheme, text[:place] + other + text[place + 1 :])


def test_one_taxpayer_has_one_word_however_its_country_spells_it() -> None:
    assert identifier(Scheme.VAT, "GR 094259216") == identifier(Scheme.VAT, "EL094259216")
    assert identifier(Scheme.VAT, "CHE-107.787.577 IVA") == identifier(Scheme.VAT, "CHE107787577MWST")


def test_another_registers_number_keeps_the_registers_code() -> None:
    found = registered("GB-COH", "0123 4567")
    assert str(found) == "REGISTERED GB-COH:01234567" and read_word(found.word) == found
    assert registered("RA000585", "01234567").word != found.word


def test_members_and_stated_names_are_the_words_that_the_registry_uses() -> None:
    account = b"\x07" * 20
    assert read_word(member_party(account)) == Identifier(Scheme.MEMBER, "0x" + "07" * 20)
    assert Identifier(Scheme.MEMBER, "0x" + "07" * 20).word == member_party(account)
    word = stated_party("Barclays Bank PLC")
    assert read_word(word).scheme is Scheme.STATED_NAME and read_word(word).word == word


def test_a_natural_persons_word_needs_the_salt() -> None:
    salt = b"\x05" * 32
    assert person("Wang  Xiaoming", salt) == person("wang xiaoming", salt)
    assert person("Wang Xiaoming", salt) != person("Wang Xiaoming", b"\x06" * 32)
    assert b"wang" not in person("Wang Xiaoming", salt).word.lower() and read_word(person("A", salt).word) == person("A", salt)
    with pytest.raises(IdentifierError, match="salt: 32 bytes"):
        person("Wang", b"")
    with pytest.raises(IdentifierError, match="a name expected"):
        person(" ", salt)


@pytest.mark.parametrize(
    ("word", "rule"),
    [
        (b"", "32 bytes expected"),
        (b"\xff" + bytes(31), "scheme 255 is not known"),
        (bytes(32), "scheme 0 is not known"),
        (b"\x01\x01" + bytes(30), "low 160 bits"),
        (b"\x03" + "中".encode().ljust(31, b"\0"), "ASCII"),
        (b"\x05" + b"51\x00824753556".ljust(31, b"\0"), "zero bytes after it only"),
        (b"\x05" + b"51 824 753 556".ljust(31, b"\0"), "shortest form"),
        (b"\x05" + b"51824753557".ljust(31, b"\0"), "check digits do not fit"),
    ],
)
def test_a_word_that_no_party_has_is_refused(word: bytes, rule: str) -> None:
    with pytest.raises(IdentifierError, match=rule):
        read_word(word)


def test_a_searchers_text_may_fit_several_schemes_or_none() -> None:
    assert [found.scheme for found in schemes_of("91110000600037341L")] == [Scheme.USCC]
    assert schemes_of("Barclays Bank PLC") == ()


def test_scheme_numbers_never_change() -> None:
    assert {scheme.name: scheme.value for scheme in Scheme} == {
        "MEMBER": 1, "STATED_NAME": 2, "USCC": 3, "LEI": 4, "ABN": 5, "ACN": 6, "NZBN": 7, "EIN": 8, "VAT": 9,
        "REGISTERED": 10, "PERSON": 11,
    }  # fmt: skip


@given(st.sampled_from([scheme for scheme in Scheme if scheme not in HASHED]), st.binary(min_size=31, max_size=31))
def test_no_bytes_crash_the_reader(scheme: Scheme, rest: bytes) -> None:
    word = bytes([scheme]) + rest
    try:
        found = read_word(word)
    except IdentifierError:
        return
    assert found.word == word


@given(st.text(max_size=40), st.sampled_from(list(Scheme)))
def test_no_text_crashes_the_check(text: str, scheme: Scheme) -> None:
    try:
        found = identifier(scheme, text)
    except IdentifierError:
        return
    assert read_word(found.word) == found
