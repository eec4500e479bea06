// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @notice A list of assets as it is filed.
struct Listed {
    bytes32[] keys;
    string[] titles;
    bytes32 blind;
    bytes32[] pages;
    bytes32 root;
    bytes32 titlesHash;
}

/// @notice Reference of the commitment to a list of assets, written for reading: a tree of 128 leaves for each page.
library AssetListing {
    uint256 internal constant PAGE = 128;

    /// @dev "USPA" and a number of eight digits, as a key.
    function key(string memory office, uint256 number) internal pure returns (bytes32 word) {
        bytes memory text = abi.encodePacked(office, "00000000");
        for (uint256 place = text.length; number != 0; number /= 10) {
            text[--place] = bytes1(uint8(48 + number % 10));
        }
        return bytes32(abi.encodePacked(text, new bytes(32 - text.length)));
    }

    /// @dev `count` consecutive numbers with a title each.
    function run(string memory office, uint256 first, uint256 count, bytes32 blind)
        internal
        pure
        returns (Listed memory)
    {
        bytes32[] memory keys = new bytes32[](count);
        string[] memory titles = new string[](count);
        for (uint256 i = 0; i < count; ++i) {
            keys[i] = key(office, first + i);
            titles[i] = string.concat("Title of ", Strings.toString(first + i));
        }
        return list(keys, titles, blind);
    }

    function list(bytes32[] memory keys, string[] memory titles, bytes32 blind)
        internal
        pure
        returns (Listed memory listed)
    {
        listed.keys = keys;
        listed.titles = titles;
        listed.blind = blind;
        listed.pages = new bytes32[]((keys.length + PAGE - 1) / PAGE);
        for (uint256 page = 0; page < listed.pages.length; ++page) {
            listed.pages[page] = pageRoot(pageOf(keys, page));
        }
        if (keys.length != 0) listed.root = root(uint24(keys.length), blind, listed.pages);
        listed.titlesHash = titlesHash(titles);
    }

    function root(uint24 count, bytes32 blind, bytes32[] memory pages) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x02), count, blind, pages));
    }

    function pageOf(bytes32[] memory keys, uint256 page) internal pure returns (bytes32[] memory part) {
        uint256 first = page * PAGE;
        if (first >= keys.length) return new bytes32[](0);
        uint256 count = keys.length - first < PAGE ? keys.length - first : PAGE;
        part = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            part[i] = keys[first + i];
        }
    }

    /// @dev Behind the keys the page is empty, and so are whole branches of it.
    function pageRoot(bytes32[] memory keys) internal pure returns (bytes32) {
        if (keys.length == 0) return 0;
        bytes32[] memory level = new bytes32[](keys.length + 1);
        for (uint256 i = 0; i < keys.length; ++i) {
            level[i] = keccak256(abi.encodePacked(bytes1(0x00), keys[i]));
        }
        uint256 filled = keys.length;
        for (uint256 width = PAGE / 2; width != 0; width /= 2) {
            level[filled] = 0;
            filled = (filled + 1) / 2;
            for (uint256 i = 0; i < filled; ++i) {
                level[i] = node(level[2 * i], level[2 * i + 1]);
            }
        }
        return level[0];
    }

    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        if (left == 0 && right == 0) return 0;
        return keccak256(abi.encodePacked(bytes1(0x01), left, right));
    }

    /// @dev 0 where none are published; else the hash of the hashes of the pages of titles.
    function titlesHash(string[] memory titles) internal pure returns (bytes32) {
        if (titles.length == 0) return 0;
        return keccak256(abi.encodePacked(titlePages(titles)));
    }

    function titlePages(string[] memory titles) internal pure returns (bytes32[] memory pages) {
        pages = new bytes32[]((titles.length + PAGE - 1) / PAGE);
        for (uint256 page = 0; page < pages.length; ++page) {
            pages[page] = titlePage(titlesOf(titles, page));
        }
    }

    function titlesOf(string[] memory titles, uint256 page) internal pure returns (string[] memory part) {
        uint256 first = page * PAGE;
        uint256 count = titles.length - first < PAGE ? titles.length - first : PAGE;
        part = new string[](count);
        for (uint256 i = 0; i < count; ++i) {
            part[i] = titles[first + i];
        }
    }

    function titlePage(string[] memory titles) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](titles.length);
        for (uint256 i = 0; i < titles.length; ++i) {
            hashes[i] = keccak256(bytes(titles[i]));
        }
        return keccak256(abi.encodePacked(hashes));
    }
}
