"""Writers of the acts on a registered pledge: what one document changes, ends or notes, and the acts that stand by themselves."""

from collections.abc import Sequence

from gateway.errors import invalid
from gateway.pledging import parts, words
from gateway.pledging.consenting import Consenting, Signer
from gateway.pledging.parts import NONE, Json
from gateway.pledging.writing import Made, Writing, party_said, rights_said
from ledger.domain.act_types import Party, RefinancePledge
from ledger.domain.ids import to_hex
from ledger.domain.money import currency, to_text
from ledger.domain.pledge_words import NoteKind, RectifyKind, RelationKind
from ledger.domain.registers import Code, EndReason, PartyRole
from ledger.domain.registers import Rule as RuleFlag
from ledger.mirror.models import Segment
from ledger.mirror.queries import pledges, records
from ledger.mirror.schema import number

BASES = {"cited": 1, "inferred": 2, "officer": 3}
"""How a document was matched with the pledge (contracts/types/ActCode.sol, MatchBases)."""
_NEW = {PartyRole.PLEDGEE: PartyRole.NEW_PLEDGEE, PartyRole.PLEDGOR: PartyRole.NEW_PLEDGOR, PartyRole.CO_OWNER: PartyRole.NEW_PLEDGOR}


# --- One document's acts on a pledge -----------------------------------------------------------------------------------------------------


def release(writing: Writing) -> Made:
    """The end of a pledge whole; where the document's list differs from the pledge's, the difference is kept."""
    ended = {"unlisted": writing.keys(writing.given.unlisted, "unlisted"), "unpledged": writing.keys(writing.given.unpledged, "unpledged")}
    reason = _reason(writing)
    says = [f"end pledge {writing.number} whole: {words.in_words(reason)}"]
    says += [f"{len(keys)} rights {what}" for what, keys in (("of the pledge are not in the document", ended["unlisted"]),
             ("of the document are not pledged here", ended["unpledged"])) if keys]  # fmt: skip
    return _document(writing, {"basis": _basis(writing), "reason": int(reason), **ended}, says, "it is over: pledge statement NUMBER")


def part_release(writing: Writing) -> Made:
    """The end of the rights named, of those that are pledged; the others go on."""
    rights, desk = writing.rights(), writing.desk
    ending = {right.key for right, _ in rights}
    reason = _reason(writing)
    pages: list[Json] = []
    found = set[bytes]()
    leaves = desk.leaves(writing.number)
    for segment in pledges.segments(desk.conn, writing.number):
        live = {each.listed for each in leaves if each.segment == segment.segment and each.reason is None} & ending
        if segment.effective is not None and live:
            listed = desk.segment_list(segment, writing.blind)
            pages += parts.leaf_pages(segment.segment, listed, live) if listed else []
            found |= live
    if missing := [right.number for right, _ in rights if right.key not in found]:
        raise invalid(
            f"rights: {missing[0]} is not under pledge {writing.number} now; name what is, and the rest as unpledged", field="rights"
        )
    unpledged = writing.keys(writing.given.unpledged, "unpledged")
    says = [f"end {len(rights)} rights of pledge {writing.number}: {words.in_words(reason)}", *rights_said(rights)]
    what = {"basis": _basis(writing), "reason": int(reason), "leaves": pages, "unpledged": unpledged}
    return _document(writing, what, says, "the other rights stay pledged: pledge assets NUMBER")


def set_terms(writing: Writing) -> Made:
    """New terms; what is not told stays as it is."""
    state = writing.standing.state
    before = {
        "ceiling": str(number(state.ceiling)),
        "currency": state.currency,
        "kind": state.kind,
        "due": state.due,
        "expires": state.expires,
    }
    terms = writing.terms(writing.needed(writing.given.terms, "terms"), before)
    if terms == before:
        raise invalid("terms: they are as they were; tell what changes", field="terms")
    says = [f"change the terms of pledge {writing.number}", *_changed(writing, before, terms)]
    what = {
        "terms": terms,
        "content": writing.given.content or to_hex(state.content or NONE),
        "agreement": writing.given.agreement or to_hex(state.agreement or NONE),
    }
    return _document(writing, what, says, "see what it changed: pledge statement NUMBER")


def change_parties(writing: Writing) -> Made:
    """New lists of parties: a transfer names the new holders; a side of which nobody is told stays as it is."""
    admitted = (PartyRole.PLEDGEE,) if writing.code() is Code.TRANSFER else (PartyRole.PLEDGOR, PartyRole.CO_OWNER, PartyRole.PLEDGEE)
    told = writing.parties(admitted)
    if not told:
        raise invalid("parties: nobody is told; name the new holders with their shares", field="parties")
    sides = {
        "pledgors": [party for party, _, _ in told if party.role != PartyRole.PLEDGEE],
        "holders": [party for party, _, _ in told if party.role == PartyRole.PLEDGEE],
    }
    texts = [text for _, text, _ in told]
    what = {**{name: parts.parties(side) for name, side in sides.items()}, "names": parts.names(texts)}
    incoming = [(_NEW[PartyRole(side[0].role)], side) for side in sides.values() if side]
    said = [party_said(party, text.name) for party, text, _ in told]
    says = [f"{writing.spec.name.replace('-', ' ')} of pledge {writing.number}; from now on:", *said]
    return _document(
        writing, what, says, "see who holds it: pledge show NUMBER", incoming, {party.id: each.name for party, _, each in told}
    )


def supplement(writing: Writing) -> Made:
    """More rights, as a segment of its own that ranks by its own time."""
    rights = writing.rights()
    listed = writing.listing(rights)
    long = parts.is_long(listed)
    if long and writing.given.segment is None:
        raise invalid(
            "segment: more than 128 rights are reserved before (act reserve); give the segment that was reserved", field="segment"
        )
    what = {
        "list": parts.asset_list(listed),
        "reserved": writing.given.segment or 0,
        **parts.page(None if long else listed),
        "titles": list(listed.titles) if listed and not long else [],
        "content": writing.given.content or to_hex(NONE),
    }
    if long and listed:
        what["blind"] = to_hex(listed.blind)
    made = _document(writing, what, [f"add {len(rights)} rights to pledge {writing.number}", *rights_said(rights)], "pledge assets NUMBER")
    made.listed = listed
    return made


def set_state(writing: Writing) -> Made:
    """Enforcement noted, or its end."""
    says = [f"{writing.spec.help.rstrip('.').replace('a pledge', f'pledge {writing.number}', 1)}"]
    return _document(writing, {"reason": 0}, says, "pledge show NUMBER")


def note(writing: Writing) -> Made:
    """A note, an agreement of the holders, or an objection of the pledgor."""
    kind = (
        NoteKind.OBJECTION if writing.code() is Code.OBJECT else words.one_of(NoteKind, writing.needed(writing.given.note, "note"), "note")
    )
    subject = writing.given.subject or ""
    document = writing.given.instrument.document
    what: Json = {
        "kind": int(kind),
        "other": _whole(writing.given.other, "other"),
        "subject": _subject(subject) if subject else document or to_hex(NONE),
        "assets": [to_hex(key) for key in sorted(right.key for right, _ in writing.rights())],
        "text": writing.given.text or "",
    }
    says = [
        f"note on pledge {writing.number}: {words.in_words(kind)}",
        *([what["text"]] if what["text"] else []),
        *rights_said(writing.rights()),
    ]
    return _document(writing, what, says, "pledge history NUMBER")


def _document(
    writing: Writing,
    what: Json,
    says: list[str],
    then: str,
    incoming: Sequence[tuple[PartyRole, Sequence[Party]]] = (),
    names: dict[bytes, str] | None = None,
) -> Made:
    """The body of PledgeActs with the one part that the act is."""
    head, signers, consenting = _on(writing, incoming, names or {})
    body = parts.document_of(writing.instrument, [each.body() for each in consenting], **{writing.spec.part: [{**head, **what}]})
    says = [*says, *_instrument_said(writing), *(each.said() for each in consenting)]
    return Made("PledgeActs", [body], signers, says, then)


def _on(
    writing: Writing, incoming: Sequence[tuple[PartyRole, Sequence[Party]]], names: dict[bytes, str]
) -> tuple[Json, list[Signer], list[Consenting]]:
    """What every later act says first, and who consents: the parties on record and those who come in."""
    if writing.standing.state.number is None:
        raise invalid(f"pledge: {writing.number} is not registered yet; see `pledgebook pledge clocks {writing.number}`", field="pledge")
    rule = writing.rule()
    pledgors, holders = writing.desk.sides(writing.number)
    known = {**writing.desk.names(writing.number), **names}
    signers, consenting = writing.consenting(rule, known, [(None, pledgors), (None, holders), *incoming])
    on = {"pledge": writing.number, "version": writing.standing.state.version, "code": int(writing.code()), "when": writing.when(rule)}
    return {"on": on, "parties": parts.parties_now(pledgors, holders)}, signers, consenting


# --- Acts with a body of their own -----------------------------------------------------------------------------------------------


def relate(writing: Writing) -> Made:
    """A pledge yields to another, agreed by the holders of the one that yields."""
    senior = writing.needed(writing.given.senior, "senior")
    kind = words.one_of(RelationKind, writing.needed(writing.given.relation, "relation"), "relation")
    head, signers, consenting = _on(writing, (), {})
    body = {
        **head,
        "instrument": writing.instrument,
        "senior": senior,
        "kind": int(kind),
        "cap": writing.given.cap or "0",
        "consents": [each.body() for each in consenting],
    }
    up_to = f", up to {writing.given.cap} minor units" if writing.given.cap else ""
    says = [f"pledge {writing.number} yields to pledge {senior}: {words.in_words(kind)}{up_to}", *(each.said() for each in consenting)]
    return Made("RelatePledges", [body], signers, says, "see the order: pledge priority RIGHT")


def refinance(writing: Writing) -> Made:
    """A new agreement in the place of the old one: a new pledge that keeps its rank up to the old ceiling."""
    told = writing.parties((PartyRole.PLEDGEE,))
    holders, names = [party for party, _, _ in told], [text for _, text, _ in told]
    terms = writing.terms(writing.needed(writing.given.terms, "terms"))
    head, signers, consenting = _on(writing, [(PartyRole.NEW_PLEDGEE, holders)], {party.id: each.name for party, _, each in told})
    body = {
        **head,
        "instrument": writing.instrument,
        "holders": parts.parties(holders),
        "names": parts.names(names),
        "terms": terms,
        "content": writing.given.content or to_hex(NONE),
        "agreement": writing.given.agreement or writing.instrument["document"],
        "segments": [each.segment for each in pledges.segments(writing.desk.conn, writing.number) if each.effective is not None],
        "consents": [each.body() for each in consenting],
    }
    says = [
        f"refinance pledge {writing.number}: a new pledge stands in its place",
        *(party_said(party, text.name) for party, text, _ in told),
    ]
    says += [*writing.terms_said(terms), *(each.said() for each in consenting)]
    return Made("RefinancePledge", [body], signers, says, "the new pledge has a number of its own: pledge show NUMBER tells it")


def sale(writing: Writing) -> Made:
    """What a sale of pledged rights brought, and who is paid at which rank."""
    given = writing.given
    unit = currency(writing.needed(given.currency, "currency"))
    rights = writing.rights()
    head, signers, consenting = _on(writing, (), {})
    shares = [each.model_dump() for each in writing.needed(given.shares, "shares")]
    body = {
        **head,
        "instrument": writing.instrument,
        "price": writing.needed(given.price, "price"),
        "currency": unit.number,
        "costs": given.costs or "0",
        "surplus": given.surplus or "0",
        "buyer": to_hex(writing.identified(writing.needed(given.buyer, "buyer"), "buyer")),
        "assets": [to_hex(key) for key in sorted(right.key for right, _ in rights)],
        "shares": shares,
        "consents": [each.body() for each in consenting],
    }
    paid = [f"pledge {each['pledge']}, rank {each['rank']}: {to_text(int(each['amount']), unit)} {unit.code}" for each in shares]
    says = [
        f"sale under pledge {writing.number} to {given.buyer}: {to_text(int(body['price']), unit)} {unit.code}",
        *paid,
        *rights_said(rights),
    ]
    return Made(
        "RecordSale", [body], signers, [*says, *(each.said() for each in consenting)], "release what was sold: pledge part-release NUMBER"
    )


def rectify(writing: Writing) -> Made:
    """An end undone with the original time, by the registrar's own error or an order; or a conflict settled."""
    kind = words.one_of(RectifyKind, writing.needed(writing.given.rectification, "rectification"), "rectification")
    rule, state = writing.rule(), writing.standing.state
    signers, consenting = writing.consenting(rule, {}, [], least=1)
    rights = writing.rights()
    keys = {right.key for right, _ in rights}
    moved = _moved(writing) if kind is RectifyKind.RESTORE else []
    body: Json = {
        "on": {"pledge": writing.number, "version": state.version, "code": int(writing.code()), "when": writing.when(rule)},
        "kind": int(kind),
        "corrects": writing.given.corrects or _last_act(writing),
        "instrument": writing.instrument,
        "expires": _end_again(writing) if kind is RectifyKind.RESTORE else 0,
        "segments": moved,
        "pages": [] if kind is RectifyKind.SETTLE_CONFLICT else _restored(writing, kind, keys, moved),
        "assets": [to_hex(key) for key in sorted(keys)] if kind is RectifyKind.SETTLE_CONFLICT else [],
        "consents": [each.body() for each in consenting],
    }
    says = [f"rectify pledge {writing.number}: {words.in_words(kind)}; corrects act {body['corrects'][:18]}...", *rights_said(rights)]
    return Made("RectifyPledge", [body], signers, [*says, *(each.said() for each in consenting)], "pledge show NUMBER")


def reserve(writing: Writing) -> Made:
    """The rights of a long supplement, reserved by pages: the first page without a segment, which it opens; the others with it."""
    rights = writing.rights()
    listed = writing.listing(rights)
    if not parts.is_long(listed):
        raise invalid("rights: a list of at most 128 needs no reservation; use supplement", field="rights")
    segment = writing.given.segment or 0
    pages = parts.key_pages(listed)
    head = {"pledge": writing.number, "segment": segment, "list": parts.asset_list(listed)}
    bodies = [{**head, **page} for page in (pages[1:] if segment else pages[:1])]
    which = f"pages 1 to {len(pages) - 1}" if segment else f"the first of {len(pages)} pages"
    says = [f"reserve {len(rights)} rights for a supplement of pledge {writing.number}: {which}"]
    then = "publish the titles, then supplement" if segment else "the other pages: the same with the segment that it opened"
    return Made("ReserveSegment", bodies, writing.officers(writing.rule(Code.ACCEPT)), says, then, listed=listed)


# --- What they share --------------------------------------------------------------------------------------------------------------


def _reason(writing: Writing) -> EndReason:
    admitted = writing.rule().reasons
    return words.one_of(EndReason, writing.given.reason or words.in_words(admitted[0]), "reason", admitted)


def _basis(writing: Writing) -> int:
    found = BASES.get((writing.given.basis or "cited").lower())
    if found is None:
        raise invalid(f"basis: {writing.given.basis!r} is none of {', '.join(BASES)}", field="basis")
    return found


def _restored(writing: Writing, kind: RectifyKind, keys: set[bytes], moved: Sequence[int]) -> list[Json]:
    """The pages that are restored: of rights named their bits; of a whole pledge every page, where nobody else may stand beside it."""
    leaves = kind is RectifyKind.RESTORE_LEAVES
    if not leaves and not writing.kept.rules.flags & RuleFlag.SINGLE_RANK:
        return []
    pages: list[Json] = []
    for segment in (*pledges.segments(writing.desk.conn, writing.number), *_segments(writing, moved)):
        listed = writing.desk.segment_list(segment, writing.blind) if segment.effective is not None else None
        if listed is not None:
            every = parts.every_leaf_page(segment.segment, listed)
            pages += parts.leaf_pages(segment.segment, listed, keys) if leaves else every
    return pages


def _moved(writing: Writing) -> list[int]:
    """The segments that a refinancing took from the pledge, as it named them; none where it has its own."""
    followed = records.refinanced_by(writing.desk.conn, writing.number)
    for row in reversed(followed):
        for body in writing.desk.bodies(row.pos):
            if isinstance(body, RefinancePledge) and body.on.pledge == writing.number:
                return list(body.segments)
    return []


def _segments(writing: Writing, numbers: Sequence[int]) -> list[Segment]:
    heirs = [row.pledge for row in records.refinanced_by(writing.desk.conn, writing.number)]
    held = [each for heir in heirs for each in pledges.segments(writing.desk.conn, heir)]
    return [each for each in held if each.segment in numbers]


def _end_again(writing: Writing) -> int:
    """When a restored entry ends: as before; where that has passed, as is told."""
    expires = writing.standing.state.expires
    if expires == 0 or expires >= writing.desk.time:
        return expires
    return words.last_second(writing.given.expires or "", "expires", writing.zone)


def _last_act(writing: Writing) -> str:
    """The last act on the pledge, which a rectification corrects where none is named."""
    done = pledges.history(writing.desk.conn, writing.number)
    return to_hex(done[-1].act.act)


def _changed(writing: Writing, before: Json, after: Json) -> list[str]:
    """Terms before and after, line by line where they differ."""
    pairs = zip(writing.terms_said(before), writing.terms_said(after), strict=True)
    return [f"{new} (was {old.split(': ', 1)[1]})" if old != new else f"{new} (as before)" for old, new in pairs]


def _instrument_said(writing: Writing) -> list[str]:
    given = writing.given.instrument
    return [f"document: {' '.join(filter(None, (given.number, given.caption)))}"] if given.number or given.caption else []


def _whole(text: str | None, field: str) -> int:
    if text is None:
        return 0
    if not text.isdecimal():
        raise invalid(f"{field}: {text[:40]!r}, a pledge's number expected", field=field)
    return int(text)


def _subject(text: str) -> str:
    return text if len(text) == 66 and text.startswith("0x") else to_hex(words.word_of(text, "subject"))
