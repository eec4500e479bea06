"""Words of the pledge register, against the contracts' own layouts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import pledge_words
from ledger.domain.pledge_words import AssetWord, HeadWord, HoldWord, SegmentWord, TermsWord

# The widths that contracts/types draw, from the low bit on, with what is unused on top.
WIDTHS = {HeadWord: 256, TermsWord: 256, SegmentWord: 194, AssetWord: 256, HoldWord: 120}


@pytest.mark.parametrize(("kind", "width"), WIDTHS.items(), ids=lambda each: getattr(each, "__name__", ""))
@given(data=st.data())
def test_a_word_is_read_and_put_together_again(kind: type[HeadWord], width: int, data: st.DataObject) -> None:
    word = data.draw(st.integers(0, (1 << width) - 1))
    assert pledge_words.pack(pledge_words.read(kind, word)) == word


def test_fields_stand_where_the_contracts_put_them() -> None:
    head = 3 | 7 << 8 | 2 << 24 | 9 << 40 | 5 << 56 | 11 << 80 | ((1 << 40) - 1) << 128 | 99 << 168 | 4 << 208 | 6 << 232
    assert pledge_words.read(HeadWord, head) == HeadWord(3, 7, 2, 9, 5, 11, -1, 99, 4, 6)
    terms = 10**12 | 156 << 128 | 2 << 144 | 3 << 152 | 4 << 168 | 77 << 176 | 8 << 216
    assert pledge_words.read(TermsWord, terms) == TermsWord(10**12, 156, 2, 3, 4, 77, 8)
    segment = 12 | 200 << 40 | 128 << 64 | 55 << 88 | 3 << 128 | 1 << 192 | 1 << 193
    assert pledge_words.read(SegmentWord, segment) == SegmentWord(12, 200, 128, 55, 3, True, True)
    asset = 12 | 5 << 40 | 2 << 64 | 4 << 80 | 1 << 255
    assert pledge_words.read(AssetWord, asset) == AssetWord(12, 5, 2, 4, 1 << 167)
    hold = 6 | 1 << 8 | 500 << 16 | 400 << 56 | 2 << 96 | 4 << 112
    assert pledge_words.read(HoldWord, hold) == HoldWord(6, 1, 500, 400, 2, 4)
