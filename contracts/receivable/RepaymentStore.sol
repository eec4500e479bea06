// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ActTarget} from "../ActTarget.sol";
import {ICashDesk} from "../interfaces/ICashDesk.sol";
import {IExposure} from "../interfaces/IExposure.sol";
import {IReceivableToken} from "../interfaces/IReceivableToken.sol";
import {IRepayment} from "../interfaces/IRepayment.sol";
import {ISettlementCash} from "../interfaces/ISettlementCash.sol";
import {MemberWord} from "../types/MemberWord.sol";
import {MOST_PAYMENTS, ReceivableWord} from "../types/ReceivableWord.sol";
import {PaymentWord} from "./Ruler.sol";

/// @title What repayment knows of receivables and money: terms, books, credits, late interest, sums of debts
/// @dev Storage:
///
///   books[id]                     {Book}: waitingPrincipal 64 | waitingInterest 64 | interestPaid 128 ; moneyDays 128 | accruedDay 40 | lastDistribution 40
///                                 | retirements 16 | payers 8 | partPaid 8 | pooled 8
///   payments[id][number - 1]      {PaymentWord}, payments and retirements, numbers from 1
///   claims[id][i < book.payers]   {Claim}: payer 160 | accruedDay 40 ; bearing 64 | plain 64 | early 128 ; moneyDays 128 | interestPaid 128
///   credits[account][cash]        money of plain accounts that could not be paid out, and excess
///   rangeCredits[key]             money of contract accounts by (account, receivable, range start)
///   dueTotals[obligor][cash][due] debts of receivables that were confirmed before they fell due
abstract contract RepaymentStore is IRepayment, ActTarget {
    using MemberWord for uint256;

    /// What the token says of a receivable.
    struct Terms {
        uint192 id;
        ReceivableWord word;
        address obligor;
        uint32 grace;
        uint32 lateRate;
        uint32 lateBasis;
        address supplier;
    }

    /// Who pays by itself; guarantors that are called have as many places more, which nobody can take from them with small payments.
    uint256 internal constant MOST_PAYERS = 8;
    uint256 internal constant MOST_CLAIMS = 16;
    uint40 private constant DAY = 1 days;

    IReceivableToken internal immutable TOKEN;
    ICashDesk private immutable DESK;
    IExposure private immutable EXPOSURE;

    mapping(uint192 id => Book) internal books;
    mapping(uint192 id => PaymentWord[MOST_PAYMENTS]) internal payments;
    mapping(uint192 id => Claim[MOST_CLAIMS]) internal claims;
    mapping(address account => mapping(uint8 cash => uint64)) internal credits;
    mapping(bytes32 key => uint64) internal rangeCredits;
    mapping(address obligor => mapping(uint8 cash => mapping(uint40 due => uint128))) internal dueTotals;

    constructor(ICashDesk desk, IReceivableToken token, IExposure exposure) {
        (DESK, TOKEN, EXPOSURE) = (desk, token, exposure);
    }

    // --- Terms ---

    function _terms(uint192 id) internal view returns (Terms memory terms) {
        terms.id = id;
        (terms.word, terms.obligor, terms.grace, terms.lateRate, terms.lateBasis, terms.supplier) = TOKEN.termsOf(id);
    }

    function _is(Terms memory terms, IReceivableToken.State state) internal pure returns (bool) {
        return terms.word.state() == uint8(state);
    }

    function _known(uint192 id) internal view returns (Terms memory terms) {
        terms = _terms(id);
        require(!_is(terms, IReceivableToken.State.None), NotLive(id));
        require(TOKEN.moduleAt(terms.word.module()) == address(this), NotPinned(id, terms.word.module()));
    }

    function _live(uint192 id) internal view returns (Terms memory terms) {
        terms = _known(id);
        require(_is(terms, IReceivableToken.State.Live), NotLive(id));
    }

    function _word(uint192 id) internal view returns (ReceivableWord) {
        return TOKEN.wordOf(id);
    }

    /// @dev The first `count` payments and retirements of a receivable.
    function _payments(uint192 id, uint16 count) internal view returns (PaymentWord[] memory paid) {
        paid = new PaymentWord[](count);
        PaymentWord[MOST_PAYMENTS] storage stored = payments[id];
        for (uint256 k = 0; k < count; ++k) {
            paid[k] = stored[k];
        }
    }

    // --- Money ---

    function _cash(uint8 index) internal view returns (ISettlementCash) {
        return ISettlementCash(DESK.cashAt(index));
    }

    function _send(uint8 index, address from, address to, uint64 amount, bytes32 ref) internal {
        _send(_cash(index), from, to, amount, ref);
    }

    function _send(ISettlementCash cash, address from, address to, uint64 amount, bytes32 ref) internal {
        cash.moveFor(from, to, amount, ref);
    }

    function _member(address account) internal view returns (uint256) {
        return MEMBERS.wordOf(account);
    }

    /// @dev Who has an account, suspended or not: money credited to anybody else would be nobody's.
    function _requireMember(address account) internal view {
        uint256 word = _member(account);
        require(word.has(MemberWord.ACTIVE) && word.account() == account, NotMember(account));
    }

    /// @dev No court holds what the account has.
    function _requireFree(address account) internal view {
        require(!_member(account).has(MemberWord.HELD), AccountHeld(account));
    }

    /// @dev Whether money reaches the account at once: an active plain account that no court holds.
    function _receives(uint256 member) internal pure returns (bool) {
        return member & (MemberWord.ACTIVE | MemberWord.SUSPENDED | MemberWord.CONTRACT | MemberWord.HELD)
            == MemberWord.ACTIVE;
    }

    function _credit(Terms memory terms, address account, uint64 amount) internal {
        if (amount == 0) return;
        credits[account][terms.word.cash()] += amount;
        emit Credited(account, terms.word.cash(), terms.id, amount);
    }

    // --- Sums of debts ---

    /// @dev Holders are owed so much less; `whole` where the obligor owes it to nobody else instead.
    function _fall(Terms memory terms, uint64 amount, bool whole) internal {
        if (amount == 0) return;
        if (books[terms.id].pooled) dueTotals[terms.obligor][terms.word.cash()][terms.word.due()] -= amount;
        if (whole) _reduce(terms, amount);
    }

    function _reduce(Terms memory terms, uint64 amount) internal {
        if (amount != 0) EXPOSURE.reduce(terms.obligor, terms.supplier, terms.word.currency(), amount);
    }

    // --- Interest ---

    /// @dev Days after the due second at `time`; a day counts when its first second has begun.
    function _daysAfter(Terms memory terms, uint40 time) internal pure returns (uint40) {
        uint40 due = terms.word.due();
        return time <= due ? 0 : uint40((uint256(time) - due + DAY - 1) / DAY);
    }

    /// @dev Days late: none while grace runs.
    function _lateDays(Terms memory terms, uint40 time) internal pure returns (uint40) {
        return time <= uint256(terms.word.due()) + terms.grace ? 0 : _daysAfter(terms, time);
    }

    /// @dev Late interest that money-days have earned in all, rounded down once.
    function _interest(Terms memory terms, uint128 moneyDays) internal pure returns (uint256) {
        return uint256(moneyDays) * terms.lateRate / terms.lateBasis;
    }

    /// @dev Money-days up to `time`. Until grace ends nothing accrues, so what is unpaid then counts from the due date.
    function _moneyDays(Terms memory terms, uint40 time) internal view returns (uint128 moneyDays, uint40 day) {
        Book storage book = books[terms.id];
        (moneyDays, day) = (book.moneyDays, book.accruedDay);
        uint40 late = _lateDays(terms, time);
        if (late > day) {
            moneyDays += uint128(terms.word.owedLive() - book.waitingPrincipal) * (late - day);
            day = late;
        }
    }

    /// @dev Counts the days up to now; returns the late interest that is owed.
    function _accrue(Terms memory terms) internal returns (uint256) {
        Book storage book = books[terms.id];
        (book.moneyDays, book.accruedDay) = _moneyDays(terms, uint40(block.timestamp));
        return _interest(terms, book.moneyDays) - book.interestPaid;
    }

    function _debt(Terms memory terms, uint40 time) internal view returns (uint64 principal, uint64 interest) {
        if (_is(terms, IReceivableToken.State.Cancelled)) return (0, 0);
        (uint128 moneyDays,) = _moneyDays(terms, time);
        Book storage book = books[terms.id];
        principal = terms.word.owedLive() - book.waitingPrincipal;
        interest = _amount(_interest(terms, moneyDays) - book.interestPaid);
    }

    /// @dev As much as an amount can say.
    function _amount(uint256 value) internal pure returns (uint64) {
        return uint64(Math.min(value, type(uint64).max));
    }
}
