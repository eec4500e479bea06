// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {ERC1155 as SoladyBase} from "solady/src/tokens/ERC1155.sol";

/// @notice OpenZeppelin's ERC-1155: a receivable would be an id, a share of it an amount.
contract OpenZeppelinPeer is ERC1155 {
    constructor() ERC1155("") {}

    function mint(address to, uint256 id, uint256 amount) external {
        _mint(to, id, amount, "");
    }
}

/// @notice Solady's ERC-1155, the leanest in wide use.
contract SoladyPeer is SoladyBase {
    function uri(uint256) public pure override returns (string memory) {
        return "";
    }

    function mint(address to, uint256 id, uint256 amount) external {
        _mint(to, id, amount, "");
    }
}
