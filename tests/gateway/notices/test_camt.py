"""Reading camt.054: every version the same, booked credits only, and nothing that an attacker may put into XML."""

import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from gateway.notices.camt import CamtError, Credit, Left, Part, read
from tests.gateway.notices.files import ACCOUNT, UETR, VERSIONS, Ntry, Tx, camt


def left(*entries: Ntry, version: int = 8) -> list[tuple[str, str]]:
    """What is left for a person of a file: amounts and reasons; nothing else is in it."""
    found = read(camt(*entries, version=version))
    assert all(isinstance(each, Left) for each in found), found
    return [(each.amount, each.reason) for each in found if isinstance(each, Left)]


def credits(*entries: Ntry, version: int = 8) -> list[Credit]:
    found = read(camt(*entries, version=version))
    assert all(isinstance(each, Credit) for each in found), found
    return [each for each in found if isinstance(each, Credit)]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_says_the_same(version: int) -> None:
    tx = Tx(
        "USD 1250.50", "SVC-1", UETR, "E2E-7", text="for goods", structured=[("RF18539007547034", "INV-17", "USD 1250.50")], side="CRDT"
    )
    # The twelfth has amounts of parts by codes of a list outside it, which aren't read.
    amount, currency = (Decimal("1250.50"), "USD") if version < 12 else (None, "")
    assert credits(Ntry("USD 1250.50", [tx]), version=version) == [
        Credit(
            "notification 1, entry 1", ACCOUNT, "SVC-1", UETR if version >= 8 else "", date(2023, 11, 14), None, Decimal("1250.50"), "USD",
            "Harbour Cranes plc", "E2E-7", (Part(("RF18539007547034", "INV-17"), amount, currency),), "for goods",
        )
    ]  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_a_batch_is_its_transactions(version: int) -> None:
    txs = [Tx(f"USD {amount}", f"SVC-{amount}") for amount in (10, 20, 30)]
    found = credits(Ntry("USD 60", txs), version=version)
    assert [(each.amount, each.reference, each.place) for each in found] == [
        (Decimal(amount), f"SVC-{amount}", f"notification 1, entry 1, transaction {at}") for at, amount in enumerate((10, 20, 30), 1)
    ]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (Ntry("USD 5", status="PDNG"), "its status is PDNG, not booked"),
        (Ntry("USD 5", status="INFO"), "its status is INFO, not booked"),
        (Ntry("USD 5", side="DBIT"), "a debit"),
        (Ntry("USD 5", reversal="true"), "a reversal"),
        (Ntry("USD 5", day=""), "no booking date"),
        (Ntry("USD 5", txs=()), "nobody says what it is for"),
        (Ntry("USD 5", [Tx("USD 4")]), "add up to 4, the entry is 5"),
        (Ntry("USD 5", [Tx("USD 2", "a"), Tx("USD 2", "b")]), "add up to 4, the entry is 5"),
        (Ntry("USD 5", [Tx("EUR 5")]), "a transaction in EUR, the entry is in USD"),
        (Ntry("USD 5", [Tx(returned=True)]), "was returned"),
        (Ntry("USD 5", reference=""), "neither a UETR nor a reference"),
        (Ntry("USD 5", reference="NONREF"), "neither a UETR nor a reference"),
    ],
)
def test_what_is_no_booked_credit_is_left_with_its_reason(version: int, entry: Ntry, said: str) -> None:
    ((amount, reason),) = left(entry, version=version)
    assert amount == "5 USD" and said in reason


@pytest.mark.parametrize("version", [2, 8])
def test_a_transaction_of_several_without_an_amount_leaves_the_entry(version: int) -> None:
    ((amount, reason),) = left(Ntry("USD 5", [Tx("USD 2", "a"), Tx("", "b")]), version=version)
    assert amount == "5 USD" and "has no amount of its own" in reason


def test_a_debit_within_a_credit_is_left_and_the_rest_is_taken() -> None:
    found = read(camt(Ntry("USD 5", [Tx("USD 3", "a", side="CRDT"), Tx("USD 2", "b", side="DBIT")])))
    assert isinstance(found[0], Credit) and isinstance(found[1], Left) and found[1].reason == "a debit within the entry"


def test_a_reference_that_two_transactions_have_is_neithers() -> None:
    """The batch's reference names the batch; without a UETR nobody could tell which of them was taken."""
    found = read(camt(Ntry("USD 5", [Tx("USD 3", "B-1"), Tx("USD 2", "B-1"), Tx("USD 0", "B-2")])))
    assert [isinstance(each, Left) for each in found] == [True, True, False]
    of_batch = read(camt(Ntry("USD 5", [Tx("USD 3"), Tx("USD 2", uetr=UETR)])))
    assert isinstance(of_batch[0], Left) and isinstance(of_batch[1], Credit) and of_batch[1].reference == ""


def test_the_second_of_booking_counts_where_the_bank_says_it() -> None:
    with_offset = credits(Ntry("USD 5", day="<DtTm>2023-11-20T23:30:00-05:00</DtTm>"))[0]
    assert with_offset.booked_at == datetime(2023, 11, 21, 4, 30, tzinfo=UTC) and with_offset.booked == date(2023, 11, 20)
    assert credits(Ntry("USD 5", day="<DtTm>2023-11-20T23:30:00</DtTm>"))[0].booked_at is None


@pytest.mark.parametrize("version", VERSIONS)
def test_free_text_is_read_wherever_it_stands(version: int) -> None:
    (found,) = credits(Ntry("USD 5", [Tx(text="one", note="two")]), version=version)
    assert found.text == "one\ntwo" and found.parts == ()


def test_a_message_in_a_business_envelope_is_found() -> None:
    inner = camt(Ntry("USD 5")).split(b"\n", 1)[1]
    envelope = b'<Envelope xmlns="urn:x"><AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"/>' + inner + b"</Envelope>"
    assert len(read(envelope)) == 1


def test_a_file_in_another_encoding_is_read() -> None:
    text = camt(Ntry("USD 5", [Tx(payer="Müller & Söhne")])).decode().replace("UTF-8", "UTF-16")
    (found,) = read(text.encode("utf-16"))
    assert isinstance(found, Credit) and found.payer == "Müller & Söhne"


# --- What is no such file ------------------------------------------------------------------------------------------------------------

BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no XML"),
        (b"%PDF-1.7", "no XML"),
        (b"<a", "no XML"),
        (b"<a/>", "no ISO 20022 Document in it; its root is a"),
        (BOMB, "a document type or entities"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "a document type or entities"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "a document type or entities"),
        (camt(Ntry("USD 5"), name="camt.053.001.08"), "camt.054.001.02 to .12 are read"),
        (camt(Ntry("USD 5"), name="camt.054.001.01"), "camt.054.001.02 to .12 are read"),
        (camt(Ntry("USD 5"), name="camt.054.001.13"), "camt.054.001.02 to .12 are read"),
        (camt(Ntry("USD 5")).replace(b"<Ntry>", b"<Entry>").replace(b"</Ntry>", b"</Entry>"), "against its schema"),
        (camt(Ntry("USD 5")).replace(b"<CdtDbtInd>CRDT</CdtDbtInd>", b""), "against its schema"),
        (camt(Ntry("USD 5")).replace(b">5<", b">five<"), "against its schema"),
        (camt(Ntry("USD 5")).replace(b"CRDT", b"BOTH"), "against its schema"),
        (camt(Ntry("USD 5")).replace(b"2023-11-14<", b"2023-13-14<"), "against its schema"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "no XML"),
        (b"x" * (20 * 2**20 + 1), "bytes, at most"),
    ],
    ids=lambda each: each[:30] if isinstance(each, str) else "",
)
def test_another_file_is_refused_whole(data: bytes, said: str) -> None:
    started = time.monotonic()
    with pytest.raises(CamtError, match=said):
        read(data)
    assert time.monotonic() - started < 15


def test_deep_nesting_ends_in_a_refusal() -> None:
    deep = b"<x>" * 50_000 + b"</x>" * 50_000
    with pytest.raises(CamtError):
        read(camt(Ntry("USD 5")).replace(b"</Ntry>", deep + b"</Ntry>"))


def test_a_large_file_is_read_in_reasonable_time() -> None:
    started = time.monotonic()
    assert len(credits(*(Ntry("USD 5", reference=f"R{number}") for number in range(2_000)))) == 2_000
    assert time.monotonic() - started < 30
