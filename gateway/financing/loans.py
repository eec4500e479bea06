"""Writers of acts on loans: opening, paying, calling and ending them, and the ranges that secure them."""

from collections.abc import Iterable, Sequence

from eth_hash.auto import keccak

from gateway.calls import Asked
from gateway.errors import invalid, not_found
from gateway.financing.plans import planned
from gateway.financing.telling import Writing, actor, day, in_words, loan, member, named, sees, unit_of
from gateway.pledging.words import FieldError
from gateway.receivables.ranges import range_of
from gateway.receivables.writing import NONE, Json, Made, Signer
from ledger.domain.assets import side_root
from ledger.domain.calendar import start_of_day
from ledger.domain.ids import from_hex, to_hex, token_id
from ledger.domain.loan_book import Prepayment
from ledger.mirror.finance_models import CUSTODY_RANGE, KEPT_CREDIT, Keeper, LoanGround
from ledger.mirror.models import Party, Side
from ledger.mirror.queries import loans, pledges, receivables, tokens
from ledger.mirror.queries.loans import Held, Standing
from ledger.mirror.queries.reading import versions

# --- Opening ---------------------------------------------------------------------------------------------------------------------------


def open_loan(writing: Writing) -> Made:
    """Lender and borrower sign terms, schedule and security; the money moves at once."""
    given = writing.given
    lender, borrower = member(writing, given.lender, "lender"), member(writing, given.borrower, "borrower")
    principal, cash = int(given.principal or 0), writing.cash
    made = planned(writing, principal, cash.number)
    _check_release(writing, given.pledges or ())
    ranges = [_range(writing, text, borrower) for text in given.ranges or ()]
    body = {
        "lender": to_hex(lender),
        "borrower": to_hex(borrower),
        "terms": made.terms,
        "rows": made.body_rows,
        "pledges": sorted(set(given.pledges or ())),
        "ranges": ranges,
    }
    says = [
        f"{writing.who(lender)} lends {writing.who(borrower)} {writing.money(principal, cash.currency)}, paid at once",
        *made.says,
        *(f"secured by pledge {each}" for each in body["pledges"]),
        *(
            f"secured by {text}, {writing.money(int(each['leastOwed']), cash.currency)}"
            for text, each in zip(given.ranges or (), ranges, strict=True)
        ),
        "the borrower's signature lets what is due be debited of its cash",
    ]
    signers = _first(writing, (Signer(lender, "BANK"), Signer(borrower)))
    first = holders_shown(writing, sorted(set(given.pledges or ())))
    return Made(body, signers, says, "pledgebook loan show", schedule=made.schedule, unit=cash.currency, first=first)


def holders_shown(writing: Writing, secured_by: Iterable[int]) -> tuple[Asked, ...]:
    """The calls that show the ledger who holds pledges, of which the register keeps a hash only: those that nobody has made."""
    calls = []
    for pledge in secured_by:
        parties = pledges.parties(writing.desk.conn, pledge)
        pledgors, holders = (_hashed(each for each in parties if each.side == side) for side in (Side.PLEDGORS, Side.HOLDERS))
        root = keccak(side_root(pledgors) + side_root(holders))
        if holders and not loans.are_shown(writing.desk.conn, root):
            shown = [[role, to_hex(id_), to_hex(hashed), str(share)] for role, id_, hashed, share in holders]
            key = f"holders {root.hex()}"
            calls.append(Asked(key, "LoanAgreements", "showHolders", [to_hex(side_root(pledgors)), shown]))
    return tuple(calls)


def _hashed(parties: Iterable[Party]) -> list[tuple[int, bytes, bytes, int]]:
    """What a register's root of parties is of."""
    return [(each.role, each.id, each.name_hash, each.share) for each in parties]


def _check_release(writing: Writing, secured_by: Sequence[int]) -> None:
    """Where pledges secure a loan, the lender's time to have them released is agreed, not left out. Raises 422."""
    if secured_by and writing.given.release_within_days is None:
        why = "how soon after repayment the lender has the pledges released"
        raise invalid(f"release_within_days: missing; {why}", field="release_within_days")


def _first(writing: Writing, parties: tuple[Signer, Signer]) -> tuple[Signer, ...]:
    """Who acts signs first: the lender, unless the borrower is named or speaks."""
    named_, own = writing.given.account, writing.desk.session.member
    first = own if named_ is None else from_hex(named_)
    if named_ is not None and first not in {each.account for each in parties}:
        raise invalid(f"account: {named_} is neither lender nor borrower", field="account")
    return parties[::-1] if first == parties[1].account else parties


def renew(writing: Writing) -> Made:
    """The same principal under new terms and a new schedule."""
    found = loan(writing)
    terms, outstanding = found.terms, found.state.outstanding
    _check_release(writing, loans.pledges(writing.desk.conn, terms.loan))
    made = planned(writing, outstanding, terms.cash)
    body = {"loan": terms.loan, "terms": made.terms, "rows": made.body_rows}
    says = [
        f"{writing.who(terms.lender)} and {writing.who(terms.borrower)} renew loan {terms.loan}",
        f"{_money(writing, found, outstanding)} stays out, on the same security",
        *made.says,
        "what is owed beside the principal is paid from the borrower's cash in the act",
    ]
    signers = _first(writing, (Signer(terms.lender, "BANK"), Signer(terms.borrower)))
    unit = unit_of(writing, terms.cash)
    first = holders_shown(writing, loans.pledges(writing.desk.conn, terms.loan))
    return Made(body, signers, says, f"pledgebook loan show {terms.loan}", schedule=made.schedule, unit=unit, first=first)


# --- Money -----------------------------------------------------------------------------------------------------------------------------


def pay(writing: Writing) -> Made:
    """The borrower pays what is due."""
    found = loan(writing)
    says = [_pays(writing, found, "pays"), _due(writing, found)]
    return Made(_payment(writing), (Signer(writing.acts(found.terms.borrower)),), says, _show(found))


def prepay(writing: Writing) -> Made:
    """The borrower pays ahead; with the lender's signature where that is agreed."""
    found = loan(writing)
    says = [_pays(writing, found, "prepays"), _due(writing, found)]
    borrower = Signer(writing.acts(found.terms.borrower))
    if found.terms.prepayment != Prepayment.CONSENT:
        return Made(_payment(writing), (borrower,), says, _show(found))
    says.append(f"{writing.who(found.terms.lender)} signs too, as agreed")
    return Made(_payment(writing), (borrower, Signer(found.terms.lender, "BANK")), says, _show(found))


def acknowledge(writing: Writing) -> Made:
    """The lender says what it was paid elsewhere."""
    found = loan(writing)
    lender = writing.acts(found.terms.lender)
    says = [f"{writing.who(lender)} was paid {_amount(writing, found)} on loan {found.terms.loan} outside the ledger", _due(writing, found)]
    return Made(_payment(writing), (Signer(lender, "BANK"),), says, _show(found))


def charge(writing: Writing) -> Made:
    """Costs of enforcement, with the borrower's signature or a court's."""
    found = loan(writing)
    lender, body = (
        writing.acts(found.terms.lender),
        {"loan": found.terms.loan, "amount": writing.given.amount, "evidence": writing.given.document},
    )
    second = _or_court(writing, found.terms.borrower)
    says = [
        f"{writing.who(lender)} charges {_amount(writing, found)} of costs on loan {found.terms.loan}",
        f"{writing.who(second.account)} signs too",
    ]
    return Made(body, (Signer(lender, "BANK"), second), says, _show(found))


def _or_court(writing: Writing, party: bytes) -> Signer:
    """The party, or the court that signs in its place."""
    if writing.given.court is None:
        return Signer(party)
    return Signer(member(writing, writing.given.court, "court"), "COURT_OFFICER")


def _payment(writing: Writing) -> Json:
    if int(writing.given.amount or 0) == 0:
        raise FieldError("amount: above 0 minor units expected")
    return {"loan": writing.given.loan, "amount": writing.given.amount, "ref": writing.given.reference}


def _pays(writing: Writing, found: Standing, how: str) -> str:
    return f"{writing.who(found.terms.borrower)} {how} at most {_amount(writing, found)} on loan {found.terms.loan}"


def _due(writing: Writing, found: Standing) -> str:
    book = loans.book(writing.desk.conn, found, writing.desk.time)
    due, owed = _money(writing, found, book.due.total), _money(writing, found, book.owed.total)
    return f"now due: {due}; to repay all: {owed}. Costs are paid first, then overdue interest, interest, principal; no more is moved"


def _amount(writing: Writing, found: Standing) -> str:
    return _money(writing, found, int(writing.given.amount or 0))


def _money(writing: Writing, found: Standing, minor: int) -> str:
    return writing.money(minor, unit_of(writing, found.terms.cash))


def _show(found: Standing) -> str:
    return f"pledgebook loan show {found.terms.loan}"


# --- Calls and ends --------------------------------------------------------------------------------------------------------------------


def accelerate(writing: Writing) -> Made:
    """The lender calls the loan."""
    found, ground = loan(writing), named(LoanGround, writing.given.ground, "ground")
    lender = writing.acts(found.terms.lender)
    body = {
        "loan": found.terms.loan,
        "ground": ground.value,
        "subject": writing.given.subject or 0,
        "evidence": writing.given.document or NONE,
    }
    says = [
        f"{writing.who(lender)} calls loan {found.terms.loan} ({in_words(ground)}): all is due at the end of the day, and grace is over"
    ]
    after = len(loans.calls(writing.desk.conn, found.terms.loan))
    return Made(body, (Signer(lender, "BANK"),), says, f"pledgebook loan debit {found.terms.loan}", after)


def discharge(writing: Writing) -> Made:
    """The lender asks no more."""
    found = loan(writing)
    lender, book = writing.acts(found.terms.lender), loans.book(writing.desk.conn, found, writing.desk.time)
    says = [f"{writing.who(lender)} asks no more on loan {found.terms.loan}: {_money(writing, found, book.owed.total)} fall away, for ever"]
    return Made({"loan": found.terms.loan, "reason": writing.given.document}, (Signer(lender, "BANK"),), says, _show(found))


def withdraw(writing: Writing) -> Made:
    """Pays out what loans keep for an account."""
    account, cash = actor(writing), writing.cash
    says = [f"{writing.who(account)} has paid out what loans keep for it in cash {cash.number}"]
    after = versions(writing.desk.conn, KEPT_CREDIT, [Keeper.LOANS, account, cash.number])
    return Made({"cash": cash.number}, (Signer(account),), says, "nothing", after)


# --- Security --------------------------------------------------------------------------------------------------------------------------


def pledge_ranges(writing: Writing) -> Made:
    """Further ranges secure a loan."""
    found = loan(writing)
    borrower = writing.acts(found.terms.borrower)
    ranges = [_range(writing, text, borrower) for text in writing.given.ranges or ()]
    says = [f"{writing.who(borrower)} pledges for loan {found.terms.loan}: {', '.join(writing.given.ranges or ())}"]
    after = len(loans.custody(writing.desk.conn, found.terms.loan))
    return Made({"loan": found.terms.loan, "ranges": ranges}, (Signer(borrower),), says, _show(found), after)


def _range(writing: Writing, text: str, owner: bytes) -> Json:
    """A range to be pledged, as it stands."""
    found = range_of(writing, text, owner)
    owed = tokens.owed(writing.desk.conn, found.standing.receivable.number, found.start, found.end)
    told = {"token": found.token_id, "start": str(found.start), "end": str(found.end)}
    return {**told, "payments": found.standing.state.payments, "leastOwed": str(owed)}


def release_range(writing: Writing) -> Made:
    """The lender lets a range go back."""
    found, standing = _pledged(writing)
    lender = writing.acts(standing.terms.lender)
    says = [f"{writing.who(lender)} lets [{found.entry.start}, {found.entry.stop}) go back to {writing.who(found.entry.beneficiary)}"]
    return Made({"token": _token(writing, found)}, (Signer(lender, "BANK"),), says, _show(standing), _times_pledged(writing, found))


def sell_range(writing: Writing) -> Made:
    """A pledged range is sold whole."""
    found, standing = _pledged(writing)
    lender, buyer = writing.acts(standing.terms.lender), member(writing, writing.given.buyer, "buyer")
    issued = receivables.by_number(writing.desk.conn, found.entry.receivable)
    count = 0 if issued is None else issued.state.payments
    owed = tokens.owed(writing.desk.conn, found.entry.receivable, found.entry.start, found.entry.stop)
    body: Json = {"token": _token(writing, found), "buyer": to_hex(buyer), "price": writing.given.price}
    body |= {"payments": count, "leastOwed": str(owed), "basis": writing.given.document}
    third = _or_court(writing, found.entry.beneficiary)
    says = [
        f"{writing.who(buyer)} buys [{found.entry.start}, {found.entry.stop}) of receivable {writing.given.receivable} for "
        f"{_money(writing, standing, int(writing.given.price or 0))}, which pays loan {standing.terms.loan}",
        f"it is owed {_money(writing, standing, owed)} after {count} payments",
        f"{writing.who(lender)}, the buyer and {writing.who(third.account)} sign",
    ]
    return Made(body, (Signer(lender, "BANK"), Signer(buyer), third), says, _show(standing), _times_pledged(writing, found))


def _times_pledged(writing: Writing, found: Held) -> int:
    """What goes back may be pledged again, and is let go again by another act."""
    return versions(writing.desk.conn, CUSTODY_RANGE, [found.entry.receivable, found.entry.start])


def _pledged(writing: Writing) -> tuple[Held, Standing]:
    """The pledged range, with its loan. Raises 404 for who is no party of it."""
    start, receivable = int(writing.given.start or 0), int(writing.given.receivable or 0)
    issued = receivables.get(writing.desk.conn, receivable) if receivable < 1 << 192 else None
    found = None if issued is None else loans.pledged(writing.desk.conn, issued.receivable.number, start)
    standing = None if found is None else loans.get(writing.desk.conn, found.entry.loan)
    if found is None or standing is None or not sees(writing, standing.terms.lender, standing.terms.borrower):
        raise not_found(f"a pledged range that begins at {start} of receivable {writing.given.receivable}")
    return found, loan(writing, standing.terms.loan)


def _token(writing: Writing, found: Held) -> str:
    return str(token_id(int(writing.given.receivable or 0), found.entry.start))


def value(writing: Writing) -> Made:
    """An appraiser values the rights of a pledge."""
    given, appraiser = writing.given, actor(writing)
    if pledges.get(writing.desk.conn, given.pledge or 0) is None:
        raise not_found(f"pledge {given.pledge}")
    valued = day(given.valued or "", "valued")
    body: Json = {"pledge": given.pledge, "amount": given.amount, "currency": writing.unit, "valuedAt": start_of_day(valued, writing.zone)}
    body |= {"method": given.method or NONE, "report": given.document}
    says = [
        f"{writing.who(appraiser)} values the rights of pledge {given.pledge}, on {valued}",
        writing.money(int(given.amount or 0), writing.unit),
    ]
    return Made(body, (Signer(appraiser, "APPRAISER"),), says, "anybody has the margin looked at: pledgebook loan margin")
