"""Registers described in TOML: the words that they make, and every way in which a description is refused with the field that is wrong."""

from datetime import date, time
from pathlib import Path

import pytest

from gateway import descriptions
from gateway.descriptions import DescriptionError
from ledger.domain.catalogue import CATALOGUE
from ledger.domain.clocks import Unit
from ledger.domain.registers import Code, Effect, Mode, PartyRole, Rule, State, act_rule, rules
from ledger.domain.routing import AssetKind, Transaction, checked
from ledger.domain.shipped_registers import CN_PATENTS, shipped
from ledger.domain.watches import USUAL

WHOLE = """
number = 12
key = "KR-PATENT"
name = "KR patent pledges"
office = "Korean patent register"
jurisdiction = "KR"
classes = "PD"
ranks = "one"
assets_required = true
records = false
zone = "Asia/Seoul"
regime = "CN-SINGLE-RANK"
acts_like = "CN-PATENT"

[term]
source = "the agreement"
least = 30
most = 7300
renewal = 90

[clocks]
examination = "KR-PATENT-EXAMINATION"

[[clock]]
key = "KR-PATENT-EXAMINATION"
unit = "calendar days"
length = 7
calendar = "US"
counts_from = "receipt"
source = "a guide, unverified"
closes = 18:00:00

[[grounds]]
number = 3
text = "the pledgor is not the registered owner"
source = "Patent Act (KR) 101"

[[grounds]]
number = 5
text = "an invalidation was started"
source = "Patent Act (KR) 101"
overridable = true

[acts]
refinance = false

[acts.register]
officers = 2
wait_seconds = 86400
consents = { pledgor = ["signed"], pledgee = ["signed", "attested"] }

[acts.enforce]
from = ["registered"]
to = "enforcing"
effects = ["set state"]
officer_roles = ["registrar", "court officer"]

[[routes]]
assets = ["patent"]
effect = "creates"
source = "Patent Act (KR) 101(1)"
why = "a pledge has effect on registration only"
since = 2007-01-03
"""


def read(text: str) -> descriptions.Description:
    return descriptions.read(text, "here", CATALOGUE)


def test_a_description_becomes_the_words_that_it_says() -> None:
    made = read(WHOLE).register
    said = rules(made.rule)
    assert (said.jurisdiction, sorted(said.classes), said.grounds, said.overridable) == ("KR", ["D", "P"], (3, 5), (5,))
    assert said.flags == Rule.SINGLE_RANK | Rule.ASSETS_REQUIRED and (said.least, said.most, said.renewal) == (30, 7300, 90)
    acts = dict(zip(made.codes, map(act_rule, made.words), strict=True))
    assert Code.REFINANCE not in acts and acts.keys() == shipped(CN_PATENTS).acts.keys() - {Code.REFINANCE}
    register = acts[Code.REGISTER]
    assert (register.officers, register.wait, register.effects) == (2, 86_400, Effect.REGISTER)
    assert register.consents == {PartyRole.PLEDGOR: (Mode.SIGNED,), PartyRole.PLEDGEE: (Mode.SIGNED, Mode.ATTESTED)}
    assert (acts[Code.ENFORCE].next_state, acts[Code.ENFORCE].officer_roles) == (State.ENFORCING, 1 << 0 | 1 << 10)
    assert acts[Code.RELEASE].word == shipped(CN_PATENTS).acts[Code.RELEASE].word, "what is not stated is taken over"


def test_clocks_and_routes_come_with_it() -> None:
    made = read(WHOLE)
    after = made.added_to(CATALOGUE)
    clock = after.clock(12, "examination")
    assert clock is not None and (clock.unit, clock.length, clock.closes, clock.verified) == (Unit.CALENDAR_DAYS, 7, time(18), False)
    assert after.clock(12, "objection") is None and after.clock(99, "examination") is None
    route = checked("KR-PATENT", AssetKind.PATENT, "KR", Transaction.PLEDGE, date(2024, 1, 1), after.routes)
    assert route.source == "Patent Act (KR) 101(1)" and CATALOGUE.register(12) is None
    assert after.regime(12) is after.regimes["CN-SINGLE-RANK"] and CATALOGUE.regime(12) is None
    mixed = read(WHOLE.replace("[term]", 'regimes = { D = "CN-MOVABLES" }\n\n[term]')).added_to(CATALOGUE)
    assert [mixed.regime(12, class_) for class_ in "PD"] == [after.regimes["CN-SINGLE-RANK"], after.regimes["CN-MOVABLES"]]
    assert len(made.added_to(after).routes) == len(after.routes), "described again, its routes stand once"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("number = 12", "number = 3", "register 3 KR-PATENT: 3 is CN-PATENT, for ever"),
        ('key = "KR-PATENT"\nname', 'key = "CN-MARK"\nname', "register 12 CN-MARK: 4 is CN-MARK"),
        ("number = 12", "number = 0", "number: Input should be greater than or equal to 1"),
        ("number = 12", "nunber = 12", "Field required"),
        ("records = false", "records = false\nrecrods = true", "recrods: Extra inputs are not permitted"),
        ('ranks = "one"', 'ranks = "two"', "ranks: Input should be 'one' or 'several'"),
        ('zone = "Asia/Seoul"', 'zone = "Asia/Atlantis"', "No time zone found"),
        ('regime = "CN-SINGLE-RANK"', 'regime = "KR"', "regime 'KR': one of"),
        ('acts_like = "CN-PATENT"', 'acts_like = "CN-PATENT"\nregimes = { D = "KR" }', "regime 'KR': one of"),
        ('acts_like = "CN-PATENT"', 'acts_like = "CN-PATENT"\nregimes = { T = "PPSA" }', "regimes: the register takes no class T"),
        ('acts_like = "CN-PATENT"', 'acts_like = "XX-NONE"', "acts_like: no register XX-NONE"),
        ("refinance = false", "refinance = false\nregister_ = false", "acts.register_: 'register_' is none of"),
        ('to = "enforcing"', 'to = "sold"', "acts.enforce.to: 'sold' is none of"),
        ('"signed", "attested"', '"signed", "implied"', "acts.register.consents.pledgee: 'implied' is none of"),
        ("pledgor = [", "owner = [", "acts.register.consents: 'owner' is none of"),
        ('"court officer"', '"clerk"', "acts.enforce.officer_roles: 'clerk' is no role"),
        ("officers = 2", "officers = 16", "acts.register"),
        ('effects = ["set state"]', 'effects = ["sell"]', "acts.enforce.effects: 'sell' is none of"),
        ('examination = "KR-PATENT-EXAMINATION"', 'examination = "KR-OTHER"', "clocks: KR-OTHER is no known clock"),
        ('calendar = "US"', 'calendar = "KR"', "calendar 'KR' is none of"),
        ('unit = "calendar days"', 'unit = "weeks"', "unit: 'weeks' is none of"),
        ("length = 7", "length = 0", "clock.0.length"),
        ("number = 5", "number = 64", "grounds.1.number"),
        ("number = 5", "number = 3", "grounds: 3 stands twice"),
        ('effect = "creates"', 'effect = "sells"', "routes.effect: 'sells' is none of"),
        ('assets = ["patent"]', 'assets = ["ship"]', "routes.assets: 'ship' is none of"),
        ("most = 7300", "most = 99999", "term.most"),
        ("[acts]", "[acts", "here: "),
    ],
)
def test_what_is_wrong_is_named_in_one_line(old: str, new: str, said: str) -> None:
    assert WHOLE.count(old) >= 1
    with pytest.raises(DescriptionError) as refused:
        read(WHOLE.replace(old, new, 1))
    assert said in str(refused.value) and "\n" not in str(refused.value), str(refused.value)


def test_a_register_without_an_act_that_registers_is_none() -> None:
    with pytest.raises(DescriptionError, match="none that registers"):
        read(WHOLE.replace('acts_like = "CN-PATENT"\n', "").replace("[acts.register]", "[acts.note]"))


def test_a_home_adds_registers_and_sets_terms(tmp_path: Path) -> None:
    assert descriptions.catalogue_of(tmp_path, CATALOGUE) == CATALOGUE
    (tmp_path / "registers").mkdir()
    (tmp_path / "registers" / "kr.toml").write_text(WHOLE)
    (tmp_path / "terms.toml").write_text(
        '[[clock]]\nkey = "CN-PATENT-EXAMINATION"\nunit = "working days"\nlength = 9\ncalendar = "CN"\n'
        'counts_from = "receipt"\nsource = "the office\'s notice"\nverified = true\n'
    )
    found = descriptions.catalogue_of(tmp_path, CATALOGUE)
    clock = found.clock(CN_PATENTS, "examination")
    assert clock is not None and (clock.length, clock.verified) == (9, True) and found.registers.keys() - CATALOGUE.registers.keys() == {12}
    (tmp_path / "registers" / "other.toml").write_text(WHOLE.replace("number = 12", "number = 13"))
    with pytest.raises(DescriptionError, match=r"other\.toml: register 13 KR-PATENT: 12 is KR-PATENT"):
        descriptions.catalogue_of(tmp_path, CATALOGUE)
    (tmp_path / "registers" / "other.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(DescriptionError, match=r"other\.toml: "):
        descriptions.catalogue_of(tmp_path, CATALOGUE)


def test_a_home_sets_when_alerts_press(tmp_path: Path) -> None:
    assert descriptions.watching_of(tmp_path) == USUAL
    (tmp_path / "terms.toml").write_text("[watches]\nlead_days = 30\nlimit = 6000\n")
    found = descriptions.watching_of(tmp_path)
    assert (found.lead_days, found.limit, found.pressing_days) == (30, 6_000, USUAL.pressing_days)
    for wrong, said in (("limit = 0", "watches.limit"), ("led_days = 3", "watches.led_days"), ("lead_days = -1", "watches.lead_days")):
        (tmp_path / "terms.toml").write_text(f"[watches]\n{wrong}\n")
        with pytest.raises(DescriptionError, match=said):
            descriptions.watching_of(tmp_path)
