"""Asset keys, party words and list roots, as the register checks them."""

import pytest
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import assets
from ledger.domain.assets import AssetError


def test_a_key_reads_as_the_offices_own_number() -> None:
    assert assets.us_patent_key("15/145,443").rstrip(b"\0") == b"USPA15145443"
    assert assets.us_mark_key("86123456").rstrip(b"\0") == b"UST" + b"S86123456"
    assert len(assets.us_patent_key("15145443")) == 32


@pytest.mark.parametrize("number", ["", "123", "151454431", "15A45443"])
def test_a_number_of_the_wrong_form_is_refused(number: str) -> None:
    with pytest.raises(AssetError, match="eight digits"):
        assets.us_patent_key(number)


@pytest.mark.parametrize("number", ["\u0661\u0665145443", "\u00b25145443", "\uff11\uff15145443"])
def test_digits_of_other_scripts_are_no_number(number: str) -> None:
    for key in (assets.us_patent_key, assets.us_mark_key, assets.cn_patent_key):
        with pytest.raises(AssetError, match="digit"):
            key(number)


@pytest.mark.parametrize("number", ["\u00df12", "\u017f12", "\u013112", "12\u3000"])
def test_a_letter_that_only_its_capital_makes_ascii_is_no_letter(number: str) -> None:
    with pytest.raises(AssetError, match="digits, letters"):
        assets.asset_key("US", "P", "R", number)


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 11), st.integers(1, 9))
def test_a_chinese_number_with_one_wrong_digit_is_refused(body: str, place: int, step: int) -> None:
    right = next(body + check for check in "0123456789X" if _is_taken(body + check))
    assert assets.cn_patent_key(f"ZL{right[:12]}.{right[12]}") == assets.cn_patent_key(right)
    wrong = right[:place] + str((int(right[place]) + step) % 10) + right[place + 1 :]
    assert not _is_taken(wrong)


def _is_taken(number: str) -> bool:
    try:
        return bool(assets.cn_patent_key(number))
    except AssetError:
        return False


def test_one_organisation_has_one_word_whatever_its_punctuation() -> None:
    assert assets.stated_party("Barclays Bank, PLC.") == assets.stated_party("BARCLAYS  BANK PLC")
    assert assets.stated_party("\u534e\u590f\u94f6\u884c\uff08\u5317\u4eac\uff09") == assets.stated_party(
        "\u534e\u590f\u94f6\u884c(\u5317\u4eac)"
    )
    assert assets.stated_party("Barclays Bank") != assets.stated_party("Barclays Bank PLC")
    assert assets.member_party(b"\x07" * 20)[0] == assets.MEMBER_SCHEME
    with pytest.raises(AssetError):
        assets.stated_party(" , ")


@given(st.integers(1, 300), st.binary(min_size=32, max_size=32))
def test_a_list_is_bound_by_every_key_its_count_and_its_blind(count: int, blind: bytes) -> None:
    keys = [assets.us_patent_key(f"{15_000_000 + number}") for number in range(count)]
    listed = assets.listing(dict.fromkeys(keys, ""), blind)
    assert listed.keys == tuple(keys) and sum(map(len, listed.pages)) == count and len(listed.page_roots) == -(-count // 128)
    assert listed.titles_hash == bytes(32)
    other = assets.listing(dict.fromkeys([*keys[:-1], assets.us_patent_key("17000000")], ""), blind)
    assert other.root != listed.root != assets.listing(dict.fromkeys(keys, ""), keccak(blind)).root


@given(st.integers(1, 300), st.integers(0, 299))
def test_titles_are_committed_to_in_pages(count: int, changed: int) -> None:
    titled = {assets.us_patent_key(f"{15_000_000 + number}"): f"TITLE {number}" for number in range(count)}
    listed = assets.listing(titled, bytes(32))
    assert tuple(title for page in listed.title_pages for title in page) == listed.titles == tuple(titled.values())
    assert [len(page) for page in listed.title_pages] == [len(page) for page in listed.pages]
    hashes = [keccak(b"".join(keccak(title.encode()) for title in page)) for page in listed.title_pages]
    assert listed.titles_hash == keccak(b"".join(hashes))
    other = titled | {listed.keys[changed % count]: "ANOTHER"}
    assert assets.listing(other, bytes(32)).titles_hash != listed.titles_hash


def test_no_titles_are_no_pages() -> None:
    listed = assets.listing({assets.us_patent_key("15000000"): ""}, bytes(32))
    assert (listed.title_pages, listed.title_roots, listed.titles_hash) == ((), (), bytes(32))


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(AssetError, match="1 to"):
        assets.listing({}, bytes(32))
