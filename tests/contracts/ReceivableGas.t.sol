// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice What the acts of holders cost at the direct door: transaction gas with cold storage, as a receipt says it.
/// @dev The limits of splits (ERC-3525), whole transfers, batches and redemption at up to 60 payments are the product's promise; the others are the figure
/// measured when they were set, rounded up to the next hundred. A rise above one needs a reason.
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
        _atMost("split to existing (ERC-3525)", _spent(), 80_000);
    }

    function test_split_to_new() public {
        vm.prank(supplier.account);
        token.transferFrom(_id(id, 0), payees[0], 100);
        _atMost("split to new (ERC-3525)", _spent(), 97_000);
    }

    function test_move_tail_to_existing() public {
        _makeExisting(payees[0]);
        vm.prank(supplier.account);
        token.move(IReceivableToken.Move(_id(id, 0), 900_000, 999_000, payees[0], "ref"));
        _atMost("move of a tail to existing", _spent(), 81_000);
    }

    function test_whole_transfer_to_existing() public {
        _makeExisting(payees[0]);
        _move(supplier, _id(id, 0), 0, 10, supplier.account);
        vm.prank(supplier.account);
        token.transferFrom(supplier.account, payees[0], _id(id, 10));
        _atMost("whole transfer to existing", _spent(), 59_000);
    }

    function test_batch_of_fifty_to_new_and_existing() public {
        vm.prank(supplier.account);
        token.moveBatch(_batch(_id(id, 0), 0));
        _atMost("batch of 50, each to new", _spent() / 50, 60_000);
        vm.prank(supplier.account);
        token.moveBatch(_batch(_id(id, 5000), 5000));
        _atMost("batch of 50, each to existing", _spent() / 50, 43_000);
    }

    function _batch(uint256 source, uint64 from) private view returns (IReceivableToken.MoveBatch memory body) {
        body.token = source;
        body.pieces = new IReceivableToken.Piece[](50);
        for (uint64 i = 0; i < 50; ++i) {
            body.pieces[i] = IReceivableToken.Piece(from + (i + 1) * 100, payees[i], keccak256(abi.encode("trade", i)));
        }
    }

    function test_redemption_in_a_batch_of_fifty() public {
        uint256[] memory all = _fiftyTokens();
        _pay(id, 100_000);
        repayment.draw(all);
        _pay(id, 100_000);
        repayment.draw(all);
        _atMost("redemption in a batch of 50 at 1 payment (2nd)", _spent() / 50, 30_200);
    }

    function test_redemption_at_12_and_60_payments() public {
        uint256[] memory all = _fiftyTokens();
        _pay(id, 10_000);
        repayment.draw(all);
        for (uint256 i = 1; i < 12; ++i) {
            _pay(id, 10_000);
        }
        repayment.draw(all);
        _atMost("redemption in a batch of 50 at 12 payments", _spent() / 50, 32_000);
        for (uint256 i = 12; i < 60; ++i) {
            _pay(id, 10_000);
        }
        repayment.draw(all);
        _atMost("redemption in a batch of 50 at 60 payments", _spent() / 50, 45_000);
    }

    /// @dev The dearest steps there are: late interest in each payment, and every tenth step a retirement.
    function test_redemption_at_60_steps_with_interest_and_retirements() public {
        Issue memory terms = _terms(1_000_000, DUE);
        (terms.lateRate, terms.lateBasis) = (1, 1000);
        id = _receivable(terms);
        uint256[] memory all = _fiftyTokens();
        _pay(id, 10_000);
        repayment.draw(all);
        for (uint64 i = 1; i < 60; ++i) {
            vm.warp(uint256(DUE) + uint256(i) * 1 days);
            if (i % 10 != 0) _pay(id, 10_000);
            else _retireTail(i);
        }
        assertEq(token.wordOf(id).payments(), 60);
        repayment.draw(all);
        _atMost("redemption in a batch of 50 at 60 steps with interest and retirements", _spent() / 50, 46_000);
    }

    function _retireTail(uint64 i) private {
        vm.prank(address(endings));
        token.retire(_id(id, i == 10 ? 5000 : 5000 + (i - 10) * 100), 5000 + (i - 10) * 100, 5000 + i * 100, "");
    }

    /// @dev Tokens that are no neighbours share no boundary of the ruler.
    function test_redemption_out_of_order_at_60_payments() public {
        uint256[] memory all = _fiftyTokens();
        uint256[] memory mixed = new uint256[](50);
        for (uint256 i = 0; i < 50; ++i) {
            mixed[i] = all[i * 7 % 50];
        }
        for (uint256 i = 0; i < 60; ++i) {
            _pay(id, 10_000);
            if (i == 0) repayment.draw(mixed);
        }
        repayment.draw(mixed);
        _atMost("redemption of 50 scattered tokens at 60 payments", _spent() / 50, 49_400);
    }

    function test_first_cold_draw() public {
        _fiftyTokens();
        _pay(id, 100_000);
        repayment.draw(_one(_id(id, 100)));
        _atMost("first cold draw", _spent(), 99_200);
    }

    /// @dev What a signed act adds to a move at the direct door, in a batch of 50 by one supplier.
    function test_overhead_of_a_signed_act() public {
        _makeExisting(payees[0]);
        vm.prank(supplier.account);
        token.move(IReceivableToken.Move(_id(id, 0), 998_900, 999_000, payees[0], keccak256("trade")));
        uint256 direct = _spent() - 21_000;
        _atMost("numbered act: added to a move", _perAct(50, 0) - direct, 11_900);
        _atMost("hashed act: added to a move", _perAct(50, 1 << 255) - direct, 34_400);
    }

    function _perAct(uint64 count, uint256 hashed) private returns (uint256) {
        (, uint64 end,,) = views.range(_id(id, 0));
        Act[] memory batch = new Act[](count);
        for (uint64 i = 0; i < count; ++i) {
            uint64 start = end - 100 * (i + 1);
            IReceivableToken.Move memory body =
                IReceivableToken.Move(_id(id, 0), start, start + 100, payees[0], keccak256(abi.encode("trade", i)));
            batch[i] = _unsigned(supplier, keccak256(MOVE_TEXT), abi.encode(body));
            if (hashed != 0) batch[i].id = uint256(keccak256(abi.encode("act", i))) | hashed;
            batch[i].signers[0].nonce = batch[i].id;
            _sign(batch[i], 0, supplier.key);
        }
        vm.prank(relayer);
        acts.run(batch);
        return _spent() / count;
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
