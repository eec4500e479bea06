// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ILoanAgreements} from "../../contracts/interfaces/ILoanAgreements.sol";
import {ITitleEscrow} from "../../contracts/interfaces/ITitleEscrow.sol";
import {LoanTerms, PledgedRange, ScheduleRow} from "../../contracts/types/LoanTerms.sol";
import {LoanBase} from "./LoanBase.t.sol";

/// @notice What signers sign is the EIP-712 hash of the bodies: these were computed by another implementation of the standard.
contract LoanHashTest is LoanBase {
    function _numberedTerms() private pure returns (LoanTerms memory) {
        return LoanTerms(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, address(13), 14, bytes32(uint256(15)));
    }

    function _numberedRows() private pure returns (ScheduleRow[] memory rows) {
        rows = new ScheduleRow[](2);
        (rows[0], rows[1]) = (ScheduleRow(16, 17, 18, true), ScheduleRow(19, 20, 21, false));
    }

    function _numberedRanges() private pure returns (PledgedRange[] memory ranges) {
        ranges = new PledgedRange[](1);
        ranges[0] = PledgedRange(22, 23, 24, 25, 26);
    }

    function test_an_opening_hashes_by_the_standard() public view {
        uint40[] memory pledges = new uint40[](2);
        (pledges[0], pledges[1]) = (29, 30);
        ILoanAgreements.OpenLoan memory body = ILoanAgreements.OpenLoan(
            address(27), address(28), _numberedTerms(), _numberedRows(), pledges, _numberedRanges()
        );
        assertEq(agreements.hashOpenLoan(body), 0xe3a63dfb6a6fd1325286defeeb30c9afde144cb3fdb586b3916618e457a4bd08);
    }

    function test_a_renewal_hashes_by_the_standard() public view {
        ILoanAgreements.RenewLoan memory body = ILoanAgreements.RenewLoan(31, _numberedTerms(), _numberedRows());
        assertEq(agreements.hashRenewLoan(body), 0x3e0b064b7ad26a6686f23b0e928e3a880ff5fd611f288809d2769f042a2a1161);
    }

    function test_further_ranges_hash_by_the_standard() public view {
        ITitleEscrow.PledgeRanges memory body = ITitleEscrow.PledgeRanges(32, _numberedRanges());
        assertEq(escrow.hashPledgeRanges(body), 0x932f5cba9c1a0f20443a9e7b652fe4161ea5b13fb5da1e58e14761c8abbf771e);
    }
}
