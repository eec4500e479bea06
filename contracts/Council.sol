// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

/// @title The council's rights: who may change what, and after which delay
/// @dev OpenZeppelin's AccessManager as it is; guards council functions only, never a member's act.
contract Council is AccessManager {
    constructor(address admin) AccessManager(admin) {}
}
