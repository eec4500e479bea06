// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice The trigger of distributions: what {IRepayment-distribute} would do, and the doing, at whatever module a receivable has pinned.
interface IDistributions {
    /// @notice Distributes what waits on a receivable, once it may be. Anyone may call.
    function distribute(uint192 receivable) external;
    /// @notice Dry run of {distribute}: the money that it would distribute, or the revert data that it would meet.
    function checkDistribute(uint192 receivable) external view returns (uint64 amount, bytes memory reason);
}
