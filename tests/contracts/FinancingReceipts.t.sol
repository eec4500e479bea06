// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IRangeReceipts} from "../../contracts/interfaces/IRangeReceipts.sol";
import {IReceivableEndings} from "../../contracts/interfaces/IReceivableEndings.sol";
import {FinancingBase} from "./FinancingBase.t.sol";

/// @notice What each payment brings to ranges that an account has, as RangeReceipts reads it.
contract FinancingReceiptsTest is FinancingBase {
    bytes private constant RETIRE_TEXT =
        "RetireRange(uint256 token,uint64 start,uint64 end,uint8 reason,uint16 payments,uint64 owed,bytes32 document)";

    uint192 private receivable;

    /// @dev [0, 30) is the other supplier's, [30, 50) and [50, 80) the supplier's in two tokens, the rest the other's.
    function setUp() public override {
        super.setUp();
        _kind(RETIRE_TEXT, RETIRE_TEXT, "RetireRange", address(endings), endings.retire.selector, 0);
        receivable = _receivableWith(0, 1, 1000);
        _move(supplier, _id(receivable, 0), 0, 30_000, other.account);
        _move(supplier, _id(receivable, 30_000), 80_000, FACE, other.account);
        _move(supplier, _id(receivable, 30_000), 50_000, 80_000, supplier.account);
    }

    function _of() private view returns (uint256[] memory, uint64[] memory, uint40[] memory) {
        return receipts.undrawn(supplier.account, receivable, 0, FACE);
    }

    function test_tokens_are_found_by_a_walk_over_the_face() public view {
        uint256[] memory tokens = receipts.tokensOf(supplier.account, receivable, 0, FACE);
        assertEq(tokens.length, 2);
        assertEq(tokens[0], _id(receivable, 30_000));
        assertEq(tokens[1], _id(receivable, 50_000));
        assertEq(receipts.tokensOf(supplier.account, receivable, 50_000, 80_000).length, 1);
        assertEq(receipts.tokensOf(stranger, receivable, 0, FACE).length, 0);
    }

    function test_a_walk_begins_where_a_token_does() public {
        vm.expectRevert(abi.encodeWithSelector(IRangeReceipts.StartMissing.selector, receivable, 31_000));
        receipts.tokensOf(supplier.account, receivable, 31_000, FACE);
    }

    function test_each_payment_is_told_with_its_time() public {
        _pay(receivable, 10_000);
        vm.warp(block.timestamp + 3 days);
        _pay(receivable, 20_000);
        (, uint64[] memory amounts, uint40[] memory times) = _of();
        assertEq(amounts.length, 2);
        assertEq(amounts[0], 5000);
        assertEq(amounts[1], 10_000);
        assertEq(times[0], START);
        assertEq(times[1], START + 3 days);
    }

    function test_what_is_drawn_is_told_no_more() public {
        _pay(receivable, 10_000);
        _draw(_id(receivable, 30_000));
        (, uint64[] memory amounts,) = _of();
        assertEq(amounts[0], 3000, "of the other token only");
        _draw(_id(receivable, 50_000));
        (uint256[] memory tokens, uint64[] memory none,) = _of();
        assertEq(tokens.length, 2);
        assertEq(none.length, 0);
    }

    function test_the_extent_says_length_debt_and_whether_all_is_drawn() public {
        _pay(receivable, 10_000);
        (uint64 length, uint64 owed, bool drawn) = receipts.extent(supplier.account, receivable, 0, FACE);
        assertEq(length, 50_000);
        assertEq(owed, 45_000);
        assertFalse(drawn);
        _draw(_id(receivable, 30_000));
        (,, drawn) = receipts.extent(supplier.account, receivable, 0, FACE);
        assertFalse(drawn, "one token has not");
        _draw(_id(receivable, 50_000));
        (,, drawn) = receipts.extent(supplier.account, receivable, 0, FACE);
        assertTrue(drawn);
    }

    /// @dev Payments, late interest and a retirement beside: what is told is what each token can draw.
    function testFuzz_amounts_add_up_to_what_can_be_drawn(uint64[4] memory paid, uint64 cut, uint8 when) public {
        cut = uint64(bound(cut, 1, 29_999));
        for (uint256 i = 0; i < paid.length; ++i) {
            vm.warp(block.timestamp + 11 days);
            _pay(receivable, uint64(bound(paid[i], 400, 15_000)));
            if (i == when % 4) _retire(cut);
        }
        (uint256[] memory tokens, uint64[] memory amounts,) = _of();
        uint256 sum;
        for (uint256 k = 0; k < amounts.length; ++k) {
            sum += amounts[k];
        }
        uint256 undrawn;
        for (uint256 i = 0; i < tokens.length; ++i) {
            (uint64 principal, uint64 interest) = repayment.undrawn(tokens[i]);
            undrawn += uint256(principal) + interest;
        }
        assertEq(sum, undrawn);
    }

    /// @dev [cut, 30) of the other supplier's, before the ranges that are read.
    function _retire(uint64 cut) private {
        IReceivableEndings.RetireRange memory body = IReceivableEndings.RetireRange(
            _id(receivable, 0),
            cut,
            30_000,
            IReceivableEndings.Reason.CreditNote,
            token.wordOf(receivable).payments(),
            repayment.owed(receivable, cut, 30_000),
            "credit note"
        );
        _done(_both(other, obligor, RETIRE_TEXT, abi.encode(body)));
    }
}
