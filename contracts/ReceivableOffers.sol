// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "./ActTarget.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IReceivableOffers} from "./interfaces/IReceivableOffers.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IRepayment} from "./interfaces/IRepayment.sol";
import {MemberWord} from "./types/MemberWord.sol";
import {ReceivableWord, ReceivableWords} from "./types/ReceivableWord.sol";
import {Roles} from "./types/Roles.sol";
import {TokenWord, TokenWords} from "./types/TokenWord.sol";

/// @title Transfers that wait for the recipient's sign-off, and notices of assignment
/// @dev Storage:
///   offers[token]     {Offer}: from 160 deadline 40 | to 160 length 64 | ref; read only while the token is flagged OFFERED
///   notices[notice]   notified 40 | acknowledged 40 | obligor 160 | receivable 192
contract ReceivableOffers is IReceivableOffers, ActTarget {
    using MemberWord for uint256;

    struct Notice {
        uint40 notified;
        uint40 acknowledged;
        address obligor;
        uint192 receivable;
    }

    IReceivableToken private immutable TOKEN;

    mapping(uint256 token => Offer) private offers;
    mapping(bytes32 notice => Notice) private notices;

    constructor(address acts, IMembers members, IReceivableToken token) ActTarget(acts, members) {
        TOKEN = token;
    }

    // --- Offers ---

    /// @inheritdoc IReceivableOffers
    function offer(OfferRange calldata body) external returns (uint256 piece) {
        address from = _actorIn(Roles.HOLDERS);
        _requireOwner(body.token, from);
        require(body.to != from, OfferedToSelf(from));
        require(body.deadline >= block.timestamp, DeadlinePassed(body.deadline));
        require(MEMBERS.wordOf(body.to).isActiveAccount(body.to), IReceivableToken.RecipientInactive(body.to));
        // A piece without a background can't be accepted where one is asked: so it can't be offered either.
        _checkBackground(uint192(body.token >> 64), body.ref);
        piece = TOKEN.carry(IReceivableToken.Move(body.token, body.start, body.end, from, body.ref), TokenWords.OFFERED);
        offers[piece] = Offer(from, body.to, body.deadline, body.end - body.start, body.ref);
        emit RangeOffered(uint192(piece >> 64), from, body.to, body.start, body.end, body.deadline, body.ref);
    }

    /// @inheritdoc IReceivableOffers
    function accept(AcceptRange calldata body) external {
        Offer memory found = _open(body.token);
        address account = _actorIn(Roles.HOLDERS);
        require(account == found.to, NotRecipient(account, found.to));
        require(body.ref == found.ref, RefDiffers(body.ref, found.ref));
        (uint192 id, uint64 start, uint64 end) = _range(body.token, found.length);
        _checkSeen(body, id, start, end);
        delete offers[body.token];
        TOKEN.flag(body.token, 0, TokenWords.OFFERED);
        TOKEN.carry(IReceivableToken.Move(body.token, start, end, account, found.ref), 0);
        emit RangeAccepted(id, found.from, account, start, end);
    }

    /// @inheritdoc IReceivableOffers
    function decline(DeclineRange calldata body) external {
        Offer memory found = _standing(body.token);
        address account = _actorIn(Roles.HOLDERS);
        require(account == found.to, NotRecipient(account, found.to));
        _end(body.token);
        emit RangeDeclined(uint192(body.token >> 64), found.from, account, uint64(body.token), body.reason);
    }

    /// @inheritdoc IReceivableOffers
    function recall(RecallRange calldata body) external {
        Offer memory found = _standing(body.token);
        address account = _actorIn(Roles.HOLDERS);
        require(account == found.from, NotSender(account, found.from));
        _end(body.token);
        emit RangeRecalled(uint192(body.token >> 64), account, found.to, uint64(body.token));
    }

    /// @inheritdoc IReceivableOffers
    function lapse(uint256 token) external {
        Offer memory found = _standing(token);
        require(block.timestamp > found.deadline, DeadlineAhead(found.deadline));
        _end(token);
        emit OfferLapsed(uint192(token >> 64), found.from, found.to, uint64(token));
    }

    function _checkBackground(uint192 id, bytes32 ref) private view {
        bool demanded = TOKEN.wordOf(id).marks() & ReceivableWords.DEMANDS_BACKGROUND != 0;
        require(ref != 0 || !demanded, IReceivableToken.BackgroundMissing(id));
    }

    function _checkSeen(AcceptRange calldata body, uint192 id, uint64 start, uint64 end) private view {
        ReceivableWord word = TOKEN.wordOf(id);
        uint64 owed = IRepayment(TOKEN.moduleAt(word.module())).owed(id, start, end);
        require(
            body.length == end - start && body.payments == word.payments() && owed >= body.leastOwed,
            OfferDiffers(body.token, end - start, word.payments(), owed)
        );
    }

    function _end(uint256 token) private {
        delete offers[token];
        TOKEN.flag(token, 0, TokenWords.OFFERED);
    }

    // --- Notices ---

    /// @inheritdoc IReceivableOffers
    function notify(NotifyAssignment calldata body) external returns (bytes32 notice) {
        address account = _actorIn(Roles.HOLDERS);
        require(account == body.assignor || account == body.assignee, NotParty(account));
        (ReceivableWord word, address obligor,,,,) = TOKEN.termsOf(body.receivable);
        require(
            word.state() != uint8(IReceivableToken.State.None),
            IReceivableToken.WrongState(body.receivable, IReceivableToken.State.None)
        );
        _checkHeld(body);
        notice = keccak256(abi.encode(body));
        require(notices[notice].notified == 0, NoticeKnown(notice));
        notices[notice] = Notice(uint40(block.timestamp), 0, obligor, body.receivable);
        _emitNotified(notice, body, obligor);
    }

    function _emitNotified(bytes32 notice, NotifyAssignment calldata body, address obligor) private {
        emit AssignmentNotified(
            notice,
            body.receivable,
            obligor,
            body.assignor,
            body.assignee,
            body.start,
            body.end,
            body.contentRoot,
            uint40(block.timestamp)
        );
    }

    /// @inheritdoc IReceivableOffers
    function acknowledge(AcknowledgeNotice calldata body) external {
        Notice storage found = notices[body.notice];
        require(found.notified != 0, UnknownNotice(body.notice));
        address account = _actorIn(Roles.OBLIGOR);
        require(account == found.obligor, NotObligor(account, found.obligor));
        require(found.acknowledged == 0, NoticeKnown(body.notice));
        found.acknowledged = uint40(block.timestamp);
        emit NoticeAcknowledged(body.notice, found.receivable, account, uint40(block.timestamp));
    }

    /// @dev A notice says who holds a range: it begins a token of the assignee's and lies in it.
    function _checkHeld(NotifyAssignment calldata body) private view {
        TokenWord held = TOKEN.tokenWord(uint256(body.receivable) << 64 | body.start);
        require(
            body.start < body.end && held.owner() == body.assignee && body.end - body.start <= held.length(),
            RangeNotHeld(body.start, body.end, body.assignee)
        );
    }

    // --- Views ---

    /// @inheritdoc IReceivableOffers
    function isOpen(uint256 token) public view returns (bool) {
        return block.timestamp <= offers[token].deadline;
    }

    /// @inheritdoc IReceivableOffers
    function offerOf(uint256 token) external view returns (Offer memory found) {
        if (TOKEN.tokenWord(token).has(TokenWords.OFFERED)) return offers[token];
    }

    /// @inheritdoc IReceivableOffers
    function noticeOf(bytes32 notice) external view returns (uint40, uint40) {
        return (notices[notice].notified, notices[notice].acknowledged);
    }

    /// @dev The offer of a token that is flagged; it may have lapsed.
    function _standing(uint256 token) private view returns (Offer memory found) {
        require(TOKEN.tokenWord(token).has(TokenWords.OFFERED), NoOffer(token));
        return offers[token];
    }

    function _open(uint256 token) private view returns (Offer memory found) {
        found = _standing(token);
        require(block.timestamp <= found.deadline, OfferOver(token, found.deadline));
    }

    function _requireOwner(uint256 token, address account) private view {
        address owner = TOKEN.tokenWord(token).owner();
        require(owner == account, NotSender(account, owner));
    }

    function _range(uint256 token, uint64 length) private pure returns (uint192, uint64, uint64) {
        return (uint192(token >> 64), uint64(token), uint64(token) + length);
    }
}
