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
import {Roles} from "../types/Roles.sol";
import {TokenWord, TokenWords} from "../types/TokenWord.sol";

/// @title Ranges: the words of tokens and receivables, and the cuts and joins that keep live ranges disjoint and complete
/// @dev What a derived contract must keep: it writes `tokens` through the functions here only, so that lengths of all tokens of a confirmed receivable
/// tile its face; it takes the lock, checks who acts, and settles a source before it calls {_cut}, {_cutHeads} or {_join}.
///
/// Storage:
///   tokens[id]        {TokenWord}
///   records[id]       {Record}: word {ReceivableWord} | obligor 160 grace 32 lateRate 32 lateBasis 32 | supplier 160 issuedAt 40 confirmedAt 40
///                     | content root | digest
///   holdings[owner]   number of tokens (ERC-721 balance)
///   epochs[id]        approval epoch of an id; outlives the token, so that an id cut again revives no old approval
///   modules[index]    repayment modules, append-only; moduleIndex[module] is the way back
/// Transient: holder, who has the lock.
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
        TokenWord held;
        ReceivableWord word;
    }

    mapping(uint256 token => TokenWord) internal tokens;
    mapping(uint192 id => Record) internal records;
    mapping(address owner => uint256) internal holdings;
    mapping(uint256 token => uint32) internal epochs;
    mapping(uint8 index => address) internal modules;
    mapping(address module => uint8) internal moduleIndex;

    address private transient holder;

    /// @dev One lock for everything that writes ranges or payments; a module that holds it may go on in here, nobody else.
    modifier locked() {
        address before = _enter();
        _;
        holder = before;
    }

    modifier unlocked() {
        require(holder == address(0) || holder == msg.sender, Locked());
        _;
    }

    function _enter() private returns (address before) {
        before = holder;
        require(before == address(0) || before == msg.sender, Locked());
        holder = address(this);
    }

    /// @inheritdoc IReceivableToken
    function takeLock() external {
        require(moduleIndex[msg.sender] != 0, NotModule(msg.sender));
        require(holder == address(0), Locked());
        holder = msg.sender;
    }

    /// @inheritdoc IReceivableToken
    function releaseLock() external {
        require(holder == msg.sender, NotModule(msg.sender));
        holder = address(0);
    }

    function _tokenId(uint192 id, uint64 start) internal pure returns (uint256) {
        return uint256(id) << 64 | start;
    }

    /// @dev Reads a token that may be cut or joined now; reverts for a missing, locked, held or paused one.
    function _source(uint256 token) internal view returns (Source memory source) {
        TokenWord held = tokens[token];
        require(held.exists(), ERC721NonexistentToken(token));
        require(!held.has(TokenWords.LOCKING), TokenLocked(token, held.flags()));
        source.id = uint192(token >> 64);
        source.start = uint64(token);
        source.end = source.start + held.length();
        source.owner = held.owner();
        source.held = held;
        source.word = records[source.id].word;
        require(source.word.state() == uint8(State.Live), WrongState(source.id, State(source.word.state())));
        require(!source.word.stopped(), ReceivableStopped(source.id));
    }

    function _checkRange(Source memory source, uint64 start, uint64 end) internal pure {
        require(start < end, RangeEmpty(start, end));
        require(start >= source.start && end <= source.end, RangeOutside(start, end, source.start, source.end));
        uint64 least = uint64(1) << source.word.leastPiece();
        bool whole = start == source.start && end == source.end;
        require(whole || end - start >= least, PieceTooSmall(end - start, least));
    }

    function _checkRecipient(address owner, address to, uint256 word) internal pure {
        require(word.isActive() && word.account() == to, RecipientInactive(to));
        require(owner == to || word.has(MemberWord.ACCEPTS_DIRECT), RecipientDeclinesDirect(to));
    }

    /// @dev Where the policy demands a trade background, only a split to oneself and moves to and from custody contracts go without one.
    function _checkBackground(Source memory source, address to, uint256 recipient, bytes32 ref) internal view {
        if (ref != 0 || source.word.marks() & ReceivableWords.DEMANDS_BACKGROUND == 0 || to == source.owner) return;
        require(_isCustody(recipient) || _isCustody(MEMBERS.wordOf(source.owner)), BackgroundMissing(source.id));
    }

    function _isCustody(uint256 word) private pure returns (bool) {
        return word.has(MemberWord.CONTRACT) && word.roles() & Roles.CUSTODIAN != 0;
    }

    /// @dev Credits the present owner with every payment before the range changes hands or shape.
    function _settle(Source memory source) internal {
        uint16 payments = source.word.payments();
        if (source.held.cursor() == payments) return;
        IRepayment(modules[source.word.module()]).settle(_tokenId(source.id, source.start), source.held, source.word);
        source.held = source.held.withCursor(payments);
    }

    /// @dev Cuts the checked range out of a settled source: the parent is written first with its final length, then the pieces, then events.
    function _cut(Source memory source, uint64 start, uint64 end, address to, bytes32 ref) internal returns (uint256) {
        bool head = start == source.start;
        bool rest = end < source.end;
        if (head) {
            _giveHead(source, end, to);
        } else {
            tokens[_tokenId(source.id, source.start)] = source.held.shortened(start - source.start);
            _write(source, start, end, to);
        }
        if (rest) _write(source, end, source.end, source.owner);
        _count(source.owner, to, head, rest);
        if (head) emit IERC721.Transfer(source.owner, to, _tokenId(source.id, start));
        else _emitMinted(source, start, end, to);
        if (rest) _emitMinted(source, end, source.end, source.owner);
        _emitMoved(source, source.start, start, end, to, ref);
        return _tokenId(source.id, start);
    }

    function _emitMoved(Source memory source, uint64 tokenStart, uint64 start, uint64 end, address to, bytes32 ref)
        private
    {
        emit RangeMoved(source.id, source.owner, to, tokenStart, source.end, start, end, source.held.cursor(), ref);
    }

    /// @dev Tokens of the recipient and of the owner, who keeps a head unless it was given, and a rest if there is one.
    function _count(address owner, address to, bool head, bool rest) private {
        if (owner == to) {
            holdings[owner] += (head ? 0 : 1) + (rest ? 1 : 0);
            return;
        }
        ++holdings[to];
        if (head && !rest) --holdings[owner];
        else if (!head && rest) ++holdings[owner];
    }

    /// @dev Cuts neighbouring heads off a settled source, one for each payee, and leaves the rest to its owner.
    function _cutHeads(Source memory source, Piece[] calldata pieces) internal {
        uint64 first = pieces[0].end;
        uint64 last = pieces[pieces.length - 1].end;
        bool rest = last < source.end;
        _giveHead(source, first, pieces[0].to);
        for (uint256 i = 1; i < pieces.length; ++i) {
            _write(source, pieces[i - 1].end, pieces[i].end, pieces[i].to);
            ++holdings[pieces[i].to];
        }
        if (rest) _write(source, last, source.end, source.owner);
        _count(source.owner, pieces[0].to, true, rest);
        emit IERC721.Transfer(source.owner, pieces[0].to, _tokenId(source.id, source.start));
        if (rest) _emitMinted(source, last, source.end, source.owner);
        _emitHeads(source, pieces);
    }

    function _emitHeads(Source memory source, Piece[] calldata pieces) private {
        uint64 start = source.start;
        for (uint256 i = 0; i < pieces.length; ++i) {
            Piece calldata piece = pieces[i];
            if (i != 0) _emitMinted(source, start, piece.end, piece.to);
            _emitMoved(source, start, start, piece.end, piece.to, piece.ref);
            start = piece.end;
        }
    }

    /// @dev Gives [source.start, end) to `to` under the source's own id; approvals of a flagged id die with the change.
    function _giveHead(Source memory source, uint64 end, address to) private {
        uint256 token = _tokenId(source.id, source.start);
        tokens[token] = source.held.piece(to, end - source.start);
        if (source.held.has(TokenWords.APPROVED)) ++epochs[token];
    }

    function _write(Source memory source, uint64 start, uint64 end, address to) private {
        uint256 token = _tokenId(source.id, start);
        require(!tokens[token].exists(), ERC721InvalidSender(address(0)));
        tokens[token] = source.held.piece(to, end - start);
    }

    function _emitMinted(Source memory source, uint64 start, uint64 end, address to) private {
        uint256 token = _tokenId(source.id, start);
        emit IERC721.Transfer(address(0), to, token);
        emit IERC3525.SlotChanged(token, 0, source.id);
        emit IERC3525.TransferValue(_tokenId(source.id, source.start), token, end - start);
    }

    /// @dev Joins the settled right range into its settled left neighbour of the same owner.
    function _join(Source memory left, Source memory right) internal {
        uint256 kept = _tokenId(left.id, left.start);
        uint256 gone = _tokenId(right.id, right.start);
        require(left.id == right.id && left.end == right.start, NotNeighbours(kept, gone));
        require(left.owner == right.owner, OwnersDiffer(left.owner, right.owner));
        require(left.held.inherited() == right.held.inherited(), TokenLocked(gone, right.held.flags()));
        tokens[kept] = left.held.piece(left.owner, right.end - left.start);
        tokens[gone] = TokenWord.wrap(0);
        --holdings[right.owner];
        if (left.held.has(TokenWords.APPROVED)) ++epochs[kept];
        if (right.held.has(TokenWords.APPROVED)) ++epochs[gone];
        emit IERC3525.TransferValue(gone, kept, right.end - right.start);
        emit IERC721.Transfer(right.owner, address(0), gone);
        emit IERC3525.SlotChanged(gone, right.id, 0);
        emit RangesMerged(left.id, left.owner, left.start, right.start, right.end, left.held.cursor());
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
