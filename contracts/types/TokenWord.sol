// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice A token in one storage word (low bit first):
///
///   owner 160 | length 64 | cursor 10 | APPROVED | OFFERED | HELD | RETIRED | CANCEL_CONSENT | WRITTEN_OFF | CUSTODY | zero 15
///
/// `cursor` is the last payment that the range has drawn. A piece inherits cursor, HELD and CUSTODY and nothing else.
type TokenWord is uint256;

using TokenWords for TokenWord global;

library TokenWords {
    uint8 internal constant APPROVED = 1 << 0;
    uint8 internal constant OFFERED = 1 << 1;
    uint8 internal constant HELD = 1 << 2;
    uint8 internal constant RETIRED = 1 << 3;
    uint8 internal constant CANCEL_CONSENT = 1 << 4;
    uint8 internal constant WRITTEN_OFF = 1 << 5;
    uint8 internal constant CUSTODY = 1 << 6;
    /// Flags that bar a move.
    uint8 internal constant LOCKING = OFFERED | HELD | RETIRED;
    uint8 internal constant INHERITED = HELD | CUSTODY;

    uint256 private constant LENGTH_SHIFT = 160;
    uint256 private constant CURSOR_SHIFT = 224;
    uint256 private constant FLAGS_SHIFT = 234;
    uint256 private constant CURSOR_MASK = (1 << 10) - 1;
    uint256 private constant FLAGS_MASK = (1 << 7) - 1;
    /// What a piece has of the token that it is cut out of: cursor and the flags that it inherits.
    uint256 private constant KEPT = CURSOR_MASK << CURSOR_SHIFT | uint256(INHERITED) << FLAGS_SHIFT;

    function make(address owner_, uint64 length_, uint16 cursor_, uint8 flags_) internal pure returns (TokenWord) {
        return TokenWord.wrap(
            uint256(uint160(owner_)) | uint256(length_) << LENGTH_SHIFT | uint256(cursor_) << CURSOR_SHIFT
                | uint256(flags_) << FLAGS_SHIFT
        );
    }

    function owner(TokenWord word) internal pure returns (address) {
        return address(uint160(TokenWord.unwrap(word)));
    }

    function length(TokenWord word) internal pure returns (uint64) {
        return uint64(TokenWord.unwrap(word) >> LENGTH_SHIFT);
    }

    function cursor(TokenWord word) internal pure returns (uint16) {
        return uint16(TokenWord.unwrap(word) >> CURSOR_SHIFT & CURSOR_MASK);
    }

    function flags(TokenWord word) internal pure returns (uint8) {
        return uint8(TokenWord.unwrap(word) >> FLAGS_SHIFT & FLAGS_MASK);
    }

    function has(TokenWord word, uint8 flag) internal pure returns (bool) {
        return word.flags() & flag != 0;
    }

    /// @dev The flags that a piece takes with it.
    function inherited(TokenWord word) internal pure returns (uint8) {
        return word.flags() & INHERITED;
    }

    /// @dev A piece cut out of `word`: cursor, HELD and CUSTODY, and nothing else.
    function piece(TokenWord word, address owner_, uint64 length_) internal pure returns (TokenWord) {
        return
            TokenWord.wrap(TokenWord.unwrap(word) & KEPT | uint256(uint160(owner_)) | uint256(length_) << LENGTH_SHIFT);
    }

    /// @dev The same token after a tail or middle was cut off.
    function shortened(TokenWord word, uint64 length_) internal pure returns (TokenWord) {
        return make(word.owner(), length_, word.cursor(), word.flags());
    }

    function withFlag(TokenWord word, uint8 flag) internal pure returns (TokenWord) {
        return TokenWord.wrap(TokenWord.unwrap(word) | uint256(flag) << FLAGS_SHIFT);
    }

    function without(TokenWord word, uint8 flag) internal pure returns (TokenWord) {
        return TokenWord.wrap(TokenWord.unwrap(word) & ~(uint256(flag) << FLAGS_SHIFT));
    }

    function withCursor(TokenWord word, uint16 value) internal pure returns (TokenWord) {
        return TokenWord.wrap(TokenWord.unwrap(word) & ~(CURSOR_MASK << CURSOR_SHIFT) | uint256(value) << CURSOR_SHIFT);
    }

    function exists(TokenWord word) internal pure returns (bool) {
        return TokenWord.unwrap(word) != 0;
    }
}
