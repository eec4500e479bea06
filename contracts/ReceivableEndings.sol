// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "./ActTarget.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IReceivableDrafts} from "./interfaces/IReceivableDrafts.sol";
import {IReceivableEndings} from "./interfaces/IReceivableEndings.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IRepayment} from "./interfaces/IRepayment.sol";
import {MemberWord} from "./types/MemberWord.sol";
import {ReceivableWord, ReceivableWords} from "./types/ReceivableWord.sol";
import {Roles} from "./types/Roles.sol";
import {TokenWord, TokenWords} from "./types/TokenWord.sol";

/// @title How receivables and ranges end beside payment, and the parties' marks on them
/// @dev Storage:
///   disputes[receivable]   author 160 scope 8 since 40 | until 40 used 32
contract ReceivableEndings is IReceivableEndings, ActTarget {
    using MemberWord for uint256;

    /// What an obligor may dispute, a bit each: that the debt exists, its amount, when it is due, what was delivered.
    uint8 private constant SCOPES = 15;

    IReceivableToken private immutable TOKEN;
    IReceivableDrafts private immutable DRAFTS;

    mapping(uint192 receivable => Dispute) private disputes;

    constructor(address acts, IMembers members, IReceivableToken token, IReceivableDrafts drafts)
        ActTarget(acts, members)
    {
        TOKEN = token;
        DRAFTS = drafts;
    }

    // --- Retirement ---

    /// @inheritdoc IReceivableEndings
    function retire(RetireRange calldata body) external onlyActs {
        require(body.reason != Reason.None, ReasonMissing());
        uint192 id = uint192(body.token >> 64);
        address owner = _owner(body.token, _signedIn(Roles.HOLDERS));
        IRepayment repayment = _requireObligor(id, owner);
        // Before anything moves: what both saw counts payments as they saw them.
        _checkSeen(body, id, repayment);
        repayment.clearWaiting(id);
        TOKEN.retire(body.token, body.start, body.end, body.document);
        emit RangeRetirementSigned(id, owner, body.start, body.end, body.reason, body.owed, body.document);
    }

    /// @dev The obligor signs too; the owner that is the obligor itself signs once.
    function _requireObligor(uint192 id, address owner) private view returns (IRepayment) {
        (ReceivableWord word, address obligor,,,,) = TOKEN.termsOf(id);
        bool signed = owner == obligor || _hasSigned(_context(), obligor, Roles.OBLIGOR);
        require(signed, ObligorMustSign(obligor));
        return IRepayment(TOKEN.moduleAt(word.module()));
    }

    function _checkSeen(RetireRange calldata body, uint192 id, IRepayment repayment) private view {
        uint16 payments = TOKEN.wordOf(id).payments();
        uint64 owed = repayment.owed(id, body.start, body.end);
        require(body.payments == payments && body.owed == owed, RetirementDiffers(body.token, payments, owed));
    }

    // --- Cancellation ---

    /// @inheritdoc IReceivableEndings
    function consentCancel(ConsentCancel calldata body) external {
        address owner = _owner(body.token, _actorIn(Roles.HOLDERS));
        uint192 id = _live(body.token);
        TokenWord held = TOKEN.tokenWord(body.token);
        require(held.length() == body.length, LengthDiffers(body.token, held.length()));
        require(!held.has(TokenWords.LOCKING), IReceivableToken.TokenLocked(body.token, held.flags()));
        _set(body.token, held, TokenWords.CANCEL_CONSENT, body.consents);
        emit CancelConsented(id, owner, uint64(body.token), uint64(body.token) + held.length(), body.consents);
    }

    /// @inheritdoc IReceivableEndings
    function cancel(uint192 id) external {
        ReceivableWord word = TOKEN.wordOf(id);
        require(word.state() == uint8(IReceivableToken.State.Live), NotLive(id));
        IRepayment repayment = IRepayment(TOKEN.moduleAt(word.module()));
        repayment.clearWaiting(id);
        TOKEN.cancel(id);
        repayment.recordCancellation(id);
    }

    // --- Marks ---

    /// @inheritdoc IReceivableEndings
    function writeOff(WriteOff calldata body) external {
        address owner = _owner(body.token, _actorIn(Roles.HOLDERS));
        TokenWord held = TOKEN.tokenWord(body.token);
        _set(body.token, held, TokenWords.WRITTEN_OFF, body.writtenOff);
        uint64 start = uint64(body.token);
        emit WrittenOff(uint192(body.token >> 64), owner, start, start + held.length(), body.writtenOff);
    }

    /// @inheritdoc IReceivableEndings
    function dispute(DisputeReceivable calldata body) external {
        address account = _actorIn(Roles.OBLIGOR);
        (ReceivableWord word, address obligor,,,,) = TOKEN.termsOf(body.receivable);
        require(account == obligor, NotObligor(account, obligor));
        require(word.state() == uint8(IReceivableToken.State.Live), NotLive(body.receivable));
        require(body.scope != 0 && body.scope & ~SCOPES == 0, ScopeUnknown(body.scope));
        Dispute storage found = disputes[body.receivable];
        require(found.until < block.timestamp, DisputeStands(body.receivable, found.until));
        (IReceivableDrafts.Policy memory policy,,) = DRAFTS.policyOf(word.policy());
        uint32 term = policy.disputeTerm;
        require(found.used < term, DisputesExhausted(body.receivable, term));
        uint40 until = uint40(block.timestamp) + term - found.used;
        (found.author, found.scope, found.since) = (account, body.scope, uint40(block.timestamp));
        (found.until, found.used) = (until, term);
        TOKEN.mark(body.receivable, ReceivableWords.DISPUTED, 0);
        emit DisputeBegun(body.receivable, account, body.scope, until, body.document);
    }

    /// @inheritdoc IReceivableEndings
    function endDispute(EndDispute calldata body) external {
        address account = _actorIn(Roles.OBLIGOR);
        Dispute storage found = disputes[body.receivable];
        require(isDisputed(body.receivable), NoDispute(body.receivable));
        require(account == found.author, NotObligor(account, found.author));
        // What is left of the term is there for another dispute.
        found.used -= uint32(found.until - block.timestamp);
        found.until = uint40(block.timestamp) - 1;
        TOKEN.mark(body.receivable, 0, ReceivableWords.DISPUTED);
        emit DisputeEnded(body.receivable, account, uint40(block.timestamp));
    }

    /// @inheritdoc IReceivableEndings
    function lapseDispute(uint192 id) external {
        bool marked = TOKEN.wordOf(id).marks() & ReceivableWords.DISPUTED != 0;
        require(marked && !isDisputed(id), NoDispute(id));
        TOKEN.mark(id, 0, ReceivableWords.DISPUTED);
        emit DisputeEnded(id, disputes[id].author, disputes[id].until);
    }

    /// @inheritdoc IReceivableEndings
    function isDisputed(uint192 id) public view returns (bool) {
        return block.timestamp <= disputes[id].until;
    }

    /// @inheritdoc IReceivableEndings
    function disputeOf(uint192 id) external view returns (Dispute memory) {
        return disputes[id];
    }

    function _set(uint256 token, TokenWord held, uint8 flag, bool wanted) private {
        require(held.has(flag) != wanted, NothingChanges());
        TOKEN.flag(token, wanted ? flag : 0, wanted ? 0 : flag);
    }

    function _owner(uint256 token, address account) private view returns (address owner) {
        owner = TOKEN.tokenWord(token).owner();
        require(owner == account, NotOwner(token, account, owner));
        require(!MEMBERS.wordOf(account).has(MemberWord.HELD), IReceivableToken.AccountHeld(account));
    }

    function _live(uint256 token) private view returns (uint192 id) {
        id = uint192(token >> 64);
        require(TOKEN.wordOf(id).state() == uint8(IReceivableToken.State.Live), NotLive(id));
    }
}
