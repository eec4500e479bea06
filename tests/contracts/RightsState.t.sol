// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {IGuarantees} from "../../contracts/interfaces/IGuarantees.sol";
import {IMandates} from "../../contracts/interfaces/IMandates.sol";
import {IReceivableDrafts, Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableEndings} from "../../contracts/interfaces/IReceivableEndings.sol";
import {IReceivableHolds} from "../../contracts/interfaces/IReceivableHolds.sol";
import {IReceivableOffers} from "../../contracts/interfaces/IReceivableOffers.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {RightsHouse} from "./RightsHouse.t.sol";

/// @notice What the house holds, owes and has begun, so that each call of the table has what it needs, at the second DUE.
abstract contract RightsState is RightsHouse {
    uint256 internal constant DRAFTED = 777;
    uint16 internal constant SHORT_DISPUTES = 7;
    uint40 internal constant EARLY = DUE - 2 days;
    uint256 internal constant POOL = 1;
    uint256 internal constant WHOLE_HOLD = 1;
    uint256 internal constant RANGE_HOLD = 2;
    uint256 internal constant ACCOUNT_HOLD = 3;

    /// Of the supplier and the obligor: the house holds two ranges; nobody else has a part; offered in pieces; all consent to its cancellation;
    /// cancelled, which repayment has not been told; holders are owed nothing; the house has a claim; the house's pool stands for it; courts hold it.
    uint192 internal held;
    uint192 internal plain;
    uint192 internal offered;
    uint192 internal agreed;
    uint192 internal cancelled;
    uint192 internal subrogated;
    uint192 internal claimed;
    uint192 internal overdue;
    uint192 internal courts;
    uint192 internal courtsRange;
    /// Owed by the house: plainly; with money that waits; in its own cash; to itself; disputed; disputed until a while ago; closed; a draft.
    uint192 internal owed;
    uint192 internal waits;
    uint192 internal noticed;
    uint192 internal own;
    uint192 internal disputed;
    uint192 internal lapsed;
    uint192 internal closed;
    uint192 internal drafted;
    address internal debtor;
    bytes32 internal notice;

    function setUp() public virtual override {
        super.setUp();
        _money();
        _held();
        _debts();
        _finance();
        _drafts();
        _ends();
        _offers();
        _claims();
        _courts();
        _pots();
        vm.warp(DUE);
    }

    /// @dev Deals and loans, where there are any.
    function _finance() internal virtual {}

    function _money() private {
        _fund(house, 100_000);
        _fund(other.account, 100);
        ICashDesk.IssueCash memory body = ICashDesk.IssueCash(OWN_CASH, house, 1000, "");
        _asHouse(address(desk), abi.encodeCall(desk.issueCash, (body)), Roles.SETTLEMENT_BANK);
        vm.prank(other.account);
        cash.approve(house, 50);
    }

    function _held() private {
        held = _receivable(1000);
        _move(supplier, _id(held, 0), 0, 1000, house);
        IReceivableToken.Move memory split = IReceivableToken.Move(_id(held, 0), 400, 1000, house, "");
        _asHouse(address(token), abi.encodeCall(token.move, (split)), Roles.BANK);
        _pay(held, 500);
        vm.prank(firstKey);
        repayment.draw(_one(_id(held, 0)));
        plain = _receivable(1000);
        _pay(plain, 100);
    }

    function _debts() private {
        owed = _owedByTheHouse(_termsToTheHouse(1000, CASH));
        waits = _owedByTheHouse(_termsToTheHouse(1_000_000, CASH));
        _payAsHouse(waits, 10);
        noticed = _owedByTheHouse(_termsToTheHouse(1000, OWN_CASH));
        closed = _owedByTheHouse(_termsToTheHouse(10, CASH));
        _payAsHouse(closed, 15);
        own = _owedByTheHouse(_termsToTheHouse(1000, CASH));
        _move(supplier, _id(own, 0), 0, 1000, house);
    }

    function _drafts() private {
        bytes memory issue = abi.encodeCall(drafts.issue, (_termsOfTheHouse()));
        _actAsHouse(address(drafts), issue, Roles.SUPPLIER, Modes.SIGNED, DRAFTED);
        drafted = _issuedToTheHouse(_termsToTheHouse(1000, CASH));
    }

    function _ends() private {
        agreed = _receivable(1000);
        _consent(agreed);
        cancelled = _receivable(1000);
        _consent(cancelled);
        vm.prank(address(endings));
        token.cancel(cancelled);
        drafts.setPolicy(SHORT_DISPUTES, IReceivableDrafts.Policy(366 days, 366 days, 1 days, false));
        Issue memory terms = _termsToTheHouse(1000, CASH);
        disputed = _owedByTheHouse(terms);
        _dispute(disputed);
        terms.policy = SHORT_DISPUTES;
        lapsed = _owedByTheHouse(terms);
        _dispute(lapsed);
    }

    function _consent(uint192 id) private {
        vm.prank(supplier.account);
        endings.consentCancel(IReceivableEndings.ConsentCancel(_id(id, 0), 1000, true));
    }

    function _dispute(uint192 id) private {
        vm.prank(firstKey);
        endings.dispute(IReceivableEndings.DisputeReceivable(id, 1, "objection"));
    }

    /// @dev [0, 100) to the house; [100, 200) to another, until a while ago; [200, 300) by the house.
    function _offers() private {
        offered = _receivable(1000);
        _offer(supplier.account, 0, house, DUE + 1 days);
        _offer(supplier.account, 100, other.account, START);
        _move(supplier, _id(offered, 200), 200, 300, house);
        _offer(firstKey, 200, other.account, DUE + 1 days);
        vm.prank(supplier.account);
        notice = offers.notify(IReceivableOffers.NotifyAssignment(owed, 0, 1000, other.account, supplier.account, ""));
    }

    function _offer(address from, uint64 start, address to, uint40 deadline) private {
        vm.prank(from);
        offers.offer(IReceivableOffers.OfferRange(_id(offered, start), start, start + 100, to, "ref", deadline));
    }

    function _claims() private {
        claimed = _receivable(1000);
        _payForTheObligor(claimed, 100);
        subrogated = _receivable(10);
        _payForTheObligor(subrogated, 10);
        overdue = _receivable(_terms(1000, START + 1 days));
        _asHouse(address(guarantees), abi.encodeCall(guarantees.openPool, (_pool())), Roles.GUARANTOR);
        vm.prank(firstKey);
        guarantees.cover(IGuarantees.CoverReceivable(POOL, overdue, 1000));
    }

    function _payForTheObligor(uint192 id, uint64 amount) private {
        IRepayment.PayAsThirdParty memory body = IRepayment.PayAsThirdParty(id, amount, "pay");
        _asHouse(address(repayment), abi.encodeCall(repayment.payAsThirdParty, (body)), Roles.BANK);
    }

    function _pool() internal view returns (IGuarantees.OpenPool memory body) {
        (body.guarantors, body.shares) = (new address[](1), new uint16[](1));
        (body.guarantors[0], body.shares[0]) = (house, 10_000);
        (body.cash, body.cap, body.until) = (CASH, 5000, DUE + 30 days);
    }

    function _courts() private {
        (courts, courtsRange) = (_receivable(1000), _receivable(1000));
        debtor = _member("debtor", Roles.OBLIGOR).account;
        IRepayment.BankNotice memory body = _notice("credits the debtor", closed, 50);
        body.allocations[0].payer = debtor;
        _run(_noticeAct(bank, body));
        vm.startPrank(firstKey);
        holds.holdReceivable(IReceivableHolds.HoldReceivable(courts, "order"));
        holds.holdReceivable(IReceivableHolds.HoldReceivable(courtsRange, "order"));
        holds.narrow(IReceivableHolds.NarrowHold(RANGE_HOLD, 0, 500, _one(_id(courtsRange, 0)), "order"));
        holds.holdAccount(IReceivableHolds.HoldAccount(debtor, "order"));
        holds.orderRange(_orderOfRange("given"));
        holds.orderCredit(_orderOfCredit("given"));
        vm.stopPrank();
    }

    function _orderOfRange(bytes32 order) internal view returns (IReceivableHolds.OrderRange memory) {
        return IReceivableHolds.OrderRange(RANGE_HOLD, _id(courtsRange, 0), 0, 50, other.account, order);
    }

    function _orderOfCredit(bytes32 order) internal view returns (IReceivableHolds.OrderCredit memory) {
        return IReceivableHolds.OrderCredit(ACCOUNT_HOLD, MODULE, CASH, 5, other.account, order);
    }

    /// @dev A pot of two debts, of which one has taken its share.
    function _pots() private {
        IMandates.SetMandate memory body = IMandates.SetMandate(CASH, 50_000, DUE + 1 days, true);
        _asHouse(address(mandates), abi.encodeCall(mandates.setMandate, (body)), Roles.OBLIGOR);
        Issue memory terms = _termsToTheHouse(1000, CASH);
        terms.due = EARLY;
        uint192 first = _owedByTheHouse(terms);
        _owedByTheHouse(terms);
        vm.warp(EARLY);
        mandates.debit(first);
    }

    // --- Debts of the house ---

    function _termsOfTheHouse() internal view returns (Issue memory terms) {
        terms = _terms(1000, DUE + 30 days);
        terms.supplier = house;
    }

    function _termsToTheHouse(uint64 face, uint8 index) internal view returns (Issue memory terms) {
        terms = _terms(face, DUE);
        (terms.obligor, terms.cash) = (house, index);
    }

    function _issuedToTheHouse(Issue memory terms) private returns (uint192 id) {
        Act memory act;
        (act, id) = _issueAct(supplier, terms);
        _done(act);
    }

    function _owedByTheHouse(Issue memory terms) private returns (uint192 id) {
        id = _issuedToTheHouse(terms);
        bytes memory call = abi.encodeCall(drafts.confirm, (_confirmation(id, supplier.account, terms)));
        _asHouse(address(drafts), call, Roles.OBLIGOR);
    }

    function _payAsHouse(uint192 id, uint64 amount) private {
        bytes memory call = abi.encodeCall(repayment.payReceivable, (IRepayment.PayReceivable(id, amount, "pay")));
        _asHouse(address(repayment), call, Roles.OBLIGOR);
    }
}
