// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ActTarget} from "../../contracts/ActTarget.sol";
import {Act, Signer} from "../../contracts/interfaces/IActs.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {ISettlementCash} from "../../contracts/interfaces/ISettlementCash.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
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

    function test_anAllowanceIsWorthNothingWhileItsGiverIsSuspended() public {
        vm.prank(supplier.account);
        cash.approve(other.account, 100);
        members.suspend(supplier.account, "inquiry");
        vm.expectRevert(abi.encodeWithSelector(ISettlementCash.OwnerInactive.selector, supplier.account));
        vm.prank(other.account);
        cash.transferFrom(supplier.account, other.account, 1);
        members.reinstate(supplier.account, "closed");
        vm.prank(other.account);
        cash.transferFrom(supplier.account, other.account, 1);
    }

    /// @dev Who had stolen the key would else empty the account by the allowance that it gave.
    function test_aRecoveryOfTheAccountEndsItsAllowances() public {
        vm.prank(supplier.account);
        cash.approve(other.account, 100);
        address fresh = makeAddr("liquidator");
        members.recover(supplier.account, fresh, "key stolen");
        assertEq(cash.allowance(supplier.account, other.account), 0);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, other.account, 0, 1));
        vm.prank(other.account);
        cash.transferFrom(supplier.account, other.account, 1);
        vm.prank(fresh);
        cash.approve(other.account, 7);
        assertEq(cash.allowance(supplier.account, other.account), 7);
    }

    function test_anAllowanceIsSetToldAndGivenToSomebody() public {
        vm.expectEmit(address(cash));
        emit IERC20.Approval(supplier.account, other.account, 100);
        vm.prank(supplier.account);
        cash.approve(other.account, 100);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidSpender.selector, address(0)));
        vm.prank(supplier.account);
        cash.approve(address(0), 1);
        vm.prank(supplier.account);
        cash.approve(other.account, type(uint256).max);
        vm.prank(other.account);
        cash.transferFrom(supplier.account, other.account, 1);
        assertEq(cash.allowance(supplier.account, other.account), type(uint256).max, "without limit it stays");
    }

    /// @dev Money that reaches a module by another way than its own functions would be nobody's.
    function test_nobodySendsAModuleMoneyThatItWouldNotAccountFor() public {
        bytes memory reason = abi.encodeWithSelector(ISettlementCash.RecipientInactive.selector, address(repayment));
        vm.startPrank(supplier.account);
        vm.expectRevert(reason);
        cash.transfer(address(repayment), 1);
        vm.expectRevert(reason);
        desk.transferCash(ICashDesk.TransferCash(CASH, address(repayment), 1, ""));
        cash.approve(other.account, 1);
        vm.stopPrank();
        vm.prank(other.account);
        vm.expectRevert(reason);
        cash.transferFrom(supplier.account, address(repayment), 1);
        vm.prank(bank.account);
        vm.expectRevert(reason);
        desk.issueCash(ICashDesk.IssueCash(CASH, address(repayment), 1, ""));
        vm.prank(address(repayment));
        cash.moveFor(supplier.account, address(repayment), 1, "taken in");
        assertEq(cash.balanceOf(address(repayment)), 1);
    }

    function test_aContractThatDeclinesDirectMovesIsPaidByModulesOnly() public {
        address vault = makeAddr("vault");
        members.admit(vault, vault, "vault", Roles.CUSTODIAN, true, false, "vault");
        bytes memory reason = abi.encodeWithSelector(ISettlementCash.RecipientDeclinesDirect.selector, vault);
        vm.startPrank(supplier.account);
        vm.expectRevert(reason);
        cash.transfer(vault, 1);
        vm.expectRevert(reason);
        desk.transferCash(ICashDesk.TransferCash(CASH, vault, 1, ""));
        vm.stopPrank();
        vm.expectRevert(reason);
        vm.prank(bank.account);
        desk.issueCash(ICashDesk.IssueCash(CASH, vault, 1, ""));
        vm.prank(address(repayment));
        cash.moveFor(supplier.account, vault, 7, "drawn");
        assertEq(cash.balanceOf(vault), 7);
        vm.prank(vault);
        members.setAcceptance(IMembers.SetAcceptance(true));
        vm.prank(supplier.account);
        cash.transfer(vault, 1);
        assertEq(cash.balanceOf(vault), 8);
    }

    function test_aCashContractIsListedOnce() public {
        vm.expectRevert(abi.encodeWithSelector(ICashDesk.CashExists.selector, CASH));
        desk.list(address(cash));
    }

    function test_redemptionNeedsTheHolderBesideTheBank() public {
        vm.expectRevert();
        vm.prank(bank.account);
        desk.redeemCash(ICashDesk.RedeemCash(CASH, supplier.account, 1, ""));
        assertEq(cash.balanceOf(supplier.account), 1000);
        _refused(_redemption(bank, Roles.SETTLEMENT_BANK, 0, 0), _holderMustSign());
    }

    function test_redemptionNeedsBothInTheirRoles() public {
        members.setRoles(supplier.account, Roles.SUPPLIER | Roles.AUDITOR);
        _refused(_redemption(bank, Roles.SETTLEMENT_BANK, Roles.AUDITOR, Modes.SIGNED), _holderMustSign());
        _refused(_redemption(bank, Roles.SETTLEMENT_BANK, Roles.SUPPLIER, Modes.ATTESTED), _holderMustSign());
        _refused(
            _redemption(bank, 0, Roles.SUPPLIER, Modes.SIGNED),
            abi.encodeWithSelector(ActTarget.NotSigned.selector, bank.account, Roles.SETTLEMENT_BANK)
        );
        _done(_redemption(bank, Roles.SETTLEMENT_BANK, Roles.SUPPLIER, Modes.SIGNED));
        assertEq(cash.balanceOf(supplier.account), 960);
    }

    function _holderMustSign() private view returns (bytes memory) {
        return abi.encodeWithSelector(ICashDesk.HolderMustSign.selector, supplier.account);
    }

    /// @dev The holder co-signs in the role and mode; mode 0: not at all.
    function _redemption(Actor memory by, uint16 role, uint16 holderRole, uint8 holderMode)
        private
        returns (Act memory act)
    {
        bytes memory body = abi.encode(ICashDesk.RedeemCash(CASH, supplier.account, 40, ""));
        act = _unsigned(by, keccak256(REDEEM_CASH_TEXT), body);
        Signer memory first = act.signers[0];
        first.role = role;
        uint256 count = holderMode == 0 ? 1 : 2;
        (act.signers, act.signatures) = (new Signer[](count), new bytes[](count));
        act.signers[0] = first;
        if (count == 2) {
            act.signers[1] = _signer(supplier, (1 << 63) + act.id);
            (act.signers[1].role, act.signers[1].mode) = (holderRole, holderMode);
            _sign(act, 1, supplier.key);
        }
        _sign(act, 0, by.key);
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

    /// @dev Else a hold on an account would stop everything but the way out.
    function test_cashOfAnAccountThatACourtHoldsMovesNowhere() public {
        vm.prank(supplier.account);
        cash.approve(other.account, 100);
        _setHeld(true);
        bytes memory refusal = abi.encodeWithSelector(ISettlementCash.SenderHeld.selector, supplier.account);
        vm.startPrank(supplier.account);
        vm.expectRevert(refusal);
        cash.transfer(other.account, 1);
        vm.expectRevert(refusal);
        desk.transferCash(ICashDesk.TransferCash(CASH, other.account, 1, ""));
        vm.stopPrank();
        vm.prank(other.account);
        vm.expectRevert(refusal);
        cash.transferFrom(supplier.account, other.account, 1);
        vm.prank(address(repayment));
        vm.expectRevert(refusal);
        cash.moveFor(supplier.account, address(repayment), 1, "");
        _refused(_redemption(bank, Roles.SETTLEMENT_BANK, Roles.SUPPLIER, Modes.SIGNED), refusal);
        _setHeld(false);
        vm.prank(supplier.account);
        cash.transfer(other.account, 1);
    }

    function _setHeld(bool held) private {
        vm.prank(address(holds));
        members.setHeld(supplier.account, held);
    }

    function test_aHeldAccountIsPaid() public {
        _setHeld(true);
        _fund(supplier.account, 5);
        assertEq(cash.balanceOf(supplier.account), 1005);
    }

    /// @dev What a module has is others' money.
    function test_aHoldOnAModulesAccountStopsNoneOfItsPayments() public {
        _fund(other.account, 5);
        vm.startPrank(address(financing));
        cash.moveFor(other.account, address(financing), 5, "");
        vm.stopPrank();
        vm.prank(address(holds));
        members.setHeld(address(financing), true);
        vm.prank(address(financing));
        cash.moveFor(address(financing), other.account, 5, "");
        assertEq(cash.balanceOf(other.account), 5);
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
