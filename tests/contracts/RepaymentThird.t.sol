// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "../../contracts/ActTarget.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {RepaymentBase} from "./RepaymentBase.t.sol";

contract RepaymentThirdTest is RepaymentBase {
    uint192 private id;
    Actor private guarantor;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
        guarantor = _member("guarantor", Roles.GUARANTOR);
    }

    function _owes(address payer, uint64 claim, uint64 interest) private view {
        _owesOf(id, payer, claim, interest);
    }

    function _owesOf(uint192 receivable, address payer, uint64 claim, uint64 interest) private view {
        (uint64 found, uint64 late) = _claim(receivable, payer);
        assertEq(found, claim, "claim");
        assertEq(late, interest, "late interest on it");
    }

    // --- Paying for the obligor ---

    function test_pays_the_holders_and_gives_the_payer_a_claim() public {
        IRepayment.Claim memory claim = IRepayment.Claim(guarantor.account, 0, 400, 0, 0, 0, 0);
        _fund(guarantor.account, 400);
        vm.expectEmit(address(repayment));
        emit IRepayment.ClaimChanged(id, claim);
        vm.expectEmit(address(repayment));
        emit IRepayment.PaymentReceived(
            id, guarantor.account, "third", IRepayment.Kind.ThirdParty, 0, 400, 0, 0, 400, 0, 0, 0
        );
        _done(_thirdAct(guarantor, id, 400));
        assertEq(_principal(id), 600);
        _draw(_id(id, 0));
        assertEq(cash.balanceOf(supplier.account), 400);
        _owes(guarantor.account, 400, 0);
        (uint64 claims,) = repayment.subrogatedAt(id, START);
        assertEq(claims, 400);
    }

    function test_it_lowers_the_total_of_the_second_and_not_what_the_obligor_has_outstanding() public {
        _payFor(guarantor, id, 400);
        assertEq(_total(), 600);
        assertEq(_outstanding(), 1000);
        _pay(id, 700);
        assertEq(_outstanding(), 300);
        _pay(id, 300);
        assertEq(_outstanding(), 0);
        assertEq(_total(), 0);
    }

    function test_what_exceeds_all_that_holders_are_owed_is_the_payers() public {
        _payFor(guarantor, id, 1200);
        assertEq(repayment.credit(guarantor.account, CASH), 200);
        _owes(guarantor.account, 1000, 0);
    }

    function test_the_receivable_lives_with_nothing_owed_to_holders_until_claims_are_paid() public {
        vm.warp(DUE);
        _payFor(guarantor, id, 1000);
        _assertState(id, IReceivableToken.State.Live);
        _assertCondition(id, IRepayment.Condition.Subrogated);
        assertEq(token.wordOf(id).owedLive(), 0);
        _move(supplier, _id(id, 0), 0, 10, other.account);
        _pay(id, 999);
        _assertState(id, IReceivableToken.State.Live);
        _fund(obligor.account, 1);
        vm.expectEmit(address(token));
        emit IReceivableToken.ReceivableClosed(id);
        _done(_payAct(obligor, id, 1));
        _assertState(id, IReceivableToken.State.Closed);
        assertEq(cash.balanceOf(guarantor.account), 1000);
    }

    function test_who_paid_interest_alone_gets_it_back_and_bears_none() public {
        id = _late(1000, 0, 1, 100);
        vm.warp(DUE + 30 days);
        _payFor(guarantor, id, 100);
        _owes(guarantor.account, 100, 0);
        vm.warp(DUE + 40 days);
        _pay(id, 300 + 1000);
        _owes(guarantor.account, 100, 0);
        _pay(id, 100);
        _owes(guarantor.account, 0, 0);
        assertEq(cash.balanceOf(guarantor.account) + repayment.credit(guarantor.account, CASH), 100);
        _assertState(id, IReceivableToken.State.Closed);
    }

    function test_more_from_a_third_party_then_is_its_own_whole() public {
        _payFor(guarantor, id, 1000);
        _payFor(financier, id, 50);
        assertEq(repayment.credit(financier.account, CASH), 50);
        _owes(financier.account, 0, 0);
    }

    function test_the_obligor_and_strangers_to_the_roles_do_not_pay_as_third_parties() public {
        _fund(obligor.account, 10);
        _refused(
            _thirdAct(obligor, id, 10), abi.encodeWithSelector(IRepayment.PayerIsObligor.selector, id, obligor.account)
        );
        Actor memory auditor = _member("auditor", Roles.AUDITOR);
        _refused(
            _thirdAct(auditor, id, 10),
            abi.encodeWithSelector(ActTarget.NotSigned.selector, auditor.account, Roles.HOLDERS)
        );
        vm.prank(guarantor.account);
        vm.expectRevert(abi.encodeWithSelector(ActTarget.NotActs.selector, guarantor.account));
        repayment.payAsThirdParty(IRepayment.PayAsThirdParty(id, 10, "third"));
    }

    function test_a_bank_notice_may_name_another_payer_than_the_obligor() public {
        IRepayment.BankNotice memory notice = _notice("uetr", id, 400);
        notice.allocations[0].payer = guarantor.account;
        _done(_noticeAct(bank, notice));
        _owes(guarantor.account, 400, 0);
        assertEq(repayment.owed(id, 0, 1000), 600);
    }

    function test_a_guarantee_is_collected_by_a_pinned_contract() public {
        _fund(guarantor.account, 300);
        _call(guarantor.account, 300);
        _owes(guarantor.account, 300, 0);
    }

    // --- Recovery ---

    function test_holders_come_before_those_who_paid_for_the_obligor() public {
        _payFor(guarantor, id, 300);
        _pay(id, 600);
        _owes(guarantor.account, 300, 0);
        assertEq(cash.balanceOf(guarantor.account), 0);
        _fund(obligor.account, 250);
        vm.expectEmit(address(repayment));
        emit IRepayment.ClaimRecovered(id, guarantor.account, 0, 150, true);
        vm.expectEmit(address(repayment));
        emit IRepayment.ClaimChanged(id, IRepayment.Claim(guarantor.account, 0, 150, 0, 0, 0, 0));
        _done(_payAct(obligor, id, 250));
        assertEq(_principal(id), 0);
        _owes(guarantor.account, 150, 0);
        assertEq(cash.balanceOf(guarantor.account), 150);
    }

    /// @dev floor(101 * 500/1000) = 50, floor(101 * 800/1000) = 80, 101.
    function test_claims_share_pro_rata_to_the_unit() public {
        _payFor(guarantor, id, 500);
        _payFor(financier, id, 300);
        _payFor(other, id, 200);
        _pay(id, 101);
        assertEq(cash.balanceOf(guarantor.account), 50);
        assertEq(cash.balanceOf(financier.account), 30);
        assertEq(cash.balanceOf(other.account), 21);
        _pay(id, 1000);
        assertEq(cash.balanceOf(guarantor.account), 500);
        assertEq(cash.balanceOf(financier.account), 300);
        assertEq(cash.balanceOf(other.account), 200);
        assertEq(repayment.credit(obligor.account, CASH), 101);
        _assertState(id, IReceivableToken.State.Closed);
    }

    function test_one_payment_pays_holders_and_claims_and_closes() public {
        _payFor(guarantor, id, 400);
        _pay(id, 1000);
        _assertState(id, IReceivableToken.State.Closed);
        assertEq(cash.balanceOf(guarantor.account), 400);
        _draw(_id(id, 0));
        assertEq(cash.balanceOf(supplier.account), 1000);
        assertEq(cash.balanceOf(address(repayment)), 0);
    }

    function test_what_a_suspended_a_held_and_a_contract_payer_recover_is_credited() public {
        address pool = makeAddr("pool");
        _contractMember(pool);
        IRepayment.BankNotice memory notice = _notice("uetr", id, 300);
        notice.allocations[0].payer = pool;
        _done(_noticeAct(bank, notice));
        _payFor(guarantor, id, 300);
        _payFor(financier, id, 400);
        _suspend(guarantor.account);
        vm.prank(address(holds));
        members.setHeld(financier.account, true);
        _pay(id, 1000);
        _assertState(id, IReceivableToken.State.Closed);
        assertEq(repayment.credit(pool, CASH), 300);
        assertEq(repayment.credit(guarantor.account, CASH), 300);
        assertEq(repayment.credit(financier.account, CASH), 400);
        vm.prank(pool);
        repayment.withdraw(IRepayment.Withdraw(CASH));
        assertEq(cash.balanceOf(pool), 300);
    }

    // --- Interest ---

    function test_a_claims_principal_bears_interest_from_the_day_it_was_paid_and_its_interest_none() public {
        uint192 one = _late(1000, 0, 1, 100);
        vm.warp(DUE + 10 days);
        _payFor(guarantor, one, 1100);
        _owesOf(one, guarantor.account, 1100, 0);
        vm.warp(DUE + 15 days);
        _owesOf(one, guarantor.account, 1100, 50);
        _pay(one, 1149);
        _owesOf(one, guarantor.account, 1, 0);
        _pay(one, 1);
        assertEq(cash.balanceOf(guarantor.account), 1150);
        _assertState(one, IReceivableToken.State.Closed);
    }

    /// @dev 1,000 for 10 days to the holders, then 400 of it to the payer and 600 to the holders: no day is counted twice or lost.
    function test_no_day_of_any_part_is_counted_twice_or_lost() public {
        uint192 one = _late(1000, 0, 1, 100);
        vm.warp(DUE + 10 days);
        _payFor(guarantor, one, 500);
        vm.warp(DUE + 20 days);
        assertEq(_interest(one), 60);
        _owesOf(one, guarantor.account, 500, 40);
    }

    function test_a_claim_from_before_the_due_second_bears_interest_from_it() public {
        uint192 one = _late(1000, 0, 1, 100);
        _payFor(guarantor, one, 1000);
        vm.warp(DUE + 3 days);
        _owesOf(one, guarantor.account, 1000, 30);
    }

    function test_a_claim_from_within_grace_counts_from_its_day_once_grace_is_missed() public {
        uint192 one = _late(1000, 5 days, 1, 100);
        vm.warp(DUE + 2 days);
        _payFor(guarantor, one, 600);
        vm.warp(DUE + 4 days);
        _payFor(guarantor, one, 400);
        _owesOf(one, guarantor.account, 1000, 0);
        vm.warp(DUE + 6 days);
        _owesOf(one, guarantor.account, 1000, (600 * 4 + 400 * 2) / 100);
    }

    function test_a_claim_paid_back_within_grace_bears_nothing() public {
        uint192 one = _late(1000, 5 days, 1, 100);
        vm.warp(DUE + 2 days);
        _payFor(guarantor, one, 1000);
        _pay(one, 500);
        vm.warp(DUE + 7 days);
        _owesOf(one, guarantor.account, 500, 500 * 5 / 100);
    }

    function test_interest_of_all_claims_comes_before_the_claims() public {
        uint192 one = _late(1000, 0, 1, 100);
        _payFor(guarantor, one, 500);
        _payFor(financier, one, 500);
        vm.warp(DUE + 10 days);
        (uint64 claims, uint64 interest) = repayment.subrogatedAt(one, DUE + 10 days);
        assertEq(claims, 1000);
        assertEq(interest, 100);
        _pay(one, 100);
        _owesOf(one, guarantor.account, 500, 0);
        _owesOf(one, financier.account, 500, 0);
        assertEq(cash.balanceOf(guarantor.account), 50);
    }

    // --- Limits and waivers ---

    function test_at_most_eight_pay_for_the_obligor_and_a_paid_claim_frees_its_place() public {
        for (uint256 i = 0; i < 8; ++i) {
            _payFor(_member(string.concat("payer ", vm.toString(i)), Roles.BANK), id, 10);
        }
        _fund(guarantor.account, 10);
        _refused(_thirdAct(guarantor, id, 10), abi.encodeWithSelector(IRepayment.TooManyPayers.selector, id));
        (address account, uint256 key) = makeAddrAndKey("payer 3");
        Actor memory third = Actor(account, key, Roles.BANK, "payer 3");
        _payFor(third, id, 10);
        _done(_waiveAct(third, id));
        _done(_thirdAct(guarantor, id, 10));
        _owes(guarantor.account, 10, 0);
        assertEq(repayment.bookOf(id).payers, 8);
        _pay(id, 1000);
        _assertState(id, IReceivableToken.State.Closed);
        assertEq(cash.balanceOf(account), 0);
        assertEq(_outstanding(), 0);
    }

    /// @dev Else whoever wishes to spare a guarantor has eight members pay a unit each.
    function test_small_payments_of_eight_take_no_place_from_guarantors() public {
        for (uint256 i = 0; i < 8; ++i) {
            _payFor(_member(string.concat("payer ", vm.toString(i)), Roles.BANK), id, 1);
        }
        for (uint256 i = 0; i < 8; ++i) {
            Actor memory one = _member(string.concat("guarantor ", vm.toString(i)), Roles.GUARANTOR);
            _fund(one.account, 50);
            _call(one.account, 50);
            _owes(one.account, 50, 0);
        }
        _fund(guarantor.account, 50);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.TooManyPayers.selector, id));
        _call(guarantor.account, 50);
        _pay(id, 1000);
        _assertState(id, IReceivableToken.State.Closed);
        assertEq(_outstanding(), 0);
    }

    function _call(address payer, uint64 amount) private {
        vm.prank(address(mandates));
        repayment.collect(id, payer, payer, amount, "call", IRepayment.Kind.Guarantee);
    }

    function test_a_waived_claim_is_no_more_and_may_close() public {
        _payFor(guarantor, id, 1000);
        vm.expectEmit(address(repayment));
        emit IRepayment.ClaimWaived(id, guarantor.account, 1000, 0, "waived");
        _done(_waiveAct(guarantor, id));
        _assertState(id, IReceivableToken.State.Closed);
        assertEq(_outstanding(), 0);
    }

    function test_a_waived_claim_is_what_was_paid_as_principal_and_as_interest() public {
        id = _late(1000, 0, 1, 100);
        vm.warp(DUE + 30 days);
        _payFor(guarantor, id, 700);
        vm.expectEmit(address(repayment));
        emit IRepayment.ClaimWaived(id, guarantor.account, 700, 0, "waived");
        _done(_waiveAct(guarantor, id));
    }

    function test_claims_behind_a_waived_one_are_whose_they_were() public {
        Actor memory third = _member("third payer", Roles.GUARANTOR);
        _payFor(guarantor, id, 100);
        _payFor(financier, id, 200);
        _payFor(third, id, 300);
        _done(_waiveAct(guarantor, id));
        _owes(guarantor.account, 0, 0);
        _owes(financier.account, 200, 0);
        _owes(third.account, 300, 0);
        _pay(id, 900);
        assertEq(cash.balanceOf(financier.account), 200);
        assertEq(cash.balanceOf(third.account), 300);
    }

    function test_only_who_has_a_claim_waives_it() public {
        _payFor(guarantor, id, 100);
        _refused(_waiveAct(financier, id), abi.encodeWithSelector(IRepayment.NoClaim.selector, id, financier.account));
        _owes(guarantor.account, 100, 0);
    }

    function test_all_that_lives_may_retire_beside_a_claim_which_then_stands_alone() public {
        _payFor(guarantor, id, 400);
        _retire(supplier, id, 0, 0, 1000);
        _assertCondition(id, IRepayment.Condition.Subrogated);
        assertEq(_outstanding(), 400);
        _pay(id, 400);
        _assertState(id, IReceivableToken.State.Closed);
        assertEq(cash.balanceOf(guarantor.account), 400);
    }

    // --- Held accounts ---

    function test_a_held_account_draws_into_its_credit_and_takes_nothing_out() public {
        vm.prank(address(holds));
        members.setHeld(supplier.account, true);
        _pay(id, 400);
        _draw(_id(id, 0));
        assertEq(cash.balanceOf(supplier.account), 0);
        assertEq(repayment.credit(supplier.account, CASH), 400);
        vm.prank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.AccountHeld.selector, supplier.account));
        repayment.withdraw(IRepayment.Withdraw(CASH));
        vm.prank(address(holds));
        members.setHeld(supplier.account, false);
        vm.prank(supplier.account);
        repayment.withdraw(IRepayment.Withdraw(CASH));
        assertEq(cash.balanceOf(supplier.account), 400);
    }

    function test_a_held_contract_takes_nothing_out_of_its_ranges() public {
        address escrow = makeAddr("escrow");
        _contractMember(escrow);
        _move(supplier, _id(id, 0), 0, 1000, escrow);
        _pay(id, 400);
        vm.prank(escrow);
        repayment.draw(_one(_id(id, 0)));
        vm.prank(address(holds));
        members.setHeld(escrow, true);
        vm.prank(escrow);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.AccountHeld.selector, escrow));
        repayment.withdrawRange(IRepayment.WithdrawRange(id, 0));
    }

    function test_a_held_account_pays_nobody_and_waives_nothing() public {
        _payFor(guarantor, id, 100);
        _fund(obligor.account, 100);
        _fund(guarantor.account, 100);
        vm.startPrank(address(holds));
        members.setHeld(obligor.account, true);
        members.setHeld(guarantor.account, true);
        vm.stopPrank();
        bytes memory held = abi.encodeWithSelector(IRepayment.AccountHeld.selector, guarantor.account);
        _refused(_payAct(obligor, id, 10), abi.encodeWithSelector(IRepayment.AccountHeld.selector, obligor.account));
        _refused(_thirdAct(guarantor, id, 10), held);
        _refused(_waiveAct(guarantor, id), held);
    }

    function test_only_holds_order_credit_and_no_more_than_there_is() public {
        members.suspend(supplier.account, "test");
        _pay(id, 400);
        _draw(_id(id, 0));
        vm.expectRevert(abi.encodeWithSelector(IRepayment.NotHolds.selector, address(this)));
        repayment.orderCredit(supplier.account, other.account, CASH, 1);
        vm.startPrank(address(holds));
        vm.expectRevert(abi.encodeWithSelector(IRepayment.CreditShort.selector, supplier.account, 400));
        repayment.orderCredit(supplier.account, other.account, CASH, 401);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.AmountZero.selector));
        repayment.orderCredit(supplier.account, other.account, CASH, 0);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.NotMember.selector, stranger));
        repayment.orderCredit(supplier.account, stranger, CASH, 1);
        vm.expectEmit(address(repayment));
        emit IRepayment.CreditOrdered(supplier.account, other.account, CASH, 150);
        repayment.orderCredit(supplier.account, other.account, CASH, 150);
        vm.stopPrank();
        assertEq(repayment.credit(supplier.account, CASH), 250);
        vm.prank(other.account);
        repayment.withdraw(IRepayment.Withdraw(CASH));
        assertEq(cash.balanceOf(other.account), 150);
    }
}
