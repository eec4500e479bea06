// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ILoanAgreements} from "../interfaces/ILoanAgreements.sol";
import {ITitleEscrow} from "../interfaces/ITitleEscrow.sol";
import {PledgedRange, ScheduleRow} from "../types/LoanTerms.sol";

/// @notice EIP-712 struct hashes of the bodies of loans that have lists.
library LoanHashes {
    bytes private constant TERMS_TEXT =
        "LoanTerms(uint8 cash,uint64 principal,uint40 start,uint32 rate,uint32 overdueRate,uint8 dayCount,uint8 flags,uint8 prepayment,uint32 grace,uint32 defaultAfter,uint16 mostLoanToValue,uint32 cure,address appraiser,uint32 releaseWithin,bytes32 contentRoot)";
    bytes private constant ROW_TEXT = "ScheduleRow(uint40 due,uint64 principal,uint24 numerator,bool interestDue)";
    bytes private constant RANGE_TEXT =
        "PledgedRange(uint256 token,uint64 start,uint64 end,uint16 payments,uint64 leastOwed)";
    bytes32 private constant TERMS_TYPE = keccak256(TERMS_TEXT);
    bytes32 private constant ROW_TYPE = keccak256(ROW_TEXT);
    bytes32 private constant RANGE_TYPE = keccak256(RANGE_TEXT);
    bytes32 private constant OPEN_TYPE = keccak256(
        abi.encodePacked(
            "OpenLoan(address lender,address borrower,LoanTerms terms,ScheduleRow[] rows,uint40[] pledges,PledgedRange[] ranges)",
            TERMS_TEXT,
            RANGE_TEXT,
            ROW_TEXT
        )
    );
    bytes32 private constant RENEW_TYPE =
        keccak256(abi.encodePacked("RenewLoan(uint40 loan,LoanTerms terms,ScheduleRow[] rows)", TERMS_TEXT, ROW_TEXT));
    bytes32 private constant PLEDGE_TYPE =
        keccak256(abi.encodePacked("PledgeRanges(uint40 loan,PledgedRange[] ranges)", RANGE_TEXT));

    function hash(ILoanAgreements.OpenLoan calldata body) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                OPEN_TYPE,
                body.lender,
                body.borrower,
                keccak256(abi.encode(TERMS_TYPE, body.terms)),
                _hash(body.rows),
                keccak256(abi.encodePacked(body.pledges)),
                _hash(body.ranges)
            )
        );
    }

    function hash(ILoanAgreements.RenewLoan calldata body) internal pure returns (bytes32) {
        bytes32 terms = keccak256(abi.encode(TERMS_TYPE, body.terms));
        return keccak256(abi.encode(RENEW_TYPE, body.loan, terms, _hash(body.rows)));
    }

    function hash(ITitleEscrow.PledgeRanges calldata body) internal pure returns (bytes32) {
        return keccak256(abi.encode(PLEDGE_TYPE, body.loan, _hash(body.ranges)));
    }

    function _hash(ScheduleRow[] calldata rows) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            hashes[i] = keccak256(abi.encode(ROW_TYPE, rows[i]));
        }
        return keccak256(abi.encodePacked(hashes));
    }

    function _hash(PledgedRange[] calldata ranges) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](ranges.length);
        for (uint256 i = 0; i < ranges.length; ++i) {
            hashes[i] = keccak256(abi.encode(RANGE_TYPE, ranges[i]));
        }
        return keccak256(abi.encodePacked(hashes));
    }
}
