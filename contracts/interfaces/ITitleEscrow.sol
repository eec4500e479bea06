// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {PledgedRange} from "../types/LoanTerms.sol";
import {ICustody} from "./ICustody.sol";

/// @notice Custody of pledged receivable ranges: the lender holds them (nothing leaves against its will while anything is owed), the borrower stays
/// their beneficiary. The lender never becomes owner because of a default (CivC 428): what is sold brings money for the debt.
interface ITitleEscrow is ICustody {
    /// The borrower pledges further ranges for a live loan.
    struct PledgeRanges {
        uint40 loan;
        PledgedRange[] ranges;
    }

    /// The lender lets a range go back before full repayment.
    struct ReleaseRange {
        uint256 token;
    }

    /// A pledged range is sold whole: lender, borrower and buyer sign; or, in default, lender, buyer and a court's officer. `payments` and
    /// `leastOwed` are what the buyer saw.
    struct SellRange {
        uint256 token;
        address buyer;
        uint64 price;
        uint16 payments;
        uint64 leastOwed;
        /// The order, or the agreement.
        bytes32 basis;
    }

    event RangePledged(uint40 indexed loan, uint256 indexed token, address indexed beneficiary, uint64 end);
    /// @notice The entry ends at `end` now; a new one begins there.
    event RangeCut(uint40 indexed loan, uint256 indexed token, uint64 end);
    /// @notice A court's order took [start, end) of the pledged range that begins at `token`; what lies behind it has an entry of its own now.
    event RangeTaken(uint40 indexed loan, uint256 indexed token, address indexed to, uint64 start, uint64 end);
    /// @notice What came in on a pledged range went to the loan.
    event RangeCollected(uint40 indexed loan, uint256 indexed token, uint64 amount);
    /// @notice The range is its beneficiary's again; `moved` is false where a closed receivable left nothing to move.
    event RangeReturned(uint40 indexed loan, uint256 indexed token, address indexed beneficiary, bool moved);
    event RangeSold(
        uint40 indexed loan, uint256 indexed token, address indexed buyer, uint64 price, bool ordered, bytes32 basis
    );

    error NotAgreements(address caller);
    error NothingCollected(uint256 token);
    error NotBorrowerOf(uint40 loan, address account);
    error NotHolder(uint256 token, address account);
    error RangeDiffers(uint256 token, uint16 payments, uint64 owed);
    error NotPledgor(uint256 token, address owner);
    error CashOther(uint256 token, uint8 cash);
    error NotPledged(uint256 token);
    /// @dev It is not in custody any more.
    error RangeGone(uint256 token, address owner);
    error RangesOutside(uint256 ranges);
    error SignerMissing(address account);
    error LoanStillLive(uint40 loan);
    error NotDefaulted(uint40 loan);
    error PriceZero();

    /// @notice For the agreements: takes ranges of `pledgor`, who signed there, into custody.
    function take(uint40 loan, address pledgor, uint8 cash, PledgedRange[] calldata ranges) external;
    function pledgeRanges(PledgeRanges calldata body) external;
    function hashPledgeRanges(PledgeRanges calldata body) external view returns (bytes32);
    function releaseRange(ReleaseRange calldata body) external;
    function sellRange(SellRange calldata body) external;
    /// @notice Gives a piece that a court cut out of the pledged range `from`, and that stayed in custody, an entry of its own. Anyone may call; what
    /// is done with a range does it by itself for what lies behind the first piece.
    function enterPiece(uint256 token, uint256 from) external;
    /// @notice Draws what a pledged range is owed and gives it to the loan. Anyone may call.
    function collectRange(uint256 token) external;
    /// @notice Dry run of {collectRange}: the amount that it would take, or the revert data that it would meet.
    function checkCollect(uint256 token) external view returns (uint64 amount, bytes memory reason);
    /// @notice Gives a range back once nothing is owed on the loan. Anyone may call.
    function returnRange(uint256 token) external;
    /// @notice Dry run of {returnRange}: the length that it would give back, or the revert data that it would meet.
    function checkReturn(uint256 token) external view returns (uint64 length, bytes memory reason);

    /// @notice Loan and beneficiary of a pledged range; loan 0 = not pledged.
    function pledgeOf(uint256 token) external view returns (uint40 loan, address beneficiary, uint64 end);
    /// @notice Who controls a pledged range: the lender of its loan; 0 = not pledged.
    function holderOf(uint256 token) external view returns (address);
    function rangesOf(uint40 loan) external view returns (uint256[] memory);
    /// @notice What live pledged ranges of a loan are owed by their obligors, drawn money aside.
    function valueOf(uint40 loan) external view returns (uint256);
}
