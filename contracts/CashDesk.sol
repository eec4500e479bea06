// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ActTarget} from "./ActTarget.sol";
import {ICashDesk} from "./interfaces/ICashDesk.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {ISettlementCash} from "./interfaces/ISettlementCash.sol";
import {Roles} from "./types/Roles.sol";

/// @title Where signed acts on cash enter: one target for the kinds, many cash contracts behind it
/// @dev Storage:
///
///   cash[index]       cash contracts, append-only; index 0 stays empty so that a word's 0 is no cash
///   modules[address]  contracts that may issue and move cash for members; never unpinned, since receivables pin them
contract CashDesk is ICashDesk, ActTarget, AccessManaged {
    mapping(uint8 index => address) private cash;
    uint8 private listed;
    mapping(address module => bool) private modules;

    constructor(address acts, IMembers members, address council) ActTarget(acts, members) AccessManaged(council) {}

    /// @inheritdoc ICashDesk
    function list(address cash_) external restricted returns (uint8 index) {
        require(listed != type(uint8).max, CashFull());
        for (uint8 i = 1; i <= listed; ++i) {
            require(cash[i] != cash_, CashExists(i));
        }
        index = ++listed;
        cash[index] = cash_;
        emit CashListed(index, cash_, ISettlementCash(cash_).bank(), ISettlementCash(cash_).currency());
    }

    /// @inheritdoc ICashDesk
    function pin(address module) external restricted {
        modules[module] = true;
        emit ModulePinned(module);
    }

    /// @inheritdoc ICashDesk
    function issueCash(IssueCash calldata body) external {
        ISettlementCash money = _ofBank(body.cash, _actorIn(Roles.SETTLEMENT_BANK));
        money.issueFor(body.to, body.amount, body.ref);
    }

    /// @inheritdoc ICashDesk
    function redeemCash(RedeemCash calldata body) external onlyActs {
        ISettlementCash money = _ofBank(body.cash, _signedIn(Roles.SETTLEMENT_BANK));
        require(_hasSigned(_context(), body.holder, Roles.HOLDERS), HolderMustSign(body.holder));
        money.redeemFor(body.holder, body.amount, body.ref);
    }

    /// @inheritdoc ICashDesk
    function transferCash(TransferCash calldata body) external {
        ISettlementCash(cashAt(body.cash)).moveFor(_actorIn(Roles.HOLDERS), body.to, body.amount, body.ref);
    }

    /// @inheritdoc ICashDesk
    function isModule(address module) external view returns (bool) {
        return modules[module];
    }

    /// @inheritdoc ICashDesk
    function cashAt(uint8 index) public view returns (address found) {
        found = cash[index];
        require(found != address(0), UnknownCash(index));
    }

    function _ofBank(uint8 index, address account) private view returns (ISettlementCash found) {
        found = ISettlementCash(cashAt(index));
        require(found.bank() == account, NotBank(index, account));
    }
}
