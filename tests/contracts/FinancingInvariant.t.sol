// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {IFinancing} from "../../contracts/interfaces/IFinancing.sol";
import {IPurchaseOffers, OfferPurchase} from "../../contracts/interfaces/IPurchaseOffers.sol";
import {Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableHolds} from "../../contracts/interfaces/IReceivableHolds.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";
import {Actor} from "./Base.t.sol";
import {FinancingBase} from "./FinancingBase.t.sol";
import {FinancingLife, ISignsDeals} from "./FinancingLife.sol";
import {FinancingReckoning} from "./FinancingReckoning.sol";

/// @notice Random lives of deals: after every step they are as reckoned from the facts alone.
/// forge-config: default.invariant.runs = 24
/// forge-config: default.invariant.depth = 128
/// forge-config: full.invariant.runs = 1792
/// forge-config: full.invariant.depth = 256
contract FinancingInvariantTest is FinancingBase, ISignsDeals {
    FinancingLife private life;
    FinancingReckoning private reckoning;
    uint192[] private ids;
    mapping(address account => Actor) private actors;
    mapping(uint192 receivable => uint256) private laid;
    mapping(uint192 offer => uint256 act) private offeredBy;

    function setUp() public override {
        super.setUp();
        reckoning = new FinancingReckoning();
        _open(5000, 2 days, 1, 100);
        _open(97, 0, 1, 365);
        _open(31, 0, 0, 1);
        _open(60_000, 0, 5, 10_000);
        (actors[financier.account], actors[second.account], actors[supplier.account]) = (financier, second, supplier);
        reckoning.give(financier.account, RICH);
        reckoning.give(second.account, RICH);
        FinancingLife.Parts memory parts = FinancingLife.Parts(financing, purchases, token, repayment, cash);
        life = new FinancingLife(parts, reckoning, this, supplier.account, [financier.account, second.account], ids);
        targetContract(address(life));
        vm.warp(DUE - 10 days);
    }

    function _open(uint64 face, uint32 grace, uint32 rate, uint32 basis) private {
        Issue memory terms = _terms(face, DUE);
        (terms.grace, terms.lateRate, terms.lateBasis) = (grace, rate, basis);
        ids.push(_receivable(terms));
    }

    // --- Signing ---

    function offerAs(address bank_, OfferPurchase calldata terms) external returns (uint192 offer) {
        Act memory act = _offerAct(actors[bank_], terms);
        _done(act);
        offer = _offerId(actors[bank_], act.id);
        offeredBy[offer] = act.id;
    }

    function recallAs(address bank_, uint192 offer) external {
        _done(_act(actors[bank_], RECALL_TEXT, abi.encode(IPurchaseOffers.RecallPurchase(offeredBy[offer]))));
    }

    function acceptAs(uint192 offer, address bank_, OfferPurchase calldata terms)
        external
        returns (bytes memory reason)
    {
        return _outcome(_acceptAct(supplier, offer, actors[bank_], terms));
    }

    function refinanceAs(address bank_, uint192 dealId, uint64 most, OfferPurchase calldata terms)
        external
        returns (uint192 offer)
    {
        offer = _offer(actors[bank_], terms);
        _done(
            _act(
                supplier,
                abi.encodePacked(REFINANCE_TEXT, TERMS_TEXT),
                abi.encode(IFinancing.RefinanceDeal(dealId, most, offer, bank_, terms))
            )
        );
    }

    function assignAs(uint192 dealId, address from, address to, uint64 price, uint16 payments) external {
        bytes memory body = abi.encode(IFinancing.AssignDeal(dealId, to, price, payments, 0));
        _done(_both(actors[from], actors[to], ASSIGN_TEXT, body));
    }

    function settleAs(uint192 dealId, address bank_, address to) external {
        bytes memory body = abi.encode(IFinancing.SettleDeal(dealId, to, "agreement"));
        _done(_both(actors[bank_], supplier, SETTLE_TEXT, body));
    }

    function tailAs(uint192 dealId, address bank_, uint64 start, address to) external {
        bytes memory body = abi.encode(IFinancing.ReleaseTail(dealId, start, to, "credit note"));
        _done(_both(actors[bank_], supplier, TAIL_TEXT, body));
    }

    function payAs(uint192 receivable, uint64 amount) external {
        _fund(obligor.account, amount);
        _done(_payAct(obligor, receivable, amount));
    }

    function suspendAs(address account, bool suspended) external {
        if (suspended) members.suspend(account, "test");
        else members.reinstate(account, "test");
    }

    function pauseAs(uint192 receivable, bool paused) external {
        token.setPaused(receivable, paused);
    }

    function holdAs(uint192 receivable) external {
        vm.prank(officer.account);
        laid[receivable] = holds.holdReceivable(IReceivableHolds.HoldReceivable(receivable, "order"));
    }

    function liftAs(uint192 receivable) external {
        vm.prank(officer.account);
        holds.lift(IReceivableHolds.LiftCourtHold(laid[receivable], new uint256[](0), "order"));
    }

    // --- What must be as reckoned ---

    function invariant_every_promise_is_kept() public view {
        _dealsAreAsReckoned();
        _everybodyHasWhatIsReckoned();
    }

    function _dealsAreAsReckoned() private view {
        uint256[2] memory advanced;
        for (uint256 i = 0; i < life.count(); ++i) {
            uint192 dealId = life.deals(i);
            IFinancing.Deal memory d = financing.dealOf(dealId);
            _paidOutIsWhatCameIn(dealId);
            if (d.state == IFinancing.DealState.Ended) continue;
            _isInCustody(d);
            if (d.state == IFinancing.DealState.Active) {
                advanced[d.bank == financier.account ? 0 : 1] += d.advance;
                if (!life.held(d.receivable)) {
                    assertEq(_outstanding(dealId), reckoning.outstanding(dealId), "outstanding");
                }
            }
        }
        _advancesAre(financier.account, advanced[0]);
        _advancesAre(second.account, advanced[1]);
    }

    function _paidOutIsWhatCameIn(uint192 dealId) private view {
        (uint256 toBank, uint256 toSeller, uint256 received) = reckoning.paidOut(dealId);
        assertEq(toBank + toSeller, received, "bank and seller have exactly what came in");
    }

    function _isInCustody(IFinancing.Deal memory d) private view {
        (address owner, uint64 end,, uint8 flags) = _range(_id(d.receivable, d.start));
        assertEq(owner, address(financing), "in custody while the deal lives");
        assertEq(end, d.end, "as long as it says");
        assertEq(flags & TokenWords.CUSTODY, TokenWords.CUSTODY, "and marked");
    }

    function _advancesAre(address bank_, uint256 expected) private view {
        (uint128 advanced,,) = purchases.advancedBy(bank_, obligor.account, CNY);
        assertEq(advanced, expected, "advances that count for the ceiling");
    }

    function _everybodyHasWhatIsReckoned() private view {
        uint256 credits;
        address[3] memory all = [financier.account, second.account, supplier.account];
        for (uint256 i = 0; i < all.length; ++i) {
            uint256 credit = financing.financingCredit(all[i], CASH);
            credits += credit;
            uint256 has = cash.balanceOf(all[i]) + credit + repayment.credit(all[i], CASH);
            assertEq(int256(has), reckoning.wealth(all[i]), "cash and credits");
        }
        assertEq(cash.balanceOf(address(financing)), credits, "held = credits");
    }
}
