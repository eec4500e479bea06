// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice The list of cash contracts by index, the modules that may move cash, and the signed acts on cash.
interface ICashDesk {
    struct IssueCash {
        uint8 cash;
        address to;
        uint64 amount;
        bytes32 ref;
    }

    /// The bank acts, in the role of settlement bank; the holder co-signs by a key that may dispose of its cash.
    struct RedeemCash {
        uint8 cash;
        address holder;
        uint64 amount;
        bytes32 ref;
    }

    struct TransferCash {
        uint8 cash;
        address to;
        uint64 amount;
        bytes32 ref;
    }

    event CashListed(uint8 indexed index, address cash, address bank, uint16 currency);
    event ModulePinned(address module);

    error UnknownCash(uint8 index);
    error NotBank(uint8 index, address account);
    error HolderMustSign(address holder);
    error CashFull();
    error CashExists(uint8 index);

    /// @notice Lists a cash contract for ever (council, under delay); indices count from 1.
    function list(address cash) external returns (uint8 index);
    /// @notice Pins a module that may issue and move cash for members (council, under delay).
    function pin(address module) external;

    /// @notice Issues cash of the acting settlement bank.
    function issueCash(IssueCash calldata body) external;
    /// @notice Burns cash of a holder that the bank has paid out.
    function redeemCash(RedeemCash calldata body) external;
    /// @notice Moves cash of the acting account, by a key that may dispose of it.
    function transferCash(TransferCash calldata body) external;

    /// @notice The cash contract of an index; reverts UnknownCash.
    function cashAt(uint8 index) external view returns (address);
    function isModule(address module) external view returns (bool);
}
