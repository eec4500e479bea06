// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice A settlement bank's tokenised deposit in one currency: ERC-20 with 2 decimals, held by members only.
interface ISettlementCash is IERC20 {
    /// @notice Every movement; `from` is 0 for money issued, `to` is 0 for money redeemed. `amount` in minor units.
    event CashMoved(address indexed from, address indexed to, uint256 amount, bytes32 ref);

    error NotDesk(address caller);
    error RecipientInactive(address recipient);
    /// @dev A contract that declines direct moves: it would account for this money to nobody.
    error RecipientDeclinesDirect(address recipient);
    error OwnerInactive(address owner);
    /// @dev A court holds what the account has.
    error SenderHeld(address sender);
    error SupplyTooLarge(uint256 supply);
    error AmountZero();

    /// @notice Moves cash of `from` on the word of the desk or a module pinned there; they checked whose consent it needs.
    function moveFor(address from, address to, uint256 amount, bytes32 ref) external;
    /// @notice Mints to `to` (desk and pinned modules, on an act of the issuing bank).
    function issueFor(address to, uint256 amount, bytes32 ref) external;
    /// @notice Burns cash of `from` (desk, on an act of the bank that the holder co-signed).
    function redeemFor(address from, uint256 amount, bytes32 ref) external;
    /// @notice The account of the settlement bank that owes this money.
    function bank() external view returns (address);
    /// @notice ISO 4217 number.
    function currency() external view returns (uint16);
}
