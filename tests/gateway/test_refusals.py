"""Every custom error of every contract has a sentence for people, with its values in words."""

import re
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from gateway.refusals import FORMS, custom_errors, explain, explain_skip, in_currency, of_body, sentence_of
from gateway.sentences import SENTENCES, SKIP_SENTENCES, SKIPS
from ledger.domain.act_types import OfferPurchase

ERRORS = sorted(custom_errors().values())
HOLDER = "0x" + "ab" * 20
PARTY = b"CN-91310000".ljust(32, b"\0")


def data(signature: str, *values: object) -> bytes:
    """Revert data of an error."""
    types = signature[signature.index("(") + 1 : -1]
    return keccak(signature.encode())[:4] + encode(types.split(",") if types else [], list(values))


def places(sentence: str) -> list[tuple[str, str]]:
    """(field, form) of every placeholder."""
    return [(field, spec or "") for _, field, spec, _ in Formatter().parse(sentence) if field is not None]


def test_the_contracts_have_errors() -> None:
    assert len(ERRORS) > 250


@pytest.mark.parametrize(("name", "fields"), ERRORS, ids=lambda each: each if isinstance(each, str) else "")
def test_no_error_is_without_a_sentence(name: str, fields: list[tuple[str, str]]) -> None:
    sentence = sentence_of(name, fields)
    assert name in SENTENCES
    assert sentence[0].isupper() or sentence[0] == "{"
    assert sentence.endswith(".") and len(sentence) > 15
    assert {field for field, _ in places(sentence)} <= {field for field, _ in fields}, "a placeholder is no field of the error"
    assert {form for _, form in places(sentence)} <= {"", "amount", *FORMS}
    assert all(dict(fields)[field].startswith("uint") for field, form in places(sentence) if form == "amount")


def test_no_sentence_is_left_of_an_error_that_is_gone() -> None:
    signatures = {f"{name}({','.join(type_ for _, type_ in fields)})" for name, fields in ERRORS}
    assert SENTENCES.keys() - {name for name, _ in ERRORS} - signatures == set()


def test_a_time_is_never_shown_as_seconds() -> None:
    timed = {"due", "earliest", "latest", "until", "from", "expired", "expires", "effective", "bookedAt", "since"}
    bare = [(name, field) for name in SENTENCES for field, form in places(SENTENCES[name]) if field in timed and form != "time"]
    assert bare == []


@pytest.mark.parametrize(
    ("given_data", "said"),
    [
        (data("NotDue(uint192,uint40)", 7, 1_700_000_000), "The debt is not due before 2023-11-14 22:13:20 UTC."),
        (data("TimeInFuture(int40)", -86_400), "The time 1969-12-31 00:00:00 UTC that the act counts from lies in the future."),
        (
            data("CurrencyMismatch(uint16,uint16)", 156, 840),
            "The receivable's currency CNY differs from the cash's USD.",
        ),
        (
            data("RoleMissing(address,uint16,uint16)", HOLDER, 1 << 3, 1 << 2 | 1 << 4),
            f"The key of {HOLDER} has none of the roles that this act needs: OBLIGOR; it has SUPPLIER, BANK.",
        ),
        (
            data("ConsentExpired(uint8,bytes32,uint40)", 2, PARTY, 0),
            "The consent of CN-91310000 as pledgee ended at 1970-01-01 00:00:00 UTC; it must be given anew.",
        ),
        (
            data("ConsentModeRefused(uint8,bytes32,uint8)", 3, PARTY, 4),
            "The consent of CN-91310000 as co owner was deemed, which this register does not admit here.",
        ),
        (data("StateRefused(uint40,uint8,uint16)", 5, 8, 20), "Pledge 5 is refused, which does not admit the act release (code 20)."),
        (data("GroundFailed(uint8)", 9), "The examination found against the pledge: ground 9 of the register."),
        (data("WrongState(uint192,uint8)", 1, 2), "The receivable is closed; only a live one admits this."),
        (data("DraftNotOpen(uint192,uint8)", 1, 4), "The draft is not open any more: it is withdrawn."),
        (
            data("CodeLacksEffect(uint16,uint256)", 30, 2),
            "The act note (code 30) does not have the effect end all in this register.",
        ),
        (data("TimeSourceRefused(uint16,uint8)", 10, 2), "The act register (code 10) may not count from a stated time."),
        (data("ReasonRefused(uint16,uint8)", 20, 3), "The act release (code 20) does not end a pledge as lapsed."),
        (
            data("HeldBy(uint8,bytes32,uint256,bytes32)", 2, (77).to_bytes(32), 0, b"ORDER 12".ljust(32, b"\0")),
            "A hold on the pledge 77 bars this, under the order ORDER 12 (hold number 0); it must end or be lifted first.",
        ),
        (
            data("HoldUnknown(uint8,bytes32,uint16)", 1, b"CNPA2020108".ljust(32, b"\0"), 3),
            "No running hold number 3 lies on the right CNPA2020108.",
        ),
        (
            data("AssetBarred(bytes32,uint8)", b"CNPA2020108".ljust(32, b"\0"), 4 | 2),
            "The right CNPA2020108 takes no new pledge: two pledges on it are in conflict.",
        ),
        (
            data("RenewalEarly(uint40,uint40,uint256)", 4, 86_400 * 400, 90 * 86_400),
            "Pledge 4 ends at 1971-02-05 00:00:00 UTC; it can be renewed only in the 90 days before that.",
        ),
        (
            data("RuleRefused(uint16,uint16,bytes32)", 7, 1, b"serial numbers: term too long".ljust(32, b"\0")),
            "The rule of register 7 (version 1) refuses it: serial numbers: term too long.",
        ),
        (
            data("AssetTaken(bytes32,uint40)", b"CNPA2020108".ljust(32, b"\0"), 3),
            "The right CNPA2020108 is pledged already, by pledge 3, and this register allows one pledge on a right.",
        ),
        (data("NotBank(uint8,address)", 1, HOLDER), "Only the bank whose cash or deal this is may do that."),
        (data("NotBank(address,address)", HOLDER, HOLDER), "Only the bank whose cash or deal this is may do that."),
        (data("NotOverdue(uint192)", 1), "The receivable is not overdue: its grace runs still."),
        (data("NotOverdue(uint192,uint40)", 1, 0), "The guarantee may be called from 1970-01-01 00:00:00 UTC on."),
        (data("WrongDealState(uint192,uint8)", 1, 3), "The deal is over, which does not admit this."),
        (data("TermInvalid(uint8)", 5), "The loan's overdue rate is not admitted."),
        (data("NotInDefault(uint40,uint8)", 7, 3), "Loan 7 is overdue, not in default."),
        (data("OfferNotOpen(uint192,uint8)", 1, 2), "The offer is not open: it is recalled."),
        (data("TooEarly(uint192,uint40)", 1, 0), "This may be done from 1970-01-01 00:00:00 UTC on, not before."),
        (
            data("RangeOutside(uint64,uint64,uint64,uint64)", 5, 9, 0, 8),
            "The range from 5 to 9 is not inside the token, which goes from 0 to 8 (minor units of the receivable, the end not counted "
            "in).",
        ),
        (
            data("CeilingReached(address,uint16,uint256,uint64)", HOLDER, 840, 123_456_789, 100),
            f"With this receivable {HOLDER} would have 1,234,567.89 USD outstanding; its ceiling in USD is 1.00 USD.",
        ),
        (data("Error(string)", "no"), "The contract refused: no."),
        (data("Panic(uint256)", 17), "The contract stopped on an inner fault (panic code 17)."),
        (b"", "The contract gave no reason; an act that runs out of the gas stated for it ends like this."),
        (b"\1", "The contract refused without a reason that is known here."),
        (b"\1\2\3\4junk", "The contract refused without a reason that is known here."),
    ],
)
def test_values_are_shown_in_words(given_data: bytes, said: str) -> None:
    assert explain(given_data)["sentence"] == said


def test_values_come_by_name_as_text() -> None:
    told = explain(data("RangeOutside(uint64,uint64,uint64,uint64)", 1, 2, 3, 2**63))
    assert told["error"] == "RangeOutside"
    assert told["values"] == {"start": "1", "end": "2", "tokenStart": "3", "tokenEnd": str(2**63)}
    assert explain(data("FingerprintMissing()"))["values"] == {}


@pytest.mark.parametrize(
    "given_data",
    [
        data("StateRefused(uint40,uint8,uint16)", 5, 99, 999),
        data("CurrencyMismatch(uint16,uint16)", 1, 2),
        data("GroundFailed(uint8)", 200),
        data("ConsentMissing(uint8,bytes32)", 77, b"\xff" * 32),
    ],
)
def test_a_value_without_a_word_is_shown_as_it_is(given_data: bytes) -> None:
    told = explain(given_data)
    assert all(value in told["sentence"] for value in told["values"].values())


@given(st.sampled_from(sorted(custom_errors())), st.binary(max_size=300))
def test_any_revert_data_yields_a_whole_sentence(selector: bytes, rest: bytes) -> None:
    told = explain(selector + rest)
    assert told["error"] == custom_errors()[selector][0]
    assert told["sentence"].endswith(".") and "{" not in told["sentence"]


@given(st.binary(max_size=1_100))
def test_no_revert_data_breaks_the_explanation(given_data: bytes) -> None:
    assert explain(given_data)["sentence"]


def test_a_cut_off_reason_names_the_error_and_asks_for_nothing() -> None:
    told = explain(data("RangeOutside(uint64,uint64,uint64,uint64)", 1, 2, 3, 4)[:50])
    said = "The range from ? to ? is not inside the token, which goes from ? to ? (minor units of the receivable, the end not counted in)."
    assert told == {"error": "RangeOutside", "values": {}, "sentence": said}


@given(st.sampled_from(sorted(custom_errors())), st.binary(max_size=300), st.sampled_from([156, 392, 840, 999, None]))
def test_a_refusal_is_told_again_in_a_currency_with_nothing_else_changed(selector: bytes, rest: bytes, number: int | None) -> None:
    told = explain(selector + rest)
    again = in_currency(told, number)
    assert re.sub(r"-?[\d,.]+ (minor units|CNY|JPY|USD)", "#", again) == re.sub(
        r"-?[\d,.]+ (minor units|CNY|JPY|USD)", "#", told["sentence"]
    )


def test_amounts_are_told_in_the_currency_that_is_known() -> None:
    told = explain(data("BalanceShort(uint256,uint256)", 123_456, 500))
    assert in_currency(told, 840) == "The account holds 5.00 USD of this cash, 1,234.56 USD are needed."
    assert in_currency(told, 392) == "The account holds 500 JPY of this cash, 123,456 JPY are needed."
    for unknown in (None, 0, 999):
        assert in_currency(told, unknown) == told["sentence"]
    assert in_currency({**told, "sentence": "In other words."}, 840) == "In other words."
    assert in_currency(explain_skip(0, 1), 840) == explain_skip(0, 1)["sentence"]


def test_every_cause_of_a_skip_has_its_sentence() -> None:
    assert SKIP_SENTENCES.keys() == set(SKIPS)
    for cause, name in enumerate(SKIPS):
        told = explain_skip(cause, 1)
        assert (told["error"], told["sentence"], told["values"]) == (name, SKIP_SENTENCES[name], {"signer": "1"})
    assert explain_skip(200, None)["error"] == "Skip200"


def test_the_causes_are_in_the_order_of_the_contract() -> None:
    source = (Path(__file__).parents[2] / "contracts" / "interfaces" / "IActs.sol").read_text()
    listed = re.search(r"enum Skip \{([^}]*)\}", source)
    assert listed is not None
    assert tuple(re.findall(r"\w+", listed[1])) == SKIPS


OFFER = OfferPurchase(1, 0, 5, b"", 5, 0, 0, 4, 0, 0, 1, 0, 0, 0, 1, b"")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"advance": 0}, "advance: it can't be 0."),
        ({"start": 5}, "end: the range begins at 5 and ends at 5, so it is empty."),
        ({"discountBasis": 0}, "discountBasis: the discount is a fraction of it, so it can't be 0; give 1 where there is none."),
        ({"discountRate": 2}, "discountRate: 2 is above its basis 1."),
        ({"dayStart": 86_400}, "dayStart: seconds after midnight (UTC) below 86400, 86400 given."),
    ],
)
def test_terms_of_an_offer_that_are_not_admitted_are_named(changed: dict[str, Any], said: str) -> None:
    told = explain(data("TermsInvalid()"))
    assert of_body(told, replace(OFFER, **changed))["sentence"] == f"The terms are not admitted: {said}"


def test_a_refusal_for_other_reasons_keeps_its_sentence() -> None:
    for told in (explain(data("TermsInvalid()")), explain(data("AmountZero()"))):
        assert of_body(told, OFFER) == of_body(told, None) == told
    assert of_body(explain(data("AmountZero()")), replace(OFFER, advance=0)) == explain(data("AmountZero()"))
