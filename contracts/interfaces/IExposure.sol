// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice What obligors and issuers have outstanding, and the ceilings that confirmations are held to.
/// @dev Outstanding = debts of confirmed receivables: what is confirmed and not yet paid by the obligor, retired or cancelled; minor units of a currency.
interface IExposure {
    event CeilingSet(address indexed account, uint16 indexed currency, bool asObligor, uint64 ceiling);
    event ConcentrationSet(uint16 indexed currency, uint16 mostShare, uint64 from);

    error CeilingReached(address account, uint16 currency, uint256 outstanding, uint64 ceiling);
    /// @dev More than `mostShare` basis points of all that is outstanding would be owed by one obligor.
    error ConcentrationReached(address obligor, uint16 currency, uint256 outstanding, uint256 total, uint16 mostShare);
    error ShareOutOfRange(uint16 mostShare);
    error NotDrafts(address caller);
    error NotModule(address caller);

    /// @notice Sets what an account may owe at most as obligor, or have issued as supplier (council, under delay); none until one is set.
    function setCeiling(address account, uint16 currency, bool asObligor, uint64 ceiling) external;
    /// @notice Sets the most basis points of a currency's total that one obligor may owe, once that total reaches `from` (council, under delay).
    function setConcentration(uint16 currency, uint16 mostShare, uint64 from) external;

    /// @notice For the drafts contract: adds a confirmed debt. Reverts CeilingReached, ConcentrationReached.
    function add(address obligor, address supplier, uint16 currency, uint64 amount) external;
    /// @notice For repayment modules: a debt fell by so much.
    function reduce(address obligor, address supplier, uint16 currency, uint64 amount) external;

    function outstanding(address account, uint16 currency, bool asObligor) external view returns (uint128);
    function total(uint16 currency) external view returns (uint128);
}
