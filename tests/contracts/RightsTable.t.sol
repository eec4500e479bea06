// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors, IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Registers} from "../../contracts/Registers.sol";
import {SettlementCash} from "../../contracts/SettlementCash.sol";
import {Act, IActs} from "../../contracts/interfaces/IActs.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {
    IPledgeAnchors,
    IPledgeDecision,
    IPledgeIntake,
    IPledgeLife,
    IPledgeOffice,
    IPledgeRectification,
    IPledgeSequels
} from "../../contracts/interfaces/IPledgeRegistry.sol";
import {IReceivableDrafts, Issue} from "../../contracts/interfaces/IReceivableDrafts.sol";
import {IReceivableToken} from "../../contracts/interfaces/IReceivableToken.sol";
import {IRepayment} from "../../contracts/interfaces/IRepayment.sol";
import {ISettlementCash} from "../../contracts/interfaces/ISettlementCash.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {RightsHouse} from "./RightsHouse.t.sol";

/// @notice Every function that changes state, who may call it, and what everybody else meets.
/// @dev tests/ledger/chain/test_rights.py holds the names against the ABI of every contract.
abstract contract RightsTable is RightsHouse {
    enum Door {
        /// Keys directly, and signed acts.
        Both,
        /// Signed acts only.
        Acts,
        /// As Acts; who must sign is data and tested with the pledges.
        Register,
        /// Keys directly only.
        Direct,
        /// Contracts, relayers or the council, named in the row.
        Named,
        Anyone
    }

    struct Row {
        string name;
        address target;
        bytes data;
        Door door;
        /// Roles of which a key must have one; ANY_KEY: none is needed.
        uint32 roles;
        /// Who is named.
        address[2] named;
        /// What everybody else meets, where the door does not say it.
        bytes4 refusal;
        /// What a member with every role meets, for whom the call is not; 0 where it acts for itself.
        bytes4 rival;
    }

    /// No role is needed, any key of the account will do.
    uint32 internal constant ANY_KEY = 1 << 16;
    /// Refused in a way that is not ours.
    bytes4 internal constant REFUSED = 0xffffffff;

    Row[] internal rows;
    address private target;
    mapping(bytes32 targetAndSelector => bool) private listed;

    function setUp() public virtual override {
        super.setUp();
        _table();
    }

    // --- Kinds of rows ---

    /// @dev The rows that follow are of this contract.
    function _of(address at) private {
        target = at;
    }

    function _add(string memory name, bytes memory data, Door door) private returns (Row storage row) {
        bytes32 key = keccak256(abi.encode(target, bytes4(data)));
        assertFalse(listed[key], string.concat(name, " is listed twice"));
        listed[key] = true;
        row = rows.push();
        (row.name, row.target, row.data) = (name, target, data);
        row.door = door;
    }

    function _both(string memory name, bytes memory data, uint32 roles, bytes4 rivalError) private {
        Row storage row = _add(name, data, Door.Both);
        (row.roles, row.rival) = (roles, rivalError);
    }

    function _direct(string memory name, bytes memory data, uint32 roles, bytes4 rivalError) private {
        Row storage row = _add(name, data, Door.Direct);
        (row.roles, row.rival) = (roles, rivalError);
    }

    function _acts(string memory name, bytes memory data, uint32 roles) private {
        _add(name, data, Door.Acts).roles = roles;
    }

    function _anyone(string memory name, bytes memory data) private {
        _add(name, data, Door.Anyone);
    }

    function _named(string memory name, bytes memory data, address[2] memory who, bytes4 refusal) private {
        Row storage row = _add(name, data, Door.Named);
        (row.named, row.refusal) = (who, refusal);
    }

    function _council(string memory name, bytes memory data) private {
        _named(name, data, _one(address(this)), IAccessManaged.AccessManagedUnauthorized.selector);
    }

    /// @dev The head of any body, all zero: enough for the door, which comes before every other check.
    function _register(string memory name, bytes4 selector) private {
        _add(name, abi.encodePacked(selector, uint256(32), new bytes(4096)), Door.Register);
    }

    function _one(address who) private pure returns (address[2] memory) {
        return [who, address(0)];
    }

    // --- The rows ---

    function _table() private {
        _rowsOfActs();
        _rowsOfMembers();
        _rowsOfDesk();
        _rowsOfCash();
        _rowsOfDrafts();
        _rowsOfToken();
        _rowsOfWallets();
        _rowsOfRepayment();
        _rowsOfRegisters();
        _rowsOfIntake();
        _rowsOfRecording();
        _rowsOfDecision();
        _rowsOfLife();
        _rowsOfChanges();
        _rowsOfSequels();
        _rowsOfOffice();
        _rowsOfRectification();
        _rowsOfAnchors();
        _rowsOfCouncil();
        _rowsOfAuthority();
    }

    function _rowsOfActs() private {
        _of(address(acts));
        _named("Acts.run", abi.encodeCall(acts.run, (new Act[](0))), _one(relayer), IActs.NotRelayer.selector);
        _direct("Acts.void", abi.encodeCall(acts.void, (5)), ALL_ROLES, 0);
        _council("Acts.addKind", abi.encodeCall(acts.addKind, ("kind", 0, stranger, 0, 0)));
        _council("Acts.setRelayer", abi.encodeCall(acts.setRelayer, (stranger, true)));
    }

    function _rowsOfMembers() private {
        _of(address(members));
        address next = makeAddr("next");
        _council("Members.admit", abi.encodeCall(members.admit, (next, next, "", 0, false, true, "next")));
        _council("Members.setRoles", abi.encodeCall(members.setRoles, (other.account, 0)));
        _council("Members.suspend", abi.encodeCall(members.suspend, (other.account, "")));
        _council("Members.reinstate", abi.encodeCall(members.reinstate, (other.account, "")));
        _council("Members.recover", abi.encodeCall(members.recover, (other.account, next, "")));
        uint32 roles = Roles.ADMINISTRATOR;
        _both("Members.addKey", abi.encodeCall(members.addKey, (IMembers.AddKey(next, 0))), roles, 0);
        bytes memory data = abi.encodeCall(members.revokeKey, (IMembers.RevokeKey(spare)));
        _both("Members.revokeKey", data, roles, IMembers.KeyUnknown.selector);
        _both("Members.setAcceptance", abi.encodeCall(members.setAcceptance, (IMembers.SetAcceptance(false))), roles, 0);
        _both("Members.setSlot", abi.encodeCall(members.setSlot, (IMembers.SetSlot("key", new bytes32[](1)))), roles, 0);
    }

    function _rowsOfDesk() private {
        SettlementCash another = new SettlementCash(members, ICashDesk(desk), bank.account, CNY, "Another", "CNYa");
        _of(address(desk));
        _council("CashDesk.list", abi.encodeCall(desk.list, (address(another))));
        _council("CashDesk.pin", abi.encodeCall(desk.pin, (stranger)));
        bytes memory data = abi.encodeCall(desk.issueCash, (ICashDesk.IssueCash(OWN_CASH, other.account, 5, "")));
        _both("CashDesk.issueCash", data, Roles.SETTLEMENT_BANK, ICashDesk.NotBank.selector);
        data = abi.encodeCall(desk.redeemCash, (ICashDesk.RedeemCash(OWN_CASH, house, 5, "")));
        _acts("CashDesk.redeemCash", data, Roles.SETTLEMENT_BANK);
        data = abi.encodeCall(desk.transferCash, (ICashDesk.TransferCash(CASH, other.account, 5, "")));
        _both("CashDesk.transferCash", data, Roles.HOLDERS, IERC20Errors.ERC20InsufficientBalance.selector);
    }

    function _rowsOfCash() private {
        _of(address(cash));
        address[2] memory both = [address(desk), address(repayment)];
        bytes4 refusal = ISettlementCash.NotDesk.selector;
        _named("SettlementCash.moveFor", abi.encodeCall(cash.moveFor, (house, other.account, 1, "")), both, refusal);
        _named("SettlementCash.issueFor", abi.encodeCall(cash.issueFor, (house, 1, "")), both, refusal);
        _named("SettlementCash.redeemFor", abi.encodeCall(cash.redeemFor, (house, 1, "")), _one(address(desk)), refusal);
        bytes memory data = abi.encodeCall(IERC20.transfer, (other.account, 1));
        _direct("SettlementCash.transfer", data, Roles.HOLDERS, IERC20Errors.ERC20InsufficientBalance.selector);
        _direct("SettlementCash.approve", abi.encodeCall(IERC20.approve, (other.account, 1)), Roles.HOLDERS, 0);
        data = abi.encodeCall(IERC20.transferFrom, (other.account, bank.account, 1));
        _direct("SettlementCash.transferFrom", data, Roles.HOLDERS, IERC20Errors.ERC20InsufficientAllowance.selector);
    }

    function _rowsOfDrafts() private {
        _of(address(drafts));
        _council("ReceivableDrafts.setPolicy", abi.encodeCall(drafts.setPolicy, (9, _policy(1, false))));
        _council("ReceivableDrafts.retirePolicy", abi.encodeCall(drafts.retirePolicy, (POLICY)));
        _acts("ReceivableDrafts.issue", abi.encodeCall(drafts.issue, (_termsOfTheHouse())), Roles.SUPPLIER);
        bytes memory data = abi.encodeCall(drafts.withdrawDraft, (IReceivableDrafts.WithdrawDraft(DRAFTED)));
        _acts("ReceivableDrafts.withdrawDraft", data, Roles.SUPPLIER | Roles.OBLIGOR);
        Issue memory terms = _termsToTheHouse(1000, CASH);
        data = abi.encodeCall(drafts.confirm, (_confirmation(drafted, supplier.account, terms)));
        _acts("ReceivableDrafts.confirm", data, Roles.OBLIGOR);
        data =
            abi.encodeCall(drafts.refuse, (IReceivableDrafts.RefuseReceivable(drafted, supplier.account, terms, "no")));
        _acts("ReceivableDrafts.refuse", data, Roles.OBLIGOR);
    }

    function _rowsOfToken() private {
        _of(address(token));
        _council("ReceivableToken.appendModule", abi.encodeCall(token.appendModule, (stranger)));
        bytes memory data = abi.encodeCall(token.open, (77, _terms(9, DUE), 0, 0, 0));
        _named("ReceivableToken.open", data, _one(address(drafts)), IReceivableToken.NotDrafts.selector);
        address[2] memory module = _one(address(repayment));
        bytes4 refusal = IReceivableToken.NotModule.selector;
        _named("ReceivableToken.recordPayment", abi.encodeCall(token.recordPayment, (held, 400)), module, refusal);
        _named("ReceivableToken.advance", abi.encodeCall(token.advance, (_id(held, 0))), module, refusal);
        _named("ReceivableToken.takeLock", abi.encodeCall(token.takeLock, ()), module, refusal);
        // Whoever tries it after the matrix's own taking of the lock: see the matrix.
        _named("ReceivableToken.releaseLock", abi.encodeCall(token.releaseLock, ()), module, refusal);
        bytes4 rivalError = IERC721Errors.ERC721IncorrectOwner.selector;
        data = abi.encodeCall(token.move, (IReceivableToken.Move(_id(held, 0), 1, 2, other.account, "")));
        _both("ReceivableToken.move", data, Roles.HOLDERS, rivalError);
        data = abi.encodeCall(token.moveMany, (IReceivableToken.MoveMany(_one(_id(held, 0)), other.account, "")));
        _both("ReceivableToken.moveMany", data, Roles.HOLDERS, rivalError);
        data = abi.encodeCall(token.merge, (IReceivableToken.Merge(_id(held, 0), _id(held, 400))));
        _both("ReceivableToken.merge", data, Roles.HOLDERS, rivalError);
        IReceivableToken.Piece[] memory pieces = new IReceivableToken.Piece[](1);
        pieces[0] = IReceivableToken.Piece(7, other.account, "");
        data = abi.encodeCall(token.moveBatch, (IReceivableToken.MoveBatch(_id(held, 0), pieces)));
        _both("ReceivableToken.moveBatch", data, Roles.HOLDERS, rivalError);
    }

    /// @dev A wallet's function, by its signature, since names of two standards meet here.
    function _wallet(string memory name, bytes memory arguments, bytes4 rivalError) private {
        bytes memory signature = bytes(vm.replace(name, "ReceivableToken.", ""));
        _both(name, abi.encodePacked(bytes4(keccak256(signature)), arguments), Roles.HOLDERS, rivalError);
    }

    function _rowsOfWallets() private {
        bytes4 refusal = IERC721Errors.ERC721InvalidApprover.selector;
        (uint256 id, address to) = (_id(held, 0), other.account);
        _wallet("ReceivableToken.approve(address,uint256)", abi.encode(to, id), refusal);
        _wallet("ReceivableToken.approve(uint256,address,uint256)", abi.encode(id, to, 5), refusal);
        _wallet("ReceivableToken.setApprovalForAll(address,bool)", abi.encode(to, true), 0);
        refusal = IERC721Errors.ERC721InsufficientApproval.selector;
        _wallet("ReceivableToken.transferFrom(address,address,uint256)", abi.encode(house, to, id), refusal);
        _wallet("ReceivableToken.transferFrom(uint256,address,uint256)", abi.encode(id, to, 5), refusal);
        _wallet("ReceivableToken.transferFrom(uint256,uint256,uint256)", abi.encode(_id(held, 400), id, 600), refusal);
        _wallet("ReceivableToken.safeTransferFrom(address,address,uint256)", abi.encode(house, to, id), refusal);
        _wallet(
            "ReceivableToken.safeTransferFrom(address,address,uint256,bytes)", abi.encode(house, to, id, ""), refusal
        );
        bytes memory data = abi.encodeCall(token.revokeApprovals, (IReceivableToken.RevokeApprovals("")));
        _both("ReceivableToken.revokeApprovals", data, Roles.HOLDERS | Roles.ADMINISTRATOR, 0);
    }

    function _rowsOfRepayment() private {
        _of(address(repayment));
        bytes memory data = abi.encodeCall(repayment.payReceivable, (IRepayment.PayReceivable(owed, 5, "pay")));
        _acts("Repayment.payReceivable", data, Roles.OBLIGOR);
        IRepayment.BankNotice memory notice = _notice("notice", noticed, 5);
        (notice.cash, notice.allocations[0].payer) = (OWN_CASH, house);
        _acts("Repayment.takeBankNotice", abi.encodeCall(repayment.takeBankNotice, (notice)), Roles.SETTLEMENT_BANK);
        data = abi.encodeCall(repayment.setMandate, (IRepayment.SetMandate(CASH, 5, DUE + 1 days, false)));
        _acts("Repayment.setMandate", data, Roles.OBLIGOR);
        _acts(
            "Repayment.endMandate", abi.encodeCall(repayment.endMandate, (IRepayment.EndMandate(CASH))), Roles.OBLIGOR
        );
        bytes4 rivalError = IRepayment.NothingCredited.selector;
        _both(
            "Repayment.withdraw", abi.encodeCall(repayment.withdraw, (IRepayment.Withdraw(CASH))), ANY_KEY, rivalError
        );
        data = abi.encodeCall(repayment.withdrawRange, (IRepayment.WithdrawRange(held, 0)));
        _both("Repayment.withdrawRange", data, ANY_KEY, rivalError);
        _anyone("Repayment.debit", abi.encodeCall(repayment.debit, (owed)));
        _anyone("Repayment.distribute", abi.encodeCall(repayment.distribute, (waits)));
        _anyone("Repayment.draw", abi.encodeCall(repayment.draw, (_one(_id(plain, 0)))));
        data = abi.encodeCall(repayment.settle, (_id(plain, 0), token.tokenWord(_id(plain, 0)), token.wordOf(plain)));
        _named("Repayment.settle", data, _one(address(token)), IRepayment.NotToken.selector);
    }

    function _rowsOfRegisters() private {
        _of(address(registers));
        _council("Registers.setRegister", _registerCall(2));
        _council("Registers.closeRegister", abi.encodeCall(registers.closeRegister, (1)));
    }

    /// @dev Acts of pledges are reached at the register and, uselessly, at the part that has their code: there on an empty storage of its own.
    function _rowsOfIntake() private {
        _of(address(registry));
        _register("PledgeRegistry.filePledge", IPledgeIntake.filePledge.selector);
        _register("PledgeRegistry.acceptPledge", IPledgeIntake.acceptPledge.selector);
        _register("PledgeRegistry.contestAsset", IPledgeIntake.contestAsset.selector);
        _register("PledgeRegistry.reserveSegment", IPledgeIntake.reserveSegment.selector);
        _of(parts.intake);
        _register("PledgeIntake.filePledge", IPledgeIntake.filePledge.selector);
        _register("PledgeIntake.acceptPledge", IPledgeIntake.acceptPledge.selector);
        _register("PledgeIntake.contestAsset", IPledgeIntake.contestAsset.selector);
        _register("PledgeIntake.reserveSegment", IPledgeIntake.reserveSegment.selector);
    }

    function _rowsOfRecording() private {
        _of(address(registry));
        _register("PledgeRegistry.recordPledge", IPledgeIntake.recordPledge.selector);
        _of(parts.recording);
        _register("PledgeRecording.recordPledge", IPledgeIntake.recordPledge.selector);
    }

    function _rowsOfDecision() private {
        _of(address(registry));
        _register("PledgeRegistry.decidePledge", IPledgeDecision.decidePledge.selector);
        _register("PledgeRegistry.withdrawFiling", IPledgeDecision.withdrawFiling.selector);
        _register("PledgeRegistry.stepFiling", IPledgeDecision.stepFiling.selector);
        _register("PledgeRegistry.publishTitles", IPledgeDecision.publishTitles.selector);
        _of(parts.decision);
        _register("PledgeDecision.decidePledge", IPledgeDecision.decidePledge.selector);
        _register("PledgeDecision.withdrawFiling", IPledgeDecision.withdrawFiling.selector);
        _register("PledgeDecision.stepFiling", IPledgeDecision.stepFiling.selector);
        _register("PledgeDecision.publishTitles", IPledgeDecision.publishTitles.selector);
    }

    function _rowsOfLife() private {
        _of(address(registry));
        _register("PledgeRegistry.pledgeActs", IPledgeLife.pledgeActs.selector);
        _of(parts.life);
        _register("PledgeLife.pledgeActs", IPledgeLife.pledgeActs.selector);
    }

    function _rowsOfChanges() private {
        _of(address(registry));
        _register("PledgeRegistry.changePledges", IPledgeLife.changePledges.selector);
        _of(parts.changes);
        _register("PledgeChanges.changePledges", IPledgeLife.changePledges.selector);
    }

    function _rowsOfSequels() private {
        _of(address(registry));
        _register("PledgeRegistry.refinancePledge", IPledgeSequels.refinancePledge.selector);
        _register("PledgeRegistry.relatePledges", IPledgeSequels.relatePledges.selector);
        _register("PledgeRegistry.recordSale", IPledgeSequels.recordSale.selector);
        _of(parts.sequels);
        _register("PledgeSequels.refinancePledge", IPledgeSequels.refinancePledge.selector);
        _register("PledgeSequels.relatePledges", IPledgeSequels.relatePledges.selector);
        _register("PledgeSequels.recordSale", IPledgeSequels.recordSale.selector);
    }

    function _rowsOfOffice() private {
        _of(address(registry));
        _register("PledgeRegistry.placeHold", IPledgeOffice.placeHold.selector);
        _register("PledgeRegistry.liftHold", IPledgeOffice.liftHold.selector);
        _register("PledgeRegistry.recordParty", IPledgeOffice.recordParty.selector);
        _of(parts.office);
        _register("PledgeOffice.placeHold", IPledgeOffice.placeHold.selector);
        _register("PledgeOffice.liftHold", IPledgeOffice.liftHold.selector);
        _register("PledgeOffice.recordParty", IPledgeOffice.recordParty.selector);
    }

    function _rowsOfRectification() private {
        _of(address(registry));
        _register("PledgeRegistry.joinAssets", IPledgeRectification.joinAssets.selector);
        _register("PledgeRegistry.rectifyPledge", IPledgeRectification.rectifyPledge.selector);
        _of(parts.rectification);
        _register("PledgeRectification.joinAssets", IPledgeRectification.joinAssets.selector);
        _register("PledgeRectification.rectifyPledge", IPledgeRectification.rectifyPledge.selector);
    }

    function _rowsOfAnchors() private {
        _of(address(registry));
        _register("PledgeRegistry.anchorRegister", IPledgeAnchors.anchorRegister.selector);
        _register("PledgeRegistry.seedAssets", IPledgeAnchors.seedAssets.selector);
        _register("PledgeRegistry.adoptRecord", IPledgeAnchors.adoptRecord.selector);
        _of(parts.anchors);
        _register("PledgeAnchors.anchorRegister", IPledgeAnchors.anchorRegister.selector);
        _register("PledgeAnchors.seedAssets", IPledgeAnchors.seedAssets.selector);
        _register("PledgeAnchors.adoptRecord", IPledgeAnchors.adoptRecord.selector);
    }

    function _admin(string memory name, bytes memory data) private {
        _named(name, data, _one(address(this)), IAccessManager.AccessManagerUnauthorizedAccount.selector);
    }

    function _rowsOfCouncil() private {
        _of(address(council));
        _admin("Council.labelRole", abi.encodeCall(council.labelRole, (7, "role")));
        _admin("Council.grantRole", abi.encodeCall(council.grantRole, (7, stranger, 0)));
        _admin("Council.revokeRole", abi.encodeCall(council.revokeRole, (7, stranger)));
        _admin("Council.setRoleAdmin", abi.encodeCall(council.setRoleAdmin, (7, 8)));
        _admin("Council.setRoleGuardian", abi.encodeCall(council.setRoleGuardian, (7, 8)));
        _admin("Council.setGrantDelay", abi.encodeCall(council.setGrantDelay, (7, 8)));
        bytes memory data = abi.encodeCall(council.setTargetFunctionRole, (stranger, new bytes4[](1), 7));
        _admin("Council.setTargetFunctionRole", data);
        _admin("Council.setTargetClosed", abi.encodeCall(council.setTargetClosed, (address(members), true)));
        _admin("Council.setTargetAdminDelay", abi.encodeCall(council.setTargetAdminDelay, (address(members), 9)));
        _admin("Council.updateAuthority", abi.encodeCall(council.updateAuthority, (address(members), address(token))));
        _anyone("Council.multicall", abi.encodeCall(council.multicall, (new bytes[](0))));
        _rowsOfDelays();
    }

    /// @dev Nothing is scheduled, and the council of the tests decides without delay.
    function _rowsOfDelays() private {
        bytes memory call = abi.encodeCall(members.suspend, (other.account, ""));
        (address[2] memory nobody, address at) = (_one(address(0)), address(members));
        bytes4 refusal = IAccessManager.AccessManagerUnauthorizedCall.selector;
        _named("Council.execute", abi.encodeCall(council.execute, (at, call)), _one(address(this)), refusal);
        _named("Council.schedule", abi.encodeCall(council.schedule, (at, call, 0)), nobody, refusal);
        refusal = IAccessManager.AccessManagerNotScheduled.selector;
        _named("Council.cancel", abi.encodeCall(council.cancel, (stranger, at, call)), nobody, refusal);
        _named(
            "Council.consumeScheduledOp", abi.encodeCall(council.consumeScheduledOp, (stranger, call)), nobody, REFUSED
        );
        refusal = IAccessManager.AccessManagerBadConfirmation.selector;
        _named(
            "Council.renounceRole",
            abi.encodeCall(council.renounceRole, (0, address(this))),
            _one(address(this)),
            refusal
        );
    }

    function _rowsOfAuthority() private {
        _authority("Acts.setAuthority", address(acts));
        _authority("Members.setAuthority", address(members));
        _authority("CashDesk.setAuthority", address(desk));
        _authority("ReceivableDrafts.setAuthority", address(drafts));
        _authority("ReceivableToken.setAuthority", address(token));
        _authority("Registers.setAuthority", address(registers));
    }

    function _authority(string memory name, address at) private {
        _of(at);
        bytes memory data = abi.encodeCall(IAccessManaged.setAuthority, (address(token)));
        _named(name, data, _one(address(council)), IAccessManaged.AccessManagedUnauthorized.selector);
    }
}
