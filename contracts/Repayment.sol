// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ActTarget} from "./ActTarget.sol";
import {ICashDesk} from "./interfaces/ICashDesk.sol";
import {IExposure} from "./interfaces/IExposure.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IRepayment} from "./interfaces/IRepayment.sol";
import {ISettlementCash} from "./interfaces/ISettlementCash.sol";
import {RepaymentClaims} from "./receivable/RepaymentClaims.sol";
import {RepaymentStore} from "./receivable/RepaymentStore.sol";
import {PaymentWord, PaymentWords, RETIREMENT, Ruler} from "./receivable/Ruler.sol";
import {MemberWord} from "./types/MemberWord.sol";
import {MOST_PAYMENTS, ReceivableWord} from "./types/ReceivableWord.sol";
import {Roles} from "./types/Roles.sol";
import {TokenWord} from "./types/TokenWord.sol";

/// @title Repayment: what is paid on a receivable and how it reaches its holders
/// @dev What must stay true in each cash contract: balance of this contract = waiting + undrawn + credits.
/// Whatever writes payments holds the token's lock meanwhile. Numbers of payments and retirements end at 1,023: after the thousandth only what ends a
/// receivable takes one, and one distribution a year; the last two are kept for the end, for what waits and for the retirement of all that lives.
///
/// Storage of its own, beside {RepaymentStore}:
///   references[reference]   consumed bank references
///   collectors[contract]    who may collect; never changed
contract Repayment is RepaymentClaims {
    using MemberWord for uint256;
    using Ruler for PaymentWord[];

    struct Links {
        ICashDesk desk;
        IReceivableToken token;
        IExposure exposure;
        address endings;
        address holds;
    }

    /// What becomes of a payment: holders' late interest and principal, claims of those who paid in the obligor's place, and what is its payer's.
    struct Applied {
        uint64 interest;
        uint64 principal;
        uint64 recovered;
        uint64 excess;
    }

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

    bytes32 private constant ALLOCATION_TYPE = keccak256("Allocation(uint192 receivable,address payer,uint64 amount)");
    bytes32 private constant BANK_NOTICE_TYPE = keccak256(
        "BankNotice(uint8 cash,bytes32 ref,uint40 bookedAt,uint64 total,bytes32 contentRoot,Allocation[] allocations)Allocation(uint192 receivable,address payer,uint64 amount)"
    );
    uint40 private constant WAIT = 30 days;
    /// A payment is distributed at once from this share of the face: 1/256.
    uint256 private constant THRESHOLD = 256;
    uint16 private constant FREE_PAYMENTS = 1000;
    uint40 private constant SCARCE_WAIT = 365 days;
    uint16 private constant KEPT_PAYMENTS = 2;
    uint16 private constant MOST_RETIREMENTS = 256;

    address private immutable ENDINGS;
    address private immutable HOLDS;

    mapping(bytes32 ref => bool) private references;
    mapping(address collector => bool) private collectors;

    constructor(address acts, IMembers members, Links memory links, address[] memory collectors_)
        ActTarget(acts, members)
        RepaymentStore(links.desk, links.token, links.exposure)
    {
        (ENDINGS, HOLDS) = (links.endings, links.holds);
        for (uint256 i = 0; i < collectors_.length; ++i) {
            collectors[collectors_[i]] = true;
        }
    }

    /// @dev Holds the token's lock, so that nothing called meanwhile meets half-written payments.
    modifier guarded() {
        _takeLock();
        _;
        _releaseLock();
    }

    /// @dev Apart, since a modifier is copied into every function that has it.
    function _takeLock() private {
        TOKEN.takeLock();
    }

    function _releaseLock() private {
        TOKEN.releaseLock();
    }

    // --- Paying ---

    /// @inheritdoc IRepayment
    function payReceivable(PayReceivable calldata body) external guarded {
        address payer = _signedIn(Roles.OBLIGOR);
        Terms memory terms = _live(body.receivable);
        require(payer == terms.obligor, PayerNotObligor(body.receivable, payer));
        _takeIn(terms, payer, payer, body.amount, body.ref, Kind.Voluntary);
    }

    /// @inheritdoc IRepayment
    function payAsThirdParty(PayAsThirdParty calldata body) external guarded {
        address payer = _signedIn(Roles.HOLDERS);
        Terms memory terms = _live(body.receivable);
        require(payer != terms.obligor, PayerIsObligor(body.receivable, payer));
        _takeIn(terms, payer, payer, body.amount, body.ref, Kind.ThirdParty);
    }

    /// @inheritdoc IRepayment
    function collect(uint192 id, address from, address payer, uint64 amount, bytes32 ref, Kind kind) external guarded {
        require(collectors[msg.sender], NotCollector(msg.sender));
        require(kind == Kind.Debit || kind == Kind.Guarantee, KindRefused(kind));
        _requireMember(payer);
        _takeIn(_live(id), from, payer, amount, ref, kind);
    }

    /// @dev Cash that a court holds pays nobody.
    function _takeIn(Terms memory terms, address from, address payer, uint64 amount, bytes32 ref, Kind kind) private {
        require(amount != 0, AmountZero());
        _requireFree(from);
        _send(terms.word.cash(), from, address(this), amount, ref);
        _receive(terms, payer, amount, ref, kind);
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

    /// @dev What reaches a receivable that was closed or cancelled meanwhile is the payer's, whole.
    function _allocate(Allocation calldata share, uint8 cash, bytes32 ref) private {
        require(share.amount != 0, AmountZero());
        Terms memory terms = _known(share.receivable);
        require(terms.word.cash() == cash, CashDiffers(share.receivable, cash, terms.word.cash()));
        _requireMember(share.payer);
        if (_is(terms, IReceivableToken.State.Live)) {
            _receive(terms, share.payer, share.amount, ref, Kind.BankNotice);
        } else {
            _credit(terms, share.payer, share.amount);
            _emitReceived(terms.id, share.payer, ref, Kind.BankNotice, Applied(0, 0, 0, share.amount));
        }
    }

    /// @inheritdoc IRepayment
    function waiveClaim(WaiveClaim calldata body) external guarded {
        address payer = _signedIn(Roles.HOLDERS);
        _requireFree(payer);
        Terms memory terms = _live(body.receivable);
        uint256 index = _claimAt(terms.id, payer);
        require(index != books[terms.id].payers, NoClaim(terms.id, payer));
        Claim memory claim = _accrued(terms, index, uint40(block.timestamp));
        _endClaim(terms.id, index);
        _reduce(terms, claim.bearing);
        uint64 owing = _amount(uint256(claim.bearing) + claim.plain);
        emit ClaimWaived(terms.id, payer, owing, _amount(_interestOn(terms, claim)), body.reason);
        _closeIfPaid(terms);
    }

    /// @dev Once holders are owed nothing, the last claim's end is the receivable's.
    function _closeIfPaid(Terms memory terms) private {
        if (terms.word.owedLive() == 0 && books[terms.id].payers == 0) TOKEN.close(terms.id);
    }

    /// @inheritdoc IRepayment
    function distribute(uint192 id) external guarded {
        Terms memory terms = _live(id);
        (Book storage book, uint16 count) = (books[id], terms.word.payments());
        require(_waiting(book) != 0, NothingWaiting(id));
        uint40 from = book.lastDistribution + (count < FREE_PAYMENTS ? WAIT : SCARCE_WAIT);
        require(block.timestamp >= from, TooEarly(id, from));
        require(count < MOST_PAYMENTS - KEPT_PAYMENTS, PaymentsExhausted(id, count));
        _distribute(terms, Kind.Collected);
    }

    /// @dev Late interest first, then principal (CivC 561). What is left of the obligor's money goes to those who paid in its place; the rest is the
    /// payer's. So principal reaches 0 only when no interest is owed.
    function _receive(Terms memory terms, address payer, uint64 amount, bytes32 ref, Kind kind) private {
        Applied memory applied = _apply(terms, amount, payer == terms.obligor);
        applied.excess = amount - applied.interest - applied.principal;
        if (payer != terms.obligor) {
            uint256 most = kind == Kind.Guarantee ? MOST_CLAIMS : MOST_PAYERS;
            if (applied.excess != amount) _addClaim(terms, payer, applied.interest, applied.principal, most);
        } else if (applied.excess != 0 && books[terms.id].payers != 0) {
            applied.recovered = _recover(terms, applied.excess);
            applied.excess -= applied.recovered;
        }
        _credit(terms, payer, applied.excess);
        _emitReceived(terms.id, payer, ref, kind, applied);
        if (_goesOut(terms)) _distribute(terms, kind);
        else if (applied.recovered != 0) _closeIfPaid(terms);
    }

    /// @dev What holders get of a payment; it waits until it is distributed.
    function _apply(Terms memory terms, uint64 amount, bool byObligor) private returns (Applied memory applied) {
        Book storage book = books[terms.id];
        applied.interest = uint64(Math.min(amount, _accrue(terms)));
        applied.principal = uint64(Math.min(amount - applied.interest, terms.word.owedLive() - book.waitingPrincipal));
        book.interestPaid += applied.interest;
        book.waitingInterest += applied.interest;
        book.waitingPrincipal += applied.principal;
        if (applied.principal == 0) return applied;
        book.partPaid = true;
        _fall(terms, applied.principal, byObligor);
    }

    function _waiting(Book storage book) private view returns (uint256) {
        return uint256(book.waitingPrincipal) + book.waitingInterest;
    }

    /// @dev At once from the threshold on, or when nothing is left to pay: principal is all there only when interest is, which is paid first.
    function _goesOut(Terms memory terms) private view returns (bool) {
        Book storage book = books[terms.id];
        if (_waiting(book) == 0) return false;
        if (book.waitingPrincipal == terms.word.owedLive()) return true;
        return terms.word.payments() < FREE_PAYMENTS && _waiting(book) * THRESHOLD >= terms.word.face();
    }

    function _distribute(Terms memory terms, Kind kind) private {
        Book storage book = books[terms.id];
        (uint64 principal, uint64 interest, uint64 before) =
            (book.waitingPrincipal, book.waitingInterest, terms.word.owedLive());
        uint64 left = before - principal;
        uint16 number = TOKEN.recordPayment(terms.id, left, left == 0 && book.payers == 0);
        payments[terms.id][number - 1] =
            PaymentWords.make(principal, interest, before, uint40(block.timestamp), uint8(kind));
        (book.waitingPrincipal, book.waitingInterest) = (0, 0);
        book.lastDistribution = uint40(block.timestamp);
        emit PaymentDistributed(terms.id, number, principal, interest, before, left, kind);
    }

    function _emitReceived(uint192 id, address payer, bytes32 ref, Kind kind, Applied memory applied) private {
        Book storage book = books[id];
        emit PaymentReceived(
            id,
            payer,
            ref,
            kind,
            applied.interest,
            applied.principal,
            applied.recovered,
            applied.excess,
            book.waitingPrincipal,
            book.waitingInterest,
            book.moneyDays,
            book.accruedDay
        );
    }

    // --- Opening and ends ---

    /// @inheritdoc IRepayment
    function recordOpening(uint192 id) external {
        require(msg.sender == address(TOKEN), NotToken(msg.sender));
        Terms memory terms = _terms(id);
        uint40 due = terms.word.due();
        // Confirmed later, it would change a total that a pot may have fixed.
        if (block.timestamp >= due) return;
        books[id].pooled = true;
        dueTotals[terms.obligor][terms.word.cash()][due] += terms.word.face();
    }

    /// @inheritdoc IRepayment
    function clearWaiting(uint192 id) external guarded {
        require(msg.sender == ENDINGS, NotEndings(msg.sender));
        if (_waiting(books[id]) != 0) _distribute(_live(id), Kind.Collected);
    }

    /// @inheritdoc IRepayment
    function recordRetirement(uint192 id, uint64 start, uint64 end) external returns (uint64, bool) {
        require(msg.sender == address(TOKEN), NotToken(msg.sender));
        Terms memory terms = _terms(id);
        Book storage book = books[id];
        require(_waiting(book) == 0, WaitingNotCleared(id));
        (uint64 low, uint64 high) = _leaves(terms, start, end);
        (uint64 gone, uint64 before) = (high - low, terms.word.owedLive());
        // The interest that the range was due falls away with it.
        uint128 interest = uint128(_accrue(terms) * gone / before);
        book.interestPaid += interest;
        ++book.retirements;
        uint16 number = terms.word.payments() + 1;
        payments[id][number - 1] = PaymentWords.make(low, high, before, uint40(block.timestamp), RETIREMENT);
        _fall(terms, gone, true);
        emit RetirementRecorded(id, number, low, high, before, interest, book.moneyDays, book.accruedDay);
        return (gone, gone == before && book.payers == 0);
    }

    /// @dev What [0, start) and [0, end) are owed. A range that is owed nothing can't leave; one that leaves nothing owed has a number kept for it.
    function _leaves(Terms memory terms, uint64 start, uint64 end) private view returns (uint64 low, uint64 high) {
        uint16 count = terms.word.payments();
        PaymentWord[] memory paid = _payments(terms.id, count);
        (low, high) = (paid.owedUntil(start), paid.owedUntil(end));
        require(low != high, NothingOwed(terms.id, start, end));
        bool last = high - low == terms.word.owedLive();
        bool isFree = books[terms.id].retirements < MOST_RETIREMENTS && count < FREE_PAYMENTS;
        require(last || isFree, RetirementsExhausted(terms.id));
    }

    /// @inheritdoc IRepayment
    function recordCancellation(uint192 id) external {
        require(msg.sender == ENDINGS, NotEndings(msg.sender));
        Terms memory terms = _known(id);
        require(_is(terms, IReceivableToken.State.Cancelled), NotCancelled(id));
        require(_waiting(books[id]) == 0, WaitingNotCleared(id));
        (, uint256 owing) = _sums(terms, _accruedClaims(terms, uint40(block.timestamp)));
        require(owing == 0, ClaimsStand(id, _amount(owing)));
        _fall(terms, terms.word.owedLive(), true);
    }

    /// @inheritdoc IRepayment
    function orderCredit(address from, address to, uint8 cash, uint64 amount) external {
        require(msg.sender == HOLDS, NotHolds(msg.sender));
        require(amount != 0, AmountZero());
        _requireMember(to);
        uint64 credited = credits[from][cash];
        require(amount <= credited, CreditShort(from, credited));
        credits[from][cash] = credited - amount;
        credits[to][cash] += amount;
        emit CreditOrdered(from, to, cash, amount);
    }

    // --- Drawing ---

    /// @inheritdoc IRepayment
    function draw(uint256[] calldata tokens) external guarded {
        Run memory run;
        for (uint256 i = 0; i < tokens.length; ++i) {
            (TokenWord held, ReceivableWord word) = TOKEN.advance(tokens[i]);
            uint256 member = _member(held.owner());
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
        _draw(run, token, held, word, _member(held.owner()));
    }

    /// @inheritdoc IRepayment
    function withdraw(Withdraw calldata body) external {
        address account = _actor();
        _requireFree(account);
        uint64 amount = credits[account][body.cash];
        require(amount != 0, NothingCredited(account));
        credits[account][body.cash] = 0;
        emit Withdrawn(account, body.cash, 0, 0, amount);
        _send(body.cash, address(this), account, amount, 0);
    }

    /// @inheritdoc IRepayment
    function withdrawRange(WithdrawRange calldata body) external {
        address account = _actor();
        _requireFree(account);
        bytes32 key = _rangeKey(account, uint256(body.receivable) << 64 | body.start);
        uint64 amount = rangeCredits[key];
        require(amount != 0, NothingCredited(account));
        rangeCredits[key] = 0;
        uint8 cash = _word(body.receivable).cash();
        emit Withdrawn(account, cash, body.receivable, body.start, amount);
        _send(cash, address(this), account, amount, bytes32(uint256(body.receivable)));
    }

    /// @dev Never reverts for an owner who can't be paid now: a suspended or held owner's money stays credited and stops no batch.
    function _draw(Run memory run, uint256 token, TokenWord held, ReceivableWord word, uint256 member) private {
        (uint64 principal, uint64 interest) = _drawn(run, token, held);
        bool isContract = member.has(MemberWord.CONTRACT);
        bool pays = principal + interest != 0 && _receives(member);
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
        if (pays) _send(run.cash, address(this), held.owner(), principal + interest, bytes32(uint256(run.id)));
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

    // --- Views ---

    /// @inheritdoc IRepayment
    function owed(uint192 id, uint64 start, uint64 end) external view returns (uint64) {
        return _payments(id, _word(id).payments()).owed(start, end);
    }

    /// @inheritdoc IRepayment
    function undrawn(uint256 token) external view returns (uint64, uint64) {
        TokenWord held = TOKEN.tokenWord(token);
        require(held.exists(), UnknownToken(token));
        Run memory run;
        _open(run, token, _word(uint192(token >> 64)));
        return _drawn(run, token, held);
    }

    /// @inheritdoc IRepayment
    function debtAt(uint192 id, uint40 time) external view returns (uint64, uint64, uint64, uint64) {
        (uint64 principal, uint64 interest) = _debt(_terms(id), time);
        return (principal, interest, books[id].waitingPrincipal, books[id].waitingInterest);
    }

    /// @inheritdoc IRepayment
    function claimOf(uint192 id, address payer, uint40 time) external view returns (uint64, uint64) {
        uint256 index = _claimAt(id, payer);
        if (index == books[id].payers) return (0, 0);
        Terms memory terms = _terms(id);
        Claim memory claim = _accrued(terms, index, time);
        return (_amount(uint256(claim.bearing) + claim.plain), _amount(_interestOn(terms, claim)));
    }

    /// @inheritdoc IRepayment
    function subrogatedAt(uint192 id, uint40 time) external view returns (uint64, uint64) {
        Terms memory terms = _terms(id);
        (uint256 interests, uint256 owing) = _sums(terms, _accruedClaims(terms, time));
        return (_amount(owing), _amount(interests));
    }

    /// @inheritdoc IRepayment
    function dueTotal(address obligor, uint8 cash, uint40 due) external view returns (uint128) {
        return dueTotals[obligor][cash][due];
    }

    /// @inheritdoc IRepayment
    function payment(uint192 id, uint16 number) external view returns (uint64, uint64, uint64, uint40, Kind) {
        if (number == 0 || number > MOST_PAYMENTS) return (0, 0, 0, 0, Kind.None);
        PaymentWord word = payments[id][number - 1];
        return (word.principal(), word.interest(), word.owedBefore(), word.time(), Kind(word.kind()));
    }

    /// @inheritdoc IRepayment
    function stateAt(uint192 id, uint40 time) external view returns (Condition) {
        Terms memory terms = _terms(id);
        if (_is(terms, IReceivableToken.State.None)) return Condition.None;
        if (_is(terms, IReceivableToken.State.Closed)) return Condition.Closed;
        if (_is(terms, IReceivableToken.State.Cancelled)) return Condition.Cancelled;
        if (terms.word.owedLive() == 0) return Condition.Subrogated;
        uint40 due = terms.word.due();
        if (time > uint256(due) + terms.grace) return Condition.Overdue;
        if (time > due) return Condition.Grace;
        if (time == due) return Condition.Due;
        return books[id].partPaid ? Condition.PartPaid : Condition.Current;
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

    function _sum(Allocation[] calldata allocations) private pure returns (uint256 sum) {
        for (uint256 i = 0; i < allocations.length; ++i) {
            sum += allocations[i].amount;
        }
    }

    function _rangeKey(address account, uint256 token) private pure returns (bytes32) {
        return keccak256(abi.encode(account, token));
    }
}
