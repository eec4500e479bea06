"""The shipped registers' words say what their rules say, bit by bit (contracts/types/ActCode.sol)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.registers import ActRule, Code, Effect, Mode, PartyRole, Rule, Shipped, State, act_rule, rules
from ledger.domain.shipped_registers import CN_PATENTS, SHIPPED, US_PATENTS, shipped


def test_numbers_codes_and_words_are_unique_and_fit() -> None:
    assert len({register.number for register in SHIPPED}) == len(SHIPPED)
    for register in SHIPPED:
        assert len(set(register.codes)) == len(register.codes) == len(register.words)
        assert all(0 < word < 1 << 208 for word in register.words) and 0 < register.rule < 1 << 256


@pytest.mark.parametrize("register", SHIPPED, ids=lambda register: register.name)
def test_every_word_reads_back_as_its_rule(register: Shipped) -> None:
    for rule in register.acts.values():
        word = rule.word
        assert word & 0xFF == rule.effects and word >> 8 & 0xFF == rule.next_state
        assert {state for state in State if word >> (48 + state) & 1} == set(rule.source)
        assert (word >> 64 & 0xF, word >> 68 & 0xF) == (rule.officers, rule.officers_vouching)
        for role in PartyRole:
            assert {mode for mode in Mode if word >> (16 + 4 * role) & 0xF & 1 << (mode - 1)} == set(rule.consents.get(role, ()))


@pytest.mark.parametrize("register", SHIPPED, ids=lambda register: register.name)
def test_words_are_read_as_what_they_were_written_from(register: Shipped) -> None:
    for rule, word in zip(register.acts.values(), register.words, strict=True):
        read_rule = act_rule(word)
        assert read_rule.word == word and read_rule.consents.keys() == rule.consents.keys()
        for name in ("source", "times", "reasons"):
            assert set(getattr(read_rule, name)) == set(getattr(rule, name)), name
        for name in ("effects", "next_state", "officers", "officers_vouching", "officer_roles", "sides", "demands", "wait", "period"):
            assert getattr(read_rule, name) == getattr(rule, name), name
    read = rules(register.rule)
    assert (read.word, read.jurisdiction, sorted(read.classes)) == (register.rule, register.jurisdiction, sorted(register.classes))
    assert (read.flags, read.marks, read.grounds) == (register.flags, register.marks, tuple(ground.number for ground in register.grounds))
    assert (read.least, read.most) == ((register.term.least, register.term.most) if register.term else (0, 0))


@given(st.integers(0, (1 << 208) - 1))
def test_what_an_act_word_says_is_all_that_counts_in_it(word: int) -> None:
    read = act_rule(word)
    assert act_rule(read.word) == read and read.word & ~word == 0


def test_the_chinese_patent_register_has_one_rank_and_twelve_grounds() -> None:
    rule = shipped(CN_PATENTS).rule
    assert rule >> 48 & Rule.SINGLE_RANK and (rule >> 64 & (1 << 64) - 1).bit_count() == 12
    assert rule >> 128 == 1 << 10 | 1 << 11
    assert rule & 0xFFFF == int.from_bytes(b"CN") and rule >> 16 & 0xFFFF_FFFF == 1 << (ord("P") - ord("A"))


def test_recordation_takes_several_liens_and_two_officers_for_an_attested_release() -> None:
    register = shipped(US_PATENTS)
    assert register.flags == Rule.RECORDS
    assert register.acts[Code.RELEASE].officers_vouching == 2 and register.acts[Code.REGISTER].officers_vouching == 1


def test_every_living_state_has_an_end_without_the_pledgor() -> None:
    for register in SHIPPED:
        ends = [rule for rule in register.acts.values() if rule.effects & Effect.END_ALL]
        for state in (State.REGISTERED, State.ENFORCING):
            able = [rule for rule in ends if state in rule.source]
            assert any(PartyRole.PLEDGOR not in rule.consents for rule in able)
            assert any(PartyRole.PLEDGEE not in rule.consents for rule in able), "by order, with the pledgee silent"


def test_an_empty_rule_is_the_officers_alone() -> None:
    assert ActRule(officers=1).word >> 64 & 0xF == 1
