// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {PledgeStates} from "../../contracts/types/PledgeWord.sol";

/// @notice The register as one would keep it on paper: every pledge with its list, and no index, bit or word. Whether a right is free is found by
/// reading through all of it.
contract PledgeModel {
    struct Leaf {
        bytes32 key;
        uint40 segment;
        uint24 number;
        bool ended;
    }

    struct Life {
        bool singleRank;
        uint8 state;
        uint24 version;
        /// Last second of the reservation or of the pledge; 0: none.
        uint256 last;
    }

    Life[] public lives;
    mapping(uint256 pledge => Leaf[]) private leaves;
    bytes32[] private keys;
    mapping(bytes32 key => bool) private known;
    mapping(bytes32 key => uint256 pledge) public lastTaker;

    constructor() {
        lives.push();
    }

    // --- Writing ---

    function file(bool singleRank) external returns (uint256 pledge) {
        pledge = lives.length;
        lives.push(Life(singleRank, PledgeStates.FILED, 0, 0));
    }

    function setState(uint256 pledge, uint8 state, uint256 last) external {
        (lives[pledge].state, lives[pledge].last) = (state, last);
    }

    function raise(uint256 pledge) external {
        ++lives[pledge].version;
    }

    function link(uint256 pledge, uint40 segment, bytes32[] calldata list) external {
        for (uint256 i = 0; i < list.length; ++i) {
            leaves[pledge].push(Leaf(list[i], segment, uint24(i), false));
            lastTaker[list[i]] = pledge;
            if (!known[list[i]]) keys.push(list[i]);
            known[list[i]] = true;
        }
    }

    /// @dev Ends the leaves of a segment whose bits are set; the caller has asked {anyEnded}.
    function end(uint256 pledge, uint40 segment, uint256 bits) external {
        for (uint256 i = 0; i < leaves[pledge].length; ++i) {
            Leaf storage leaf = leaves[pledge][i];
            if (leaf.segment == segment && bits >> leaf.number & 1 == 1) leaf.ended = true;
        }
    }

    // --- Reading ---

    function count() external view returns (uint256) {
        return lives.length - 1;
    }

    function leavesOf(uint256 pledge) external view returns (Leaf[] memory) {
        return leaves[pledge];
    }

    function allKeys() external view returns (bytes32[] memory) {
        return keys;
    }

    function isLive(uint256 pledge) public view returns (bool) {
        Life storage life = lives[pledge];
        bool living = life.state == PledgeStates.REGISTERED || life.state == PledgeStates.ENFORCING;
        return living && (life.last == 0 || block.timestamp <= life.last);
    }

    function isHeld(uint256 pledge) public view returns (bool) {
        return isLive(pledge) || lives[pledge].state == PledgeStates.ACCEPTED && block.timestamp <= lives[pledge].last;
    }

    /// @dev Whether no pledge of a single-rank register holds any of the keys.
    function areFree(bytes32[] calldata list) external view returns (bool) {
        for (uint256 pledge = 1; pledge < lives.length; ++pledge) {
            if (!lives[pledge].singleRank || !isHeld(pledge)) continue;
            for (uint256 i = 0; i < list.length; ++i) {
                if (_holds(pledge, list[i])) return false;
            }
        }
        return true;
    }

    function anyEnded(uint256 pledge, uint40 segment, uint256 bits) external view returns (bool) {
        for (uint256 i = 0; i < leaves[pledge].length; ++i) {
            Leaf storage leaf = leaves[pledge][i];
            if (leaf.segment == segment && leaf.ended && bits >> leaf.number & 1 == 1) return true;
        }
        return false;
    }

    /// @dev How many pledges are live on the key.
    function livesOn(bytes32 key) external view returns (uint256 found) {
        for (uint256 pledge = 1; pledge < lives.length; ++pledge) {
            if (isLive(pledge) && _holds(pledge, key)) ++found;
        }
    }

    /// @dev Whether the pledge that took the key last is live on it.
    function isLiveLast(bytes32 key) external view returns (bool) {
        return isLive(lastTaker[key]) && _holdsLast(lastTaker[key], key);
    }

    function _holds(uint256 pledge, bytes32 key) private view returns (bool) {
        for (uint256 i = 0; i < leaves[pledge].length; ++i) {
            if (leaves[pledge][i].key == key && !leaves[pledge][i].ended) return true;
        }
        return false;
    }

    /// @dev The same for the pledge's last link of the key alone.
    function _holdsLast(uint256 pledge, bytes32 key) private view returns (bool held) {
        for (uint256 i = 0; i < leaves[pledge].length; ++i) {
            if (leaves[pledge][i].key == key) held = !leaves[pledge][i].ended;
        }
    }
}
