// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ActTarget} from "../ActTarget.sol";
import {IERC3525} from "../interfaces/IERC3525.sol";
import {IReceivableOffers} from "../interfaces/IReceivableOffers.sol";
import {IReceivableToken} from "../interfaces/IReceivableToken.sol";
import {IRepayment} from "../interfaces/IRepayment.sol";
import {MemberWord} from "../types/MemberWord.sol";
import {ReceivableWord, ReceivableWords} from "../types/ReceivableWord.sol";
import {Roles} from "../types/Roles.sol";
import {TokenWord, TokenWords} from "../types/TokenWord.sol";

/// @title Ranges: the words of tokens and receivables, and the cuts and joins that keep live ranges disjoint and complete
/// @dev What a derived contract must keep: it writes `tokens` through the functions here only, so that lengths of all tokens of a confirmed receivable
/// tile its face; it takes the lock, checks who acts, and settles a source before it calls {_cut}, {_cutHeads} or {_join}.
/// Checks on the way of every move revert by `if`, since `require` evaluates its error's arguments even when it passes.
///
/// Storage:
///   tokens[id]        {TokenWord}
///   records[id]       {Record}: word {ReceivableWord} | obligor 160 grace 32 lateRate 32 lateBasis 32 | supplier 160 issuedAt 40 confirmedAt 40
///                     | retired 64 consented 64 | content root | digest
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
        /// Length of the retired ranges, and of those whose owners consent to a cancellation.
        uint64 retired;
        uint64 consented;
        bytes32 contentRoot;
        bytes32 digest;
    }

    /// What a cut needs to know of the token that it cuts.
    struct Source {
        uint256 token;
        uint192 id;
        uint64 start;
        uint64 end;
        address owner;
        TokenWord held;
        ReceivableWord word;
    }

    IReceivableOffers private immutable OFFERS;

    mapping(uint256 token => TokenWord) internal tokens;
    mapping(uint192 id => Record) internal records;
    mapping(address owner => uint256) internal holdings;
    mapping(uint256 token => uint32) internal epochs;
    mapping(uint8 index => address) internal modules;
    mapping(address module => uint8) internal moduleIndex;

    /// @dev An address in a whole word, so that taking the lock reads nothing beside it.
    uint256 private transient holder;

    constructor(IReceivableOffers offers) {
        OFFERS = offers;
    }

    /// @dev One lock for everything that writes ranges or payments; a module that holds it may go on in here, nobody else.
    modifier locked() {
        uint256 before = _enter();
        _;
        holder = before;
    }

    modifier unlocked() {
        uint256 held = holder;
        require(held == 0 || held == uint160(msg.sender), Locked());
        _;
    }

    function _enter() private returns (uint256 before) {
        before = holder;
        require(before == 0 || before == uint160(msg.sender), Locked());
        holder = uint160(address(this));
    }

    /// @inheritdoc IReceivableToken
    function takeLock() external {
        require(moduleIndex[msg.sender] != 0, NotModule(msg.sender));
        require(holder == 0, Locked());
        holder = uint160(msg.sender);
    }

    /// @inheritdoc IReceivableToken
    function releaseLock() external {
        require(holder == uint160(msg.sender), NotModule(msg.sender));
        holder = 0;
    }

    function _tokenId(uint192 id, uint64 start) internal pure returns (uint256) {
        return uint256(id) << 64 | start;
    }

    /// @dev Reads a token that may be cut or joined now; reverts for a missing, locked, held or paused one. An offer that has lapsed locks nothing.
    function _source(uint256 token) internal view returns (Source memory source) {
        source = _read(token);
        if (source.held.has(TokenWords.LOCKING)) {
            bool offered = source.held.flags() & TokenWords.LOCKING == TokenWords.OFFERED;
            if (!offered || OFFERS.isOpen(token)) revert TokenLocked(token, source.held.flags());
            source.held = source.held.without(TokenWords.OFFERED);
        }
        if (source.word.state() != uint8(State.Live)) revert WrongState(source.id, State(source.word.state()));
        if (source.word.stopped()) revert ReceivableStopped(source.id);
    }

    /// @dev Reads a token for a court, which no offer, hold, pause or closing stops: kept money goes with its range even after all is paid.
    function _heldSource(uint256 token) internal view returns (Source memory source) {
        source = _read(token);
        if (source.held.has(TokenWords.RETIRED)) revert TokenLocked(token, source.held.flags());
        source.held = source.held.without(TokenWords.OFFERED);
    }

    function _read(uint256 token) private view returns (Source memory source) {
        TokenWord held = tokens[token];
        if (!held.exists()) revert ERC721NonexistentToken(token);
        source.token = token;
        source.id = uint192(token >> 64);
        source.start = uint64(token);
        source.end = source.start + held.length();
        source.owner = held.owner();
        source.held = held;
        source.word = records[source.id].word;
    }

    /// @dev The acting account, by a key that may dispose of its tokens, and the recipient's word; in one view call for a direct caller.
    function _parties(address to) internal view returns (address account, uint256 recipient) {
        uint256 word;
        if (msg.sender == ACTS) {
            account = _signedIn(Roles.HOLDERS);
            (word, recipient) = (MEMBERS.wordOf(account), MEMBERS.wordOf(to));
        } else {
            (account, word, recipient) = MEMBERS.pair(msg.sender, to);
            _requireRole(account, word, Roles.HOLDERS);
        }
        _requireFree(account, word);
    }

    /// @dev No court holds what the account has.
    function _requireFree(address account, uint256 word) internal pure {
        if (word.has(MemberWord.HELD)) revert AccountHeld(account);
    }

    function _checkRange(Source memory source, uint64 start, uint64 end) internal pure {
        _checkInside(source, start, end);
        uint8 leastPiece = source.word.leastPiece();
        if (leastPiece == 0 || (start == source.start && end == source.end)) return;
        if ((end - start) >> leastPiece == 0) revert PieceTooSmall(end - start, uint64(1) << leastPiece);
    }

    function _checkInside(Source memory source, uint64 start, uint64 end) internal pure {
        if (start >= end) revert RangeEmpty(start, end);
        if (start < source.start || end > source.end) revert RangeOutside(start, end, source.start, source.end);
    }

    function _checkRecipient(address owner, address to, uint256 word) internal pure {
        if (!word.isActiveAccount(to)) revert RecipientInactive(to);
        if (owner != to && !word.has(MemberWord.ACCEPTS_DIRECT)) revert RecipientDeclinesDirect(to);
    }

    /// @dev For a move without reference: where the policy demands a trade background, only a split to oneself and moves to and from custody
    /// contracts go without one.
    function _checkBackground(Source memory source, address to, uint256 recipient) internal view {
        if (source.word.marks() & ReceivableWords.DEMANDS_BACKGROUND == 0 || to == source.owner) return;
        if (!_isCustody(recipient) && !_isCustody(MEMBERS.wordOf(source.owner))) revert BackgroundMissing(source.id);
    }

    function _isCustody(uint256 word) private pure returns (bool) {
        return word.has(MemberWord.CONTRACT) && word.roles() & Roles.CUSTODIAN != 0;
    }

    /// @dev Credits the present owner with every payment before the range changes hands or shape.
    function _settle(Source memory source) internal {
        _endConsent(source);
        uint16 payments = source.word.payments();
        if (source.held.cursor() == payments) return;
        IRepayment(modules[source.word.module()]).settle(source.token, source.held, source.word);
        source.held = source.held.withCursor(payments);
    }

    /// @dev Whatever is done with a range ends its owner's consent to a cancellation.
    function _endConsent(Source memory source) internal {
        if (!source.held.has(TokenWords.CANCEL_CONSENT)) return;
        records[source.id].consented -= source.held.length();
        source.held = source.held.without(TokenWords.CANCEL_CONSENT);
    }

    /// @dev Cuts the checked range out of a settled source: the parent is written first with its final length, then the pieces.
    function _cut(Source memory source, uint64 start, uint64 end, address to, bytes32 ref) internal returns (uint256) {
        bool head = start == source.start;
        bool rest = end < source.end;
        if (head) {
            _giveHead(source, end, to);
        } else {
            tokens[source.token] = source.held.shortened(_length(source.start, start));
            _mint(source, start, end, to);
        }
        if (rest) _mint(source, end, source.end, source.owner);
        _count(source.owner, to, head, rest);
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
        unchecked {
            // Nobody has 2^256 tokens, and who gives one has one.
            if (owner == to) {
                holdings[owner] += (head ? 0 : 1) + (rest ? 1 : 0);
                return;
            }
            ++holdings[to];
            if (head && !rest) --holdings[owner];
            else if (!head && rest) ++holdings[owner];
        }
    }

    /// @dev Cuts neighbouring heads off a settled source, one for each payee, and leaves the rest to its owner.
    function _cutHeads(Source memory source, Piece[] calldata pieces) internal {
        (uint64 last, address first, bytes32 firstRef) = _piece(pieces, 0);
        _giveHead(source, last, first);
        _emitMoved(source, source.start, source.start, last, first, firstRef);
        for (uint256 i = 1; i < pieces.length; ++i) {
            (uint64 end, address to, bytes32 ref) = _piece(pieces, i);
            _mint(source, last, end, to);
            unchecked {
                ++holdings[to];
            }
            _emitMoved(source, last, last, end, to, ref);
            last = end;
        }
        bool rest = last < source.end;
        if (rest) _mint(source, last, source.end, source.owner);
        _count(source.owner, first, true, rest);
    }

    /// @dev A piece read where it lies: two loops over a batch read each word once, and copying the list costs more than both. The compiler has held
    /// the list against the call data's end; words with dirty high bits revert, as its own decoding would.
    function _piece(Piece[] calldata pieces, uint256 index)
        internal
        pure
        returns (uint64 end, address to, bytes32 ref)
    {
        assembly ("memory-safe") {
            let at := add(pieces.offset, mul(index, 96))
            end := calldataload(at)
            to := calldataload(add(at, 32))
            ref := calldataload(add(at, 64))
            if or(shr(64, end), shr(160, to)) { revert(0, 0) }
        }
    }

    /// @dev Gives [source.start, end) to `to` under the source's own id; approvals of a flagged id die with the change.
    function _giveHead(Source memory source, uint64 end, address to) private {
        tokens[source.token] = source.held.piece(to, _length(source.start, end));
        if (source.held.has(TokenWords.APPROVED)) ++epochs[source.token];
        emit IERC721.Transfer(source.owner, to, source.token);
    }

    /// @dev Mints [start, end) out of the source. An id that is taken already would be an overlap.
    function _mint(Source memory source, uint64 start, uint64 end, address to) private {
        uint256 token = _tokenId(source.id, start);
        uint64 length = _length(start, end);
        if (tokens[token].exists()) revert ERC721InvalidSender(address(0));
        tokens[token] = source.held.piece(to, length);
        emit IERC721.Transfer(address(0), to, token);
        emit IERC3525.SlotChanged(token, 0, source.id);
        emit IERC3525.TransferValue(source.token, token, length);
    }

    /// @dev Of a range that was checked: start < end.
    function _length(uint64 start, uint64 end) private pure returns (uint64) {
        unchecked {
            return end - start;
        }
    }

    /// @dev Joins the settled right range into its settled left neighbour of the same owner.
    function _join(Source memory left, Source memory right) internal {
        (uint256 kept, uint256 gone) = (left.token, right.token);
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
