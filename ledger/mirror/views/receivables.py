"""Views of money, receivables, purchases and loans."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, select, union_all

from ledger.domain.token_flags import TokenFlag
from ledger.mirror.finance_models import DEAL, KEPT_CREDIT, LOAN_STATE, LOAN_TERMS, DealEnding, DealState, Keeper, LoanStatus
from ledger.mirror.models import (
    BLOCK,
    CASH,
    CASH_ENTRY,
    CREDIT,
    DRAW,
    PAYMENT,
    RECEIPT,
    RECEIVABLE,
    RECEIVABLE_STATE,
    TOKEN,
    TRANSFER,
    PaymentKind,
    ReceivableStatus,
    TransferKind,
)
from ledger.mirror.queries.reading import told, valid, valid_in
from ledger.mirror.views.columns import View, at_block, block, block_time, currency, flag, hex_, order_, text_, time, whole, word

_C, _E, _R, _S, _T = CASH.table, CASH_ENTRY.table, RECEIVABLE.table, RECEIVABLE_STATE.table, TOKEN.table
_X, _I, _P, _D = TRANSFER.table, RECEIPT.table, PAYMENT.table, DRAW.table
_DL, _LT, _LS = DEAL.table, LOAN_TERMS.table, LOAN_STATE.table
_RECEIVABLE = "the receivable's number in the order of issue: receivables.receivable"


def _of_receivable(table: Any) -> Callable[[Select[Any]], Select[Any]]:
    return lambda asked: asked.select_from(table).join(_R, _R.c.number == table.c.receivable).outerjoin(BLOCK, at_block(table.c.pos))


def _kept_by(table: Any, keeper: ColumnElement[str]) -> Select[Any]:
    columns = table.c
    return select(keeper.label("keeper"), columns.account, columns.cash, columns.amount, columns.from_pos, columns.to_pos)


_BY_FINANCE = word("keeper", "", Keeper, KEPT_CREDIT.table.c.keeper).value
_K = union_all(_kept_by(CREDIT.table, cast("repayment", Text)), _kept_by(KEPT_CREDIT.table, _BY_FINANCE)).subquery("kept")

VIEWS = (
    View(
        "cash_contracts",
        "Settlement banks' cash contracts.",
        (
            whole("cash", "number at the desk", _C.c.number),
            hex_("contract", "its address", _C.c.address),
            hex_("bank", "account of the bank that owes the money", _C.c.bank),
            currency(_C.c.currency),
        ),
        lambda asked, at: asked.select_from(_C).where(told(CASH, at)),
    ),
    View(
        "cash_entries",
        "Every line of every cash statement: an account's `moved` add up to its last `balance`.",
        (
            whole("cash", "the cash contract", _E.c.cash),
            hex_("account", "whose statement it is", _E.c.account),
            whole("moved", "what came (above 0) or went, in minor units", _E.c.delta),
            whole("balance", "what there was after it", _E.c.balance),
            currency(_C.c.currency),
            hex_("counterparty", "from or to whom; empty: issued or redeemed by the bank", _E.c.counterparty),
            hex_("reference", "the payer's reference", _E.c.reference),
            order_(_E.c.from_pos),
            block(_E.c.from_pos),
            block_time(),
        ),
        lambda asked, at: (
            asked.select_from(_E)
            .join(_C, _C.c.number == _E.c.cash)
            .outerjoin(BLOCK, at_block(_E.c.from_pos))
            .where(_E.c.from_pos <= at if at is not None else _E.c.from_pos >= 0)
        ),
    ),
    View(
        "receivables",
        "Receivables as issued, and how they stand. A draft that nobody confirmed is one too: see `status`.",
        (
            whole("receivable", "its number in the order of issue: what other views name it by", _R.c.number),
            hex_("id", "its id on the ledger", _R.c.id),
            word("status", "how it stands", ReceivableStatus, _S.c.status),
            hex_("issuer", "who issued it", _R.c.issuer),
            hex_("supplier", "who sold", _R.c.supplier),
            hex_("obligor", "who owes", _R.c.obligor),
            whole("face", "its amount", _R.c.face),
            whole("owed", "what holders are owed of it", _S.c.owed_live),
            whole("waiting", "what came in and is not distributed yet", _S.c.waiting),
            whole("distributed", "what was distributed", _S.c.distributed),
            whole("retired", "length of the ranges that retired", _S.c.retired),
            currency(_R.c.currency),
            time("due", "when it is due", _R.c.due),
            time("issued_at", "when it was issued", _R.c.issued_at),
            time("confirmed_at", "when the obligor confirmed it", _S.c.confirmed_at),
            hex_("content_root", "root of its document", _R.c.content_root),
            block(_R.c.pos),
        ),
        lambda asked, at: asked.select_from(_R).join(_S, _S.c.receivable == _R.c.number).where(valid(RECEIVABLE_STATE, at)),
    ),
    View(
        "tokens",
        "Ranges of receivables and who holds them. Those of a receivable tile its face.",
        (
            whole("receivable", _RECEIVABLE, _T.c.receivable),
            whole("start", "first minor unit of the range", _T.c.start),
            whole("length", "how many minor units of the face it is", _T.c.length),
            currency(_R.c.currency),
            hex_("owner", "who holds it", _T.c.owner),
            flag("offered", "whether it is offered to somebody", _T.c.flags.bitwise_and(int(TokenFlag.OFFERED)) != 0),
            flag("held", "whether a court holds it", _T.c.flags.bitwise_and(int(TokenFlag.HELD)) != 0),
            flag("in_custody", "whether a custodian's contract keeps it", _T.c.flags.bitwise_and(int(TokenFlag.CUSTODY)) != 0),
            flag("retired", "whether it left the receivable", _T.c.flags.bitwise_and(int(TokenFlag.RETIRED)) != 0),
            whole("drawn_until", "the last payment that it has drawn", _T.c.cursor),
            block(_T.c.from_pos, "since_block"),
        ),
        lambda asked, at: asked.select_from(_T).join(_R, _R.c.number == _T.c.receivable).where(valid(TOKEN, at)),
    ),
    View(
        "transfers",
        "Every move of a range: the lineage of each minor unit.",
        (
            whole("receivable", _RECEIVABLE, _X.c.receivable),
            whole("start", "first minor unit of the range", _X.c.start),
            whole("length", "how many minor units of the face it is", _X.c.length),
            currency(_R.c.currency),
            hex_("sender", "from whom; empty: made by the confirmation", _X.c.sender),
            hex_("recipient", "to whom", _X.c.recipient),
            word("kind", "what it was; only an assignment is one in law", TransferKind, _X.c.kind),
            hex_("reference", "its trade background", _X.c.reference),
            order_(_X.c.pos),
            block(_X.c.pos),
            block_time(),
        ),
        lambda asked, at: _of_receivable(_X)(asked).where(told(TRANSFER, at)),
    ),
    View(
        "receipts",
        "Money that came in for receivables.",
        (
            whole("receivable", _RECEIVABLE, _I.c.receivable),
            hex_("payer", "who paid", _I.c.payer),
            word("kind", "how it came", PaymentKind, _I.c.kind),
            whole("interest", "late interest paid", _I.c.interest),
            whole("principal", "principal paid", _I.c.principal),
            whole("recovered", "paid to those who had paid in the obligor's place", _I.c.recovered),
            whole("excess", "credited back to the payer", _I.c.excess),
            currency(_R.c.currency),
            hex_("reference", "the payer's reference", _I.c.reference),
            order_(_I.c.pos),
            block(_I.c.pos),
            block_time(),
        ),
        lambda asked, at: _of_receivable(_I)(asked).where(told(RECEIPT, at)),
    ),
    View(
        "payments",
        "Payments distributed over the ranges of a receivable, and ranges that retired: what each left owed.",
        (
            whole("receivable", _RECEIVABLE, _P.c.receivable),
            whole("payment", "its number on the receivable", _P.c.payment),
            word("kind", "how it came; a retirement pays nothing", PaymentKind, _P.c.kind),
            whole("principal", "principal distributed", _P.c.principal),
            whole("interest", "late interest distributed", _P.c.interest),
            whole("owed_before", "what holders were owed before it", _P.c.owed_before),
            whole("owed_after", "what they were owed after it", _P.c.owed_after),
            currency(_R.c.currency),
            order_(_P.c.pos),
            block(_P.c.pos),
            block_time(),
        ),
        lambda asked, at: _of_receivable(_P)(asked).where(told(PAYMENT, at)),
    ),
    View(
        "draws",
        "What holders drew of payments.",
        (
            whole("receivable", _RECEIVABLE, _D.c.receivable),
            hex_("owner", "who drew", _D.c.owner),
            whole("start", "first minor unit of the range", _D.c.start),
            whole("length", "how many minor units of the face it is", _D.c.length),
            whole("from_payment", "drew the payments after this one", _D.c.from_payment),
            whole("to_payment", "up to this one", _D.c.to_payment),
            whole("principal", "principal drawn", _D.c.principal),
            whole("interest", "late interest drawn", _D.c.interest),
            currency(_R.c.currency),
            flag("paid", "whether it was paid out at once; else it was credited", _D.c.paid),
            order_(_D.c.pos),
            block(_D.c.pos),
            block_time(),
        ),
        lambda asked, at: _of_receivable(_D)(asked).where(told(DRAW, at)),
    ),
    View(
        "credits",
        "Money that the ledger keeps for accounts and has not paid out.",
        (
            hex_("account", "whose it is", _K.c.account),
            whole("cash", "the cash contract", _K.c.cash),
            whole("amount", "how much", _K.c.amount),
            currency(_C.c.currency),
            text_("keeper", "the contract that keeps it: repayment, financing or loans", _K.c.keeper),
        ),
        lambda asked, at: asked.select_from(_K).join(_C, _C.c.number == _K.c.cash).where(valid_in(_K.c, at), _K.c.amount > 0),
    ),
    View(
        "deals",
        "Purchases of receivables by banks; figures as last told on the ledger.",
        (
            hex_("deal", "its id", _DL.c.deal),
            word("state", "how it stands", DealState, _DL.c.state),
            hex_("bank", "who bought", _DL.c.bank),
            hex_("seller", "who sold", _DL.c.seller),
            whole("receivable", _RECEIVABLE, _DL.c.receivable),
            whole("start", "first minor unit of the range", _DL.c.start),
            whole("end", "end of the range", _DL.c.stop),
            whole("advanced", "what the bank paid at first", _DL.c.advanced),
            whole("advance", "what of it is still to come back; of an ended deal what never came", _DL.c.advance),
            currency(_C.c.currency),
            time("since", "when it began", _DL.c.since),
            time("ended_at", "when it ended", _DL.c.ended_at),
            word("ending", "how it ended", DealEnding, _DL.c.ending),
        ),
        lambda asked, at: asked.select_from(_DL).join(_C, _C.c.number == _DL.c.cash).where(valid(DEAL, at)),
    ),
    View(
        "loans",
        "Loans secured by pledges or ranges; figures as last told on the ledger.",
        (
            whole("loan", "its number", _LT.c.loan),
            word("status", "how it stands", LoanStatus, _LS.c.status),
            hex_("lender", "who lent", _LT.c.lender),
            hex_("borrower", "who borrowed", _LT.c.borrower),
            whole("principal", "what was lent", _LT.c.principal),
            whole("outstanding", "principal not paid back", _LS.c.outstanding),
            currency(_C.c.currency),
            whole("rate_ppm", "interest a year, in millionths", _LT.c.rate),
            time("opened_at", "when it was opened", _LT.c.opened_at),
            time("ended_at", "when it ended", _LS.c.ended_at),
        ),
        lambda asked, at: (
            asked.select_from(_LT)
            .join(_LS, _LS.c.loan == _LT.c.loan)
            .join(_C, _C.c.number == _LT.c.cash)
            .where(valid(LOAN_TERMS, at), valid(LOAN_STATE, at))
        ),
    ),
)
