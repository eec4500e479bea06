// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ActTarget} from "../../contracts/ActTarget.sol";
import {SettlementCash} from "../../contracts/SettlementCash.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

contract RepaymentPayTest is ReceivableBase {
    uint192 private id;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
    }

    function test_takes_the_obligors_cash_and_distributes_it() public {
        _fund(obligor.account, 300);
        vm.expectEmit(address(repayment));
        emit IRepayment.PaymentReceived(
            id, obligor.account, "pay", IRepayment.Kind.Voluntary, 0, 300, 0, 0, 300, 0, 0, 0
        );
        vm.expectEmit(address(token));
        emit IReceivableToken.PaymentRecorded(id, 1, 700, false);
        vm.expectEmit(address(repayment));
        emit IRepayment.PaymentDistributed(id, 1, 300, 0, 1000, 700, IRepayment.Kind.Voluntary);
        _done(_payAct(obligor, id, 300));
        assertEq(cash.balanceOf(obligor.account), 0);
        assertEq(cash.balanceOf(address(repayment)), 300);
        (uint64 principal, uint64 interest, uint64 before, uint40 time, IRepayment.Kind kind) = repayment.payment(id, 1);
        assertEq(principal, 300);
        assertEq(interest, 0);
        assertEq(before, 1000);
        assertEq(time, START);
        assertEq(uint8(kind), uint8(IRepayment.Kind.Voluntary));
        assertEq(repayment.owed(id, 0, 1000), 700);
    }

    function test_the_last_unit_closes_the_receivable() public {
        _pay(id, 999);
        assertEq(uint8(repayment.stateAt(id, START)), uint8(IRepayment.Condition.PartPaid));
        _pay(id, 1);
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Closed));
        assertEq(uint8(repayment.stateAt(id, START)), uint8(IRepayment.Condition.Closed));
        assertEq(repayment.owed(id, 0, 1000), 0);
    }

    function test_what_exceeds_everything_owed_is_the_payers() public {
        _fund(obligor.account, 1200);
        vm.expectEmit(address(repayment));
        emit IRepayment.Credited(obligor.account, CASH, id, 200);
        _done(_payAct(obligor, id, 1200));
        assertEq(repayment.credit(obligor.account, CASH), 200);
        vm.expectEmit(address(repayment));
        emit IRepayment.Withdrawn(obligor.account, CASH, 0, 0, 200);
        vm.prank(obligor.account);
        repayment.withdraw(IRepayment.Withdraw(CASH));
        assertEq(cash.balanceOf(obligor.account), 200);
        vm.prank(obligor.account);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.NothingCredited.selector, obligor.account));
        repayment.withdraw(IRepayment.Withdraw(CASH));
    }

    function test_comes_by_acts_of_the_obligor_in_its_role_only() public {
        _fund(obligor.account, 10);
        _fund(supplier.account, 10);
        vm.prank(obligor.account);
        vm.expectRevert(abi.encodeWithSelector(ActTarget.NotActs.selector, obligor.account));
        repayment.payReceivable(IRepayment.PayReceivable(id, 10, "pay"));
        _refused(
            _payAct(supplier, id, 10),
            abi.encodeWithSelector(ActTarget.NotSigned.selector, supplier.account, Roles.OBLIGOR)
        );
        Actor memory second = _member("second obligor", Roles.OBLIGOR);
        _refused(
            _payAct(second, id, 10), abi.encodeWithSelector(IRepayment.PayerNotObligor.selector, id, second.account)
        );
    }

    function test_refuses_nothing_too_much_and_what_is_not_live() public {
        _refused(_payAct(obligor, id, 0), abi.encodeWithSelector(IRepayment.AmountZero.selector));
        _refused(
            _payAct(obligor, id, 5),
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, obligor.account, 0, 5)
        );
        _refused(_payAct(obligor, id + 1, 5), abi.encodeWithSelector(IRepayment.NotLive.selector, id + 1));
        _pay(id, 1000);
        _fund(obligor.account, 5);
        _refused(_payAct(obligor, id, 5), abi.encodeWithSelector(IRepayment.NotLive.selector, id));
        assertEq(cash.balanceOf(obligor.account), 5);
    }
}

contract RepaymentWaitingTest is ReceivableBase {
    uint192 private id;

    function setUp() public override {
        super.setUp();
        id = _receivable(100_000);
    }

    /// @dev 100,000 / 256 = 390.625: 390 wait, 391 go out.
    function test_payments_below_a_256th_of_the_face_wait_and_go_out_together() public {
        _pay(id, 300);
        assertEq(views.receivable(id).payments, 0);
        assertEq(repayment.bookOf(id).waitingPrincipal, 300);
        (uint64 principal,, uint64 waiting,) = repayment.debtAt(id, START);
        assertEq(principal, 99_700, "waiting money has paid the debt");
        assertEq(waiting, 300);
        _pay(id, 90);
        assertEq(views.receivable(id).payments, 0);
        _pay(id, 1);
        assertEq(views.receivable(id).payments, 1);
        assertEq(repayment.bookOf(id).waitingPrincipal, 0);
        assertEq(repayment.owed(id, 0, 100_000), 99_609);
    }

    function test_what_waits_has_been_paid_when_more_than_the_rest_comes() public {
        _pay(id, 300);
        _pay(id, 100_000);
        assertEq(repayment.credit(obligor.account, CASH), 300);
        _draw(_id(id, 0));
        assertEq(cash.balanceOf(supplier.account), 100_000);
    }

    function test_payments_are_read_by_their_numbers() public {
        vm.warp(START + 7);
        _pay(id, 500);
        _assertPayment(1, 500, 100_000, START + 7, IRepayment.Kind.Voluntary);
        _assertPayment(0, 0, 0, 0, IRepayment.Kind.None);
        _assertPayment(2, 0, 0, 0, IRepayment.Kind.None);
        _assertPayment(type(uint16).max, 0, 0, 0, IRepayment.Kind.None);
    }

    function _assertPayment(uint16 number, uint64 amount, uint64 owed, uint40 booked, IRepayment.Kind kind)
        private
        view
    {
        (uint64 principal, uint64 interest, uint64 before, uint40 time, IRepayment.Kind found) =
            repayment.payment(id, number);
        assertEq(principal, amount);
        assertEq(interest, 0);
        assertEq(before, owed);
        assertEq(time, booked);
        assertEq(uint8(found), uint8(kind));
    }

    function test_anyone_distributes_what_waits_thirty_days_after_the_last_distribution() public {
        _pay(id, 500);
        _pay(id, 1);
        uint40 from = START + 30 days;
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.TooEarly.selector, id, from));
        repayment.distribute(id);
        vm.warp(from);
        vm.expectEmit(address(repayment));
        emit IRepayment.PaymentDistributed(id, 2, 1, 0, 99_500, 99_499, IRepayment.Kind.Collected);
        vm.prank(stranger);
        repayment.distribute(id);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.NothingWaiting.selector, id));
        repayment.distribute(id);
    }

    function test_a_closing_payment_takes_what_waits_with_it() public {
        _pay(id, 5);
        _pay(id, 99_995);
        assertEq(views.receivable(id).payments, 1);
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Closed));
    }

    /// @dev The cursor has 10 bits: after 1,000 payments only closing ones and one a year; the last two are kept for the end.
    function test_the_last_two_numbers_are_kept_for_the_end() public {
        Issue memory terms = _terms(2000, DUE);
        uint192 small = _receivable(terms);
        vm.startPrank(address(repayment));
        for (uint256 i = 0; i < 999; ++i) {
            token.recordPayment(small, 2000, false);
        }
        vm.stopPrank();
        _pay(small, 50);
        assertEq(views.receivable(small).payments, 1000);
        _pay(small, 50);
        assertEq(views.receivable(small).payments, 1000, "waits, though above the threshold");
        uint40 from = START + 365 days;
        vm.expectRevert(abi.encodeWithSelector(IRepayment.TooEarly.selector, small, from));
        repayment.distribute(small);
        vm.warp(from);
        repayment.distribute(small);
        vm.startPrank(address(repayment));
        for (uint256 i = 0; i < 20; ++i) {
            token.recordPayment(small, 1900, false);
        }
        vm.stopPrank();
        _pay(small, 50);
        vm.warp(from + 365 days);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.PaymentsExhausted.selector, small, 1021));
        repayment.distribute(small);
        _pay(small, 1850);
        assertEq(views.receivable(small).payments, 1022);
        assertEq(uint8(views.receivable(small).state), uint8(IReceivableToken.State.Closed));
    }

    function test_a_face_of_ten_pays_out_each_unit_at_once() public {
        uint192 tiny = _receivable(10);
        _pay(tiny, 1);
        assertEq(views.receivable(tiny).payments, 1);
    }
}

contract RepaymentNoticeTest is ReceivableBase {
    uint192 private id;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
    }

    function test_issues_the_banks_cash_and_pays_with_it() public {
        IRepayment.BankNotice memory notice = _notice("uetr", id, 400);
        vm.expectEmit(address(repayment));
        emit IRepayment.BankNoticeTaken("uetr", bank.account, CASH, START, 400, "camt.054");
        _done(_noticeAct(bank, notice));
        assertEq(cash.totalSupply(), 400);
        assertEq(cash.balanceOf(address(repayment)), 400);
        assertEq(repayment.owed(id, 0, 1000), 600);
        (,,,, IRepayment.Kind kind) = repayment.payment(id, 1);
        assertEq(uint8(kind), uint8(IRepayment.Kind.BankNotice));
        assertTrue(repayment.referenceUsed("uetr"));
    }

    /// @dev One payment at the bank never settles two claims.
    function test_a_notice_is_signed_with_all_that_it_says() public view {
        IRepayment.BankNotice memory notice = _notice("uetr", id, 400);
        string memory kind = string(bytes.concat(NOTICE_TEXT, ALLOCATION_TEXT));
        assertEq(repayment.hashBankNotice(notice), vm.eip712HashStruct(kind, abi.encode(notice)));
        notice.allocations[0].amount += 1;
        assertEq(repayment.hashBankNotice(notice), vm.eip712HashStruct(kind, abi.encode(notice)));
    }

    function test_a_reference_is_consumed_once() public {
        _done(_noticeAct(bank, _notice("uetr", id, 400)));
        _refused(
            _noticeAct(bank, _notice("uetr", id, 100)),
            abi.encodeWithSelector(IRepayment.ReferenceUsed.selector, bytes32("uetr"))
        );
        assertEq(cash.totalSupply(), 400);
    }

    function test_a_refused_notice_leaves_its_reference_free() public {
        IRepayment.BankNotice memory notice = _notice("uetr", id, 400);
        notice.total = 399;
        _refused(_noticeAct(bank, notice), abi.encodeWithSelector(IRepayment.AllocationsDiffer.selector, 399, 400));
        assertFalse(repayment.referenceUsed("uetr"));
        _done(_noticeAct(bank, _notice("uetr", id, 400)));
    }

    function test_lists_all_its_allocations() public {
        uint192 second = _receivable(500);
        IRepayment.BankNotice memory notice = _notice("uetr", id, 400);
        notice.allocations = new IRepayment.Allocation[](2);
        notice.allocations[0] = IRepayment.Allocation(id, obligor.account, 150);
        notice.allocations[1] = IRepayment.Allocation(second, obligor.account, 250);
        _done(_noticeAct(bank, notice));
        assertEq(repayment.owed(id, 0, 1000), 850);
        assertEq(repayment.owed(second, 0, 500), 250);
    }

    function test_only_the_bank_whose_cash_it_is_says_so() public {
        Actor memory rival = _member("rival bank", Roles.SETTLEMENT_BANK);
        _refused(
            _noticeAct(rival, _notice("uetr", id, 400)),
            abi.encodeWithSelector(IRepayment.NotBank.selector, rival.account, bank.account)
        );
        _refused(
            _noticeAct(obligor, _notice("uetr", id, 400)),
            abi.encodeWithSelector(ActTarget.NotSigned.selector, obligor.account, Roles.SETTLEMENT_BANK)
        );
    }

    function test_refuses_another_banks_cash() public {
        Actor memory rival = _member("rival bank", Roles.SETTLEMENT_BANK);
        SettlementCash second =
            new SettlementCash(members, ICashDesk(desk), rival.account, CNY, "Cash of rival", "CNYr");
        IRepayment.BankNotice memory notice = _notice("uetr", id, 400);
        notice.cash = desk.list(address(second));
        _refused(
            _noticeAct(rival, notice), abi.encodeWithSelector(IRepayment.CashDiffers.selector, id, notice.cash, CASH)
        );
    }

    function test_refuses_unknown_payers_later_bookings_and_empty_parts() public {
        IRepayment.BankNotice memory notice = _notice("uetr", id, 400);
        notice.allocations[0].payer = stranger;
        _refused(_noticeAct(bank, notice), abi.encodeWithSelector(IRepayment.NotMember.selector, stranger));
        notice = _notice("uetr", id, 400);
        notice.bookedAt = START + 1;
        _refused(_noticeAct(bank, notice), abi.encodeWithSelector(IRepayment.BookedLater.selector, START + 1));
        _refused(_noticeAct(bank, _notice(0, id, 400)), abi.encodeWithSelector(IRepayment.ReferenceMissing.selector));
        notice = _notice("uetr", id, 400);
        notice.allocations = new IRepayment.Allocation[](2);
        notice.allocations[0] = IRepayment.Allocation(id, obligor.account, 400);
        notice.allocations[1] = IRepayment.Allocation(id, obligor.account, 0);
        _refused(_noticeAct(bank, notice), abi.encodeWithSelector(IRepayment.AmountZero.selector));
    }

    function test_money_for_a_closed_receivable_is_the_payers() public {
        _pay(id, 1000);
        vm.expectEmit(address(repayment));
        emit IRepayment.Credited(obligor.account, CASH, id, 400);
        vm.expectEmit(address(repayment));
        emit IRepayment.PaymentReceived(
            id, obligor.account, "uetr", IRepayment.Kind.BankNotice, 0, 0, 0, 400, 0, 0, 0, 0
        );
        _done(_noticeAct(bank, _notice("uetr", id, 400)));
        assertEq(repayment.credit(obligor.account, CASH), 400);
    }

    function test_refuses_unknown_receivables() public {
        _refused(
            _noticeAct(bank, _notice("uetr", id + 1, 400)), abi.encodeWithSelector(IRepayment.NotLive.selector, id + 1)
        );
    }
}
