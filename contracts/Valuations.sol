// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "./ActTarget.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IValuations} from "./interfaces/IValuations.sol";
import {Roles} from "./types/Roles.sol";

/// @title Valuations of pledged rights
/// @dev Storage:
///   values[pledge][appraiser]   amount 128 | currency 16 | day of value 40
contract Valuations is IValuations, ActTarget {
    struct Value {
        uint128 amount;
        uint16 currency;
        uint40 valuedAt;
    }

    mapping(uint40 pledge => mapping(address appraiser => Value)) private values;

    constructor(address acts, IMembers members) ActTarget(acts, members) {}

    /// @inheritdoc IValuations
    function recordValuation(RecordValuation calldata body) external {
        address appraiser = _signedIn(Roles.APPRAISER);
        require(body.pledge != 0 && body.currency != 0, NothingValued(body.pledge, body.currency));
        require(body.valuedAt <= block.timestamp, ValuedLater(body.valuedAt));
        Value storage value = values[body.pledge][appraiser];
        require(body.valuedAt != 0 && body.valuedAt >= value.valuedAt, ValuedBefore(body.valuedAt, value.valuedAt));
        (value.amount, value.currency, value.valuedAt) = (body.amount, body.currency, body.valuedAt);
        emit ValuationRecorded(
            body.pledge, appraiser, body.amount, body.currency, body.valuedAt, body.method, body.report
        );
    }

    /// @inheritdoc IValuations
    function valuation(uint40 pledge, address appraiser) external view returns (uint128, uint16, uint40) {
        Value memory value = values[pledge][appraiser];
        return (value.amount, value.currency, value.valuedAt);
    }
}
