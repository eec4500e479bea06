"""Writers of acts on purchases of receivables: offers of banks, what sellers accept, and how deals end."""

from dataclasses import dataclass

from sqlalchemy import select

from gateway.errors import Problem, invalid
from gateway.financing.telling import (
    BY_DAYS,
    Writing,
    actor,
    day_count,
    deal,
    discount,
    in_words,
    member,
    millionths,
    named,
    offer,
    percent,
    unit_of,
)
from gateway.pledging.words import FieldError
from gateway.receivables.writing import NONE, Json, Made, Signer
from ledger.domain.calendar import legal_date, start_of_day
from ledger.domain.day_counts import DayCount
from ledger.domain.ids import from_hex, to_hex, token_id
from ledger.domain.ranges import DAY
from ledger.domain.schedules import RATE_UNIT
from ledger.mirror.finance_models import (
    BANK_CEILING,
    KEPT_CREDIT,
    PURCHASE_OFFER,
    Deal,
    DealState,
    Keeper,
    PurchaseOffer,
    PurchaseState,
    Recourse,
)
from ledger.mirror.models import Token
from ledger.mirror.queries import financing, receivables, tokens
from ledger.mirror.queries.reading import rows_of, valid, versions
from ledger.mirror.schema import number, word


@dataclass(frozen=True, slots=True)
class Seen:
    """What a bank offers on, as it stands: the token, the range, its seller, and what the offer names as seen."""

    token: int
    start: int
    end: int
    seller: bytes
    length: int
    payments: int
    least_owed: int
    cash: int


# --- Offers ----------------------------------------------------------------------------------------------------------------------------


def make_offer(writing: Writing) -> Made:
    """A bank offers to buy a range as it stands."""
    given, bank, seen = writing.given, actor(writing), _seen(writing)
    kind, recourse, advance = _by_days(given.day_count), named(Recourse, given.recourse, "recourse"), int(given.advance or 0)
    rate, until = millionths(given.rate or "", "rate"), writing.last_second(given.until or "", "until")
    if advance <= 0:
        raise FieldError("advance: above 0 minor units expected")
    body: Json = {
        "token": str(seen.token),
        "start": str(seen.start),
        "end": str(seen.end),
        "seller": to_hex(seen.seller),
        "length": str(seen.length),
        "payments": seen.payments,
        "leastOwed": str(seen.least_owed),
        "advance": str(advance),
        "fee": given.fee or "0",
        "discountRate": rate,
        "discountBasis": RATE_UNIT * kind.denominator,
        "dayStart": start_of_day(legal_date(writing.desk.time, writing.zone), writing.zone) % DAY,
        "recourse": recourse.value,
        "until": until,
        "cash": seen.cash,
        "contentRoot": given.content or NONE,
    }
    unit = unit_of(writing, seen.cash)
    says = [
        f"{writing.who(bank)} offers {writing.who(seen.seller)} {writing.money(advance, unit)} for [{seen.start}, {seen.end}) of "
        f"receivable {given.receivable}, which is owed {writing.money(seen.least_owed, unit)} after {seen.payments} payments",
        f"discount {percent(rate)} a year, {kind.value}, on what is unpaid; fee {writing.money(int(given.fee or 0), unit)}",
        _RECOURSE_SAYS[recourse],
        f"it can be accepted until {writing.when(until)}, as long as the range is as it is now; it locks no money",
    ]
    if advance > seen.least_owed:
        says.append(f"warning: the advance is more than the range is owed, by {writing.money(advance - seen.least_owed, unit)}")
    return Made(body, (Signer(bank, "BANK"),), says, "the seller accepts: pledgebook finance accept", _recalled(writing, bank, seen.token))


_RECOURSE_SAYS = {
    Recourse.FULL: "full recourse: once the receivable is overdue the seller owes what is outstanding; what is left over is the seller's",
    Recourse.NONE: "no recourse: never a claim against the seller; what is left over is the bank's",
}


def _by_days(text: str | None) -> DayCount:
    kind = day_count(text)
    if kind not in BY_DAYS:
        raise FieldError(f"day_count: {kind.value}; discount runs by actual days: {' or '.join(each.value for each in BY_DAYS)}")
    return kind


def _seen(writing: Writing) -> Seen:
    """From the mirror; for a bank to which the ledger doesn't show the receivable, as its seller told it. Raises 422."""
    try:
        issued, token = writing.issued, writing.token
    except Problem as hidden:
        if hidden.status != 404:
            raise
        return _told(writing)
    found = _deal_on(writing)
    start, end = writing.range
    owed = tokens.owed(writing.desk.conn, issued.number, start, end)
    seller = token.owner if found is None else found.seller
    return Seen(int(writing.token_id), start, end, seller, token.length, writing.standing.state.payments, owed, issued.cash)


def _deal_on(writing: Writing) -> Deal | None:
    """The deal in which the token lies: an offer for it is one to refinance."""
    page = financing.find(writing.desk.conn, receivable=writing.issued.number, state=DealState.ACTIVE)
    return next((row for row in page.rows if row.start <= writing.token.start < row.stop and row.custodian == writing.token.owner), None)


def _told(writing: Writing) -> Seen:
    given = writing.given
    fields = ("seller", "start", "end", "length", "payments", "least_owed", "currency")
    if missing := [name for name in fields if getattr(given, name) is None]:
        raise invalid(
            f"receivable: {given.receivable} is none that the ledger shows you; say what its seller told you of it: "
            f"{', '.join(missing)} missing",
            field="receivable",
        )
    start, end = int(given.start or 0), int(given.end or 0)
    seller = member(writing, given.seller, "seller")
    token = token_id(int(given.receivable or 0), start)
    return Seen(token, start, end, seller, int(given.length or 0), given.payments or 0, int(given.least_owed or 0), writing.cash.number)


def _recalled(writing: Writing, bank: bytes, token: int) -> int:
    """How many offers for the token the bank has taken back: the same words after that are a new offer."""
    columns = PURCHASE_OFFER.table.c
    where = (columns.bank == bank, columns.token == word(token), columns.state == PurchaseState.RECALLED, valid(PURCHASE_OFFER, None))
    return len(rows_of(writing.desk.conn, PURCHASE_OFFER, select(PURCHASE_OFFER.table).where(*where)))


def recall(writing: Writing) -> Made:
    """The bank takes its offer back."""
    row = _open(writing)
    bank = writing.acts(row.bank)
    says = [f"{writing.who(bank)} takes back its offer {writing.given.offer} to {writing.who(row.seller)}"]
    return Made(
        {"offeredBy": str(writing.act_that_made(row.bank, row.offer, row.from_pos))},
        (Signer(bank),),
        says,
        "nothing: it can't be accepted any more",
    )


def accept(writing: Writing) -> Made:
    """The seller accepts an offer in its very terms."""
    row = _open(writing)
    seller = writing.acts(row.seller)
    body = {"offer": writing.given.offer, "bank": to_hex(row.bank), "terms": terms_of(row)}
    says = [
        f"{writing.who(seller)} accepts offer {writing.given.offer} of {writing.who(row.bank)}: "
        f"{_money(writing, number(row.advance), row.cash)} against "
        f"[{number(row.start)}, {number(row.stop)}) of receivable {number(row.receivable)}, both at once",
        *_price(writing, row),
    ]
    return Made(body, (Signer(seller),), says, f"pledgebook finance show {writing.given.offer}")


def _open(writing: Writing) -> PurchaseOffer:
    row = offer(writing)
    if row.state != PurchaseState.OPEN:
        raise invalid(
            f"offer: {writing.given.offer} is {in_words(PurchaseState(row.state))}; see `pledgebook finance offers`", field="offer"
        )
    if writing.desk.time > row.until:
        raise invalid(f"offer: {writing.given.offer} lapsed at {writing.when(row.until)}; ask its bank for a new one", field="offer")
    return row


def _price(writing: Writing, row: PurchaseOffer) -> list[str]:
    said = discount(row.discount_rate, row.discount_basis)
    return [
        f"money pays discount ({said}), then the fee of {_money(writing, number(row.fee), row.cash)}, then the advance",
        _RECOURSE_SAYS[Recourse(row.recourse)],
    ]


def terms_of(row: PurchaseOffer) -> Json:
    """The terms as they were offered, which an acceptance repeats whole."""
    return {
        "token": str(number(row.token)),
        "start": str(number(row.start)),
        "end": str(number(row.stop)),
        "seller": to_hex(row.seller),
        "length": str(number(row.length)),
        "payments": row.payments,
        "leastOwed": str(number(row.least_owed)),
        "advance": str(number(row.advance)),
        "fee": str(number(row.fee)),
        "discountRate": row.discount_rate,
        "discountBasis": row.discount_basis,
        "dayStart": row.day_start,
        "recourse": row.recourse,
        "until": row.until,
        "cash": row.cash,
        "contentRoot": to_hex(row.content_root),
    }


# --- Deals -----------------------------------------------------------------------------------------------------------------------------


def refinance(writing: Writing) -> Made:
    """The seller accepts another bank's offer for a range in custody."""
    old, row = _active(writing), _open(writing)
    seller, most = writing.acts(old.seller), _most(writing, old)
    body = {
        "deal": writing.given.deal,
        "mostPayoff": str(most),
        "offer": writing.given.offer,
        "bank": to_hex(row.bank),
        "terms": terms_of(row),
    }
    says = [
        f"{writing.who(seller)} accepts offer {writing.given.offer} of {writing.who(row.bank)}: "
        f"{_money(writing, number(row.advance), row.cash)}",
        f"of it {writing.who(old.bank)} is paid what is outstanding, at most {_money(writing, most, old.cash)}; the rest is the seller's",
        *_price(writing, row),
    ]
    return Made(body, (Signer(seller),), says, f"pledgebook finance show {writing.given.offer}")


def _active(writing: Writing) -> Deal:
    found = deal(writing)
    if found.state != DealState.ACTIVE:
        raise invalid(f"deal: {writing.given.deal} is {in_words(DealState(found.state))}", field="deal")
    return found


def _most(writing: Writing, found: Deal) -> int:
    """As told; else what is outstanding by the end of tomorrow, so that a midnight between makes no difference."""
    if writing.given.most is not None:
        return int(writing.given.most)
    return financing.outstanding(writing.desk.conn, found, writing.desk.time + DAY).total


def buy_back(writing: Writing) -> Made:
    """The seller pays what is outstanding."""
    found = _active(writing)
    seller, most = writing.acts(found.seller), _most(writing, found)
    now = financing.outstanding(writing.desk.conn, found, writing.desk.time).total
    says = [
        f"{writing.who(seller)} pays {writing.who(found.bank)} all that is outstanding, now {_money(writing, now, found.cash)} and at most "
        f"{_money(writing, most, found.cash)}",
        f"{_range(writing, found)} goes back to it",
    ]
    return Made({"deal": writing.given.deal, "most": str(most)}, (Signer(seller),), says, f"pledgebook finance show {writing.given.deal}")


def assign(writing: Writing) -> Made:
    """A deal without recourse goes to another bank."""
    found, to = _active(writing), member(writing, writing.given.to, "to")
    bank, price = writing.acts(found.bank), int(writing.given.price or 0)
    standing = receivables.by_number(writing.desk.conn, found.receivable)
    count = 0 if standing is None else standing.state.payments
    owed = sum(tokens.owed(writing.desk.conn, each.receivable, each.start, each.start + each.length) for each in _custody(writing, found))
    body = {"deal": writing.given.deal, "to": to_hex(to), "price": str(price), "payments": count, "leastOwed": str(owed)}
    says = [
        f"{writing.who(bank)} assigns deal {writing.given.deal} to {writing.who(to)} for {_money(writing, price, found.cash)}",
        f"{_range(writing, found)} is owed {_money(writing, owed, found.cash)} after {count} payments; if that changes, nothing happens",
        "both banks sign",
    ]
    after = len(financing.assignments(writing.desk.conn, found))
    return Made(body, (Signer(bank), Signer(to, "BANK")), says, f"pledgebook finance show {writing.given.deal}", after)


def _custody(writing: Writing, found: Deal) -> list[Token]:
    return financing.in_custody(writing.desk.conn, found)


def take_out(writing: Writing) -> Made:
    """The bank takes a range bought without recourse."""
    found = _active(writing)
    bank = writing.acts(found.bank)
    says = [f"{writing.who(bank)} takes {_range(writing, found)} itself, and asks nobody for anything"]
    return Made({"deal": writing.given.deal}, (Signer(bank),), says, f"pledgebook finance show {writing.given.deal}")


def waive(writing: Writing) -> Made:
    """The bank gives up what is outstanding."""
    found = _active(writing)
    bank, left = writing.acts(found.bank), financing.outstanding(writing.desk.conn, found, writing.desk.time).total
    says = [
        f"{writing.who(bank)} gives up {_money(writing, left, found.cash)}, for ever",
        f"{_range(writing, found)} goes back to {writing.who(found.seller)}",
    ]
    return Made({"deal": writing.given.deal, "reason": writing.given.document}, (Signer(bank),), says, "nothing: the deal is over")


def settle(writing: Writing) -> Made:
    """Bank and seller end a deal; the range goes to one of them."""
    found = _active(writing)
    to, body = _of_both(writing, found), {"deal": writing.given.deal, "to": writing.given.to, "document": writing.given.document}
    says = [
        f"{writing.who(found.bank)} and {writing.who(found.seller)} end deal {writing.given.deal}: nobody owes anybody anything by it",
        f"{_range(writing, found)} goes to {writing.who(to)}",
    ]
    return Made(body, _both(writing, found), says, f"pledgebook finance show {writing.given.deal}")


def release_tail(writing: Writing) -> Made:
    """The end of a deal's range leaves custody."""
    found = _active(writing)
    to, start = _of_both(writing, found), int(writing.given.start or 0)
    if not found.start < start < found.stop:
        raise invalid(f"start: {start}; within the deal's range [{found.start}, {found.stop}) expected", field="start")
    body = {"deal": writing.given.deal, "tailStart": str(start), "to": to_hex(to), "document": writing.given.document}
    says = [
        f"[{start}, {found.stop}) leaves deal {writing.given.deal} and goes to {writing.who(to)}; what is outstanding stays, on the rest",
        f"{writing.who(found.bank)} and {writing.who(found.seller)} sign",
    ]
    return Made(body, _both(writing, found), says, f"pledgebook finance show {writing.given.deal}")


def _of_both(writing: Writing, found: Deal) -> bytes:
    to = from_hex(writing.given.to or "")
    if to not in (found.bank, found.seller):
        raise invalid(f"to: {to_hex(to)}; the bank ({to_hex(found.bank)}) or the seller ({to_hex(found.seller)}) expected", field="to")
    return to


def _both(writing: Writing, found: Deal) -> tuple[Signer, Signer]:
    """Bank and seller; the one that acts first, which is the bank unless the seller is named."""
    parties = (found.bank, found.seller)
    first = found.bank if writing.given.account is None and writing.desk.session.member not in parties else actor(writing)
    if first not in parties:
        raise invalid(f"account: {to_hex(first)} is neither bank nor seller of deal {writing.given.deal}", field="account")
    return Signer(first), Signer(parties[1] if first == parties[0] else parties[0])


# --- Ceilings and kept money -----------------------------------------------------------------------------------------------------------


def ceiling(writing: Writing) -> Made:
    """How much a bank will have advanced on an obligor."""
    bank, obligor, unit = actor(writing), member(writing, writing.given.obligor, "obligor"), writing.unit
    most = int(writing.given.most or 0)
    body = {"obligor": to_hex(obligor), "currency": unit, "most": str(most)}
    says = [f"{writing.who(bank)} will have at most {writing.money(most, unit)} advanced on {writing.who(obligor)}; 0 stops new deals"]
    after = versions(writing.desk.conn, BANK_CEILING, [bank, obligor, unit])
    return Made(body, (Signer(bank, "BANK"),), says, "nothing", after)


def withdraw(writing: Writing) -> Made:
    """Pays out what is kept."""
    account, cash = actor(writing), writing.cash
    says = [f"{writing.who(account)} has paid out what is kept for it in cash {cash.number}"]
    after = versions(writing.desk.conn, KEPT_CREDIT, [Keeper.FINANCING, account, cash.number])
    return Made({"cash": cash.number}, (Signer(account),), says, "nothing", after)


def _range(writing: Writing, found: Deal) -> str:
    standing = receivables.by_number(writing.desk.conn, found.receivable)
    of = "" if standing is None else f" of receivable {number(standing.receivable.id)}"
    return f"[{found.start}, {found.stop}){of}"


def _money(writing: Writing, minor: int, cash: int) -> str:
    return writing.money(minor, unit_of(writing, cash))
