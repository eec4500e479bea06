"""The acts on receivables that are drafted from words: which body each one is, and what is told for it."""

from dataclasses import dataclass

COMMON = ("act", "account", "zone")
"""What every act may be told."""


@dataclass(frozen=True, slots=True)
class ActKind:
    """An act by its name: the kind of its body; `needs` and `takes` are fields of the description, what it must and what it may say."""

    name: str
    kind: str
    help: str
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """The command that drafts it, below its group."""
        return self.name.rpartition(" ")[2]


_ON = ("receivable",)
_RANGE = ("start", "end")
_TERMS = ("cash", "grace_days", "late_rate", "policy", "tenor_reason", "content")

TABLE = (
    ActKind("issue", "Issue", "Draws up a receivable, by its supplier or its obligor.",
            ("supplier", "obligor", "face", "currency", "due"), _TERMS),
    ActKind("confirm", "ConfirmReceivable", "The obligor confirms a receivable with the very terms that were issued.",
            (*_ON, "fingerprint"), ("confirms", "earlier")),
    ActKind("refuse", "RefuseReceivable", "The obligor refuses a receivable.", _ON, ("document",)),
    ActKind("withdraw-draft", "WithdrawDraft", "Who drew a receivable up takes it back before it is confirmed.", _ON),
    ActKind("move", "Move", "Gives a range to another account at once.", (*_ON, "to"), (*_RANGE, "background")),
    ActKind("split", "MoveBatch", "Gives pieces of a token to up to 100 accounts, one after the other from its start on.",
            (*_ON, "pieces"), ("start", "background")),
    ActKind("move-many", "MoveMany", "Gives whole tokens to another account at once.", ("ranges", "to"), ("background",)),
    ActKind("merge", "Merge", "Makes a token and its right neighbour, both of one owner, one again.", (*_ON, "start")),
    ActKind("offer", "OfferRange", "Offers a range to another account, locked until it answers or the deadline passes.",
            (*_ON, "to", "deadline"), (*_RANGE, "background")),
    ActKind("accept", "AcceptRange", "Accepts an offered range as it stands now.", (*_ON, "start")),
    ActKind("decline", "DeclineRange", "Declines an offered range.", (*_ON, "start"), ("document",)),
    ActKind("recall", "RecallRange", "Takes an offer back.", (*_ON, "start")),
    ActKind("notify", "NotifyAssignment", "Tells the obligor who holds a range.", (*_ON, "assignor"), (*_RANGE, "content")),
    ActKind("acknowledge", "AcknowledgeNotice", "The obligor says that a notice reached it.", ("notice",)),
    ActKind("retire", "RetireRange", "Owner and obligor sign that a range is owed nothing any more.",
            (*_ON, "reason", "document"), _RANGE),
    ActKind("consent-cancel", "ConsentCancel", "Agrees that the receivable be cancelled, or takes that back.", (*_ON, "start"), ("undo",)),
    ActKind("dispute", "DisputeReceivable", "The obligor disputes a receivable: it stops the automatic debit for a term.",
            (*_ON, "scope", "document")),
    ActKind("end-dispute", "EndDispute", "The obligor ends its dispute.", _ON),
    ActKind("write-off", "WriteOff", "Marks a token as written off, or takes the mark away.", (*_ON, "start"), ("undo",)),
    ActKind("pay", "PayReceivable", "The obligor pays.", (*_ON, "amount", "reference")),
    ActKind("pay-for", "PayAsThirdParty", "Somebody else pays in the obligor's place.", (*_ON, "account", "amount", "reference")),
    ActKind("waive-claim", "WaiveClaim", "Gives up what the obligor owes for a payment in its place.", (*_ON, "account"), ("document",)),
    ActKind("withdraw", "Withdraw", "Pays out what is kept for an account that could not be paid when it drew.",
            ("account", "currency"), ("cash",)),
    ActKind("mandate", "SetMandate", "Lets due debts be debited from an obligor's cash.",
            ("account", "currency", "cap", "until"), ("cash", "partial")),
    ActKind("end-approvals", "RevokeApprovals", "Ends every approval that an account gave to wallets.", ("account",), ("document",)),
    ActKind("end-mandate", "EndMandate", "Ends a mandate.", ("account", "currency"), ("cash",)),
)  # fmt: skip
"""Every act that is drafted, in the order of a receivable's life."""
