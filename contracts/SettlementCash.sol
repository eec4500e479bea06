// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ICashDesk} from "./interfaces/ICashDesk.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {ISettlementCash} from "./interfaces/ISettlementCash.sol";
import {MemberWord} from "./types/MemberWord.sol";
import {Roles} from "./types/Roles.sol";

/// @title Cash on the ledger: one contract for each issuing bank and currency
/// @dev Balances and allowances belong to member accounts; a caller is resolved to its account through Members on every ERC-20 path and its key must
/// hold one of {Roles-HOLDERS}, so a revoked key or an observer's moves nothing. Supply stays below 2^63, so that every amount fits SQL's BIGINT.
///
/// Storage of its own:
///   allowances[owner][epoch][spender]   by the key epoch that the owner gave them under, so that its recovery ends them
///   modules[address]                    those that the desk was once asked about and has pinned; it never unpins one
contract SettlementCash is ISettlementCash, ERC20 {
    using MemberWord for uint256;

    IMembers private immutable MEMBERS;
    ICashDesk private immutable DESK;
    address public immutable bank;
    uint16 public immutable currency;

    mapping(address owner => mapping(uint32 epoch => mapping(address spender => uint256))) private allowances;

    mapping(address module => bool) private modules;

    modifier onlyDesk() {
        require(msg.sender == address(DESK), NotDesk(msg.sender));
        _;
    }

    modifier onlyDeskOrModule() {
        require(msg.sender == address(DESK) || _isModule(msg.sender), NotDesk(msg.sender));
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
        // A module's own balance is others' money and goes on.
        if (from != msg.sender) _requireFree(from);
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
        _requireFree(from);
        _burn(from, amount);
        emit CashMoved(from, address(0), amount, ref);
    }

    /// @notice ERC-20 transfer from the account that the caller operates.
    function transfer(address to, uint256 amount) public override(ERC20, IERC20) returns (bool) {
        address from = _msgSender();
        _requireFree(from);
        _transfer(from, to, amount);
        emit CashMoved(from, to, amount, 0);
        return true;
    }

    /// @notice ERC-20 transferFrom; the spender is the account that the caller operates. An allowance is worth nothing while its giver is suspended.
    function transferFrom(address from, address to, uint256 amount) public override(ERC20, IERC20) returns (bool) {
        require(MEMBERS.wordOf(from).isActive(), OwnerInactive(from));
        _requireFree(from);
        _spendAllowance(from, _msgSender(), amount);
        _transfer(from, to, amount);
        emit CashMoved(from, to, amount, 0);
        return true;
    }

    /// @notice What `spender` may still move of `owner`'s cash.
    function allowance(address owner, address spender) public view override(ERC20, IERC20) returns (uint256) {
        return allowances[owner][MEMBERS.wordOf(owner).epoch()][spender];
    }

    /// @notice Minor units of every supported currency: 2 decimals.
    function decimals() public pure override returns (uint8) {
        return 2;
    }

    function _approve(address owner, address spender, uint256 value, bool told) internal override {
        require(spender != address(0), ERC20InvalidSpender(spender));
        allowances[owner][MEMBERS.wordOf(owner).epoch()][spender] = value;
        if (told) emit Approval(owner, spender, value);
    }

    /// @dev A recipient is an active member; or a pinned module that takes money in itself, so that nobody can suspend the way to be paid, and nobody
    /// sends a module money that it would not account for. A contract that declines direct moves gets money from modules only, for the same reason.
    /// A suspended holder keeps its money and can't send it (its keys resolve to nobody).
    function _update(address from, address to, uint256 amount) internal override {
        require(amount != 0, AmountZero());
        bool takenIn = to == msg.sender && _isModule(to);
        if (to != address(0) && !takenIn) _checkRecipient(to);
        super._update(from, to, amount);
    }

    /// @dev Cash of an account that a court holds stays where it is, whoever would move it, until the hold is lifted: else a hold would stop everything
    /// but the way out.
    function _requireFree(address from) private view {
        require(!MEMBERS.wordOf(from).has(MemberWord.HELD), SenderHeld(from));
    }

    function _checkRecipient(address to) private {
        uint256 word = MEMBERS.wordOf(to);
        require(word.isActive(), RecipientInactive(to));
        bool takes = !word.has(MemberWord.CONTRACT) || word.has(MemberWord.ACCEPTS_DIRECT);
        require(takes || _isModule(msg.sender), RecipientDeclinesDirect(to));
    }

    function _isModule(address caller) private returns (bool) {
        if (modules[caller]) return true;
        if (!DESK.isModule(caller)) return false;
        return modules[caller] = true;
    }

    function _msgSender() internal view override returns (address account) {
        uint256 word;
        (account, word) = MEMBERS.operatorOf(msg.sender);
        require(word.roles() & Roles.HOLDERS != 0, IMembers.RoleMissing(account, Roles.HOLDERS, word.roles()));
    }
}
