// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ActTarget} from "./ActTarget.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {Issue} from "./interfaces/IReceivableDrafts.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {ReceivableFace} from "./receivable/ReceivableFace.sol";
import {MOST_PAYMENTS, ReceivableWord, ReceivableWords} from "./types/ReceivableWord.sol";
import {Roles} from "./types/Roles.sol";
import {TokenWord, TokenWords} from "./types/TokenWord.sol";

/// @title Receivables and their range tokens
/// @dev Acts of holders; drafts and confirmation lie in {ReceivableDrafts}, ranges in {ReceivableRanges}, the ERC faces in {ReceivableFace}.
///
/// Storage of its own:
///   moduleCount   8, in ascending indices from 1
contract ReceivableToken is ReceivableFace, AccessManaged {
    bytes32 private constant PIECE_TYPE = keccak256("Piece(uint64 end,address to,bytes32 ref)");
    bytes32 private constant MOVE_BATCH_TYPE =
        keccak256("MoveBatch(uint256 token,Piece[] pieces)Piece(uint64 end,address to,bytes32 ref)");
    bytes32 private constant MOVE_MANY_TYPE = keccak256("MoveMany(uint256[] tokens,address to,bytes32 ref)");

    address private immutable DRAFTS;

    uint8 private moduleCount;

    constructor(address acts, IMembers members, address drafts, address council)
        ActTarget(acts, members)
        AccessManaged(council)
    {
        DRAFTS = drafts;
    }

    // --- Council ---

    /// @inheritdoc IReceivableToken
    function appendModule(address module) external restricted returns (uint8 index) {
        require(moduleIndex[module] == 0, ModuleExists(module));
        index = ++moduleCount;
        (modules[index], moduleIndex[module]) = (module, index);
        emit ModuleAppended(index, module);
    }

    // --- For the drafts contract ---

    /// @inheritdoc IReceivableToken
    function open(uint192 id, Issue calldata terms, uint16 marks, bytes32 confirmation, uint40 issuedAt)
        external
        locked
    {
        require(msg.sender == DRAFTS, NotDrafts(msg.sender));
        Record storage record = records[id];
        require(record.word.state() == uint8(State.None), ReceivableExists(id));
        record.word = _opened(terms, marks);
        (record.obligor, record.grace) = (terms.obligor, terms.grace);
        (record.lateRate, record.lateBasis) = (terms.lateRate, terms.lateBasis);
        (record.supplier, record.issuedAt, record.confirmedAt) = (terms.supplier, issuedAt, uint40(block.timestamp));
        (record.contentRoot, record.digest) = (terms.contentRoot, confirmation);
        _mintWhole(id, terms.supplier, terms.face);
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
        Source memory source = _owned(_actorIn(Roles.HOLDERS), body.token);
        _checkHeads(source, body.pieces);
        _settle(source);
        _cutHeads(source, body.pieces);
    }

    function _checkHeads(Source memory source, Piece[] calldata pieces) private view {
        uint64 start = source.start;
        for (uint256 i = 0; i < pieces.length; ++i) {
            (uint64 end, address to, bytes32 ref) = _piece(pieces, i);
            _check(source, start, end, to, _wordOf(to), ref);
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
    function recordPayment(uint192 id, uint64 owedLive) external unlocked returns (uint16 payments) {
        ReceivableWord word = records[id].word;
        _onlyModule(word);
        require(word.state() == uint8(State.Live), WrongState(id, State(word.state())));
        require(owedLive <= word.owedLive() && word.payments() < MOST_PAYMENTS, PaymentRefused(id));
        word = word.withPayment(owedLive);
        if (owedLive == 0) word = word.withState(uint8(State.Closed));
        records[id].word = word;
        payments = word.payments();
        emit PaymentRecorded(id, payments, owedLive, owedLive == 0);
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
    function range(uint256 token) external view returns (address owner, uint64 end, uint16 cursor, uint8 flags) {
        TokenWord held = tokens[token];
        if (held.exists()) return (held.owner(), uint64(token) + held.length(), held.cursor(), held.flags());
    }

    /// @inheritdoc IReceivableToken
    function receivable(uint192 id) external view returns (Receivable memory found) {
        Record storage record = records[id];
        ReceivableWord word = record.word;
        found = Receivable({
            state: State(word.state()),
            face: word.face(),
            owedLive: word.owedLive(),
            due: word.due(),
            payments: word.payments(),
            terms: word.marks(),
            leastPiece: word.leastPiece(),
            module: word.module(),
            cash: word.cash(),
            policy: word.policy(),
            currency: word.currency(),
            paused: word.paused(),
            obligor: record.obligor,
            grace: record.grace,
            lateRate: record.lateRate,
            lateBasis: record.lateBasis,
            supplier: record.supplier,
            issuedAt: record.issuedAt,
            confirmedAt: record.confirmedAt,
            contentRoot: record.contentRoot,
            digest: record.digest
        });
    }

    /// @inheritdoc IReceivableToken
    function repaymentTerms(uint192 id) external view returns (RepaymentTerms memory) {
        Record storage record = records[id];
        ReceivableWord word = record.word;
        return RepaymentTerms({
            state: State(word.state()),
            face: word.face(),
            owedLive: word.owedLive(),
            due: word.due(),
            payments: word.payments(),
            module: word.module(),
            cash: word.cash(),
            obligor: record.obligor,
            grace: record.grace,
            lateRate: record.lateRate,
            lateBasis: record.lateBasis,
            disputed: word.marks() & ReceivableWords.DISPUTED != 0
        });
    }

    /// @inheritdoc IReceivableToken
    function moduleAt(uint8 index) external view returns (address) {
        return modules[index];
    }

    /// @inheritdoc IReceivableToken
    function canMove(address account, Move calldata body) external view returns (bytes memory) {
        try this.checkMove(account, body) {
            return "";
        } catch (bytes memory reason) {
            return reason;
        }
    }

    /// @notice Reverts as {move} by `account` would; the checks are the same code.
    function checkMove(address account, Move calldata body) external view {
        _checkedMove(account, MEMBERS.wordOf(body.to), body);
    }

    // --- EIP-712 bodies ---

    /// @inheritdoc IReceivableToken
    function hashMoveBatch(MoveBatch calldata body) external pure returns (bytes32) {
        bytes32[] memory pieces = new bytes32[](body.pieces.length);
        for (uint256 i = 0; i < pieces.length; ++i) {
            pieces[i] = keccak256(abi.encode(PIECE_TYPE, body.pieces[i]));
        }
        return keccak256(abi.encode(MOVE_BATCH_TYPE, body.token, keccak256(abi.encodePacked(pieces))));
    }

    /// @inheritdoc IReceivableToken
    function hashMoveMany(MoveMany calldata body) external pure returns (bytes32) {
        return keccak256(abi.encode(MOVE_MANY_TYPE, keccak256(abi.encodePacked(body.tokens)), body.to, body.ref));
    }
}
