// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IExposure} from "./interfaces/IExposure.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";

/// @title What obligors and suppliers have outstanding, and its ceilings
/// @dev Storage:
///   positions[account][currency][asObligor]   outstanding 128 | ceiling 64 | limited
///   totals[currency]                          outstanding 128 | from 64 | most share 16
contract Exposure is IExposure, AccessManaged {
    struct Position {
        uint128 outstanding;
        uint64 ceiling;
        bool limited;
    }

    struct Total {
        uint128 outstanding;
        uint64 from;
        uint16 mostShare;
    }

    uint256 private constant WHOLE = 10_000;

    address private immutable DRAFTS;
    IReceivableToken private immutable TOKEN;

    mapping(address account => mapping(uint16 currency => mapping(bool asObligor => Position))) private positions;
    mapping(uint16 currency => Total) private totals;

    constructor(address drafts, IReceivableToken token, address council) AccessManaged(council) {
        DRAFTS = drafts;
        TOKEN = token;
    }

    /// @inheritdoc IExposure
    function setCeiling(address account, uint16 currency, bool asObligor, uint64 ceiling) external restricted {
        Position storage position = positions[account][currency][asObligor];
        (position.ceiling, position.limited) = (ceiling, true);
        emit CeilingSet(account, currency, asObligor, ceiling);
    }

    /// @inheritdoc IExposure
    function setConcentration(uint16 currency, uint16 mostShare, uint64 from) external restricted {
        require(mostShare != 0 && mostShare <= WHOLE, ShareOutOfRange(mostShare));
        (totals[currency].mostShare, totals[currency].from) = (mostShare, from);
        emit ConcentrationSet(currency, mostShare, from);
    }

    /// @inheritdoc IExposure
    function add(address obligor, address supplier, uint16 currency, uint64 amount) external {
        require(msg.sender == DRAFTS, NotDrafts(msg.sender));
        uint128 owed = _raise(obligor, currency, true, amount);
        _raise(supplier, currency, false, amount);
        Total storage sum = totals[currency];
        sum.outstanding += amount;
        _checkConcentration(obligor, currency, owed, sum);
    }

    /// @inheritdoc IExposure
    function reduce(address obligor, address supplier, uint16 currency, uint64 amount) external {
        require(TOKEN.isModule(msg.sender), NotModule(msg.sender));
        positions[obligor][currency][true].outstanding -= amount;
        positions[supplier][currency][false].outstanding -= amount;
        totals[currency].outstanding -= amount;
    }

    /// @inheritdoc IExposure
    function outstanding(address account, uint16 currency, bool asObligor) external view returns (uint128) {
        return positions[account][currency][asObligor].outstanding;
    }

    /// @inheritdoc IExposure
    function total(uint16 currency) external view returns (uint128) {
        return totals[currency].outstanding;
    }

    function _raise(address account, uint16 currency, bool asObligor, uint64 amount) private returns (uint128 raised) {
        Position storage position = positions[account][currency][asObligor];
        raised = position.outstanding + amount;
        require(
            !position.limited || raised <= position.ceiling, CeilingReached(account, currency, raised, position.ceiling)
        );
        position.outstanding = raised;
    }

    function _checkConcentration(address obligor, uint16 currency, uint256 owed, Total storage sum) private view {
        if (sum.mostShare == 0 || sum.outstanding < sum.from) return;
        require(
            owed * WHOLE <= uint256(sum.outstanding) * sum.mostShare,
            ConcentrationReached(obligor, currency, owed, sum.outstanding, sum.mostShare)
        );
    }
}
