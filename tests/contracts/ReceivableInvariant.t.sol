// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdUtils} from "forge-std/StdUtils.sol";
import {Members} from "../../contracts/Members.sol";
import {ReceivableToken} from "../../contracts/ReceivableToken.sol";
import {Repayment} from "../../contracts/Repayment.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {MemberWord} from "../../contracts/types/MemberWord.sol";
import {Actor} from "./Base.t.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice What the handler asks of the test that knows how to sign.
interface ISigns {
    function payAs(uint192 receivable, uint64 amount) external;
    function noticeAs(bytes32 ref, uint192 receivable, uint64 amount) external;
    function suspendAs(address account, bool suspended) external;
}

/// @notice A random life of two receivables: cuts, transfers, merges, payments, notices, draws, suspensions and jumps of time.
/// @dev Every call is one that must go through; so any revert is a fault (`fail_on_revert`).
contract Life is CommonBase, StdUtils {
    ReceivableToken private immutable TOKEN;
    Repayment private immutable REPAYMENT;
    Members private immutable MEMBERS;
    ISigns private immutable SIGNS;
    address[] private holders;
    uint192[2] private ids;
    uint256 private notices;

    uint256 public paidIn;
    bool public debtMovedByHolders;

    constructor(
        ReceivableToken token,
        Repayment repayment,
        Members members,
        ISigns signs,
        address[] memory holders_,
        uint192[2] memory ids_
    ) {
        (TOKEN, REPAYMENT, MEMBERS, SIGNS) = (token, repayment, members, signs);
        (holders, ids) = (holders_, ids_);
    }

    modifier byHolders(uint256 which) {
        uint64 before = TOKEN.receivable(ids[which & 1]).owedLive;
        _;
        if (TOKEN.receivable(ids[which & 1]).owedLive != before) debtMovedByHolders = true;
    }

    function cut(uint256 which, uint256 at, uint64 start, uint64 end, uint256 to) external byHolders(which) {
        (uint256 token, address owner, uint64 from, uint64 until) = _tokenAt(which, at);
        if (!_live(which) || !_active(owner)) return;
        start = uint64(bound(start, from, until - 1));
        end = uint64(bound(end, start + 1, until));
        address payee = _activeHolder(to);
        vm.prank(owner);
        TOKEN.move(IReceivableToken.Move(token, start, end, payee, "cut"));
    }

    function split(uint256 which, uint256 at, uint256 value, uint256 to) external byHolders(which) {
        (uint256 token, address owner, uint64 from, uint64 until) = _tokenAt(which, at);
        if (!_live(which) || !_active(owner)) return;
        value = bound(value, 1, until - from);
        address payee = _activeHolder(to);
        vm.prank(owner);
        TOKEN.transferFrom(token, payee, value);
    }

    function batch(uint256 which, uint256 at, uint8 count, uint256 to) external byHolders(which) {
        (uint256 token, address owner, uint64 from, uint64 until) = _tokenAt(which, at);
        if (!_live(which) || !_active(owner)) return;
        uint64 pieces = uint64(bound(count, 1, 5));
        if (until - from < pieces) return;
        IReceivableToken.MoveBatch memory body;
        body.token = token;
        body.pieces = new IReceivableToken.Piece[](pieces);
        for (uint64 i = 0; i < pieces; ++i) {
            uint64 end = from + (until - from) / pieces * (i + 1);
            body.pieces[i] = IReceivableToken.Piece(end, _activeHolder(to % 1000 + i), "batch");
        }
        vm.prank(owner);
        TOKEN.moveBatch(body);
    }

    function merge(uint256 which, uint256 at) external byHolders(which) {
        (uint256 token, address owner,, uint64 until) = _tokenAt(which, at);
        uint256 right = uint256(ids[which & 1]) << 64 | until;
        (address neighbour,,,) = TOKEN.range(right);
        if (!_live(which) || !_active(owner) || neighbour != owner) return;
        vm.prank(owner);
        TOKEN.merge(IReceivableToken.Merge(token, right));
    }

    function draw(uint256 which, uint256 at) external byHolders(which) {
        (uint256 token, address owner,,) = _tokenAt(which, at);
        if (owner.code.length != 0 && !_active(owner)) return;
        uint256[] memory one = new uint256[](1);
        one[0] = token;
        vm.prank(owner.code.length == 0 ? address(this) : owner);
        REPAYMENT.draw(one);
    }

    function pay(uint256 which, uint64 amount) external {
        if (!_live(which)) return;
        amount = _amount(which, amount);
        paidIn += amount;
        SIGNS.payAs(ids[which & 1], amount);
    }

    function notice(uint256 which, uint64 amount) external {
        amount = _amount(which, amount);
        paidIn += amount;
        SIGNS.noticeAs(bytes32(++notices), ids[which & 1], amount);
    }

    function wait(uint256 which, uint32 time) external {
        vm.warp(block.timestamp + bound(time, 1, 40 days));
        uint192 id = ids[which & 1];
        IRepayment.Book memory book = REPAYMENT.bookOf(id);
        bool waits = book.waitingPrincipal != 0 || book.waitingInterest != 0;
        if (_live(which) && waits && block.timestamp >= uint256(book.lastDistribution) + 30 days) {
            REPAYMENT.distribute(id);
        }
    }

    function suspend(uint256 who, bool suspended) external {
        SIGNS.suspendAs(holders[who % holders.length], suspended);
    }

    // --- Reading ---

    function tokensOf(uint256 which) public view returns (uint256[] memory found) {
        uint64 face = TOKEN.receivable(ids[which & 1]).face;
        uint256 count;
        for (uint64 at = 0; at < face; ++count) {
            (, at,,) = TOKEN.range(uint256(ids[which & 1]) << 64 | at);
        }
        found = new uint256[](count);
        uint64 start = 0;
        for (uint256 i = 0; i < count; ++i) {
            found[i] = uint256(ids[which & 1]) << 64 | start;
            (, start,,) = TOKEN.range(found[i]);
        }
    }

    function _tokenAt(uint256 which, uint256 at)
        private
        view
        returns (uint256 token, address owner, uint64 start, uint64 end)
    {
        uint256[] memory all = tokensOf(which);
        token = all[at % all.length];
        (owner, end,,) = TOKEN.range(token);
        start = uint64(token);
    }

    function _amount(uint256 which, uint64 amount) private view returns (uint64) {
        uint64 face = TOKEN.receivable(ids[which & 1]).face;
        return uint64(bound(amount, 1, amount % 3 == 0 ? face : face / 50 + 1));
    }

    function _live(uint256 which) private view returns (bool) {
        return TOKEN.receivable(ids[which & 1]).state == IReceivableToken.State.Live;
    }

    function _active(address account) private view returns (bool) {
        return MemberWord.isActive(MEMBERS.wordOf(account));
    }

    function _activeHolder(uint256 seed) private view returns (address) {
        for (uint256 i = 0; i < holders.length; ++i) {
            address holder = holders[(seed % holders.length + i) % holders.length];
            if (_active(holder)) return holder;
        }
        return holders[0];
    }
}

/// @notice Has code, as an escrow does, and takes every token.
contract Escrow {
    function onERC3525Received(address, uint256, uint256, uint256, bytes calldata) external pure returns (bytes4) {
        return 0x009ce20b;
    }
}

contract ReceivableInvariantTest is ReceivableBase, ISigns {
    Life private life;
    address private escrow;
    uint192[2] private ids;
    address[] private holders;

    function setUp() public override {
        super.setUp();
        escrow = address(new Escrow());
        _contractMember(escrow);
        Issue memory terms = _terms(307, DUE);
        (terms.grace, terms.lateRate, terms.lateBasis) = (2 days, 1, 100);
        ids[0] = _receivable(terms);
        ids[1] = _receivable(13);
        holders = [supplier.account, other.account, financier.account, bank.account, escrow];
        life = new Life(token, repayment, members, this, holders, ids);
        targetContract(address(life));
    }

    function payAs(uint192 receivable, uint64 amount) external {
        _fund(obligor.account, amount);
        _done(_payAct(obligor, receivable, amount));
    }

    function noticeAs(bytes32 ref, uint192 receivable, uint64 amount) external {
        bool suspended = !MemberWord.isActive(members.wordOf(bank.account));
        if (suspended) members.reinstate(bank.account, "to sign");
        _done(_noticeAct(bank, _notice(ref, receivable, amount)));
        if (suspended) members.suspend(bank.account, "again");
    }

    /// @dev The first holder stays active, so that there is always somebody to move to; the bank issues cash.
    function suspendAs(address account, bool suspended) external {
        if (account == supplier.account || account == bank.account) return;
        if (suspended) members.suspend(account, "test");
        else members.reinstate(account, "test");
    }

    /// @dev After every call, what is cheap to read.
    function invariant_ranges_tile_the_face_and_holders_never_change_the_debt() public view {
        _rangesTileTheFace();
        _holdersNeverChangeTheDebt();
        _aClosedReceivableOwesNothing();
    }

    /// @dev After every life, what reads every unit: a fault in it does not heal by further calls.
    function afterInvariant() public view {
        _balancesCountTheTokens();
        _owedToLiveAndDistributedAreTheFace();
        _moneyInIsMoneyOutAndHeld();
    }

    /// @dev Walking from 0 by each token's end reaches the face exactly: ranges are disjoint and complete.
    function _rangesTileTheFace() private view {
        for (uint256 which = 0; which < 2; ++which) {
            uint64 face = token.receivable(ids[which]).face;
            uint64 at = 0;
            while (at < face) {
                (address owner, uint64 end,,) = token.range(_id(ids[which], at));
                assertTrue(owner != address(0), "no gap");
                assertGt(end, at, "no empty range");
                at = end;
            }
            assertEq(at, face, "no overlap at the end");
        }
    }

    function _balancesCountTheTokens() private view {
        uint256 held;
        for (uint256 i = 0; i < holders.length; ++i) {
            held += token.balanceOf(holders[i]);
        }
        assertEq(held, life.tokensOf(0).length + life.tokensOf(1).length, "every token is a holder's, and a member's");
    }

    function _owedToLiveAndDistributedAreTheFace() private view {
        for (uint256 which = 0; which < 2; ++which) {
            IReceivableToken.Receivable memory found = token.receivable(ids[which]);
            uint256 distributed;
            for (uint16 k = 1; k <= found.payments; ++k) {
                (uint64 principal,,,,) = repayment.payment(ids[which], k);
                distributed += principal;
            }
            uint256[] memory all = life.tokensOf(which);
            uint256 owed;
            for (uint256 i = 0; i < all.length; ++i) {
                (, uint64 end,,) = token.range(all[i]);
                uint64 share = repayment.owed(ids[which], uint64(all[i]), end);
                assertLe(share, end - uint64(all[i]), "nobody exceeds his range");
                owed += share;
            }
            assertEq(owed, found.owedLive, "owed to live ranges");
            assertEq(owed + distributed, found.face, "owed + distributed = face");
        }
    }

    /// @dev cash in = cash out + held, and held = waiting + undrawn + credits.
    function _moneyInIsMoneyOutAndHeld() private view {
        uint256 kept = repayment.credit(obligor.account, CASH);
        for (uint256 i = 0; i < holders.length; ++i) {
            kept += repayment.credit(holders[i], CASH);
        }
        for (uint256 which = 0; which < 2; ++which) {
            IRepayment.Book memory book = repayment.bookOf(ids[which]);
            kept += uint256(book.waitingPrincipal) + book.waitingInterest;
            uint64 face = token.receivable(ids[which]).face;
            for (uint64 at = 0; at < face; ++at) {
                kept += repayment.rangeCredit(escrow, ids[which], at);
                if (token.tokenWord(_id(ids[which], at)).exists()) {
                    (uint64 principal, uint64 interest) = repayment.undrawn(_id(ids[which], at));
                    kept += uint256(principal) + interest;
                }
            }
        }
        assertEq(cash.balanceOf(address(repayment)), kept, "held = waiting + undrawn + credits");
        assertEq(cash.totalSupply(), life.paidIn(), "all cash came in by payments");
    }

    function _holdersNeverChangeTheDebt() private view {
        assertFalse(life.debtMovedByHolders());
    }

    function _aClosedReceivableOwesNothing() private view {
        for (uint256 which = 0; which < 2; ++which) {
            bool closed = token.receivable(ids[which]).state == IReceivableToken.State.Closed;
            (uint64 principal, uint64 interest,,) = repayment.debtAt(ids[which], uint40(block.timestamp));
            assertEq(closed, principal == 0, "closed when all principal is paid");
            if (closed) assertEq(interest, 0, "and no interest is owed then");
        }
    }
}
