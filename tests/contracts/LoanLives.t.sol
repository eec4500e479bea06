// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {Grounds, LoanFlags, LoanTerms, ScheduleRow} from "../../contracts/types/LoanTerms.sol";
import {LoanBase} from "./LoanBase.t.sol";
import {LoanVectors} from "./LoanVectors.sol";

/// @notice Lives that the Python model has lived: after each step the contract is as the model says.
contract LoanLivesTest is LoanBase {
    uint8 private constant PAY = 1;
    uint8 private constant PREPAY = 2;
    uint8 private constant PREPAY_AGREED = 3;
    uint8 private constant DEBIT = 4;
    uint8 private constant CHARGE = 5;
    uint8 private constant RENEW = 7;

    /// Low bit first: kind 8 | time 40 | amount 64 | refused 8 | day 24 | rows fallen 16 | ripe 16 | settled 16 | condition 8; then four parts of 64
    /// taken (0 for what is refused), as many due, and both products.
    struct Step {
        uint256 what;
        uint256 taken;
        uint256 due;
        uint256 products;
    }

    function test_lives_are_as_the_model_says() public {
        uint256[][] memory lives = LoanVectors.all();
        assertGt(lives.length, 50);
        for (uint256 i = 0; i < lives.length; ++i) {
            uint256 before = vm.snapshotState();
            _live(lives[i]);
            vm.revertToState(before);
        }
    }

    function _live(uint256[] memory life) private {
        uint256 terms = 1 + life[0];
        vm.warp(uint40(life[terms] >> 64) - 12 hours);
        uint40 loan = _opened(_body(_termsOf(life[terms]), _rowsOf(life, terms, life[1])));
        uint256 renewed = 1;
        for (uint256 step = _firstStep(life); step < life.length; step += 4) {
            vm.warp(uint40(life[step] >> 8));
            bool renews = uint8(life[step]) == RENEW;
            if (renews) terms += 1 + life[renewed++];
            _prepare(_sum(life[step + 1]));
            bytes memory reason = renews
                ? _outcome(_renewAct(loan, _termsOf(life[terms]), _rowsOf(life, terms, life[renewed])))
                : _do(loan, life[step]);
            _isAsInTheModel(loan, reason, Step(life[step], life[step + 1], life[step + 2], life[step + 3]));
        }
    }

    function _firstStep(uint256[] memory life) private pure returns (uint256 step) {
        step = 1 + life[0];
        for (uint256 i = 1; i <= life[0]; ++i) {
            step += 1 + life[i];
        }
    }

    function _part(uint256 parts, uint256 index) private pure returns (uint64) {
        return uint64(parts >> 64 * index);
    }

    function _sum(uint256 parts) private pure returns (uint64) {
        return _part(parts, 0) + _part(parts, 1) + _part(parts, 2) + _part(parts, 3);
    }

    /// @dev Principal 64 | start 40 | day count 8 | rate 32 | overdue rate 32 | overdue on interest 8 | grace 32 | default after 32 | prepayment 8.
    function _termsOf(uint256 word) private view returns (LoanTerms memory terms) {
        terms = _usualTerms();
        (terms.principal, terms.start, terms.dayCount) = (uint64(word), uint40(word >> 64), uint8(word >> 104));
        (terms.rate, terms.overdueRate) = (uint32(word >> 112), uint32(word >> 144));
        terms.flags = uint8(word >> 176) == 0 ? 0 : LoanFlags.OVERDUE_ON_INTEREST;
        (terms.grace, terms.defaultAfter) = (uint32(word >> 184), uint32(word >> 216));
        terms.prepayment = uint8(word >> 248);
    }

    /// @dev Behind the word of terms: due 40 | principal 64 | numerator 24 | interest due 1.
    function _rowsOf(uint256[] memory life, uint256 terms, uint256 count)
        private
        pure
        returns (ScheduleRow[] memory rows)
    {
        rows = new ScheduleRow[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 word = life[terms + 1 + i];
            rows[i] = ScheduleRow(uint40(word), uint64(word >> 40), uint24(word >> 104), word >> 128 == 1);
        }
    }

    /// @dev All cash is gathered with `other`, and the borrower gets what the step takes: no life needs more money than there may be.
    function _prepare(uint64 amount) private {
        _gather(lender.account);
        _gather(borrower.account);
        uint256 there = cash.balanceOf(other.account);
        if (there < amount) _fund(other.account, amount - uint64(there));
        vm.prank(other.account);
        if (amount != 0) cash.transfer(borrower.account, amount);
    }

    function _gather(address from) private {
        uint256 balance = cash.balanceOf(from);
        if (balance == 0) return;
        vm.prank(from);
        cash.transfer(other.account, balance);
    }

    function _do(uint40 loan, uint256 what) private returns (bytes memory) {
        return uint8(what) == DEBIT ? _debit(loan) : _outcome(_stepAct(loan, uint8(what), uint64(what >> 48)));
    }

    function _debit(uint40 loan) private returns (bytes memory) {
        (uint64 amount, bytes memory why) = loans.checkInstalment(loan);
        try loans.fireInstalment(loan) {
            assertGt(amount, 0, "the dry run said so");
            return "";
        } catch (bytes memory reason) {
            assertEq(reason, why, "the dry run gives the same reason");
            return reason;
        }
    }

    function _stepAct(uint40 loan, uint8 kind, uint64 amount) private returns (Act memory) {
        if (kind == PAY) return _payLoanAct(loan, amount);
        if (kind == PREPAY) return _prepayAct(loan, amount);
        if (kind == PREPAY_AGREED) return _agreedPrepayAct(loan, amount);
        return kind == CHARGE ? _chargeAct(loan, amount) : _accelerateAct(loan, Grounds.DEFAULT, 0);
    }

    function _isAsInTheModel(uint40 loan, bytes memory reason, Step memory step) private view {
        assertEq(reason.length != 0, uint8(step.what >> 112) == 1, "refused where the model refuses");
        assertEq(cash.balanceOf(lender.account), _sum(step.taken), "the lender is paid what was taken");
        assertEq(cash.balanceOf(borrower.account), 0, "the borrower paid no more");
        ILoans.Figures memory figures = loans.figuresOf(loan);
        assertEq(figures.product, uint128(step.products), "product");
        assertEq(figures.overdueProduct, uint128(step.products >> 128), "overdue product");
        assertEq(figures.day, uint24(step.what >> 120), "day");
        assertEq(figures.fallen, uint16(step.what >> 144), "rows fallen due");
        assertEq(figures.ripe, uint16(step.what >> 160), "rows whose grace is over");
        assertEq(figures.settled, uint16(step.what >> 176), "rows settled");
        _conditionIs(loan, step);
    }

    /// @dev In the model's order: current, due, overdue, default, repaid.
    function _conditionIs(uint40 loan, Step memory step) private view {
        assertEq(_condition(loan), uint8(step.what >> 192), "condition");
        if (loans.conditionOf(loan) == ILoans.Condition.Repaid) return;
        uint256 due = step.due;
        _assertTaken(loans.dueOf(loan), _part(due, 0), _part(due, 1), _part(due, 2), _part(due, 3));
    }
}
