// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice What appraisers say that pledged rights are worth; the latest of each appraiser counts, all are in the events.
interface IValuations {
    /// An appraiser values the rights of a pledge. `method` and `report` are hashes of how and of the document.
    struct RecordValuation {
        uint40 pledge;
        /// Minor units of `currency` (ISO 4217 number).
        uint128 amount;
        uint16 currency;
        /// The day of value; not before the appraiser's last one.
        uint40 valuedAt;
        bytes32 method;
        bytes32 report;
    }

    event ValuationRecorded(
        uint40 indexed pledge,
        address indexed appraiser,
        uint128 amount,
        uint16 currency,
        uint40 valuedAt,
        bytes32 method,
        bytes32 report
    );

    error ValuedLater(uint40 valuedAt);
    error ValuedBefore(uint40 valuedAt, uint40 last);
    error NothingValued(uint40 pledge, uint16 currency);

    function recordValuation(RecordValuation calldata body) external;
    /// @notice The appraiser's latest value of a pledge; `valuedAt` 0 = there is none.
    function valuation(uint40 pledge, address appraiser)
        external
        view
        returns (uint128 amount, uint16 currency, uint40 valuedAt);
}
