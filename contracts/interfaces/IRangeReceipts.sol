// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice What a custody contract's ranges of a receivable have not drawn yet, payment by payment, so that it can count each from the second in which
/// it was distributed, however late it is drawn. And what left the middle of one of its ranges, so that no range comes in that lies within another.
interface IRangeReceipts {
    /// @dev A range that was taken left no token at `start`.
    error StartMissing(uint192 receivable, uint64 start);
    /// @dev The range left the middle of another deal's that has not ended.
    error RangeInDeal(uint192 deal);

    /// @notice For a contract that has [from, until) for a deal: [start, end) of it is there no more. What is left lies in the returned range, all
    /// but what is kept account of here as left from its middle. Each caller has an account of its own.
    function part(uint192 deal, uint192 receivable, uint64 from, uint64 until, uint64 start, uint64 end)
        external
        returns (uint64, uint64);
    /// @notice For a contract into whose custody a range comes: it lies within none of the caller's deals that have not ended.
    function requireApart(uint192 receivable, uint64 start, uint64 end) external;

    /// @notice Tokens of `owner` that lie in [start, end), in ascending order, held ones too. Tokens tile the face, so a walk by their ends finds all.
    function tokensOf(address owner, uint192 receivable, uint64 start, uint64 end)
        external
        view
        returns (uint256[] memory tokens);

    /// @notice Those of them that can be drawn, and what each payment brings them: principal and interest together, in the order of payments.
    /// A range or receivable that a court holds can't be drawn.
    function undrawn(address owner, uint192 receivable, uint64 start, uint64 end)
        external
        view
        returns (uint256[] memory tokens, uint64[] memory amounts, uint40[] memory times);

    /// @notice What [start, end) of `owner` comes to: length and what it is owed; and whether all of it has drawn everything.
    function extent(address owner, uint192 receivable, uint64 start, uint64 end)
        external
        view
        returns (uint64 length, uint64 owed, bool drawn);
}
