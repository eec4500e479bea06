// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "../ActTarget.sol";
import {ICashDesk} from "../interfaces/ICashDesk.sol";
import {ILoanAgreements} from "../interfaces/ILoanAgreements.sol";
import {ISettlementCash} from "../interfaces/ISettlementCash.sol";
import {Grounds, LoanFlags} from "../types/LoanTerms.sol";
import {MemberWord} from "../types/MemberWord.sol";
import {LoanBook} from "./LoanBook.sol";

/// @title How the money of loans moves, and the grounds on which loans are called
/// @dev Money of one who can't be paid now is credited, and stops nobody else. In each cash: balance of this contract = credits + kept.
///
/// Storage:
///   credits[account][cash]   money of accounts that could not be paid
abstract contract LoanMoney is LoanBook, ActTarget {
    using MemberWord for uint256;

    uint256 private constant WHOLE = 10_000;

    ICashDesk internal immutable DESK;
    ILoanAgreements internal immutable AGREEMENTS;

    mapping(address account => mapping(uint8 cash => uint64)) internal credits;

    constructor(ICashDesk desk, ILoanAgreements agreements) {
        DESK = desk;
        AGREEMENTS = agreements;
    }

    // --- Money ---

    function _cash(uint8 index) internal view returns (ISettlementCash) {
        return ISettlementCash(DESK.cashAt(index));
    }

    function _requireUnheld(address account) internal view {
        require(!_isHeld(account), LoanAccountHeld(account));
    }

    function _isHeld(address account) internal view returns (bool) {
        return MEMBERS.wordOf(account).has(MemberWord.HELD);
    }

    /// @dev Never reverts because of who is to be paid.
    function _payOut(Work memory work, address from, address to, uint64 amount, bytes32 ref) internal {
        if (amount == 0) return;
        ISettlementCash cash = _cash(work.loan.cash);
        uint256 word = MEMBERS.wordOf(to);
        if (word.isActiveAccount(to) && !word.has(MemberWord.HELD)) {
            if (from != to) cash.moveFor(from, to, amount, ref);
            return;
        }
        if (from != address(this)) cash.moveFor(from, address(this), amount, ref);
        credits[to][work.loan.cash] += amount;
        emit LoanCredited(to, work.loan.cash, work.id, amount);
    }

    /// @dev Applies at most `amount` of `from`'s money, up to `ahead` of it to principal that is not due, and writes the loan.
    function _take(
        Work memory work,
        address from,
        uint256 amount,
        uint256 ahead,
        bool fromEnd,
        PaymentKind kind,
        bytes32 ref
    ) internal returns (uint64 total) {
        Taken memory taken = _apply(work, amount, ahead, fromEnd);
        total = _total(taken);
        require(total != 0, NothingTaken(work.id));
        if (kind != PaymentKind.Acknowledged) _payOut(work, from, work.loan.lender, total, ref);
        _save(work);
        emit LoanPaid(work.id, from, ref, kind, taken, _figures(work.loan));
        if (_isRepaid(work.loan)) _repaid(work);
    }

    function _repaid(Work memory work) private {
        emit LoanRepaid(work.id);
        _end(work, Status.Repaid);
    }

    /// @dev Nothing is asked any more: kept money goes back, and the lender's duty to release begins.
    function _end(Work memory work, Status status) internal {
        uint64 kept = work.loan.kept;
        (work.loan.status, work.loan.kept) = (status, 0);
        _save(work);
        if (kept != 0) emit KeptUsed(work.id, kept, 0);
        _payOut(work, address(this), work.loan.borrower, kept, bytes32(uint256(work.id)));
        uint40 by = uint40(block.timestamp) + work.loan.releaseWithin;
        uint40[] memory pledges = AGREEMENTS.pledgesOf(work.id);
        for (uint256 i = 0; i < pledges.length; ++i) {
            emit ReleaseDue(work.id, pledges[i], work.loan.lender, by);
        }
    }

    // --- Grounds ---

    function _suffices(uint256 value, Loan memory loan) internal pure returns (bool) {
        return _outstanding(loan) * WHOLE <= value * loan.mostLoanToValue;
    }

    /// @dev Reverts with the reason why the ground does not give the lender the right to call the loan now.
    function _requireGround(Work memory work, uint8 ground, uint40 subject) internal view {
        Loan memory loan = work.loan;
        bool called = loan.flags & LoanFlags.ACCELERATED != 0;
        require(!called && loan.fallen < loan.rows, AlreadyAccelerated(work.id));
        if (ground == Grounds.DEFAULT) {
            Condition condition = _condition(work);
            require(condition == Condition.Default, NotInDefault(work.id, condition));
        } else if (ground == Grounds.LOAN_TO_VALUE) {
            _requireUncured(work);
        } else if (ground == Grounds.RIGHT_LAPSED) {
            AGREEMENTS.requireLapsed(work.id, subject);
        } else {
            require(ground == Grounds.CROSS_DEFAULT, GroundUnknownOf(ground));
            _requireCrossDefault(work, subject);
        }
    }

    function _requireUncured(Work memory work) private view {
        Loan memory loan = work.loan;
        require(loan.mostLoanToValue != 0, GroundNotAgreed(work.id, Grounds.LOAN_TO_VALUE));
        require(loan.marginCalled != 0, MarginNotCalled(work.id));
        uint256 until = uint256(loan.marginCalled) + loan.cure;
        require(block.timestamp > until, CureRuns(work.id, until));
        uint256 value = AGREEMENTS.valueOf(work.id);
        require(!_suffices(value, loan), ValueSuffices(work.id, value, uint64(_outstanding(loan))));
    }

    function _requireCrossDefault(Work memory work, uint40 other) private view {
        require(work.loan.flags & LoanFlags.CROSS_DEFAULT != 0, GroundNotAgreed(work.id, Grounds.CROSS_DEFAULT));
        require(other != work.id && loans[other].borrower == work.loan.borrower, NotOfBorrower(work.id, other));
        Work memory found = _work(other);
        Condition condition = _condition(found);
        bool called = found.loan.flags & LoanFlags.ACCELERATED != 0 && condition != Condition.Current;
        require(called || condition == Condition.Default, NotInDefault(other, condition));
    }
}
