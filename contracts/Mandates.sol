// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ActTarget} from "./ActTarget.sol";
import {ICashDesk} from "./interfaces/ICashDesk.sol";
import {IMandates} from "./interfaces/IMandates.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IReceivableEndings} from "./interfaces/IReceivableEndings.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IRepayment} from "./interfaces/IRepayment.sol";
import {ISettlementCash} from "./interfaces/ISettlementCash.sol";
import {MemberWord} from "./types/MemberWord.sol";
import {ReceivableWord} from "./types/ReceivableWord.sol";
import {Roles} from "./types/Roles.sol";

/// @title Mandates: debits of what an obligor owes once it is due
/// @dev Balance of this contract in each cash = what is left in pots. A pot is filled by the first debit of a due second that takes its share of it, so
/// nobody fixes an empty one. A share counts principal; late interest at the time of the debit is paid of it first, and what the share then leaves unpaid is
/// taken by a later debit from what is free.
///
/// Storage:
///   mandates[obligor][cash]   cap 64 | until 40 | partial 8 | number 24
///   pots[obligor][cash][due]  total 128 | pot 64 | left 64 ; openedAt 40 | number 24 of the mandate that filled it
///   taken[id]                 whether the receivable has taken its share
contract Mandates is IMandates, ActTarget {
    using MemberWord for uint256;

    struct Mandate {
        uint64 cap;
        uint40 until;
        bool partial_;
        uint24 number;
    }

    struct Purse {
        uint128 total;
        uint64 pot;
        uint64 left;
        uint40 openedAt;
        uint24 number;
    }

    /// A due receivable, as a debit finds it.
    struct Due {
        uint192 id;
        address obligor;
        uint8 cash;
        uint40 due;
        uint64 face;
        uint64 principal;
        uint256 needed;
    }

    /// What a debit takes: `share` of the pot, which it fills first if `opens`, else `free` cash.
    struct Taking {
        uint64 share;
        uint64 free;
        bool opens;
        uint128 total;
        uint64 pot;
    }

    /// The least part that a debit takes is this share of the face, as what is distributed at once: 1/256.
    uint256 private constant THRESHOLD = 256;
    uint40 private constant DAY = 1 days;

    ICashDesk private immutable DESK;
    IReceivableToken private immutable TOKEN;
    IRepayment private immutable REPAYMENT;
    IReceivableEndings private immutable ENDINGS;

    mapping(address obligor => mapping(uint8 cash => Mandate)) private mandates;
    mapping(address obligor => mapping(uint8 cash => mapping(uint40 due => Purse))) private pots;
    mapping(uint192 id => bool) private taken;

    constructor(
        address acts,
        IMembers members,
        ICashDesk desk,
        IReceivableToken token,
        IRepayment repayment,
        IReceivableEndings endings
    ) ActTarget(acts, members) {
        (DESK, TOKEN, REPAYMENT, ENDINGS) = (desk, token, repayment, endings);
    }

    // --- The obligor's word ---

    /// @inheritdoc IMandates
    function setMandate(SetMandate calldata body) external {
        address obligor = _signedIn(Roles.OBLIGOR);
        DESK.cashAt(body.cash);
        require(body.cap != 0, AmountZero());
        require(body.until > block.timestamp, UntilPassed(body.until));
        Mandate storage given = mandates[obligor][body.cash];
        (given.cap, given.until, given.partial_) = (body.cap, body.until, body.partial_);
        ++given.number;
        emit MandateSet(obligor, body.cash, body.cap, body.until, body.partial_);
    }

    /// @inheritdoc IMandates
    function endMandate(EndMandate calldata body) external {
        address obligor = _signedIn(Roles.OBLIGOR);
        Mandate storage given = mandates[obligor][body.cash];
        require(given.until != 0, NoMandate(obligor, body.cash));
        (given.cap, given.until, given.partial_) = (0, 0, false);
        // What a pot gives back later adds to no other mandate's cap.
        ++given.number;
        emit MandateEnded(obligor, body.cash);
    }

    // --- Debits ---

    /// @inheritdoc IMandates
    function debit(uint192 id) external {
        Due memory due = _due(id);
        Taking memory taking = _taking(due);
        if (taking.opens) _fill(due, taking);
        if (taking.share != 0) _takeShare(due, taking.share);
        else _takeFree(due, taking.free);
    }

    function _fill(Due memory due, Taking memory taking) private {
        uint24 number = _use(due, taking.pot);
        pots[due.obligor][due.cash][due.due] =
            Purse(taking.total, taking.pot, taking.pot, uint40(block.timestamp), number);
        emit PotOpened(due.obligor, due.cash, due.due, taking.total, taking.pot);
        _cash(due.cash).moveFor(due.obligor, address(this), taking.pot, bytes32(uint256(due.id)));
    }

    function _takeShare(Due memory due, uint64 share) private {
        taken[due.id] = true;
        pots[due.obligor][due.cash][due.due].left -= share;
        emit PotTaken(due.obligor, due.cash, due.due, due.id, share);
        _collect(due, address(this), share);
    }

    function _takeFree(Due memory due, uint64 amount) private {
        _use(due, amount);
        _collect(due, due.obligor, amount);
    }

    function _use(Due memory due, uint64 amount) private returns (uint24 number) {
        Mandate storage given = mandates[due.obligor][due.cash];
        given.cap -= amount;
        emit MandateUsed(due.obligor, due.cash, amount, given.cap);
        return given.number;
    }

    function _collect(Due memory due, address from, uint64 amount) private {
        REPAYMENT.collect(due.id, from, due.obligor, amount, bytes32(uint256(due.id)), IRepayment.Kind.Debit);
    }

    /// @inheritdoc IMandates
    function closePot(address obligor, uint8 cash, uint40 due) external {
        Purse storage purse = pots[obligor][cash][due];
        uint64 left = purse.left;
        require(left != 0, NoPot(obligor, cash, due));
        uint40 from = purse.openedAt + DAY;
        require(block.timestamp >= from, TooEarly(from));
        purse.left = 0;
        Mandate storage given = mandates[obligor][cash];
        if (given.number == purse.number) given.cap += left;
        emit PotClosed(obligor, cash, due, left);
        _cash(cash).moveFor(address(this), obligor, left, bytes32(uint256(due)));
    }

    // --- What a debit takes ---

    function _due(uint192 id) private view returns (Due memory due) {
        ReceivableWord word;
        (word, due.obligor,,,,) = TOKEN.termsOf(id);
        require(word.state() == uint8(IReceivableToken.State.Live), NotLive(id));
        require(TOKEN.moduleAt(word.module()) == address(REPAYMENT), NotLive(id));
        (due.id, due.cash, due.due, due.face) = (id, word.cash(), word.due(), word.face());
        require(block.timestamp >= due.due, NotDue(id, due.due));
        require(!ENDINGS.isDisputed(id), Disputed(id));
        uint64 interest;
        (due.principal, interest,,) = REPAYMENT.debtAt(id, uint40(block.timestamp));
        due.needed = uint256(due.principal) + interest;
        require(due.needed != 0, NothingOwed(id));
    }

    /// @dev Its share of the pot, if that is worth a distribution; else what is free.
    function _taking(Due memory due) private view returns (Taking memory taking) {
        Purse memory purse = pots[due.obligor][due.cash][due.due];
        if (!taken[due.id] && REPAYMENT.bookOf(due.id).pooled) {
            if (purse.openedAt == 0) {
                (purse.total, purse.pot) = _pot(due);
                (purse.left, taking.opens) = (purse.pot, true);
            }
            uint64 share = uint64(Math.min(uint256(due.principal) * purse.pot / purse.total, purse.left));
            uint64 least = _least(due, due.principal);
            if (share >= least) (taking.share, taking.total, taking.pot) = (share, purse.total, purse.pot);
            else require(!taking.opens, BelowThreshold(share, least));
        }
        if (taking.share == 0) taking.free = _free(due);
    }

    /// @dev What would be put aside for all debts of the second, and their total; all of it under a mandate that is not partial.
    function _pot(Due memory due) private view returns (uint128 total, uint64 pot) {
        total = REPAYMENT.dueTotal(due.obligor, due.cash, due.due);
        pot = _under(due, total);
    }

    function _free(Due memory due) private view returns (uint64 amount) {
        amount = _under(due, due.needed);
        uint64 least = _least(due, due.needed);
        require(amount >= least, BelowThreshold(amount, least));
    }

    /// @dev As much of `needed` as the mandate and the obligor's free cash allow; cash that a court holds is not free.
    function _under(Due memory due, uint256 needed) private view returns (uint64) {
        Mandate memory given = mandates[due.obligor][due.cash];
        require(given.until >= block.timestamp && given.cap != 0, NoMandate(due.obligor, due.cash));
        require(!MEMBERS.wordOf(due.obligor).has(MemberWord.HELD), AccountHeld(due.obligor));
        uint256 balance = _cash(due.cash).balanceOf(due.obligor);
        if (!given.partial_) {
            require(needed <= given.cap, MandateShort(needed, given.cap));
            require(needed <= balance, BalanceShort(needed, balance));
        }
        return uint64(Math.min(needed, Math.min(balance, given.cap)));
    }

    function _least(Due memory due, uint256 needed) private pure returns (uint64) {
        return uint64(Math.min(needed, Math.ceilDiv(due.face, THRESHOLD)));
    }

    function _cash(uint8 index) private view returns (ISettlementCash) {
        return ISettlementCash(DESK.cashAt(index));
    }

    // --- Views ---

    /// @inheritdoc IMandates
    function checkDebit(uint192 id) external view returns (uint64 amount, bytes memory reason) {
        try this.debitable(id) returns (uint64 found) {
            return (found, "");
        } catch (bytes memory why) {
            return (0, why);
        }
    }

    /// @notice What {debit} would take now; reverts as it would, by the same code.
    function debitable(uint192 id) external view returns (uint64) {
        Taking memory taking = _taking(_due(id));
        return taking.share != 0 ? taking.share : taking.free;
    }

    /// @inheritdoc IMandates
    function mandate(address obligor, uint8 cash) external view returns (uint64, uint40, bool) {
        Mandate memory given = mandates[obligor][cash];
        return (given.cap, given.until, given.partial_);
    }

    /// @inheritdoc IMandates
    function potOf(address obligor, uint8 cash, uint40 due) external view returns (Pot memory) {
        Purse memory purse = pots[obligor][cash][due];
        return Pot(purse.total, purse.pot, purse.left, purse.openedAt);
    }
}
