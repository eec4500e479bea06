// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Vm} from "forge-std/Vm.sol";
import {Triggers} from "../../contracts/Triggers.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {IMandates} from "../../contracts/interfaces/IMandates.sol";
import {ITitleEscrow} from "../../contracts/interfaces/ITitleEscrow.sol";
import {ITriggers} from "../../contracts/interfaces/ITriggers.sol";
import {LoanBase} from "./LoanBase.t.sol";

/// @notice Targets that behave badly.
contract Unruly {
    uint256 public fired;

    function burn(uint256) external pure {
        while (true) {}
    }

    function boast(uint256 length) external pure {
        bytes memory reason = new bytes(length);
        assembly {
            revert(add(reason, 32), length)
        }
    }

    function count(uint256) external {
        ++fired;
    }

    function mumble(uint256 length) external pure {
        assembly {
            mstore(0, 1)
            mstore(32, length)
            return(0, 64)
        }
    }
}

/// @notice One door for triggers: it asks, fires, and lets no bad item stop the others.
contract TriggersTest is LoanBase {
    Triggers private triggers;
    Unruly private unruly;
    uint16 private instalment;
    uint16 private collect;
    uint16 private debit;

    function setUp() public override {
        super.setUp();
        triggers = new Triggers(address(council));
        unruly = new Unruly();
        instalment = _add(address(loans), loans.checkInstalment.selector, loans.fireInstalment.selector);
        collect = _add(address(escrow), escrow.checkCollect.selector, escrow.collectRange.selector);
        debit = _add(address(mandates), mandates.checkDebit.selector, mandates.debit.selector);
    }

    function _add(address target, bytes4 check, bytes4 fire) private returns (uint16) {
        return triggers.addTriggerKind(ITriggers.TriggerKind(target, check, fire, 1_000_000), "kind");
    }

    function _firing(uint16 kind, uint256 subject) private pure returns (ITriggers.Firing[] memory one) {
        one = new ITriggers.Firing[](1);
        one[0] = ITriggers.Firing(kind, subject);
    }

    /// @dev Fires as a stranger and returns what the only event of the door says.
    function _fired(uint16 kind, uint256 subject) private returns (bool done, bytes memory reason) {
        vm.recordLogs();
        vm.prank(stranger);
        triggers.fire(_firing(kind, subject));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory last = logs[logs.length - 1];
        assertEq(last.topics[0], ITriggers.Fired.selector);
        assertEq(last.topics[1], bytes32(uint256(kind)));
        assertEq(last.topics[2], bytes32(subject));
        return abi.decode(last.data, (bool, bytes));
    }

    function test_the_council_adds_kinds_and_they_stay() public {
        assertEq(instalment, 1);
        assertEq(triggers.triggerKinds(), 3);
        assertEq(triggers.triggerKind(1).target, address(loans));
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        triggers.addTriggerKind(ITriggers.TriggerKind(address(loans), 0, 0, 1), "kind");
        vm.expectRevert(abi.encodeWithSelector(ITriggers.TriggerKindInvalid.selector, stranger, 1));
        triggers.addTriggerKind(ITriggers.TriggerKind(stranger, 0, 0, 1), "kind");
        vm.expectRevert(abi.encodeWithSelector(ITriggers.TriggerKindInvalid.selector, address(loans), 0));
        triggers.addTriggerKind(ITriggers.TriggerKind(address(loans), 0, 0, 0), "kind");
    }

    function test_it_says_whether_and_why_not() public {
        uint40 loan = _opened();
        (bool ready, bytes memory reason) = triggers.check(instalment, loan);
        assertFalse(ready);
        assertEq(reason, abi.encodeWithSelector(ILoans.NothingDue.selector, loan));
        vm.warp(FROM + 30 days);
        (ready, reason) = triggers.check(instalment, loan);
        assertTrue(ready);
        assertEq(reason, "");
        (ready, reason) = triggers.check(collect, 7);
        assertEq(reason, abi.encodeWithSelector(ITitleEscrow.NotPledged.selector, 7));
        (ready, reason) = triggers.check(debit, 7);
        assertFalse(ready);
        assertEq(reason, abi.encodeWithSelector(IMandates.NotLive.selector, 7));
    }

    function test_what_is_ready_fires_and_says_so() public {
        uint40 loan = _opened();
        vm.warp(FROM + 30 days);
        (bool done, bytes memory reason) = _fired(instalment, loan);
        assertTrue(done);
        assertEq(reason, "");
        assertEq(cash.balanceOf(lender.account), 106_000);
        (done, reason) = _fired(instalment, loan);
        assertFalse(done, "firing again takes nothing");
        assertEq(reason, abi.encodeWithSelector(ILoans.NothingDue.selector, loan));
        assertEq(cash.balanceOf(lender.account), 106_000);
    }

    function test_a_bad_item_stops_no_other() public {
        uint40 loan = _opened();
        vm.warp(FROM + 30 days);
        uint16 burns = _add(address(unruly), 0, unruly.burn.selector);
        ITriggers.Firing[] memory all = new ITriggers.Firing[](4);
        all[0] = ITriggers.Firing(burns, 0);
        all[1] = ITriggers.Firing(99, 0);
        all[2] = ITriggers.Firing(instalment, uint256(loan) + (1 << 40));
        all[3] = ITriggers.Firing(instalment, loan);
        vm.prank(stranger);
        triggers.fire(all);
        assertEq(cash.balanceOf(lender.account), 106_000);
    }

    function test_an_unknown_kind_fires_nothing() public {
        (bool done, bytes memory reason) = _fired(99, 1);
        assertFalse(done);
        assertEq(reason, abi.encodeWithSelector(ITriggers.UnknownTriggerKind.selector, 99));
        vm.expectRevert(reason);
        triggers.check(99, 1);
    }

    function test_a_reason_is_cut_at_1024_bytes() public {
        uint16 boasts = _add(address(unruly), 0, unruly.boast.selector);
        (bool done, bytes memory reason) = _fired(boasts, 5000);
        assertFalse(done);
        assertEq(reason.length, 1024);
    }

    function test_a_kind_without_dry_run_can_be_fired_only() public {
        uint16 counts = _add(address(unruly), 0, unruly.count.selector);
        vm.expectRevert(abi.encodeWithSelector(ITriggers.CheckMissing.selector, counts));
        triggers.check(counts, 1);
        (bool done,) = _fired(counts, 1);
        assertTrue(done);
        assertEq(unruly.fired(), 1);
    }

    function test_an_answer_that_is_no_dry_runs_is_told_apart() public {
        uint16 mumbles = _add(address(unruly), unruly.mumble.selector, unruly.count.selector);
        uint256[4] memory places = [uint256(64), 33, 1 << 200, type(uint256).max];
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ITriggers.CheckMalformed.selector, mumbles));
            triggers.check(mumbles, places[i]);
        }
        uint16 silent = _add(address(unruly), unruly.boast.selector, unruly.count.selector);
        (bool ready, bytes memory reason) = triggers.check(silent, 0);
        assertFalse(ready, "a dry run that reverts says no");
        assertEq(reason, "");
    }

    function test_too_little_gas_is_the_callers_fault_and_no_items() public {
        uint40 loan = _opened();
        vm.warp(FROM + 30 days);
        (bool done, bytes memory reason) =
            address(triggers).call{gas: 900_000}(abi.encodeCall(triggers.fire, (_firing(instalment, loan))));
        assertFalse(done);
        assertEq(bytes4(reason), ITriggers.FiringGasShort.selector);
    }

    function test_only_the_councils_contract_hands_the_kinds_to_another_authority() public {
        vm.expectRevert(abi.encodeWithSignature("AccessManagedUnauthorized(address)", address(this)));
        triggers.setAuthority(address(token));
        vm.prank(address(council));
        triggers.setAuthority(address(token));
        assertEq(triggers.authority(), address(token));
    }
}
