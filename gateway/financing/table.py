"""The acts on purchases, loans, guarantees, courts' holds and cash that are drafted from words: which body each is, what is told for it."""

from gateway.receivables.table import ActKind

_DEAL, _LOAN, _HOLD = ("deal",), ("loan",), ("hold",)
_RANGE = ("start", "end")
_CASH = ("currency", "cash")
_SEEN = ("seller", "length", "payments", "least_owed", *_CASH)
_PLAN = ("rate", "day_count", "repayment", "default_after_days", "prepayment", "zone")
_AGREED = (
    *("disbursed", "instalments", "months", "due_days", "calendar", "roll", "cut_off", "overdue_rate", "grace_days", "agreed"),
    *("loan_to_value", "cure_days", "appraiser", "release_within_days", "content"),
)

TABLE = (
    # --- Purchases
    ActKind("finance offer", "OfferPurchase", "A bank offers to buy a range of a receivable, as the range stands now.",
            ("receivable", "advance", "rate", "day_count", "recourse", "until", "zone"), (*_RANGE, "fee", "content", *_SEEN)),
    ActKind("finance recall", "RecallPurchase", "The bank takes its offer back.", ("offer",)),
    ActKind("finance accept", "AcceptPurchase", "The seller accepts an offer: the advance against the range, or nothing.", ("offer",)),
    ActKind("finance refinance", "RefinanceDeal", "The seller accepts another bank's offer for what one bank has; the first one is paid.",
            (*_DEAL, "offer"), ("most",)),
    ActKind("finance buy-back", "BuyBack", "The seller pays all that is outstanding and has its range back.", _DEAL, ("most",)),
    ActKind("finance assign", "AssignDeal", "A deal without recourse goes from its bank to another one, at a price; both sign.",
            (*_DEAL, "to", "price")),
    ActKind("finance take-out", "TakeOutDeal", "The bank of a deal without recourse takes the range itself.", _DEAL),
    ActKind("finance waive", "WaiveDeal", "The bank gives up what is outstanding; the range goes back.", (*_DEAL, "document")),
    ActKind("finance settle", "SettleDeal", "Bank and seller end a deal with recourse; the range goes to one of them.",
            (*_DEAL, "to", "document")),
    ActKind("finance release-tail", "ReleaseTail", "Bank and seller let the end of the range go, to one of them.",
            (*_DEAL, "start", "to", "document")),
    ActKind("finance ceiling", "SetBankCeiling", "How much a bank will have advanced on an obligor; 0 stops new deals.",
            ("obligor", "currency", "most")),
    ActKind("finance withdraw", "WithdrawFinancing", "Pays out what purchases keep for an account that could not be paid.",
            ("currency",), ("cash",)),
    # --- Loans
    ActKind("loan open", "OpenLoan", "Lender and borrower sign a loan; its schedule follows from the words, and the money moves at once.",
            ("lender", "borrower", "principal", "currency", *_PLAN), ("cash", *_AGREED, "pledges", "ranges")),
    ActKind("loan renew", "RenewLoan", "Lender and borrower sign a new schedule; the principal stays out on the same security.",
            (*_LOAN, *_PLAN), _AGREED),
    ActKind("loan pay", "PayLoan", "The borrower pays what is due, and may pay the next instalment.", (*_LOAN, "amount", "reference")),
    ActKind("loan prepay", "PrepayLoan", "The borrower pays ahead.", (*_LOAN, "amount", "reference")),
    ActKind("loan acknowledge", "AcknowledgePayment", "The lender says what it was paid outside the ledger.",
            (*_LOAN, "amount", "reference")),
    ActKind("loan charge", "ChargeCosts", "Costs of enforcement: the lender signs with the borrower, or with a court.",
            (*_LOAN, "amount", "document"), ("court",)),
    ActKind("loan accelerate", "AccelerateLoan", "The lender calls the loan: all is due at the end of the day.",
            (*_LOAN, "ground"), ("subject", "document")),
    ActKind("loan discharge", "DischargeLoan", "The lender asks no more: waived, or paid otherwise.", (*_LOAN, "document")),
    ActKind("loan withdraw", "WithdrawLoanCredit", "Pays out what loans keep for an account that could not be paid.",
            ("currency",), ("cash",)),
    ActKind("loan pledge-ranges", "PledgeRanges", "The borrower pledges further ranges of receivables.", (*_LOAN, "ranges")),
    ActKind("loan release-range", "ReleaseRange", "The lender lets a pledged range go back before the loan is repaid.",
            ("receivable", "start")),
    ActKind("loan sell-range", "SellRange", "A pledged range is sold, the price pays the debt: lender, buyer and borrower or a court sign.",
            ("receivable", "start", "buyer", "price", "document"), ("court",)),
    ActKind("loan value", "RecordValuation", "An appraiser says what the rights of a pledge are worth.",
            ("pledge", "amount", "currency", "valued", "document", "zone"), ("method",)),
    # --- Guarantees
    ActKind("guarantee open", "OpenPool", "Guarantors promise to pay by agreed shares; all sign, the first one manages.",
            ("guarantors", "currency", "cap", "until", "document"), ("cash", "wait_days")),
    ActKind("guarantee cover", "CoverReceivable", "The manager says that a pool stands for a receivable.", ("pool", "receivable", "most")),
    # --- Courts
    ActKind("hold receivable", "HoldReceivable", "A court holds a receivable: nothing of it moves.", ("receivable", "document")),
    ActKind("hold account", "HoldAccount", "A court holds an account: what it has on receivables stays.", ("held", "document")),
    ActKind("hold narrow", "NarrowHold", "A court's hold on a receivable becomes one on a range of it.", (*_HOLD, *_RANGE, "document")),
    ActKind("hold lift", "LiftCourtHold", "A court lifts its hold.", (*_HOLD, "document")),
    ActKind("hold order", "OrderRange", "The council shall give a held range, and the money kept for it, to whom a court says.",
            (*_HOLD, "receivable", "to", "document"), _RANGE),
    ActKind("hold order-credit", "OrderCredit", "The council shall give money kept for a held account to whom a court says.",
            (*_HOLD, "module", "currency", "amount", "to", "document"), ("cash",)),
    # --- Cash
    ActKind("cash issue", "IssueCash", "The settlement bank issues cash.", ("to", "amount", "currency", "reference"), ("cash",)),
    ActKind("cash transfer", "TransferCash", "Gives cash to another member.", ("to", "amount", "currency", "reference"), ("cash",)),
    ActKind("cash redeem", "RedeemCash", "The settlement bank takes cash back and pays it out; the holder signs too.",
            ("held", "amount", "currency", "reference"), ("cash",)),
)  # fmt: skip
"""Every act that is drafted, group by group; the first word of a name is its group."""
