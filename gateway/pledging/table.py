"""The acts that are drafted from words: which body each one is, under which code of the register, and what is told for it."""

from dataclasses import dataclass

from ledger.domain.registers import Code

COMMON = ("act", "account", "officer", "consents", "when", "instrument", "evidence")
"""What every act may be told."""


@dataclass(frozen=True, slots=True)
class ActKind:
    """An act by its name: the kind of its body, its code (None: the words decide), the part of PledgeActs that it is, if it is one.

    `needs` and `takes` are fields of the description, what it must and what it may say beside {COMMON}.
    """

    name: str
    kind: str
    code: Code | None
    help: str
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    part: str = ""

    @property
    def on_pledge(self) -> bool:
        """Whether it is an act on one pledge."""
        return "pledge" in self.needs


_ON = ("pledge",)
_LIST = ("rights", "blind", "parties")
_FILED = ("rights", "blind", "kinds", "transaction", "marks", "terms", "agreement", "content")
_ENDS = ("basis", "reason")
_HOLD = ("register", "target", "of")
_ORDER = ("authority", "order")

TABLE = (
    ActKind("file", "FilePledge", Code.REGISTER, "Files a pledge.", ("register", "parties"), _FILED),
    ActKind(
        "record",
        "RecordPledge",
        Code.REGISTER,
        "Files, accepts and registers a pledge in one act, where the office merely records.",
        ("register", "parties"),
        (*_FILED, "grounds", "others_pass"),
    ),
    ActKind("accept", "AcceptPledge", Code.ACCEPT, "Accepts a filing: claims its rights, page by page.", _ON, _LIST),
    ActKind(
        "decide",
        "DecidePledge",
        None,
        "Decides on a filing: register, approve (titles of a long list follow), return or refuse.",
        (*_ON, "decision"),
        (*_LIST, "grounds", "others_pass"),
    ),
    ActKind("titles", "PublishTitles", Code.ACCEPT, "Publishes the titles of a long list, page by page.", _ON, (*_LIST, "segment")),
    ActKind("notify", "StepFiling", Code.NOTIFY, "Notes that a notice of correction went out.", _ON, ("content", "until")),
    ActKind("answer", "StepFiling", Code.ANSWER, "Notes that a notice was answered.", _ON, ("content",)),
    ActKind("reconsider", "StepFiling", Code.RECONSIDER, "Takes a refused filing up again.", _ON, ("content",)),
    ActKind("withdraw", "WithdrawFiling", Code.WITHDRAW, "Withdraws a filing.", _ON),
    ActKind("contest", "ContestAsset", Code.CONTEST, "Shows that an earlier filing lists a right too.", (*_ON, "later", "right"), _LIST),
    ActKind("release", "PledgeActs", Code.RELEASE, "Releases a pledge whole.", _ON, (*_ENDS, "unlisted", "unpledged"), "releases"),
    ActKind("end-by-order", "PledgeActs", Code.END_BY_ORDER, "Ends a pledge under an authority's order.",
            (*_ON, "reason", "authority"), ("basis", "unlisted", "unpledged"), "releases"),
    ActKind("part-release", "PledgeActs", Code.PART_RELEASE, "Releases some rights of a pledge.",
            (*_ON, "rights"), (*_ENDS, "blind", "unpledged"), "partReleases"),
    ActKind("end-rights-by-order", "PledgeActs", Code.END_LEAVES_BY_ORDER, "Ends some rights of a pledge under an authority's order.",
            (*_ON, "rights", "reason", "authority"), ("basis", "blind", "unpledged"), "partReleases"),
    ActKind("transfer", "PledgeActs", Code.TRANSFER, "Transfers the security with its claim, whole or in shares, to new holders.",
            (*_ON, "parties"), (), "parties"),
    ActKind("correct-parties", "PledgeActs", Code.CORRECT_PARTIES, "Corrects the parties of a pledge; a side not named stays.",
            (*_ON, "parties"), (), "parties"),
    ActKind("set-terms", "PledgeActs", Code.SET_TERMS, "Changes the terms of a pledge; what is not told stays.",
            (*_ON, "terms"), ("agreement", "content"), "terms"),
    ActKind("correct-terms", "PledgeActs", Code.CORRECT_TERMS, "Corrects the terms of a pledge under an authority's order.",
            (*_ON, "terms", "authority"), ("agreement", "content"), "terms"),
    ActKind("supplement", "PledgeActs", Code.SUPPLEMENT, "Adds rights to a pledge; more than 128 are reserved before.",
            (*_ON, "rights"), ("content", "segment"), "segments"),
    ActKind("reserve", "ReserveSegment", Code.ACCEPT, "Reserves the rights of a long supplement, page by page.",
            (*_ON, "rights"), ("content", "segment")),
    ActKind("enforce", "PledgeActs", Code.ENFORCE, "Notes that a pledge is enforced.", _ON, ("authority",), "states"),
    ActKind("stop-enforcing", "PledgeActs", Code.STOP_ENFORCING, "Notes that a pledge is enforced no more.",
            _ON, ("authority",), "states"),
    ActKind("note", "PledgeActs", Code.NOTE, "Puts a note on a pledge.", (*_ON, "note"), ("rights", "other", "subject", "text"), "notes"),
    ActKind("agree", "PledgeActs", Code.AGREE, "Notes that the holders agree to a licence or a transfer of the right.",
            (*_ON, "note"), ("rights", "other", "subject", "text"), "notes"),
    ActKind("object", "PledgeActs", Code.OBJECT, "Notes that the pledgor objects to the entry, or demands its change or end.",
            _ON, ("rights", "subject", "text"), "notes"),
    ActKind("relate", "RelatePledges", Code.RELATE, "Records that a pledge yields to another.", (*_ON, "senior", "relation"), ("cap",)),
    ActKind("refinance", "RefinancePledge", Code.REFINANCE, "Puts a new agreement in the place of an old one, which keeps its rank.",
            (*_ON, "parties", "terms"), ("agreement", "content")),
    ActKind("sale", "RecordSale", Code.SALE, "Records what a sale of pledged rights brought, and who is paid.",
            (*_ON, "price", "currency", "buyer", "shares"), ("rights", "costs", "surplus")),
    ActKind("rectify", "RectifyPledge", Code.RECTIFY, "Undoes an end, or settles a conflict.",
            (*_ON, "rectification"), ("corrects", "rights", "blind", "expires", "authority")),
    ActKind("hold", "PlaceHold", Code.HOLD, "Bars acts under an order.", (*_HOLD, "hold", "bars", "authority", "order"), ("until",)),
    ActKind("lift", "LiftHold", Code.LIFT, "Lifts a hold under an order.", (*_HOLD, "number", "authority", "order")),
    ActKind("fee-hold", "PlaceHold", Code.FEE_HOLD, "Bars acts while a fee of the office is unpaid.", (*_HOLD, "bars"), (*_ORDER, "until")),
    ActKind("fee-lift", "LiftHold", Code.FEE_LIFT, "Lifts a hold for an unpaid fee.", (*_HOLD, "number"), _ORDER),
    ActKind("join", "JoinAssets", Code.JOIN, "Joins two numbers of one right.", ("register", "right", "joined")),
    ActKind("record-party", "RecordParty", Code.PARTY, "Records what became of a party.",
            ("register", "party", "became"), ("other", "member", "name")),
)  # fmt: skip
"""Every act that is drafted, in the order of a pledge's life."""

BY_NAME = {each.name: each for each in TABLE}
