// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ITriggers} from "./interfaces/ITriggers.sol";

/// @title Triggers: one door to every condition that anyone may act on
/// @dev Has no right of its own anywhere: what it calls is open to all. A firing that fails leaves nothing behind but its event, so firing twice or by two
/// keepers at once is harmless.
///
/// Storage:
///   kinds[number]   target 160 | check 32 | fire 32 | gas 32; append-only, from 1
contract Triggers is ITriggers, AccessManaged {
    uint256 private constant MOST_REASON = 1024;
    /// What the call of a frame itself costs at most, and its event.
    uint256 private constant AROUND_GAS = 40_000;
    uint256 private constant WORD = 32;

    uint16 private count;
    mapping(uint16 number => TriggerKind) private kinds;

    constructor(address council) AccessManaged(council) {}

    /// @inheritdoc ITriggers
    function addTriggerKind(TriggerKind calldata kind, string calldata name)
        external
        restricted
        returns (uint16 number)
    {
        require(kind.target.code.length != 0 && kind.gas != 0, TriggerKindInvalid(kind.target, kind.gas));
        number = ++count;
        kinds[number] = kind;
        emit TriggerKindAdded(number, kind.target, kind.check, kind.fire, kind.gas, name);
    }

    /// @inheritdoc ITriggers
    function check(uint16 kind, uint256 subject) external view returns (bool, bytes memory) {
        TriggerKind memory found = _found(kind);
        require(found.check != 0, CheckMissing(kind));
        (bool answered, bytes memory answer) = found.target.staticcall(abi.encodeWithSelector(found.check, subject));
        if (!answered) return (false, answer);
        bytes memory reason = _reason(kind, answer);
        return (reason.length == 0, reason);
    }

    /// @dev The second of two returned values, whatever the first is.
    function _reason(uint16 kind, bytes memory answer) private pure returns (bytes memory reason) {
        uint256 place = _word(kind, answer, WORD);
        uint256 length = _word(kind, answer, place);
        require(length <= answer.length - place - WORD, CheckMalformed(kind));
        reason = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            reason[i] = answer[place + WORD + i];
        }
    }

    function _word(uint16 kind, bytes memory answer, uint256 place) private pure returns (uint256 word) {
        require(answer.length >= WORD && place <= answer.length - WORD, CheckMalformed(kind));
        assembly ("memory-safe") {
            word := mload(add(add(answer, 32), place))
        }
    }

    function _found(uint16 kind) private view returns (TriggerKind memory found) {
        found = kinds[kind];
        require(found.target != address(0), UnknownTriggerKind(kind));
    }

    /// @inheritdoc ITriggers
    function fire(Firing[] calldata firings) external {
        for (uint256 i = 0; i < firings.length; ++i) {
            (bool done, bytes memory reason) = _fire(firings[i]);
            emit Fired(firings[i].kind, firings[i].subject, done, reason);
        }
    }

    function _fire(Firing calldata firing) private returns (bool, bytes memory) {
        TriggerKind memory kind = kinds[firing.kind];
        if (kind.target == address(0)) {
            return (false, abi.encodeWithSelector(UnknownTriggerKind.selector, firing.kind));
        }
        // A call gets at most 63/64 of what is left (EIP-150), so this much makes sure of the frame's gas.
        uint256 needed = uint256(kind.gas) + kind.gas / 63 + AROUND_GAS;
        require(gasleft() >= needed, FiringGasShort(gasleft(), needed));
        return _frame(kind.target, kind.gas, abi.encodeWithSelector(kind.fire, firing.subject));
    }

    /// @dev In assembly, so that a target that returns megabytes can't make the caller pay for copying them.
    function _frame(address target, uint256 frameGas, bytes memory input)
        private
        returns (bool done, bytes memory reason)
    {
        assembly ("memory-safe") {
            done := call(frameGas, target, 0, add(input, 32), mload(input), 0, 0)
            if iszero(done) {
                let size := returndatasize()
                if gt(size, MOST_REASON) { size := MOST_REASON }
                reason := mload(0x40)
                mstore(reason, size)
                returndatacopy(add(reason, 32), 0, size)
                mstore(0x40, and(add(add(reason, 63), size), not(31)))
            }
        }
    }

    /// @inheritdoc ITriggers
    function triggerKind(uint16 kind) external view returns (TriggerKind memory) {
        return kinds[kind];
    }

    /// @inheritdoc ITriggers
    function triggerKinds() external view returns (uint16) {
        return count;
    }
}
