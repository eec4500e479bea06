// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {PaymentWord, PaymentWords, RETIREMENT, Ruler} from "../../contracts/receivable/Ruler.sol";
import {RulerVectors} from "./RulerVectors.sol";

contract RulerTest is Test {
    using Ruler for PaymentWord[];

    /// @dev The vectors come from the Python ruler, which its own tests hold against the rules.
    function test_says_what_the_python_ruler_says() public pure {
        RulerVectors.Case[] memory all = RulerVectors.all();
        assertGt(all.length, 50);
        for (uint256 i = 0; i < all.length; ++i) {
            RulerVectors.Case memory one = all[i];
            PaymentWord[] memory paid = new PaymentWord[](one.steps.length);
            for (uint256 k = 0; k < paid.length; ++k) {
                uint64[4] memory step = one.steps[k];
                paid[k] = PaymentWords.make(step[0], step[1], step[2], 0, uint8(step[3]));
            }
            assertEq(paid.owed(one.start, one.end), one.owed, "owed");
            (uint64 lowPrincipal, uint64 lowInterest) = paid.drawnUntil(one.start, one.cursor);
            (uint64 principal, uint64 interest) = paid.drawnUntil(one.end, one.cursor);
            assertEq(principal - lowPrincipal, one.principal, "principal");
            assertEq(interest - lowInterest, one.interest, "interest");
        }
    }

    function testFuzz_shares_of_a_partition_add_up(uint64 face, uint64 cut, uint64[5] memory parts, uint64 interest)
        public
        pure
    {
        face = uint64(bound(face, 2, type(uint64).max >> 1));
        cut = uint64(bound(cut, 1, face - 1));
        interest = uint64(bound(interest, 0, type(uint64).max >> 1));
        uint64 owed = face;
        PaymentWord[] memory paid = new PaymentWord[](0);
        for (uint256 k = 0; k < 5 && owed > 0; ++k) {
            uint64 principal = uint64(bound(parts[k], 0, owed));
            paid = _with(paid, PaymentWords.make(principal, interest, owed, 0, 1));
            _assertShared(paid, cut, face);
            owed -= principal;
            assertEq(uint256(paid.owed(0, cut)) + paid.owed(cut, face), owed);
        }
    }

    /// @dev The last payment falls to [0, cut) and [cut, face) exactly, and to neither less than nothing.
    function _assertShared(PaymentWord[] memory paid, uint64 cut, uint64 face) private pure {
        uint256 before = paid.length - 1;
        (uint64 none, uint64 noInterest) = paid.drawnUntil(0, before);
        (uint64 low, uint64 lowInterest) = paid.drawnUntil(cut, before);
        (uint64 all, uint64 allInterest) = paid.drawnUntil(face, before);
        assertEq(uint256(none) + noInterest, 0, "nothing is nobody's");
        assertLe(low, all, "no share is negative");
        assertLe(lowInterest, allInterest, "nor one of the interest");
        assertEq(all, paid[before].principal(), "the shares add up to the payment");
        assertEq(allInterest, paid[before].interest(), "and to its interest");
    }

    /// @dev Each payment rounds each end down once, so the ends of a range lie less than a unit a payment above the true share.
    function testFuzz_a_piece_is_off_pro_rata_by_less_than_the_number_of_payments(
        uint64 face,
        uint64[2] memory ends,
        uint64[9] memory parts
    ) public pure {
        face = uint64(bound(face, 2, type(uint64).max >> 1));
        ends[0] = uint64(bound(ends[0], 0, face - 1));
        ends[1] = uint64(bound(ends[1], ends[0] + 1, face));
        uint64 owed = face;
        PaymentWord[] memory paid = new PaymentWord[](0);
        for (uint256 k = 0; k < parts.length && owed > 0; ++k) {
            uint64 principal = uint64(bound(parts[k], 0, k % 2 == 0 ? owed : owed / 100));
            paid = _with(paid, PaymentWords.make(principal, 0, owed, 0, 1));
            owed -= principal;
            uint256 have = uint256(paid.owed(ends[0], ends[1])) * face;
            uint256 share = uint256(ends[1] - ends[0]) * owed;
            assertLt(have > share ? have - share : share - have, paid.length * face);
        }
    }

    /// @dev [cut, end) retires between two payments: nobody else is owed less, and the payment after it is exact over who stays.
    function testFuzz_a_retirement_changes_nothing_for_who_stays(
        uint64 face,
        uint64[2] memory cuts,
        uint64[2] memory parts,
        uint64 interest
    ) public pure {
        face = uint64(bound(face, 3, type(uint64).max >> 1));
        cuts[0] = uint64(bound(cuts[0], 1, face - 2));
        cuts[1] = uint64(bound(cuts[1], cuts[0] + 1, face - 1));
        parts[0] = uint64(bound(parts[0], 0, face - 1));
        PaymentWord[] memory steps = _with(new PaymentWord[](0), PaymentWords.make(parts[0], interest, face, 0, 1));
        uint64[3] memory before = [steps.owed(0, cuts[0]), steps.owed(cuts[0], cuts[1]), steps.owed(cuts[1], face)];
        uint64 owed = before[0] + before[2];
        if (before[1] == 0 || owed == 0) return;
        steps = _with(steps, _retirement(steps, cuts[0], cuts[1], face - parts[0]));
        assertEq(steps.owed(0, cuts[0]), before[0]);
        assertEq(steps.owed(cuts[0], cuts[1]), 0);
        assertEq(steps.owed(cuts[1], face), before[2]);
        assertEq(steps.owedUntil(face), owed);
        _assertPaidToWhoStays(steps, [cuts[0], cuts[1], face], owed, uint64(bound(parts[1], 0, owed)));
    }

    function _retirement(PaymentWord[] memory steps, uint64 start, uint64 end, uint64 before)
        private
        pure
        returns (PaymentWord)
    {
        return PaymentWords.make(steps.owedUntil(start), steps.owedUntil(end), before, 0, RETIREMENT);
    }

    function _assertPaidToWhoStays(PaymentWord[] memory steps, uint64[3] memory ends, uint64 owed, uint64 amount)
        private
        pure
    {
        steps = _with(steps, PaymentWords.make(amount, 77, owed, 0, 1));
        (uint64 low, uint64 lowInterest) = steps.drawnUntil(ends[0], 2);
        (uint64 high, uint64 highInterest) = steps.drawnUntil(ends[1], 2);
        (uint64 all, uint64 interest) = steps.drawnUntil(ends[2], 2);
        assertEq(low, high, "what retired draws nothing");
        assertEq(lowInterest, highInterest, "and no interest");
        assertEq(all, amount);
        assertEq(interest, 77);
    }

    function _with(PaymentWord[] memory paid, PaymentWord next) private pure returns (PaymentWord[] memory more) {
        more = new PaymentWord[](paid.length + 1);
        for (uint256 k = 0; k < paid.length; ++k) {
            more[k] = paid[k];
        }
        more[paid.length] = next;
    }
}
