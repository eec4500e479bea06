// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IReceivableEndings} from "../../contracts/interfaces/IReceivableEndings.sol";
import {IReceivableHolds} from "../../contracts/interfaces/IReceivableHolds.sol";
import {IReceivableOffers} from "../../contracts/interfaces/IReceivableOffers.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";
import {Actor} from "./Base.t.sol";
import {RepaymentBase} from "./RepaymentBase.t.sol";

/// @notice Every state of a receivable x every mark that can lie on it: somebody who is named can end it, and then nothing is left of its money.
/// @dev Face 1,000: [0, 400) the supplier's, [400, 700) another's, [700, 1000) a contract member's. 1 per mille a day once 3 days of grace are over.
contract ReceivableExitsTest is RepaymentBase {
    enum Life {
        Current,
        PartPaidAndWaiting,
        Due,
        Grace,
        Overdue,
        Claimed,
        Subrogated,
        Retired,
        Thousand,
        Exhausted,
        Closed,
        Cancelled
    }

    enum Mark {
        None,
        Disputed,
        ReceivableHeld,
        RangeHeld,
        HolderHeld,
        ObligorHeld,
        Paused,
        HolderSuspended,
        ObligorSuspended,
        Offered,
        Consented,
        WrittenOff,
        Custody,
        Ordered,
        Many
    }

    uint40 private constant GRACE = 3 days;

    uint192 private id;
    address private vault = makeAddr("vault");
    Actor private court;
    uint256[] private laid;

    function setUp() public override {
        super.setUp();
        court = _member("court", Roles.COURT_OFFICER);
        _contractMember(vault);
        id = _late(1000, uint32(GRACE), 1, 1000);
        _move(supplier, _id(id, 0), 400, 700, other.account);
        _move(supplier, _id(id, 700), 700, 1000, vault);
    }

    // --- Lives ---

    function _live(Life life) private {
        if (life == Life.PartPaidAndWaiting) {
            _pay(id, 300);
            _pay(id, 2);
            assertEq(repayment.bookOf(id).waitingPrincipal, 2, "fixture: 2 wait");
        }
        if (life == Life.Due) vm.warp(DUE);
        if (life == Life.Grace) vm.warp(DUE + GRACE);
        if (life == Life.Overdue || life == Life.Claimed) {
            vm.warp(DUE + 20 days);
            _pay(id, 120);
        }
        if (life == Life.Claimed) _payFor(financier, id, 100);
        if (life == Life.Subrogated) _payFor(financier, id, 1000);
        if (life == Life.Retired) _retire(supplier, id, 0, 0, 100);
        if (life == Life.Thousand) _useNumbers(id, 1000);
        if (life == Life.Exhausted) _useNumbers(id, 1021);
        if (life == Life.Thousand || life == Life.Exhausted) _pay(id, 2);
        if (life == Life.Closed) _pay(id, 1000);
        if (life == Life.Cancelled) _cancel();
    }

    function _over(Life life) private pure returns (bool) {
        return life == Life.Closed || life == Life.Cancelled;
    }

    // --- Marks, and who ends each ---

    /// @dev False where the mark can't lie on a receivable in this state.
    function _mark(Mark mark, Life life) private returns (bool) {
        if (mark == Mark.Disputed || mark == Mark.Many) {
            if (_over(life)) return false;
            vm.prank(obligor.account);
            endings.dispute(IReceivableEndings.DisputeReceivable(id, 1, "objection"));
        }
        if (mark == Mark.ReceivableHeld || mark == Mark.RangeHeld || mark == Mark.Ordered || mark == Mark.Many) {
            _hold();
        }
        if (mark == Mark.RangeHeld || mark == Mark.Ordered) _narrow();
        if (mark == Mark.HolderHeld || mark == Mark.Many) _holdAccount(other.account);
        if (mark == Mark.ObligorHeld || mark == Mark.Many) _holdAccount(obligor.account);
        if (mark == Mark.Paused || mark == Mark.Many) token.setPaused(id, true);
        if (mark == Mark.HolderSuspended || mark == Mark.Many) _suspend(supplier.account);
        if (mark == Mark.ObligorSuspended || mark == Mark.Many) _suspend(obligor.account);
        if (mark == Mark.Offered) return _offer(life);
        if (mark == Mark.Consented) return _consentOfOther(life);
        if (mark == Mark.WrittenOff) _writeOff(true);
        if (mark == Mark.Custody) _custody(true);
        return true;
    }

    function _unmark(Mark mark) private {
        for (uint256 i = laid.length; i > 0; --i) {
            if (mark == Mark.Ordered) _execute(laid[i - 1]);
            uint256[] memory tokens = mark == Mark.RangeHeld ? _one(_id(id, 400)) : new uint256[](0);
            vm.prank(court.account);
            holds.lift(IReceivableHolds.LiftCourtHold(laid[i - 1], tokens, "lifted"));
        }
        if (mark == Mark.Paused || mark == Mark.Many) token.setPaused(id, false);
        if (mark == Mark.HolderSuspended || mark == Mark.Many) members.reinstate(supplier.account, "over");
        if (mark == Mark.ObligorSuspended || mark == Mark.Many) members.reinstate(obligor.account, "over");
        if (mark == Mark.Disputed || mark == Mark.Many) _endDispute();
        if (mark == Mark.Offered) _recall();
        if (mark == Mark.Consented && token.tokenWord(_id(id, 400)).has(TokenWords.CANCEL_CONSENT)) _takeBack();
        if (mark == Mark.WrittenOff) _writeOff(false);
        if (mark == Mark.Custody) _custody(false);
    }

    function _hold() private {
        vm.prank(court.account);
        laid.push(holds.holdReceivable(IReceivableHolds.HoldReceivable(id, "order")));
    }

    function _narrow() private {
        vm.prank(court.account);
        holds.narrow(IReceivableHolds.NarrowHold(laid[0], 400, 700, _one(_id(id, 400)), "order"));
    }

    function _holdAccount(address account) private {
        vm.prank(court.account);
        laid.push(holds.holdAccount(IReceivableHolds.HoldAccount(account, "order")));
    }

    /// @dev Court and council, after the delay: the range and the money kept for it go to the financier.
    function _execute(uint256 hold) private {
        IReceivableHolds.OrderRange memory body =
            IReceivableHolds.OrderRange(hold, _id(id, 400), 400, 700, financier.account, "judgment");
        vm.prank(court.account);
        holds.orderRange(body);
        vm.warp(block.timestamp + 3 days);
        holds.executeRange(body, 0);
        assertEq(token.ownerOf(_id(id, 400)), financier.account);
    }

    function _offer(Life life) private returns (bool) {
        if (_over(life)) return false;
        uint64 start = _first();
        uint40 deadline = uint40(block.timestamp + 1 days);
        vm.prank(supplier.account);
        offers.offer(IReceivableOffers.OfferRange(_id(id, start), start, 400, other.account, "ref", deadline));
        return true;
    }

    function _recall() private {
        uint256 first = _id(id, _first());
        vm.prank(supplier.account);
        offers.recall(IReceivableOffers.RecallRange(first));
    }

    function _consentOfOther(Life life) private returns (bool) {
        if (_over(life)) return false;
        vm.prank(other.account);
        endings.consentCancel(IReceivableEndings.ConsentCancel(_id(id, 400), 300, true));
        return true;
    }

    function _takeBack() private {
        if (!_isLive()) return;
        vm.prank(other.account);
        endings.consentCancel(IReceivableEndings.ConsentCancel(_id(id, 400), 300, false));
    }

    function _writeOff(bool writtenOff) private {
        vm.prank(other.account);
        endings.writeOff(IReceivableEndings.WriteOff(_id(id, 400), writtenOff));
    }

    /// @dev As the contract of financing marks what it has and what it gives back.
    function _custody(bool kept) private {
        vm.prank(address(financing));
        token.flag(_id(id, 700), kept ? TokenWords.CUSTODY : 0, kept ? 0 : TokenWords.CUSTODY);
    }

    function _endDispute() private {
        vm.prank(obligor.account);
        endings.endDispute(IReceivableEndings.EndDispute(id));
        assertFalse(endings.isDisputed(id));
    }

    // --- Exits ---

    /// @dev The bank tells of a payment of all that is owed, which no mark keeps out.
    function _payAll() private {
        (uint64 principal, uint64 interest,,) = repayment.debtAt(id, uint40(block.timestamp));
        (uint64 claims, uint64 onClaims) = repayment.subrogatedAt(id, uint40(block.timestamp));
        uint64 all = principal + interest + claims + onClaims;
        _done(_noticeAct(bank, _notice(keccak256(abi.encode(block.timestamp, all)), id, all)));
        _assertState(id, IReceivableToken.State.Closed);
    }

    function _cancel() private {
        if (_claimant()) _done(_waiveAct(financier, id));
        if (!_isLive()) return;
        for (uint64 start = _first(); start < 1000;) {
            (address owner, uint64 end,,) = views.range(_id(id, start));
            vm.prank(owner);
            endings.consentCancel(IReceivableEndings.ConsentCancel(_id(id, start), end - start, true));
            start = end;
        }
        endings.cancel(id);
        _assertState(id, IReceivableToken.State.Cancelled);
    }

    /// @dev Everybody's range leaves, by the word of owner and obligor; claims stand alone then, and are waived.
    function _retireAll() private {
        for (uint64 start = _first(); start < 1000;) {
            (address owner, uint64 end,,) = views.range(_id(id, start));
            // The vault is a contract of no key: as itself, by the companion that both signatures reach.
            if (owner == vault) _retireVaults(start, end);
            else _retire(_actor(owner), id, start, start, end);
            start = end;
        }
        if (_claimant()) _done(_waiveAct(financier, id));
        _assertState(id, IReceivableToken.State.Closed);
    }

    function _retireVaults(uint64 start, uint64 end) private {
        vm.startPrank(address(endings));
        repayment.clearWaiting(id);
        token.retire(_id(id, start), start, end, "");
        vm.stopPrank();
    }

    function _actor(address account) private view returns (Actor memory) {
        if (account == supplier.account) return supplier;
        return account == other.account ? other : financier;
    }

    function _claimant() private view returns (bool) {
        (uint64 claim, uint64 interest) = _claim(id, financier.account);
        return claim + interest != 0;
    }

    function _isLive() private view returns (bool) {
        return token.wordOf(id).state() == uint8(IReceivableToken.State.Live);
    }

    /// @dev Where the first range that lives begins.
    function _first() private view returns (uint64 start) {
        (, uint64 end,, uint8 flags) = views.range(_id(id, 0));
        return flags & TokenWords.RETIRED == 0 ? 0 : end;
    }

    /// @dev Everything is drawn and taken out by who has it, and no unit is left.
    function _empty() private {
        for (uint64 start = 0; start < 1000;) {
            (address owner, uint64 end,,) = views.range(_id(id, start));
            if (owner == vault) vm.prank(vault);
            repayment.draw(_one(_id(id, start)));
            (uint64 principal, uint64 interest) = repayment.undrawn(_id(id, start));
            assertEq(principal + interest, 0, "all is drawn");
            start = end;
        }
        _withdrawRange();
        address[4] memory all = [supplier.account, other.account, obligor.account, financier.account];
        for (uint256 i = 0; i < all.length; ++i) {
            if (repayment.credit(all[i], CASH) == 0) continue;
            vm.prank(all[i]);
            repayment.withdraw(IRepayment.Withdraw(CASH));
        }
        assertEq(cash.balanceOf(address(repayment)), 0, "nothing is left");
        assertEq(_outstanding(), 0, "nothing is outstanding");
        assertEq(_total(), 0, "nothing of the due second");
    }

    function _withdrawRange() private {
        if (repayment.rangeCredit(vault, id, 700) == 0) return;
        vm.prank(vault);
        repayment.withdrawRange(IRepayment.WithdrawRange(id, 700));
    }

    function _tryMarks(Life life) private {
        uint256 before = vm.snapshotState();
        _live(life);
        uint256 lived = vm.snapshotState();
        for (uint8 mark = 0; mark <= uint8(type(Mark).max); ++mark) {
            _try(life, Mark(mark));
            vm.revertToState(lived);
            if (_mark(Mark(mark), life) && !_over(life)) _tryAgreed(life, Mark(mark));
            vm.revertToState(lived);
        }
        vm.revertToState(before);
    }

    /// @dev The exit that asks nobody but the bank that was paid.
    function _try(Life life, Mark mark) private {
        if (!_mark(mark, life)) return;
        if (!_over(life)) _payAll();
        _unmark(mark);
        _empty();
    }

    /// @dev The exits that the parties agree on, once the mark is ended by whose it is.
    function _tryAgreed(Life life, Mark mark) private {
        _unmark(mark);
        uint256 ended = vm.snapshotState();
        if (life != Life.Subrogated) {
            _cancel();
            _empty();
            vm.revertToState(ended);
        }
        // From the thousandth number on ranges don't leave one by one.
        if (life == Life.Thousand || life == Life.Exhausted) return;
        if (life == Life.Subrogated) _done(_waiveAct(financier, id));
        else _retireAll();
        _empty();
    }

    function test_whatever_mark_lies_on_a_receivable_that_is_not_late_it_has_an_exit() public {
        _tryMarks(Life.Current);
        _tryMarks(Life.PartPaidAndWaiting);
        _tryMarks(Life.Due);
        _tryMarks(Life.Grace);
    }

    function test_whatever_mark_lies_on_a_late_receivable_it_has_an_exit() public {
        _tryMarks(Life.Overdue);
        _tryMarks(Life.Claimed);
    }

    function test_whatever_mark_lies_on_a_receivable_whose_holders_are_paid_it_has_an_exit() public {
        _tryMarks(Life.Subrogated);
    }

    function test_whatever_mark_lies_on_a_receivable_of_which_a_part_retired_it_has_an_exit() public {
        _tryMarks(Life.Retired);
    }

    function test_whatever_mark_lies_on_a_receivable_that_has_used_up_its_numbers_it_has_an_exit() public {
        _tryMarks(Life.Thousand);
        _tryMarks(Life.Exhausted);
    }

    function test_whatever_mark_lies_on_a_receivable_that_is_over_its_money_comes_out() public {
        _tryMarks(Life.Closed);
        _tryMarks(Life.Cancelled);
    }
}
