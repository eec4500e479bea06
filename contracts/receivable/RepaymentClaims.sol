// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {RepaymentStore} from "./RepaymentStore.sol";

/// @title Claims of those who paid in the obligor's place (CivC 524, 700)
/// @dev They come behind the holders. The obligor's money pays late interest of all claims first, then the claims, each pro rata of what is owed and to the
/// unit: dues lie end to end, and each gets the difference of its ends' floors, as in {Ruler}.
abstract contract RepaymentClaims is RepaymentStore {
    /// What the obligor's money is shared by, and how far along the dues lie.
    struct Recovery {
        uint256 interests;
        uint256 owed;
        uint256 forInterest;
        uint256 forClaims;
        uint256 interestAt;
        uint256 owedAt;
        uint64 bearing;
    }

    /// @dev Adds to the payer's claim what it paid for the obligor; a new one only while there are less than `most`.
    function _addClaim(Terms memory terms, address payer, uint64 interest, uint64 principal, uint256 most) internal {
        Book storage book = books[terms.id];
        uint256 index = _claimAt(terms.id, payer);
        if (index == book.payers) {
            require(index < most, TooManyPayers(terms.id));
            ++book.payers;
        }
        Claim memory claim = _accrued(terms, index, uint40(block.timestamp));
        if (claim.payer == address(0)) {
            (claim.payer, claim.accruedDay) = (payer, _lateDays(terms, uint40(block.timestamp)));
        }
        // While grace runs nothing accrues; what the days so far will count too much comes off when it is missed.
        if (claim.accruedDay == 0) {
            claim.early += uint128(principal) * _daysAfter(terms, uint40(block.timestamp));
        }
        claim.bearing += principal;
        claim.plain += interest;
        claims[terms.id][index] = claim;
        emit ClaimChanged(terms.id, claim);
    }

    /// @dev The index of the payer's claim; the number of claims if it has none.
    function _claimAt(uint192 id, address payer) internal view returns (uint256 index) {
        uint256 count = books[id].payers;
        while (index < count && claims[id][index].payer != payer) ++index;
    }

    /// @dev A claim with its money-days up to `time`.
    function _accrued(Terms memory terms, uint256 index, uint40 time) internal view returns (Claim memory claim) {
        claim = claims[terms.id][index];
        uint40 late = _lateDays(terms, time);
        if (late <= claim.accruedDay) return claim;
        claim.moneyDays += uint128(claim.bearing) * (late - claim.accruedDay) - claim.early;
        (claim.accruedDay, claim.early) = (late, 0);
    }

    function _interestOn(Terms memory terms, Claim memory claim) internal pure returns (uint256) {
        return _interest(terms, claim.moneyDays) - claim.interestPaid;
    }

    /// @dev Gives as much of `amount` to the payers as they are owed.
    function _recover(Terms memory terms, uint64 amount) internal returns (uint64) {
        Claim[] memory list = _accruedClaims(terms, uint40(block.timestamp));
        Recovery memory recovery;
        (recovery.interests, recovery.owed) = _sums(terms, list);
        recovery.forInterest = Math.min(amount, recovery.interests);
        recovery.forClaims = Math.min(amount - recovery.forInterest, recovery.owed);
        uint256 kept;
        for (uint256 i = 0; i < list.length; ++i) {
            _recoverClaim(terms, list[i], recovery);
            if (list[i].bearing | list[i].plain != 0) claims[terms.id][kept++] = list[i];
        }
        _drop(terms.id, kept);
        _reduce(terms, recovery.bearing);
        return uint64(recovery.forInterest + recovery.forClaims);
    }

    function _accruedClaims(Terms memory terms, uint40 time) internal view returns (Claim[] memory list) {
        list = new Claim[](books[terms.id].payers);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = _accrued(terms, i, time);
        }
    }

    function _sums(Terms memory terms, Claim[] memory list) internal pure returns (uint256 interests, uint256 owed) {
        for (uint256 i = 0; i < list.length; ++i) {
            interests += _interestOn(terms, list[i]);
            owed += uint256(list[i].bearing) + list[i].plain;
        }
    }

    /// @dev Of a claim, what was paid as interest comes before what was paid as principal (CivC 561).
    function _recoverClaim(Terms memory terms, Claim memory claim, Recovery memory recovery) private {
        uint64 interest;
        uint64 part;
        (interest, recovery.interestAt) =
            _share(recovery.forInterest, recovery.interestAt, _interestOn(terms, claim), recovery.interests);
        (part, recovery.owedAt) =
            _share(recovery.forClaims, recovery.owedAt, uint256(claim.bearing) + claim.plain, recovery.owed);
        if (interest + part == 0) return;
        uint64 plain = uint64(Math.min(part, claim.plain));
        uint64 bearing = part - plain;
        if (bearing != 0) claim.early -= uint128(uint256(claim.early) * bearing / claim.bearing);
        claim.interestPaid += interest;
        (claim.plain, claim.bearing) = (claim.plain - plain, claim.bearing - bearing);
        recovery.bearing += bearing;
        bool paid = _give(terms, claim.payer, interest + part);
        emit ClaimRecovered(terms.id, claim.payer, interest, part, paid);
        emit ClaimChanged(terms.id, claim);
    }

    /// @dev The share of who is owed [from, from + due) of `whole`, and where the next one begins.
    function _share(uint256 amount, uint256 from, uint256 due, uint256 whole) private pure returns (uint64, uint256) {
        if (due == 0) return (0, from);
        return (uint64(amount * (from + due) / whole - amount * from / whole), from + due);
    }

    /// @dev Pays out at once to who may receive, else credits.
    function _give(Terms memory terms, address account, uint64 amount) private returns (bool paid) {
        uint8 cash = terms.word.cash();
        paid = _receives(_member(account));
        if (paid) _send(cash, address(this), account, amount, bytes32(uint256(terms.id)));
        else credits[account][cash] += amount;
    }

    /// @dev Ends the claim at an index; those behind it move up.
    function _endClaim(uint192 id, uint256 index) internal {
        uint256 last = books[id].payers - 1;
        for (; index < last; ++index) {
            claims[id][index] = claims[id][index + 1];
        }
        _drop(id, last);
    }

    function _drop(uint192 id, uint256 kept) private {
        for (uint256 i = kept; i < books[id].payers; ++i) {
            delete claims[id][i];
        }
        books[id].payers = uint8(kept);
    }
}
