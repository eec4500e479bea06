// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IReceivableViews} from "../../contracts/interfaces/IReceivableViews.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {Actor} from "./Base.t.sol";
import {ISigns, ReceivableLife} from "./ReceivableLife.sol";
import {Reckoning} from "./Reckoning.sol";
import {Told} from "./ReceivableStandards.t.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice Random lives: after every step the ledger is as the reckoning says.
/// forge-config: default.invariant.runs = 32
/// forge-config: default.invariant.depth = 64
/// forge-config: full.invariant.runs = 256
/// forge-config: full.invariant.depth = 128
contract ReceivableInvariantTest is ReceivableBase, ISigns {
    ReceivableLife private life;
    Reckoning private reckoning;
    address private escrow;
    uint192[] private ids;
    address[] private holders;
    mapping(address account => Actor) private actors;
    uint256 private notices;

    function setUp() public override {
        super.setUp();
        escrow = address(new Told());
        _contractMember(escrow);
        reckoning = new Reckoning();
        reckoning.setContract(escrow);
        _open(512, 2 days, 1, 100);
        _open(13, 0, 0, 1);
        _open(97, 0, 1, 365);
        Actor[4] memory plain = [supplier, other, financier, _member("buyer", financier.role)];
        for (uint256 i = 0; i < plain.length; ++i) {
            actors[plain[i].account] = plain[i];
            holders.push(plain[i].account);
        }
        holders.push(escrow);
        life = new ReceivableLife(token, repayment, mandates, reckoning, this, obligor.account, holders, ids);
        targetContract(address(life));
    }

    function _open(uint64 face, uint32 grace, uint32 rate, uint32 basis) private {
        Issue memory terms = _terms(face, DUE);
        (terms.grace, terms.lateRate, terms.lateBasis) = (grace, rate, basis);
        ids.push(_receivable(terms));
        reckoning.open(Reckoning.Terms(face, DUE, grace, rate, basis), supplier.account);
    }

    // --- Signing ---

    function moveAs(address owner, IReceivableToken.Move calldata body) external {
        _done(_act(actors[owner], MOVE_TEXT, abi.encode(body)));
    }

    function payAs(uint192 receivable, uint64 amount) external {
        _fund(obligor.account, amount);
        _done(_payAct(obligor, receivable, amount));
    }

    function noticeAs(uint192 receivable, uint64 amount) external {
        _done(_noticeAct(bank, _notice(bytes32(++notices), receivable, amount)));
    }

    function mandateAs(uint64 cap, bool part) external {
        _done(_mandateAct(obligor, cap, uint40(block.timestamp + 1), part));
    }

    function fundAs(uint64 amount) external {
        _fund(obligor.account, amount);
    }

    function suspendAs(address account, bool suspended) external {
        if (suspended) members.suspend(account, "test");
        else members.reinstate(account, "test");
    }

    // --- What must be as reckoned ---

    /// @dev After every step, the receivable that it was about, and all money.
    function invariant_the_ledger_is_as_reckoned() public view {
        _isAsReckoned(life.touched());
        for (uint256 i = 0; i < holders.length; ++i) {
            _moneyIsAsReckoned(holders[i]);
        }
        _moneyIsAsReckoned(obligor.account);
    }

    function _isAsReckoned(uint256 which) private view {
        _receivableIsAsReckoned(which);
        _bookIsAsReckoned(which);
        _tokensAreAsReckoned(which);
    }

    function _receivableIsAsReckoned(uint256 which) private view {
        IReceivableViews.Receivable memory found = views.receivable(ids[which]);
        uint256 owed = reckoning.owedToAll(which);
        assertEq(found.owedLive, owed, "owed to all");
        assertEq(found.state == IReceivableToken.State.Closed, owed == 0, "closed when nothing is owed");
        (,,,,,,, uint256 payments) = reckoning.money(which);
        assertEq(found.payments, payments, "payments");
        (uint64 principal, uint64 interest,,) = repayment.debtAt(ids[which], uint40(block.timestamp));
        assertEq(principal, reckoning.debt(which), "debt");
        assertEq(interest, reckoning.interestOwed(which, block.timestamp), "late interest");
        if (owed == 0) assertEq(interest, 0, "none once it is closed");
    }

    function _bookIsAsReckoned(uint256 which) private view {
        IRepayment.Book memory book = repayment.bookOf(ids[which]);
        (uint256 principal, uint256 interest, uint256 paid, uint256 last, uint256 moneyDays, uint256 counted,,) =
            reckoning.money(which);
        assertEq(book.waitingPrincipal, principal, "principal that waits");
        assertEq(book.waitingInterest, interest, "interest that waits");
        assertEq(book.interestPaid, paid, "interest paid");
        assertEq(book.lastDistribution, last, "last distribution");
        assertEq(book.moneyDays, moneyDays, "money-days");
        assertEq(book.accruedDay, counted, "days counted");
    }

    /// @dev Walking from 0 by each token's end: ranges are disjoint and complete, each is whose it should be, and owed and due what it should be.
    function _tokensAreAsReckoned(uint256 which) private view {
        (uint64 face,,,,) = reckoning.terms(which);
        uint256 shares;
        uint64 start = 0;
        while (start < face) {
            (address owner, uint64 end, uint16 drawn,) = views.range(_id(ids[which], start));
            (uint64 until, address holder, uint256 payments) = reckoning.pieces(which, start);
            assertEq(end, until, "end");
            assertEq(owner, holder, "owner");
            assertEq(drawn, payments, "cursor");
            shares += _shareIsAsReckoned(which, start, end);
            start = end;
        }
        assertEq(start, face, "ranges tile the face");
        assertEq(shares, reckoning.owedToAll(which), "shares add up to what is owed");
    }

    function _shareIsAsReckoned(uint256 which, uint64 start, uint64 end) private view returns (uint256 owed) {
        owed = repayment.owed(ids[which], start, end);
        assertEq(owed, reckoning.owed(which, start, end), "owed to a range");
        assertLe(owed, end - start, "no range is owed more than itself");
        (uint64 principal, uint64 interest) = repayment.undrawn(_id(ids[which], start));
        (uint256 wantedPrincipal, uint256 wantedInterest) = reckoning.undrawn(which, start);
        assertEq(principal, wantedPrincipal, "principal to draw");
        assertEq(interest, wantedInterest, "interest to draw");
    }

    function _moneyIsAsReckoned(address account) private view {
        assertEq(cash.balanceOf(account), reckoning.balance(account), "cash");
        assertEq(repayment.credit(account, CASH), reckoning.credit(account), "credit");
    }

    /// @dev After every life, what reads every unit: a fault in it does not heal by further steps.
    function afterInvariant() public view {
        uint256 tokens;
        uint256 held = reckoning.credit(obligor.account);
        for (uint256 which = 0; which < ids.length; ++which) {
            _isAsReckoned(which);
            (uint256 waiting, uint256 waitingInterest,,,,,,) = reckoning.money(which);
            held += waiting + waitingInterest;
            (uint64 face,,,,) = reckoning.terms(which);
            for (uint64 at = 0; at < face; ++at) {
                held += _unitIsAsReckoned(which, at);
                if (token.tokenWord(_id(ids[which], at)).exists()) ++tokens;
            }
        }
        uint256 counted;
        for (uint256 i = 0; i < holders.length; ++i) {
            held += reckoning.credit(holders[i]);
            counted += token.balanceOf(holders[i]);
        }
        assertEq(counted, tokens, "every token is a member's, and counted");
        assertEq(cash.balanceOf(address(repayment)), held, "held = waiting + undrawn + credits");
    }

    function _unitIsAsReckoned(uint256 which, uint64 at) private view returns (uint256 held) {
        held = repayment.rangeCredit(escrow, ids[which], at);
        assertEq(held, reckoning.rangeCredit(escrow, which, at), "credit of a contract's range");
        (uint64 end,,) = reckoning.pieces(which, at);
        assertEq(token.tokenWord(_id(ids[which], at)).exists(), end != 0, "tokens are where pieces begin");
        if (end == 0) return held;
        (uint256 principal, uint256 interest) = reckoning.undrawn(which, at);
        held += principal + interest;
    }
}
