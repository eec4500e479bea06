"""One writer an act: from the description and what the mirror holds now to the body that is signed."""

import re
from collections.abc import Mapping
from itertools import accumulate

from sqlalchemy import select

from gateway.errors import invalid, not_found
from gateway.pledging.words import FieldError, one_of
from gateway.receivables.given import ReceivableGiven
from gateway.receivables.ranges import range_of
from gateway.receivables.table import TABLE
from gateway.receivables.visibility import visible
from gateway.receivables.writing import NONE, Acts, Json, Made, Signer, Writer
from gateway.receivables.writing import Writing as AnyWriting
from ledger.domain.ids import from_hex, to_hex, token_id
from ledger.domain.money import currency
from ledger.domain.ranges import DAY
from ledger.domain.token_flags import Mark, Scope
from ledger.mirror.models import CREDIT, MANDATE, RECEIVABLE_STATE, TOKEN, Receivable, ReceivableStatus, Token
from ledger.mirror.queries import marks, offers, receivables, tokens
from ledger.mirror.queries.reading import versions
from ledger.mirror.receivable_models import DISPUTE, Offer, OfferState, RetirementReason
from ledger.mirror.schema import number

Writing = AnyWriting[ReceivableGiven]
_PIECE = re.compile(r"(?P<account>0x[0-9a-fA-F]{40})=(?P<units>[0-9]{1,19})(=(?P<ref>0x[0-9a-fA-F]{64}))?")
_MODULE, _STANDARD_POLICY = 1, 1
_LEAST = Mark.EXISTENCE | Mark.AMOUNT | Mark.DUE_DATE
_MORE = (Mark.NO_SET_OFF, Mark.SHIELDED)


# --- Issue and confirmation -------------------------------------------------------------------------------------------------------------


def issue(writing: Writing) -> Made:
    """Draws a receivable up; the acting account is its supplier, unless the obligor is named."""
    given = writing.given
    supplier, obligor = from_hex(given.supplier or ""), from_hex(given.obligor or "")
    account = supplier if given.account is None else from_hex(given.account)
    if account not in (supplier, obligor):
        raise invalid("account: the supplier or the obligor issues", field="account")
    due, face = writing.end_of(given.due or "", "due"), int(given.face or 0)
    rate, _, basis = (given.late_rate or "0/1").partition("/")
    body: Json = {
        "supplier": to_hex(supplier),
        "obligor": to_hex(obligor),
        "face": str(face),
        "due": due,
        "grace": (given.grace_days or 0) * DAY,
        "lateRate": int(rate),
        "lateBasis": int(basis),
        "currency": currency(given.currency or "").number,
        "cash": writing.cash.number,
        "module": _MODULE,
        "leastPiece": 0,
        "policy": _STANDARD_POLICY if given.policy is None else given.policy,
        "tenorReason": given.tenor_reason or NONE,
        "contentRoot": given.content or NONE,
    }
    says = [
        f"{writing.who(supplier)} is owed {writing.money(face, writing.cash.currency)} by {writing.who(obligor)}",
        f"late from {writing.when(due)} on, with {given.grace_days or 0} days of grace and late interest of {rate}/{basis} a day",
    ]
    role = "SUPPLIER" if account == supplier else "OBLIGOR"
    return Made(body, (Signer(account, role),), says, "the obligor confirms: pledgebook receivable confirm")


def confirm(writing: Writing) -> Made:
    """Confirms the terms as they were issued."""
    given, issued = writing.given, _draft(writing)
    confirmed = _LEAST
    for text in given.confirms or ():
        confirmed |= one_of(Mark, text, "confirms", (*_MORE, *(bit for bit in Mark if bit & _LEAST)))
    body = {
        "receivable": writing.id,
        "issuer": to_hex(issued.issuer),
        "terms": terms_of(issued),
        "fingerprint": given.fingerprint,
        "confirmed": int(confirmed),
        "earlier": given.earlier or [],
    }
    said = ", ".join(str(bit.name).lower().replace("_", " ") for bit in Mark if bit & confirmed)
    says = [*_terms_in_words(writing), f"the obligor confirms: {said}"]
    return Made(body, (Signer(writing.acts(issued.obligor), "OBLIGOR"),), says, f"pledgebook receivable show {writing.id}")


def refuse(writing: Writing) -> Made:
    """Refuses a receivable that waits for its confirmation."""
    issued = _draft(writing)
    body = {"receivable": writing.id, "issuer": to_hex(issued.issuer), "terms": terms_of(issued), "reason": writing.given.document or NONE}
    says = [*_terms_in_words(writing), "the obligor refuses it"]
    return Made(body, (Signer(writing.acts(issued.obligor), "OBLIGOR"),), says, "nothing: it is over")


def withdraw_draft(writing: Writing) -> Made:
    """Its issuer takes a draft back."""
    issued = _draft(writing)
    made = writing.act_that_made(issued.issuer, issued.id, writing.standing.state.from_pos)
    issuer = writing.acts(issued.issuer)
    role = "SUPPLIER" if issuer == issued.supplier else "OBLIGOR"
    says = [*_terms_in_words(writing), f"{writing.who(issuer)} takes it back"]
    return Made({"issuedBy": str(made)}, (Signer(issuer, role),), says, "nothing: it is over")


def terms_of(issued: Receivable) -> Json:
    """The terms as they were issued, which a confirmation repeats whole."""
    return {
        "supplier": to_hex(issued.supplier),
        "obligor": to_hex(issued.obligor),
        "face": str(issued.face),
        "due": issued.due,
        "grace": issued.grace,
        "lateRate": issued.late_rate,
        "lateBasis": issued.late_basis,
        "currency": issued.currency,
        "cash": issued.cash,
        "module": issued.module,
        "leastPiece": issued.least_piece,
        "policy": issued.policy,
        "tenorReason": to_hex(issued.tenor_reason),
        "contentRoot": to_hex(issued.content_root),
    }


def _draft(writing: Writing) -> Receivable:
    if writing.standing.state.status != ReceivableStatus.DRAFT:
        state = ReceivableStatus(writing.standing.state.status).name.lower()
        raise invalid(f"receivable: {writing.id} is {state}; only a draft is confirmed or refused", field="receivable")
    return writing.issued


def _terms_in_words(writing: Writing) -> list[str]:
    issued = writing.issued
    return [
        f"receivable {writing.id}: {writing.who(issued.supplier)} is owed {writing.money(issued.face)} by {writing.who(issued.obligor)}",
        f"late from {writing.when(issued.due)} on, grace {issued.grace // DAY} days, {issued.late_rate}/{issued.late_basis} a day",
    ]


# --- Ranges -----------------------------------------------------------------------------------------------------------------------------


def move(writing: Writing) -> Made:
    """Gives a range away at once."""
    start, end = writing.range
    to = from_hex(writing.given.to or "")
    body = {"token": writing.token_id, **_piece(start, end), "to": to_hex(to), "ref": writing.given.background or NONE}
    owner = writing.acts(writing.token.owner)
    says = [f"{writing.who(owner)} gives {writing.about()} to {writing.who(to)}"]
    return Made(body, (Signer(owner),), says, _to_tell(writing.id, start, owner), _changes(writing))


def split(writing: Writing) -> Made:
    """Gives pieces away, neighbours from the token's start on."""
    token, pieces = writing.whole_token(), [_given(writing, text) for text in writing.given.pieces or ()]
    ends = list(accumulate((length for _, length, _ in pieces), initial=token.start))
    stop = token.start + token.length
    if ends[-1] > stop:
        raise FieldError(f"pieces: together {ends[-1] - token.start} minor units; the token there has {token.length}")
    owner = writing.acts(token.owner)
    told = [{"end": str(end), "to": to_hex(to), "ref": ref} for end, (to, _, ref) in zip(ends[1:], pieces, strict=True)]
    says = [
        f"{writing.who(owner)} gives [{start}, {start + length}) of receivable {writing.id}, {writing.money(length)}, to {writing.who(to)}"
        for start, (to, length, _) in zip(ends, pieces, strict=False)
    ]
    says.append(f"{writing.money(stop - ends[-1])} of that token stays its own")
    return Made(
        {"token": writing.token_id, "pieces": told},
        (Signer(owner),),
        says,
        _to_tell(writing.id, token.start, owner),
        _changes(writing),
    )


def _to_tell(receivable: int | str, start: int, assignor: bytes) -> str:
    """How the obligor is told of an assignment; of several each by its own."""
    return f"tell the obligor: pledgebook receivable notify {receivable} --start {start} --assignor {to_hex(assignor)}"


def _given(writing: Writing, text: str) -> tuple[bytes, int, str]:
    """To whom, how many minor units, and on which trade background: `ACCOUNT=UNITS` or `ACCOUNT=UNITS=BACKGROUND`. Raises FieldError."""
    found = _PIECE.fullmatch(text)
    if found is None or not int(found["units"]):
        raise FieldError(f"pieces: {text[:80]!r}; write an account and its minor units, as 0x9af7...=30000")
    return from_hex(found["account"]), int(found["units"]), (found["ref"] or writing.given.background or NONE).lower()


def move_many(writing: Writing) -> Made:
    """Gives whole tokens away at once."""
    ranges = [range_of(writing, text) for text in writing.given.ranges or ()]
    if cut := next((each for each in ranges if not each.is_whole), None):
        stop = cut.token.start + cut.token.length
        raise FieldError(f"ranges: {cut.text[:80]!r} is a part of [{cut.token.start}, {stop}); only whole tokens go together, see move")
    owner, to = writing.acts(ranges[0].token.owner), from_hex(writing.given.to or "")
    if owner == to:
        raise FieldError(f"to: the tokens are {writing.who(to)}'s already")
    body = {"tokens": [each.token_id for each in ranges], "to": to_hex(to), "ref": writing.given.background or NONE}
    says = [
        f"{writing.who(owner)} gives [{each.start}, {each.end}) of receivable {number(each.standing.receivable.id)}, "
        f"{writing.money(each.end - each.start, each.standing.receivable.currency)}, to {writing.who(to)}"
        for each in ranges
    ]
    after = sum(versions(writing.desk.conn, TOKEN, [each.standing.receivable.number, each.start]) for each in ranges)
    return Made(body, (Signer(owner),), says, _to_tell(number(ranges[0].standing.receivable.id), ranges[0].start, owner), after)


def end_approvals(writing: Writing) -> Made:
    """Ends all that wallets were allowed."""
    account = from_hex(writing.given.account or "")
    says = [f"{writing.who(account)} ends every approval of a token, allowance and operator that it gave; its tokens stay its own"]
    return Made({"reason": writing.given.document or NONE}, (Signer(account),), says, "nothing", writing.desk.block)


def offer(writing: Writing) -> Made:
    """Offers a range; it is locked meanwhile."""
    start, end = writing.range
    to, deadline = from_hex(writing.given.to or ""), writing.last_second(writing.given.deadline or "", "deadline")
    body = {"token": writing.token_id, **_piece(start, end), "to": to_hex(to)}
    body |= {"ref": writing.given.background or NONE, "deadline": deadline}
    owner = writing.acts(writing.token.owner)
    says = [f"{writing.who(owner)} offers {writing.about()} to {writing.who(to)} until {writing.when(deadline)}; it is locked until then"]
    return Made(
        body,
        (Signer(owner),),
        says,
        f"the other accepts: pledgebook receivable accept {writing.id} --start {start}",
        _changes(writing),
    )


def accept(writing: Writing) -> Made:
    """Accepts what is offered, as payments have left it now."""
    token, found = _offered(writing)
    end = token.start + token.length
    owed = tokens.owed(writing.desk.conn, writing.issued.number, token.start, end)
    payments_so_far = writing.standing.state.payments
    body = {"token": writing.token_id, "length": str(token.length), "payments": payments_so_far}
    body |= {"leastOwed": str(owed), "ref": to_hex(found.reference)}
    recipient = writing.acts(found.recipient)
    says = [
        f"{writing.who(recipient)} takes {writing.about()} from {writing.who(found.sender)}",
        f"after {payments_so_far} payments it is owed {writing.money(owed)}; if that changes meanwhile, nothing is taken",
    ]
    return Made(body, (Signer(recipient),), says, _to_tell(writing.id, token.start, found.sender), _changes(writing))


def merge(writing: Writing) -> Made:
    """Two neighbours of one owner become one."""
    left = writing.whole_token()
    right = tokens.at_unit(writing.desk.conn, writing.issued.number, left.start + left.length)
    if right is None or right.owner != left.owner:
        raise invalid(f"start: the token from {left.start} on has no right neighbour of the same owner", field="start")
    body = {"left": writing.token_id, "right": str(token_id(number(writing.issued.id), right.start))}
    owner = writing.acts(left.owner)
    says = [
        f"{writing.who(owner)} makes {writing.about()} and [{right.start}, {right.start + right.length}) one; what they were paid is drawn"
    ]
    return Made(body, (Signer(owner),), says, "nothing", _changes(writing))


def decline(writing: Writing) -> Made:
    """Declines what is offered."""
    _token, found = _offered(writing)
    recipient = writing.acts(found.recipient)
    body = {"token": writing.token_id, "reason": writing.given.document or NONE}
    says = [f"{writing.who(recipient)} declines {writing.about()} from {writing.who(found.sender)}"]
    return Made(body, (Signer(recipient),), says, "nothing: the range is its owner's, unlocked", _changes(writing))


def recall(writing: Writing) -> Made:
    """Takes an offer back."""
    _token, found = _offered(writing)
    sender = writing.acts(found.sender)
    says = [f"{writing.who(sender)} takes back its offer of {writing.about()} to {writing.who(found.recipient)}"]
    return Made({"token": writing.token_id}, (Signer(sender),), says, "nothing: the range is unlocked", _changes(writing))


def _offered(writing: Writing) -> tuple[Token, Offer]:
    token = writing.whole_token()
    found = offers.get(writing.desk.conn, writing.issued.number, token.start)
    if found is None or found.state != OfferState.OPEN:
        raise invalid(f"start: no offer of the range from {token.start} on is open", field="start")
    return token, found


def notify(writing: Writing) -> Made:
    """Tells the obligor who holds a range that begins a token."""
    token = writing.whole_token()
    start, end = writing.range
    assignor = from_hex(writing.given.assignor or "")
    account = token.owner if writing.given.account is None else from_hex(writing.given.account)
    body = {"receivable": writing.id, **_piece(start, end), "assignor": to_hex(assignor), "assignee": to_hex(token.owner)}
    body |= {"contentRoot": writing.given.content or NONE}
    obligor = writing.who(writing.issued.obligor)
    says = [f"{writing.who(account)} tells {obligor}: {writing.about()} is {writing.who(token.owner)}'s, from {writing.who(assignor)}"]
    return Made(body, (Signer(account),), says, "the obligor says that it knows: pledgebook receivable acknowledge NOTICE")


def acknowledge(writing: Writing) -> Made:
    """The obligor acknowledges a notice."""
    found = offers.notice(writing.desk.conn, from_hex(writing.given.notice or ""))
    if found is None:
        raise not_found(f"notice {writing.given.notice}")
    of = receivables.of_numbers(writing.desk.conn, [found.receivable])[found.receivable]
    visible(writing.desk.session, writing.desk.conn, number(of.id))
    says = [f"{writing.who(found.obligor)} knows that {writing.who(found.assignee)} holds [{found.start}, {found.start + found.length})"]
    return Made({"notice": writing.given.notice}, (Signer(writing.acts(found.obligor), "OBLIGOR"),), says, "nothing")


def _changes(writing: Writing) -> int:
    """How often the token changed, so that what was undone may be done again in the same words."""
    return versions(writing.desk.conn, TOKEN, [writing.issued.number, writing.token.start])


def _piece(start: int, end: int) -> Json:
    return {"start": str(start), "end": str(end)}


# --- Ends and marks ---------------------------------------------------------------------------------------------------------------------


def retire(writing: Writing) -> Made:
    """Takes a range out for ever; owner and obligor see the same debt."""
    start, end = writing.range
    reason = one_of(RetirementReason, writing.given.reason or "", "reason")
    owed = tokens.owed(writing.desk.conn, writing.issued.number, start, end)
    body = {"token": writing.token_id, **_piece(start, end), "reason": int(reason)}
    body |= {"payments": writing.standing.state.payments, "owed": str(owed), "document": writing.given.document}
    owner, obligor = writing.acts(writing.token.owner), writing.issued.obligor
    signers = (Signer(owner),) if owner == obligor else (Signer(owner), Signer(obligor, "OBLIGOR"))
    why = reason.name.lower().replace("_", " ")
    says = [
        f"{writing.about()} leaves for ever ({why}): {writing.money(owed)} that it is owed fall away",
        f"{writing.who(owner)} and {writing.who(obligor)} sign",
    ]
    return Made(body, signers, says, f"pledgebook receivable show {writing.id}", _changes(writing))


def consent_cancel(writing: Writing) -> Made:
    """Agrees to a cancellation, which anybody can carry out once all owners do."""
    token, consents = writing.whole_token(), not writing.given.undo
    body = {"token": writing.token_id, "length": str(token.length), "consents": consents}
    owner = writing.acts(token.owner)
    agreed = marks.consented(writing.desk.conn, writing.issued.number)
    live = writing.issued.face - writing.standing.state.retired
    said = "agrees that the receivable be cancelled" if consents else "no longer agrees that the receivable be cancelled"
    says = [f"{writing.who(owner)} {said}: {writing.about()}", f"owners of {agreed} of {live} live minor units agree so far"]
    return Made(body, (Signer(owner),), says, f"once all agree: pledgebook receivable cancel {writing.id}", _changes(writing))


def write_off(writing: Writing) -> Made:
    """The owner's own mark; payments still come."""
    token, marked = writing.whole_token(), not writing.given.undo
    owner = writing.acts(token.owner)
    says = [f"{writing.who(owner)} {'writes off' if marked else 'no longer writes off'} {writing.about()}; payments still come"]
    return Made({"token": writing.token_id, "writtenOff": marked}, (Signer(owner),), says, "nothing", _changes(writing))


def dispute(writing: Writing) -> Made:
    """The obligor disputes."""
    scope = Scope(0)
    for text in writing.given.scope or ():
        scope |= one_of(Scope, text, "scope")
    obligor = writing.acts(writing.issued.obligor)
    body = {"receivable": writing.id, "scope": int(scope), "document": writing.given.document}
    what = ", ".join(str(bit.name).lower().replace("_", " ") for bit in Scope if bit & scope)
    says = [f"{writing.who(obligor)} disputes receivable {writing.id}: {what}; only the automatic debit stops, for a term"]
    return Made(body, (Signer(obligor, "OBLIGOR"),), says, f"pledgebook receivable end-dispute {writing.id}", _disputes(writing))


def end_dispute(writing: Writing) -> Made:
    """The obligor ends its dispute."""
    obligor = writing.acts(writing.issued.obligor)
    says = [f"{writing.who(obligor)} disputes receivable {writing.id} no more"]
    return Made({"receivable": writing.id}, (Signer(obligor, "OBLIGOR"),), says, "nothing", _disputes(writing))


def _disputes(writing: Writing) -> int:
    return versions(writing.desk.conn, DISPUTE, [writing.issued.number])


# --- Money ------------------------------------------------------------------------------------------------------------------------------


def pay(writing: Writing) -> Made:
    """The obligor pays; late interest first, then principal."""
    obligor = writing.acts(writing.issued.obligor)
    says = [f"{writing.who(obligor)} pays {writing.money(int(writing.given.amount or 0))} on receivable {writing.id}"]
    return Made(_payment(writing), (Signer(obligor, "OBLIGOR"),), says, f"pledgebook receivable show {writing.id}")


def pay_for(writing: Writing) -> Made:
    """Somebody else pays, and has a claim on the obligor for as much, behind the holders."""
    payer = from_hex(writing.given.account or "")
    says = [
        f"{writing.who(payer)} pays {writing.money(int(writing.given.amount or 0))} on receivable {writing.id} in the obligor's place",
        f"it has a claim for as much on {writing.who(writing.issued.obligor)}, behind the holders",
    ]
    return Made(_payment(writing), (Signer(payer),), says, f"pledgebook receivable show {writing.id}")


def _payment(writing: Writing) -> Json:
    return {"receivable": writing.id, "amount": writing.given.amount, "ref": writing.given.reference}


def waive_claim(writing: Writing) -> Made:
    """Gives up a claim for a payment in the obligor's place."""
    payer = from_hex(writing.given.account or "")
    says = [f"{writing.who(payer)} gives up what {writing.who(writing.issued.obligor)} owes it for paying on receivable {writing.id}"]
    body = {"receivable": writing.id, "reason": writing.given.document or NONE}
    return Made(body, (Signer(payer),), says, "nothing", versions(writing.desk.conn, RECEIVABLE_STATE, [writing.issued.number]))


def withdraw(writing: Writing) -> Made:
    """Pays out what is kept for an account."""
    account, cash = from_hex(writing.given.account or ""), writing.cash
    says = [f"{writing.who(account)} has paid out what is kept for it in cash {cash.number}"]
    kept = select(CREDIT.table.c.from_pos).where(CREDIT.table.c.account == account, CREDIT.table.c.cash == cash.number)
    return Made({"cash": cash.number}, (Signer(account),), says, "nothing", len(writing.desk.conn.execute(kept).all()))


def mandate(writing: Writing) -> Made:
    """Lets due debts be debited."""
    obligor, until = from_hex(writing.given.account or ""), writing.last_second(writing.given.until or "", "until")
    cap, partial = int(writing.given.cap or 0), bool(writing.given.partial)
    body = {"cash": writing.cash.number, "cap": str(cap), "until": until, "partial_": partial}
    how = "also less than a debt" if partial else "a whole debt or nothing"
    amount = writing.money(cap, writing.cash.currency)
    says = [f"{writing.who(obligor)} lets due debts be debited of its cash: {amount} in all, until {writing.when(until)}, {how}"]
    return Made(body, (Signer(obligor, "OBLIGOR"),), says, "anybody debits what is due", _mandates(writing, obligor))


def end_mandate(writing: Writing) -> Made:
    """Ends a mandate."""
    obligor = from_hex(writing.given.account or "")
    says = [f"{writing.who(obligor)} lets no more debts be debited of its cash {writing.cash.number}"]
    return Made({"cash": writing.cash.number}, (Signer(obligor, "OBLIGOR"),), says, "nothing", _mandates(writing, obligor))


def _mandates(writing: Writing, obligor: bytes) -> int:
    return versions(writing.desk.conn, MANDATE, [obligor, writing.cash.number])


WRITERS: Mapping[str, Writer[ReceivableGiven]] = {
    "issue": issue,
    "confirm": confirm,
    "refuse": refuse,
    "withdraw-draft": withdraw_draft,
    "move": move,
    "split": split,
    "move-many": move_many,
    "merge": merge,
    "offer": offer,
    "accept": accept,
    "decline": decline,
    "recall": recall,
    "notify": notify,
    "acknowledge": acknowledge,
    "retire": retire,
    "consent-cancel": consent_cancel,
    "dispute": dispute,
    "end-dispute": end_dispute,
    "write-off": write_off,
    "pay": pay,
    "pay-for": pay_for,
    "waive-claim": waive_claim,
    "withdraw": withdraw,
    "mandate": mandate,
    "end-approvals": end_approvals,
    "end-mandate": end_mandate,
}
RECEIVABLES = Acts(TABLE, WRITERS)
"""The acts on receivables."""
