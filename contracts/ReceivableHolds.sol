// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ActTarget} from "./ActTarget.sol";
import {ICustody} from "./interfaces/ICustody.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IReceivableHolds} from "./interfaces/IReceivableHolds.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IRepayment} from "./interfaces/IRepayment.sol";
import {ReceivableWords} from "./types/ReceivableWord.sol";
import {Roles} from "./types/Roles.sol";
import {TokenWord, TokenWords} from "./types/TokenWord.sol";

/// @title Court holds on receivables, ranges and accounts, and the orders that end them
/// @dev Storage:
///   holds[number]          {Hold}; target None once it is lifted
///   wholes[receivable]     how many holds lie on the whole receivable
///   ranges[receivable]     numbers of the holds on its ranges, at most {MOST_HOLDS}
///   accounts[account]      how many holds lie on the account
///   orders[content]        from when an order that was given may be executed
contract ReceivableHolds is IReceivableHolds, ActTarget, AccessManaged {
    bytes32 private constant NARROW_TYPE =
        keccak256("NarrowHold(uint256 hold,uint64 start,uint64 end,uint256[] tokens,bytes32 order)");
    bytes32 private constant LIFT_TYPE = keccak256("LiftCourtHold(uint256 hold,uint256[] tokens,bytes32 order)");
    /// Between an order and its execution, so that whom it hits can object.
    uint40 private constant DELAY = 3 days;
    uint256 private constant MOST_HOLDS = 16;

    IReceivableToken private immutable TOKEN;

    uint256 private count;
    mapping(uint256 hold => Hold) private holds;
    mapping(uint192 receivable => uint256) private wholes;
    mapping(uint192 receivable => uint256[]) private ranges;
    mapping(address account => uint256) private accounts;
    mapping(bytes32 content => uint40) private orders;

    constructor(address acts, IMembers members, IReceivableToken token, address council)
        ActTarget(acts, members)
        AccessManaged(council)
    {
        TOKEN = token;
    }

    // --- Holds ---

    /// @inheritdoc IReceivableHolds
    function holdReceivable(HoldReceivable calldata body) external returns (uint256 hold) {
        uint64 face = TOKEN.wordOf(body.receivable).face();
        if (++wholes[body.receivable] == 1) TOKEN.mark(body.receivable, ReceivableWords.HELD, 0);
        hold = _lay(Target.Receivable, body.receivable, face, address(0), body.order);
    }

    /// @inheritdoc IReceivableHolds
    function holdAccount(HoldAccount calldata body) external returns (uint256 hold) {
        if (++accounts[body.account] == 1) MEMBERS.setHeld(body.account, true);
        hold = _lay(Target.Account, 0, 0, body.account, body.order);
    }

    function _lay(Target target, uint192 id, uint64 end, address account, bytes32 order)
        private
        returns (uint256 hold)
    {
        address authority = _actorIn(Roles.COURT_OFFICER);
        require(order != 0, OrderMissing());
        hold = ++count;
        holds[hold] = Hold(target, authority, uint40(block.timestamp), id, 0, end, account, order);
        emit HoldLaid(hold, id, account, authority, 0, end, order);
    }

    /// @inheritdoc IReceivableHolds
    function narrow(NarrowHold calldata body) external {
        Hold storage found = _ofAuthority(body.hold, Target.Receivable, body.order);
        uint192 id = found.receivable;
        require(body.start < body.end && body.end <= found.end, TokensDiffer(0));
        require(ranges[id].length < MOST_HOLDS, TooManyHolds(id));
        (found.target, found.start, found.end) = (Target.Range, body.start, body.end);
        ranges[id].push(body.hold);
        _holdTokens(body);
        _endWhole(id);
        emit HoldNarrowed(body.hold, id, body.start, body.end, body.order);
    }

    /// @dev The tokens, in ascending order without a gap, cover the range; its parts are cut out where it begins or ends within one.
    function _holdTokens(NarrowHold calldata body) private {
        uint64 next = body.start;
        for (uint256 i = 0; i < body.tokens.length; ++i) {
            uint256 token = body.tokens[i];
            TokenWord held = TOKEN.tokenWord(token);
            (uint64 start, uint64 end) = (uint64(token), uint64(token) + held.length());
            bool fits = uint192(token >> 64) == holds[body.hold].receivable && start <= next && next < end;
            require(fits && next < body.end, TokensDiffer(token));
            uint64 until = end < body.end ? end : body.end;
            if (start < next || until < end) token = _cutOut(token, next, until, held.owner());
            // Nothing that is held is cancelled on the word of its owner.
            if (!held.has(TokenWords.RETIRED)) TOKEN.flag(token, TokenWords.HELD, TokenWords.CANCEL_CONSENT);
            next = until;
        }
        require(next == body.end, TokensDiffer(0));
    }

    function _cutOut(uint256 token, uint64 start, uint64 end, address owner) private returns (uint256) {
        return TOKEN.carry(IReceivableToken.Move(token, start, end, owner, 0), 0);
    }

    /// @inheritdoc IReceivableHolds
    function lift(LiftCourtHold calldata body) external {
        Hold storage found = holds[body.hold];
        Target target = found.target;
        _ofAuthority(body.hold, target, body.order);
        found.target = Target.None;
        if (target == Target.Receivable) _endWhole(found.receivable);
        if (target == Target.Account && --accounts[found.account] == 0) MEMBERS.setHeld(found.account, false);
        if (target == Target.Range) _forget(ranges[found.receivable], body.hold);
        _free(body.tokens);
        emit HoldLifted(body.hold, found.receivable, found.account, body.order);
    }

    function _endWhole(uint192 id) private {
        if (--wholes[id] == 0) TOKEN.mark(id, 0, ReceivableWords.HELD);
    }

    function _forget(uint256[] storage list, uint256 hold) private {
        uint256 last = list.length - 1;
        for (uint256 i = 0; i < last; ++i) {
            if (list[i] == hold) list[i] = list[last];
        }
        list.pop();
    }

    /// @inheritdoc IReceivableHolds
    function free(uint256[] calldata tokens) external {
        _free(tokens);
    }

    function _free(uint256[] calldata tokens) private {
        for (uint256 i = 0; i < tokens.length; ++i) {
            require(!_isCovered(tokens[i], 0), StillHeld(tokens[i]));
            if (TOKEN.tokenWord(tokens[i]).has(TokenWords.HELD)) TOKEN.flag(tokens[i], 0, TokenWords.HELD);
        }
    }

    // --- Orders ---

    /// @inheritdoc IReceivableHolds
    function orderRange(OrderRange calldata body) external {
        Hold storage found = _ofAuthority(body.hold, Target.Range, body.order);
        bool inside =
            uint192(body.token >> 64) == found.receivable && body.start >= found.start && body.end <= found.end;
        require(inside && body.start < body.end, TokensDiffer(body.token));
        require(!_isCustody(body.to), RecipientInCustody(body.to));
        _give(body.order, body.hold, keccak256(abi.encode(body)));
    }

    /// @inheritdoc IReceivableHolds
    function orderCredit(OrderCredit calldata body) external {
        _ofAuthority(body.hold, Target.Account, body.order);
        _give(body.order, body.hold, keccak256(abi.encode(body)));
    }

    function _give(bytes32 order, uint256 hold, bytes32 content) private {
        require(orders[content] == 0, OrderKnown(order));
        orders[content] = uint40(block.timestamp) + DELAY;
        emit OrderGiven(order, hold, content, orders[content]);
    }

    /// @inheritdoc IReceivableHolds
    function executeRange(OrderRange calldata order, uint256 subject) external restricted {
        bytes32 content = _take(order.hold, Target.Range, keccak256(abi.encode(order)));
        address from = TOKEN.tokenWord(order.token).owner();
        uint256 piece =
            TOKEN.carry(IReceivableToken.Move(order.token, order.start, order.end, order.to, order.order), 0);
        require(!_isCovered(piece, order.hold), StillHeld(piece));
        TOKEN.flag(piece, 0, TokenWords.HELD | TokenWords.CUSTODY);
        uint192 id = uint192(order.token >> 64);
        emit RangeOrdered(order.order, order.hold, order.to, from, id, order.start, order.end, content);
        if (_isCustody(from)) ICustody(from).lose(subject, order.to, id, order.start, order.end);
    }

    /// @inheritdoc IReceivableHolds
    function executeCredit(OrderCredit calldata order) external restricted {
        bytes32 content = _take(order.hold, Target.Account, keccak256(abi.encode(order)));
        address from = holds[order.hold].account;
        IRepayment(TOKEN.moduleAt(order.module)).orderCredit(from, order.to, order.cash, order.amount);
        emit CreditOrdered(order.order, order.hold, order.to, from, order.module, order.cash, order.amount, content);
    }

    /// @dev A companion that has ranges in its own account: it marks them CUSTODY. This contract clears the mark only, and has none.
    function _isCustody(address account) private view returns (bool) {
        return account != address(this) && TOKEN.powersOf(account) & TokenWords.CUSTODY != 0;
    }

    /// @dev An order is executed once, under the hold that it was given under.
    function _take(uint256 hold, Target target, bytes32 content) private returns (bytes32) {
        require(holds[hold].target == target, HoldTarget(hold, holds[hold].target));
        uint40 from = orders[content];
        require(from != 0, OrderUnknown(content));
        require(block.timestamp >= from, TooEarly(from));
        delete orders[content];
        return content;
    }

    // --- Views ---

    /// @inheritdoc IReceivableHolds
    function holdOf(uint256 hold) external view returns (Hold memory) {
        return holds[hold];
    }

    /// @inheritdoc IReceivableHolds
    function isHeld(uint256 token) external view returns (bool) {
        uint192 id = uint192(token >> 64);
        return
            wholes[id] != 0 || accounts[TOKEN.tokenWord(token).owner()] != 0
                || TOKEN.tokenWord(token).has(TokenWords.HELD);
    }

    /// @inheritdoc IReceivableHolds
    function hashNarrowHold(NarrowHold calldata body) external pure returns (bytes32) {
        bytes32 tokens = keccak256(abi.encodePacked(body.tokens));
        return keccak256(abi.encode(NARROW_TYPE, body.hold, body.start, body.end, tokens, body.order));
    }

    /// @inheritdoc IReceivableHolds
    function hashLiftCourtHold(LiftCourtHold calldata body) external pure returns (bytes32) {
        return keccak256(abi.encode(LIFT_TYPE, body.hold, keccak256(abi.encodePacked(body.tokens)), body.order));
    }

    /// @dev A hold by the officer that laid it; every step names the order that it rests on.
    function _ofAuthority(uint256 hold, Target target, bytes32 order) private view returns (Hold storage found) {
        address account = _actorIn(Roles.COURT_OFFICER);
        found = holds[hold];
        require(found.target != Target.None, UnknownHold(hold));
        require(account == found.authority, NotAuthority(account, found.authority));
        require(found.target == target, HoldTarget(hold, found.target));
        require(order != 0, OrderMissing());
    }

    /// @dev Whether a hold on ranges, other than `but`, covers a part of the token.
    function _isCovered(uint256 token, uint256 but) private view returns (bool) {
        (uint64 start, uint64 end) = (uint64(token), uint64(token) + TOKEN.tokenWord(token).length());
        uint256[] storage list = ranges[uint192(token >> 64)];
        for (uint256 i = 0; i < list.length; ++i) {
            Hold storage each = holds[list[i]];
            if (list[i] != but && each.start < end && start < each.end) return true;
        }
        return false;
    }
}
