// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ICashDesk} from "./interfaces/ICashDesk.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {ISettlementCash} from "./interfaces/ISettlementCash.sol";
import {MemberWord} from "./types/MemberWord.sol";

/// @title Cash on the ledger: one contract for each issuing bank and currency
/// @dev Balances and allowances belong to member accounts; a caller is resolved to its account through Members on every ERC-20 path, so a revoked key
/// moves nothing. Supply stays below 2^63, so that every amount fits SQL's BIGINT.
contract SettlementCash is ISettlementCash, ERC20 {
    using MemberWord for uint256;

    IMembers private immutable MEMBERS;
    ICashDesk private immutable DESK;
    address public immutable bank;
    uint16 public immutable currency;

    modifier onlyDesk() {
        require(msg.sender == address(DESK), NotDesk(msg.sender));
        _;
    }

    modifier onlyDeskOrModule() {
        require(msg.sender == address(DESK) || DESK.isModule(msg.sender), NotDesk(msg.sender));
        _;
    }

    constructor(
        IMembers members,
        ICashDesk desk,
        address bank_,
        uint16 currency_,
        string memory name_,
        string memory symbol_
    ) ERC20(name_, symbol_) {
        MEMBERS = members;
        DESK = desk;
        bank = bank_;
        currency = currency_;
    }

    /// @inheritdoc ISettlementCash
    function moveFor(address from, address to, uint256 amount, bytes32 ref) external onlyDeskOrModule {
        _transfer(from, to, amount);
        emit CashMoved(from, to, amount, ref);
    }

    /// @inheritdoc ISettlementCash
    function issueFor(address to, uint256 amount, bytes32 ref) external onlyDeskOrModule {
        _mint(to, amount);
        require(totalSupply() <= uint64(type(int64).max), SupplyTooLarge(totalSupply()));
        emit CashMoved(address(0), to, amount, ref);
    }

    /// @inheritdoc ISettlementCash
    function redeemFor(address from, uint256 amount, bytes32 ref) external onlyDesk {
        _burn(from, amount);
        emit CashMoved(from, address(0), amount, ref);
    }

    /// @notice ERC-20 transfer from the account that the caller operates.
    function transfer(address to, uint256 amount) public override(ERC20, IERC20) returns (bool) {
        address from = _msgSender();
        _transfer(from, to, amount);
        emit CashMoved(from, to, amount, 0);
        return true;
    }

    /// @notice ERC-20 transferFrom; the spender is the account that the caller operates.
    function transferFrom(address from, address to, uint256 amount) public override(ERC20, IERC20) returns (bool) {
        _spendAllowance(from, _msgSender(), amount);
        _transfer(from, to, amount);
        emit CashMoved(from, to, amount, 0);
        return true;
    }

    /// @notice Minor units of every supported currency: 2 decimals.
    function decimals() public pure override returns (uint8) {
        return 2;
    }

    /// @inheritdoc ISettlementCash
    function mayReceive(address account) public view returns (bool) {
        return MEMBERS.wordOf(account).isActive() || DESK.isModule(account);
    }

    /// @dev A recipient is an active member, or a pinned module, so that nobody can suspend the way to be paid; a suspended holder keeps its money and can't send it (its keys resolve to nobody).
    function _update(address from, address to, uint256 amount) internal override {
        require(amount != 0, AmountZero());
        require(to == address(0) || mayReceive(to), RecipientInactive(to));
        super._update(from, to, amount);
    }

    function _msgSender() internal view override returns (address account) {
        (account,) = MEMBERS.operatorOf(msg.sender);
    }
}
