// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC3525, IERC3525Receiver} from "../../contracts/interfaces/IERC3525.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice Remembers what it was told, and answers as it was bidden.
contract Told is IERC721Receiver, IERC3525Receiver {
    bytes public last;
    address public by;
    bytes4 private answer721 = IERC721Receiver.onERC721Received.selector;
    bytes4 private answer3525 = IERC3525Receiver.onERC3525Received.selector;

    function answer(bytes4 with721, bytes4 with3525) external {
        (answer721, answer3525) = (with721, with3525);
    }

    function onERC721Received(address operator, address from, uint256 id, bytes calldata data)
        external
        returns (bytes4)
    {
        (last, by) = (abi.encode(operator, from, id, data), msg.sender);
        return answer721;
    }

    function onERC3525Received(address operator, uint256 from, uint256 to, uint256 value, bytes calldata data)
        external
        returns (bytes4)
    {
        (last, by) = (abi.encode(operator, from, to, value, data), msg.sender);
        return answer3525;
    }
}

/// @notice What EIP-165, EIP-721 and EIP-3525 (final) demand with MUST or "throws", one by one. What this token refuses or does otherwise on purpose is
/// in docs/receivables.md.
abstract contract StandardsBase is ReceivableBase {
    uint192 internal receivable;
    uint256 internal left;
    uint256 internal right;
    Told internal told;

    function setUp() public override {
        super.setUp();
        receivable = _receivable(1000);
        (left, right) = (_id(receivable, 0), _id(receivable, 600));
        _move(supplier, left, 600, 1000, supplier.account);
        told = new Told();
        _contractMember(address(told));
    }

    function _unapproved(address by, uint256 id) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, by, id);
    }

    function _missing(uint256 id) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, id);
    }
}

contract Erc165And721Test is StandardsBase {
    function test_165_supportsInterface_uses_less_than_30000_gas() public view {
        bytes4[4] memory ids = [bytes4(0x01ffc9a7), 0x80ac58cd, 0xd5358140, 0xffffffff];
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256 before = gasleft();
            token.supportsInterface(ids[i]);
            assertLt(before - gasleft(), 30_000);
        }
    }

    function test_165_is_true_for_itself_and_false_for_all_ones() public view {
        assertTrue(token.supportsInterface(type(IERC165).interfaceId));
        assertFalse(token.supportsInterface(0xffffffff));
    }

    function test_165_claims_no_extension_that_is_not_there() public view {
        bytes4[3] memory extensions = [bytes4(0x780e9d63), 0x3b741b9e, 0xb688be58];
        for (uint256 i = 0; i < extensions.length; ++i) {
            assertFalse(token.supportsInterface(extensions[i]));
        }
    }

    function test_721_Transfer_says_creation_change_and_destruction() public {
        vm.expectEmit(address(token));
        emit IERC721.Transfer(address(0), supplier.account, _id(receivable, 300));
        _move(supplier, left, 300, 600, supplier.account);
        vm.expectEmit(address(token));
        emit IERC721.Transfer(supplier.account, address(0), right);
        vm.prank(supplier.account);
        token.merge(IReceivableToken.Merge(_id(receivable, 300), right));
        vm.expectEmit(address(token));
        emit IERC721.Transfer(supplier.account, other.account, left);
        vm.prank(supplier.account);
        token.transferFrom(supplier.account, other.account, left);
    }

    function test_721_a_transfer_resets_the_approved_address() public {
        vm.startPrank(supplier.account);
        token.approve(financier.account, left);
        token.transferFrom(supplier.account, other.account, left);
        vm.stopPrank();
        assertEq(token.getApproved(left), address(0));
        vm.prank(other.account);
        token.approve(left, bank.account, 1);
        assertEq(token.getApproved(left), address(0), "nor when the token is flagged again");
    }

    function test_721_Approval_says_change_reaffirmation_and_none() public {
        address[3] memory each = [financier.account, financier.account, address(0)];
        for (uint256 i = 0; i < each.length; ++i) {
            vm.expectEmit(address(token));
            emit IERC721.Approval(supplier.account, each[i], left);
            vm.prank(supplier.account);
            token.approve(each[i], left);
            assertEq(token.getApproved(left), each[i]);
        }
    }

    function test_721_balanceOf_counts_and_throws_for_nobody() public {
        assertEq(token.balanceOf(supplier.account), 2);
        assertEq(token.balanceOf(stranger), 0);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidOwner.selector, address(0)));
        token.balanceOf(address(0));
    }

    function test_721_ownerOf_and_getApproved_throw_for_what_is_no_token() public {
        vm.expectRevert(_missing(left + 1));
        token.ownerOf(left + 1);
        vm.expectRevert(_missing(left + 1));
        token.getApproved(left + 1);
        vm.expectRevert(_missing(0));
        token.ownerOf(0);
    }

    function _expectEach(bytes memory reason, address from, address to, uint256 id) private {
        vm.expectRevert(reason);
        token.transferFrom(from, to, id);
        vm.expectRevert(reason);
        token.safeTransferFrom(from, to, id);
        vm.expectRevert(reason);
        token.safeTransferFrom(from, to, id, "data");
    }

    function test_721_transfers_throw_unless_by_owner_operator_or_approved() public {
        vm.startPrank(financier.account);
        _expectEach(_unapproved(financier.account, left), supplier.account, financier.account, left);
    }

    function test_721_transfers_throw_if_from_is_not_the_owner() public {
        vm.startPrank(supplier.account);
        _expectEach(
            abi.encodeWithSelector(IERC721Errors.ERC721IncorrectOwner.selector, other.account, left, supplier.account),
            other.account,
            financier.account,
            left
        );
    }

    function test_721_transfers_throw_if_to_is_nobody() public {
        vm.startPrank(supplier.account);
        bytes memory reason = abi.encodeWithSelector(IReceivableToken.RecipientInactive.selector, address(0));
        _expectEach(reason, supplier.account, address(0), left);
    }

    function test_721_transfers_throw_for_what_is_no_token() public {
        vm.startPrank(supplier.account);
        _expectEach(_missing(left + 1), supplier.account, other.account, left + 1);
    }

    function test_721_owner_operator_and_approved_each_transfer_in_each_form() public {
        vm.startPrank(supplier.account);
        token.setApprovalForAll(financier.account, true);
        token.approve(other.account, left);
        vm.stopPrank();
        vm.prank(other.account);
        token.transferFrom(supplier.account, bank.account, left);
        vm.prank(financier.account);
        token.safeTransferFrom(supplier.account, bank.account, right);
        vm.prank(bank.account);
        token.safeTransferFrom(bank.account, other.account, right, "data");
        assertEq(token.ownerOf(left), bank.account);
        assertEq(token.ownerOf(right), other.account);
    }

    function test_721_a_safe_transfer_tells_the_recipient_operator_from_id_and_data() public {
        vm.prank(supplier.account);
        token.setApprovalForAll(financier.account, true);
        vm.startPrank(financier.account);
        token.safeTransferFrom(supplier.account, address(told), left, "data");
        assertEq(told.last(), abi.encode(financier.account, supplier.account, left, "data"));
        token.safeTransferFrom(supplier.account, address(told), right);
        assertEq(told.last(), abi.encode(financier.account, supplier.account, right, ""), "as with no data");
        assertEq(told.by(), address(token), "by the token itself");
    }

    /// @dev What a contract decides by is the member, whichever of its keys called.
    function test_a_hook_is_told_the_account_behind_the_calling_key() public {
        address key = makeAddr("second key");
        vm.prank(supplier.account);
        members.addKey(IMembers.AddKey(key, Roles.SUPPLIER));
        vm.startPrank(key);
        token.safeTransferFrom(supplier.account, address(told), left);
        assertEq(told.last(), abi.encode(supplier.account, supplier.account, left, ""));
        token.transferFrom(right, address(told), 100);
        assertEq(told.last(), abi.encode(supplier.account, right, _id(receivable, 900), 100, ""));
    }

    function test_721_an_id_is_the_tokens_for_as_long_as_it_is_there() public {
        vm.startPrank(supplier.account);
        token.transferFrom(supplier.account, other.account, left);
        token.transferFrom(right, other.account, 100);
        vm.stopPrank();
        vm.prank(other.account);
        token.transferFrom(left, supplier.account, 50);
        assertEq(token.ownerOf(left), other.account);
        assertEq(token.ownerOf(right), supplier.account);
    }

    function test_721_a_safe_transfer_throws_on_another_answer_and_transferFrom_asks_nothing() public {
        told.answer(0xdeadbeef, 0);
        bytes memory reason = abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(told));
        vm.startPrank(supplier.account);
        vm.expectRevert(reason);
        token.safeTransferFrom(supplier.account, address(told), left);
        vm.expectRevert(reason);
        token.safeTransferFrom(supplier.account, address(told), left, "data");
        token.transferFrom(supplier.account, address(told), left);
        assertEq(told.last(), "");
    }

    function test_721_approve_throws_unless_by_owner_or_operator() public {
        vm.prank(supplier.account);
        token.approve(financier.account, left);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidApprover.selector, financier.account));
        vm.prank(financier.account);
        token.approve(other.account, left);
    }

    function test_721_an_owner_has_as_many_operators_as_it_likes_and_ends_each() public {
        vm.startPrank(supplier.account);
        token.setApprovalForAll(financier.account, true);
        token.setApprovalForAll(other.account, true);
        vm.expectEmit(address(token));
        emit IERC721.ApprovalForAll(supplier.account, financier.account, false);
        token.setApprovalForAll(financier.account, false);
        assertFalse(token.isApprovedForAll(supplier.account, financier.account));
        assertTrue(token.isApprovedForAll(supplier.account, other.account));
    }
}

contract Erc3525Test is StandardsBase {
    function test_3525_TransferValue_and_SlotChanged_at_creation() public {
        Issue memory terms = _terms(77, DUE);
        (Act memory issued, uint192 next) = _issueAct(supplier, terms);
        _done(issued);
        Act memory confirmed = _confirmAct(obligor, _confirmation(next, supplier.account, terms));
        vm.expectEmit(address(token));
        emit IERC721.Transfer(address(0), supplier.account, _id(next, 0));
        vm.expectEmit(address(token));
        emit IERC3525.SlotChanged(_id(next, 0), 0, next);
        vm.expectEmit(address(token));
        emit IERC3525.TransferValue(0, _id(next, 0), 77);
        _run(confirmed);
    }

    function test_3525_a_value_transfer_to_an_address_creates_a_token_of_the_same_slot_with_its_value() public {
        vm.expectEmit(address(token));
        emit IERC721.Transfer(address(0), other.account, _id(receivable, 500));
        vm.expectEmit(address(token));
        emit IERC3525.SlotChanged(_id(receivable, 500), 0, receivable);
        vm.expectEmit(address(token));
        emit IERC3525.TransferValue(left, _id(receivable, 500), 100);
        vm.prank(supplier.account);
        uint256 made = token.transferFrom(left, other.account, 100);
        assertEq(token.slotOf(made), token.slotOf(left));
        assertEq(token.balanceOf(made), 100);
        assertEq(token.balanceOf(left), 500);
        assertEq(token.ownerOf(made), other.account);
    }

    /// @dev There are no empty tokens, so the whole value takes its id with it; both events say so.
    function test_3525_the_whole_value_takes_its_id_with_both_events() public {
        vm.expectEmit(address(token));
        emit IERC3525.TransferValue(left, left, 600);
        vm.expectEmit(address(token));
        emit IERC721.Transfer(supplier.account, other.account, left);
        vm.prank(supplier.account);
        assertEq(token.transferFrom(left, other.account, 600), left);
    }

    function test_3525_a_value_transfer_to_an_address_reverts_for_no_token_nobody_and_too_much() public {
        vm.startPrank(supplier.account);
        vm.expectRevert(_missing(0));
        token.transferFrom(uint256(0), other.account, 1);
        vm.expectRevert(_missing(left + 1));
        token.transferFrom(left + 1, other.account, 1);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.RecipientInactive.selector, address(0)));
        token.transferFrom(left, address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.ValueNotRange.selector, 601, 600));
        token.transferFrom(left, other.account, 601);
    }

    function test_3525_a_value_transfer_between_tokens_reverts_for_no_token_and_another_slot() public {
        vm.startPrank(supplier.account);
        vm.expectRevert(_missing(0));
        token.transferFrom(right, uint256(0), 400);
        vm.expectRevert(_missing(0));
        token.transferFrom(uint256(0), left, 400);
        vm.expectRevert(_missing(left + 1));
        token.transferFrom(left + 1, left, 400);
        vm.stopPrank();
        uint192 another = _receivable(400);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.NotNeighbours.selector, left, _id(another, 0)));
        vm.prank(supplier.account);
        token.transferFrom(_id(another, 0), left, 400);
    }

    function test_3525_value_transfers_revert_unless_by_owner_operator_approved_or_within_an_allowance() public {
        vm.prank(supplier.account);
        token.approve(right, financier.account, 399);
        vm.startPrank(financier.account);
        vm.expectRevert(_unapproved(financier.account, left));
        token.transferFrom(left, financier.account, 1);
        vm.expectRevert(_unapproved(financier.account, right));
        token.transferFrom(right, financier.account, 400);
        vm.expectRevert(_unapproved(financier.account, right));
        token.transferFrom(right, left, 400);
    }

    function test_3525_an_allowance_of_all_merges_and_is_spent() public {
        vm.prank(supplier.account);
        token.approve(right, financier.account, 400);
        vm.expectEmit(address(token));
        emit IERC3525.ApprovalValue(right, financier.account, 0);
        vm.expectEmit(address(token));
        emit IERC3525.TransferValue(right, left, 400);
        vm.expectEmit(address(token));
        emit IERC721.Transfer(supplier.account, address(0), right);
        vm.expectEmit(address(token));
        emit IERC3525.SlotChanged(right, receivable, 0);
        vm.prank(financier.account);
        token.transferFrom(right, left, 400);
        assertEq(token.balanceOf(left), 1000);
    }

    /// @dev The whole value is the token itself here; less than the whole never moves it.
    function test_3525_an_allowance_of_all_takes_the_token_and_one_of_less_does_not() public {
        vm.startPrank(supplier.account);
        token.approve(left, financier.account, 600);
        token.approve(right, financier.account, 399);
        vm.stopPrank();
        vm.startPrank(financier.account);
        token.transferFrom(left, financier.account, 600);
        assertEq(token.ownerOf(left), financier.account);
        assertEq(token.allowance(left, financier.account), 0);
        vm.expectRevert(_unapproved(financier.account, right));
        token.transferFrom(right, financier.account, 400);
        vm.expectRevert(_unapproved(financier.account, right));
        token.transferFrom(supplier.account, financier.account, right);
    }

    /// @dev Slot approval and slot enumeration are optional and not claimed: their functions are not there either.
    function test_3525_has_no_function_of_an_extension_that_it_does_not_claim() public {
        bytes[4] memory all = [
            abi.encodeWithSignature(
                "setApprovalForSlot(address,uint256,address,bool)", supplier.account, receivable, bank.account, true
            ),
            abi.encodeWithSignature(
                "isApprovedForSlot(address,uint256,address)", supplier.account, receivable, bank.account
            ),
            abi.encodeWithSignature("slotCount()"),
            abi.encodeWithSignature("totalSupply()")
        ];
        vm.startPrank(supplier.account);
        for (uint256 i = 0; i < 4; ++i) {
            (bool done,) = address(token).call(all[i]);
            assertFalse(done);
        }
    }

    function test_3525_an_approved_address_transfers_part_of_the_value() public {
        vm.prank(supplier.account);
        token.approve(financier.account, left);
        vm.prank(financier.account);
        token.transferFrom(left, financier.account, 100);
        assertEq(token.balanceOf(left), 500);
        assertEq(token.getApproved(left), financier.account, "what stays keeps its approval");
    }

    function test_3525_approve_reverts_unless_by_owner_operator_or_approved() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidApprover.selector, financier.account));
        vm.prank(financier.account);
        token.approve(left, other.account, 5);
        vm.startPrank(supplier.account);
        token.approve(financier.account, left);
        token.setApprovalForAll(bank.account, true);
        vm.stopPrank();
        address[3] memory allowed = [supplier.account, financier.account, bank.account];
        for (uint256 i = 0; i < allowed.length; ++i) {
            vm.expectEmit(address(token));
            emit IERC3525.ApprovalValue(left, other.account, 5 + i);
            vm.prank(allowed[i]);
            token.approve(left, other.account, 5 + i);
            assertEq(token.allowance(left, other.account), 5 + i);
        }
    }

    /// @dev Else it would be ready for the day on which the giver is active again.
    function test_an_operator_of_a_suspended_owner_approves_nobody() public {
        vm.startPrank(supplier.account);
        token.setApprovalForAll(bank.account, true);
        token.approve(financier.account, left);
        vm.stopPrank();
        _suspend(supplier.account);
        bytes memory reason = abi.encodeWithSelector(IReceivableToken.OwnerInactive.selector, supplier.account);
        vm.prank(bank.account);
        vm.expectRevert(reason);
        token.approve(other.account, left);
        vm.prank(financier.account);
        vm.expectRevert(reason);
        token.approve(left, other.account, 5);
    }

    function test_3525_allowances_and_approvals_leave_each_other_alone() public {
        vm.startPrank(supplier.account);
        token.approve(left, financier.account, 600);
        assertEq(token.getApproved(left), address(0));
        token.approve(other.account, left);
        assertEq(token.allowance(left, financier.account), 600);
        assertEq(token.allowance(left, other.account), 0);
        vm.stopPrank();
        vm.expectRevert(_unapproved(financier.account, left));
        vm.prank(financier.account);
        token.transferFrom(supplier.account, financier.account, left);
    }

    function test_3525_a_contract_is_told_of_value_from_operator_token_to_token_and_how_much() public {
        vm.prank(supplier.account);
        token.transferFrom(left, address(told), 100);
        assertEq(told.last(), abi.encode(supplier.account, left, _id(receivable, 500), 100, ""));
        vm.prank(supplier.account);
        token.transferFrom(left, address(told), 500);
        assertEq(told.last(), abi.encode(supplier.account, left, left, 500, ""), "of a whole token too");
        vm.prank(address(told));
        token.transferFrom(_id(receivable, 500), left, 100);
        assertEq(told.last(), abi.encode(address(told), _id(receivable, 500), left, 100, ""), "and of its own");
    }

    function test_3525_another_answer_reverts_both_kinds_of_value_transfer() public {
        vm.startPrank(supplier.account);
        token.transferFrom(left, address(told), 100);
        token.transferFrom(left, address(told), 100);
        vm.stopPrank();
        told.answer(0, 0xdeadbeef);
        bytes memory reason = abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(told));
        vm.prank(supplier.account);
        vm.expectRevert(reason);
        token.transferFrom(left, address(told), 100);
        vm.prank(address(told));
        vm.expectRevert(reason);
        token.transferFrom(_id(receivable, 500), _id(receivable, 400), 100);
    }

    function test_3525_reads_value_slot_and_decimals() public view {
        assertEq(token.balanceOf(left) + token.balanceOf(right), 1000);
        assertEq(token.slotOf(left), receivable);
        assertEq(token.slotOf(right), receivable);
        assertEq(token.valueDecimals(), 2);
    }
}
