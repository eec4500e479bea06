// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice What the acts of holders cost at the direct door: transaction gas with cold storage, as a receipt says it.
/// @dev Each limit is the figure measured when it was set, rounded up to the next hundred; a rise above it needs a reason.
/// forge-config: default.isolate = true
contract ReceivableGasTest is ReceivableBase {
    uint192 private id;
    address[] private payees;

    function setUp() public override {
        super.setUp();
        id = _receivable(1_000_000);
        for (uint256 i = 0; i < 50; ++i) {
            address payee = makeAddr(string.concat("payee ", vm.toString(i)));
            members.admit(payee, payee, 0, Roles.SUPPLIER, false, true, "payee");
            payees.push(payee);
        }
    }

    function _atMost(string memory name, uint256 each, uint256 limit) private {
        emit log_named_uint(name, each);
        assertLe(each, limit, name);
    }

    function _spent() private view returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }

    function _makeExisting(address payee) private {
        _move(supplier, _id(id, 0), 999_000, 1_000_000, payee);
    }

    function test_split_to_existing() public {
        _makeExisting(payees[0]);
        vm.prank(supplier.account);
        token.transferFrom(_id(id, 0), payees[0], 100);
        _atMost("split to existing (ERC-3525)", _spent(), 81_000);
    }

    function test_split_to_new() public {
        vm.prank(supplier.account);
        token.transferFrom(_id(id, 0), payees[0], 100);
        _atMost("split to new (ERC-3525)", _spent(), 98_100);
    }

    function test_move_tail_to_existing() public {
        _makeExisting(payees[0]);
        vm.prank(supplier.account);
        token.move(IReceivableToken.Move(_id(id, 0), 900_000, 999_000, payees[0], "ref"));
        _atMost("move of a tail to existing", _spent(), 82_300);
    }

    function test_whole_transfer_to_existing() public {
        _makeExisting(payees[0]);
        _move(supplier, _id(id, 0), 0, 10, supplier.account);
        vm.prank(supplier.account);
        token.transferFrom(supplier.account, payees[0], _id(id, 10));
        _atMost("whole transfer to existing", _spent(), 58_500);
    }

    function test_batch_of_fifty_to_new_and_existing() public {
        vm.prank(supplier.account);
        token.moveBatch(_batch(_id(id, 0), 0));
        _atMost("batch of 50, each to new", _spent() / 50, 63_800);
        vm.prank(supplier.account);
        token.moveBatch(_batch(_id(id, 5000), 5000));
        _atMost("batch of 50, each to existing", _spent() / 50, 46_900);
    }

    function _batch(uint256 source, uint64 from) private view returns (IReceivableToken.MoveBatch memory body) {
        body.token = source;
        body.pieces = new IReceivableToken.Piece[](50);
        for (uint64 i = 0; i < 50; ++i) {
            body.pieces[i] = IReceivableToken.Piece(from + (i + 1) * 100, payees[i], bytes32(uint256(i + 1)));
        }
    }

    function test_redemption_in_a_batch_of_fifty() public {
        uint256[] memory all = _fiftyTokens();
        _pay(id, 100_000);
        repayment.draw(all);
        _pay(id, 100_000);
        repayment.draw(all);
        _atMost("redemption in a batch of 50 at 1 payment (2nd)", _spent() / 50, 31_900);
    }

    function test_redemption_at_12_and_64_payments() public {
        uint256[] memory all = _fiftyTokens();
        _pay(id, 10_000);
        repayment.draw(all);
        for (uint256 i = 1; i < 12; ++i) {
            _pay(id, 10_000);
        }
        repayment.draw(all);
        _atMost("redemption in a batch of 50 at 12 payments", _spent() / 50, 38_400);
        for (uint256 i = 12; i < 64; ++i) {
            _pay(id, 10_000);
        }
        repayment.draw(all);
        _atMost("redemption in a batch of 50 at 64 payments", _spent() / 50, 72_000);
    }

    function test_first_cold_draw() public {
        _fiftyTokens();
        _pay(id, 100_000);
        repayment.draw(_one(_id(id, 100)));
        _atMost("first cold draw", _spent(), 98_300);
    }

    function _fiftyTokens() private returns (uint256[] memory all) {
        vm.prank(supplier.account);
        token.moveBatch(_batch(_id(id, 0), 0));
        all = new uint256[](50);
        for (uint64 i = 0; i < 50; ++i) {
            all[i] = _id(id, i * 100);
        }
    }
}
