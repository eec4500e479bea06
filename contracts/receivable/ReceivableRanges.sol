// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ActTarget} from "../ActTarget.sol";
import {IERC3525} from "../interfaces/IERC3525.sol";
import {IReceivableToken} from "../interfaces/IReceivableToken.sol";
import {IRepayment} from "../interfaces/IRepayment.sol";
import {MemberWord} from "../types/MemberWord.sol";
import {ReceivableWord, ReceivableWords} from "../types/ReceivableWord.sol";
import {TokenWord, TokenWords} from "../types/TokenWord.sol";

/// @title Ranges: the words of tokens and receivables, and the cuts and joins that keep live ranges disjoint and complete
/// @dev What a derived contract must keep: it writes `tokens` through the functions here only, so that lengths of all tokens of a confirmed receivable
/// tile its face; it checks who acts before it calls {_cut}, {_cutHeads} or {_join}.
///
/// Storage:
///   tokens[id]        {TokenWord}
///   records[id]       {Record}: word {ReceivableWord} | obligor 160 grace 32 lateRate 32 lateBasis 32 | supplier 160 issuedAt 40 confirmedAt 40
///                     | content root | digest
///   holdings[owner]   number of tokens (ERC-721 balance)
///   epochs[id]        approval epoch of an id; outlives the token, so that an id cut again revives no old approval
///   modules[index]    repayment modules, append-only
abstract contract ReceivableRanges is IReceivableToken, IERC721Errors, ActTarget {
    using MemberWord for uint256;

    struct Record {
        ReceivableWord word;
        address obligor;
        uint32 grace;
        uint32 lateRate;
        uint32 lateBasis;
        address supplier;
        uint40 issuedAt;
        uint40 confirmedAt;
        bytes32 contentRoot;
        bytes32 digest;
    }

    /// What a cut needs to know of the token that it cuts.
    struct Source {
        uint192 id;
        uint64 start;
        uint64 end;
        address owner;
        uint16 cursor;
        uint8 flags;
        ReceivableWord word;
    }

    mapping(uint256 token => TokenWord) internal tokens;
    mapping(uint192 id => Record) internal records;
    mapping(address owner => uint256) internal holdings;
    mapping(uint256 token => uint32) internal epochs;
    mapping(uint8 index => address) internal modules;

    bool private transient busy;

    /// @dev One lock for everything that writes ranges: what a receiver's hook calls finds it taken.
    modifier locked() {
        require(!busy, Locked());
        busy = true;
        _;
        busy = false;
    }

    modifier unlocked() {
        require(!busy, Locked());
        _;
    }

    function _tokenId(uint192 id, uint64 start) internal pure returns (uint256) {
        return uint256(id) << 64 | start;
    }

    /// @dev Reads a token that may be cut or joined now; reverts for a missing, locked or paused one.
    function _source(uint256 token) internal view returns (Source memory source) {
        TokenWord held = tokens[token];
        require(held.exists(), ERC721NonexistentToken(token));
        require(!held.has(TokenWords.LOCKING), TokenLocked(token, held.flags()));
        source.id = uint192(token >> 64);
        source.start = uint64(token);
        source.end = source.start + held.length();
        source.owner = held.owner();
        source.cursor = held.cursor();
        source.flags = held.flags();
        source.word = records[source.id].word;
        require(source.word.state() == uint8(State.Live), WrongState(source.id, State(source.word.state())));
        require(!source.word.paused(), ReceivablePaused(source.id));
    }

    function _checkRange(Source memory source, uint64 start, uint64 end) internal pure {
        require(start < end, RangeEmpty(start, end));
        require(start >= source.start && end <= source.end, RangeOutside(start, end, source.start, source.end));
        uint64 least = uint64(1) << source.word.leastPiece();
        bool whole = start == source.start && end == source.end;
        require(whole || end - start >= least, PieceTooSmall(end - start, least));
    }

    function _checkRecipient(address from, address to, uint256 word) internal pure {
        require(word.isActive() && word.account() == to, RecipientInactive(to));
        require(from == to || word.has(MemberWord.ACCEPTS_DIRECT), RecipientDeclinesDirect(to));
    }

    function _checkBackground(Source memory source, bytes32 ref) internal pure {
        require(ref != 0 || source.word.marks() & ReceivableWords.DEMANDS_BACKGROUND == 0, BackgroundMissing(source.id));
    }

    /// @dev Credits the present owner with every payment before the range changes hands or shape.
    function _settle(Source memory source) internal {
        uint16 payments = source.word.payments();
        if (source.cursor == payments) return;
        IRepayment(modules[source.word.module()])
            .settle(source.id, source.start, source.end, source.cursor, source.owner);
        source.cursor = payments;
    }

    /// @dev Cuts the checked range out of a settled source: the parent is written first with its final length, then the pieces.
    function _cut(Source memory source, uint64 start, uint64 end, address to, bytes32 ref)
        internal
        returns (uint256 piece)
    {
        if (start == source.start) {
            _cutHead(source, source.end, end, to, ref);
            if (end < source.end) _rest(source, end, source.start);
            return _tokenId(source.id, start);
        }
        uint8 kept = source.flags;
        tokens[_tokenId(source.id, source.start)] =
            TokenWords.make(source.owner, start - source.start, source.cursor, kept);
        if (end < source.end) _rest(source, end, source.start);
        piece = _mintPiece(source, start, end, to, source.start);
        emit RangeMoved(source.id, source.owner, to, source.start, source.end, start, end, source.cursor, ref);
    }

    /// @dev Gives [source.start, end) to `to` under the source's own id; the caller writes the rest.
    function _cutHead(Source memory source, uint64 tokenEnd, uint64 end, address to, bytes32 ref) internal {
        uint256 token = _tokenId(source.id, source.start);
        tokens[token] = TokenWords.make(to, end - source.start, source.cursor, source.flags & TokenWords.INHERITED);
        if (source.flags & TokenWords.APPROVED != 0) ++epochs[token];
        if (source.owner != to || end < tokenEnd) {
            --holdings[source.owner];
            ++holdings[to];
        }
        emit IERC721.Transfer(source.owner, to, token);
        emit RangeMoved(source.id, source.owner, to, source.start, tokenEnd, source.start, end, source.cursor, ref);
    }

    /// @dev Cuts neighbouring heads off a settled source, one for each payee, and leaves the rest to its owner.
    function _cutHeads(Source memory source, Piece[] calldata pieces) internal {
        _cutHead(source, source.end, pieces[0].end, pieces[0].to, pieces[0].ref);
        uint64 start = pieces[0].end;
        for (uint256 i = 1; i < pieces.length; ++i) {
            Piece calldata piece = pieces[i];
            _mintPiece(source, start, piece.end, piece.to, source.start);
            emit RangeMoved(
                source.id, source.owner, piece.to, start, source.end, start, piece.end, source.cursor, piece.ref
            );
            start = piece.end;
        }
        if (start < source.end) _rest(source, start, source.start);
    }

    function _rest(Source memory source, uint64 start, uint64 parent) private {
        _mintPiece(source, start, source.end, source.owner, parent);
    }

    function _mintPiece(Source memory source, uint64 start, uint64 end, address to, uint64 parent)
        private
        returns (uint256 piece)
    {
        piece = _tokenId(source.id, start);
        require(!tokens[piece].exists(), ERC721InvalidSender(address(0)));
        tokens[piece] = TokenWords.make(to, end - start, source.cursor, source.flags & TokenWords.INHERITED);
        ++holdings[to];
        emit IERC721.Transfer(address(0), to, piece);
        emit IERC3525.SlotChanged(piece, 0, source.id);
        emit IERC3525.TransferValue(_tokenId(source.id, parent), piece, end - start);
    }

    /// @dev Joins the settled right range into its settled left neighbour of the same owner.
    function _join(Source memory left, Source memory right) internal {
        uint256 kept = _tokenId(left.id, left.start);
        uint256 gone = _tokenId(right.id, right.start);
        require(left.id == right.id && left.end == right.start, NotNeighbours(kept, gone));
        require(left.owner == right.owner, OwnersDiffer(left.owner, right.owner));
        require((left.flags ^ right.flags) & TokenWords.INHERITED == 0, TokenLocked(gone, right.flags));
        tokens[kept] =
            TokenWords.make(left.owner, right.end - left.start, left.cursor, left.flags & TokenWords.INHERITED);
        tokens[gone] = TokenWord.wrap(0);
        --holdings[right.owner];
        if (left.flags & TokenWords.APPROVED != 0) ++epochs[kept];
        if (right.flags & TokenWords.APPROVED != 0) ++epochs[gone];
        emit IERC3525.TransferValue(gone, kept, right.end - right.start);
        emit IERC721.Transfer(right.owner, address(0), gone);
        emit IERC3525.SlotChanged(gone, right.id, 0);
        emit RangesMerged(left.id, left.owner, left.start, right.start, right.end, left.cursor);
    }

    /// @dev The whole range [0, face) to the supplier, once, at confirmation.
    function _mintWhole(uint192 id, address supplier, uint64 face) internal {
        uint256 token = _tokenId(id, 0);
        tokens[token] = TokenWords.make(supplier, face, 0, 0);
        ++holdings[supplier];
        emit IERC721.Transfer(address(0), supplier, token);
        emit IERC3525.SlotChanged(token, 0, id);
        emit IERC3525.TransferValue(0, token, face);
    }
}
