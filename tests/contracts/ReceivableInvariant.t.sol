// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IMandates} from "../../contracts/interfaces/IMandates.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IReceivableViews} from "../../contracts/interfaces/IReceivableViews.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {PaymentWord, PaymentWords, RETIREMENT, Ruler} from "../../contracts/receivable/Ruler.sol";
import {MemberWord} from "../../contracts/types/MemberWord.sol";
import {TokenWord, TokenWords} from "../../contracts/types/TokenWord.sol";
import {Actor} from "./Base.t.sol";
import {ISigns, ReceivableLife} from "./ReceivableLife.sol";
import {Reckoning} from "./Reckoning.sol";
import {Told} from "./ReceivableStandards.t.sol";
import {RepaymentBase} from "./RepaymentBase.t.sol";

/// @notice Random lives: after every step the ledger is as the reckoning says, and keeps each promise of receivables by itself.
/// @dev One invariant asks for all: with a seed each would have the same lives. docs/decisions/invariants.md counts the calls.
/// forge-config: default.invariant.runs = 24
/// forge-config: default.invariant.depth = 64
/// forge-config: full.invariant.runs = 3072
/// forge-config: full.invariant.depth = 128
contract ReceivableInvariantTest is RepaymentBase, ISigns {
    using MemberWord for uint256;
    using Ruler for PaymentWord[];

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

    function carryAs(IReceivableToken.Move calldata body) external {
        vm.prank(address(holds));
        token.carry(body, 0);
    }

    function obligorsDebt() external view returns (bytes32 digest) {
        digest = keccak256(
            abi.encode(repayment.dueTotal(obligor.account, CASH, DUE), exposure.outstanding(obligor.account, CNY, true))
        );
        for (uint256 which = 0; which < ids.length; ++which) {
            (uint64 principal, uint64 interest,,) = repayment.debtAt(ids[which], uint40(block.timestamp));
            (uint64 claims, uint64 late) = repayment.subrogatedAt(ids[which], uint40(block.timestamp));
            digest = keccak256(abi.encode(digest, principal, interest, claims, late));
        }
    }

    function fundAs(uint64 amount) external {
        _fund(obligor.account, amount);
    }

    function suspendAs(address account, bool suspended) external {
        if (suspended) members.suspend(account, "test");
        else members.reinstate(account, "test");
    }

    // --- What is promised ---

    /// @dev After every step, of the receivable that it was about. Drawing everything comes last: the others ask what stands before it.
    function invariant_every_promise_is_kept() public {
        _rangesAreDisjointAndComplete();
        _payoutsAddUpToThePayment();
        _noPayoutExceedsWhatItsRangeIsOwed();
        _fullPaymentLeavesNothingOwed();
        _cashInIsCashOutAndHeld();
        _debtIsChangedByNoActOfAHolder();
        _onlyMembersOwnRanges();
        _ledgerIsAsReckoned();
        _noOneIsPaidTwice();
    }

    function _rangesAreDisjointAndComplete() private view {
        uint192 id = ids[life.touched()];
        IReceivableViews.Receivable memory found = views.receivable(id);
        (uint64 at, uint64 live) = (0, 0);
        while (at < found.face) {
            (address owner, uint64 end,, uint8 flags) = views.range(_id(id, at));
            assertTrue(owner != address(0) && end > at && end <= found.face, "the next range begins where one ends");
            if (flags & TokenWords.RETIRED == 0) live += end - at;
            at = end;
        }
        assertEq(at, found.face, "complete");
        assertEq(live + found.retired, found.face, "live and retired are the face");
    }

    /// @dev Of the newest step; each one was the newest once. A retirement pays nothing.
    function _payoutsAddUpToThePayment() private view {
        (uint192 id, PaymentWord[] memory paid) = _steps();
        if (paid.length == 0) return;
        (uint256 principal, uint256 interest) = (0, 0);
        uint256[] memory tokens = _tokens(id);
        for (uint256 i = 0; i < tokens.length; ++i) {
            (uint64 part, uint64 late) = _payout(paid, tokens[i]);
            (principal, interest) = (principal + part, interest + late);
        }
        (uint64 whole, uint64 wholeInterest,,, IRepayment.Kind kind) = repayment.payment(id, uint16(paid.length));
        if (kind == IRepayment.Kind.Retirement) (whole, wholeInterest) = (0, 0);
        assertEq(principal, whole, "principal");
        assertEq(interest, wholeInterest, "interest");
    }

    /// @dev None is negative either: what is taken from a lesser number would revert.
    function _noPayoutExceedsWhatItsRangeIsOwed() private view {
        (uint192 id, PaymentWord[] memory paid) = _steps();
        if (paid.length == 0) return;
        PaymentWord[] memory earlier = _earlier(paid);
        uint256[] memory tokens = _tokens(id);
        for (uint256 i = 0; i < tokens.length; ++i) {
            (uint64 part,) = _payout(paid, tokens[i]);
            uint64 length = token.tokenWord(tokens[i]).length();
            uint64 owed = earlier.owed(uint64(tokens[i]), uint64(tokens[i]) + length);
            assertLe(part, owed, "at most what it was owed");
            assertLe(owed, length, "which is at most itself");
        }
    }

    function _fullPaymentLeavesNothingOwed() private view {
        uint192 id = ids[life.touched()];
        if (views.receivable(id).owedLive != 0) return;
        uint256[] memory tokens = _tokens(id);
        for (uint256 i = 0; i < tokens.length; ++i) {
            (, uint64 end,,) = views.range(tokens[i]);
            assertEq(repayment.owed(id, uint64(tokens[i]), end), 0, "owed");
        }
        (uint64 principal, uint64 interest, uint64 waiting, uint64 waitingInterest) =
            repayment.debtAt(id, uint40(block.timestamp));
        assertEq(uint256(principal) + interest + waiting + waitingInterest, 0, "debt");
    }

    function _cashInIsCashOutAndHeld() private view {
        uint256 held = reckoning.rangeCredits() + repayment.credit(obligor.account, CASH);
        uint256 outside = cash.balanceOf(obligor.account) + cash.balanceOf(address(mandates));
        for (uint256 i = 0; i < holders.length; ++i) {
            held += repayment.credit(holders[i], CASH);
            outside += cash.balanceOf(holders[i]);
        }
        for (uint256 which = 0; which < ids.length; ++which) {
            IRepayment.Book memory book = repayment.bookOf(ids[which]);
            held += uint256(book.waitingPrincipal) + book.waitingInterest;
            uint256[] memory tokens = _tokens(ids[which]);
            for (uint256 i = 0; i < tokens.length; ++i) {
                held += _undrawn(tokens[i]);
            }
        }
        assertEq(cash.balanceOf(address(repayment)), held, "held = waiting + undrawn + credits");
        assertEq(cash.totalSupply(), held + outside, "every unit that was issued is somebody's");
    }

    function _debtIsChangedByNoActOfAHolder() private view {
        assertFalse(life.debtMoved());
    }

    /// @dev Everything is drawn twice: the first time pays what was due, the second nothing. (What an invariant does is undone.)
    function _noOneIsPaidTwice() private {
        uint256[] memory tokens = _tokens(ids[life.touched()]);
        uint256 due;
        for (uint256 i = 0; i < tokens.length; ++i) {
            due += _undrawn(tokens[i]);
        }
        uint256 before = _has();
        if (reckoning.suspended(escrow)) members.reinstate(escrow, "test");
        vm.prank(escrow);
        repayment.draw(tokens);
        uint256 since = _has();
        assertEq(since - before, due, "what was due, once");
        vm.prank(escrow);
        repayment.draw(tokens);
        assertEq(_has(), since, "and no more");
    }

    /// @dev Members' words are asked, not the reckoning; `moveToNoMember` tries the contrary in every form.
    function _onlyMembersOwnRanges() private view {
        uint256[] memory tokens = _tokens(ids[life.touched()]);
        for (uint256 i = 0; i < tokens.length; ++i) {
            address owner = token.tokenWord(tokens[i]).owner();
            uint256 word = members.wordOf(owner);
            assertTrue(word.has(MemberWord.ACTIVE) && word.account() == owner, "a member's account");
        }
    }

    /// @dev Cash and credits of all who hold ranges; credits of the contract's ranges among them.
    function _has() private view returns (uint256 sum) {
        uint192 id = ids[life.touched()];
        for (uint256 i = 0; i < holders.length; ++i) {
            sum += cash.balanceOf(holders[i]) + repayment.credit(holders[i], CASH);
        }
        uint256[] memory tokens = _tokens(id);
        for (uint256 i = 0; i < tokens.length; ++i) {
            sum += repayment.rangeCredit(escrow, id, uint64(tokens[i]));
        }
        sum += cash.balanceOf(obligor.account) + repayment.credit(obligor.account, CASH);
    }

    function _undrawn(uint256 token_) private view returns (uint256) {
        (uint64 principal, uint64 interest) = repayment.undrawn(token_);
        return uint256(principal) + interest;
    }

    function _tokens(uint192 id) private view returns (uint256[] memory found) {
        uint64 face = token.wordOf(id).face();
        found = new uint256[](face);
        uint256 count;
        for (uint64 at = 0; at < face; at += token.tokenWord(_id(id, at)).length()) {
            found[count++] = _id(id, at);
        }
        assembly ("memory-safe") {
            mstore(found, count)
        }
    }

    /// @dev The steps of the receivable that the last act was about, as the ledger tells them.
    function _steps() private view returns (uint192 id, PaymentWord[] memory paid) {
        id = ids[life.touched()];
        paid = new PaymentWord[](token.wordOf(id).payments());
        for (uint16 k = 0; k < paid.length; ++k) {
            (uint64 first, uint64 second, uint64 before, uint40 time, IRepayment.Kind kind) =
                repayment.payment(id, k + 1);
            paid[k] = PaymentWords.make(first, second, before, time, uint8(kind));
        }
    }

    /// @dev What a range gets of the last step. One that retires gets nothing: it leaves.
    function _payout(PaymentWord[] memory paid, uint256 token_)
        private
        view
        returns (uint64 principal, uint64 interest)
    {
        TokenWord held = token.tokenWord(token_);
        uint256 last = paid.length - 1;
        if (held.has(TokenWords.RETIRED) && paid[last].kind() == RETIREMENT) return (0, 0);
        (uint64 low, uint64 lowInterest) = paid.drawnUntil(uint64(token_), last);
        (principal, interest) = paid.drawnUntil(uint64(token_) + held.length(), last);
        (principal, interest) = (principal - low, interest - lowInterest);
    }

    /// @dev Without the last of them.
    function _earlier(PaymentWord[] memory paid) private pure returns (PaymentWord[] memory earlier) {
        earlier = new PaymentWord[](paid.length - 1);
        for (uint256 k = 0; k < earlier.length; ++k) {
            earlier[k] = paid[k];
        }
    }

    // --- What must be as reckoned ---

    /// @dev The receivable, and all money.
    function _ledgerIsAsReckoned() private {
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
