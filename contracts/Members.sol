// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ActTarget} from "./ActTarget.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {MemberWord} from "./types/MemberWord.sol";

/// @title Members: organisations, their operator keys, roles and status
/// @dev Storage:
///
///   word[address]             one word for each account and key, laid out in {IMembers}; never cleared, so that a key belongs to one member for ever
///   slots[account][keyType]   epoch 32 and the published words
///
/// An account that is its own operator has one word for both; roles of such a key are the account's.
contract Members is IMembers, ActTarget, AccessManaged {
    using MemberWord for uint256;

    struct Slot {
        uint32 epoch;
        bytes32[] words;
    }

    bytes32 private constant SET_SLOT_TYPE = keccak256("SetSlot(bytes32 keyType,bytes32[] words)");

    mapping(address subject => uint256) private word;
    mapping(address account => mapping(bytes32 keyType => Slot)) private slots;

    constructor(address acts, address council) ActTarget(acts, IMembers(address(this))) AccessManaged(council) {}

    /// @inheritdoc IMembers
    function admit(
        address account,
        address operator,
        bytes32 party,
        uint16 roles,
        bool isContract,
        bool acceptsDirect,
        string calldata name
    ) external restricted {
        require(account != address(0) && operator != address(0), UnknownMember(address(0)));
        require(word[account] == 0, MemberExists(account));
        uint256 admitted = uint256(uint160(account)) | MemberWord.ACTIVE;
        if (isContract) admitted |= MemberWord.CONTRACT;
        if (acceptsDirect) admitted |= MemberWord.ACCEPTS_DIRECT;
        word[account] = admitted.withRoles(roles);
        emit MemberAdmitted(account, party, roles, isContract, acceptsDirect, name);
        _list(account, operator, roles);
    }

    /// @inheritdoc IMembers
    function setRoles(address account, uint16 roles) external restricted {
        word[account] = _member(account).withRoles(roles);
        emit MemberRolesSet(account, roles);
    }

    /// @inheritdoc IMembers
    function suspend(address account, bytes32 reason) external restricted {
        word[account] = _member(account) | MemberWord.SUSPENDED;
        emit MemberSuspended(account, reason);
    }

    /// @inheritdoc IMembers
    function reinstate(address account, bytes32 reason) external restricted {
        word[account] = _member(account) & ~MemberWord.SUSPENDED;
        emit MemberReinstated(account, reason);
    }

    /// @inheritdoc IMembers
    function recover(address account, address key, bytes32 reason) external restricted {
        uint256 current = _member(account);
        uint32 epoch = current.epoch() + 1;
        word[account] = current.withEpoch(epoch) & ~MemberWord.OPERATOR;
        emit MemberRecovered(account, key, epoch, reason);
        _list(account, key, current.roles());
    }

    /// @inheritdoc IMembers
    function addKey(AddKey calldata body) external {
        _list(_actor(), body.key, body.roles);
    }

    /// @inheritdoc IMembers
    function revokeKey(RevokeKey calldata body) external {
        address account = _actor();
        uint256 key = word[body.key];
        require(key.account() == account && key.has(MemberWord.OPERATOR), KeyUnknown(body.key));
        word[body.key] = key & ~MemberWord.OPERATOR;
        emit KeyRevoked(account, body.key);
    }

    /// @inheritdoc IMembers
    function setAcceptance(SetAcceptance calldata body) external {
        address account = _actor();
        uint256 current = word[account];
        word[account] = body.acceptsDirect ? current | MemberWord.ACCEPTS_DIRECT : current & ~MemberWord.ACCEPTS_DIRECT;
        emit AcceptanceSet(account, body.acceptsDirect);
    }

    /// @inheritdoc IMembers
    function setSlot(SetSlot calldata body) external {
        address account = _actor();
        Slot storage slot = slots[account][body.keyType];
        slot.epoch += 1;
        slot.words = body.words;
        emit SlotSet(account, body.keyType, slot.epoch, body.words);
    }

    /// @inheritdoc IMembers
    function hashSetSlot(SetSlot calldata body) external pure returns (bytes32) {
        return keccak256(abi.encode(SET_SLOT_TYPE, body.keyType, keccak256(abi.encodePacked(body.words))));
    }

    /// @inheritdoc IMembers
    function wordOf(address subject) external view returns (uint256) {
        return word[subject];
    }

    /// @inheritdoc IMembers
    function operatorOf(address caller) external view returns (address, uint256) {
        return _operatorOf(caller);
    }

    /// @inheritdoc IMembers
    function pair(address caller, address recipient) external view returns (address account, uint256, uint256) {
        uint256 effective;
        (account, effective) = _operatorOf(caller);
        return (account, effective, word[recipient]);
    }

    /// @inheritdoc IMembers
    function keyAndAccount(address key) external view returns (uint256 keyWord, uint256 accountWord) {
        keyWord = word[key];
        accountWord = word[keyWord.account()];
    }

    /// @inheritdoc IMembers
    function slotOf(address account, bytes32 keyType) external view returns (uint32, bytes32[] memory) {
        Slot storage slot = slots[account][keyType];
        return (slot.epoch, slot.words);
    }

    /// @dev Lists a key once and for ever; the account's own address may be listed at admission and at no other time once struck off.
    function _list(address account, address key, uint16 roles) private {
        uint256 current = word[account];
        uint256 known = word[key];
        bool own = key == account;
        require(own ? !_wasOperator(known) : known == 0, KeyTaken(key, known.account()));
        require(roles & ~current.roles() == 0, RolesExceedAccount(roles, current.roles()));
        uint32 epoch = current.epoch();
        word[key] = own
            ? current | MemberWord.OPERATOR | _OWN_LISTED
            : (uint256(uint160(account)) | MemberWord.OPERATOR).withRoles(roles).withEpoch(epoch);
        emit KeyAdded(account, key, roles, epoch);
    }

    /// @dev Reserved bit 166: the account's own address has been an operator, so it is never listed again.
    uint256 private constant _OWN_LISTED = 1 << 166;

    function _wasOperator(uint256 own) private pure returns (bool) {
        return own & _OWN_LISTED != 0;
    }

    function _member(address account) private view returns (uint256 current) {
        current = word[account];
        require(current.has(MemberWord.ACTIVE), UnknownMember(account));
    }

    function _operatorOf(address caller) private view returns (address account, uint256 effective) {
        uint256 key = word[caller];
        account = key.account();
        uint256 current = account == caller ? key : word[account];
        require(key.operates(current) && current.has(MemberWord.ACTIVE), NotOperator(caller));
        require(!current.has(MemberWord.SUSPENDED), MemberIsSuspended(account));
        effective = current.withRoles(current.roles() & key.roles());
    }
}
