// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice One door for whoever watches conditions: says of any kind of trigger whether it would fire, and fires many at once.
/// @dev A trigger is a function of one word that anyone may call and whose condition alone decides. A dry run returns two values, of which the second is the
/// reason why not, empty when it would fire.
interface ITriggers {
    struct TriggerKind {
        address target;
        bytes4 check;
        bytes4 fire;
        /// What a firing may use at most.
        uint32 gas;
    }

    struct Firing {
        uint16 kind;
        uint256 subject;
    }

    event TriggerKindAdded(
        uint16 indexed kind, address indexed target, bytes4 check, bytes4 fire, uint32 gas, string name
    );
    /// @notice `reason` is the revert data of what was not done, at most 1,024 bytes.
    event Fired(uint16 indexed kind, uint256 indexed subject, bool done, bytes reason);

    error UnknownTriggerKind(uint16 kind);
    error TriggerKindInvalid(address target, uint32 gas);
    /// @dev The kind has no dry run.
    error CheckMissing(uint16 kind);
    /// @dev The dry run did not answer as dry runs do.
    error CheckMalformed(uint16 kind);
    /// @dev The caller gave too little gas to let an item fail by itself.
    error FiringGasShort(uint256 left, uint256 needed);

    /// @notice Adds a kind of trigger for ever (council, under delay); kinds count from 1.
    function addTriggerKind(TriggerKind calldata kind, string calldata name) external returns (uint16 number);
    /// @notice Whether a trigger would fire now, and the revert data that it would meet if not.
    function check(uint16 kind, uint256 subject) external view returns (bool ready, bytes memory reason);
    /// @notice Fires each in a frame of its own; one that fails stops no other.
    function fire(Firing[] calldata firings) external;
    function triggerKind(uint16 kind) external view returns (TriggerKind memory);
    function triggerKinds() external view returns (uint16);
}
