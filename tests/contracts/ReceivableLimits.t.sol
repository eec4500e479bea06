// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act, Signer} from "../../contracts/interfaces/IActs.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {ISettlementCash} from "../../contracts/interfaces/ISettlementCash.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice Where amounts, times and counts end: nothing wraps, and whatever is reached has an exit.
contract ReceivableLimitsTest is ReceivableBase {
    uint64 private constant MOST = (1 << 63) - 1;

    function test_the_largest_face_is_split_paid_and_drawn_to_the_unit() public {
        uint192 id = _receivable(MOST);
        _move(supplier, _id(id, 0), MOST - 1, MOST, other.account);
        _move(supplier, _id(id, 0), 1, MOST - 1, financier.account);
        _pay(id, MOST / 3);
        _pay(id, MOST - MOST / 3);
        uint64[3] memory starts = [0, 1, MOST - 1];
        for (uint256 i = 0; i < 3; ++i) {
            _draw(_id(id, starts[i]));
        }
        assertEq(cash.balanceOf(supplier.account), 1);
        assertEq(cash.balanceOf(financier.account), MOST - 2);
        assertEq(cash.balanceOf(other.account), 1);
        assertEq(cash.balanceOf(address(repayment)), 0);
    }

    function test_a_bank_notice_above_the_largest_supply_is_refused_and_taken_once_there_is_room() public {
        uint192 id = _receivable(1000);
        _fund(supplier.account, MOST - 999);
        IRepayment.BankNotice memory notice = _notice("notice", id, 1000);
        _refused(
            _noticeAct(bank, notice), abi.encodeWithSelector(ISettlementCash.SupplyTooLarge.selector, uint256(MOST) + 1)
        );
        _redeem(1);
        _done(_noticeAct(bank, notice));
        assertEq(cash.totalSupply(), MOST);
    }

    /// @dev At 100 % a day and with money that comes round again and again, more interest is paid in all than 64 bits hold.
    function test_interest_paid_in_all_may_pass_two_to_the_64() public {
        Issue memory terms = _terms(1 << 62, DUE);
        (terms.lateRate, terms.lateBasis) = (1, 1);
        uint192 id = _receivable(terms);
        for (uint256 round = 1; round <= 4; ++round) {
            vm.warp(DUE + round * 4 days);
            _pay(id, MOST);
            _draw(_id(id, 0));
            assertEq(cash.balanceOf(supplier.account), MOST);
            assertEq(repayment.bookOf(id).interestPaid, round * MOST);
            _redeem(MOST);
        }
        (uint64 principal, uint64 interest,,) = repayment.debtAt(id, uint40(block.timestamp));
        assertEq(principal, 1 << 62);
        assertEq(interest, type(uint64).max, "more is owed than an amount can say");
    }

    function _redeem(uint64 amount) private {
        bytes memory body = abi.encode(ICashDesk.RedeemCash(CASH, supplier.account, amount, ""));
        Act memory act = _unsigned(bank, keccak256(REDEEM_CASH_TEXT), body);
        Signer memory first = act.signers[0];
        (act.signers, act.signatures) = (new Signer[](2), new bytes[](2));
        (act.signers[0], act.signers[1]) = (first, _signer(supplier, (1 << 63) + act.id));
        _sign(act, 0, bank.key);
        _sign(act, 1, supplier.key);
        _done(act);
    }

    function test_the_latest_due_date_with_the_longest_grace_is_computed_and_paid() public {
        drafts.setPolicy(7, _policy(type(uint40).max, false));
        Issue memory terms = _terms(1000, type(uint40).max);
        (terms.policy, terms.grace) = (7, type(uint32).max);
        uint192 id = _receivable(terms);
        (uint64 principal, uint64 interest,,) = repayment.debtAt(id, type(uint40).max);
        assertEq(principal, 1000);
        assertEq(interest, 0);
        assertEq(uint8(repayment.stateAt(id, type(uint40).max)), uint8(IRepayment.Condition.Due));
        _pay(id, 1000);
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Closed));
    }

    function test_lateness_is_computed_up_to_the_end_of_time() public {
        uint192 id = _receivable(1000);
        (, uint64 interest,,) = repayment.debtAt(id, type(uint40).max);
        assertEq(interest, 0);
        Issue memory terms = _terms(MOST, DUE);
        (terms.lateRate, terms.lateBasis) = (1, 1);
        (, interest,,) = repayment.debtAt(_receivable(terms), type(uint40).max);
        assertEq(interest, type(uint64).max, "as much as an amount can say");
    }

    /// @dev The worst draw there is, all payments read cold.
    function test_a_token_behind_1022_payments_is_drawn_within_three_million_gas() public {
        uint192 id = _receivable(256_000_000);
        for (uint256 i = 0; i < 1000; ++i) {
            _pay(id, i < 255 ? 1_000_000 : 10);
            if (i < 255) continue;
            vm.warp(block.timestamp + 366 days);
            repayment.distribute(id);
        }
        _payTheRest(id);
        vm.cool(address(repayment));
        uint256 before = gasleft();
        _draw(_id(id, 0));
        assertLt(before - gasleft(), 3_000_000);
        assertEq(cash.balanceOf(supplier.account), 256_000_000);
    }

    /// @dev Pieces cut before, between and behind the payments, one drawn on the way: closed by the last payment, each has brought all of its length.
    /// Or what the 1,022nd leaves is retired whole, as the 1,023rd.
    function test_1023_numbers_then_every_piece_is_drawn_and_nothing_is_left() public {
        uint192 id = _receivable(256_000_000);
        uint64[4] memory cuts = [uint64(10_000_000), 77_777_777, 128_000_001, 255_999_999];
        for (uint256 i = 0; i < 1021; ++i) {
            uint256 cut = i / 340;
            if (i % 340 == 0) _cut(id, cut == 0 ? 0 : cuts[cut - 1], cuts[cut]);
            if (i == 500) _draw(_id(id, cuts[0]));
            _payNumber(id, i);
        }
        uint256 before = vm.snapshotState();
        (uint64 principal,,,) = repayment.debtAt(id, uint40(block.timestamp));
        _pay(id, principal);
        _assertEmptied(id, cuts, 1022, 256_000_000);
        vm.revertToState(before);
        _pay(id, principal / 2);
        _retireTheRest(id, cuts);
        _assertEmptied(id, cuts, 1023, 256_000_000 - (principal - principal / 2));
    }

    function _cut(uint192 id, uint64 start, uint64 at) private {
        _move(supplier, _id(id, start), at, 256_000_000, supplier.account);
    }

    function _assertEmptied(uint192 id, uint64[4] memory cuts, uint16 numbers, uint256 paid) private {
        assertEq(views.receivable(id).payments, numbers);
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Closed));
        for (uint256 i = 0; i <= 4; ++i) {
            uint256 piece = _id(id, i == 0 ? 0 : cuts[i - 1]);
            if (token.tokenWord(piece).exists()) _draw(piece);
        }
        assertEq(cash.balanceOf(supplier.account), paid);
        assertEq(cash.balanceOf(address(repayment)), 0);
    }

    function _retireTheRest(uint192 id, uint64[4] memory cuts) private {
        assertEq(views.receivable(id).payments, 1021, "fixture: half of the rest waits");
        _mergeAll(id, cuts);
        vm.startPrank(address(endings));
        repayment.clearWaiting(id);
        token.retire(_id(id, 0), 0, 256_000_000, "");
        vm.stopPrank();
    }

    function _mergeAll(uint192 id, uint64[4] memory cuts) private {
        for (uint256 i = 0; i < 4; ++i) {
            vm.prank(supplier.account);
            token.merge(IReceivableToken.Merge(_id(id, 0), _id(id, cuts[i])));
        }
    }

    function _payNumber(uint192 id, uint256 i) private {
        _pay(id, i < 255 ? 1_000_000 : 10);
        if (i < 255) return;
        vm.warp(block.timestamp + 366 days);
        repayment.distribute(id);
    }

    function _payTheRest(uint192 id) private {
        for (uint256 i = 1000; i < 1021; ++i) {
            _pay(id, 10);
            vm.warp(block.timestamp + 366 days);
            repayment.distribute(id);
        }
        (uint64 principal,,,) = repayment.debtAt(id, uint40(block.timestamp));
        _pay(id, principal);
        assertEq(views.receivable(id).payments, 1022);
    }
}

/// @notice What the token holds against its own modules, whatever their code.
contract ReceivableModuleTest is ReceivableBase {
    uint192 private id;
    bytes private refused;

    function setUp() public override {
        super.setUp();
        uint8 index = token.appendModule(address(this));
        Issue memory terms = _terms(1000, DUE);
        terms.module = index;
        id = _receivable(terms);
    }

    /// @dev As every module is told of a receivable that pins it.
    function recordOpening(uint192) external view {
        assertEq(msg.sender, address(token));
    }

    /// @dev As the token has a range settled that changes hands: it is being written just then.
    function settle(uint256, uint256, uint256) external {
        try token.recordPayment(id, 500, false) {}
        catch (bytes memory reason) {
            refused = reason;
        }
    }

    function test_a_module_writes_nothing_while_the_token_writes() public {
        token.recordPayment(id, 600, false);
        _move(supplier, _id(id, 0), 100, 200, other.account);
        assertEq(refused, abi.encodeWithSelector(IReceivableToken.Locked.selector));
        assertEq(token.wordOf(id).owedLive(), 600);
        token.recordPayment(id, 500, false);
    }

    function test_no_payment_raises_what_is_owed() public {
        token.recordPayment(id, 600, false);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.PaymentRefused.selector, id));
        token.recordPayment(id, 601, false);
        token.recordPayment(id, 600, false);
    }

    function test_payment_1023_is_the_last() public {
        for (uint256 i = 0; i < 1023; ++i) {
            token.recordPayment(id, 1, false);
        }
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Live));
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.PaymentRefused.selector, id));
        token.recordPayment(id, 0, true);
    }

    function test_a_module_closes_once_and_only_what_is_paid() public {
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.StillOwed.selector, 1000));
        token.close(id);
        token.recordPayment(id, 0, false);
        token.close(id);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.WrongState.selector, id, IReceivableToken.State.Closed));
        token.close(id);
    }

    function test_nothing_is_recorded_of_what_is_closed() public {
        token.recordPayment(id, 0, true);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.WrongState.selector, id, IReceivableToken.State.Closed));
        token.recordPayment(id, 0, true);
    }
}
