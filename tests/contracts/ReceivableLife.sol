// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdUtils} from "forge-std/StdUtils.sol";
import {Mandates} from "../../contracts/Mandates.sol";
import {ReceivableToken} from "../../contracts/ReceivableToken.sol";
import {Repayment} from "../../contracts/Repayment.sol";
import {IReceivableEndings} from "../../contracts/interfaces/IReceivableEndings.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IReceivableViews} from "../../contracts/interfaces/IReceivableViews.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {Reckoning} from "./Reckoning.sol";

/// @notice What a life asks of the test that knows how to sign.
interface ISigns {
    function moveAs(address owner, IReceivableToken.Move calldata body) external;
    function payAs(uint192 receivable, uint64 amount) external;
    function payForAs(address payer, uint192 receivable, uint64 amount) external;
    function noticeOf(address payer, uint192 receivable, uint64 amount) external;
    function waiveAs(address payer, uint192 receivable) external;
    function mandateAs(uint64 cap, bool part) external;
    function fundAs(uint64 amount) external;
    function suspendAs(address account, bool suspended) external;
    function holdAs(address account, bool held) external;
    function orderAs(address from, address to, uint64 amount) external;
    function carryAs(IReceivableToken.Move calldata body) external;
    /// @notice Everything that the obligor owes, on whatever receivable and in whatever sum of debts.
    function obligorsDebt() external view returns (bytes32);
}

/// @notice A random life of several receivables: cuts, transfers, batches, merges in every form, retirements, cancellations, payments by the obligor and
/// by others, notices, mandates and debits, draws, withdrawals, waivers, suspensions, holds, court orders and jumps of time. Every step is taken by the
/// contracts and written down in the reckoning; what the reckoning doesn't allow is refused for its reason.
/// @dev Every call is one that must go through, so any revert is a fault (`fail_on_revert`).
contract ReceivableLife is CommonBase, StdUtils {
    ReceivableToken private immutable TOKEN;
    IReceivableViews private immutable VIEWS;
    Repayment private immutable REPAYMENT;
    Mandates private immutable MANDATES;
    Reckoning private immutable RECKONING;
    ISigns private immutable SIGNS;
    address private immutable OBLIGOR;
    address private immutable ENDINGS;
    uint40 private immutable DUE;
    address[] private holders;
    uint192[] private ids;
    /// The receivable that the last step was about.
    uint256 public touched;
    /// Whether an act of a holder ever changed what the obligor owes.
    bool public debtMoved;

    constructor(
        ReceivableToken token,
        Repayment repayment,
        Mandates mandates,
        Reckoning reckoning,
        ISigns signs,
        address obligor,
        address endings,
        uint40 due,
        address[] memory holders_,
        uint192[] memory ids_
    ) {
        (TOKEN, VIEWS, REPAYMENT, MANDATES) = (token, IReceivableViews(address(token)), repayment, mandates);
        (RECKONING, SIGNS, OBLIGOR, ENDINGS, DUE) = (reckoning, signs, obligor, endings, due);
        (holders, ids) = (holders_, ids_);
    }

    /// A token as found, and whose it is.
    struct Found {
        uint256 which;
        uint256 token;
        address owner;
        uint64 start;
        uint64 end;
    }

    modifier about(uint256 which) {
        touched = which % ids.length;
        _;
    }

    /// @dev Whatever holders do is no matter of the obligor's.
    modifier byHolder() {
        bytes32 before = SIGNS.obligorsDebt();
        _;
        if (SIGNS.obligorsDebt() != before) debtMoved = true;
    }

    // --- Holders ---

    function cut(uint256 which, uint256 at, uint64 start, uint64 end, uint256 to, bool signed)
        external
        about(which)
        byHolder
    {
        Found memory found = _find(which, at);
        if (!_moves(found)) return;
        start = uint64(bound(start, found.start, found.end - 1));
        end = uint64(bound(end, start + 1, found.end));
        address payee = _active(to);
        IReceivableToken.Move memory body = IReceivableToken.Move(found.token, start, end, payee, "cut");
        if (signed && !RECKONING.isContract(found.owner)) {
            SIGNS.moveAs(found.owner, body);
        } else {
            vm.prank(found.owner);
            TOKEN.move(body);
        }
        RECKONING.cut(found.which, found.start, start, end, payee);
    }

    function transferValue(uint256 which, uint256 at, uint64 value, uint256 to) external about(which) byHolder {
        Found memory found = _find(which, at);
        if (!_moves(found)) return;
        value = uint64(bound(value, 1, found.end - found.start));
        address payee = _active(to);
        vm.prank(found.owner);
        TOKEN.transferFrom(found.token, payee, value);
        RECKONING.cut(found.which, found.start, found.end - value, found.end, payee);
    }

    function transferWhole(uint256 which, uint256 at, uint256 to, bool safe) external about(which) byHolder {
        Found memory found = _find(which, at);
        if (!_moves(found)) return;
        address payee = _active(to);
        vm.prank(found.owner);
        if (safe) TOKEN.safeTransferFrom(found.owner, payee, found.token);
        else TOKEN.transferFrom(found.owner, payee, found.token);
        RECKONING.cut(found.which, found.start, found.start, found.end, payee);
    }

    function batch(uint256 which, uint256 at, uint8 count, uint256 to) external about(which) byHolder {
        Found memory found = _find(which, at);
        uint64 pieces = uint64(bound(count, 1, 5));
        uint64 length = (found.end - found.start) / pieces;
        if (!_moves(found) || length == 0) return;
        IReceivableToken.MoveBatch memory body;
        (body.token, body.pieces) = (found.token, new IReceivableToken.Piece[](pieces));
        for (uint64 i = 0; i < pieces; ++i) {
            body.pieces[i] = IReceivableToken.Piece(found.start + length * (i + 1), _active(to % 1000 + i), "batch");
        }
        vm.prank(found.owner);
        TOKEN.moveBatch(body);
        uint64 start = found.start;
        for (uint64 i = 0; i < pieces; ++i) {
            RECKONING.cut(found.which, start, start, body.pieces[i].end, body.pieces[i].to);
            start = body.pieces[i].end;
        }
    }

    /// @dev All tokens of one owner in one receivable to one payee.
    function moveMany(uint256 which, uint256 at, uint256 to) external about(which) byHolder {
        Found memory found = _find(which, at);
        if (!_moves(found)) return;
        uint256[] memory all = _tokensOf(found.which, found.owner);
        address payee = _active(to);
        vm.prank(found.owner);
        TOKEN.moveMany(IReceivableToken.MoveMany(all, payee, "many"));
        for (uint256 i = 0; i < all.length; ++i) {
            (, uint64 end,,) = VIEWS.range(all[i]);
            RECKONING.cut(found.which, uint64(all[i]), uint64(all[i]), end, payee);
        }
    }

    function merge(uint256 which, uint256 at, bool wallet) external about(which) byHolder {
        Found memory found = _find(which, at);
        uint256 right = uint256(ids[found.which]) << 64 | found.end;
        (address neighbour, uint64 end,,) = VIEWS.range(right);
        if (!_moves(found) || neighbour != found.owner) return;
        vm.prank(found.owner);
        if (wallet) TOKEN.transferFrom(right, found.token, end - found.end);
        else TOKEN.merge(IReceivableToken.Merge(found.token, right));
        RECKONING.merge(found.which, found.start, found.end);
    }

    function draw(uint256 which, uint256 at) external about(which) byHolder {
        Found memory found = _find(which, at);
        bool isContract = RECKONING.isContract(found.owner);
        if (isContract && RECKONING.suspended(found.owner)) return;
        uint256[] memory one = new uint256[](1);
        one[0] = found.token;
        vm.prank(isContract ? found.owner : address(this));
        REPAYMENT.draw(one);
        RECKONING.draw(found.which, found.start);
    }

    /// @dev By a contract that draws its own and everybody else's, over all receivables in one call, forwards or backwards.
    function drawAll(bool backwards) external byHolder {
        address escrow = holders[holders.length - 1];
        if (RECKONING.suspended(escrow)) return;
        uint256[] memory all = new uint256[](0);
        for (uint256 which = 0; which < ids.length; ++which) {
            all = _joined(all, _tokensOf(which, address(0)));
        }
        if (backwards) _reverse(all);
        vm.prank(escrow);
        REPAYMENT.draw(all);
        for (uint256 i = 0; i < all.length; ++i) {
            RECKONING.draw(_indexOf(uint192(all[i] >> 64)), uint64(all[i]));
        }
    }

    function _indexOf(uint192 id) private view returns (uint256 which) {
        while (ids[which] != id) ++which;
    }

    function _joined(uint256[] memory one, uint256[] memory other) private pure returns (uint256[] memory both) {
        both = new uint256[](one.length + other.length);
        for (uint256 i = 0; i < both.length; ++i) {
            both[i] = i < one.length ? one[i] : other[i - one.length];
        }
    }

    function withdraw(uint256 who) external byHolder {
        address account = who % 5 == 0 ? OBLIGOR : holders[who % holders.length];
        if (!_acts(account) || RECKONING.credit(account) == 0) return;
        vm.prank(account);
        REPAYMENT.withdraw(IRepayment.Withdraw(1));
        RECKONING.withdraw(account);
    }

    function withdrawRange(uint256 which, uint64 start) external about(which) byHolder {
        (uint256 chosen, address escrow) = (which % ids.length, holders[holders.length - 1]);
        start = _rangeWithCredit(chosen, escrow, start);
        if (!_acts(escrow) || RECKONING.rangeCredit(escrow, chosen, start) == 0) return;
        vm.prank(escrow);
        REPAYMENT.withdrawRange(IRepayment.WithdrawRange(ids[chosen], start));
        RECKONING.withdrawRange(escrow, chosen, start);
    }

    function _rangeWithCredit(uint256 which, address escrow, uint64 from) private view returns (uint64 start) {
        (uint64 face,,,,) = RECKONING.terms(which);
        for (uint64 i = 0; i < face; ++i) {
            start = uint64((uint256(from) + i) % face);
            if (RECKONING.rangeCredit(escrow, which, start) != 0) return start;
        }
    }

    // --- The obligor and time ---

    function pay(uint256 which, uint64 amount) external about(which) {
        which %= ids.length;
        if (RECKONING.ended(which)) return;
        amount = _amount(which, amount);
        SIGNS.payAs(ids[which], amount);
        RECKONING.pay(which, amount, OBLIGOR, block.timestamp);
    }

    /// @dev A bank may report money for a receivable that was closed meanwhile, and of any payer.
    function notice(uint256 which, uint64 amount, uint256 who) external about(which) {
        which %= ids.length;
        amount = _amount(which, amount);
        address payer = who % 3 == 0 ? holders[who % holders.length] : OBLIGOR;
        SIGNS.noticeOf(payer, ids[which], amount);
        if (payer == OBLIGOR) RECKONING.pay(which, amount, payer, block.timestamp);
        else RECKONING.payFor(which, amount, payer, block.timestamp);
    }

    function payFor(uint256 which, uint64 amount, uint256 who) external about(which) {
        which %= ids.length;
        address payer = holders[who % holders.length];
        if (RECKONING.ended(which) || !_acts(payer) || RECKONING.isContract(payer)) return;
        amount = _amount(which, amount);
        SIGNS.payForAs(payer, ids[which], amount);
        RECKONING.payFor(which, amount, payer, block.timestamp);
    }

    function waive(uint256 which, uint256 who) external about(which) {
        which %= ids.length;
        address payer = holders[who % holders.length];
        (uint64 claim,) = REPAYMENT.claimOf(ids[which], payer, uint40(block.timestamp));
        if (claim == 0 || !_acts(payer) || RECKONING.isContract(payer) || who % 4 != 0) return;
        SIGNS.waiveAs(payer, ids[which]);
        RECKONING.waive(which, payer);
    }

    /// @dev As the owner and the obligor have it by {ReceivableEndings}.
    function retire(uint256 which, uint256 at, uint64 start, uint64 end) external about(which) {
        Found memory found = _find(which, at);
        if (RECKONING.ended(found.which) || RECKONING.owedToAll(found.which) == 0 || _isRetired(found)) return;
        start = uint64(bound(start, found.start, found.end - 1));
        end = end % 4 == 0 ? found.end : uint64(bound(end, start + 1, found.end));
        uint256 before = vm.snapshotState();
        vm.startPrank(ENDINGS);
        REPAYMENT.clearWaiting(ids[found.which]);
        if (REPAYMENT.owed(ids[found.which], start, end) == 0) {
            vm.stopPrank();
            vm.revertToState(before);
            return;
        }
        TOKEN.retire(found.token, start, end, "retired");
        vm.stopPrank();
        RECKONING.retire(found.which, found.start, start, end, OBLIGOR, block.timestamp);
    }

    function consent(uint256 which, uint256 at, bool consents) external about(which) byHolder {
        Found memory found = _find(which, at);
        if (_moves(found)) _consent(found, consents);
    }

    function _consent(Found memory found, bool consents) private {
        if (RECKONING.consents(found.which, found.start) == consents) return;
        vm.prank(found.owner);
        IReceivableEndings(ENDINGS)
            .consentCancel(IReceivableEndings.ConsentCancel(found.token, found.end - found.start, consents));
        RECKONING.consent(found.which, found.start, consents);
    }

    /// @dev Now and then all who can agree do so first. It goes through if everything that lives agrees, else is refused for a reason that says so.
    function cancel(uint256 which, uint256 luck) external about(which) {
        which %= ids.length;
        if (luck % 4 == 0) _consentToAll(which);
        bool can = RECKONING.cancellable(which);
        try IReceivableEndings(ENDINGS).cancel(ids[which]) {
            require(can, "cancelled though somebody does not agree");
            RECKONING.cancel(which, block.timestamp);
        } catch (bytes memory reason) {
            bytes4 told = bytes4(reason);
            bool foreseen = told == IReceivableEndings.NotLive.selector || told == IRepayment.ClaimsStand.selector
                || told == IReceivableToken.NotConsented.selector;
            require(!can && foreseen, "refused though all agree, or for a reason of its own");
        }
    }

    function _consentToAll(uint256 which) private {
        uint256[] memory all = _tokensOf(which, address(0));
        for (uint256 i = 0; i < all.length; ++i) {
            Found memory found = _found(which, all[i]);
            if (_moves(found)) _consent(found, true);
        }
    }

    /// @dev A court's order is executed: a range moves, whoever owns it, and takes along the money that it has not drawn.
    function carry(uint256 which, uint256 at, uint64 start, uint64 end, uint256 to) external about(which) byHolder {
        Found memory found = _find(which, at);
        if (RECKONING.ended(found.which) || _isRetired(found)) return;
        start = uint64(bound(start, found.start, found.end - 1));
        end = uint64(bound(end, start + 1, found.end));
        address payee = _active(to);
        SIGNS.carryAs(IReceivableToken.Move(found.token, start, end, payee, "order"));
        RECKONING.carry(found.which, found.start, start, end, payee);
    }

    /// @dev In every form, to one that is no member or is suspended.
    function moveToNoMember(uint256 which, uint256 at, uint256 form, uint256 who) external about(which) {
        Found memory found = _find(which, at);
        if (!_moves(found)) return;
        address payee = holders[who % holders.length];
        if (!RECKONING.suspended(payee)) payee = address(uint160(uint256(keccak256(abi.encode(who)))));
        vm.prank(found.owner);
        (bool done, bytes memory reason) = address(TOKEN).call(_moving(found, payee, form));
        require(!done && bytes4(reason) == IReceivableToken.RecipientInactive.selector, "only members receive");
    }

    function _moving(Found memory found, address payee, uint256 form) private pure returns (bytes memory) {
        uint64 length = found.end - found.start;
        if (form % 5 == 0) {
            return abi.encodeCall(
                IReceivableToken.move, (IReceivableToken.Move(found.token, found.start, found.end, payee, "no"))
            );
        }
        if (form % 5 == 1) {
            IReceivableToken.Piece[] memory one = new IReceivableToken.Piece[](1);
            one[0] = IReceivableToken.Piece(found.end, payee, "no");
            return abi.encodeCall(IReceivableToken.moveBatch, (IReceivableToken.MoveBatch(found.token, one)));
        }
        if (form % 5 == 2) {
            uint256[] memory one = new uint256[](1);
            one[0] = found.token;
            return abi.encodeCall(IReceivableToken.moveMany, (IReceivableToken.MoveMany(one, payee, "no")));
        }
        if (form % 5 == 3) {
            return abi.encodeWithSignature("transferFrom(uint256,address,uint256)", found.token, payee, length);
        }
        return abi.encodeWithSignature("transferFrom(address,address,uint256)", found.owner, payee, found.token);
    }

    function setMandate(uint64 cap, bool part) external {
        SIGNS.mandateAs(cap = uint64(bound(cap, 1, 2000)), part);
        RECKONING.setMandate(cap, part);
    }

    function debit(uint256 which, uint64 free) external about(which) {
        which %= ids.length;
        SIGNS.fundAs(free = _amount(which, free));
        RECKONING.give(OBLIGOR, free);
        (uint256 share, uint256 rest) = RECKONING.debitable(which, OBLIGOR, block.timestamp);
        (uint64 amount, bytes memory reason) = MANDATES.checkDebit(ids[which]);
        require(amount == share + rest && (reason.length == 0) == (amount != 0), "the dry run says what a debit takes");
        if (amount == 0) return;
        MANDATES.debit(ids[which]);
        RECKONING.debit(which, OBLIGOR, block.timestamp);
    }

    function closePot() external {
        (,, uint256 left, uint256 openedAt,) = RECKONING.pot();
        if (left == 0 || block.timestamp < openedAt + 1 days) return;
        MANDATES.closePot(OBLIGOR, 1, DUE);
        RECKONING.closePot(OBLIGOR);
    }

    function wait(uint32 time) external {
        vm.warp(block.timestamp + bound(time, 1, 40 days));
    }

    function distribute(uint256 which) external about(which) {
        which %= ids.length;
        (uint256 principal, uint256 interest,, uint256 last,,,,,) = RECKONING.money(which);
        if (principal + interest == 0 || block.timestamp < last + 30 days) return;
        REPAYMENT.distribute(ids[which]);
        RECKONING.distribute(which, block.timestamp);
    }

    /// @dev The first holder stays active, so that there is always somebody to move to.
    function suspend(uint256 who, bool suspended) external {
        address account = holders[1 + who % (holders.length - 1)];
        SIGNS.suspendAs(account, suspended);
        RECKONING.setSuspended(account, suspended);
    }

    function hold(uint256 who, bool held) external {
        address account = holders[1 + who % (holders.length - 1)];
        SIGNS.holdAs(account, held);
        RECKONING.setHeld(account, held);
    }

    function order(uint256 who, uint256 to, uint64 amount) external {
        address from = holders[who % holders.length];
        uint64 credited = uint64(RECKONING.credit(from));
        if (!RECKONING.held(from) || credited == 0) return;
        amount = uint64(bound(amount, 1, credited));
        address payee = holders[to % holders.length];
        SIGNS.orderAs(from, payee, amount);
        RECKONING.order(from, payee, amount);
    }

    // --- Choosing ---

    function _moves(Found memory found) private view returns (bool) {
        return !RECKONING.ended(found.which) && _acts(found.owner) && !_isRetired(found);
    }

    /// @dev Neither suspended nor held by a court.
    function _acts(address account) private view returns (bool) {
        return !RECKONING.suspended(account) && !RECKONING.held(account);
    }

    function _isRetired(Found memory found) private view returns (bool retired) {
        (,,, retired) = RECKONING.pieces(found.which, found.start);
    }

    function _find(uint256 which, uint256 at) private view returns (Found memory found) {
        found.which = which % ids.length;
        uint256[] memory all = _tokensOf(found.which, address(0));
        return _found(found.which, all[at % all.length]);
    }

    function _found(uint256 which, uint256 token) private view returns (Found memory found) {
        (found.which, found.token, found.start) = (which, token, uint64(token));
        (found.owner, found.end,,) = VIEWS.range(token);
    }

    /// @dev Tokens of an owner, or of everybody; walked from 0 by their ends.
    function _tokensOf(uint256 which, address owner) private view returns (uint256[] memory found) {
        (uint64 face,,,,) = RECKONING.terms(which);
        uint256[] memory all = new uint256[](face);
        uint256 count;
        for (uint64 at = 0; at < face;) {
            uint256 token = uint256(ids[which]) << 64 | at;
            address held;
            (held, at,,) = VIEWS.range(token);
            if (owner == address(0) || held == owner) all[count++] = token;
        }
        found = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            found[i] = all[i];
        }
    }

    function _reverse(uint256[] memory list) private pure {
        for (uint256 i = 0; i < list.length / 2; ++i) {
            (list[i], list[list.length - 1 - i]) = (list[list.length - 1 - i], list[i]);
        }
    }

    /// @dev Dust below the threshold, a part, or more than everything.
    function _amount(uint256 which, uint64 amount) private view returns (uint64) {
        (uint64 face,,,,) = RECKONING.terms(which);
        uint64[4] memory most = [1 + face / 256, 1 + face / 50, 1 + face / 4, 2 * face];
        return uint64(bound(amount, 1, most[amount % 4]));
    }

    function _active(uint256 seed) private view returns (address holder) {
        for (uint256 i = 0; i < holders.length; ++i) {
            holder = holders[(seed % holders.length + i) % holders.length];
            if (!RECKONING.suspended(holder)) return holder;
        }
    }
}
