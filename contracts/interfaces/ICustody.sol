// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice A contract that has ranges of others in its account. It hears at once what a court's order took, so that what it keeps account of is always
/// what it has; else a range that comes back into custody for somebody else would count for the one who lost it, too.
interface ICustody {
    error NotHolds(address caller);
    /// @dev The subject is not what [start, end) is in custody for.
    error NotInCustodyFor(uint256 subject, uint64 start, uint64 end);

    /// @notice For the courts' holds: [start, end) of the receivable went to `to`. `subject` is what it was in custody for: a deal, a pledged range.
    function lose(uint256 subject, address to, uint192 receivable, uint64 start, uint64 end) external;
}
