// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {ReceivableToken} from "../../../contracts/ReceivableToken.sol";
import {IMembers} from "../../../contracts/interfaces/IMembers.sol";
import {IReceivableOffers} from "../../../contracts/interfaces/IReceivableOffers.sol";
import {TokenWord, TokenWords} from "../../../contracts/types/TokenWord.sol";

/// @notice The token with its cuts and joins open: the code itself, on whatever words it is given.
contract OpenRanges is ReceivableToken {
    constructor()
        ReceivableToken(
            address(0xac75),
            IMembers(address(0x3e3b)),
            IReceivableOffers(address(0x0ff5)),
            address(0x71e3),
            address(0xc0c1),
            new Companion[](0)
        )
    {}

    function put(uint256 token, TokenWord word) external {
        tokens[token] = word;
        ++holdings[word.owner()];
    }

    function wordAt(uint256 token) external view returns (TokenWord) {
        return tokens[token];
    }

    function cut(uint256 token, uint64 start, uint64 end, address to) external {
        Source memory source = _taken(token);
        _checkInside(source, start, end);
        _cut(source, start, end, to, "ref");
    }

    function join(uint256 left, uint256 right) external {
        _join(_taken(left), _taken(right));
    }

    /// @dev A token as a move has it, once it is settled.
    function _taken(uint256 token) private view returns (Source memory source) {
        (source.token, source.id, source.start) = (token, uint192(token >> 64), uint64(token));
        source.held = tokens[token];
        (source.end, source.owner) = (source.start + source.held.length(), source.held.owner());
    }
}

/// @notice What keeps ranges disjoint and complete, for all ranges, owners and words: a cut and a join replace ranges by others that tile the same
/// units, and touch no other token.
contract RangeProof is Test {
    OpenRanges private ranges;

    function setUp() external {
        ranges = new OpenRanges();
    }

    function _put(uint256 token, TokenWord held) private returns (uint64 end) {
        vm.assume(held.owner() != address(0) && held.length() != 0);
        // A face is below 2^63, and no range ends behind it.
        vm.assume(uint256(uint64(token)) + held.length() < 1 << 63);
        ranges.put(token, held);
        return uint64(token) + held.length();
    }

    function _at(uint256 token, uint64 start) private view returns (TokenWord) {
        return ranges.wordAt(token >> 64 << 64 | start);
    }

    /// @dev Where the pieces begin no token is yet: it would lie within the source.
    function check_a_cut_tiles_what_it_cuts(uint256 token, TokenWord held, uint64 from, uint64 to, address payee)
        external
    {
        uint64 end = _put(token, held);
        vm.assume(payee != address(0));
        ranges.cut(token, from, to, payee);
        uint64 start = uint64(token);
        assert(start <= from && from < to && to <= end);
        assert(_at(token, from).length() == to - from && _at(token, from).owner() == payee);
        if (from != start) {
            assert(_at(token, start).length() == from - start && _at(token, start).owner() == held.owner());
        }
        if (to != end) assert(_at(token, to).length() == end - to && _at(token, to).owner() == held.owner());
    }

    function check_a_cut_touches_no_other_token(
        uint256 token,
        TokenWord held,
        uint64 from,
        uint64 to,
        uint256 other,
        TokenWord word
    ) external {
        _put(token, held);
        vm.assume(other != token && other != (token >> 64 << 64 | from) && other != (token >> 64 << 64 | to));
        ranges.put(other, word);
        ranges.cut(token, from, to, address(0xbeef));
        assert(TokenWord.unwrap(ranges.wordAt(other)) == TokenWord.unwrap(word));
    }

    /// @dev What was drawn stays drawn, and a court's or a custodian's mark stays; approval, offer, consent and write-off end.
    function check_pieces_inherit_cursor_hold_and_custody_only(
        uint256 token,
        TokenWord held,
        uint64 from,
        uint64 to,
        address payee
    ) external {
        _put(token, held);
        ranges.cut(token, from, to, payee);
        TokenWord piece = _at(token, from);
        assert(piece.cursor() == held.cursor() && piece.flags() == held.inherited());
        if (from != uint64(token)) assert(_at(token, uint64(token)).cursor() == held.cursor());
    }

    function check_a_cut_outside_a_token_is_refused(uint256 token, TokenWord held, uint64 from, uint64 to) external {
        uint64 end = _put(token, held);
        vm.assume(from >= to || from < uint64(token) || to > end);
        (bool done,) = address(ranges).call(abi.encodeCall(ranges.cut, (token, from, to, address(0xbeef))));
        assert(!done);
    }

    /// @dev A piece whose id is taken would lie over another range: it is refused, whatever led there.
    function check_no_piece_overwrites_a_token(uint256 token, TokenWord held, uint64 from, uint64 to, TokenWord word)
        external
    {
        _put(token, held);
        vm.assume(from != uint64(token) && word.exists());
        ranges.put(token >> 64 << 64 | from, word);
        (bool done,) = address(ranges).call(abi.encodeCall(ranges.cut, (token, from, to, address(0xbeef))));
        assert(!done);
    }

    function check_a_join_tiles_what_it_joins(uint256 token, TokenWord left, TokenWord right) external {
        uint64 middle = _put(token, left);
        uint64 end = _put(token >> 64 << 64 | middle, right);
        ranges.join(token, token >> 64 << 64 | middle);
        assert(left.owner() == right.owner());
        assert(_at(token, uint64(token)).length() == end - uint64(token));
        assert(_at(token, uint64(token)).owner() == left.owner() && !_at(token, middle).exists());
    }

    function check_only_neighbours_of_one_receivable_and_owner_join(
        uint256 token,
        TokenWord left,
        uint256 other,
        TokenWord right
    ) external {
        uint64 middle = _put(token, left);
        vm.assume(other != token);
        _put(other, right);
        vm.assume(other >> 64 != token >> 64 || uint64(other) != middle || left.owner() != right.owner());
        (bool done,) = address(ranges).call(abi.encodeCall(ranges.join, (token, other)));
        assert(!done);
    }
}
