// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {ISettlementCash} from "../../contracts/interfaces/ISettlementCash.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {Actor, Base} from "./Base.t.sol";

contract SettlementCashTest is Base {
    function setUp() public override {
        super.setUp();
        _fund(supplier.account, 1000);
    }

    function test_onlyItsBankIssues() public {
        Actor memory rival = _member("rival", Roles.SETTLEMENT_BANK);
        vm.expectRevert(abi.encodeWithSelector(ICashDesk.NotBank.selector, CASH, rival.account));
        vm.prank(rival.account);
        desk.issueCash(ICashDesk.IssueCash(CASH, financier.account, 1, ""));
    }

    function test_anUnlistedIndexIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(ICashDesk.UnknownCash.selector, 9));
        vm.prank(bank.account);
        desk.issueCash(ICashDesk.IssueCash(9, supplier.account, 1, ""));
        vm.expectRevert(abi.encodeWithSelector(ICashDesk.UnknownCash.selector, 0));
        desk.cashAt(0);
    }

    function test_cashHasTwoDecimalsAndItsCurrency() public view {
        assertEq(cash.decimals(), 2);
        assertEq(cash.currency(), CNY);
        assertEq(cash.bank(), bank.account);
    }

    function test_everyMovementIsOneDomainEvent() public {
        vm.expectEmit(address(cash));
        emit ISettlementCash.CashMoved(address(0), other.account, 5, "fund");
        _fund(other.account, 5);
        vm.expectEmit(address(cash));
        emit ISettlementCash.CashMoved(supplier.account, other.account, 7, "invoice");
        vm.prank(supplier.account);
        desk.transferCash(ICashDesk.TransferCash(CASH, other.account, 7, "invoice"));
        vm.expectEmit(address(cash));
        emit ISettlementCash.CashMoved(supplier.account, other.account, 8, 0);
        vm.prank(supplier.account);
        cash.transfer(other.account, 8);
        assertEq(cash.balanceOf(other.account), 20);
    }

    function test_aSpenderIsTheAccountBehindTheKey() public {
        address key = makeAddr("operator of other");
        vm.prank(other.account);
        members.addKey(IMembers.AddKey(key, Roles.SUPPLIER));
        vm.prank(supplier.account);
        cash.approve(other.account, 100);
        vm.prank(key);
        cash.transferFrom(supplier.account, financier.account, 60);
        assertEq(cash.allowance(supplier.account, other.account), 40);
        assertEq(cash.balanceOf(financier.account), 60);
    }

    function test_moreThanTheBalanceOrTheAllowanceIsRefusedWithItsValues() public {
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, supplier.account, 1000, 1001)
        );
        vm.prank(supplier.account);
        cash.transfer(other.account, 1001);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, other.account, 0, 1));
        vm.prank(other.account);
        cash.transferFrom(supplier.account, other.account, 1);
    }

    function test_nothingIsNoPayment() public {
        vm.expectRevert(ISettlementCash.AmountZero.selector);
        vm.prank(supplier.account);
        cash.transfer(other.account, 0);
    }

    function test_cashGoesToActiveMembersOnly() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlementCash.RecipientInactive.selector, stranger));
        vm.prank(supplier.account);
        cash.transfer(stranger, 1);
        members.suspend(other.account, "inquiry");
        vm.expectRevert(abi.encodeWithSelector(ISettlementCash.RecipientInactive.selector, other.account));
        vm.prank(supplier.account);
        cash.transfer(other.account, 1);
    }

    function test_aRevokedKeyMovesNoCash() public {
        vm.prank(supplier.account);
        members.revokeKey(IMembers.RevokeKey(supplier.account));
        vm.expectRevert(abi.encodeWithSelector(IMembers.NotOperator.selector, supplier.account));
        vm.prank(supplier.account);
        cash.transfer(other.account, 1);
    }

    function test_aSuspendedHolderKeepsItsCash() public {
        members.suspend(supplier.account, "inquiry");
        vm.expectRevert(abi.encodeWithSelector(IMembers.MemberIsSuspended.selector, supplier.account));
        vm.prank(supplier.account);
        cash.transfer(other.account, 1);
        assertEq(cash.balanceOf(supplier.account), 1000);
    }

    function test_redemptionNeedsTheHolderBesideTheBank() public {
        vm.expectRevert();
        vm.prank(bank.account);
        desk.redeemCash(ICashDesk.RedeemCash(CASH, supplier.account, 1, ""));
        assertEq(cash.balanceOf(supplier.account), 1000);
    }

    function test_supplyStaysBelowTwoToThe63() public {
        uint64 most = uint64(type(int64).max);
        _fund(supplier.account, most - 1000);
        assertEq(cash.totalSupply(), most);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCash.SupplyTooLarge.selector, uint256(most) + 1));
        vm.prank(bank.account);
        desk.issueCash(ICashDesk.IssueCash(CASH, supplier.account, 1, ""));
    }

    function test_deskFunctionsRefuseEverybodyElse() public {
        address[4] memory callers = [stranger, supplier.account, bank.account, address(this)];
        for (uint256 i = 0; i < callers.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(ISettlementCash.NotDesk.selector, callers[i]);
            vm.startPrank(callers[i]);
            vm.expectRevert(refusal);
            cash.moveFor(supplier.account, other.account, 1, "");
            vm.expectRevert(refusal);
            cash.issueFor(other.account, 1, "");
            vm.expectRevert(refusal);
            cash.redeemFor(supplier.account, 1, "");
            vm.stopPrank();
        }
    }

    function test_aModuleMayIssueAndMoveButNotRedeem() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlementCash.NotDesk.selector, address(repayment)));
        vm.prank(address(repayment));
        cash.redeemFor(supplier.account, 1, "");
    }

    function test_onlyTheCouncilListsAndPins() public {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, bank.account);
        vm.startPrank(bank.account);
        vm.expectRevert(refusal);
        desk.list(address(cash));
        vm.expectRevert(refusal);
        desk.pin(bank.account);
        vm.stopPrank();
    }

    function testFuzz_movementsNeverChangeTheSupply(uint64 amount, bool direct) public {
        uint256 moved = bound(amount, 1, 1000);
        vm.prank(supplier.account);
        if (direct) cash.transfer(other.account, moved);
        else desk.transferCash(ICashDesk.TransferCash(CASH, other.account, uint64(moved), ""));
        assertEq(cash.balanceOf(supplier.account) + cash.balanceOf(other.account), cash.totalSupply());
        assertEq(cash.balanceOf(other.account), moved);
    }
}
