// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SettlementCash} from "../../contracts/SettlementCash.sol";
import {Act, IActs} from "../../contracts/interfaces/IActs.sol";
import {ICashDesk} from "../../contracts/interfaces/ICashDesk.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {ISettlementCash} from "../../contracts/interfaces/ISettlementCash.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {RightsLoans} from "./RightsLoans.t.sol";
import {RightsPledges} from "./RightsPledges.t.sol";
import {RightsReceivables} from "./RightsReceivables.t.sol";
import {RightsRepayment} from "./RightsRepayment.t.sol";
import {RightsState} from "./RightsState.t.sol";

/// @notice Every function that changes state, who may call it, and what everybody else meets.
/// @dev tests/ledger/chain/test_rights.py holds the names against the ABI of every contract.
abstract contract RightsTable is RightsPledges, RightsReceivables, RightsRepayment, RightsLoans {
    function setUp() public virtual override {
        super.setUp();
        _rowsOfActs();
        _rowsOfMembers();
        _rowsOfDesk();
        _rowsOfCash();
        _rowsOfReceivables();
        _rowsOfRepayments();
        _rowsOfDeals();
        _rowsOfLoans();
        _rowsOfPledges();
        _rowsOfCouncil();
        _rowsOfAuthority();
    }

    function _finance() internal override(RightsState, RightsLoans) {
        RightsLoans._finance();
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
        bytes memory data = abi.encodeCall(members.setHeld, (other.account, true));
        _named("Members.setHeld", data, _one(address(holds)), IMembers.NotHolds.selector);
        uint32 roles = Roles.ADMINISTRATOR;
        _both("Members.addKey", abi.encodeCall(members.addKey, (IMembers.AddKey(next, 0))), roles, 0);
        data = abi.encodeCall(members.revokeKey, (IMembers.RevokeKey(spare)));
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
        address[6] memory modules =
            [address(desk), address(repayment), address(mandates), address(financing), address(loans), address(0)];
        bytes4 refusal = ISettlementCash.NotDesk.selector;
        _named("SettlementCash.moveFor", abi.encodeCall(cash.moveFor, (house, other.account, 1, "")), modules, refusal);
        _named("SettlementCash.issueFor", abi.encodeCall(cash.issueFor, (house, 1, "")), modules, refusal);
        _named("SettlementCash.redeemFor", abi.encodeCall(cash.redeemFor, (house, 1, "")), _one(address(desk)), refusal);
        bytes memory data = abi.encodeCall(IERC20.transfer, (other.account, 1));
        _direct("SettlementCash.transfer", data, Roles.HOLDERS, IERC20Errors.ERC20InsufficientBalance.selector);
        _direct("SettlementCash.approve", abi.encodeCall(IERC20.approve, (other.account, 1)), Roles.HOLDERS, 0);
        data = abi.encodeCall(IERC20.transferFrom, (other.account, bank.account, 1));
        _direct("SettlementCash.transferFrom", data, Roles.HOLDERS, IERC20Errors.ERC20InsufficientAllowance.selector);
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
        (address[6] memory nobody, address at) = (_one(address(0)), address(members));
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
        _authority("ReceivableHolds.setAuthority", address(holds));
        _authority("Exposure.setAuthority", address(exposure));
        _authority("Registers.setAuthority", address(registers));
        _authority("Triggers.setAuthority", address(triggers));
    }

    function _authority(string memory name, address at) private {
        _of(at);
        bytes memory data = abi.encodeCall(IAccessManaged.setAuthority, (address(token)));
        _named(name, data, _one(address(council)), IAccessManaged.AccessManagedUnauthorized.selector);
    }
}
