// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IRegisterRule} from "../interfaces/IRegisters.sol";
import {Party} from "../types/PledgeBodies.sol";
import {PledgeFlags} from "../types/PledgeWord.sol";

/// @title Entries that describe assets by serial number stand for a limited time
/// @notice For example seven years in the Australian register of personal property securities (PPSA 2009 (Cth) 153). Such an entry says so in its flag, so
/// that a later change of its end is held to the same limit.
contract SerialTermRule is IRegisterRule {
    uint256 private immutable MOST;

    /// @param most Longest term from now on, in seconds.
    constructor(uint256 most) {
        MOST = most;
    }

    /// @inheritdoc IRegisterRule
    function refusal(uint16, uint16, uint16, uint16 flags, uint40 expires, Party[] calldata, bytes32[] calldata assets)
        external
        view
        returns (bytes32 reason)
    {
        bool serial = flags & PledgeFlags.SERIAL_NUMBERED != 0;
        if (assets.length != 0 && !serial) return "serial numbers: not flagged";
        bool inTime = expires != 0 && expires <= block.timestamp + MOST;
        return serial && !inTime ? bytes32("serial numbers: term too long") : bytes32(0);
    }
}
