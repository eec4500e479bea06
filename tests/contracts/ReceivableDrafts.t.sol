// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ActTarget} from "../../contracts/ActTarget.sol";
import {SettlementCash} from "../../contracts/SettlementCash.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {IReceivableDrafts, Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IReceivableViews} from "../../contracts/interfaces/IReceivableViews.sol";
import {Powers} from "../../contracts/types/Powers.sol";
import {ConfirmationTerms, ReceivableWords} from "../../contracts/types/ReceivableWord.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {ReceivableBase} from "./ReceivableBase.t.sol";

/// @notice Cash whose minor units are not hundredths.
contract YenCash {
    address public immutable bank;

    constructor(address bank_) {
        bank = bank_;
    }

    function currency() external pure returns (uint16) {
        return 392;
    }

    function decimals() external pure returns (uint8) {
        return 0;
    }
}

contract ReceivableIssueTest is ReceivableBase {
    function test_writes_a_draft_under_the_id_of_issuer_and_act() public {
        Issue memory terms = _terms(1000, DUE);
        (Act memory act, uint192 id) = _issueAct(supplier, terms);
        bytes32 issued = keccak256(abi.encode(supplier.account, terms));
        vm.expectEmit(address(drafts));
        emit IReceivableDrafts.ReceivableIssued(id, supplier.account, issued, terms, START);
        _done(act);
        (IReceivableDrafts.Draft state, uint40 issuedAt, uint200 digest) = drafts.draftOf(id);
        assertEq(uint8(state), uint8(IReceivableDrafts.Draft.Open));
        assertEq(issuedAt, START);
        assertEq(digest, uint200(uint256(issued) >> 56));
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.None), "a draft has no token");
    }

    function test_comes_by_acts_only() public {
        vm.prank(supplier.account);
        vm.expectRevert(abi.encodeWithSelector(ActTarget.NotActs.selector, supplier.account));
        drafts.issue(_terms(1000, DUE));
    }

    function test_the_obligor_may_issue() public {
        (Act memory act, uint192 id) = _issueAct(obligor, _terms(1000, DUE));
        _done(act);
        (IReceivableDrafts.Draft state,,) = drafts.draftOf(id);
        assertEq(uint8(state), uint8(IReceivableDrafts.Draft.Open));
    }

    function test_refuses_an_issuer_who_is_no_party() public {
        (Act memory act,) = _issueAct(other, _terms(1000, DUE));
        _refused(act, abi.encodeWithSelector(IReceivableDrafts.NotIssuer.selector, other.account));
    }

    function test_refuses_another_role_and_another_mode() public {
        Act memory act = _unsigned(supplier, keccak256(ISSUE_TEXT), abi.encode(_terms(1000, DUE)));
        act.signers[0].role = 0;
        _sign(act, 0, supplier.key);
        bytes memory reason = abi.encodeWithSelector(ActTarget.NotSigned.selector, supplier.account, Roles.SUPPLIER);
        _refused(act, reason);
        act = _unsigned(supplier, keccak256(ISSUE_TEXT), abi.encode(_terms(1000, DUE)));
        act.signers[0].mode = Modes.ATTESTED;
        _sign(act, 0, supplier.key);
        _refused(act, reason);
    }

    function test_refuses_faces_of_zero_and_from_2_to_the_63() public {
        _refusesTerms(_terms(0, DUE), abi.encodeWithSelector(IReceivableDrafts.FaceOutOfRange.selector, 0));
        _refusesTerms(
            _terms(1 << 63, DUE), abi.encodeWithSelector(IReceivableDrafts.FaceOutOfRange.selector, uint64(1 << 63))
        );
        (Act memory act,) = _issueAct(supplier, _terms((1 << 63) - 1, DUE));
        _done(act);
    }

    function test_caps_the_tenor_by_policy() public {
        uint40 latest = START + 366 days;
        _refusesTerms(
            _terms(1, latest + 1),
            abi.encodeWithSelector(IReceivableDrafts.DueOutOfRange.selector, latest + 1, START + 1, latest)
        );
        _refusesTerms(
            _terms(1, START), abi.encodeWithSelector(IReceivableDrafts.DueOutOfRange.selector, START, START + 1, latest)
        );
        (Act memory act,) = _issueAct(supplier, _terms(1, latest));
        _done(act);
    }

    function test_refuses_unknown_and_retired_policies() public {
        Issue memory terms = _terms(1, DUE);
        terms.policy = 9;
        _refusesTerms(terms, abi.encodeWithSelector(IReceivableDrafts.UnknownPolicy.selector, 9));
        drafts.retirePolicy(POLICY);
        _refusesTerms(_terms(1, DUE), abi.encodeWithSelector(IReceivableDrafts.PolicyIsRetired.selector, POLICY));
    }

    function test_refuses_impossible_terms() public {
        bytes memory reason = abi.encodeWithSelector(IReceivableDrafts.TermsInvalid.selector);
        Issue memory terms = _terms(1, DUE);
        terms.lateBasis = 0;
        _refusesTerms(terms, reason);
        terms = _terms(1, DUE);
        (terms.lateRate, terms.lateBasis) = (2, 1);
        _refusesTerms(terms, reason);
        terms = _terms(1, DUE);
        terms.leastPiece = 63;
        _refusesTerms(terms, reason);
        terms = _terms(1, DUE);
        terms.obligor = terms.supplier;
        _refusesTerms(terms, reason);
    }

    function test_refuses_inactive_parties() public {
        _suspend(obligor.account);
        _refusesTerms(_terms(1, DUE), abi.encodeWithSelector(IReceivableDrafts.PartyInactive.selector, obligor.account));
        Issue memory terms = _terms(1, DUE);
        terms.obligor = stranger;
        _refusesTerms(terms, abi.encodeWithSelector(IReceivableDrafts.PartyInactive.selector, stranger));
    }

    function test_refuses_unknown_cash_modules_and_other_currencies() public {
        Issue memory terms = _terms(1, DUE);
        terms.cash = 7;
        _refusesTerms(terms, abi.encodeWithSelector(ICashDesk.UnknownCash.selector, 7));
        terms = _terms(1, DUE);
        terms.module = 7;
        _refusesTerms(terms, abi.encodeWithSelector(IReceivableDrafts.UnknownModule.selector, 7));
        terms = _terms(1, DUE);
        terms.currency = 840;
        _refusesTerms(terms, abi.encodeWithSelector(IReceivableDrafts.CurrencyMismatch.selector, 840, CNY));
    }

    function test_refuses_currencies_of_other_minor_units() public {
        uint8 index = desk.list(address(new YenCash(bank.account)));
        Issue memory terms = _terms(1, DUE);
        (terms.cash, terms.currency) = (index, 392);
        _refusesTerms(terms, abi.encodeWithSelector(IReceivableDrafts.DecimalsUnsupported.selector, index, 0));
    }

    function _refusesTerms(Issue memory terms, bytes memory reason) private {
        (Act memory act, uint192 id) = _issueAct(supplier, terms);
        _refused(act, reason);
        (IReceivableDrafts.Draft state,,) = drafts.draftOf(id);
        assertEq(uint8(state), uint8(IReceivableDrafts.Draft.None), "nothing stays behind");
    }
}

contract ReceivableConfirmTest is ReceivableBase {
    Issue private terms;
    uint192 private id;

    function setUp() public override {
        super.setUp();
        terms = _terms(1000, DUE);
        Act memory act;
        (act, id) = _issueAct(supplier, terms);
        _done(act);
    }

    function test_opens_the_receivable_and_mints_the_whole_range_to_the_supplier() public {
        vm.warp(START + 5);
        Act memory act = _confirmAct(obligor, _confirmation(id, supplier.account, terms));
        bytes32 digest = acts.digestOf(act);
        _done(act);
        IReceivableViews.Receivable memory opened = views.receivable(id);
        assertEq(uint8(opened.state), uint8(IReceivableToken.State.Live));
        assertEq(opened.face, 1000);
        assertEq(opened.owedLive, 1000);
        assertEq(opened.due, DUE);
        assertEq(opened.terms, CONFIRMED);
        assertEq(opened.obligor, obligor.account);
        assertEq(opened.supplier, supplier.account);
        assertEq(opened.issuedAt, START);
        assertEq(opened.confirmedAt, START + 5);
        assertEq(opened.contentRoot, terms.contentRoot);
        assertEq(opened.digest, digest, "what the obligor signed");
        assertEq(opened.currency, CNY);
        assertEq(opened.policy, POLICY);
        _assertToken(id, 0, 1000, supplier.account);
        assertEq(token.balanceOf(supplier.account), 1);
    }

    function test_says_everything_in_one_event() public {
        IReceivableDrafts.ConfirmReceivable memory body = _confirmation(id, supplier.account, terms);
        Act memory act = _confirmAct(obligor, body);
        vm.expectEmit(address(drafts));
        emit IReceivableDrafts.ReceivableConfirmed(
            id,
            supplier.account,
            obligor.account,
            terms,
            acts.digestOf(act),
            body.fingerprint,
            body.earlier,
            CONFIRMED,
            START
        );
        _done(act);
    }

    function test_refuses_anybody_but_the_obligor() public {
        IReceivableDrafts.ConfirmReceivable memory body = _confirmation(id, supplier.account, terms);
        _refused(
            _confirmAct(supplier, body),
            abi.encodeWithSelector(IReceivableDrafts.NotObligor.selector, supplier.account, obligor.account)
        );
    }

    function test_refuses_a_key_without_the_obligors_role() public {
        Act memory act = _confirmAct(obligor, _confirmation(id, supplier.account, terms));
        act.signers[0].role = 0;
        _sign(act, 0, obligor.key);
        _refused(act, abi.encodeWithSelector(ActTarget.NotSigned.selector, obligor.account, Roles.OBLIGOR));
    }

    function testFuzz_refuses_any_other_terms_than_were_issued(uint256 field, uint32 value) public {
        Issue memory changed = terms;
        value = uint32(bound(value, 1, 60));
        field = bound(field, 0, 7);
        if (field == 0) changed.face += value;
        if (field == 1) changed.due += value;
        if (field == 2) changed.grace += value;
        if (field == 3) changed.lateRate += value;
        if (field == 4) changed.lateBasis += value;
        if (field == 5) changed.leastPiece += uint8(value);
        if (field == 6) changed.policy += uint16(value);
        if (field == 7) changed.contentRoot = bytes32(uint256(value));
        bytes32 named = keccak256(abi.encode(supplier.account, changed));
        (,, uint200 stored) = drafts.draftOf(id);
        _refused(
            _confirmAct(obligor, _confirmation(id, supplier.account, changed)),
            abi.encodeWithSelector(IReceivableDrafts.DigestMismatch.selector, named, bytes32(uint256(stored)))
        );
    }

    function test_refuses_a_draft_that_was_never_issued_or_is_over() public {
        _refused(
            _confirmAct(obligor, _confirmation(id + 1, supplier.account, terms)),
            abi.encodeWithSelector(IReceivableDrafts.DraftNotOpen.selector, id + 1, IReceivableDrafts.Draft.None)
        );
        _done(_confirmAct(obligor, _confirmation(id, supplier.account, terms)));
        _refused(
            _confirmAct(obligor, _confirmation(id, supplier.account, terms)),
            abi.encodeWithSelector(IReceivableDrafts.DraftNotOpen.selector, id, IReceivableDrafts.Draft.Confirmed)
        );
    }

    function test_demands_existence_amount_and_due_date_and_knows_no_other_bits() public {
        IReceivableDrafts.ConfirmReceivable memory body = _confirmation(id, supplier.account, terms);
        body.confirmed = ConfirmationTerms.EXISTENCE | ConfirmationTerms.AMOUNT;
        _refused(
            _confirmAct(obligor, body),
            abi.encodeWithSelector(IReceivableDrafts.ConfirmationIncomplete.selector, body.confirmed, CONFIRMED)
        );
        body.confirmed = CONFIRMED | 1 << 7;
        _refused(
            _confirmAct(obligor, body),
            abi.encodeWithSelector(IReceivableDrafts.ConfirmationIncomplete.selector, body.confirmed, CONFIRMED)
        );
        body.confirmed = CONFIRMED | ConfirmationTerms.NO_SET_OFF;
        _done(_confirmAct(obligor, body));
        assertEq(views.receivable(id).terms, CONFIRMED | ConfirmationTerms.NO_SET_OFF);
    }

    function test_one_invoice_backs_one_receivable_across_all_issuers() public {
        IReceivableDrafts.ConfirmReceivable memory body = _confirmation(id, supplier.account, terms);
        assertFalse(drafts.fingerprintUsed(body.fingerprint), "issuing consumes nothing");
        _done(_confirmAct(obligor, body));
        assertTrue(drafts.fingerprintUsed(body.fingerprint));

        Issue memory again = terms;
        again.supplier = other.account;
        (Act memory act, uint192 second) = _issueAct(other, again);
        _done(act);
        IReceivableDrafts.ConfirmReceivable memory double = _confirmation(second, other.account, again);
        double.fingerprint = body.fingerprint;
        _refused(
            _confirmAct(obligor, double),
            abi.encodeWithSelector(IReceivableDrafts.FingerprintUsed.selector, body.fingerprint, id)
        );
    }

    function test_a_fingerprint_under_an_earlier_secret_is_consumed_too() public {
        IReceivableDrafts.ConfirmReceivable memory body = _confirmation(id, supplier.account, terms);
        body.earlier = new bytes32[](1);
        body.earlier[0] = "the same invoice, earlier secret";
        _done(_confirmAct(obligor, body));
        assertTrue(drafts.fingerprintUsed(body.earlier[0]));

        (Act memory act, uint192 second) = _issueAct(supplier, terms);
        _done(act);
        IReceivableDrafts.ConfirmReceivable memory double = _confirmation(second, supplier.account, terms);
        double.fingerprint = body.earlier[0];
        _refused(
            _confirmAct(obligor, double),
            abi.encodeWithSelector(IReceivableDrafts.FingerprintUsed.selector, body.earlier[0], id)
        );
    }

    function test_refuses_no_fingerprint_one_named_twice_and_too_many() public {
        IReceivableDrafts.ConfirmReceivable memory body = _confirmation(id, supplier.account, terms);
        body.earlier = new bytes32[](1);
        body.earlier[0] = body.fingerprint;
        _refused(
            _confirmAct(obligor, body),
            abi.encodeWithSelector(IReceivableDrafts.FingerprintUsed.selector, body.fingerprint, id)
        );
        assertFalse(drafts.fingerprintUsed(body.fingerprint), "nothing stays behind");
        body.earlier = new bytes32[](17);
        _refused(_confirmAct(obligor, body), abi.encodeWithSelector(IReceivableDrafts.TooManyFingerprints.selector, 17));
        body.earlier = new bytes32[](0);
        body.fingerprint = 0;
        _refused(_confirmAct(obligor, body), abi.encodeWithSelector(IReceivableDrafts.FingerprintMissing.selector));
    }

    function test_marks_a_receivable_whose_policy_demands_a_trade_background() public {
        Issue memory strict = terms;
        strict.policy = STRICT_POLICY;
        uint192 strictId = _receivable(strict);
        assertEq(views.receivable(strictId).terms, CONFIRMED | ReceivableWords.DEMANDS_BACKGROUND);
    }

    function test_nobody_is_forced_to_take_a_receivable() public {
        (Act memory act, uint192 forced) = _issueAct(obligor, terms);
        _done(act);
        members.admit(stranger, stranger, 0, Roles.SUPPLIER, false, false, "declines");
        Issue memory unwanted = terms;
        unwanted.supplier = stranger;
        (act, forced) = _issueAct(obligor, unwanted);
        _done(act);
        _refused(
            _confirmAct(obligor, _confirmation(forced, obligor.account, unwanted)),
            abi.encodeWithSelector(IReceivableDrafts.SupplierDeclines.selector, stranger)
        );
    }

    function test_refuses_while_a_party_is_suspended() public {
        _suspend(supplier.account);
        _refused(
            _confirmAct(obligor, _confirmation(id, supplier.account, terms)),
            abi.encodeWithSelector(IReceivableDrafts.PartyInactive.selector, supplier.account)
        );
    }

    function test_only_the_drafts_contract_opens_receivables() public {
        vm.prank(obligor.account);
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.NotCompanion.selector, obligor.account, Powers.OPEN));
        token.open(9, terms, CONFIRMED, 0, START);
    }
}

contract ReceivableRefuseTest is ReceivableBase {
    function test_the_obligor_refuses_with_a_reason_and_the_draft_is_over() public {
        Issue memory terms = _terms(1000, DUE);
        (Act memory act, uint192 id) = _issueAct(supplier, terms);
        _done(act);
        vm.expectEmit(address(drafts));
        emit IReceivableDrafts.ReceivableRefused(id, "goods not delivered");
        _done(_refuseAct(obligor, id, terms));
        _refused(
            _confirmAct(obligor, _confirmation(id, supplier.account, terms)),
            abi.encodeWithSelector(IReceivableDrafts.DraftNotOpen.selector, id, IReceivableDrafts.Draft.Refused)
        );
        assertFalse(drafts.fingerprintUsed(keccak256(abi.encode("invoice", id))), "the invoice is free");
    }

    function test_refuses_strangers_to_the_draft_and_other_terms() public {
        Issue memory terms = _terms(1000, DUE);
        (Act memory act, uint192 id) = _issueAct(supplier, terms);
        _done(act);
        _refused(
            _refuseAct(other, id, terms),
            abi.encodeWithSelector(IReceivableDrafts.NotObligor.selector, other.account, obligor.account)
        );
        (,, uint200 stored) = drafts.draftOf(id);
        terms.face = 999;
        _refused(
            _refuseAct(obligor, id, terms),
            abi.encodeWithSelector(
                IReceivableDrafts.DigestMismatch.selector,
                keccak256(abi.encode(supplier.account, terms)),
                bytes32(uint256(stored))
            )
        );
    }
}

contract ReceivableWithdrawTest is ReceivableBase {
    function test_the_issuer_withdraws_its_draft() public {
        Issue memory terms = _terms(1000, DUE);
        (Act memory act, uint192 id) = _issueAct(supplier, terms);
        _done(act);
        vm.expectEmit(address(drafts));
        emit IReceivableDrafts.DraftWithdrawn(id);
        _done(_act(supplier, WITHDRAW_DRAFT_TEXT, abi.encode(act.id)));
        _refused(
            _confirmAct(obligor, _confirmation(id, supplier.account, terms)),
            abi.encodeWithSelector(IReceivableDrafts.DraftNotOpen.selector, id, IReceivableDrafts.Draft.Withdrawn)
        );
    }

    function test_nobody_else_can_name_it() public {
        (Act memory act,) = _issueAct(supplier, _terms(1000, DUE));
        _done(act);
        uint192 named = uint192(uint256(keccak256(abi.encode(other.account, act.id))) >> 64);
        _refused(
            _act(other, WITHDRAW_DRAFT_TEXT, abi.encode(act.id)),
            abi.encodeWithSelector(IReceivableDrafts.DraftNotOpen.selector, named, IReceivableDrafts.Draft.None)
        );
    }
}

contract ReceivablePolicyTest is ReceivableBase {
    function test_a_policy_once_set_never_changes() public {
        vm.expectRevert(abi.encodeWithSelector(IReceivableDrafts.PolicyExists.selector, POLICY));
        drafts.setPolicy(POLICY, _policy(1, true));
    }

    function test_retiring_leaves_open_drafts_alone() public {
        Issue memory terms = _terms(1000, DUE);
        (Act memory act, uint192 id) = _issueAct(supplier, terms);
        _done(act);
        vm.expectEmit(address(drafts));
        emit IReceivableDrafts.PolicyRetired(POLICY);
        drafts.retirePolicy(POLICY);
        _done(_confirmAct(obligor, _confirmation(id, supplier.account, terms)));
    }

    function test_is_the_councils() public {
        bytes memory denied = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(denied);
        drafts.setPolicy(5, _policy(1, false));
        vm.expectRevert(denied);
        drafts.retirePolicy(POLICY);
        vm.expectRevert(denied);
        token.appendModule(stranger);
    }

    function test_refuses_to_retire_an_unknown_policy() public {
        vm.expectRevert(abi.encodeWithSelector(IReceivableDrafts.UnknownPolicy.selector, 77));
        drafts.retirePolicy(77);
    }

    function test_a_module_has_one_index() public {
        vm.expectRevert(abi.encodeWithSelector(IReceivableToken.ModuleExists.selector, address(repayment)));
        token.appendModule(address(repayment));
    }
}
