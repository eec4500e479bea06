// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice What a custody contract's ranges of a receivable have not drawn yet, payment by payment, so that it can count each from the second in which
/// it was distributed, however late it is drawn.
interface IRangeReceipts {
    /// @dev A range that was taken left no token at `start`.
    error StartMissing(uint192 receivable, uint64 start);

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
