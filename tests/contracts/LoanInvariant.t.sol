// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ILoanAgreements} from "../../contracts/interfaces/ILoanAgreements.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {
    Grounds,
    LoanFlags,
    LoanTerms,
    PledgedRange,
    Prepayments,
    ScheduleRow
} from "../../contracts/types/LoanTerms.sol";
import {LoanBase} from "./LoanBase.t.sol";
import {ILoanSigns, LoanLife} from "./LoanLife.sol";
import {LoanReckoning, PlainRow} from "./LoanReckoning.sol";

/// @notice Random lives of loans: after every step the ledger is as a reckoning day by day says.
/// forge-config: default.invariant.runs = 16
/// forge-config: default.invariant.depth = 64
/// forge-config: full.invariant.runs = 1280
/// forge-config: full.invariant.depth = 128
contract LoanInvariantTest is LoanBase, ILoanSigns {
    uint256 private constant COUNT = 5;
    uint64 private constant FACE = 1_000_000;

    LoanLife private life;
    LoanReckoning private reckoning;
    uint192 private pledgedReceivable;

    function setUp() public override {
        super.setUp();
        reckoning = new LoanReckoning();
        _open(12, 0, 0, Prepayments.NEXT);
        _open(3, 5 days, LoanFlags.OVERDUE_ON_INTEREST, Prepayments.LAST);
        _open(1, 0, LoanFlags.OVERDUE_ON_INTEREST, Prepayments.NEXT);
        _open(6, 29 days, 0, Prepayments.LAST);
        pledgedReceivable = _receivable(FACE);
        _move(supplier, _id(pledgedReceivable, 0), 0, FACE, borrower.account);
        _open(4, 2 days, LoanFlags.KEEP_COLLECTIONS, Prepayments.NEXT);
        _gather(lender.account);
        life = new LoanLife(loans, reckoning, this, lender.account, COUNT, FACE);
        targetContract(address(life));
    }

    function _open(uint256 count, uint32 grace, uint8 flags, uint8 prepayment) private {
        LoanTerms memory terms = _usualTerms();
        (terms.grace, terms.flags, terms.prepayment) = (grace, flags, prepayment);
        ScheduleRow[] memory rows = _schedule(PRINCIPAL, FROM, count);
        ILoanAgreements.OpenLoan memory body = _body(terms, rows);
        if (flags == LoanFlags.KEEP_COLLECTIONS) {
            body.ranges = new PledgedRange[](1);
            body.ranges[0] = PledgedRange(_id(pledgedReceivable, 0), 0, FACE, 0, FACE);
        }
        _opened(body);
        reckoning.open(
            FROM,
            [uint256(terms.rate), terms.overdueRate, PRINCIPAL],
            [uint256(grace), terms.defaultAfter],
            flags == LoanFlags.OVERDUE_ON_INTEREST,
            prepayment == Prepayments.LAST,
            _plain(rows)
        );
    }

    function _plain(ScheduleRow[] memory rows) private pure returns (PlainRow[] memory plain) {
        plain = new PlainRow[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            plain[i] = PlainRow(rows[i].due, rows[i].principal, rows[i].numerator, rows[i].interestDue);
        }
    }

    function _gather(address from) private {
        uint256 balance = cash.balanceOf(from);
        if (balance == 0) return;
        vm.prank(from);
        cash.transfer(other.account, balance);
    }

    // --- Signing ---

    function payAs(uint40 loan, uint64 amount) external returns (bool) {
        return _outcome(_payLoanAct(loan, amount)).length == 0;
    }

    function prepayAs(uint40 loan, uint64 amount) external returns (bool) {
        return _outcome(_prepayAct(loan, amount)).length == 0;
    }

    function chargeAs(uint40 loan, uint64 amount) external returns (bool) {
        return _outcome(_chargeAct(loan, amount)).length == 0;
    }

    function callAs(uint40 loan) external returns (bool) {
        return _outcome(_accelerateAct(loan, Grounds.DEFAULT, 0)).length == 0;
    }

    function withdrawAs(address account) external {
        vm.prank(account);
        loans.withdrawLoanCredit(ILoans.WithdrawLoanCredit(CASH));
    }

    function giveBorrower(uint64 amount) external {
        uint256 there = cash.balanceOf(other.account);
        if (there < amount) _fund(other.account, amount - uint64(there));
        vm.prank(other.account);
        cash.transfer(borrower.account, amount);
    }

    function takeFromBorrower() external {
        _gather(borrower.account);
    }

    function suspendAs(address account, bool suspended) external {
        if (suspended) members.suspend(account, "test");
        else members.reinstate(account, "test");
    }

    function payReceivableAs(uint64 amount) external returns (bool) {
        _fund(obligor.account, amount);
        return _outcome(_act(obligor, PAY_TEXT, abi.encode(IRepayment.PayReceivable(pledgedReceivable, amount, "pay"))))
            .length == 0;
    }

    function collectAs() external {
        escrow.collectRange(_id(pledgedReceivable, 0));
    }

    // --- What must be as reckoned ---

    function invariant_every_promise_is_kept() public {
        _whatIsPaidIsTheLenders();
        _loansAreAsReckonedDayByDay();
    }

    function _loansAreAsReckonedDayByDay() private {
        for (uint256 which = 0; which < COUNT; ++which) {
            reckoning.touch(which, block.timestamp);
            _isAsReckoned(which, uint40(which + 1));
        }
    }

    function _isAsReckoned(uint256 which, uint40 loan) private view {
        assertEq(_condition(loan), reckoning.condition(which, block.timestamp), "condition");
        uint256[10] memory said = reckoning.figures(which);
        ILoans.Figures memory found = loans.figuresOf(loan);
        assertEq(found.principal, said[0], "principal");
        assertEq(found.scheduledPaid, said[1], "paid on the schedule");
        assertEq(found.prepaid, said[2], "prepaid");
        assertEq(found.costs, said[3], "costs");
        assertEq(found.product, said[4], "product");
        assertEq(found.overdueProduct, said[5], "overdue product");
        assertEq(found.fallen, said[7], "rows fallen due");
        assertEq(found.ripe, said[8], "rows whose grace is over");
        assertEq(found.settled, said[9], "rows settled");
        if (!reckoning.isOver(which)) _owesAsReckoned(which, loan);
    }

    function _owesAsReckoned(uint256 which, uint40 loan) private view {
        uint256[4] memory due = reckoning.due(which);
        _assertTaken(loans.dueOf(loan), uint64(due[0]), uint64(due[1]), uint64(due[2]), uint64(due[3]));
        uint256[4] memory owed = reckoning.owed(which);
        _assertTaken(loans.owedOf(loan), uint64(owed[0]), uint64(owed[1]), uint64(owed[2]), uint64(owed[3]));
    }

    /// @dev What borrowers paid is the lender's, in hand or credited; nothing else lies with the loans.
    function _whatIsPaidIsTheLenders() private view {
        uint256 credited = loans.loanCredit(lender.account, CASH);
        assertEq(cash.balanceOf(lender.account) + credited, life.paid(), "paid = received + credited");
        assertEq(cash.balanceOf(address(loans)), credited + life.kept(), "held = credits + kept");
        assertEq(loans.keptOf(uint40(COUNT)), life.kept(), "kept");
        assertEq(cash.balanceOf(address(escrow)), 0, "nothing stays with the escrow");
    }

    /// @dev Whatever came before, every loan can be repaid.
    function afterInvariant() public {
        for (uint40 loan = 1; loan <= COUNT; ++loan) {
            if (loans.conditionOf(loan) == ILoans.Condition.Repaid) continue;
            this.giveBorrower(5_000_000);
            _done(_prepayAct(loan, type(uint64).max));
            assertEq(_condition(loan), uint8(ILoans.Condition.Repaid), "repaid");
        }
    }
}
