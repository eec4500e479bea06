// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "../../contracts/ActTarget.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IMandates} from "../../contracts/interfaces/IMandates.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {RepaymentBase} from "./RepaymentBase.t.sol";

abstract contract MandateBase is RepaymentBase {
    function _mandate(uint64 cap, bool partial_) internal {
        _done(_mandateAct(obligor, cap, DUE + 90 days, partial_));
    }

    function _cannot(uint192 id, bytes memory reason) internal {
        (uint64 amount, bytes memory why) = mandates.checkDebit(id);
        assertEq(amount, 0);
        assertEq(why, reason, "the dry run says why");
        vm.expectRevert(reason);
        mandates.debit(id);
    }

    /// @dev The dry run says what it takes.
    function _debit(uint192 id) internal returns (uint64 amount) {
        bytes memory why;
        (amount, why) = mandates.checkDebit(id);
        assertEq(why, "");
        uint64 before = _principal(id) + _interest(id);
        vm.prank(stranger);
        mandates.debit(id);
        assertEq(before - _principal(id) - _interest(id), amount, "the debt falls by what was taken");
    }

    function _spend(uint64 amount) internal {
        vm.prank(obligor.account);
        desk.transferCash(ICashDesk.TransferCash(CASH, other.account, amount, "spent"));
    }

    function _cap() internal view returns (uint64 cap) {
        (cap,,) = mandates.mandate(obligor.account, CASH);
    }
}

contract MandateTest is MandateBase {
    uint192 private id;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
        _fund(obligor.account, 5000);
    }

    function test_anyone_fires_it_in_the_due_second_and_it_pays_the_debt() public {
        _mandate(1500, false);
        vm.warp(DUE);
        vm.expectEmit(address(mandates));
        emit IMandates.MandateUsed(obligor.account, CASH, 1000, 500);
        vm.expectEmit(address(mandates));
        emit IMandates.PotOpened(obligor.account, CASH, DUE, 1000, 1000);
        vm.expectEmit(address(mandates));
        emit IMandates.PotTaken(obligor.account, CASH, DUE, id, 1000);
        assertEq(_debit(id), 1000);
        _assertState(id, IReceivableToken.State.Closed);
        assertEq(cash.balanceOf(obligor.account), 4000);
        assertEq(_cap(), 500);
        (,,,, IRepayment.Kind kind) = repayment.payment(id, 1);
        assertEq(uint8(kind), uint8(IRepayment.Kind.Debit));
    }

    function test_refuses_before_due_and_without_a_mandate() public {
        _mandate(1500, false);
        vm.warp(DUE - 1);
        _cannot(id, abi.encodeWithSelector(IMandates.NotDue.selector, id, DUE));
        vm.warp(DUE);
        _done(_act(obligor, END_MANDATE_TEXT, abi.encode(CASH)));
        _cannot(id, abi.encodeWithSelector(IMandates.NoMandate.selector, obligor.account, CASH));
    }

    function test_an_expired_mandate_is_none() public {
        _done(_mandateAct(obligor, 1500, DUE, false));
        vm.warp(DUE + 1);
        _cannot(id, abi.encodeWithSelector(IMandates.NoMandate.selector, obligor.account, CASH));
    }

    function test_a_full_mandate_takes_all_or_nothing() public {
        _mandate(999, false);
        vm.warp(DUE);
        _cannot(id, abi.encodeWithSelector(IMandates.MandateShort.selector, 1000, 999));
        _mandate(2000, false);
        _spend(4500);
        _cannot(id, abi.encodeWithSelector(IMandates.BalanceShort.selector, 1000, 500));
    }

    function test_a_partial_mandate_takes_what_cap_and_balance_allow() public {
        _mandate(300, true);
        vm.warp(DUE);
        assertEq(_debit(id), 300);
        _cannot(id, abi.encodeWithSelector(IMandates.NoMandate.selector, obligor.account, CASH));
        _mandate(10_000, true);
        _spend(4450);
        assertEq(_debit(id), 250);
        assertEq(repayment.owed(id, 0, 1000), 450);
        _cannot(id, abi.encodeWithSelector(IMandates.BelowThreshold.selector, 0, 4));
    }

    /// @dev 1,000 / 256: a share below 4 is not taken.
    function test_takes_no_part_below_the_least_distribution() public {
        _mandate(3, true);
        vm.warp(DUE);
        _cannot(id, abi.encodeWithSelector(IMandates.BelowThreshold.selector, 3, 4));
    }

    function test_a_closed_receivable_is_not_debited() public {
        _mandate(5000, false);
        vm.warp(DUE);
        _debit(id);
        _cannot(id, abi.encodeWithSelector(IMandates.NotLive.selector, id));
    }

    function test_what_is_owed_to_those_who_paid_for_the_obligor_is_not_debited() public {
        _mandate(5000, false);
        _payFor(financier, id, 1000);
        vm.warp(DUE);
        _cannot(id, abi.encodeWithSelector(IMandates.NothingOwed.selector, id));
    }

    function test_a_dispute_stops_the_debit_and_nothing_else() public {
        _mandate(5000, false);
        vm.warp(DUE);
        vm.mockCall(address(endings), abi.encodeCall(endings.isDisputed, (id)), abi.encode(true));
        _cannot(id, abi.encodeWithSelector(IMandates.Disputed.selector, id));
        _pay(id, 1000);
        _assertState(id, IReceivableToken.State.Closed);
    }

    function test_a_mandate_is_signed_in_the_obligors_role() public {
        _refused(
            _mandateAct(supplier, 5, DUE, true),
            abi.encodeWithSelector(ActTarget.NotSigned.selector, supplier.account, Roles.OBLIGOR)
        );
        vm.prank(obligor.account);
        vm.expectRevert(abi.encodeWithSelector(ActTarget.NotActs.selector, obligor.account));
        mandates.setMandate(IMandates.SetMandate(CASH, 5, DUE, true));
    }

    function test_refuses_impossible_mandates_and_ending_none() public {
        _refused(_mandateAct(obligor, 0, DUE, true), abi.encodeWithSelector(IMandates.AmountZero.selector));
        _refused(_mandateAct(obligor, 5, START, true), abi.encodeWithSelector(IMandates.UntilPassed.selector, START));
        _refused(
            _act(obligor, END_MANDATE_TEXT, abi.encode(CASH)),
            abi.encodeWithSelector(IMandates.NoMandate.selector, obligor.account, CASH)
        );
        _refused(
            _act(obligor, SET_MANDATE_TEXT, abi.encode(IMandates.SetMandate(9, 5, DUE, true))),
            abi.encodeWithSelector(ICashDesk.UnknownCash.selector, 9)
        );
    }

    function test_a_new_mandate_replaces_the_old_one() public {
        _mandate(5, true);
        _done(_mandateAct(obligor, 7, DUE + 1, false));
        (uint64 cap, uint40 until, bool partial_) = mandates.mandate(obligor.account, CASH);
        assertEq(cap, 7);
        assertEq(until, DUE + 1);
        assertFalse(partial_);
    }

    function test_only_collectors_collect_and_only_as_debit_or_guarantee() public {
        vm.expectRevert(abi.encodeWithSelector(IRepayment.NotCollector.selector, address(this)));
        repayment.collect(id, obligor.account, obligor.account, 5, "ref", IRepayment.Kind.Debit);
        address key = makeAddr("a key of the supplier, and no account");
        vm.prank(supplier.account);
        members.addKey(IMembers.AddKey(key, Roles.SUPPLIER));
        vm.startPrank(address(mandates));
        vm.expectRevert(abi.encodeWithSelector(IRepayment.KindRefused.selector, IRepayment.Kind.Retirement));
        repayment.collect(id, obligor.account, obligor.account, 5, "ref", IRepayment.Kind.Retirement);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.NotMember.selector, stranger));
        repayment.collect(id, obligor.account, stranger, 5, "ref", IRepayment.Kind.Guarantee);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.NotMember.selector, key));
        repayment.collect(id, obligor.account, key, 5, "ref", IRepayment.Kind.Guarantee);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.AmountZero.selector));
        repayment.collect(id, obligor.account, obligor.account, 0, "ref", IRepayment.Kind.Debit);
    }
}

/// @notice Debts of one obligor that fall due in one second share what is free then, whoever fires first.
contract MandatePotTest is MandateBase {
    uint192 private first;
    uint192 private second;

    function setUp() public override {
        super.setUp();
        first = _receivable(1000);
        second = _receivable(3000);
    }

    function _pot() private view returns (IMandates.Pot memory) {
        return mandates.potOf(obligor.account, CASH, DUE);
    }

    function test_half_the_cash_pays_half_of_each_whoever_fires_first() public {
        _fund(obligor.account, 2000);
        _mandate(9000, true);
        vm.warp(DUE);
        uint256 before = vm.snapshotState();
        assertEq(_debit(first), 500);
        assertEq(_debit(second), 1500);
        vm.revertToState(before);
        assertEq(_debit(second), 1500);
        assertEq(_debit(first), 500);
        assertEq(_pot().left, 0);
        assertEq(cash.balanceOf(address(mandates)), 0);
    }

    function test_the_cap_counts_as_what_is_free_does() public {
        _fund(obligor.account, 9000);
        _mandate(1000, true);
        vm.warp(DUE);
        assertEq(_debit(second), 750);
        assertEq(_cap(), 0);
        assertEq(_debit(first), 250);
        assertEq(cash.balanceOf(obligor.account), 8000);
    }

    function test_a_full_mandate_covers_all_debts_of_the_second_or_none() public {
        _fund(obligor.account, 3999);
        _mandate(9000, false);
        vm.warp(DUE);
        _cannot(first, abi.encodeWithSelector(IMandates.BalanceShort.selector, 4000, 3999));
        _fund(obligor.account, 1);
        assertEq(_debit(first), 1000);
        assertEq(_debit(second), 3000);
    }

    function test_nobody_fixes_an_empty_pot() public {
        _mandate(9000, true);
        vm.warp(DUE);
        _cannot(first, abi.encodeWithSelector(IMandates.BelowThreshold.selector, 0, 4));
        assertEq(_pot().openedAt, 0);
        _fund(obligor.account, 400);
        assertEq(_debit(first), 100);
        assertEq(_pot().pot, 400);
    }

    function test_later_debits_take_what_is_free() public {
        _fund(obligor.account, 2000);
        _mandate(9000, true);
        vm.warp(DUE);
        _debit(first);
        _fund(obligor.account, 700);
        assertEq(_debit(first), 500, "the rest of its debt");
        assertEq(_debit(second), 1500, "its share is still there");
        assertEq(_debit(second), 200);
    }

    /// @dev 40 of 4,000 are 10 of 1,000, above its 4, and 30 of 3,000, above its 12; 10 of 4,000 are 2 and 7, below both.
    function test_a_share_below_the_threshold_is_not_taken() public {
        _fund(obligor.account, 10);
        _mandate(9000, true);
        vm.warp(DUE);
        _cannot(first, abi.encodeWithSelector(IMandates.BelowThreshold.selector, 2, 4));
        _cannot(second, abi.encodeWithSelector(IMandates.BelowThreshold.selector, 7, 12));
        _fund(obligor.account, 30);
        assertEq(_debit(second), 30);
        assertEq(_debit(first), 10);
    }

    function test_what_is_left_goes_back_after_a_day_with_the_cap() public {
        _fund(obligor.account, 5000);
        _mandate(4000, true);
        vm.warp(DUE);
        _debit(first);
        _pay(second, 1000);
        assertEq(_debit(second), 2000);
        assertEq(_pot().left, 1000);
        vm.expectRevert(abi.encodeWithSelector(IMandates.TooEarly.selector, DUE + 1 days));
        mandates.closePot(obligor.account, CASH, DUE);
        vm.warp(DUE + 1 days);
        vm.expectEmit(address(mandates));
        emit IMandates.PotClosed(obligor.account, CASH, DUE, 1000);
        vm.prank(stranger);
        mandates.closePot(obligor.account, CASH, DUE);
        assertEq(cash.balanceOf(obligor.account), 2000);
        assertEq(_cap(), 1000);
        vm.expectRevert(abi.encodeWithSelector(IMandates.NoPot.selector, obligor.account, CASH, DUE));
        mandates.closePot(obligor.account, CASH, DUE);
    }

    function test_a_pot_of_an_ended_mandate_is_shared_and_raises_no_later_cap() public {
        _fund(obligor.account, 4000);
        _mandate(4000, true);
        vm.warp(DUE);
        _debit(first);
        _done(_act(obligor, END_MANDATE_TEXT, abi.encode(CASH)));
        _payFor(financier, second, 1000);
        assertEq(_debit(second), 2000, "what was put aside is shared");
        _mandate(70, true);
        vm.warp(DUE + 1 days);
        mandates.closePot(obligor.account, CASH, DUE);
        assertEq(cash.balanceOf(obligor.account), 1000);
        assertEq(_cap(), 70);
    }

    /// @dev What a suspended obligor is given back waits in the pot until it is reinstated.
    function test_a_pot_waits_for_a_suspended_obligor() public {
        _fund(obligor.account, 4000);
        _mandate(4000, true);
        vm.warp(DUE);
        _debit(first);
        _suspend(obligor.account);
        vm.warp(DUE + 2 days);
        vm.expectRevert();
        mandates.closePot(obligor.account, CASH, DUE);
        members.reinstate(obligor.account, "test");
        mandates.closePot(obligor.account, CASH, DUE);
        assertEq(cash.balanceOf(obligor.account), 3000);
    }

    /// @dev Confirmed after the second, it would change a total that is fixed: it is debited from free cash.
    function test_a_receivable_confirmed_after_its_due_second_has_no_share() public {
        _fund(obligor.account, 4500);
        _mandate(9000, true);
        (Act memory issued, uint192 lateOne) = _issueAct(supplier, _terms(400, DUE));
        _done(issued);
        vm.warp(DUE);
        assertEq(_debit(first), 1000);
        _done(_confirmAct(obligor, _confirmation(lateOne, supplier.account, _terms(400, DUE))));
        assertEq(_pot().total, 4000);
        assertEq(_total(), 3000);
        assertEq(_debit(lateOne), 400);
        assertEq(_debit(second), 3000);
        assertEq(_total(), 0);
    }

    /// @dev 10 days late at 1 % a day: the share of 1,000 pays 100 of interest and 900; the next debit takes the 100 that are left from free cash.
    function test_late_interest_is_paid_first_and_the_rest_comes_of_free_cash() public {
        uint192 one = _late(1000, 0, 1, 100);
        _fund(obligor.account, 9000);
        _mandate(9000, false);
        vm.warp(DUE + 10 days);
        assertEq(_debit(one), 1000);
        assertEq(_principal(one), 100);
        assertEq(_debit(one), 100);
        _assertState(one, IReceivableToken.State.Closed);
        assertEq(_debit(second), 3000, "which takes nothing from the pot");
    }

    function test_retirement_and_payment_between_debits_take_from_nobody_else() public {
        _fund(obligor.account, 2000);
        _mandate(9000, true);
        _retire(supplier, second, 0, 0, 1000);
        vm.warp(DUE);
        assertEq(_total(), 3000);
        assertEq(_debit(first), 666);
        _retire(supplier, second, 1000, 1000, 2000);
        assertEq(_debit(second), 666);
        assertEq(_pot().left, 2000 - 666 - 666);
    }

    function test_cash_that_a_court_holds_is_not_debited() public {
        _fund(obligor.account, 4000);
        _mandate(9000, true);
        vm.warp(DUE);
        _hold(obligor.account);
        _cannot(first, abi.encodeWithSelector(IMandates.AccountHeld.selector, obligor.account));
    }

    function _hold(address account) private {
        vm.prank(address(holds));
        members.setHeld(account, true);
    }

    /// @dev Random orders of firing give each the same.
    function testFuzz_each_share_is_its_own(uint64 free, uint64[5] memory faces, uint256 order) public {
        uint192[] memory ids = new uint192[](5);
        uint256 total = 4000;
        for (uint256 i = 0; i < 5; ++i) {
            faces[i] = uint64(bound(faces[i], 1, 1 << 60));
            ids[i] = _receivable(faces[i]);
            total += faces[i];
        }
        free = uint64(bound(free, 1, total));
        _fund(obligor.account, free);
        _mandate(type(uint64).max, true);
        vm.warp(DUE);
        for (uint256 i = 0; i < 5; ++i) {
            uint256 index = (order % 5 + i * (1 + order % 4)) % 5;
            uint256 share = uint256(faces[index]) * free / total;
            bool takes = share >= (faces[index] + 255) / 256;
            if (mandates.potOf(obligor.account, CASH, DUE).openedAt != 0 && !takes) continue;
            (uint64 amount,) = mandates.checkDebit(ids[index]);
            assertEq(amount, takes ? share : 0);
            if (takes) mandates.debit(ids[index]);
        }
    }
}
