// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {TokenWord} from "../../contracts/types/TokenWord.sol";
import {ReceivableWord} from "../../contracts/types/ReceivableWord.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

contract RepaymentDrawTest is ReceivableBase {
    uint192 private id;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
        _move(supplier, _id(id, 0), 400, 1000, other.account);
    }

    function test_pays_the_owner_what_the_range_has_not_drawn() public {
        _pay(id, 500);
        vm.expectEmit(address(repayment));
        emit IRepayment.Drawn(id, other.account, 400, 1000, 0, 1, 300, 0, true);
        vm.prank(stranger);
        _draw(_id(id, 400));
        assertEq(cash.balanceOf(other.account), 300);
        vm.recordLogs();
        _draw(_id(id, 400));
        assertEq(cash.balanceOf(other.account), 300, "a second draw brings nothing");
        assertEq(vm.getRecordedLogs().length, 0, "and tells nothing");
    }

    function test_shows_what_could_be_drawn() public {
        _pay(id, 500);
        (uint64 principal, uint64 interest) = repayment.undrawn(_id(id, 0));
        assertEq(principal, 200);
        assertEq(interest, 0);
        _draw(_id(id, 0));
        (principal,) = repayment.undrawn(_id(id, 0));
        assertEq(principal, 0);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.UnknownToken.selector, _id(id, 1)));
        repayment.undrawn(_id(id, 1));
    }

    /// @dev F = 10, ten unit pieces, 5 paid and drawn, then 6: the running total would pay 8 out of 6.
    function test_ten_unit_pieces_draw_exactly_what_was_paid() public {
        uint192 tiny = _receivable(10);
        for (uint64 i = 0; i < 9; ++i) {
            _move(supplier, _id(tiny, i), i, i + 1, other.account);
        }
        _pay(tiny, 5);
        _drawAll(tiny, 10);
        assertEq(cash.balanceOf(other.account) + cash.balanceOf(supplier.account), 5);
        _pay(tiny, 1);
        _drawAll(tiny, 10);
        assertEq(cash.balanceOf(other.account) + cash.balanceOf(supplier.account), 6);
        assertEq(cash.balanceOf(address(repayment)), 0);
    }

    function _drawAll(uint192 receivable, uint64 count) private {
        uint256[] memory all = new uint256[](count);
        for (uint64 i = 0; i < count; ++i) {
            all[i] = _id(receivable, i);
        }
        repayment.draw(all);
    }

    function test_money_belongs_to_who_owned_the_range_when_it_was_distributed() public {
        _pay(id, 500);
        _move(other, _id(id, 400), 700, 1000, financier.account);
        assertEq(cash.balanceOf(other.account), 300, "settled before the move");
        _pay(id, 500);
        _draw(_id(id, 400));
        _draw(_id(id, 700));
        _draw(_id(id, 0));
        assertEq(cash.balanceOf(other.account), 300 + 150);
        assertEq(cash.balanceOf(financier.account), 150);
        assertEq(cash.balanceOf(supplier.account), 400);
        assertEq(cash.balanceOf(address(repayment)), 0, "full payment leaves nobody short");
    }

    function test_draws_come_in_any_order_and_pieces_inherit_the_cursor() public {
        _pay(id, 100);
        _draw(_id(id, 400));
        _pay(id, 200);
        _move(other, _id(id, 400), 500, 600, other.account);
        assertEq(cash.balanceOf(other.account), 180);
        (,, uint16 cursor,) = views.range(_id(id, 500));
        assertEq(cursor, 2);
        _pay(id, 700);
        uint256[] memory all = new uint256[](4);
        (all[0], all[1], all[2], all[3]) = (_id(id, 600), _id(id, 0), _id(id, 400), _id(id, 500));
        repayment.draw(all);
        assertEq(cash.balanceOf(other.account), 600);
        assertEq(cash.balanceOf(supplier.account), 400);
    }

    /// @dev Tokens of one receivable share what was read along their boundary; those of another that begins there do not.
    function test_a_run_of_draws_over_two_receivables_mixes_nothing() public {
        uint192 another = _receivable(1000);
        _move(supplier, _id(another, 0), 400, 1000, financier.account);
        _pay(id, 500);
        _pay(another, 100);
        uint256[] memory both = new uint256[](2);
        (both[0], both[1]) = (_id(id, 0), _id(another, 400));
        repayment.draw(both);
        assertEq(cash.balanceOf(supplier.account), 200);
        assertEq(cash.balanceOf(financier.account), 60);
    }

    function test_a_token_named_twice_draws_once() public {
        _pay(id, 500);
        uint256[] memory twice = new uint256[](2);
        (twice[0], twice[1]) = (_id(id, 0), _id(id, 0));
        repayment.draw(twice);
        assertEq(cash.balanceOf(supplier.account), 200);
    }

    function test_a_closed_receivable_stays_drawable() public {
        _pay(id, 1000);
        _draw(_id(id, 0));
        assertEq(cash.balanceOf(supplier.account), 400);
        _assertToken(id, 0, 400, supplier.account);
    }

    /// @dev Else one suspended holder stops the redemption of fifty.
    function test_a_suspended_owners_money_stays_credited_and_stops_no_batch() public {
        _pay(id, 500);
        _suspend(other.account);
        uint256[] memory both = new uint256[](2);
        (both[0], both[1]) = (_id(id, 400), _id(id, 0));
        vm.expectEmit(address(repayment));
        emit IRepayment.Drawn(id, other.account, 400, 1000, 0, 1, 300, 0, false);
        repayment.draw(both);
        assertEq(cash.balanceOf(supplier.account), 200);
        assertEq(repayment.credit(other.account, CASH), 300);
        vm.prank(other.account);
        vm.expectRevert(abi.encodeWithSelector(IMembers.MemberIsSuspended.selector, other.account));
        repayment.withdraw(IRepayment.Withdraw(CASH));
        members.reinstate(other.account, "test");
        vm.prank(other.account);
        repayment.withdraw(IRepayment.Withdraw(CASH));
        assertEq(cash.balanceOf(other.account), 300);
    }

    function test_only_a_contract_account_draws_for_itself() public {
        address escrow = makeAddr("escrow");
        _contractMember(escrow);
        _move(other, _id(id, 400), 400, 1000, escrow);
        _pay(id, 500);
        vm.prank(other.account);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.ContractDrawsItself.selector, escrow));
        repayment.draw(_one(_id(id, 400)));
        vm.prank(escrow);
        repayment.draw(_one(_id(id, 400)));
        assertEq(cash.balanceOf(escrow), 0);
    }

    function test_a_contract_accounts_money_is_kept_by_range() public {
        address escrow = makeAddr("escrow");
        _contractMember(escrow);
        _move(other, _id(id, 400), 400, 600, escrow);
        _move(other, _id(id, 600), 600, 1000, escrow);
        _pay(id, 500);
        vm.startPrank(escrow);
        uint256[] memory both = new uint256[](2);
        (both[0], both[1]) = (_id(id, 400), _id(id, 600));
        repayment.draw(both);
        assertEq(repayment.rangeCredit(escrow, id, 400), 100);
        assertEq(repayment.rangeCredit(escrow, id, 600), 200);
        vm.expectEmit(address(repayment));
        emit IRepayment.Withdrawn(escrow, CASH, id, 600, 200);
        repayment.withdrawRange(IRepayment.WithdrawRange(id, 600));
        assertEq(cash.balanceOf(escrow), 200);
        assertEq(repayment.rangeCredit(escrow, id, 400), 100);
        vm.expectRevert(abi.encodeWithSelector(IRepayment.NothingCredited.selector, escrow));
        repayment.withdrawRange(IRepayment.WithdrawRange(id, 600));
    }

    function test_refuses_missing_tokens_and_callers_other_than_the_token() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, _id(id, 1)));
        repayment.draw(_one(_id(id, 1)));
        vm.expectRevert(abi.encodeWithSelector(IRepayment.NotToken.selector, address(this)));
        repayment.settle(_id(id, 0), TokenWord.wrap(1), ReceivableWord.wrap(1));
    }

    function test_a_merge_and_a_whole_transfer_settle_first() public {
        _pay(id, 500);
        vm.prank(other.account);
        token.transferFrom(other.account, supplier.account, _id(id, 400));
        assertEq(cash.balanceOf(other.account), 300);
        vm.prank(supplier.account);
        token.merge(IReceivableToken.Merge(_id(id, 0), _id(id, 400)));
        assertEq(cash.balanceOf(supplier.account), 200);
        assertEq(cash.balanceOf(address(repayment)), 0);
    }
}
