// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";
import {Acts} from "../../contracts/Acts.sol";
import {CashDesk} from "../../contracts/CashDesk.sol";
import {Council} from "../../contracts/Council.sol";
import {Exposure} from "../../contracts/Exposure.sol";
import {Financing} from "../../contracts/Financing.sol";
import {Guarantees} from "../../contracts/Guarantees.sol";
import {Mandates} from "../../contracts/Mandates.sol";
import {Members} from "../../contracts/Members.sol";
import {PurchaseOffers} from "../../contracts/PurchaseOffers.sol";
import {RangeReceipts} from "../../contracts/RangeReceipts.sol";
import {ReceivableDrafts} from "../../contracts/ReceivableDrafts.sol";
import {ReceivableEndings} from "../../contracts/ReceivableEndings.sol";
import {ReceivableHolds} from "../../contracts/ReceivableHolds.sol";
import {ReceivableOffers} from "../../contracts/ReceivableOffers.sol";
import {ReceivableToken} from "../../contracts/ReceivableToken.sol";
import {ReceivableViews} from "../../contracts/ReceivableViews.sol";
import {Repayment} from "../../contracts/Repayment.sol";
import {SettlementCash} from "../../contracts/SettlementCash.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {Act, IActs, Signer} from "../../contracts/interfaces/IActs.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IReceivableDrafts, Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IReceivableViews} from "../../contracts/interfaces/IReceivableViews.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {Powers} from "../../contracts/types/Powers.sol";
import {ConfirmationTerms} from "../../contracts/types/ReceivableWord.sol";
import {Modes, Roles} from "../../contracts/types/Roles.sol";
import {TokenWords} from "../../contracts/types/TokenWord.sol";

/// @notice A member of the tests: account address is its first operator key too.
struct Actor {
    address account;
    uint256 key;
    uint16 role;
    string name;
}

/// @notice A whole ledger with named actors, and helpers that build and sign acts and say what came of them.
abstract contract Base is Test {
    bytes internal constant SIGNER_TEXT =
        "Signer(address account,address key,uint16 role,uint8 mode,uint32 epoch,uint256 nonce)";
    bytes internal constant ISSUE_TEXT =
        "Issue(address supplier,address obligor,uint64 face,uint40 due,uint32 grace,uint32 lateRate,uint32 lateBasis,uint16 currency,uint8 cash,uint8 module,uint8 leastPiece,uint16 policy,bytes32 tenorReason,bytes32 contentRoot)";
    bytes internal constant CONFIRM_TEXT =
        "ConfirmReceivable(uint192 receivable,address issuer,Issue terms,bytes32 fingerprint,uint8 confirmed,bytes32[] earlier)";
    bytes internal constant PAY_TEXT = "PayReceivable(uint192 receivable,uint64 amount,bytes32 ref)";
    bytes internal constant MOVE_TEXT = "Move(uint256 token,uint64 start,uint64 end,address to,bytes32 ref)";
    bytes internal constant REVOKE_KEY_TEXT = "RevokeKey(address key)";
    bytes internal constant ADD_KEY_TEXT = "AddKey(address key,uint16 roles)";
    bytes internal constant ISSUE_CASH_TEXT = "IssueCash(uint8 cash,address to,uint64 amount,bytes32 ref)";
    bytes internal constant REDEEM_CASH_TEXT = "RedeemCash(uint8 cash,address holder,uint64 amount,bytes32 ref)";
    bytes internal constant SET_SLOT_TEXT = "SetSlot(bytes32 keyType,bytes32[] words)";

    bytes32 internal constant LEDGER_ID = keccak256("ledger of the tests");
    uint32 internal constant ACT_GAS = 2_000_000;
    uint16 internal constant CNY = 156;
    uint8 internal constant CASH = 1;
    uint8 internal constant MODULE = 1;
    uint16 internal constant POLICY = 1;
    uint16 internal constant STRICT_POLICY = 2;
    uint40 internal constant START = 1_750_000_000;

    Council internal council;
    Members internal members;
    Acts internal acts;
    CashDesk internal desk;
    ReceivableToken internal token;
    /// What the token answers by its contract of views.
    IReceivableViews internal views;
    ReceivableOffers internal offers;
    ReceivableHolds internal holds;
    ReceivableEndings internal endings;
    ReceivableDrafts internal drafts;
    Exposure internal exposure;
    Repayment internal repayment;
    Mandates internal mandates;
    RangeReceipts internal receipts;
    PurchaseOffers internal purchases;
    Financing internal financing;
    Guarantees internal guarantees;
    SettlementCash internal cash;

    Actor internal bank;
    Actor internal supplier;
    Actor internal obligor;
    Actor internal financier;
    Actor internal other;
    address internal relayer = makeAddr("relayer");
    address internal stranger = makeAddr("stranger");

    uint256 private nextId = 1;

    function setUp() public virtual {
        vm.warp(START);
        uint256 first = vm.getNonce(address(this));
        council = new Council(address(this));
        members = new Members(_later(first + 2), _later(first + 7), address(council));
        acts = new Acts(LEDGER_ID, members, address(council));
        desk = new CashDesk(address(acts), members, address(council));
        _createReceivables(first);
        _wire();
        _admitAll();
        vm.label(address(acts), "Acts");
        vm.label(address(repayment), "Repayment");
    }

    /// @dev The contract that this one creates with the nonce.
    function _later(uint256 nonce) private view returns (address) {
        return vm.computeCreateAddress(address(this), nonce);
    }

    function _createReceivables(uint256 first) private {
        token = new ReceivableToken(
            address(acts),
            members,
            ReceivableOffers(_later(first + 6)),
            _later(first + 5),
            address(council),
            _companions(first)
        );
        views = IReceivableViews(address(token));
        new ReceivableViews(token);
        offers = new ReceivableOffers(address(acts), members, token);
        holds = new ReceivableHolds(address(acts), members, token, address(council));
        endings = new ReceivableEndings(address(acts), members, token, ReceivableDrafts(_later(first + 9)));
        exposure = Exposure(_later(first + 10));
        drafts = new ReceivableDrafts(address(acts), members, desk, token, exposure, address(council));
        new Exposure(address(drafts), token, address(council));
        Repayment.Links memory links = Repayment.Links(desk, token, exposure, address(endings), address(holds));
        address[] memory collectors = new address[](2);
        (collectors[0], collectors[1]) = (_later(first + 12), _later(first + 13));
        repayment = new Repayment(address(acts), members, links, collectors);
        mandates = new Mandates(address(acts), members, desk, token, repayment, endings);
        guarantees = new Guarantees(address(acts), members, desk, token, endings);
        receipts = new RangeReceipts(token);
        purchases = new PurchaseOffers(address(acts), members, desk, token, endings, _later(first + 16));
        financing = new Financing(address(acts), members, desk, token, purchases, receipts, address(holds));
    }

    function _companions(uint256 first) private view returns (ReceivableToken.Companion[] memory named) {
        named = new ReceivableToken.Companion[](5);
        named[0] = ReceivableToken.Companion(_later(first + 6), Powers.CARRY | TokenWords.OFFERED);
        named[1] = ReceivableToken.Companion(
            _later(first + 7),
            Powers.CARRY | Powers.MARK_HELD | TokenWords.HELD | TokenWords.CUSTODY | TokenWords.CANCEL_CONSENT
        );
        named[2] = ReceivableToken.Companion(
            _later(first + 8), Powers.END | Powers.MARK_DISPUTED | TokenWords.CANCEL_CONSENT | TokenWords.WRITTEN_OFF
        );
        named[3] = ReceivableToken.Companion(_later(first + 9), Powers.OPEN);
        named[4] = ReceivableToken.Companion(_later(first + 16), Powers.CARRY | TokenWords.CUSTODY);
    }

    function _policy(uint40 tenor, bool demandsBackground) internal pure returns (IReceivableDrafts.Policy memory) {
        return IReceivableDrafts.Policy(tenor, tenor, 60 days, demandsBackground);
    }

    function _wire() private {
        acts.setRelayer(relayer, true);
        token.appendModule(address(repayment));
        drafts.setPolicy(POLICY, _policy(366 days, false));
        drafts.setPolicy(STRICT_POLICY, _policy(184 days, true));
        desk.pin(address(repayment));
        desk.pin(address(mandates));
        desk.pin(address(financing));
        _kind(ISSUE_TEXT, ISSUE_TEXT, "Issue", address(drafts), drafts.issue.selector, 0);
        bytes memory confirmType = abi.encodePacked(CONFIRM_TEXT, ISSUE_TEXT);
        _kind(
            confirmType,
            abi.encodePacked(CONFIRM_TEXT, ISSUE_TEXT),
            "ConfirmReceivable",
            address(drafts),
            drafts.confirm.selector,
            drafts.hashConfirmReceivable.selector
        );
        _kind(PAY_TEXT, PAY_TEXT, "PayReceivable", address(repayment), repayment.payReceivable.selector, 0);
        _kind(MOVE_TEXT, MOVE_TEXT, "Move", address(token), token.move.selector, 0);
        _kind(REVOKE_KEY_TEXT, REVOKE_KEY_TEXT, "RevokeKey", address(members), members.revokeKey.selector, 0);
        _kind(ADD_KEY_TEXT, ADD_KEY_TEXT, "AddKey", address(members), members.addKey.selector, 0);
        _kind(ISSUE_CASH_TEXT, ISSUE_CASH_TEXT, "IssueCash", address(desk), desk.issueCash.selector, 0);
        _kind(REDEEM_CASH_TEXT, REDEEM_CASH_TEXT, "RedeemCash", address(desk), desk.redeemCash.selector, 0);
    }

    /// @dev `typeText` is the body's encodeType; `inEnvelope` what of it stands in the envelope's type (before Signer in the alphabet, in these kinds).
    function _kind(
        bytes memory typeText,
        bytes memory inEnvelope,
        string memory name,
        address target,
        bytes4 selector,
        bytes4 hasher
    ) internal {
        bytes memory envelope = abi.encodePacked(
            "Envelope(address account,uint256 id,uint64 deadline,uint32 gas,Signer[] signers,",
            name,
            " body)",
            inEnvelope,
            SIGNER_TEXT
        );
        acts.addKind(keccak256(typeText), keccak256(envelope), target, selector, hasher);
    }

    function _admitAll() private {
        bank = _member("bank", Roles.SETTLEMENT_BANK);
        supplier = _member("supplier", Roles.SUPPLIER);
        obligor = _member("obligor", Roles.OBLIGOR);
        financier = _member("financier", Roles.BANK);
        other = _member("other", Roles.SUPPLIER);
        cash = new SettlementCash(members, ICashDesk(desk), bank.account, CNY, "Cash of bank", "CNYb");
        desk.list(address(cash));
        // It declines direct moves: what is given to it otherwise would be nobody's.
        members.admit(address(financing), address(financing), "financing", Roles.CUSTODIAN, true, false, "financing");
    }

    function _member(string memory name, uint16 role) internal returns (Actor memory actor) {
        (address account, uint256 key) = makeAddrAndKey(name);
        members.admit(account, account, keccak256(bytes(name)), role, false, true, name);
        return Actor(account, key, role, name);
    }

    function _contractMember(address account) internal {
        members.admit(account, account, keccak256(abi.encode(account)), Roles.CUSTODIAN, true, true, "contract");
    }

    // --- Acts ---

    function _unsigned(Actor memory actor, bytes32 kind, bytes memory body) internal returns (Act memory act) {
        act.account = actor.account;
        act.id = nextId++;
        act.deadline = uint64(block.timestamp + 1 days);
        act.gas = ACT_GAS;
        act.kind = kind;
        act.signers = new Signer[](1);
        act.signers[0] = _signer(actor, act.id);
        act.body = body;
        act.signatures = new bytes[](1);
    }

    function _signer(Actor memory actor, uint256 nonce) internal pure returns (Signer memory) {
        return Signer(actor.account, vm.addr(actor.key), actor.role, Modes.SIGNED, 0, nonce);
    }

    function _sign(Act memory act, uint256 index, uint256 key) internal view {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, acts.digestOf(act));
        act.signatures[index] = abi.encodePacked(r, s, v);
    }

    function _act(Actor memory actor, bytes memory typeText, bytes memory body) internal returns (Act memory act) {
        act = _unsigned(actor, keccak256(typeText), body);
        _sign(act, 0, actor.key);
    }

    function _run(Act memory act) internal {
        Act[] memory batch = new Act[](1);
        batch[0] = act;
        vm.prank(relayer);
        acts.run(batch);
    }

    // --- What came of an act ---

    /// @dev Runs the act and returns the revert data of a refused one; empty when it was done. A skipped act fails the test.
    function _outcome(Act memory act) internal returns (bytes memory reason) {
        (reason,) = _ran(act);
    }

    /// @dev The outcome with every event of the act's transaction.
    function _ran(Act memory act) internal returns (bytes memory reason, Vm.Log[] memory logs) {
        vm.recordLogs();
        _run(act);
        logs = vm.getRecordedLogs();
        Vm.Log memory last = logs[logs.length - 1];
        require(last.emitter == address(acts), "the last event is of Acts");
        if (last.topics[0] == IActs.ActDone.selector) return ("", logs);
        require(last.topics[0] == IActs.ActRefused.selector, "the act was skipped");
        (,, reason) = abi.decode(last.data, (bytes32, bytes32, bytes));
        require(reason.length != 0, "refused without a reason");
    }

    function _done(Act memory act) internal {
        assertEq(_outcome(act), "", "the act is done");
    }

    function _refused(Act memory act, bytes memory reason) internal {
        assertEq(_outcome(act), reason, "the act is refused for this reason");
    }

    // --- Cash and receivables ---

    function _fund(address to, uint64 amount) internal {
        vm.prank(bank.account);
        desk.issueCash(ICashDesk.IssueCash(CASH, to, amount, "fund"));
    }

    function _terms(uint64 face, uint40 due) internal view returns (Issue memory) {
        return Issue({
            supplier: supplier.account,
            obligor: obligor.account,
            face: face,
            due: due,
            grace: 0,
            lateRate: 0,
            lateBasis: 1,
            currency: CNY,
            cash: CASH,
            module: MODULE,
            leastPiece: 0,
            policy: POLICY,
            tenorReason: 0,
            contentRoot: keccak256("content")
        });
    }

    /// @dev Issued by the supplier and confirmed by the obligor, both by signed acts; returns the id.
    function _receivable(Issue memory terms) internal returns (uint192 id) {
        Act memory issued = _act(supplier, ISSUE_TEXT, abi.encode(terms));
        _run(issued);
        id = uint192(uint256(keccak256(abi.encode(supplier.account, issued.id))) >> 64);
        IReceivableDrafts.ConfirmReceivable memory body = IReceivableDrafts.ConfirmReceivable({
            receivable: id,
            issuer: supplier.account,
            terms: terms,
            fingerprint: keccak256(abi.encode("invoice", id)),
            confirmed: ConfirmationTerms.EXISTENCE | ConfirmationTerms.AMOUNT | ConfirmationTerms.DUE_DATE,
            earlier: new bytes32[](0)
        });
        _run(_act(obligor, abi.encodePacked(CONFIRM_TEXT, ISSUE_TEXT), abi.encode(body)));
        assertEq(uint8(views.receivable(id).state), uint8(IReceivableToken.State.Live), "fixture: receivable lives");
    }

    function _receivable(uint64 face) internal returns (uint192) {
        return _receivable(_terms(face, START + 30 days));
    }

    function _id(uint192 receivable, uint64 start) internal pure returns (uint256) {
        return uint256(receivable) << 64 | start;
    }

    function _move(Actor memory from, uint256 id, uint64 start, uint64 end, address to) internal {
        vm.prank(from.account);
        token.move(IReceivableToken.Move(id, start, end, to, "ref"));
    }

    function _pay(uint192 receivable, uint64 amount) internal {
        _fund(obligor.account, amount);
        _run(_act(obligor, PAY_TEXT, abi.encode(IRepayment.PayReceivable(receivable, amount, "pay"))));
    }

    function _draw(uint256 id) internal {
        uint256[] memory one = new uint256[](1);
        one[0] = id;
        repayment.draw(one);
    }
}
