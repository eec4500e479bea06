// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ActTarget} from "./ActTarget.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IReceivableOffers} from "./interfaces/IReceivableOffers.sol";
import {Issue} from "./interfaces/IReceivableDrafts.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IRepayment} from "./interfaces/IRepayment.sol";
import {ReceivableRanges} from "./receivable/ReceivableRanges.sol";
import {ReceivableFace} from "./receivable/ReceivableFace.sol";
import {MemberWord} from "./types/MemberWord.sol";
import {Powers} from "./types/Powers.sol";
import {MOST_PAYMENTS, ReceivableWord, ReceivableWords} from "./types/ReceivableWord.sol";
import {Roles} from "./types/Roles.sol";
import {TokenWord, TokenWords} from "./types/TokenWord.sol";

/// @title Receivables and their range tokens
/// @dev Acts of holders; ranges lie in {ReceivableRanges}, the ERC faces in {ReceivableFace}. What else may happen to a receivable (confirmation, offers,
/// holds, retirement, cancellation, financing) lies in companions, each with powers that are fixed when the token is made ({Powers}).
///
/// Storage of its own:
///   moduleCount         8, in ascending indices from 1
///   powers[companion]   {Powers}; never changed
contract ReceivableToken is ReceivableFace, AccessManaged {
    using MemberWord for uint256;

    /// Flags that a range can be carried with; consents and write-offs are its owner's own.
    uint8 private constant CARRIED = TokenWords.OFFERED | TokenWords.HELD | TokenWords.CUSTODY;

    struct Companion {
        address place;
        uint16 powers;
    }

    uint8 private moduleCount;
    mapping(address companion => uint16) private powers;

    constructor(
        address acts,
        IMembers members,
        IReceivableOffers offers,
        address views,
        address council,
        Companion[] memory companions
    ) ActTarget(acts, members) ReceivableRanges(offers) ReceivableFace(views) AccessManaged(council) {
        for (uint256 i = 0; i < companions.length; ++i) {
            powers[companions[i].place] = companions[i].powers;
            emit CompanionNamed(companions[i].place, companions[i].powers);
        }
    }

    // --- Council ---

    /// @inheritdoc IReceivableToken
    function appendModule(address module) external restricted returns (uint8 index) {
        require(moduleIndex[module] == 0, ModuleExists(module));
        index = ++moduleCount;
        (modules[index], moduleIndex[module]) = (module, index);
        emit ModuleAppended(index, module);
    }

    /// @inheritdoc IReceivableToken
    function setPaused(uint192 id, bool paused) external restricted unlocked {
        records[id].word = records[id].word.withPaused(paused);
        emit PausedSet(id, paused);
    }

    // --- For companions ---

    /// @dev The caller's powers, which must have all of `needed`.
    function _powers(uint16 needed) private view returns (uint16 granted) {
        granted = powers[msg.sender];
        require(granted & needed == needed, NotCompanion(msg.sender, needed));
    }

    /// @inheritdoc IReceivableToken
    function open(uint192 id, Issue calldata terms, uint16 marks, bytes32 confirmation, uint40 issuedAt)
        external
        locked
    {
        _powers(Powers.OPEN);
        Record storage record = records[id];
        require(record.word.state() == uint8(State.None), ReceivableExists(id));
        record.word = _opened(terms, marks);
        (record.obligor, record.grace) = (terms.obligor, terms.grace);
        (record.lateRate, record.lateBasis) = (terms.lateRate, terms.lateBasis);
        (record.supplier, record.issuedAt, record.confirmedAt) = (terms.supplier, issuedAt, uint40(block.timestamp));
        (record.contentRoot, record.digest) = (terms.contentRoot, confirmation);
        _mintWhole(id, terms.supplier, terms.face);
        IRepayment(modules[terms.module]).recordOpening(id);
    }

    /// @inheritdoc IReceivableToken
    function carry(Move calldata body, uint8 flags) external locked returns (uint256 piece) {
        require(flags & ~CARRIED == 0, NotCompanion(msg.sender, Powers.CARRY | flags));
        bool court = _powers(Powers.CARRY | flags) & TokenWords.HELD != 0;
        Source memory source = court ? _heldSource(body.token) : _source(body.token);
        if (!court) _requireOwnerActive(source.owner);
        uint256 recipient = MEMBERS.wordOf(body.to);
        if (!court) _checkRange(source, body.start, body.end);
        else _checkInside(source, body.start, body.end);
        if (body.to != source.owner && !recipient.isActiveAccount(body.to)) revert RecipientInactive(body.to);
        if (body.ref == 0) _checkBackground(source, body.to, recipient);
        // What a court moves takes the money kept for it along: its new owner draws it.
        if (court) _endConsent(source);
        else _settle(source);
        piece = _cut(source, body.start, body.end, body.to, body.ref);
        if (flags != 0) _setFlags(piece, tokens[piece].withFlag(flags));
    }

    /// @inheritdoc IReceivableToken
    function flag(uint256 token, uint8 set, uint8 clear) external unlocked {
        require((set | clear) & ~Powers.FLAGS == 0, NotCompanion(msg.sender, set | clear));
        _powers(set | clear);
        TokenWord held = tokens[token];
        require(held.exists(), ERC721NonexistentToken(token));
        TokenWord changed = held.without(clear).withFlag(set);
        if (held.has(TokenWords.CANCEL_CONSENT)) records[uint192(token >> 64)].consented -= held.length();
        if (changed.has(TokenWords.CANCEL_CONSENT)) records[uint192(token >> 64)].consented += held.length();
        _setFlags(token, changed);
    }

    function _setFlags(uint256 token, TokenWord word) private {
        tokens[token] = word;
        emit FlagsSet(uint192(token >> 64), uint64(token), word.flags());
    }

    /// @inheritdoc IReceivableToken
    function mark(uint192 id, uint16 set, uint16 clear) external unlocked {
        uint16 marks = set | clear;
        // What the obligor confirmed and the policy demands is nobody's to change.
        require(marks & ~(ReceivableWords.HELD | ReceivableWords.DISPUTED) == 0, NotCompanion(msg.sender, marks));
        _powers(
            (marks & ReceivableWords.HELD != 0 ? Powers.MARK_HELD : 0)
                | (marks & ReceivableWords.DISPUTED != 0 ? Powers.MARK_DISPUTED : 0)
        );
        ReceivableWord word = records[id].word;
        require(word.state() != uint8(State.None), WrongState(id, State.None));
        marks = word.marks() & ~clear | set;
        records[id].word = word.withMarks(marks);
        emit MarksSet(id, marks);
    }

    /// @inheritdoc IReceivableToken
    function retire(uint256 token, uint64 start, uint64 end, bytes32 ref) external locked {
        _powers(Powers.END);
        Source memory source = _source(token);
        _checkRange(source, start, end);
        _settle(source);
        (uint64 owed, bool closes) = IRepayment(modules[source.word.module()]).recordRetirement(source.id, start, end);
        Record storage record = records[source.id];
        uint256 piece = _cut(source, start, end, record.obligor, ref);
        record.retired += end - start;
        ReceivableWord word = _withPayment(source.word, source.word.owedLive() - owed, closes);
        record.word = word;
        emit RangeRetired(source.id, source.owner, start, end, owed, word.payments());
        // Nothing that was paid before is left to draw, and nothing comes after.
        _setFlags(piece, TokenWords.make(record.obligor, end - start, word.payments(), TokenWords.RETIRED));
        if (closes) emit ReceivableClosed(source.id);
    }

    /// @inheritdoc IReceivableToken
    function cancel(uint192 id) external unlocked {
        _powers(Powers.END);
        Record storage record = records[id];
        _requireLive(id, record.word);
        require(!record.word.stopped(), ReceivableStopped(id));
        uint64 live = record.word.face() - record.retired;
        require(record.consented == live, NotConsented(id, record.consented, live));
        record.word = record.word.withState(uint8(State.Cancelled));
        emit ReceivableCancelled(id);
    }

    function _opened(Issue calldata terms, uint16 marks) private pure returns (ReceivableWord) {
        ReceivableWords.Fields memory fields;
        (fields.face, fields.owedLive, fields.due) = (terms.face, terms.face, terms.due);
        (fields.state, fields.leastPiece, fields.module) = (uint8(State.Live), terms.leastPiece, terms.module);
        (fields.cash, fields.policy, fields.currency) = (terms.cash, terms.policy, terms.currency);
        fields.marks = marks;
        return ReceivableWords.pack(fields);
    }

    // --- Moves ---

    /// @inheritdoc IReceivableToken
    function move(Move calldata body) external locked returns (uint256) {
        (address account, uint256 recipient) = _parties(body.to);
        Source memory source = _checkedMove(account, recipient, body);
        _settle(source);
        return _cut(source, body.start, body.end, body.to, body.ref);
    }

    /// @inheritdoc IReceivableToken
    function moveBatch(MoveBatch calldata body) external locked {
        require(body.pieces.length != 0, NothingNamed());
        address account = _actorIn(Roles.HOLDERS);
        _requireFree(account, MEMBERS.wordOf(account));
        Source memory source = _owned(account, body.token);
        _checkHeads(source, body.pieces);
        _settle(source);
        _cutHeads(source, body.pieces);
    }

    function _checkHeads(Source memory source, Piece[] calldata pieces) private view {
        (uint64 start, bool any) = (source.start, source.word.leastPiece() == 0);
        for (uint256 i = 0; i < pieces.length; ++i) {
            (uint64 end, address to, bytes32 ref) = _piece(pieces, i);
            // Most pieces pass by two comparisons.
            if (!any || end <= start || end > source.end) _checkRange(source, start, end);
            uint256 recipient = _wordOf(to);
            _checkRecipient(source.owner, to, recipient);
            if (ref == 0) _checkBackground(source, to, recipient);
            start = end;
        }
    }

    /// @dev {IMembers-wordOf}, for the loop over a batch: a plain call costs as much again as what it asks.
    function _wordOf(address subject) private view returns (uint256 word) {
        address members = address(MEMBERS);
        bytes4 selector = IMembers.wordOf.selector;
        assembly ("memory-safe") {
            mstore(0, selector)
            mstore(4, subject)
            if iszero(staticcall(gas(), members, 0, 36, 0, 32)) { revert(0, 0) }
            word := mload(0)
        }
    }

    /// @inheritdoc IReceivableToken
    function moveMany(MoveMany calldata body) external locked {
        require(body.tokens.length != 0, NothingNamed());
        (address account, uint256 recipient) = _parties(body.to);
        for (uint256 i = 0; i < body.tokens.length; ++i) {
            Source memory source = _owned(account, body.tokens[i]);
            _check(source, source.start, source.end, body.to, recipient, body.ref);
            _settle(source);
            _cut(source, source.start, source.end, body.to, body.ref);
        }
    }

    /// @inheritdoc IReceivableToken
    function merge(Merge calldata body) external locked {
        address account = _actorIn(Roles.HOLDERS);
        Source memory left = _owned(account, body.left);
        Source memory right = _owned(account, body.right);
        _settle(left);
        _settle(right);
        _join(left, right);
    }

    function _checkedMove(address account, uint256 recipient, Move calldata body)
        private
        view
        returns (Source memory source)
    {
        source = _owned(account, body.token);
        _check(source, body.start, body.end, body.to, recipient, body.ref);
    }

    function _check(Source memory source, uint64 start, uint64 end, address to, uint256 recipient, bytes32 ref)
        private
        view
    {
        _checkRange(source, start, end);
        _checkRecipient(source.owner, to, recipient);
        if (ref == 0) _checkBackground(source, to, recipient);
    }

    function _owned(address account, uint256 token) private view returns (Source memory source) {
        source = _source(token);
        if (source.owner != account) revert ERC721IncorrectOwner(account, token, source.owner);
    }

    // --- For the pinned repayment module ---

    /// @inheritdoc IReceivableToken
    function recordPayment(uint192 id, uint64 owedLive, bool closes) external unlocked returns (uint16 payments) {
        ReceivableWord word = records[id].word;
        _onlyModule(word);
        _requireLive(id, word);
        require(owedLive <= word.owedLive() && word.payments() < MOST_PAYMENTS, PaymentRefused(id));
        word = _withPayment(word, owedLive, closes);
        records[id].word = word;
        payments = word.payments();
        emit PaymentRecorded(id, payments, owedLive, closes);
    }

    /// @inheritdoc IReceivableToken
    function close(uint192 id) external unlocked {
        ReceivableWord word = records[id].word;
        _onlyModule(word);
        _requireLive(id, word);
        records[id].word = _closed(word);
        emit ReceivableClosed(id);
    }

    function _withPayment(ReceivableWord word, uint64 owedLive, bool closes) private pure returns (ReceivableWord) {
        word = word.withPayment(owedLive);
        return closes ? _closed(word) : word;
    }

    function _closed(ReceivableWord word) private pure returns (ReceivableWord) {
        require(word.owedLive() == 0, StillOwed(word.owedLive()));
        return word.withState(uint8(State.Closed));
    }

    function _requireLive(uint192 id, ReceivableWord word) private pure {
        require(word.state() == uint8(State.Live), WrongState(id, State(word.state())));
    }

    /// @inheritdoc IReceivableToken
    function advance(uint256 token) external unlocked returns (TokenWord held, ReceivableWord word) {
        held = tokens[token];
        word = records[uint192(token >> 64)].word;
        require(held.exists(), ERC721NonexistentToken(token));
        require(!held.has(TokenWords.HELD), TokenLocked(token, held.flags()));
        require(word.marks() & ReceivableWords.HELD == 0, ReceivableStopped(uint192(token >> 64)));
        _onlyModule(word);
        tokens[token] = held.withCursor(word.payments());
    }

    function _onlyModule(ReceivableWord word) private view {
        require(msg.sender == modules[word.module()], NotModule(msg.sender));
    }

    // --- Views ---

    /// @inheritdoc IReceivableToken
    function wordOf(uint192 id) external view returns (ReceivableWord) {
        return records[id].word;
    }

    /// @inheritdoc IReceivableToken
    function tokenWord(uint256 token) external view returns (TokenWord) {
        return tokens[token];
    }

    /// @inheritdoc IReceivableToken
    function termsOf(uint192 id) external view returns (ReceivableWord, address, uint32, uint32, uint32, address) {
        Record storage record = records[id];
        return (record.word, record.obligor, record.grace, record.lateRate, record.lateBasis, record.supplier);
    }

    /// @inheritdoc IReceivableToken
    function detailsOf(uint192 id) external view returns (uint40, uint40, uint64, uint64, bytes32, bytes32) {
        Record storage record = records[id];
        return
            (record.issuedAt, record.confirmedAt, record.retired, record.consented, record.contentRoot, record.digest);
    }

    /// @inheritdoc IReceivableToken
    function moduleAt(uint8 index) external view returns (address) {
        return modules[index];
    }

    /// @inheritdoc IReceivableToken
    function isModule(address module) external view returns (bool) {
        return moduleIndex[module] != 0;
    }

    /// @inheritdoc IReceivableToken
    function powersOf(address companion) external view returns (uint16) {
        return powers[companion];
    }

    /// @inheritdoc IReceivableToken
    function checkMove(address account, Move calldata body) external view {
        _requireFree(account, MEMBERS.wordOf(account));
        _checkedMove(account, MEMBERS.wordOf(body.to), body);
    }
}
