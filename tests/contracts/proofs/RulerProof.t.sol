// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {PaymentWord, PaymentWords, RETIREMENT, Ruler} from "../../../contracts/receivable/Ruler.sol";

/// @notice The ruler's two steps: a retirement for all inputs, a payment at the width that solvers divide at (docs/decisions/ruler.md has the proof for
/// every width, and what of the code it rests on).
contract RulerProof is Test {
    using Ruler for PaymentWord[];

    /// Bits of a payment's amounts, where two divisions are compared and where one is: solvers divide by unknowns bit by bit, which is soon too much.
    uint8 private constant PAIR = 4;
    uint8 private constant SINGLE = 5;

    function _after(PaymentWord step, uint64 x) private pure returns (uint64) {
        PaymentWord[] memory steps = new PaymentWord[](1);
        steps[0] = step;
        return steps.owedUntil(x);
    }

    function _retired(uint64 low, uint64 high, uint64 owed, uint64 x) private pure returns (uint64) {
        return _after(PaymentWords.make(low, high, owed, 0, RETIREMENT), x);
    }

    /// @dev Any two ends of a range that stays: both before or both behind what leaves.
    /// @custom:width 63 bits, all inputs
    function check_a_retirement_leaves_every_range_that_stays_as_it_was(
        uint64 low,
        uint64 high,
        uint64 owed,
        uint64 x,
        uint64 y
    ) external pure {
        vm.assume(low < high && high <= owed && owed < 1 << 63 && x <= y && y <= owed);
        vm.assume(y <= low || x >= high);
        assert(_retired(low, high, owed, y) - _retired(low, high, owed, x) == y - x);
    }

    /// @custom:width 63 bits, all inputs
    function check_a_retired_range_is_owed_nothing_and_the_rest_all_that_lives_is(
        uint64 low,
        uint64 high,
        uint64 owed,
        uint64 x
    ) external pure {
        vm.assume(low < high && high <= owed && owed < 1 << 63 && low <= x && x <= high);
        assert(_retired(low, high, owed, x) == low);
        assert(_retired(low, high, owed, owed) == owed - (high - low));
    }

    /// @custom:width 63 bits, all inputs
    function check_a_retirement_is_monotone_and_raises_nothing(uint64 low, uint64 high, uint64 owed, uint64 x, uint64 y)
        external
        pure
    {
        vm.assume(low < high && high <= owed && owed < 1 << 63 && x <= y && y <= owed);
        assert(_retired(low, high, owed, x) <= _retired(low, high, owed, y));
        assert(_retired(low, high, owed, x) <= x);
    }

    function _paid(uint8 principal, uint8 owed, uint8 x) private pure returns (uint64) {
        return _after(PaymentWords.make(principal, 0, owed, 0, 1), x);
    }

    /// @custom:width 4 bits; every width in docs/decisions/ruler.md
    function check_a_payment_gives_no_range_less_than_nothing(uint8 principal, uint8 owed, uint8 x, uint8 y)
        external
        pure
    {
        vm.assume(principal <= owed && owed >> PAIR == 0 && x <= y && y <= owed);
        assert(_paid(principal, owed, y) - _paid(principal, owed, x) <= y - x);
    }

    /// @custom:width 4 bits; every width in docs/decisions/ruler.md
    function check_a_payment_gives_no_range_more_than_it_is_owed(uint8 principal, uint8 owed, uint8 x, uint8 y)
        external
        pure
    {
        vm.assume(principal <= owed && owed >> PAIR == 0 && x <= y && y <= owed);
        assert(_paid(principal, owed, x) <= _paid(principal, owed, y));
    }

    /// @custom:width 5 bits; every width in docs/decisions/ruler.md
    function check_a_payment_raises_nothing(uint8 principal, uint8 owed, uint8 x) external pure {
        vm.assume(principal <= owed && owed >> SINGLE == 0 && x <= owed);
        assert(_paid(principal, owed, x) <= x);
    }

    /// @custom:width 5 bits; every width in docs/decisions/ruler.md
    function check_a_payment_is_exact_over_all_that_lives(uint8 principal, uint8 owed) external pure {
        vm.assume(principal <= owed && owed != 0 && owed >> SINGLE == 0);
        assert(_paid(principal, owed, owed) == owed - principal);
        assert(_paid(principal, owed, 0) == 0);
    }
}
