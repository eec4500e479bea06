"""Writers of acts of guarantors, of courts and on cash."""

from gateway.errors import invalid, not_found
from gateway.financing.telling import WHOLE, Writing, actor, member, sees, ten_thousandths
from gateway.pledging.words import FieldError
from gateway.receivables.writing import Json, Made, Signer
from ledger.domain.calendar import DAY
from ledger.domain.ids import from_hex, to_hex, token_id
from ledger.mirror.models import Token
from ledger.mirror.queries import claims, marks, payments, receivables, tokens
from ledger.mirror.queries.reading import versions
from ledger.mirror.receivable_models import COURT_HOLD, CourtHold, CourtTarget
from ledger.mirror.schema import number

_LIES_ON = {CourtTarget.RECEIVABLE: "a whole receivable", CourtTarget.RANGE: "a range", CourtTarget.ACCOUNT: "an account"}


# --- Guarantees ------------------------------------------------------------------------------------------------------------------------


def open_pool(writing: Writing) -> Made:
    """Guarantors promise to pay by shares."""
    given, cash = writing.given, writing.cash
    shared = [_share(writing, text) for text in given.guarantors or ()]
    if sum(share for _, share in shared) != WHOLE:
        raise FieldError("guarantors: their shares add up to 100 %")
    until = writing.last_second(given.until or "", "until")
    body: Json = {"guarantors": [to_hex(account) for account, _ in shared], "shares": [share for _, share in shared]}
    body |= {"cash": cash.number, "cap": given.cap, "wait": (given.wait_days or 0) * DAY, "until": until, "agreement": given.document}
    says = [
        f"{', '.join(f'{writing.who(account)} with {share / 100:g} %' for account, share in shared)} promise to pay in an obligor's place, "
        f"{writing.money(int(given.cap or 0), cash.currency)} in all, each its own share only",
        f"it is called {given.wait_days or 0} days after the end of grace at the earliest, until {writing.when(until)}; all of them sign",
    ]
    return Made(
        body, tuple(Signer(account) for account, _ in shared), says, "the first guarantor covers receivables: pledgebook guarantee cover"
    )


def _share(writing: Writing, text: str) -> tuple[bytes, int]:
    account, between, share = text.partition("=")
    if not between:
        raise FieldError(f"guarantors: {text[:80]!r}; write an account and its share, as 0x9af7...=40%")
    return member(writing, account, "guarantors"), ten_thousandths(share, "guarantors")


def cover(writing: Writing) -> Made:
    """A pool stands for a receivable."""
    given = writing.given
    pool = int(given.pool or 0)
    found = claims.pool(writing.desk.conn, pool) if pool < 1 << 63 else None
    if found is None or not sees(writing, found.manager):
        raise not_found(f"pool {given.pool}")
    manager, unit = writing.acts(found.manager), writing.currencies[found.cash]
    body = {"pool": given.pool, "receivable": writing.id, "most": given.most}
    says = [
        f"pool {given.pool} of {writing.who(manager)} stands for receivable {writing.id}, up to {writing.money(int(given.most or 0), unit)}"
    ]
    return Made(body, (Signer(manager),), says, f"anybody calls it once it is overdue: pledgebook guarantee call {writing.id}")


# --- Courts ----------------------------------------------------------------------------------------------------------------------------


def hold_receivable(writing: Writing) -> Made:
    """A court holds a receivable whole."""
    court = actor(writing)
    body = {"receivable": writing.id, "order": writing.given.document}
    says = [f"{writing.who(court)} holds receivable {writing.id}: nothing of it moves, and what comes in is kept"]
    ended = marks.ended(writing.desk.conn, from_hex(writing.given.document or ""), receivable=writing.issued.number)
    return Made(body, (Signer(court, "COURT_OFFICER"),), says, "it stands until: pledgebook hold lift", ended)


def hold_account(writing: Writing) -> Made:
    """A court holds an account."""
    court, held = actor(writing), member(writing, writing.given.held, "held")
    body = {"account": to_hex(held), "order": writing.given.document}
    says = [
        f"{writing.who(court)} holds {writing.who(held)}: its ranges and what is kept for it stay; cash that it has is its bank's to hold"
    ]
    ended = marks.ended(writing.desk.conn, from_hex(writing.given.document or ""), account=held)
    return Made(body, (Signer(court, "COURT_OFFICER"),), says, "it stands until: pledgebook hold lift", ended)


def narrow(writing: Writing) -> Made:
    """A hold on a receivable becomes one on a range."""
    found = _hold(writing, CourtTarget.RECEIVABLE)
    start, end = int(writing.given.start or 0), int(writing.given.end or found.end)
    if not 0 <= start < end <= found.end:
        raise invalid(f"end: {end}; a range within [0, {found.end}) expected", field="end")
    covering = [_id(writing, each) for each in _tokens(writing, found, start, end)]
    body = {"hold": writing.given.hold, "start": str(start), "end": str(end), "tokens": covering, "order": writing.given.document}
    says = [
        f"hold {writing.given.hold} of {writing.who(found.authority)} lies on [{start}, {end}) only; the rest of the receivable is free"
    ]
    return Made(body, _court(writing, found), says, "nothing", versions(writing.desk.conn, COURT_HOLD, [found.hold]))


def lift(writing: Writing) -> Made:
    """A hold ends."""
    found = _hold(writing)
    freed = _freed(writing, found) if found.target == CourtTarget.RANGE else []
    body = {"hold": writing.given.hold, "tokens": freed, "order": writing.given.document}
    says = [f"{writing.who(found.authority)} lifts hold {writing.given.hold}"]
    return Made(body, _court(writing, found), says, "nothing")


def _freed(writing: Writing, found: CourtHold) -> list[str]:
    """The tokens of the hold's range that no other hold keeps."""
    others = [
        each
        for each in marks.holds_on(writing.desk.conn, found.receivable or 0)
        if each.target == CourtTarget.RANGE and each.hold != found.hold
    ]
    mine = _tokens(writing, found, found.start, found.end)
    kept = [each for each in mine if any(other.start < each.start + each.length and each.start < other.end for other in others)]
    return [_id(writing, each) for each in mine if each not in kept]


def order(writing: Writing) -> Made:
    """A court orders that a held range goes to an account."""
    found, to = _hold(writing, CourtTarget.RANGE), member(writing, writing.given.to, "to")
    start, end = writing.range
    if not found.start <= start < end <= found.end:
        raise invalid(f"start: [{start}, {end}) is not within the held range [{found.start}, {found.end})", field="start")
    body = {"hold": writing.given.hold, "token": writing.token_id, "start": str(start), "end": str(end), "to": to_hex(to)}
    body |= {"order": writing.given.document}
    says = [f"{writing.who(found.authority)} orders that {writing.about()} goes to {writing.who(to)}, with the money kept for it"]
    return Made(body, _court(writing, found), says, f"pledgebook hold carry-out {found.hold} --receivable {writing.id} ...")


def order_credit(writing: Writing) -> Made:
    """A court orders that kept money goes to another."""
    given, found, to = writing.given, _hold(writing, CourtTarget.ACCOUNT), member(writing, writing.given.to, "to")
    body = {"hold": given.hold, "module": given.module, "cash": writing.cash.number, "amount": given.amount, "to": to_hex(to)}
    body |= {"order": given.document}
    amount = writing.money(int(given.amount or 0), writing.cash.currency)
    says = [f"{writing.who(found.authority)} orders that {amount}, kept for {writing.who(found.account or b'')}, goes to {writing.who(to)}"]
    return Made(body, _court(writing, found), says, f"pledgebook hold carry-out {found.hold} --module {given.module} ...")


def _hold(writing: Writing, target: CourtTarget | None = None) -> CourtHold:
    """A hold that stands, of the kind that the act is about. Raises 404, 422."""
    number_ = int(writing.given.hold or 0)
    found = marks.hold(writing.desk.conn, number_) if number_ < 1 << 63 else None
    if found is None or not sees(writing, found.authority):
        raise not_found(f"hold {writing.given.hold}")
    if target is not None and found.target != target:
        stands = _LIES_ON[CourtTarget(found.target)]
        raise invalid(f"hold: {found.hold} lies on {stands}; one on {_LIES_ON[target]} expected", field="hold")
    return found


def _court(writing: Writing, found: CourtHold) -> tuple[Signer, ...]:
    return (Signer(writing.acts(found.authority), "COURT_OFFICER"),)


def _tokens(writing: Writing, found: CourtHold, start: int, end: int) -> list[Token]:
    """The tokens that have a part of [start, end), by start."""
    covering, at = list[Token](), start
    while at < end and (token := tokens.at_unit(writing.desk.conn, found.receivable or 0, at)) is not None:
        covering.append(token)
        at = token.start + token.length
    return covering


def _id(writing: Writing, token: Token) -> str:
    standing = receivables.by_number(writing.desk.conn, token.receivable)
    return str(token_id(0 if standing is None else number(standing.receivable.id), token.start))


# --- Cash ------------------------------------------------------------------------------------------------------------------------------


def issue_cash(writing: Writing) -> Made:
    """The settlement bank issues cash."""
    cash, to = writing.cash, member(writing, writing.given.to, "to")
    bank = writing.acts(cash.bank)
    says = [f"{writing.who(bank)} issues {_amount(writing)} to {writing.who(to)}"]
    return Made(_cash_body(writing, "to", to), (Signer(bank, "SETTLEMENT_BANK"),), says, "nothing")


def transfer_cash(writing: Writing) -> Made:
    """Cash goes from member to member."""
    payer, to = actor(writing), member(writing, writing.given.to, "to")
    had = payments.balance(writing.desk.conn, writing.cash.number, payer)
    says = [f"{writing.who(payer)}, which has {writing.money(had, writing.cash.currency)}, gives {_amount(writing)} to {writing.who(to)}"]
    return Made(_cash_body(writing, "to", to), (Signer(payer),), says, "nothing")


def redeem_cash(writing: Writing) -> Made:
    """The settlement bank takes cash back."""
    cash, holder = writing.cash, member(writing, writing.given.held, "held")
    bank = writing.acts(cash.bank)
    says = [f"{writing.who(bank)} takes back {_amount(writing)} of {writing.who(holder)}, which it has paid out; both sign"]
    return Made(_cash_body(writing, "holder", holder), (Signer(bank, "SETTLEMENT_BANK"), Signer(holder)), says, "nothing")


def _cash_body(writing: Writing, field: str, account: bytes) -> Json:
    given = writing.given
    return {"cash": writing.cash.number, field: to_hex(account), "amount": given.amount, "ref": given.reference}


def _amount(writing: Writing) -> str:
    return writing.money(int(writing.given.amount or 0), writing.cash.currency)
