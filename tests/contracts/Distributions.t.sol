// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Distributions} from "../../contracts/Distributions.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {RepaymentBase} from "./RepaymentBase.t.sol";

/// @notice The trigger of distributions says what would be done and why not, word for word as the module does.
contract DistributionsTest is RepaymentBase {
    uint64 private constant FACE = 1_000_000;

    Distributions private distributions;
    uint192 private id;

    function setUp() public override {
        super.setUp();
        distributions = new Distributions(token);
        id = _receivable(FACE);
    }

    /// @dev The dry run's answer and the module's own are one.
    function _assertSame(uint192 of_) private returns (bytes memory why) {
        uint64 amount;
        (amount, why) = distributions.checkDistribute(of_);
        IRepayment.Book memory book = repayment.bookOf(of_);
        uint256 before = vm.snapshotState();
        (bool done, bytes memory reason) = address(distributions).call(abi.encodeCall(distributions.distribute, (of_)));
        assertEq(done, why.length == 0, "what was said is done");
        if (done) assertEq(amount, book.waitingPrincipal + book.waitingInterest, "all that waits");
        else assertEq(why, reason, "for the same reason");
        vm.revertToState(before);
        (bool same, bytes memory own) = address(repayment).call(abi.encodeCall(repayment.distribute, (of_)));
        assertEq(same, done, "as the module itself");
        if (!same) assertEq(own, reason);
        vm.revertToState(before);
    }

    function _assertRefused(uint192 of_, bytes memory reason) private {
        assertEq(_assertSame(of_), reason);
    }

    function test_nothing_is_distributed_that_is_not_there() public {
        _assertRefused(7, abi.encodeWithSelector(IRepayment.NotLive.selector, 7));
        _assertRefused(id, abi.encodeWithSelector(IRepayment.NothingWaiting.selector, id));
        _pay(id, FACE);
        _assertRefused(id, abi.encodeWithSelector(IRepayment.NotLive.selector, id));
    }

    function test_what_waits_is_distributed_thirty_days_after_the_last_one() public {
        _pay(id, 500_000);
        _pay(id, 100);
        _assertRefused(id, abi.encodeWithSelector(IRepayment.TooEarly.selector, id, START + 30 days));
        vm.warp(START + 30 days);
        assertEq(_assertSame(id), "");
        vm.prank(stranger);
        distributions.distribute(id);
        assertEq(token.wordOf(id).payments(), 2);
    }

    function test_after_a_thousand_a_year_must_pass_and_the_last_numbers_are_kept() public {
        _useNumbers(id, 1000);
        _pay(id, 500_000);
        vm.warp(START + 30 days);
        assertEq(_assertSame(id), "", "the first one ever");
        distributions.distribute(id);
        _pay(id, 100);
        uint40 from = START + 30 days + 365 days;
        _assertRefused(id, abi.encodeWithSelector(IRepayment.TooEarly.selector, id, from));
        _useNumbers(id, 1021);
        vm.warp(from);
        _assertRefused(id, abi.encodeWithSelector(IRepayment.PaymentsExhausted.selector, id, 1021));
    }

    function testFuzz_the_dry_run_and_the_module_agree(uint64 paid, uint16 numbers, uint32 later) public {
        _useNumbers(id, uint16(bound(numbers, 0, 5)));
        _pay(id, uint64(bound(paid, 1, FACE - 1)));
        vm.warp(START + bound(later, 0, 800 days));
        _assertSame(id);
    }
}
