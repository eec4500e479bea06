// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ActTarget} from "./ActTarget.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {MemberWord} from "./types/MemberWord.sol";
import {Roles} from "./types/Roles.sol";

/// @title Members: organisations, their operator keys, roles and status
/// @dev Storage:
///
///   word[address]             one word for each account and key, laid out in {IMembers}; never cleared, so that a key belongs to one member for ever
///   slots[account][keyType]   epoch 32 and the published words
///
/// An account that is its own operator has one word for both; roles of such a key are the account's. Every account's word has ADMINISTRATOR.
contract Members is IMembers, ActTarget, AccessManaged {
    using MemberWord for uint256;

    struct Slot {
        uint32 epoch;
        bytes32[] words;
    }

    bytes32 private constant SET_SLOT_TYPE = keccak256("SetSlot(bytes32 keyType,bytes32[] words)");

    address private immutable HOLDS;

    mapping(address subject => uint256) private word;
    mapping(address account => mapping(bytes32 keyType => Slot)) private slots;

    constructor(address acts, address holds, address council)
        ActTarget(acts, IMembers(address(this)))
        AccessManaged(council)
    {
        HOLDS = holds;
    }

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
        uint16 all = roles | Roles.ADMINISTRATOR;
        word[account] = admitted.withRoles(all);
        emit MemberAdmitted(account, party, all, isContract, acceptsDirect, name);
        _list(account, operator, all);
    }

    /// @inheritdoc IMembers
    function setRoles(address account, uint16 roles) external restricted {
        uint16 all = roles | Roles.ADMINISTRATOR;
        word[account] = _member(account).withRoles(all);
        emit MemberRolesSet(account, all);
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
    function setHeld(address account, bool held) external {
        require(msg.sender == HOLDS, NotHolds(msg.sender));
        uint256 current = _member(account);
        word[account] = held ? current | MemberWord.HELD : current & ~MemberWord.HELD;
        emit MemberHeld(account, held);
    }

    /// @inheritdoc IMembers
    function addKey(AddKey calldata body) external {
        address account = _administrator(body.roles);
        _list(account, body.key, body.roles);
    }

    /// @inheritdoc IMembers
    function revokeKey(RevokeKey calldata body) external {
        address account = _actor();
        uint256 key = word[body.key];
        require(key.account() == account && key.has(MemberWord.OPERATOR), KeyUnknown(body.key));
        if (body.key != _actingKey()) _administrator(key.roles() & word[account].roles());
        word[body.key] = key & ~MemberWord.OPERATOR;
        emit KeyRevoked(account, body.key);
    }

    /// @inheritdoc IMembers
    function setAcceptance(SetAcceptance calldata body) external {
        address account = _administrator(0);
        uint256 current = word[account];
        word[account] = body.acceptsDirect ? current | MemberWord.ACCEPTS_DIRECT : current & ~MemberWord.ACCEPTS_DIRECT;
        emit AcceptanceSet(account, body.acceptsDirect);
    }

    /// @inheritdoc IMembers
    function setSlot(SetSlot calldata body) external {
        address account = _administrator(0);
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
    function wordsOf(address[] calldata subjects) external view returns (uint256[] memory words) {
        words = new uint256[](subjects.length);
        for (uint256 i = 0; i < words.length; ++i) {
            words[i] = word[subjects[i]];
        }
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

    /// @dev The acting account, by a key that administers it and holds `roles` itself.
    function _administrator(uint16 roles) private view returns (address account) {
        account = _actorIn(Roles.ADMINISTRATOR);
        uint16 held = word[_actingKey()].roles() & word[account].roles();
        require(roles & ~held == 0, RolesNotHeld(roles, held));
    }

    /// @dev Lists a key once and for ever; the account's own address too, so that it stays struck off.
    function _list(address account, address key, uint16 roles) private {
        uint256 current = word[account];
        uint256 known = word[key];
        require(key != address(0), KeyUnknown(key));
        if (key == account) {
            require(!known.has(MemberWord.OWN_LISTED), KeyTaken(key, account));
            require(roles == current.roles(), OwnKeyHasAllRoles(roles, current.roles()));
            word[key] = current | MemberWord.OPERATOR | MemberWord.OWN_LISTED;
        } else {
            require(known == 0, KeyTaken(key, known.account()));
            word[key] = (uint256(uint160(account)) | MemberWord.OPERATOR).withRoles(roles).withEpoch(current.epoch());
        }
        emit KeyAdded(account, key, roles, current.epoch());
    }

    function _member(address account) private view returns (uint256 current) {
        current = word[account];
        require(current.has(MemberWord.ACTIVE), UnknownMember(account));
    }

    function _operatorOf(address caller) private view returns (address account, uint256 effective) {
        uint256 key = word[caller];
        account = key.account();
        uint256 current = account == caller ? key : word[account];
        if (!key.operates(current) || !current.has(MemberWord.ACTIVE)) revert NotOperator(caller);
        if (current.has(MemberWord.SUSPENDED)) revert MemberIsSuspended(account);
        effective = current.withRolesOf(key);
    }
}
