// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {IReceivableHolds} from "../../contracts/interfaces/IReceivableHolds.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {ReceivableToken} from "../../contracts/ReceivableToken.sol";
import {ReceivableWords} from "../../contracts/types/ReceivableWord.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";
import {Actor} from "./Base.t.sol";
import {RepaymentBase} from "./RepaymentBase.t.sol";

/// @notice What the token tells of changes that no transfer shows: whoever follows the chain knows them by these events alone.
contract ReceivableToldTest is RepaymentBase {
    uint192 private id;
    Actor private court;

    function setUp() public override {
        super.setUp();
        id = _receivable(1000);
        court = _member("court", Roles.COURT_OFFICER);
    }

    function _tells() private {
        vm.expectEmit(address(token));
    }

    function test_the_companions_it_is_made_with() public {
        ReceivableToken.Companion[] memory named = new ReceivableToken.Companion[](1);
        named[0] = ReceivableToken.Companion(other.account, TokenWords.HELD);
        vm.expectEmit();
        emit IReceivableToken.CompanionNamed(other.account, TokenWords.HELD);
        new ReceivableToken(address(acts), members, offers, address(views), address(this), named);
    }

    function test_a_module() public {
        _tells();
        emit IReceivableToken.ModuleAppended(2, address(this));
        token.appendModule(address(this));
    }

    function test_a_pause_and_its_end() public {
        _tells();
        emit IReceivableToken.PausedSet(id, true);
        token.setPaused(id, true);
        _tells();
        emit IReceivableToken.PausedSet(id, false);
        token.setPaused(id, false);
    }

    function test_a_hold_on_the_whole_and_then_on_a_range() public {
        uint16 marks = token.wordOf(id).marks();
        _tells();
        emit IReceivableToken.MarksSet(id, marks | ReceivableWords.HELD);
        vm.prank(court.account);
        uint256 hold = holds.holdReceivable(IReceivableHolds.HoldReceivable(id, "order"));
        _tells();
        emit IReceivableToken.FlagsSet(id, 400, TokenWords.HELD);
        _tells();
        emit IReceivableToken.MarksSet(id, marks);
        vm.prank(court.account);
        holds.narrow(IReceivableHolds.NarrowHold(hold, 400, 600, _one(_id(id, 0)), "order"));
    }

    function test_a_move_without_flags_tells_of_none() public {
        vm.recordLogs();
        vm.prank(address(holds));
        token.carry(IReceivableToken.Move(_id(id, 0), 100, 200, supplier.account, "order"), 0);
        assertEq(_count(vm.getRecordedLogs(), IReceivableToken.FlagsSet.selector), 0);
    }

    function test_cancellation() public {
        _consent(supplier, id, 0, 1000);
        _tells();
        emit IReceivableToken.ReceivableCancelled(id);
        endings.cancel(id);
    }

    function test_a_retirement_closes_only_when_it_takes_the_last_that_is_owed() public {
        (bytes memory reason, Vm.Log[] memory logs) = _ran(_retireAct(supplier, id, 0, 0, 400));
        assertEq(reason.length, 0);
        assertEq(_count(logs, IReceivableToken.RangeRetired.selector), 1);
        assertEq(_count(logs, IReceivableToken.ReceivableClosed.selector), 0);
        _tells();
        emit IReceivableToken.ReceivableClosed(id);
        _retire(supplier, id, 400, 400, 1000);
        _assertState(id, IReceivableToken.State.Closed);
    }
}
