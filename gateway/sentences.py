"""One sentence for every custom error of the contracts, for a bank officer or a registrar. `{field:form}` shows a field of the error in
words; the forms are those of gateway/refusals.py, and `amount` for minor units, which pages tell in their currency (but not ranges, as
anywhere). Where errors of one name mean different things, one is keyed by its signature. tests/gateway/test_refusals.py holds that no
error is without a sentence.
"""

SENTENCES = {
    # --- Acts and members ---
    "AlreadySpent": "The act id {id} is used up: an act runs once at most.",
    "BodyMalformed": "The fields of the act don't have the form that the ledger expects.",
    "InsufficientGas": "The transaction carries too little gas ({left}, needed are {needed}); nothing was spent.",
    "KeyTaken": "The key {key} belongs to a member already, and a key is never given twice.",
    "KeyUnknown": "The key {key} is none of this account's.",
    "KindExists": "The ledger knows this kind of act already.",
    "MemberExists": "The account {account} is admitted already.",
    "MemberIsSuspended": "The member {account} is suspended.",
    "NotActs": "Only the ledger's door for signed acts may do that.",
    "NotOperator": "The address {caller} is no key of a member.",
    "NotRelayer": "The address {caller} is not enrolled to send acts; the council enrols it.",
    "OwnKeyHasAllRoles": "The account's own address is a key with all its roles ({held:roles}) or none; asked for are {asked:roles}.",
    "RoleMissing": "The key of {account} has none of the roles that this act needs: {needed:roles}; it has {held:roles}.",
    "RolesNotHeld": "A key gives and takes only roles that it holds itself: named are {asked:roles}, it holds {held:roles}.",
    "UnknownMember": "The account {account} is no member.",
    # --- Receivables ---
    "BackgroundMissing": "This receivable asks for the hash of the trade background with every transfer.",
    "ConfirmationIncomplete": "A confirmation states at least existence, amount and due date (bits {least}; given are {confirmed}).",
    "CurrencyMismatch": "The receivable's currency {currency:currency} differs from the cash's {cashCurrency:currency}.",
    "DecimalsUnsupported": "Cash {cash} has {decimals} decimals; receivables are kept in cash with two.",
    "DigestMismatch": "What was named is not what was issued: the terms differ from the record.",
    "DraftExists": "There is a receivable from this act id already.",
    "DraftNotOpen": "The draft is not open any more: it is {state:draft}.",
    "DueOutOfRange": "The due time {due:time} lies outside what the policy admits: {earliest:time} to {latest:time}.",
    "EtherRefused": "A transfer carries no coins of the chain; {value} were sent along.",
    "FaceOutOfRange": "The face amount {face:amount} is zero or too large for the ledger.",
    "FingerprintUsed": "This invoice backs the receivable {receivable} already.",
    "Locked": "The receivable is being written further up in the same transaction; try again in one of its own.",
    "ModuleExists": "The repayment module {module} is listed already.",
    "NotDrafts": "Only the contract of drafts may do that.",
    "NotIssuer": "Only the supplier or the obligor may issue the receivable, and only the issuer may withdraw it.",
    "NotModule": "Only the receivable's own repayment module may do that.",
    "NotNeighbours": "The two pieces don't touch, so they can't be joined.",
    "NotObligor": "Only the obligor {obligor} may do that.",
    "NotSigned": "The account {account} must sign this itself, by a key in one of these roles: {roles:roles}.",
    "NothingNamed": "The act names no piece.",
    "OwnerInactive": "The owner {owner} is no active member.",
    "OwnersDiffer": "The two pieces have different owners.",
    "PartyInactive": "The party {account} of the receivable is no active member.",
    "PaymentRefused": "The repayment module recorded a payment that the receivable {receivable} can't have.",
    "PieceTooSmall": "A piece of {length:amount} is below the least of {least:amount}.",
    "PolicyExists": "There is a policy version {policy} already.",
    "PolicyIsRetired": "The policy version {policy} is closed to new receivables.",
    "RangeEmpty": "The range is empty: it begins at {start} and ends at {end} (minor units of the receivable).",
    "RangeOutside": (
        "The range from {start} to {end} is not inside the token, which goes from {tokenStart} to {tokenEnd} (minor units of the "
        "receivable, the end not counted in)."
    ),
    "ReceivableExists": "There is a receivable from this act id already.",
    "ReceivableStopped": "The receivable is paused by the council or held by a court: nothing of it moves.",
    "RecipientDeclinesDirect": "The recipient {recipient} takes nothing without its own acceptance.",
    "RecipientInactive": "The recipient {recipient} is no active member.",
    "SupplierDeclines": "The supplier {supplier} takes nothing without its own acceptance, so it must issue the receivable itself.",
    "TermsInvalid": (
        "The terms are not admitted: of a receivable, check late rate and its basis, the least piece, and that the parties differ; of an "
        "offer, the advance, rate and basis of the discount, the day's begin, and the range."
    ),
    "TokenLocked": "The token is locked by an offer, a hold or its retirement.",
    "TooManyFingerprints": "{count} fingerprints of earlier key epochs are more than an act may name.",
    "UnknownModule": "There is no repayment module {module}.",
    "UnknownPolicy": "There is no policy version {policy}.",
    "UnknownToken": "There is no token {token}.",
    "ValueNotRange": "The amount {value:amount} does not fit the piece of {length:amount}.",
    "WrongState": "The receivable is {state:receivable}; only a live one admits this.",
    # --- Cash and payments ---
    "AllocationsDiffer": "The allocations add up to {sum:amount}, the notice says {total:amount}.",
    "AmountZero": "An amount of zero moves nothing; give the amount in minor units.",
    "BalanceShort": "The account holds {balance:amount} of this cash, {needed:amount} are needed.",
    "BelowThreshold": "{amount:amount} are below the least of {least:amount} that a debit collects.",
    "BookedLater": "The money was booked at {bookedAt:time}, which lies in the future.",
    "CashDiffers": "The receivable is paid in another cash contract than this.",
    "CashExists": "This cash contract is listed already, as number {index}.",
    "CashFull": "No more cash contracts can be listed.",
    "ContractDrawsItself": "The owner {owner} is a contract and draws its money itself.",
    "Disputed": "The receivable is disputed; until that is settled it is not debited, bought or guaranteed.",
    "HolderMustSign": "The holder {holder} of the cash must sign its redemption.",
    "MandateShort": "The mandate has {capLeft:amount} left, {needed:amount} are needed.",
    "NoMandate": "The obligor {obligor} has given no mandate for cash {cash}, or it has ended.",
    "NotBank": "Only the bank whose cash or deal this is may do that.",
    "NotDesk": "Only the cash desk may do that.",
    "NotDue": "The debt is not due before {due:time}.",
    "NotLive": "The receivable is not live: not confirmed yet, paid in full, or cancelled.",
    "NotPinned": "The receivable is repaid through module {module}, not through this one.",
    "NotToken": "Only the contract of receivables may do that.",
    "NothingCredited": "Nothing is held for the account {account}.",
    "NothingWaiting": "No money waits to be distributed.",
    "PayerNotObligor": "The payer {payer} is not the receivable's obligor.",
    "PaymentsExhausted": "The receivable has taken {payments} payments, which is the most; what is still owed must come at once.",
    "ReferenceMissing": "A payment needs a reference.",
    "ReferenceUsed": "This payment reference was taken before; a payment counts once.",
    "SupplyTooLarge": "The cash in circulation would be {supply:amount}, more than the ledger can hold.",
    "TooEarly": "This may be done from {from:time} on, not before.",
    "UnknownCash": "There is no cash contract {index}.",
    "UntilPassed": "The end {until:time} lies in the past.",
    # --- Offers, ends, holds and guarantees of receivables ---
    "AccountHeld": "A court holds all that {account} has on receivables: nothing of it moves or is paid out until the hold is lifted.",
    "CeilingReached": (
        "With this receivable {account} would have {outstanding:amount} outstanding; its ceiling in {currency:currency} is "
        "{ceiling:amount}."
    ),
    "ClaimsStand": (
        "Others have paid in the obligor's place and are owed {claims:amount}; the receivable is cancelled once they are paid "
        "or give that up."
    ),
    "ConcentrationReached": (
        "The obligor {obligor} would owe {outstanding:amount} of all {total:amount} in {currency:currency}, more than its share of "
        "{mostShare} basis points."
    ),
    "CoveredAlready": "Guarantee {pool} stands for this receivable already; a receivable has one.",
    "CreditShort": "Only {credited:amount} are held for the account {account}.",
    "DeadlineAhead": "The offer runs until {deadline:time}; until then its sender may recall it.",
    "DeadlinePassed": "The deadline {deadline:time} lies in the past.",
    "DisputeStands": "A dispute of this receivable stands already, until {until:time}.",
    "DisputesExhausted": "The disputes of this receivable have used up the {term:days} for which they may stop its debit.",
    "FingerprintMissing": "A confirmation names the fingerprint of the invoice, so that it backs one receivable only.",
    "GuarantorIsObligor": "The obligor {guarantor} can't guarantee its own debt.",
    "GuarantorNotSigned": "The guarantor {guarantor} must sign this itself, as guarantor or bank.",
    "GuarantorTwice": "The guarantor {guarantor} is named twice.",
    "HoldTarget": "Hold {hold} lies on another thing than this step is for: one on a receivable is narrowed, others are ordered.",
    "KindRefused": "A payment of kind {kind} can't be collected.",
    "LengthDiffers": "The token is {length:amount} long now, not what was signed; look at it again.",
    "NoClaim": "{payer} is owed nothing here for payments in the obligor's place.",
    "NoDispute": "No dispute of this receivable stands that this could end.",
    "NoOffer": "No offer stands on the token {token}.",
    "NoPot": "Nothing is left aside of {obligor}'s cash {cash} for debts due at {due:time}.",
    "NotAuthority": "Only the authority that laid the hold, {authority}, may do that.",
    "NotCancelled": "The receivable is not cancelled.",
    "NotCollector": "Only the contracts of mandates and guarantees may collect payments.",
    "NotCompanion": "Only a contract of the ledger that was given this power when it was founded may do that.",
    "NotConsented": "The owners of {consented:amount} of the {live:amount} that live agree to the cancellation; all must.",
    "NotCovered": "No guarantee stands for this receivable.",
    "NotEndings": "Only the contract of retirements and cancellations may do that.",
    "NotHolds": "Only the contract of court holds may do that.",
    "NotManager": "Only the manager of the guarantee, its first guarantor, may do that.",
    "NotMember": "The account {account} is no member, so no money can be kept for it.",
    "NotOverdue": "The receivable is not overdue: its grace runs still.",
    "NotOverdue(uint192,uint40)": "The guarantee may be called from {from:time} on.",
    "NotOwner": "The token {token} belongs to {owner}, not to {account}.",
    "NotParty": "Only the assignor or the assignee may give this notice.",
    "NotRecipient": "The range is offered to {recipient}; only it may answer.",
    "NotSender": "Only {sender}, whose range it is, may offer it or take the offer back.",
    "NothingChanges": "The mark stands as wanted already.",
    "NothingOwed": "Nothing is owed on this any more.",
    "NothingToTake": "No guarantor has cash of its share to pay with now.",
    "NoticeKnown": "This notice was given, or acknowledged, before.",
    "ObligorMustSign": "The obligor {obligor} must sign this too.",
    "OfferDiffers": "What is accepted is not what was offered; look at the offer as it is now.",
    "OfferDiffers(uint256,uint64,uint16,uint64)": (
        "The offered range is now {length:amount} long, after {payments} payments, and is owed {owed:amount}; look at it again before "
        "you accept."
    ),
    "OfferOver": "The offer could be accepted until {deadline:time}; it has lapsed.",
    "OfferedToSelf": "A range can't be offered to its own owner.",
    "OrderKnown": "This order was given already and waits for its execution.",
    "OrderMissing": "Every step of a court names the order that it rests on.",
    "OrderUnknown": "No such order was given, or it was executed before.",
    "PayerIsObligor": "{payer} is the obligor; it pays its own debt, not in anybody's place.",
    "RangeNotHeld": "The range [{start}, {end}) does not begin a token of {assignee}, or goes beyond it; a notice says who holds what.",
    "ReasonMissing": "A retirement says why: credit note, set-off, waiver, paid outside, or returned.",
    "RefDiffers": "The acceptance names another trade background than the offer.",
    "RetirementDiffers": "The range is owed {owed:amount} after {payments} payments now, not what was signed; look at it again.",
    "RetirementsExhausted": "No more parts of this receivable can be retired; all that lives still can be.",
    "ScopeUnknown": "A dispute says what it is about: existence, amount, due date or delivery; {scope} says nothing known.",
    "ShareOutOfRange": "A share is 1 to 10,000 basis points; {mostShare} was given.",
    "SharesWrong": (
        "The shares of {guarantors} guarantors, of whom there may be 8, must be as many, none zero, and add up to 10,000 basis points; "
        "{shares} are given."
    ),
    "StillHeld": "A hold still lies on the token {token}, or on a part of it.",
    "StillOwed": "{owedLive:amount} are still owed, so the receivable can't be closed.",
    "StringsInsufficientHexLength": "The number {value} does not fit into {length} bytes.",
    "TenorReasonMissing": "The receivable is due at {due:time}, later than the usual {usual:time}; give the hash of the reason.",
    "TokensDiffer": "The tokens don't cover the range one after another, or one lies outside (token {token}).",
    "TooManyHolds": "As many holds as there may be lie on ranges of this receivable; lift one first.",
    "TooManyPayers": "As many others as may pay in the obligor's place are owed on this receivable already.",
    "UnknownHold": "There is no hold {hold}, or it was lifted.",
    "UnknownNotice": "There is no such notice of assignment.",
    "UnknownPool": "There is no guarantee {pool}.",
    "UnknownReceivable": "There is no receivable {receivable}.",
    "WaitingNotCleared": "Money waits on this receivable; it must be distributed first.",
    # --- Purchases, loans and what secures them ---
    "AboveCeiling": "The bank would have {advanced:amount} advanced on this obligor; by its own ceiling {most:amount} is the most.",
    "AcknowledgedMore": "On loan {loan} {owed:amount} are owed; {amount:amount} can't have been paid on it.",
    "AlreadyAccelerated": "Loan {loan} was called before, or nothing of it is still to fall due.",
    "AssignedDiffers": (
        "What the assignment of the deal names is not so any more: {payments} payments were made by now, and the range is owed "
        "{owed:amount}."
    ),
    "BankIsSeller": "The bank {account} can't buy from itself.",
    "BankUnable": "The bank {account} is suspended, held by a court, or no bank any more.",
    "BothMustSign": "The bank {bank} and the seller {seller} must both sign this.",
    "CashOther": "The range {token} is paid in cash {cash}; the loan is in another.",
    "CheckMalformed": "The dry run of trigger kind {kind} did not answer as dry runs do.",
    "CheckMissing": "Trigger kind {kind} has no dry run; fire it and see.",
    "CureRuns": "The margin of loan {loan} can be restored until {until:time}; the loan can't be called on that ground before.",
    "FactsDiffer": (
        "What the offer names is not so any more: the token has the owner {owner} and the length {length:amount}, {payments} "
        "payments were made, and the range is owed {owed:amount}."
    ),
    "FiringGasShort": "The firing has {left} gas left and needs {needed}; send it with more, or in smaller lots.",
    "GroundNotAgreed": "Calling loan {loan} on ground {ground} was not agreed.",
    "GroundUnknownOf": "{ground} is no ground to call a loan: 1 default, 2 loan to value, 3 right lapsed, 4 cross default.",
    "LoanAccountHeld": "A court holds all that the account {account} has.",
    "LoanAmountZero": "An amount of zero pays nothing; give the amount in minor units.",
    "LoanNotLive": "Loan {loan} is {status:loan}; only a live one admits this.",
    "LoanReferenceUsed": "The lender acknowledged a payment with this reference before; each counts once.",
    "LoanStillLive": "Loan {loan} is not repaid or discharged yet, so its ranges stay in custody.",
    "MarginNotCalled": "No margin of loan {loan} is called; call it first.",
    "MarginStands": "The margin of loan {loan} is called since {since:time}, and the value does not suffice yet.",
    "MoneyHeld": "A court holds money of the token {token}; it must be free and collected first.",
    "NeitherParty": "The account {account} is neither bank nor seller of the deal.",
    "NoCash": "The account {account} has no free cash, and nothing is kept for the loan.",
    "NotAgreements": "Only the contract of loan agreements may do that.",
    "NotBorrower": "The account {account} is not the borrower of loan {loan}.",
    "NotBorrowerOf": "The account {account} is not the borrower of loan {loan}, so it can't pledge for it.",
    "NotDefaulted": "The borrower of loan {loan} is not in default, so a court's officer can't sign in its place.",
    "NotEscrow": "Only the title escrow may do that.",
    "NotFinancing": "Only the contract of financing may do that.",
    "NotHolder": "The account {account} does not hold the pledged range {token}: the lender of its loan does.",
    "NotInDefault": "Loan {loan} is {condition:condition}, not in default.",
    "NotLender": "The account {account} is not the lender of loan {loan}.",
    "NotOfBorrower": "Loan {other} is no other loan of the borrower of loan {loan}.",
    "NotPledged": "The range {token} is not pledged.",
    "NotPledgor": "The range {token} belongs to {owner}, who must pledge it itself.",
    "NotSeller": "Only the seller {seller} may do that, not {account}.",
    "NothingCollected": "Nothing came in on the range {token} that was not collected.",
    "NothingCreditedTo": "Nothing is held for the account {account}.",
    "NothingDue": "Nothing of loan {loan} is due.",
    "NothingFree": "The seller {seller} has no free cash.",
    "NothingOutstanding": "Of the deal nothing is outstanding: the bank has everything.",
    "NothingTaken": "The payment would pay nothing on loan {loan}: nothing is due that it could pay.",
    "NothingValued": "A value names a pledge and a currency; given are pledge {pledge} and currency {currency}.",
    "OfferExists": "There is an offer from this act id already.",
    "OfferLapsed": "The offer could be accepted until {until:time}; it has lapsed.",
    "OfferNotOpen": "The offer is not open: it is {state:purchase}.",
    "OfferStale": "The bank's account was recovered after it offered; it must offer anew.",
    "PartiesSame": "Lender and borrower are the same account {account}.",
    "PartyMissing": "The account {account} must sign this itself, by a key in one of these roles: {roles:roles}.",
    "PartyUnable": "The account {account} is suspended, held by a court, or lacks the role or the signature that this takes.",
    "PayoffAbove": "{outstanding:amount} are outstanding, more than the {most:amount} that were named.",
    "PledgeHeld": "A hold runs on pledge {pledge}; it must end before the pledge secures a loan.",
    "PledgeLives": "Pledge {pledge} is live, so its lapse is no ground to call the loan.",
    "PledgeNotLive": "Pledge {pledge} is {state:pledge} or lapsed; only a live one secures a loan.",
    "HoldersUnknown": "Nobody has shown who holds pledge {pledge} now; call LoanAgreements.showHolders with its parties first.",
    "LenderNotHolder": "By the register the lender {lender} holds no part of pledge {pledge}, so it secures no loan of that lender.",
    "PledgeUnknown": "Pledge {pledge} does not secure loan {loan}.",
    "PledgesOutside": "A loan names at most 16 pledges, ascending and once each; {pledges} is out of place or too many.",
    "PriceZero": "A sale needs a price above zero.",
    "PrincipalDiffers": "The rows pay back {sum:amount}, the principal is {stated:amount}.",
    "RangeDiffers": "The range of the deal is [{start}, {end}) now, in one token; name that.",
    "RangeDiffers(uint256,uint16,uint64)": "The range {token} is owed {owed:amount} after {payments} payments now; look at it again.",
    "RangeGone": "The range {token} is not in custody any more; its owner is {owner}.",
    "RangeInDeal": "The range left the middle of deal {deal}, which has not ended; it is financed again once that deal is over.",
    "RecipientInCustody": "The contract {recipient} has ranges for others only; an order names the account that the range is for.",
    "NotInCustodyFor": "The range [{start}, {end}) is in custody for something else than {subject}; name what the order hits.",
    "SenderHeld": "A court holds the account {sender}, so its cash stays where it is until the hold is lifted.",
    "RangesOutside": "A loan has 1 to 32 pledged ranges; these would be {ranges}.",
    "RecourseDiffers": "The deal is {recourse:recourse}; this is for deals of the other kind.",
    "RecourseMissing": "An offer says whether the seller answers for the obligor; it is never assumed.",
    "RenewalDiffers": "A renewal of loan {loan} has the principal that is outstanding, in the same cash.",
    "RowInvalid": (
        "Row number {row} of the schedule (from 0) doesn't fit: days ascend, the count is that of its days, a row without interest has "
        "no principal, and the grace of one ends before the next falls due."
    ),
    "RowsOutside": "A schedule has 1 to 360 rows; this one has {rows}.",
    "SignerMissing": "The account {account} must sign this sale too.",
    "StartMissing": "No token of receivable {receivable} begins at {start}, so it can't be said what lies there.",
    "StartOutside": "Interest can't begin at {start:time}; the end of the legal day lies between {earliest:time} and {latest:time}.",
    "TermInvalid": "The loan's {field:loan_term} is not admitted.",
    "TriggerKindInvalid": "A kind of trigger names a contract ({target} has no code) and its most gas ({gas}).",
    "UnknownTriggerKind": "There is no trigger kind {kind}.",
    "ValueShort": "What secures the loan is worth {value:amount}, too little for {principal:amount} at the agreed loan to value.",
    "ValueSuffices": "What secures loan {loan} is worth {value:amount}, enough for {principal:amount} at the agreed loan to value.",
    "ValuedBefore": "The value is of {valuedAt:time}, before the appraiser's last one of {last:time}.",
    "ValuedLater": "The value is of {valuedAt:time}, which lies in the future.",
    "WrongDealState": "The deal is {state:deal}, which does not admit this.",
    # --- Pledges ---
    "AdoptedBefore": "The anchored record {officeNumber:text} became pledge {pledge} before; a record is adopted once.",
    "AnchorInvalid": (
        "An anchor has the root and count of its records, at least one, and both or neither of its live assets: given are "
        "{records} records and {assets} assets for register {register}."
    ),
    "AnchorReplaced": "Anchor {anchor} of register {register} was replaced by another; use the one that stands in its place.",
    "AssetAnchored": (
        "A live record of the anchored register lies on the right {asset:text}; adopt that record, or have it ended, before "
        "anything is filed on it."
    ),
    "AssetBarred": "The right {asset:text} takes no new pledge: {flags:marks}.",
    "AssetCountInvalid": "{count} rights are not what the filing's list, or a page of it, has.",
    "AssetLinksFull": "The right {asset:text} has been pledged so often that its record is full.",
    "AssetNotClaimed": "The right {asset:text} is not in the list of pledge {pledge}.",
    "AssetNotOfRegister": "The right {asset:text} belongs to another office or class than register {register} takes.",
    "AssetsIncomplete": "Pledge {pledge} has taken {claimed} of its {count} rights; all pages must be taken first.",
    "AssetsNotAscending": "The rights must be listed in ascending order and once each; {asset:text} is out of place.",
    "AssetsRequired": "Register {register} registers no pledge without a list of rights.",
    "AssetTaken": "The right {asset:text} is pledged already, by pledge {pledge}, and this register allows one pledge on a right.",
    "AssetTwice": "The list has the right {asset:text} under two of its numbers; name it once.",
    "BasisUnknown": "{basis} is no way in which a document is matched to a pledge; it is cited, inferred or matched by an officer.",
    "ClaimDisplaced": (
        "The claim of pledge {pledge} is void: an earlier filing took its rights, or a hold or conflict came upon them; return "
        "or refuse it, and file or have it examined again."
    ),
    "ClassKept": "Another register, {register}, takes the rights of this office and class.",
    "CodeLacksEffect": "The act {code:code} does not have the effect {effect:effect} in this register.",
    "CodeMalformed": "The act {code:code} stands twice in the register's rules, or without a rule.",
    "ConsentExpired": "The consent of {party:text} as {role:party} ended at {until:time}; it must be given anew.",
    "ConsentMissing": "The consent of {party:text} as {role:party} is missing.",
    "ConsentModeRefused": "The consent of {party:text} as {role:party} was {mode:mode}, which this register does not admit here.",
    "ConsentNotSigned": "The consent of {party:text} as {role:party} is not signed by its own key, nor by an officer who vouches for it.",
    "ContestsFull": "Pledge {pledge} is contested by {contests} earlier filings already, and no more are taken; decide some of them first.",
    "DecisionUnknown": (
        "{decision} is no decision or step here; an office approves, registers, returns or refuses, and notifies, takes an "
        "answer or reconsiders."
    ),
    "DocumentMissing": "The act {code:code} needs the hash of its document.",
    "EvidenceMissing": "The consent of {party:text} as {role:party} is vouched for, so it needs the evidence that the officer saw.",
    "ExpiryPassed": "The pledge would end at {expires:time}, which lies in the past.",
    "FilingMismatch": "What is presented differs from what was filed for pledge {pledge}.",
    "FlagsRefused": "A filing in this register may not state these marks: {flags:flags}.",
    "GroundFailed": "The examination found against the pledge: {ground:ground}.",
    "GroundMissing": "The examination left out a ground: {ground:ground}.",
    "GroundNotOverridable": "A failed ground can't be overridden, or lacks the parties' declaration: {ground:ground}.",
    "GroundRepeated": "A ground is answered twice: {ground:ground}.",
    "GroundUnknown": "There is no ground {ground}, or {result} is no result of its examination.",
    "HeldBy": (
        "A hold on the {target:target} {id:held} bars this, under the order {order:text} (hold number {number}); it must end or "
        "be lifted first."
    ),
    "HoldInvalid": (
        "A hold on a {target:target} of the kind {kind:hold} can't bar that ({bars}): name a target, a kind and effects that it "
        "can bar there; an unpaid fee is a kind of its own, and bars no end."
    ),
    "HoldsFull": "{holds} holds run on this target already, and no more are taken; lift those that are settled first.",
    "HoldUnknown": "No running hold number {number} lies on the {target:target} {id:held}.",
    "LeafAlreadyEnded": "Right number {leaf} of segment {segment} is released already.",
    "NameMismatch": "Name number {index} does not match the party that was filed.",
    "NoGroundFailed": "A refusal names at least one failed ground of this register.",
    "NotAnchored": (
        "This is not number {index} under anchor {anchor} of register {register}: record, number and proof must be those of the "
        "anchored register."
    ),
    "NotEarlier": "Pledge {earlier} was not filed before pledge {later}; only the earlier filing contests the later one.",
    "NoteUnknown": "{kind} is no kind of note.",
    "NothingEnded": "The release of pledge {pledge} names no right that it ends.",
    "NothingToDo": "The act changes nothing.",
    "NoticeRunning": (
        "The consent of {party:text} as {role:party} is not deemed to be given yet: the notice that it names was recorded at "
        "{since:time} (1970: not at all), and its period must run out first."
    ),
    "NotInConflict": "The right {asset:text} is in no conflict that could be settled.",
    "NotJoinable": (
        "The numbers {other:text} and {key:text} can't be joined: they are the same, or one is another number of a right already."
    ),
    "NotOfRegister": "{id:held} is no pledge of this register.",
    "NotRelatable": "Pledge {pledge} can't stand in this relation: it is not live, of another register, or the same pledge.",
    "NumberMismatch": "The record bears no office number, or the instrument another than {number:text}; both must be the record's own.",
    "OfficersMissing": "The act {code:code} needs the signatures of {needed} officers; {given} signed.",
    "PageRefused": "Page {page} of the list of rights was taken already, comes before its turn, or does not belong to it.",
    "PartiesMismatch": "The parties presented are not those of pledge {pledge}.",
    "PartyInvalid": (
        "What is said of the party {party:text} doesn't fit ({kind:fact}): name who succeeds it or acts for it, or the active "
        "member that it is, and only that; a party can't lead back to itself."
    ),
    "PartyListInvalid": "Party number {index} is incomplete or on the wrong side, a pledgor or holder is missing, or the list is too long.",
    "PledgeContested": "The earlier filing {earlier} contests pledge {pledge}; it must be decided first.",
    "PledgeLapsed": "Pledge {pledge} lapsed at {expired:time}.",
    "PledgeVersionsExhausted": "The pledge was changed so often that its version can't be raised any more.",
    "PledgeVersionStale": "Pledge {pledge} was changed meanwhile: it is at version {current}, the act names {given}.",
    "PublicationPremature": (
        "Names and titles of pledge {pledge} are published by its registration, titles of a long list after its approval, and not before."
    ),
    "RankModeFixed": "Whether register {register} allows several pledges on a right can't change.",
    "ReasonRefused": "The act {code:code} does not end a pledge as {reason:end}.",
    "RectificationInvalid": (
        "The rectification of pledge {pledge} has a field that its kind has no use for, or another end of the entry than the "
        "restoration was begun with."
    ),
    "RegisterExamines": "Register {register} examines filings, so a pledge can't be recorded in one step.",
    "RegisterExists": "Register {register} has version {version} already, or is closed; versions are added one by one.",
    "RegisterIsClosed": "Register {register} is closed: pledges in it may end, and change no more.",
    "RegisterNotSeeded": "Register {register} takes no filing yet: {unseeded} live rights of its anchored register are still to be seeded.",
    "RegisterUnknown": "There is no register {register}.",
    "RenewalEarly": "Pledge {pledge} ends at {expires:time}; it can be renewed only in the {window:days} before that.",
    "ReservationEnded": "What was reserved for pledge {pledge} was so until {until:time}; it must be filed or reserved anew.",
    "RootMismatch": "The list of rights is not the one that was signed.",
    "RuleRefused": "The rule of register {register} (version {version}) refuses it: {reason:text}.",
    "RuleSilent": (
        "The rule contract {rule} of register {register} (version {version}) gives no answer, so nothing is registered; tell the council."
    ),
    "RulesMalformed": "The register's rules are incomplete: {codes} act codes, {words} rules.",
    "SaleUneven": "Costs, shares and surplus add up to {sum:amount}; the price, which must be above zero, is {price:amount}.",
    "SegmentNotOfPledge": (
        "Segment {segment} is not one that pledge {pledge} could use here: it is another pledge's, counts already, or has another list."
    ),
    "SegmentsIncomplete": "All segments of pledge {pledge} must be named, its first one among them; {given} are.",
    "Sha256Failed": "The hash of a leaf could not be computed; give the act more gas.",
    "ShareRefused": (
        "Share number {index} of the sale, {amount:amount} for pledge {pledge}, is above its claim or ceiling, or stands "
        "behind a rank that is not paid in full."
    ),
    "SideRefused": "The act {code:code} may not change the parties of this side.",
    "StateRefused": "Pledge {pledge} is {state:pledge}, which does not admit the act {code:code}.",
    "StillInConflict": (
        "More than one right on {asset:text} still lives, or an anchored record on it is not adopted; end or adopt the others first."
    ),
    "TermOutside": (
        "The pledge would end at {expires:time} (1970: never); this register admits from {least:days} to {most:days} from now (0 "
        "days: no limit)."
    ),
    "TermsInconsistent": "The secured claim is stated wholly, with kind, currency and ceiling, or not at all.",
    "TimeInFuture": "The time {effective:time} that the act counts from lies in the future.",
    "TimeSourceRefused": "The act {code:code} may not count from {source:source}.",
    "TitlesIncomplete": "The titles of segment {segment} of pledge {pledge} are not all published; publish the missing pages first.",
    "TitlesMismatch": "The titles are not those that were filed for pledge {pledge}.",
    "UnknownCode": "Register {register}, version {version}, has no act {code:code}.",
    "UnknownFunction": "The register knows no act {selector}.",
    "UnknownPledge": "There is no pledge {pledge}.",
    "UnknownRegister": "There is no register {register}.",
    "VersionNotInForce": "Version {given} of register {register} is not in force; version {inForce} is.",
    "WaitNotOver": "Pledge {pledge} may be registered from {until:time} on, not before.",
    # --- Council (OpenZeppelin's AccessManager) ---
    "AccessManagedInvalidAuthority": "{authority} can't keep the council's rights.",
    "AccessManagedRequiredDelay": "A decision of {caller} must be announced and waits {delay} seconds before it runs.",
    "AccessManagedUnauthorized": "The address {caller} has no council right to do that.",
    "AccessManagerAlreadyScheduled": "This decision is announced already.",
    "AccessManagerBadConfirmation": "A council right is given up by its holder only.",
    "AccessManagerExpired": "The announced decision was not carried out in time; it must be announced anew.",
    "AccessManagerInvalidInitialAdmin": "{initialAdmin} can't be the first council.",
    "AccessManagerLockedFunction": "This function's right can't be changed.",
    "AccessManagerLockedRole": "The council role {roleId} can't be changed.",
    "AccessManagerNotReady": "The announced decision still waits for its delay.",
    "AccessManagerNotScheduled": "This decision was not announced.",
    "AccessManagerUnauthorizedAccount": "The address {msgsender} lacks the council role {roleId}.",
    "AccessManagerUnauthorizedCall": "The address {caller} has no council right to do that.",
    "AccessManagerUnauthorizedCancel": "The address {msgsender} may not cancel this decision.",
    "AccessManagerUnauthorizedConsume": "{target} may not use up this decision.",
    "AddressEmptyCode": "There is no contract at {target}.",
    "FailedCall": "The decision was carried out and refused by its target.",
    "InsufficientBalance": "The council holds {balance} of the chain's coins, {needed} are needed.",
    "SafeCastOverflowedUintDowncast": "The number {value} does not fit into {bits} bits.",
    # --- What wallets meet (ERC-20, ERC-721) ---
    "ERC20InsufficientAllowance": "{spender} may spend {allowance:amount} of this account, {needed:amount} are needed.",
    "ERC20InsufficientBalance": "{sender} holds {balance:amount} of this cash, {needed:amount} are needed.",
    "ERC20InvalidApprover": "{approver} can't let others spend its cash.",
    "ERC20InvalidReceiver": "{receiver} can't receive cash.",
    "ERC20InvalidSender": "{sender} can't send cash.",
    "ERC20InvalidSpender": "{spender} can't be let to spend cash.",
    "ERC721IncorrectOwner": "The token {tokenId} belongs to {owner}, not to {sender}.",
    "ERC721InsufficientApproval": "{operator} may not move the token {tokenId}, or not so much of it.",
    "ERC721InvalidApprover": "{approver} may not let others move this token.",
    "ERC721InvalidOperator": "{operator} can't be let to move tokens.",
    "ERC721InvalidOwner": "{owner} can't own tokens.",
    "ERC721InvalidReceiver": "{receiver} can't receive this token.",
    "ERC721InvalidSender": "The token can't come from {sender}.",
    "ERC721NonexistentToken": "There is no token {tokenId}.",
}

SKIPS = (
    "None",
    "Expired",
    "UnknownKind",
    "MalformedId",
    "MalformedBody",
    "MalformedSigners",
    "SignatureInvalid",
    "KeyInactive",
    "RoleMissing",
    "EpochStale",
    "Spent",
)
"""Why Acts leaves an act untried, in the order of contracts/interfaces/IActs.sol, Skip."""

SKIP_SENTENCES = {
    "None": "Nothing was wrong with it.",
    "Expired": "Its deadline had passed; nothing was spent.",
    "UnknownKind": "The ledger does not know this kind of act; nothing was spent.",
    "MalformedId": "Its id is neither below 2^64 nor a hash; nothing was spent.",
    "MalformedBody": "Its fields don't have the form that the ledger expects; nothing was spent.",
    "MalformedSigners": "Its list of signers is malformed: none, too many, one twice, or two roles in one; nothing was spent.",
    "SignatureInvalid": "A signature is not the named key's over this act; nothing was spent.",
    "KeyInactive": "A signer's key, or its member, is not active; nothing was spent.",
    "RoleMissing": "A signer's key or its account lacks the role that it signed in; nothing was spent.",
    "EpochStale": "A signer's account was recovered since it signed; sign anew.",
    "Spent": "The act id, or a signer's nonce, was used before.",
}
