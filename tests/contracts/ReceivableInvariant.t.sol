// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IMandates} from "../../contracts/interfaces/IMandates.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IReceivableViews} from "../../contracts/interfaces/IReceivableViews.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {Actor} from "./Base.t.sol";
import {ISigns, ReceivableLife} from "./ReceivableLife.sol";
import {Reckoning} from "./Reckoning.sol";
import {Told} from "./ReceivableStandards.t.sol";
import {RepaymentBase} from "./RepaymentBase.t.sol";

/// @notice Random lives: after every step the ledger is as the reckoning says.
/// forge-config: default.invariant.runs = 32
/// forge-config: default.invariant.depth = 64
/// forge-config: full.invariant.runs = 256
/// forge-config: full.invariant.depth = 128
contract ReceivableInvariantTest is RepaymentBase, ISigns {
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
        life = new ReceivableLife(
            token, repayment, mandates, reckoning, this, obligor.account, address(endings), DUE, holders, ids
        );
        this.mandateAs(1, true);
        reckoning.setMandate(1, true);
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

    function noticeOf(address payer, uint192 receivable, uint64 amount) external {
        IRepayment.BankNotice memory notice = _notice(bytes32(++notices), receivable, amount);
        notice.allocations[0].payer = payer;
        _done(_noticeAct(bank, notice));
    }

    function payForAs(address payer, uint192 receivable, uint64 amount) external {
        _payFor(actors[payer], receivable, amount);
    }

    function waiveAs(address payer, uint192 receivable) external {
        _done(_waiveAct(actors[payer], receivable));
    }

    function mandateAs(uint64 cap, bool part) external {
        _done(_mandateAct(obligor, cap, type(uint40).max, part));
    }

    function holdAs(address account, bool held) external {
        vm.prank(address(holds));
        members.setHeld(account, held);
    }

    function orderAs(address from, address to, uint64 amount) external {
        vm.prank(address(holds));
        repayment.orderCredit(from, to, CASH, amount);
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
    function invariant_the_ledger_is_as_reckoned() public {
        _claimsAreAsReckoned(life.touched());
        _sumsAreAsReckoned();
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
        bool closed = reckoning.closed(which);
        assertEq(found.state == IReceivableToken.State.Closed, closed, "closed when nothing is owed to anybody");
        assertEq(
            repayment.stateAt(ids[which], uint40(block.timestamp)) == IRepayment.Condition.Subrogated,
            !closed && owed == 0
        );
        (,,,,,, uint256 steps,,) = reckoning.money(which);
        assertEq(found.payments, steps, "payments and retirements");
        (uint64 principal, uint64 interest,,) = repayment.debtAt(ids[which], uint40(block.timestamp));
        assertEq(principal, reckoning.debt(which), "debt");
        assertEq(interest, reckoning.interestOwed(which, block.timestamp), "late interest");
        if (owed == 0) assertEq(interest, 0, "none once it is closed");
    }

    function _bookIsAsReckoned(uint256 which) private view {
        IRepayment.Book memory book = repayment.bookOf(ids[which]);
        (uint256 principal, uint256 interest, uint256 paid, uint256 last, uint256 moneyDays, uint256 counted,,,) =
            reckoning.money(which);
        assertEq(book.waitingPrincipal, principal, "principal that waits");
        assertEq(book.waitingInterest, interest, "interest that waits");
        assertEq(book.interestPaid, paid, "interest paid");
        assertEq(book.lastDistribution, last, "last distribution");
        assertEq(book.moneyDays, moneyDays, "money-days");
        assertEq(book.accruedDay, counted, "days counted");
        (,,,,,,, uint256 retirements,) = reckoning.money(which);
        assertEq(book.retirements, retirements, "retirements");
        assertEq(book.payers, reckoning.payers(which), "those who paid for the obligor");
    }

    /// @dev What each who paid for the obligor is owed, with interest.
    function _claimsAreAsReckoned(uint256 which) private {
        uint64 claims;
        for (uint256 i = 0; i < holders.length; ++i) {
            (uint64 claim, uint64 interest) = repayment.claimOf(ids[which], holders[i], uint40(block.timestamp));
            (uint256 expected, uint256 late) = reckoning.claimOf(which, holders[i], block.timestamp);
            assertEq(claim, expected, "claim");
            assertEq(interest, late, "interest on a claim");
            claims += claim;
        }
        (uint64 all,) = repayment.subrogatedAt(ids[which], uint40(block.timestamp));
        assertEq(all, claims, "all claims");
    }

    function _sumsAreAsReckoned() private view {
        assertEq(repayment.dueTotal(obligor.account, CASH, DUE), reckoning.total(), "debts of the second");
        assertEq(exposure.outstanding(obligor.account, CNY, true), reckoning.outstanding(), "outstanding");
        assertEq(exposure.outstanding(supplier.account, CNY, false), reckoning.outstanding(), "issued and outstanding");
        IMandates.Pot memory found = mandates.potOf(obligor.account, CASH, DUE);
        (uint256 total, uint256 pot, uint256 left, uint256 openedAt,) = reckoning.pot();
        assertEq(found.total, total, "total of the pot");
        assertEq(found.pot, pot, "pot");
        assertEq(found.left, left, "left in the pot");
        assertEq(found.openedAt, openedAt, "opened");
        assertEq(cash.balanceOf(address(mandates)), left, "which is all that lies there");
        (uint64 cap,,) = mandates.mandate(obligor.account, CASH);
        assertEq(cap, reckoning.cap(), "cap");
    }

    /// @dev Walking from 0 by each token's end: ranges are disjoint and complete, each is whose it should be, and owed and due what it should be.
    function _tokensAreAsReckoned(uint256 which) private view {
        (uint64 face,,,,) = reckoning.terms(which);
        uint256 shares;
        uint64 start = 0;
        while (start < face) {
            (address owner, uint64 end, uint16 drawn,) = views.range(_id(ids[which], start));
            (uint64 until, address holder, uint256 steps,) = reckoning.pieces(which, start);
            assertEq(end, until, "end");
            assertEq(owner, holder, "owner");
            assertEq(drawn, steps, "cursor");
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
            (uint256 waiting, uint256 waitingInterest,,,,,,,) = reckoning.money(which);
            held += waiting + waitingInterest;
            (uint64 face,,,,) = reckoning.terms(which);
            for (uint64 at = 0; at < face; ++at) {
                held += _unitIsAsReckoned(which, at);
                if (token.tokenWord(_id(ids[which], at)).exists()) ++tokens;
            }
        }
        uint256 counted = token.balanceOf(obligor.account);
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
        (uint64 end,,,) = reckoning.pieces(which, at);
        assertEq(token.tokenWord(_id(ids[which], at)).exists(), end != 0, "tokens are where pieces begin");
        if (end == 0) return held;
        (uint256 principal, uint256 interest) = reckoning.undrawn(which, at);
        held += principal + interest;
    }
}
