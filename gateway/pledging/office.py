"""Writers of an office's own acts: holds, numbers joined, what became of parties."""

from gateway.errors import invalid
from gateway.pledging import words
from gateway.pledging.consenting import Signer
from gateway.pledging.parts import NONE, Json
from gateway.pledging.writing import Made, Writing
from ledger.domain.calendar import rfc3339
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import HoldKind, HoldTarget, PartyKind
from ledger.domain.registers import Code, Effect, PartyRole
from ledger.mirror.schema import word

BARS = {
    "registration": Effect.REGISTER,
    "end": Effect.END_ALL,
    "part release": Effect.END_LEAVES,
    "supplement": Effect.ADD_SEGMENT,
    "terms": Effect.SET_TERMS,
    "parties": Effect.SET_PARTIES,
    "state": Effect.SET_STATE,
}
"""What a hold bars, as people write it."""


def hold(writing: Writing) -> Made:
    """A hold on a right, a pledge, its claim or a party."""
    fee = writing.code() is Code.FEE_HOLD
    kind = HoldKind.FEE_UNPAID if fee else words.one_of(HoldKind, writing.needed(writing.given.hold, "hold"), "hold")
    told = [each.strip().lower() for each in writing.needed(writing.given.bars, "bars")]
    if unknown := [each for each in told if each not in BARS]:
        raise invalid(f"bars: {unknown[0][:40]!r} is none of {', '.join(BARS)}", field="bars")
    until = words.last_second(writing.given.until or "", "until", writing.zone)
    body = {**_head(writing), "bars": int(sum({BARS[each] for each in told})), "kind": int(kind), "until": until, **_order(writing)}
    ends = f"until {writing.end_said(until)}" if until else "until it is lifted"
    says = [
        f"hold ({words.in_words(kind)}) on {writing.given.target} {writing.given.of}: bars {', '.join(told)}, {ends}",
        *_order_said(writing),
    ]
    return Made("PlaceHold", [body], _signers(writing), says, "see it: pledge holds TARGET ID")


def lift(writing: Writing) -> Made:
    """The end of a hold, by its number in its target's queue."""
    body = {**_head(writing), "number": writing.needed(writing.given.number, "number"), **_order(writing)}
    says = [f"lift hold {body['number']} on {writing.given.target} {writing.given.of}", *_order_said(writing)]
    return Made("LiftHold", [body], _signers(writing), says, "see it: pledge holds TARGET ID --ended")


def join(writing: Writing) -> Made:
    """Two numbers of one right: `joined` is the other number of `right`."""
    key = writing.right(writing.needed(writing.given.right, "right"), "right")
    other = writing.right(writing.needed(writing.given.joined, "joined"), "joined")
    body = {"register": writing.kept.row.register, "other": to_hex(other.key), "key": to_hex(key.key), "evidence": writing.proof()}
    rule = writing.rule()
    signers = writing.officers(rule, least=max(1, rule.officers_vouching))
    return Made("JoinAssets", [body], signers, [f"{other.number} is another number of {key.number}"], "see it: pledge asset RIGHT")


def party(writing: Writing) -> Made:
    """What became of a party, before the office of a register."""
    given = writing.given
    kind = words.one_of(PartyKind, writing.needed(given.became, "became"), "became")
    if kind is PartyKind.MEMBER and given.member is None:
        raise invalid("member: missing; the account that the party is bound to", field="member")
    if kind in (PartyKind.SUCCEEDED, PartyKind.RECEIVED) and not given.other:
        raise invalid("other: missing; the party that took its place, by identifier or name", field="other")
    rule = writing.rule()
    when = words.moment(given.when, "when", writing.zone)[0] if given.when else 0
    body = {
        "register": writing.kept.row.register,
        "party": to_hex(writing.identified(writing.needed(given.party, "party"), "party")),
        "kind": int(kind),
        "other": to_hex(writing.identified(given.other, "other") if given.other else NONE),
        "account": given.member or "0x" + "00" * 20,
        "effective": when,
        "evidence": writing.proof(),
        "name": given.name or (given.other if kind is PartyKind.SUCCEEDED and given.other else ""),
    }
    whom = given.other or given.name or given.member or ""
    says = [f"{given.party}: {words.in_words(kind)} {whom}{f', from {rfc3339(when)}' if when else ''}".rstrip()]
    return Made("RecordParty", [body], writing.officers(rule), says, "see it: pledge party WORD")


def _head(writing: Writing) -> Json:
    target = words.one_of(HoldTarget, writing.needed(writing.given.target, "target"), "target")
    return {
        "register": writing.kept.row.register,
        "code": int(writing.code()),
        "target": int(target),
        "id": to_hex(_target(writing, target)),
    }


def _target(writing: Writing, target: HoldTarget) -> bytes:
    text = writing.needed(writing.given.of, "of")
    if target is HoldTarget.ASSET:
        return writing.right(text, "of").key
    if target is HoldTarget.PARTY:
        return writing.identified(text, "of")
    if not text.isdecimal():
        raise invalid(f"of: {text[:40]!r}, the pledge's number expected", field="of")
    return word(int(text))


def _order(writing: Writing) -> Json:
    return {"authority": to_hex(writing.authority), "order": writing.given.order or writing.proof()}


def _order_said(writing: Writing) -> list[str]:
    return [f"by order of {writing.given.authority}"] if writing.given.authority else []


def _signers(writing: Writing) -> list[Signer]:
    rule = writing.rule()
    return writing.officers(rule, order=PartyRole.AUTHORITY in rule.consents)
