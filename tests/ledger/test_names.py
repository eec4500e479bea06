"""Normal forms of names: what counts as the same name, by published search rules and by real records' spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.name_index import entries
from ledger.domain.names import ALGORITHM, UnusableName, names_in, normal, pinyin, sound


@pytest.mark.parametrize(
    ("written", "full", "capacity"),
    [
        ("Barclays Bank, PLC., as Administrative Agent", "BARCLAYSBANK|PLC", "AS ADMINISTRATIVE AGENT"),
        ("BARCLAYS BANK PLC", "BARCLAYSBANK|PLC", ""),
        ("CITIBANK, N.A., AS PRIOR AGENT", "CITIBANK|NA", "AS PRIOR AGENT"),
        ("U.S. BANK NATIONAL ASSOCIATION, AS ADMINSTRATIVE AGENT", "USBANK|NA", "AS ADMINSTRATIVE AGENT"),
        ("US Bank N. A.", "USBANK|NA", ""),
        ("Wilmington Trust, solely in its capacity as trustee for the holders", "WILMINGTONTRUST|",
         "SOLELY IN ITS CAPACITY AS TRUSTEE FOR THE HOLDERS"),
        ("GO DADDY OPERATING COMPANY, LLC. AS GRANTOR", "GODADDYOPERATING|CO LLC", "AS GRANTOR"),
        ("CLAD METALS LLC (GRANTOR)", "CLADMETALS|LLC", "GRANTOR"),
        ("BRINKMAN CORPORATION, THE", "BRINKMAN|CORP", ""),
        ("The Brinkman Corp", "BRINKMAN|CORP", ""),
        ("SCIENTIFIC DRILLING INTERNATIONAL, A CORP OF NV.", "SCIENTIFICDRILLINGINTERNATIONAL|", "A CORP OF NV."),
        ("SERENA SOFTWARE, INC., A DELAWARE CORPORATION", "SERENASOFTWARE|INC", "A DELAWARE CORPORATION"),
        ("MacLean Power, L.L.C.", "MACLEANPOWER|LLC", ""),
        ("MacLean Power Limited Liability Company", "MACLEANPOWER|LLC", ""),
        ("Smith & Co.", "SMITH|CO", ""),
        ("Smith and Company", "SMITH|CO", ""),
        ("Foo GmbH & Co. KG", "FOO|GMBH CO KG", ""),
        ("Société Générale S.A.", "SOCIETEGENERALE|SA", ""),
        ("Müller Gesellschaft mit beschränkter Haftung", "MULLER|GMBH", ""),
        ("Straße Ørsted A/S", "STRASSEORSTED|AS", ""),
        ("VALEANT PHARMACEUTICALS LUXEMBOURG S.A R.L.", "VALEANTPHARMACEUTICALSLUXEMBOURG|SARL", ""),
        ("ＡＢＣ　Ｃｏ．，Ｌｔｄ．", "ABC|CO LTD", ""),  # noqa: RUF001
        ("PT Astra International Tbk", "ASTRAINTERNATIONAL|TBK PT", ""),
        ("Limited Inc", "LIMITEDINC|", ""),
        ("上海华为技术有限责任公司", "上海华为技术|有限公司", ""),
        ("上海華為技術有限公司", "上海华为技术|有限公司", ""),
        ("中国工商银行股份有限公司(作为担保代理人)", "中国工商银行|股份有限公司", "作为担保代理人"),
        ("中国工商银行股份有限公司（代理行）", "中国工商银行|股份有限公司", "代理行"),  # noqa: RUF001
        ("臺灣積體電路製造股份有限公司", "台湾积体电路制造|股份有限公司", ""),
        ("华为技术有限公司北京分公司", "华为技术有限公司北京分公司|", ""),
        ("深圳市创新投资合伙企业（有限合伙）", "深圳市创新投资合伙企业|有限合伙", ""),  # noqa: RUF001
        ("TCL集团股份公司", "TCL集团|股份有限公司", ""),
        ("有限公司", "有限公司|", ""),
        ("ООО Ромашка", "ОООРОМАШКА|", ""),  # noqa: RUF001
    ],
)  # fmt: skip
def test_the_normal_form_of_a_name(written: str, full: str, capacity: str) -> None:
    found = normal(written)
    assert (found.full, found.capacity) == (full, capacity)


def test_a_branch_keeps_its_name_and_a_company_of_only_a_form_keeps_it() -> None:
    assert normal("甲分公司").form == "" and normal("Company").words == ("COMPANY",)


@pytest.mark.parametrize(
    ("recorded", "names"),
    [
        ("MACDERMID ENTHONE INC. (F/K/A ENTHONE INC.)", ("MACDERMID ENTHONE INC.", "ENTHONE INC.")),
        ("MINOVA INTERNATIONAL LIMITED (FORMERLY KNOWN AS FOSROC LIMITED)", ("MINOVA INTERNATIONAL LIMITED", "FOSROC LIMITED")),
        ("Acme Inc dba Road Runner", ("Acme Inc", "Road Runner")),
        ("新公司有限公司(曾用名:旧公司有限公司)", ("新公司有限公司", "旧公司有限公司")),
        ("Plain Ltd", ("Plain Ltd",)),
    ],
)
def test_a_record_may_state_a_former_or_a_trade_name(recorded: str, names: tuple[str, ...]) -> None:
    assert names_in(recorded) == names and normal(recorded).full == normal(names[0]).full


@pytest.mark.parametrize("nothing", ["", " ", "...", "() , .", "、"])
def test_a_name_without_letter_or_digit_is_refused(nothing: str) -> None:
    with pytest.raises(UnusableName, match="no letter or digit"):
        normal(nothing)


def test_sound_brings_together_what_speakers_do_not_part() -> None:
    assert sound(normal("上海银行")) == sound(normal("商海银杭")) and pinyin(normal("华为技术")) == pinyin(normal("Huawei Jishu Co., Ltd."))
    assert sound(normal("中国银行")) != sound(normal("中信银行")) and sound(normal("Barclays")) == ""


def test_a_polyphone_is_read_in_its_word() -> None:
    assert pinyin(normal("重庆银行")) == "chongqingyinhang"


def test_runs_of_chinese_characters_are_one_word() -> None:
    assert normal("TCL集团 Holdings").sorted_words == "HOLDINGS TCL 集团" and normal("TCL集团").words == ("TCL", "集", "团")


texts = st.one_of(st.text(max_size=40), st.text("ABCdef&.,'()- 公司有限华为銀行Ｌ", max_size=30))


@given(texts)
def test_a_normal_form_has_words_without_blanks_and_is_always_the_same(text: str) -> None:
    try:
        found = normal(text)
    except UnusableName:
        return
    assert found.words and "" not in found.words and normal(text) == found
    assert found.core == "".join(found.words) and found.core.split() == [found.core]


@given(st.lists(st.sampled_from(["ACME", "WIDGETS", "NORTH", "RIVER", "42"]), min_size=1, max_size=4), st.data())
def test_case_punctuation_blanks_and_articles_change_nothing(words: list[str], data: st.DataObject) -> None:
    plain = normal(" ".join([*words, "LTD"]))
    joiner = data.draw(st.sampled_from([" ", "  ", ", ", " - "]))
    ending = data.draw(st.sampled_from(["Limited", "LTD.", ", ltd", "(Limited)", "ＬＴＤ"]))  # noqa: RUF001
    written = data.draw(st.sampled_from(["", "The ", "the  "])) + joiner.join(words) + " " + ending
    variant = normal(data.draw(st.sampled_from([written, written.lower(), written.title()])))
    assert variant == plain


def test_the_algorithm_has_a_version() -> None:
    assert ALGORITHM == 1


@pytest.mark.parametrize("recorded", ["- AS AGENT", "\ufc5e", "\0 as collateral agent", "(代理人)", "...", "", "F/K/A", "\ufc5e F/K/A -"])
def test_what_a_record_calls_a_name_is_indexed_or_left_out_and_never_a_fault(recorded: str) -> None:
    assert all(entry.name.words and entry.keys for entry in entries([(recorded, "1")]))


def test_a_capacity_without_a_name_before_it_is_the_name() -> None:
    assert normal("- as agent").words == ("AS", "AGENT")
