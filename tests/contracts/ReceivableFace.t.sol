// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC3525, IERC3525Receiver} from "../../contracts/interfaces/IERC3525.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice A contract member that takes tokens, and does in its hook what it was told to try.
contract Vault is IERC721Receiver, IERC3525Receiver {
    IReceivableToken private immutable TOKEN;
    bytes4 public answer721 = IERC721Receiver.onERC721Received.selector;
    bytes4 public answer3525 = IERC3525Receiver.onERC3525Received.selector;
    bytes public attempt;
    bytes public outcome;
    uint256 public told;

    constructor(IReceivableToken token) {
        TOKEN = token;
    }

    function answer(bytes4 with) external {
        (answer721, answer3525) = (with, with);
    }

    function tryInHook(bytes calldata call) external {
        attempt = call;
    }

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        _try();
        return answer721;
    }

    function onERC3525Received(address, uint256, uint256, uint256, bytes calldata) external returns (bytes4) {
        _try();
        return answer3525;
    }

    function _try() private {
        ++told;
        if (attempt.length == 0) return;
        bool done;
        (done, outcome) = address(TOKEN).call(attempt);
        if (done) outcome = "";
    }
}

contract ReceivableInterfacesTest is ReceivableBase {
    function test_speaks_erc_165_721_and_3525() public view {
        assertTrue(token.supportsInterface(type(IERC165).interfaceId));
        assertTrue(token.supportsInterface(0x80ac58cd));
        assertTrue(token.supportsInterface(0xd5358140));
        assertFalse(token.supportsInterface(0xffffffff));
    }

    function test_its_erc_3525_id_is_the_standards() public pure {
        bytes4 id = IERC3525.valueDecimals.selector ^ bytes4(keccak256("balanceOf(uint256)")) ^ IERC3525.slotOf.selector
            ^ bytes4(keccak256("approve(uint256,address,uint256)")) ^ IERC3525.allowance.selector
            ^ bytes4(keccak256("transferFrom(uint256,uint256,uint256)"))
            ^ bytes4(keccak256("transferFrom(uint256,address,uint256)"));
        assertEq(id, bytes4(0xd5358140));
        assertEq(IERC3525Receiver.onERC3525Received.selector, bytes4(0x009ce20b));
    }

    function test_reads_as_a_token_of_its_receivable() public {
        uint192 id = _receivable(1000);
        _move(supplier, _id(id, 0), 400, 1000, other.account);
        assertEq(token.ownerOf(_id(id, 400)), other.account);
        assertEq(token.balanceOf(_id(id, 400)), 600);
        assertEq(token.slotOf(_id(id, 400)), id);
        assertEq(token.valueDecimals(), 2);
        assertEq(token.balanceOf(other.account), 1);
    }

    function test_missing_tokens_and_owners_read_as_the_standards_say() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 1));
        token.ownerOf(1);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 1));
        token.balanceOf(uint256(1));
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 1));
        token.slotOf(1);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 1));
        token.getApproved(1);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidOwner.selector, address(0)));
        token.balanceOf(address(0));
    }

    function test_takes_no_ether() public {
        uint192 id = _receivable(1000);
        vm.deal(supplier.account, 3);
        bytes memory reason = abi.encodeWithSelector(IReceivableToken.EtherRefused.selector, 1);
        vm.startPrank(supplier.account);
        vm.expectRevert(reason);
        token.approve{value: 1}(_id(id, 0), other.account, 1);
        vm.expectRevert(reason);
        token.transferFrom{value: 1}(_id(id, 0), other.account, 1);
        vm.expectRevert(reason);
        token.transferFrom{value: 1}(_id(id, 0), _id(id, 0), 1);
    }
}

contract ReceivableTransferTest is ReceivableBase {
    uint192 private id;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
    }

    function test_transferFrom_moves_the_whole_token() public {
        vm.expectEmit(address(token));
        emit IERC721.Transfer(supplier.account, other.account, _id(id, 0));
        vm.expectEmit(address(token));
        emit IReceivableToken.RangeMoved(id, supplier.account, other.account, 0, 1000, 0, 1000, 0, 0);
        vm.prank(supplier.account);
        token.transferFrom(supplier.account, other.account, _id(id, 0));
        _assertToken(id, 0, 1000, other.account);
    }

    function test_a_value_transfer_into_a_neighbour_first_pays_what_both_were_paid() public {
        _move(supplier, _id(id, 0), 600, 1000, supplier.account);
        _pay(id, 500);
        vm.prank(supplier.account);
        token.transferFrom(_id(id, 600), _id(id, 0), 400);
        _assertToken(id, 0, 1000, supplier.account);
        assertEq(cash.balanceOf(supplier.account), 500);
    }

    function test_a_value_transfer_cuts_the_tail_and_returns_the_new_id() public {
        vm.expectEmit(address(token));
        emit IERC721.Transfer(address(0), other.account, _id(id, 700));
        vm.expectEmit(address(token));
        emit IERC3525.SlotChanged(_id(id, 700), 0, id);
        vm.expectEmit(address(token));
        emit IERC3525.TransferValue(_id(id, 0), _id(id, 700), 300);
        vm.expectEmit(address(token));
        emit IReceivableToken.RangeMoved(id, supplier.account, other.account, 0, 1000, 700, 1000, 0, 0);
        vm.prank(supplier.account);
        vm.recordLogs();
        assertEq(token.transferFrom(_id(id, 0), other.account, 300), _id(id, 700));
        _assertToken(id, 700, 1000, other.account);
        assertEq(_count(vm.getRecordedLogs(), IERC3525.TransferValue.selector), 1);
    }

    function test_the_whole_value_transfers_the_token_under_its_own_id() public {
        vm.prank(supplier.account);
        assertEq(token.transferFrom(_id(id, 0), other.account, 1000), _id(id, 0));
        _assertToken(id, 0, 1000, other.account);
    }

    function test_a_value_transfer_between_tokens_merges_a_whole_into_its_left_neighbour() public {
        _move(supplier, _id(id, 0), 600, 1000, supplier.account);
        vm.expectEmit(address(token));
        emit IERC3525.TransferValue(_id(id, 600), _id(id, 0), 400);
        vm.expectEmit(address(token));
        emit IERC721.Transfer(supplier.account, address(0), _id(id, 600));
        vm.expectEmit(address(token));
        emit IERC3525.SlotChanged(_id(id, 600), id, 0);
        vm.prank(supplier.account);
        token.transferFrom(_id(id, 600), _id(id, 0), 400);
        _assertToken(id, 0, 1000, supplier.account);
    }

    function test_refuses_every_other_value_transfer_between_tokens() public {
        _move(supplier, _id(id, 0), 600, 1000, supplier.account);
        vm.startPrank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.ValueNotRange.selector, 399, 400));
        token.transferFrom(_id(id, 600), _id(id, 0), 399);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.ValueNotRange.selector, type(uint256).max, 400));
        token.transferFrom(_id(id, 600), _id(id, 0), type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.NotNeighbours.selector, _id(id, 600), _id(id, 0)));
        token.transferFrom(_id(id, 0), _id(id, 600), 600);
    }

    function test_a_value_transfer_into_a_neighbours_token_is_refused() public {
        _move(supplier, _id(id, 0), 600, 1000, other.account);
        vm.prank(other.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.OwnersDiffer.selector, supplier.account, other.account));
        token.transferFrom(_id(id, 600), _id(id, 0), 400);
    }

    function test_refuses_value_zero_and_too_much() public {
        vm.startPrank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.RangeEmpty.selector, 1000, 1000));
        token.transferFrom(_id(id, 0), other.account, 0);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.ValueNotRange.selector, 1001, 1000));
        token.transferFrom(_id(id, 0), other.account, 1001);
        uint256 wraps = (1 << 64) + 5;
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.ValueNotRange.selector, wraps, 1000));
        token.transferFrom(_id(id, 0), other.account, wraps);
        token.transferFrom(_id(id, 0), other.account, 400);
        vm.stopPrank();
        vm.prank(other.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.ValueNotRange.selector, 401, 400));
        token.transferFrom(_id(id, 600), supplier.account, 401);
    }

    /// @dev In the reference implementation any stranger can split zero value out of another's token.
    function test_a_stranger_cuts_nothing_out_of_anothers_token() public {
        vm.startPrank(other.account);
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, other.account, _id(id, 0))
        );
        token.transferFrom(_id(id, 0), other.account, 1);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.RangeEmpty.selector, 1000, 1000));
        token.transferFrom(_id(id, 0), other.account, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, other.account, _id(id, 0))
        );
        token.transferFrom(supplier.account, other.account, _id(id, 0));
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC721Errors.ERC721IncorrectOwner.selector, other.account, _id(id, 0), supplier.account
            )
        );
        token.transferFrom(other.account, financier.account, _id(id, 0));
    }

    function test_a_revoked_first_key_moves_nothing_by_any_door() public {
        address key = makeAddr("second key");
        vm.startPrank(supplier.account);
        members.addKey(IMembers.AddKey(key, Roles.SUPPLIER));
        members.revokeKey(IMembers.RevokeKey(supplier.account));
        bytes memory reason = abi.encodeWithSelector(IMembers.NotOperator.selector, supplier.account);
        vm.expectRevert(reason);
        token.transferFrom(supplier.account, other.account, _id(id, 0));
        vm.expectRevert(reason);
        token.safeTransferFrom(supplier.account, other.account, _id(id, 0));
        vm.expectRevert(reason);
        token.transferFrom(_id(id, 0), other.account, 1);
        vm.expectRevert(reason);
        token.transferFrom(_id(id, 0), _id(id, 0), 1);
        vm.expectRevert(reason);
        token.approve(other.account, _id(id, 0));
        vm.expectRevert(reason);
        token.approve(_id(id, 0), other.account, 1);
        vm.expectRevert(reason);
        token.setApprovalForAll(other.account, true);
        vm.expectRevert(reason);
        token.merge(IReceivableToken.Merge(_id(id, 0), _id(id, 0)));
        vm.stopPrank();
        vm.prank(key);
        token.transferFrom(supplier.account, other.account, _id(id, 0));
    }

    function test_refuses_non_members_by_every_form() public {
        bytes memory reason = abi.encodeWithSelector(IReceivableToken.RecipientInactive.selector, stranger);
        vm.startPrank(supplier.account);
        vm.expectRevert(reason);
        token.transferFrom(supplier.account, stranger, _id(id, 0));
        vm.expectRevert(reason);
        token.safeTransferFrom(supplier.account, stranger, _id(id, 0), "");
        vm.expectRevert(reason);
        token.transferFrom(_id(id, 0), stranger, 5);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.RecipientInactive.selector, address(0)));
        token.transferFrom(supplier.account, address(0), _id(id, 0));
    }

    function test_a_policy_that_demands_a_background_refuses_transfers_without_reference() public {
        Issue memory terms = _terms(1000, DUE);
        terms.policy = STRICT_POLICY;
        uint192 strict = _receivable(terms);
        bytes memory reason = abi.encodeWithSelector(IReceivableToken.BackgroundMissing.selector, strict);
        vm.startPrank(supplier.account);
        vm.expectRevert(reason);
        token.transferFrom(supplier.account, other.account, _id(strict, 0));
        vm.expectRevert(reason);
        token.transferFrom(_id(strict, 0), other.account, 5);
        vm.expectRevert(reason);
        token.safeTransferFrom(supplier.account, other.account, _id(strict, 0));
        vm.expectRevert(reason);
        token.safeTransferFrom(supplier.account, other.account, _id(strict, 0), "invoice");
        token.safeTransferFrom(supplier.account, other.account, _id(strict, 0), abi.encode(bytes32("invoice")));
        _assertToken(strict, 0, 1000, other.account);
    }

    function test_the_reference_of_a_safe_transfer_is_its_one_word_of_data() public {
        vm.expectEmit(address(token));
        emit IReceivableToken.RangeMoved(id, supplier.account, other.account, 0, 1000, 0, 1000, 0, bytes32(uint256(77)));
        vm.prank(supplier.account);
        token.safeTransferFrom(supplier.account, other.account, _id(id, 0), abi.encode(77));
    }
}

contract ReceivableApprovalTest is ReceivableBase {
    uint192 private id;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
    }

    function _approve(address to) private {
        vm.prank(supplier.account);
        token.approve(to, _id(id, 0));
    }

    function _denied(address by) private view returns (bytes memory) {
        return abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, by, _id(id, 0));
    }

    function test_an_approved_member_transfers_once() public {
        _approve(financier.account);
        assertEq(token.getApproved(_id(id, 0)), financier.account);
        vm.prank(financier.account);
        token.transferFrom(supplier.account, other.account, _id(id, 0));
        assertEq(token.getApproved(_id(id, 0)), address(0));
        vm.prank(financier.account);
        vm.expectRevert(_denied(financier.account));
        token.transferFrom(other.account, financier.account, _id(id, 0));
    }

    function test_an_approval_can_be_taken_back() public {
        _approve(financier.account);
        _approve(address(0));
        vm.prank(financier.account);
        vm.expectRevert(_denied(financier.account));
        token.transferFrom(supplier.account, other.account, _id(id, 0));
    }

    function test_only_owner_and_operators_approve_and_only_members() public {
        vm.prank(other.account);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidApprover.selector, other.account));
        token.approve(other.account, _id(id, 0));
        vm.startPrank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.RecipientInactive.selector, stranger));
        token.approve(stranger, _id(id, 0));
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.RecipientInactive.selector, stranger));
        token.approve(_id(id, 0), stranger, 5);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidOperator.selector, stranger));
        token.setApprovalForAll(stranger, true);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidOperator.selector, supplier.account));
        token.setApprovalForAll(supplier.account, true);
    }

    function test_an_operator_for_all_moves_and_approves() public {
        vm.expectEmit(address(token));
        emit IERC721.ApprovalForAll(supplier.account, financier.account, true);
        vm.prank(supplier.account);
        token.setApprovalForAll(financier.account, true);
        vm.startPrank(financier.account);
        token.transferFrom(_id(id, 0), other.account, 300);
        token.approve(bank.account, _id(id, 0));
        vm.stopPrank();
        vm.prank(bank.account);
        token.transferFrom(supplier.account, bank.account, _id(id, 0));
        _assertToken(id, 0, 700, bank.account);
    }

    function test_an_allowance_is_spent_by_value() public {
        vm.expectEmit(address(token));
        emit IERC3525.ApprovalValue(_id(id, 0), financier.account, 300);
        vm.prank(supplier.account);
        token.approve(_id(id, 0), financier.account, 300);
        vm.startPrank(financier.account);
        vm.expectEmit(address(token));
        emit IERC3525.ApprovalValue(_id(id, 0), financier.account, 100);
        token.transferFrom(_id(id, 0), other.account, 200);
        assertEq(token.allowance(_id(id, 0), financier.account), 100);
        vm.expectRevert(_denied(financier.account));
        token.transferFrom(_id(id, 0), other.account, 101);
        token.transferFrom(_id(id, 0), other.account, 99);
        token.transferFrom(_id(id, 0), other.account, 1);
        assertEq(token.allowance(_id(id, 0), financier.account), 0);
        vm.expectRevert(_denied(financier.account));
        token.transferFrom(supplier.account, financier.account, _id(id, 0));
    }

    function test_an_allowance_without_limit_stays() public {
        vm.prank(supplier.account);
        token.approve(_id(id, 0), financier.account, type(uint256).max);
        vm.prank(financier.account);
        token.transferFrom(_id(id, 0), other.account, 200);
        assertEq(token.allowance(_id(id, 0), financier.account), type(uint256).max);
    }

    /// @dev An id names different ranges over time: the allowance of the first must not hold for the second.
    function test_an_id_cut_again_revives_no_allowance() public {
        _move(supplier, _id(id, 0), 600, 1000, supplier.account);
        vm.startPrank(supplier.account);
        token.approve(_id(id, 600), financier.account, 400);
        token.approve(financier.account, _id(id, 600));
        token.merge(IReceivableToken.Merge(_id(id, 0), _id(id, 600)));
        token.move(IReceivableToken.Move(_id(id, 0), 600, 1000, supplier.account, "ref"));
        vm.stopPrank();
        assertEq(token.allowance(_id(id, 600), financier.account), 0);
        assertEq(token.getApproved(_id(id, 600)), address(0));
        vm.prank(supplier.account);
        token.approve(_id(id, 600), other.account, 1);
        assertEq(token.allowance(_id(id, 600), financier.account), 0, "nor when it is flagged again");
        assertEq(token.getApproved(_id(id, 600)), address(0));
    }

    /// @dev Who was let move 600 was not let move 1,000.
    function test_a_merge_ends_the_approvals_of_what_grows_too() public {
        _move(supplier, _id(id, 0), 600, 1000, supplier.account);
        vm.startPrank(supplier.account);
        token.approve(financier.account, _id(id, 0));
        token.approve(_id(id, 0), bank.account, 600);
        token.merge(IReceivableToken.Merge(_id(id, 0), _id(id, 600)));
        token.approve(_id(id, 0), other.account, 1);
        vm.stopPrank();
        assertEq(token.getApproved(_id(id, 0)), address(0));
        assertEq(token.allowance(_id(id, 0), bank.account), 0);
    }

    function test_a_new_owner_inherits_no_allowance() public {
        vm.prank(supplier.account);
        token.approve(_id(id, 0), financier.account, 400);
        _move(supplier, _id(id, 0), 0, 1000, other.account);
        vm.prank(other.account);
        token.approve(_id(id, 0), bank.account, 1);
        assertEq(token.allowance(_id(id, 0), financier.account), 0);
    }

    function test_what_stays_after_a_tail_is_cut_keeps_its_approvals() public {
        _approve(financier.account);
        _move(supplier, _id(id, 0), 600, 1000, other.account);
        assertEq(token.getApproved(_id(id, 0)), financier.account);
        assertEq(token.getApproved(_id(id, 600)), address(0), "a piece inherits none");
    }

    function test_an_approval_is_worth_nothing_while_its_giver_or_its_holder_is_suspended() public {
        _approve(financier.account);
        vm.prank(supplier.account);
        token.approve(_id(id, 0), other.account, 10);
        _suspend(supplier.account);
        bytes memory reason = abi.encodeWithSelector(IReceivableToken.OwnerInactive.selector, supplier.account);
        vm.prank(financier.account);
        vm.expectRevert(reason);
        token.transferFrom(supplier.account, other.account, _id(id, 0));
        vm.prank(other.account);
        vm.expectRevert(reason);
        token.transferFrom(_id(id, 0), bank.account, 10);
        members.reinstate(supplier.account, "test");
        _suspend(financier.account);
        vm.prank(financier.account);
        vm.expectRevert(abi.encodeWithSelector(IMembers.MemberIsSuspended.selector, financier.account));
        token.transferFrom(supplier.account, other.account, _id(id, 0));
    }

    function test_revokeApprovals_ends_every_approval_at_once() public {
        _move(supplier, _id(id, 0), 600, 1000, supplier.account);
        vm.startPrank(supplier.account);
        token.setApprovalForAll(financier.account, true);
        token.approve(other.account, _id(id, 0));
        token.approve(_id(id, 600), other.account, 50);
        vm.expectEmit(address(token));
        emit IReceivableToken.ApprovalsRevoked(supplier.account, 1, "key stolen");
        token.revokeApprovals(IReceivableToken.RevokeApprovals("key stolen"));
        vm.stopPrank();
        _assertNoApprovals();
    }

    function test_approvals_after_a_revocation_count() public {
        vm.startPrank(supplier.account);
        token.revokeApprovals(IReceivableToken.RevokeApprovals(0));
        token.setApprovalForAll(financier.account, true);
        token.approve(other.account, _id(id, 0));
        vm.stopPrank();
        assertTrue(token.isApprovedForAll(supplier.account, financier.account));
        assertEq(token.getApproved(_id(id, 0)), other.account);
    }

    function test_nobody_ends_anothers_approvals() public {
        _approve(financier.account);
        vm.prank(other.account);
        token.revokeApprovals(IReceivableToken.RevokeApprovals(0));
        assertEq(token.getApproved(_id(id, 0)), financier.account);
    }

    /// @dev Who had stolen the key would else move the tokens by the approvals that it gave.
    function test_a_recovery_of_the_account_ends_every_approval() public {
        _move(supplier, _id(id, 0), 600, 1000, supplier.account);
        vm.startPrank(supplier.account);
        token.setApprovalForAll(financier.account, true);
        token.approve(other.account, _id(id, 0));
        token.approve(_id(id, 600), other.account, 50);
        vm.stopPrank();
        members.recover(supplier.account, makeAddr("liquidator"), "key stolen");
        _assertNoApprovals();
        vm.startPrank(other.account);
        vm.expectRevert(_denied(other.account));
        token.transferFrom(supplier.account, other.account, _id(id, 0));
    }

    function _assertNoApprovals() private view {
        assertFalse(token.isApprovedForAll(supplier.account, financier.account));
        assertEq(token.getApproved(_id(id, 0)), address(0));
        assertEq(token.allowance(_id(id, 600), other.account), 0);
    }
}

contract ReceivableHookTest is ReceivableBase {
    uint192 private id;
    Vault private vault;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
        vault = new Vault(token);
        _contractMember(address(vault));
    }

    function test_tells_contract_members_of_safe_and_value_transfers() public {
        vm.startPrank(supplier.account);
        token.transferFrom(_id(id, 0), address(vault), 100);
        assertEq(vault.told(), 1);
        token.safeTransferFrom(supplier.account, address(vault), _id(id, 0));
        assertEq(vault.told(), 2);
    }

    function test_asks_by_the_bit_in_members_never_by_code_or_erc_165() public {
        address plainToMembers = address(new Vault(token));
        members.admit(plainToMembers, plainToMembers, 0, 0, false, true, "has code, no bit");
        address noCode = makeAddr("bit, no code");
        _contractMember(noCode);
        vm.startPrank(supplier.account);
        token.transferFrom(_id(id, 0), plainToMembers, 100);
        assertEq(Vault(plainToMembers).told(), 0);
        vm.expectRevert();
        token.transferFrom(_id(id, 0), noCode, 100);
    }

    function test_a_wrong_answer_refuses_the_transfer() public {
        vault.answer(0xdeadbeef);
        bytes memory reason = abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(vault));
        vm.startPrank(supplier.account);
        vm.expectRevert(reason);
        token.safeTransferFrom(supplier.account, address(vault), _id(id, 0));
        vm.expectRevert(reason);
        token.transferFrom(_id(id, 0), address(vault), 100);
        vm.stopPrank();
        _assertToken(id, 0, 1000, supplier.account);
    }

    /// @dev What the hook sees is final: the parent already has its shorter length, so nobody sells what is gone.
    function test_a_hook_meets_no_stale_parent() public {
        vm.prank(supplier.account);
        token.setApprovalForAll(address(vault), true);
        vault.tryInHook(
            abi.encodeWithSelector(
                bytes4(keccak256("transferFrom(uint256,address,uint256)")), _id(id, 0), other.account, 1000
            )
        );
        vm.prank(supplier.account);
        token.transferFrom(_id(id, 0), address(vault), 400);
        assertEq(vault.outcome(), abi.encodeWithSelector(IReceivableToken.ValueNotRange.selector, 1000, 600));
        _assertToken(id, 0, 600, supplier.account);
        _assertToken(id, 600, 1000, address(vault));
    }

    function test_a_vault_may_split_in_its_hook_what_it_was_given() public {
        vault.tryInHook(
            abi.encodeCall(IReceivableToken.move, IReceivableToken.Move(_id(id, 600), 700, 800, address(vault), "own"))
        );
        vm.prank(supplier.account);
        token.transferFrom(_id(id, 0), address(vault), 400);
        assertEq(vault.outcome(), "");
        _assertToken(id, 700, 800, address(vault));
    }

    function test_a_contract_member_cuts_any_range_merges_and_gives_back() public {
        _move(supplier, _id(id, 0), 0, 1000, address(vault));
        vm.startPrank(address(vault));
        token.move(IReceivableToken.Move(_id(id, 0), 200, 300, address(vault), "cut"));
        token.merge(IReceivableToken.Merge(_id(id, 200), _id(id, 300)));
        token.moveMany(IReceivableToken.MoveMany(_one(_id(id, 200)), supplier.account, "back"));
        vm.stopPrank();
        _assertToken(id, 200, 1000, supplier.account);
    }
}
