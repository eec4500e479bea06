"""Every act of the pledge register through the API: prepared, signed by the office's keys, sent, and read back where it shows.

Registers, rules and officers are those that ship; consents are attested by the office, orders are shown by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

from ledger.domain.act_types import (
    AcceptPledge,
    ActOn,
    AddSegment,
    ChangeTerms,
    Consent,
    ContestAsset,
    DecidePledge,
    FilePledge,
    Ground,
    JoinAssets,
    LeafPage,
    LiftHold,
    NotePledge,
    PartiesNow,
    Party,
    PlaceHold,
    PledgeActs,
    PublishTitles,
    RecordParty,
    RecordPledge,
    RecordSale,
    RectifyPledge,
    RefinancePledge,
    RelatePledges,
    ReleaseAssets,
    ReleasePledge,
    ReserveSegment,
    SaleShare,
    SetPledgeState,
    StepFiling,
    Terms,
    When,
    WithdrawFiling,
)
from ledger.domain.acts import to_json
from ledger.domain.assets import Listing, asset_key, cn_check_digit, listing, side_root, stated_party
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import Decision, Flag, HoldKind, HoldTarget, NoteKind, PartyKind, RectifyKind, RelationKind
from ledger.domain.registers import Code, Effect, EndReason, Mode, PartyRole, TimeSource
from ledger.domain.shipped_registers import AU_PPSR, CN_PATENTS, US_PATENTS, shipped
from ledger.mirror.schema import word
from tests.gateway.conftest import Api, Member
from tests.gateway.test_access import problem
from tests.ledger.mirror.register import EVIDENCE, NONE, asset_list, instrument, names, party

CNY = 156
Json = dict[str, Any]
_places = count(1)


def patents(many: int = 1) -> list[bytes]:
    """Numbers of Chinese patents that no test has used."""
    bodies = [f"20201{next(_places):07d}" for _ in range(many)]
    return [asset_key("CN", "P", "A", body + cn_check_digit(body)) for body in bodies]


def rights(keys: Sequence[bytes], *, titled: bool = True) -> Listing:
    return listing({key: f"Patent {key[4:16].decode()}" if titled else "" for key in keys}, b"b" * 32)


def consent(role: PartyRole, name: str, mode: Mode = Mode.ATTESTED) -> Consent:
    return Consent(role, mode, 0, stated_party(name), EVIDENCE, 0, 0)


@dataclass
class Office:
    """An office's desk: it files, decides and keeps, by the API."""

    api: Api
    account: str
    register: int

    @property
    def member(self) -> Member:
        return Member("office", self.account)

    def post(self, body: Any, officers: int = 1, mode: Mode = Mode.ATTESTED, **more: Any) -> Any:
        signers = [{"account": self.account, "role": "REGISTRAR", "mode": mode.name}] * officers
        return self.api.act(self.member, type(body).__name__, to_json(body), signers=signers, **more)

    def done(self, body: Any, officers: int = 1, mode: Mode = Mode.ATTESTED) -> Json:
        ended = self.api.done(self.post(body, officers, mode))
        assert ended["state"] == "final", ended["reason"]
        return ended

    def refused(self, body: Any, officers: int = 1, mode: Mode = Mode.ATTESTED) -> str:
        reason: str = problem(self.post(body, officers, mode), 422)["reason"]["error"]
        return reason

    def get(self, path: str, **query: Any) -> Any:
        return self.api.http.get(path, params=query).raise_for_status().json()["data"]

    def pledge(self, number: int) -> Json:
        found: Json = self.get(f"/pledges/{number}")
        return found

    def newest(self) -> int:
        return int(self.get("/pledges", register=self.register, limit=1000)[-1]["pledge"])

    # --- Bodies ---

    def filing(self, keys: Sequence[bytes], number: str, *, pledgee: str = "Bank", **more: Any) -> FilePledge:
        listed = rights(keys)
        parties = (party("Pledgor", PartyRole.PLEDGOR), party(pledgee, PartyRole.PLEDGEE))
        consents = (consent(PartyRole.PLEDGOR, "Pledgor"), consent(PartyRole.PLEDGEE, pledgee))
        terms = Terms(500_000, CNY, 2, 0, 0)
        now = When(TimeSource.BLOCK, False, 0)
        body = FilePledge(
            self.register, 1, Code.REGISTER, 0, terms, parties, asset_list(listed), NONE, NONE, instrument(number), now, consents
        )
        return replace(body, **more)

    def filed(self, body: FilePledge) -> int:
        self.done(body)
        return self.newest()

    def accept(self, pledge: int, body: FilePledge, keys: Sequence[bytes]) -> list[AcceptPledge]:
        listed = rights(keys)
        return [AcceptPledge(pledge, body, listed.blind, page, listed.page_roots, each) for page, each in enumerate(listed.pages)]

    def decision(self, pledge: int, body: FilePledge, decision: Decision, keys: Sequence[bytes] = (), fails: int = 0) -> DecidePledge:
        registers = decision is Decision.REGISTER
        published = names(["Pledgor", self._pledgee(body)]) if registers else ()
        titles = rights(keys).titles if registers and 0 < len(keys) <= 128 else ()
        grounds = [] if registers and len(keys) > 128 else [
            Ground(each.number, 2 if each.number == fails else 1, EVIDENCE) for each in shipped(self.register).grounds
        ]  # fmt: skip
        return DecidePledge(pledge, decision, body, published, titles, tuple(grounds), EVIDENCE)

    def _pledgee(self, body: FilePledge) -> str:
        return next(name for name in ("Bank", "Second", "Third") if stated_party(name) == body.parties[1].id)

    def registered(self, number: str, keys: Sequence[bytes], **more: Any) -> int:
        """A pledge from its filing to its registration."""
        body = self.filing(keys, number, **more)
        pledge = self.filed(body)
        for each in self.accept(pledge, body, keys):
            self.done(each)
        self.done(self.decision(pledge, body, Decision.REGISTER, keys))
        return pledge

    def on(self, pledge: int, code: Code) -> ActOn:
        return ActOn(pledge, self.pledge(pledge)["version"], code, When(TimeSource.BLOCK, False, 0))

    def now(self, pledge: int) -> PartiesNow:
        """The parties as they are shown."""
        sides: dict[str, list[Party]] = {"pledgors": [], "holders": []}
        for each in self.pledge(pledge)["parties"]:
            role = PartyRole[each["role"].upper().replace(" ", "_")]
            sides[each["side"]].append(Party(role, _bytes(each["id"]), _bytes(each["name_hash"]), int(each["share"])))
        pledgors, holders = sides["pledgors"], sides["holders"]
        return PartiesNow(_root(pledgors), _root(holders), tuple(pledgors), tuple(holders))

    def document(self, number: str, consents: Sequence[Consent], **what: Any) -> PledgeActs:
        parts: Json = dict.fromkeys(("terms", "parties", "segments", "partReleases", "releases", "states", "notes"), ())
        return PledgeActs(instrument(number), tuple(consents), **{**parts, **what})


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _root(side: Sequence[Party]) -> bytes:
    return side_root((each.role, each.id, each.nameHash, each.share) for each in side)


def office_named(api: Api, name: str, register: int) -> Office:
    (found,) = [each for each in api.http.get("/members", params={"role": "REGISTRAR"}).json()["data"] if each["name"] == name]
    return Office(api, found["account"], register)


@pytest.fixture(scope="module")
def cn(api: Api) -> Office:
    return office_named(api, "China patent register", CN_PATENTS)


@pytest.fixture(scope="module")
def us(api: Api) -> Office:
    return office_named(api, "United States recordation office", US_PATENTS)


BOTH = (consent(PartyRole.PLEDGOR, "Pledgor"), consent(PartyRole.PLEDGEE, "Bank"))


# --- Filing, steps, decision --------------------------------------------------------------------------------------------------------


def test_a_filing_is_noticed_answered_and_registered_and_its_clocks_tell(cn: Office) -> None:
    keys = patents(2)
    body = cn.filing(keys, "F-1")
    pledge = cn.filed(body)
    assert [each["pledge"] for each in cn.get("/pledges:pending", register=CN_PATENTS)][-1] == pledge
    (acceptance,) = cn.accept(pledge, body, keys)
    cn.done(acceptance)
    cn.done(StepFiling(pledge, Code.NOTIFY, EVIDENCE, NONE, 0))
    clocks = {each["name"]: each for each in cn.get(f"/pledges/{pledge}/clocks")}
    assert clocks["examination"]["state"] == "stopped" and clocks["answer"]["state"] == "running"
    assert (clocks["examination"]["source"], clocks["examination"]["verified"]) == ("CNIPA Announcement 461", False)
    cn.done(StepFiling(pledge, Code.ANSWER, EVIDENCE, NONE, 0))
    clocks = {each["name"]: each for each in cn.get(f"/pledges/{pledge}/clocks")}
    assert clocks["examination"]["state"] == "running" and clocks["answer"]["state"] == "met" and not clocks["examination"]["overdue"]
    cn.done(cn.decision(pledge, body, Decision.REGISTER, keys))
    found = cn.pledge(pledge)
    assert (found["status"], found["life"], found["number"], len(found["grounds"])) == ("registered", "registered", "F-1", 12)
    assert [each["step"] for each in found["steps"]] == ["notify", "answer"]
    assert [each["decision"] for each in found["decisions"]] == ["register"]
    assert {each["name"]: each["state"] for each in cn.get(f"/pledges/{pledge}/clocks")}["examination"] == "met"


def test_a_refusal_names_its_ground_and_is_reconsidered(cn: Office) -> None:
    keys = patents()
    body = cn.filing(keys, "F-2")
    pledge = cn.filed(body)
    assert cn.refused(cn.decision(pledge, body, Decision.REFUSE)) == "NoGroundFailed"
    cn.done(cn.decision(pledge, body, Decision.REFUSE, fails=4))
    assert cn.pledge(pledge)["status"] == "refused"
    failed = [each for each in cn.pledge(pledge)["grounds"] if each["result"] == "fail"]
    assert [(each["ground"], each["text"]) for each in failed] == [(4, "the annual fee is unpaid")] and "461" in failed[0]["source"]
    papers = [
        cn.api.http.post("/certificates", json={"of": {"kind": kind, "pledge": pledge}}).json()["data"]["document"]
        for kind in ("extract", "verification")
    ]
    for paper in papers:
        (cited,) = [each for each in paper["grounds"] if each["result"] == "fail"]
        assert (cited["text"], cited["source"]) == (failed[0]["text"], failed[0]["source"])
        assert cn.api.http.post("/certificates:verify", json={"document": paper}).json()["data"]["holds"]
    cn.done(StepFiling(pledge, Code.RECONSIDER, EVIDENCE, NONE, 0))
    assert cn.pledge(pledge)["status"] == "filed"
    (acceptance,) = cn.accept(pledge, body, keys)
    cn.done(acceptance)
    cn.done(cn.decision(pledge, body, Decision.REGISTER, keys))
    assert [each["decision"] for each in cn.pledge(pledge)["decisions"]] == ["refuse", "register"]


def test_a_filing_is_returned_and_another_withdrawn(cn: Office) -> None:
    keys = patents()
    returned, withdrawn = cn.filing(keys, "F-3"), cn.filing(keys, "F-4")
    first, second = cn.filed(returned), cn.filed(withdrawn)
    cn.done(cn.decision(first, returned, Decision.RETURN))
    cn.done(WithdrawFiling(second, withdrawn, instrument("W-1"), BOTH))
    assert (cn.pledge(first)["status"], cn.pledge(second)["status"]) == ("returned", "withdrawn")
    assert cn.refused(WithdrawFiling(second, withdrawn, instrument("W-1"), BOTH)) == "StateRefused"


def test_an_earlier_filing_contests_a_later_one(cn: Office) -> None:
    keys = patents()
    earlier, later = cn.filing(keys, "F-5"), cn.filing(keys, "F-6", pledgee="Second")
    first, second = cn.filed(earlier), cn.filed(later)
    (acceptance,) = cn.accept(second, later, keys)
    cn.done(acceptance)
    listed = rights(keys)
    body = ContestAsset(first, second, earlier, keys[0], listed.blind, 0, listed.page_roots, listed.keys, (BOTH[1],))
    cn.done(body)
    assert [each["earlier"] for each in cn.pledge(second)["contests"]] == [first]
    assert cn.refused(cn.decision(second, later, Decision.REGISTER, keys)) == "PledgeContested"
    (acceptance,) = cn.accept(first, earlier, keys)
    cn.done(acceptance)
    cn.done(cn.decision(first, earlier, Decision.REGISTER, keys))
    assert [each["pledge"] for each in cn.get(f"/assets/{to_hex(keys[0])}")["encumbrances"]] == [first]


def test_a_long_list_is_accepted_approved_titled_and_registered_by_pages(cn: Office) -> None:
    keys = patents(130)
    listed = rights(keys)
    body = cn.filing(keys, "F-7")
    pledge = cn.filed(body)
    for each in cn.accept(pledge, body, keys):
        cn.done(each)
    cn.done(cn.decision(pledge, body, Decision.APPROVE))
    segment = cn.pledge(pledge)["segments"][0]["segment"]
    for page, titles in enumerate(listed.title_pages):
        cn.done(PublishTitles(segment, page, listed.title_roots, titles))
    cn.done(cn.decision(pledge, body, Decision.REGISTER, keys))
    assert cn.pledge(pledge)["status"] == "registered" and "approved" in cn.pledge(pledge)["flags"]
    assert [each["title"] for each in cn.get(f"/pledges/{pledge}/assets", limit=1000)] == list(listed.titles)


# --- Holds, numbers, parties -----------------------------------------------------------------------------------------------------------


def test_a_hold_bars_what_it_names_until_it_is_lifted(cn: Office) -> None:
    keys = patents()
    court = stated_party("Court")
    body = PlaceHold(CN_PATENTS, Code.HOLD, HoldTarget.ASSET, keys[0], Effect.REGISTER, HoldKind.PRESERVATION, 0, court, EVIDENCE)
    assert cn.refused(body) == "OfficersMissing", "an order is shown in its own mode"
    cn.done(body, mode=Mode.ORDERED)
    (placed,) = cn.get("/holds", target="asset", id=to_hex(keys[0]))
    assert (placed["kind"], placed["bars"], placed["runs"], placed["until"]) == ("preservation", ["register"], True, None)
    filing = cn.filing(keys, "F-8")
    checked = cn.api.http.post("/pledges:check", json={"filing": to_json(filing), "assets": [to_hex(keys[0])]}).json()["data"]
    assert [each["error"] for each in checked["refusals"]] == ["HeldBy"]
    lift = LiftHold(CN_PATENTS, Code.LIFT, HoldTarget.ASSET, keys[0], placed["number"], court, EVIDENCE)
    assert cn.refused(lift, mode=Mode.ORDERED) == "OfficersMissing", "lifting takes two"
    cn.done(lift, officers=2, mode=Mode.ORDERED)
    assert cn.get("/holds", target="asset", id=to_hex(keys[0])) == []
    (lifted,) = cn.get("/holds", target="asset", id=to_hex(keys[0]), ended=True)
    assert lifted["lifted_by"] and not lifted["runs"]


def test_a_fee_hold_lies_on_a_pledge_and_stands_in_its_record(cn: Office) -> None:
    pledge = cn.registered("F-9", patents())
    demand = (HoldKind.FEE_UNPAID, 0, stated_party("Office"), EVIDENCE)
    hold = PlaceHold(CN_PATENTS, Code.FEE_HOLD, HoldTarget.PLEDGE, word(pledge), Effect.SET_TERMS, *demand)
    cn.done(hold)
    assert [(each["kind"], each["target"]) for each in cn.pledge(pledge)["holds"]] == [("fee unpaid", "pledge")]
    change = ChangeTerms(cn.on(pledge, Code.SET_TERMS), cn.now(pledge), Terms(400_000, CNY, 2, 0, 0), NONE, NONE)
    assert cn.refused(cn.document("C-1", BOTH, terms=(change,)), officers=2) == "HeldBy"
    note_free = cn.get("/holds", target="pledge", id=str(pledge))
    assert len(note_free) == 1 and problem(cn.api.http.get("/holds", params={"target": "ship", "id": "1"}), 422)


def test_another_number_is_joined_and_resolves(cn: Office) -> None:
    (key,) = patents()
    other = asset_key("CN", "P", "R", f"G{next(_places):08d}")
    pledge = cn.registered("F-10", [key])
    cn.done(JoinAssets(CN_PATENTS, other, key, EVIDENCE), officers=2)
    found = cn.get(f"/assets/{to_hex(other)}")
    assert found["asset"] == to_hex(key) and len(found["numbers"]) == 2
    assert [each["pledge"] for each in found["encumbrances"]] == [pledge]
    filing = cn.filing([other], "F-11")
    checked = cn.api.http.post("/pledges:check", json={"filing": to_json(filing), "assets": [to_hex(other)]}).json()["data"]
    assert [each["error"] for each in checked["refusals"]] == ["AssetTaken"]


def test_a_party_that_was_succeeded_is_found_under_its_successor(cn: Office) -> None:
    pledge = cn.registered("F-12", patents(), pledgee="Third")
    old, new = stated_party("Third"), stated_party("Third and Sons")
    body = RecordParty(CN_PATENTS, old, PartyKind.SUCCEEDED, new, bytes(20), 0, EVIDENCE, "Third and Sons")
    assert cn.refused(body) == "OfficersMissing", "who stands for a party takes two"
    cn.done(body, officers=2)
    found = cn.get(f"/parties/{to_hex(old)}")
    assert [(each["kind"], each["name"], each["other"]) for each in found["became"]] == [("succeeded", "Third and Sons", to_hex(new))]
    assert cn.get(f"/parties/{to_hex(new)}")["stands_for"] == [to_hex(old)]
    assert [each["pledge"] for each in cn.get("/searches/parties", party=to_hex(new))] == [pledge]
    assert [each["account"] for each in found["signers"] if each["office"] == cn.account] == [None]
    bank = cn.api.admit("third bank", "BANK")
    cn.done(RecordParty(CN_PATENTS, new, PartyKind.MEMBER, NONE, bank.address, 0, EVIDENCE, ""), officers=2)
    signers = {each["office"]: each["account"] for each in cn.get(f"/parties/{to_hex(old)}")["signers"]}
    assert signers[cn.account] == bank.account, "the successor's member signs for it now"


# --- What follows a pledge ---------------------------------------------------------------------------------------------------------------


def test_a_supplement_of_more_than_a_page_is_reserved_titled_and_added(cn: Office) -> None:
    pledge = cn.registered("F-13", patents())
    listed = rights(patents(129))
    segment = 0
    for page, keys in enumerate(listed.pages):
        cn.done(ReserveSegment(pledge, segment, asset_list(listed), listed.blind, page, listed.page_roots, keys))
        segment = cn.pledge(pledge)["segments"][-1]["segment"]
    reserved = cn.get(f"/assets/{to_hex(listed.keys[0])}")["reservations"]
    assert [(each["pledge"], each["segment"]) for each in reserved] == [(pledge, segment)]
    for page, titles in enumerate(listed.title_pages):
        cn.done(PublishTitles(segment, page, listed.title_roots, titles))
    body = AddSegment(cn.on(pledge, Code.SUPPLEMENT), cn.now(pledge), asset_list(listed), segment, listed.blind, (), (), NONE)
    cn.done(cn.document("S-1", BOTH, segments=(body,)))
    segments = cn.pledge(pledge)["segments"]
    assert [each["assets"] for each in segments] == [1, 129] and segments[1]["effective"]


def test_a_refinancing_stands_in_the_old_place(cn: Office) -> None:
    keys = patents()
    old = cn.registered("F-14", keys)
    before = cn.pledge(old)
    holders = (party("Second", PartyRole.PLEDGEE),)
    consents = (*BOTH, consent(PartyRole.NEW_PLEDGEE, "Second"))
    terms, segments = Terms(900_000, CNY, 2, 0, 0), tuple(each["segment"] for each in before["segments"])
    body = RefinancePledge(
        cn.on(old, Code.REFINANCE), cn.now(old), instrument("R-1"), holders, names(["Second"]), terms, NONE, NONE, segments, consents
    )
    cn.done(body, officers=2)
    new = cn.newest()
    assert cn.pledge(old)["reason"] == "refinanced" and cn.pledge(old)["refinanced_by"][0]["pledge"] == new
    found = cn.pledge(new)
    assert found["refinances"]["up_to"] == {"minor": "500000", "currency": "CNY"} and found["filing"] is None
    assert found["effective"] == before["effective"], "the old time, without a gap"
    order = cn.get(f"/assets/{to_hex(keys[0])}/priority")
    assert [[each["amount"] for each in place["tranches"]] for place in order["places"]] == [["500000"], ["400000"]]
    assert "Interpretation on Security 16" in order["places"][0]["tranches"][0]["source"]


def test_enforcement_a_sale_and_the_release_of_what_was_sold(cn: Office) -> None:
    keys = patents(2)
    pledge = cn.registered("F-15", keys)
    enforce = SetPledgeState(cn.on(pledge, Code.ENFORCE), cn.now(pledge), 0)
    cn.done(cn.document("E-1", BOTH[1:], states=(enforce,)))
    assert cn.pledge(pledge)["life"] == "enforcing"
    sold = RecordSale(
        cn.on(pledge, Code.SALE), cn.now(pledge), instrument("E-2"), 300_000, CNY, 20_000, 0, stated_party("Buyer"), (keys[0],),
        (SaleShare(pledge, 1, 500_000, 280_000),), BOTH[1:],
    )  # fmt: skip
    assert cn.refused(replace(sold, costs=10_000), officers=2) == "SaleUneven"
    cn.done(sold, officers=2)
    (sale,) = cn.pledge(pledge)["sales"]
    assert (sale["price"]["minor"], sale["costs"]["minor"], sale["shares"][0]["amount"]["minor"]) == ("300000", "20000", "280000")
    listed = rights(keys)
    segment = cn.pledge(pledge)["segments"][0]["segment"]
    leaf = LeafPage(segment, listed.blind, 0, listed.page_roots, listed.keys, 1)
    release = ReleaseAssets(cn.on(pledge, Code.PART_RELEASE), cn.now(pledge), 1, EndReason.ENFORCED, (leaf,), ())
    cn.done(cn.document("E-3", BOTH[1:], partReleases=(release,)), officers=2)
    assert cn.get(f"/assets/{to_hex(listed.keys[0])}")["encumbrances"] == []
    assert [each["pledge"] for each in cn.get(f"/assets/{to_hex(listed.keys[1])}")["encumbrances"]] == [pledge]


def test_a_debtors_demand_stands_on_the_record_and_starts_its_clock(api: Api) -> None:
    au = office_named(api, "Australian securities register", AU_PPSR)
    keys, expires = [asset_key("AU", "P", "R", f"2017{next(_places):06d}")], 1_730_000_000
    terms, listed = Terms(500_000, CNY, 2, 0, expires), rights(keys)
    body = au.filing(keys, "D-1", consents=BOTH[1:], flags=int(Flag.SERIAL_NUMBERED), terms=terms)
    au.done(RecordPledge(body, listed.blind, listed.keys, names(["Pledgor", "Bank"]), listed.titles, ()))
    pledge = au.newest()
    assert au.get(f"/pledges/{pledge}/clocks") == []
    demand = NotePledge(au.on(pledge, Code.OBJECT), au.now(pledge), NoteKind.OBJECTION, 0, EVIDENCE, (), "the debt is paid")
    au.done(au.document("D-2", BOTH[:1], notes=(demand,)))
    (note,) = au.pledge(pledge)["notes"]
    assert (note["kind"], note["pledge"], note["text"]) == ("objection", pledge, "the debt is paid")
    (clock,) = au.get(f"/pledges/{pledge}/clocks")
    assert (clock["name"], clock["key"], clock["state"], clock["unit"]) == ("demand", "AU-AMENDMENT-DEMAND", "running", "working days")
    change = ChangeTerms(au.on(pledge, Code.SET_TERMS), au.now(pledge), replace(terms, ceiling=400_000), NONE, NONE)
    au.done(au.document("D-3", BOTH[1:], terms=(change,)))
    assert [each["state"] for each in au.get(f"/pledges/{pledge}/clocks")] == ["met"]


def test_an_end_by_mistake_is_undone_with_the_old_time(cn: Office) -> None:
    keys = patents()
    pledge = cn.registered("F-16", keys)
    effective = cn.pledge(pledge)["effective"]
    release = ReleasePledge(cn.on(pledge, Code.RELEASE), cn.now(pledge), 1, EndReason.RELEASED, (), ())
    ended = cn.done(cn.document("X-1", BOTH[1:], releases=(release,)), officers=2)
    assert cn.pledge(pledge)["life"] == "ended"
    listed = rights(keys)
    segment = cn.pledge(pledge)["segments"][0]["segment"]
    page = LeafPage(segment, listed.blind, 0, listed.page_roots, listed.keys, 0)
    body = RectifyPledge(
        cn.on(pledge, Code.RECTIFY), RectifyKind.RESTORE, _bytes(ended["digest"]), instrument("X-2"), 0, (), (page,), (), ()
    )
    assert cn.refused(body) == "OfficersMissing"
    cn.done(body, officers=2)
    found = cn.pledge(pledge)
    assert (found["life"], found["effective"]) == ("registered", effective)
    assert [(each["kind"], each["corrects"]) for each in found["rectifications"]] == [("restore", ended["digest"])]


# --- Relations, in a register of several ranks --------------------------------------------------------------------------------------------


def recorded(us: Office, number: str, key: bytes, pledgee: str, effective: int) -> int:
    body = us.filing([key], number, pledgee=pledgee, when=When(TimeSource.STATED, True, effective))
    listed = rights([key])
    us.done(RecordPledge(body, listed.blind, listed.keys, names(["Pledgor", pledgee]), listed.titles, ()))
    return us.newest()


def test_relations_reorder_liens_and_a_cycle_is_said(us: Office) -> None:
    key = asset_key("US", "P", "A", f"1700{next(_places):04d}")
    first, second, third = (
        recorded(us, f"70{at}-1", key, name, 1_690_000_000 + 100_000 * at) for at, name in enumerate(("Bank", "Second", "Third"))
    )

    def order() -> list[list[str]]:
        found = us.get(f"/assets/{to_hex(key)}/priority")
        return [[each["lien"] for each in place["tranches"]] for place in found["places"]]

    def yields(junior: int, senior: int, name: str) -> RelatePledges:
        consents = (consent(PartyRole.PLEDGEE, name),)
        return RelatePledges(us.on(junior, Code.RELATE), us.now(junior), instrument("REL"), senior, RelationKind.SUBORDINATION, 0, consents)

    assert order() == [[str(first)], [str(second)], [str(third)]]
    us.done(yields(first, third, "Bank"), officers=2)
    assert order() == [[str(second)], [str(third)], [str(first)]]
    (relation,) = us.pledge(first)["relations"]
    assert (relation["junior"], relation["senior"], relation["kind"], relation["cap"]) == (first, third, "subordination", None)
    us.done(yields(second, first, "Second"), officers=2)
    us.done(yields(third, second, "Third"), officers=2)
    found = us.get(f"/assets/{to_hex(key)}/priority")
    assert found["places"] == [] and sorted(found["cycle"]["liens"]) == sorted(map(str, (first, second, third)))
    assert len(found["cycle"]["sources"]) == 3


def test_where_a_new_lien_would_stand_and_who_would_be_paid(us: Office) -> None:
    key = asset_key("US", "P", "A", f"1701{next(_places):04d}")
    first = recorded(us, "710-1", key, "Bank", 1_690_000_000)
    second = recorded(us, "711-1", key, "Second", 1_691_000_000)
    asked = {
        "owed": {str(first): "300000", str(second): "100000"},
        "if_filed": {"key": "ours", "amount": "200000", "value": "550000"},
        "sale": {"amount": "350000", "costs": "10000"},
    }
    found = us.api.http.post(f"/assets/{to_hex(key)}/priority", json=asked).raise_for_status().json()["data"]
    assert found["if_filed"] == {"rank": 3, "ahead": "400000", "beside": "0", "left": "150000", "refusals": []}
    assert found["proceeds"]["costs"] == "10000" and [each["amount"] for each in found["proceeds"]["payments"]] == ["300000", "40000"]
    assert found["currency"] == "CNY" and all(each["sources"][0]["event"] == "PledgeRegistered" for each in found["liens"])
    earlier = us.get(f"/assets/{to_hex(key)}/priority", effective_at="2023-07-25T00:00:00Z")
    assert [[each["lien"] for each in place["tranches"]] for place in earlier["places"]] == [[str(first)]]
    for wrong, said in (
        ({"owed": {"x": "1"}}, "owed"),
        ({"owed": {str(first): "-1"}}, "owed"),
        ({"others": [{"key": str(first), "amount": "1"}]}, "stated twice"),
        ({"relations": [{"senior": "9999", "junior": str(first), "kind": "subordination", "source": "deed"}]}, "no lien on this asset"),
        ({"if_filed": {"key": "ours", "amount": "1"}}, "value"),
        ({"surplus": 1}, "surplus"),
    ):
        assert said in problem(us.api.http.post(f"/assets/{to_hex(key)}/priority", json=wrong), 422)["detail"]


# --- Who may, and once ------------------------------------------------------------------------------------------------------------------


def test_an_act_of_the_office_is_the_offices_alone(cn: Office) -> None:
    stranger = cn.api.admit("stranger", "REGISTRAR")
    hold = PlaceHold(CN_PATENTS, Code.FEE_HOLD, HoldTarget.ASSET, patents()[0], Effect.REGISTER, HoldKind.FEE_UNPAID, 0, NONE, EVIDENCE)
    bank = cn.api.admit("bystander", "BANK")
    for member, role in ((stranger, "REGISTRAR"), (bank, None)):
        told = problem(cn.api.act(member, "PlaceHold", to_json(hold), role=role), 422)
        assert told["reason"]["error"] == "OfficersMissing", "neither another's registrar nor a bank's key is an officer of this office"


def test_the_same_key_does_it_once(cn: Office) -> None:
    key = patents()[0]
    hold = PlaceHold(CN_PATENTS, Code.FEE_HOLD, HoldTarget.ASSET, key, Effect.REGISTER, HoldKind.FEE_UNPAID, 0, NONE, EVIDENCE)
    name = cn.api.fresh_key("hold")
    first, again = (cn.api.done(cn.post(hold, key=name)) for _ in range(2))
    assert first["id"] == again["id"] and len(cn.get("/holds", target="asset", id=to_hex(key))) == 1
    assert problem(cn.post(replace(hold, bars=int(Effect.NOTE)), key=name), 409)["title"] == "Idempotency key reused"


def test_what_is_wrong_in_a_body_names_its_field(cn: Office) -> None:
    hold = to_json(PlaceHold(CN_PATENTS, Code.HOLD, HoldTarget.ASSET, patents()[0], 1, 1, 0, NONE, EVIDENCE))
    wrongs: tuple[tuple[Json, str], ...] = (
        ({"bars": 256}, "body.bars"),
        ({"id": "0x12"}, "body.id"),
        ({"surplus": 1}, "body.surplus"),
        ({"until": "x"}, "body.until"),
    )
    for change, field in wrongs:
        told = problem(cn.api.act(cn.member, "PlaceHold", {**hold, **change}, role="REGISTRAR"), 422)
        assert told["field"] == field and field in told["detail"]
