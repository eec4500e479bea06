// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ActTarget} from "./ActTarget.sol";
import {ICashDesk} from "./interfaces/ICashDesk.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IRepayment} from "./interfaces/IRepayment.sol";
import {ISettlementCash} from "./interfaces/ISettlementCash.sol";
import {PaymentWord, PaymentWords, Ruler} from "./receivable/Ruler.sol";
import {MemberWord} from "./types/MemberWord.sol";
import {MOST_PAYMENTS, ReceivableWord} from "./types/ReceivableWord.sol";
import {Roles} from "./types/Roles.sol";
import {TokenWord} from "./types/TokenWord.sol";

/// @title Repayment: what is paid on a receivable and how it reaches its holders
/// @dev What must stay true in each cash contract: balance of this contract = waiting + undrawn + credits.
/// Whatever writes payments holds the token's lock meanwhile.
///
/// Storage:
///   books[id]                     {Book}: waitingPrincipal 64 | waitingInterest 64 | interestPaid 128 ; moneyDays 128 | accruedDay 40 | lastDistribution 40
///   payments[id][number - 1]      {PaymentWord}, numbers from 1
///   credits[account][cash]        money of plain accounts that could not be paid out, and excess
///   rangeCredits[key]             money of contract accounts by (account, receivable, range start)
///   mandates[obligor][cash]       cap 64 | until 40 | partial
///   references[reference]         consumed bank references
contract Repayment is IRepayment, ActTarget {
    using MemberWord for uint256;
    using Ruler for PaymentWord[];

    /// What tokens that draw one after another share: their receivable's cash and payments, and what [0, until) draws of those after `from`.
    struct Run {
        uint192 id;
        ISettlementCash cash;
        PaymentWord[] paid;
        uint64 until;
        uint16 from;
        uint64 principal;
        uint64 interest;
    }

    struct Mandate {
        uint64 cap;
        uint40 until;
        bool partial_;
    }

    bytes32 private constant ALLOCATION_TYPE = keccak256("Allocation(uint192 receivable,address payer,uint64 amount)");
    bytes32 private constant BANK_NOTICE_TYPE = keccak256(
        "BankNotice(uint8 cash,bytes32 ref,uint40 bookedAt,uint64 total,bytes32 contentRoot,Allocation[] allocations)Allocation(uint192 receivable,address payer,uint64 amount)"
    );
    uint40 private constant DAY = 1 days;
    uint40 private constant WAIT = 30 days;
    /// A payment is distributed at once from this share of the face: 1/256.
    uint256 private constant THRESHOLD = 256;
    uint16 private constant FREE_PAYMENTS = 1000;
    uint40 private constant SCARCE_WAIT = 365 days;

    IReceivableToken private immutable TOKEN;
    ICashDesk private immutable DESK;

    mapping(uint192 id => Book) private books;
    mapping(uint192 id => PaymentWord[MOST_PAYMENTS]) private payments;
    mapping(address account => mapping(uint8 cash => uint64)) private credits;
    mapping(bytes32 key => uint64) private rangeCredits;
    mapping(address obligor => mapping(uint8 cash => Mandate)) private mandates;
    mapping(bytes32 ref => bool) private references;

    constructor(address acts, IMembers members, ICashDesk desk, IReceivableToken token) ActTarget(acts, members) {
        DESK = desk;
        TOKEN = token;
    }

    /// @dev Holds the token's lock, so that nothing called meanwhile meets half-written payments.
    modifier guarded() {
        TOKEN.takeLock();
        _;
        TOKEN.releaseLock();
    }

    // --- Paying ---

    /// @inheritdoc IRepayment
    function payReceivable(PayReceivable calldata body) external guarded {
        address payer = _signedIn(Roles.OBLIGOR);
        IReceivableToken.RepaymentTerms memory terms = _live(body.receivable);
        require(payer == terms.obligor, PayerNotObligor(body.receivable, payer));
        require(body.amount != 0, AmountZero());
        _cash(terms.cash).moveFor(payer, address(this), body.amount, body.ref);
        _receive(body.receivable, terms, body.amount, body.ref, Kind.Voluntary);
    }

    /// @inheritdoc IRepayment
    function takeBankNotice(BankNotice calldata body) external guarded {
        ISettlementCash cash = _cash(body.cash);
        address account = _signedIn(Roles.SETTLEMENT_BANK);
        require(account == cash.bank(), NotBank(account, cash.bank()));
        require(body.bookedAt <= block.timestamp, BookedLater(body.bookedAt));
        require(body.ref != 0, ReferenceMissing());
        require(!references[body.ref], ReferenceUsed(body.ref));
        uint256 sum = _sum(body.allocations);
        require(sum == body.total, AllocationsDiffer(body.total, sum));
        references[body.ref] = true;
        cash.issueFor(address(this), body.total, body.ref);
        emit BankNoticeTaken(body.ref, account, body.cash, body.bookedAt, body.total, body.contentRoot);
        for (uint256 i = 0; i < body.allocations.length; ++i) {
            _allocate(body.allocations[i], body.cash, body.ref);
        }
    }

    /// @dev What reaches a receivable that was closed meanwhile is the payer's, whole.
    function _allocate(Allocation calldata share, uint8 cash, bytes32 ref) private {
        require(share.amount != 0, AmountZero());
        IReceivableToken.RepaymentTerms memory terms = _known(share.receivable);
        require(terms.cash == cash, CashDiffers(share.receivable, cash, terms.cash));
        require(share.payer == terms.obligor, PayerNotObligor(share.receivable, share.payer));
        if (terms.state == IReceivableToken.State.Closed) {
            _creditExcess(share.payer, cash, share.receivable, share.amount);
            _emitReceived(share.receivable, share.payer, ref, Kind.BankNotice, 0, 0, share.amount);
        } else {
            require(terms.state == IReceivableToken.State.Live, NotLive(share.receivable));
            _receive(share.receivable, terms, share.amount, ref, Kind.BankNotice);
        }
    }

    /// @inheritdoc IRepayment
    function setMandate(SetMandate calldata body) external {
        address obligor = _signedIn(Roles.OBLIGOR);
        DESK.cashAt(body.cash);
        require(body.cap != 0, AmountZero());
        require(body.until > block.timestamp, UntilPassed(body.until));
        mandates[obligor][body.cash] = Mandate(body.cap, body.until, body.partial_);
        emit MandateSet(obligor, body.cash, body.cap, body.until, body.partial_);
    }

    /// @inheritdoc IRepayment
    function endMandate(EndMandate calldata body) external {
        address obligor = _signedIn(Roles.OBLIGOR);
        require(mandates[obligor][body.cash].until != 0, NoMandate(obligor, body.cash));
        delete mandates[obligor][body.cash];
        emit MandateEnded(obligor, body.cash);
    }

    /// @inheritdoc IRepayment
    function debit(uint192 id) external guarded {
        IReceivableToken.RepaymentTerms memory terms = _live(id);
        uint64 amount = _debitable(id, terms);
        Mandate storage given = mandates[terms.obligor][terms.cash];
        given.cap -= amount;
        emit MandateUsed(terms.obligor, terms.cash, amount, given.cap);
        bytes32 ref = bytes32(uint256(id));
        _cash(terms.cash).moveFor(terms.obligor, address(this), amount, ref);
        _receive(id, terms, amount, ref, Kind.Debit);
    }

    /// @inheritdoc IRepayment
    function distribute(uint192 id) external guarded {
        IReceivableToken.RepaymentTerms memory terms = _live(id);
        Book storage book = books[id];
        require(uint256(book.waitingPrincipal) + book.waitingInterest != 0, NothingWaiting(id));
        uint40 from = book.lastDistribution + (terms.payments < FREE_PAYMENTS ? WAIT : SCARCE_WAIT);
        require(block.timestamp >= from, TooEarly(id, from));
        // The last number is kept for the payment that closes.
        require(terms.payments < MOST_PAYMENTS - 1, PaymentsExhausted(id, terms.payments));
        _distribute(id, terms, book, Kind.Collected);
    }

    /// @dev Late interest first, then principal (CivC 561); the rest is the payer's. So principal reaches 0 only when no interest is owed.
    function _receive(uint192 id, IReceivableToken.RepaymentTerms memory terms, uint64 amount, bytes32 ref, Kind kind)
        private
    {
        Book storage book = books[id];
        _accrue(book, terms);
        uint256 interestOwed = _interestOwed(book, terms);
        uint64 interest = uint64(Math.min(amount, interestOwed));
        uint64 principal = uint64(Math.min(amount - interest, terms.owedLive - book.waitingPrincipal));
        book.interestPaid += interest;
        book.waitingInterest += interest;
        book.waitingPrincipal += principal;
        uint64 excess = amount - interest - principal;
        if (excess != 0) _creditExcess(terms.obligor, terms.cash, id, excess);
        _emitReceived(id, terms.obligor, ref, kind, interest, principal, excess);
        if (_reachesThreshold(book, terms)) _distribute(id, terms, book, kind);
    }

    /// @dev Principal is all there only when interest is, which is paid first: then the payment closes.
    function _reachesThreshold(Book storage book, IReceivableToken.RepaymentTerms memory terms)
        private
        view
        returns (bool)
    {
        if (book.waitingPrincipal == terms.owedLive) return true;
        if (terms.payments >= FREE_PAYMENTS) return false;
        return (uint256(book.waitingPrincipal) + book.waitingInterest) * THRESHOLD >= terms.face;
    }

    function _distribute(uint192 id, IReceivableToken.RepaymentTerms memory terms, Book storage book, Kind kind)
        private
    {
        (uint64 principal, uint64 interest) = (book.waitingPrincipal, book.waitingInterest);
        uint64 left = terms.owedLive - principal;
        uint16 number = TOKEN.recordPayment(id, left);
        payments[id][number - 1] =
            PaymentWords.make(principal, interest, terms.owedLive, uint40(block.timestamp), uint8(kind));
        (book.waitingPrincipal, book.waitingInterest) = (0, 0);
        book.lastDistribution = uint40(block.timestamp);
        emit PaymentDistributed(id, number, principal, interest, terms.owedLive, left, kind);
    }

    function _emitReceived(
        uint192 id,
        address payer,
        bytes32 ref,
        Kind kind,
        uint64 interest,
        uint64 principal,
        uint64 excess
    ) private {
        Book storage book = books[id];
        emit PaymentReceived(
            id,
            payer,
            ref,
            kind,
            interest,
            principal,
            excess,
            book.waitingPrincipal,
            book.waitingInterest,
            book.moneyDays,
            book.accruedDay
        );
    }

    // --- Drawing ---

    /// @inheritdoc IRepayment
    function draw(uint256[] calldata tokens) external guarded {
        Run memory run;
        for (uint256 i = 0; i < tokens.length; ++i) {
            (TokenWord held, ReceivableWord word) = TOKEN.advance(tokens[i]);
            uint256 member = MEMBERS.wordOf(held.owner());
            if (member.has(MemberWord.CONTRACT)) {
                require(_actor() == held.owner(), ContractDrawsItself(held.owner()));
            }
            if (held.cursor() == word.payments()) continue;
            _open(run, tokens[i], word);
            _draw(run, tokens[i], held, word, member);
        }
    }

    /// @inheritdoc IRepayment
    function settle(uint256 token, TokenWord held, ReceivableWord word) external {
        require(msg.sender == address(TOKEN), NotToken(msg.sender));
        Run memory run;
        _open(run, token, word);
        _draw(run, token, held, word, MEMBERS.wordOf(held.owner()));
    }

    /// @inheritdoc IRepayment
    function withdraw(Withdraw calldata body) external {
        address account = _actor();
        uint64 amount = credits[account][body.cash];
        require(amount != 0, NothingCredited(account));
        credits[account][body.cash] = 0;
        emit Withdrawn(account, body.cash, 0, 0, amount);
        _cash(body.cash).moveFor(address(this), account, amount, 0);
    }

    /// @inheritdoc IRepayment
    function withdrawRange(WithdrawRange calldata body) external {
        address account = _actor();
        bytes32 key = _rangeKey(account, uint256(body.receivable) << 64 | body.start);
        uint64 amount = rangeCredits[key];
        require(amount != 0, NothingCredited(account));
        rangeCredits[key] = 0;
        uint8 cash = TOKEN.repaymentTerms(body.receivable).cash;
        emit Withdrawn(account, cash, body.receivable, body.start, amount);
        _cash(cash).moveFor(address(this), account, amount, bytes32(uint256(body.receivable)));
    }

    /// @dev Never reverts for an owner who can't be paid now: a suspended owner's money stays credited and stops no batch.
    function _draw(Run memory run, uint256 token, TokenWord held, ReceivableWord word, uint256 member) private {
        (uint64 principal, uint64 interest) = _drawn(run, token, held);
        bool isContract = member.has(MemberWord.CONTRACT);
        bool pays = principal + interest != 0 && member.isActive() && !isContract;
        emit Drawn(
            run.id,
            held.owner(),
            uint64(token),
            uint64(token) + held.length(),
            held.cursor(),
            word.payments(),
            principal,
            interest,
            pays
        );
        if (pays) run.cash.moveFor(address(this), held.owner(), principal + interest, bytes32(uint256(run.id)));
        else if (isContract) rangeCredits[_rangeKey(held.owner(), token)] += principal + interest;
        else credits[held.owner()][word.cash()] += principal + interest;
    }

    /// @dev Turns the run to the token's receivable; tokens of one that follow one another share what it read.
    function _open(Run memory run, uint256 token, ReceivableWord word) private view {
        uint192 id = uint192(token >> 64);
        if (run.id == id) return;
        (run.id, run.cash, run.paid) = (id, _cash(word.cash()), _payments(id, word.payments()));
        (run.until, run.principal, run.interest) = (0, 0, 0);
    }

    /// @dev What a token draws: what ranges up to its end draw less what ranges up to its start do. Neighbours share a boundary.
    function _drawn(Run memory run, uint256 token, TokenWord held) private pure returns (uint64, uint64) {
        (uint64 start, uint16 from) = (uint64(token), held.cursor());
        if (run.until != start || run.from != from) {
            (run.principal, run.interest) = run.paid.drawnUntil(start, from);
        }
        (uint64 principal, uint64 interest) = (run.principal, run.interest);
        (run.until, run.from) = (start + held.length(), from);
        (run.principal, run.interest) = run.paid.drawnUntil(run.until, from);
        return (run.principal - principal, run.interest - interest);
    }

    /// @dev The first `count` payments on a receivable.
    function _payments(uint192 id, uint16 count) private view returns (PaymentWord[] memory paid) {
        paid = new PaymentWord[](count);
        PaymentWord[MOST_PAYMENTS] storage stored = payments[id];
        for (uint256 k = 0; k < count; ++k) {
            paid[k] = stored[k];
        }
    }

    function _creditExcess(address payer, uint8 cash, uint192 id, uint64 excess) private {
        credits[payer][cash] += excess;
        emit Credited(payer, cash, id, excess);
    }

    // --- Interest ---

    /// @dev Days late at `time`: a day counts when its first second after the due second has begun; none while grace runs.
    function _lateDays(IReceivableToken.RepaymentTerms memory terms, uint40 time) private pure returns (uint40) {
        if (time <= uint256(terms.due) + terms.grace) return 0;
        return uint40((uint256(time) - terms.due + DAY - 1) / DAY);
    }

    /// @dev Money-days up to `time`. Until grace ends nothing accrues, so what is unpaid then counts from the due date.
    function _moneyDays(Book storage book, IReceivableToken.RepaymentTerms memory terms, uint40 time)
        private
        view
        returns (uint128 moneyDays, uint40 day)
    {
        (moneyDays, day) = (book.moneyDays, book.accruedDay);
        uint40 late = _lateDays(terms, time);
        if (late > day) {
            moneyDays += uint128(terms.owedLive - book.waitingPrincipal) * (late - day);
            day = late;
        }
    }

    function _accrue(Book storage book, IReceivableToken.RepaymentTerms memory terms) private {
        (book.moneyDays, book.accruedDay) = _moneyDays(book, terms, uint40(block.timestamp));
    }

    function _interestOwed(Book storage book, IReceivableToken.RepaymentTerms memory terms)
        private
        view
        returns (uint256)
    {
        return uint256(book.moneyDays) * terms.lateRate / terms.lateBasis - book.interestPaid;
    }

    function _debt(uint192 id, IReceivableToken.RepaymentTerms memory terms, uint40 time)
        private
        view
        returns (uint64 principal, uint64 interest)
    {
        Book storage book = books[id];
        (uint128 moneyDays,) = _moneyDays(book, terms, time);
        uint256 late = uint256(moneyDays) * terms.lateRate / terms.lateBasis - book.interestPaid;
        return (terms.owedLive - book.waitingPrincipal, uint64(Math.min(late, type(uint64).max)));
    }

    // --- Debit ---

    function _debitable(uint192 id, IReceivableToken.RepaymentTerms memory terms) private view returns (uint64 amount) {
        require(block.timestamp >= terms.due, NotDue(id, terms.due));
        require(!terms.disputed, Disputed(id));
        Mandate memory given = mandates[terms.obligor][terms.cash];
        require(given.until >= block.timestamp && given.cap != 0, NoMandate(terms.obligor, terms.cash));
        (uint64 principal, uint64 interest) = _debt(id, terms, uint40(block.timestamp));
        uint256 needed = uint256(principal) + interest;
        uint256 balance = _cash(terms.cash).balanceOf(terms.obligor);
        if (!given.partial_) {
            require(needed <= given.cap, MandateShort(needed, given.cap));
            require(needed <= balance, BalanceShort(needed, balance));
        }
        amount = uint64(Math.min(needed, Math.min(balance, given.cap)));
        uint64 least = uint64(Math.min(needed, Math.ceilDiv(terms.face, THRESHOLD)));
        require(amount >= least, BelowThreshold(amount, least));
    }

    /// @inheritdoc IRepayment
    function checkDebit(uint192 id) external view returns (uint64 amount, bytes memory reason) {
        try this.debitable(id) returns (uint64 found) {
            return (found, "");
        } catch (bytes memory why) {
            return (0, why);
        }
    }

    /// @notice What {debit} would take now; reverts as it would, by the same code.
    function debitable(uint192 id) external view returns (uint64) {
        return _debitable(id, _live(id));
    }

    // --- Views ---

    /// @inheritdoc IRepayment
    function owed(uint192 id, uint64 start, uint64 end) external view returns (uint64) {
        return _payments(id, TOKEN.wordOf(id).payments()).owed(start, end);
    }

    /// @inheritdoc IRepayment
    function undrawn(uint256 token) external view returns (uint64, uint64) {
        TokenWord held = TOKEN.tokenWord(token);
        require(held.exists(), UnknownToken(token));
        Run memory run;
        _open(run, token, TOKEN.wordOf(uint192(token >> 64)));
        return _drawn(run, token, held);
    }

    /// @inheritdoc IRepayment
    function debtAt(uint192 id, uint40 time) external view returns (uint64, uint64, uint64, uint64) {
        (uint64 principal, uint64 interest) = _debt(id, TOKEN.repaymentTerms(id), time);
        return (principal, interest, books[id].waitingPrincipal, books[id].waitingInterest);
    }

    /// @inheritdoc IRepayment
    function payment(uint192 id, uint16 number) external view returns (uint64, uint64, uint64, uint40, Kind) {
        if (number == 0 || number > MOST_PAYMENTS) return (0, 0, 0, 0, Kind.None);
        PaymentWord word = payments[id][number - 1];
        return (word.principal(), word.interest(), word.owedBefore(), word.time(), Kind(word.kind()));
    }

    /// @inheritdoc IRepayment
    function stateAt(uint192 id, uint40 time) external view returns (Condition) {
        IReceivableToken.RepaymentTerms memory terms = TOKEN.repaymentTerms(id);
        if (terms.state == IReceivableToken.State.None) return Condition.None;
        if (terms.state == IReceivableToken.State.Closed) return Condition.Closed;
        if (terms.state == IReceivableToken.State.Cancelled) return Condition.Cancelled;
        if (time > uint256(terms.due) + terms.grace) return Condition.Overdue;
        if (time > terms.due) return Condition.Grace;
        if (time == terms.due) return Condition.Due;
        uint64 left = terms.owedLive - books[id].waitingPrincipal;
        return left == terms.face ? Condition.Current : Condition.PartPaid;
    }

    /// @inheritdoc IRepayment
    function bookOf(uint192 id) external view returns (Book memory) {
        return books[id];
    }

    /// @inheritdoc IRepayment
    function referenceUsed(bytes32 ref) external view returns (bool) {
        return references[ref];
    }

    /// @inheritdoc IRepayment
    function credit(address account, uint8 cash) external view returns (uint64) {
        return credits[account][cash];
    }

    /// @inheritdoc IRepayment
    function rangeCredit(address account, uint192 id, uint64 start) external view returns (uint64) {
        return rangeCredits[_rangeKey(account, uint256(id) << 64 | start)];
    }

    /// @inheritdoc IRepayment
    function mandate(address obligor, uint8 cash) external view returns (uint64, uint40, bool) {
        Mandate memory given = mandates[obligor][cash];
        return (given.cap, given.until, given.partial_);
    }

    /// @inheritdoc IRepayment
    function hashBankNotice(BankNotice calldata body) external pure returns (bytes32) {
        bytes32[] memory shares = new bytes32[](body.allocations.length);
        for (uint256 i = 0; i < shares.length; ++i) {
            shares[i] = keccak256(abi.encode(ALLOCATION_TYPE, body.allocations[i]));
        }
        return keccak256(
            abi.encode(
                BANK_NOTICE_TYPE,
                body.cash,
                body.ref,
                body.bookedAt,
                body.total,
                body.contentRoot,
                keccak256(abi.encodePacked(shares))
            )
        );
    }

    function _known(uint192 id) private view returns (IReceivableToken.RepaymentTerms memory terms) {
        terms = TOKEN.repaymentTerms(id);
        require(terms.state != IReceivableToken.State.None, NotLive(id));
        require(TOKEN.moduleAt(terms.module) == address(this), NotPinned(id, terms.module));
    }

    function _live(uint192 id) private view returns (IReceivableToken.RepaymentTerms memory terms) {
        terms = _known(id);
        require(terms.state == IReceivableToken.State.Live, NotLive(id));
    }

    function _cash(uint8 index) private view returns (ISettlementCash) {
        return ISettlementCash(DESK.cashAt(index));
    }

    function _sum(Allocation[] calldata allocations) private pure returns (uint256 sum) {
        for (uint256 i = 0; i < allocations.length; ++i) {
            sum += allocations[i].amount;
        }
    }

    function _rangeKey(address account, uint256 token) private pure returns (bytes32) {
        return keccak256(abi.encode(account, token));
    }
}
