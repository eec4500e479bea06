// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ERC3525Mintable} from "@solvprotocol/erc-3525/ERC3525Mintable.sol";

/// @notice The reference implementation of EIP-3525, with a burn for what redemption would be.
contract Erc3525Peer is ERC3525Mintable {
    constructor() ERC3525Mintable("Reference", "REF", 2) {}

    function burn(uint256 token) external {
        require(_isApprovedOrOwner(msg.sender, token), "not the owner's");
        _burn(token);
    }
}
