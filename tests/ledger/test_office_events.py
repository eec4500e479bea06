"""Offices' legal-event codes as events of a register: a table of our own, and the published one where it is at hand."""

import gzip
import os
from pathlib import Path

import pytest

from ledger.domain.office_events import SECURITY, Event, EventCode, TableError, classify, read_codes

TABLE = (
    Path(os.environ.get("PLEDGEBOOK_DATA") or Path(__file__).parents[3] / "shared" / "data")
    / "inpadoc-legal-codes"
    / "legal_code_descriptions_202417.csv.gz"
)

OWN = """Authority,Event-code,Influence,Description ENG,Description ORI,Event-class
XA,P1,,Pledge entered in the register,Pfandrecht,S
XA,P2,,"Pledge, cancelled",[No description in original language],S
XB,P1,-,Lapse: annual fee unpaid,,H
"""


def code(words: str, event_class: str = "", influence: str = "", original: str = "", office: str = "XA") -> EventCode:
    return EventCode(office, "C", influence, words.upper(), original, event_class)


@pytest.mark.parametrize("content", [OWN.encode(), gzip.compress(OWN.encode()), b"\xef\xbb\xbf" + OWN.encode()])
def test_a_table_is_read_by_office_and_code_packed_or_not(content: bytes) -> None:
    codes = read_codes(content)
    assert set(codes) == {("XA", "P1"), ("XA", "P2"), ("XB", "P1")}
    assert codes["XA", "P2"] == EventCode("XA", "P2", "", "PLEDGE, CANCELLED", "", "S")
    found = [classify(row) for row in codes.values()]
    assert [each and each.event for each in found] == [Event.SECURITY_REGISTERED, Event.SECURITY_RELEASED, Event.LAPSED]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b"\x1f\x8b broken", gzip.compress(OWN.encode())[:-9]])
def test_what_is_no_such_table_is_refused(content: bytes) -> None:
    with pytest.raises(TableError, match="table of event codes"):
        read_codes(content)


@pytest.mark.parametrize(
    ("row", "event", "doubt"),
    [
        (code("Entry into force of the contract of pledge", "S"), Event.SECURITY_REGISTERED, ""),
        (code("Pledge transferred", "S"), Event.SECURITY_TRANSFERRED, ""),
        (code("Change of data on lien"), Event.SECURITY_CHANGED, ""),
        (code("Discharge of a mortgage", "S"), Event.SECURITY_RELEASED, ""),
        (code("Rights in rem deleted", "Y"), Event.SECURITY_RELEASED, ""),
        (code("Pledge or confiscation terminated", "S"), Event.SECURITY_RELEASED, "attachment"),
        (code("Enforcement, change and cancellation of pledges", "S"), Event.SECURITY_CHANGED, "several acts"),
        (code("Written request for registration of change in pledge", "S"), Event.SECURITY_CHANGED, "request"),
        (code("Appeal filed", "V", original="PANTTAUKSEN PERUUTUS"), Event.SECURITY_RELEASED, "otherwise"),
        (code("Preservation of patent right", "T", "+"), Event.ATTACHED, ""),
        (code("Discharge of preservation of patent", "T", "+"), Event.ATTACHMENT_ENDED, ""),
        (code("Cancellation of seizure", "S"), Event.ATTACHMENT_ENDED, ""),
        (code("Termination of patent right due to non-payment of annual fee", "H", "-"), Event.LAPSED, ""),
        (code("Expiry of patent term", "H", "-"), Event.EXPIRED, ""),
        (code("Patent right actively abandoned", "H", "-"), Event.GIVEN_UP, ""),
        (code("Full invalidation of patent right", "H", "-"), Event.INVALIDATED, ""),
        (code("Partial invalidation of patent right", "M", "-"), Event.LIMITED, ""),
        (code("Restoration of patent right", "K", "+"), Event.RESTORED, ""),
        (code("Request for restoration filed", "K"), None, ""),
        (code("Request for invalidation received", "L", "-"), Event.ATTACKED, ""),
        (code("Request for reexamination filed", "L", "+"), Event.ATTACKED, ""),
        (code("Opposition rejected", "L", "+"), Event.ATTACK_FAILED, ""),
        (code("Annual fee payment", "U", "+"), Event.FEE_PAID, ""),
        (code("Maintenance fee reminder mailed", "U"), Event.FEE_DUE, ""),
        (code("Transfer of patent right", "R"), Event.OWNER_CHANGED, ""),
        (code("Change of applicant's name", "R"), Event.OWNER_RENAMED, ""),
        (code("Change of attorney information", "R"), None, ""),
        (code("Transfer refused", "R"), None, ""),
        (code("Assignment", "R", office="US"), Event.OWNER_CHANGED, "security interests as assignments"),
        (code("Licence granted", "S"), Event.LICENSED, ""),
        (code("Proceedings stayed after grant", "T", "-"), Event.SUSPENDED, ""),
        (code("Proceedings resumed after grant", "T", "+"), Event.RESUMED, ""),
        (code("Patent revoked"), Event.INVALIDATED, "no class"),
        (code("Registration of the contracted alienation of a right", "W"), None, ""),
        (code("Withdrawn as contrary to public security", "B", "-"), None, ""),
        (code("Publication of application", "Q", "+"), None, ""),
    ],
)
def test_words_and_class_say_what_happened(row: EventCode, event: Event | None, doubt: str) -> None:
    meaning = classify(row)
    assert (meaning.event if meaning else None) is event
    assert meaning is None or (doubt in meaning.doubt if doubt else not meaning.doubt)


HAND_CHECKED = {
    ("CN", "PE01"): Event.SECURITY_REGISTERED,
    ("CN", "PM01"): Event.SECURITY_CHANGED,
    ("CN", "PC01"): Event.SECURITY_RELEASED,
    ("CN", "PP01"): Event.ATTACHED,
    ("CN", "PD01"): Event.ATTACHMENT_ENDED,
    ("CN", "CF01"): Event.LAPSED,
    ("CN", "CX01"): Event.EXPIRED,
    ("CN", "AV01"): Event.GIVEN_UP,
    ("CN", "IP01"): Event.LIMITED,
    ("CN", "IW01"): Event.INVALIDATED,
    ("CN", "RA01"): Event.RESTORED,
    ("CN", "TR01"): Event.OWNER_CHANGED,
    ("CN", "CP01"): Event.OWNER_RENAMED,
    ("CN", "EE01"): Event.LICENSED,
    ("US", "AS"): Event.OWNER_CHANGED,
    ("US", "MAFP"): Event.FEE_PAID,
    ("US", "REMI"): Event.FEE_DUE,
    ("US", "LAPS"): Event.LAPSED,
    ("US", "PRDP"): Event.RESTORED,
    ("US", "IPR"): Event.ATTACKED,
    ("AU", "CHRG"): Event.SECURITY_REGISTERED,
    ("AU", "GM"): Event.SECURITY_REGISTERED,
    ("AU", "GMD"): Event.SECURITY_RELEASED,
    ("FR", "GC"): Event.SECURITY_REGISTERED,
    ("FR", "RG"): Event.SECURITY_RELEASED,
    ("NO", "AAAA"): Event.SECURITY_RELEASED,
    ("NO", "AAAB"): Event.SECURITY_TRANSFERRED,
    ("NO", "AAAI"): Event.SECURITY_RELEASED,
    ("NL", "PLED"): Event.SECURITY_REGISTERED,
    ("NL", "RF"): Event.SECURITY_RELEASED,
    ("EP", "U70"): Event.SECURITY_REGISTERED,
    ("EP", "U71"): Event.SECURITY_CHANGED,
    ("EP", "U72"): Event.SECURITY_RELEASED,
    ("JP", "S303"): Event.SECURITY_CHANGED,
    ("JP", "S321"): Event.SECURITY_CHANGED,
    ("SI", "ZPSP"): Event.SECURITY_CHANGED,
}


@pytest.mark.skipif(not TABLE.is_file(), reason="the published table is not at hand")
def test_the_published_table() -> None:
    codes = read_codes(TABLE.read_bytes())
    assert len(codes) == 4397
    meanings = {key: meaning.event for key, row in codes.items() if (meaning := classify(row))}
    assert {key: meanings.get(key) for key in HAND_CHECKED} == HAND_CHECKED
    securities = {key for key, event in meanings.items() if event in SECURITY}
    assert len({office for office, _ in securities}) == 17 and 47 <= len(securities) <= 60
    for office, event in (("BR", "FA7"), ("RU", "PC91"), ("RU", "QB9K")):
        assert meanings.get((office, event)) not in SECURITY, "'public security' and 'alienation' are no liens"
    assert {meanings.get(key) for key in codes} >= set(Event), "every event has a code"
