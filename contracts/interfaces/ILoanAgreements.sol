// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Party} from "../types/PledgeBodies.sol";
import {LoanTerms, PledgedRange, ScheduleRow} from "../types/LoanTerms.sol";

/// @notice What lender and borrower sign: loans, their schedules and their security. What follows of it is reckoned by {ILoans}.
interface ILoanAgreements {
    /// Both sign; the money moves in the same transaction. The borrower's signature is also its authority for {fireInstalment}, and
    /// pledges its ranges.
    struct OpenLoan {
        address lender;
        address borrower;
        LoanTerms terms;
        ScheduleRow[] rows;
        uint40[] pledges;
        PledgedRange[] ranges;
    }

    /// Both sign: the principal stays out on the same security under a new schedule; what else is owed is paid from the borrower's cash.
    struct RenewLoan {
        uint40 loan;
        LoanTerms terms;
        ScheduleRow[] rows;
    }

    event LoanOpened(
        uint40 indexed loan, address indexed lender, address indexed borrower, OpenLoan body, bytes32 digest
    );
    event LoanRenewed(uint40 indexed loan, RenewLoan body, bytes32 digest);

    error PartyMissing(address account, uint16 roles);
    error PartiesSame(address account);
    /// @dev `field` counts the fields of {LoanTerms} from 1.
    error TermInvalid(uint8 field);
    error StartOutside(uint40 start, uint40 earliest, uint40 latest);
    error RowsOutside(uint256 rows);
    error RowInvalid(uint256 row);
    error PrincipalDiffers(uint64 stated, uint256 sum);
    error PledgeNotLive(uint40 pledge, uint8 state);
    /// @dev Nobody has shown here who the pledge's holders are ({showHolders}), or they changed since.
    error HoldersUnknown(uint40 pledge);
    /// @dev The register has others as the pledge's holders than the loan's lender.
    error LenderNotHolder(uint40 pledge, address lender);
    error PledgeHeld(uint40 pledge, uint256 hold);
    error PledgesOutside(uint256 pledges);
    error PledgeUnknown(uint40 loan, uint40 pledge);
    error PledgeLives(uint40 pledge);
    error ValueShort(uint256 value, uint64 principal);

    /// @notice Who holds the pledges whose parties have this root (party words); told once.
    event HoldersShown(bytes32 indexed parties, bytes32[] holders);

    function openLoan(OpenLoan calldata body) external;
    function hashOpenLoan(OpenLoan calldata body) external view returns (bytes32);
    function renewLoan(RenewLoan calldata body) external;
    function hashRenewLoan(RenewLoan calldata body) external view returns (bytes32);

    /// @notice Shows the holders behind a register's root of a pledge's parties, which says no more than a hash. Anyone may call; what is no preimage of a
    /// root is never asked for.
    function showHolders(bytes32 pledgorsRoot, Party[] calldata holders) external;
    /// @notice The holders' party words that were shown behind a root of parties; none = not shown.
    function holdersBehind(bytes32 parties) external view returns (bytes32[] memory);
    /// @notice Numbers of the pledges that secure the loan, ascending.
    function pledgesOf(uint40 loan) external view returns (uint40[] memory);
    /// @notice What secures the loan, as valued: live pledges by the agreed appraiser, pledged ranges by what they are owed.
    function valueOf(uint40 loan) external view returns (uint256);
    /// @notice Reverts with the reason unless the pledge is one of the loan's and its right lapsed or its pledge ended.
    function requireLapsed(uint40 loan, uint40 pledge) external view;
}
