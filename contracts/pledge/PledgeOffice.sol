// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters} from "../interfaces/IRegisters.sol";
import {ActCode, Effects, HoldKinds, HoldTargets, OfficeCodes, PartyKinds, PartyRoles} from "../types/ActCode.sol";
import {AssetWord} from "../types/AssetWord.sol";
import {MemberWord} from "../types/MemberWord.sol";
import {LiftHold, PlaceHold, RecordParty} from "../types/OfficeBodies.sol";
import {PledgeFlags, PledgeWord} from "../types/PledgeWord.sol";
import {Consents} from "./Consents.sol";
import {PartyBook} from "./PartyBook.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title An office's own acts: holds and parties
/// @dev Code of {PledgeRegistry}, called by delegatecall like {PledgeIntake}. How many officers, and whether an order is shown, is data of the register; one
/// officer at least signs whatever it says. Both go on in a register that is closed.
contract PledgeOffice is PledgeStore {
    using ActCode for uint256;
    using PledgeWord for uint256;

    uint256 private constant MOST_HOLDS = 64;
    /// What takes assets, and so is barred by a hold on one; with it the end of single assets. All else looks at no asset.
    uint256 private constant TAKES = Effects.REGISTER | Effects.ADD_SEGMENT;
    uint256 private constant ASSET_BARS = TAKES | Effects.END_LEAVES;
    uint256 private constant CLAIM_BARS = Effects.SET_TERMS | Effects.SET_PARTIES | Effects.END_ALL
        | Effects.END_LEAVES;
    /// All but notes.
    uint256 private constant BARS = type(uint8).max - Effects.NOTE;
    /// A fee that is owed to the office keeps nobody in a pledge.
    uint256 private constant FEE_BARS = TAKES | Effects.SET_TERMS | Effects.SET_PARTIES;

    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    // --- Holds ---

    function placeHold(PlaceHold calldata body) external onlyActs {
        ActContext memory context = _context();
        bool fee = body.code == OfficeCodes.FEE_HOLD;
        require(fee || body.code == OfficeCodes.HOLD, UnknownCode(body.register, 0, body.code));
        HoldChange memory change = _holdChange(body.register, body.code, body.authority, body.order, context);
        _requireHold(body, fee);
        require(body.until == 0 || body.until > block.timestamp, ExpiryPassed(body.until));
        (bytes32 place, bytes32 named) = _target(change.office, body.register, body.target, body.id);
        _mark(change.office, body.target, place, named);
        if (body.target == HoldTargets.ASSET && body.bars & TAKES != 0) _endReservations(place);
        uint256 word = uint256(body.bars) | uint256(body.kind) << 8 | uint256(body.until) << 16 | block.timestamp << 56;
        word = _queue(_holds(body.target, place), word | uint256(body.target) << 112, body.order, MOST_HOLDS);
        (change.number, change.word) = (_number(word), word);
        change.marked = _marked(change.office, body.target, place, named);
        emit HoldPlaced(body.target, named, change);
    }

    /// @dev A kind that goes with the code, and effects that a hold there bars.
    function _requireHold(PlaceHold calldata body, bool fee) private pure {
        bool known = body.kind != 0 && body.kind <= HoldKinds.OTHER && fee == (body.kind == HoldKinds.FEE_UNPAID);
        uint256 able = BARS;
        if (body.target == HoldTargets.ASSET) able = ASSET_BARS;
        if (body.target == HoldTargets.CLAIM) able = CLAIM_BARS;
        if (fee) able &= FEE_BARS;
        bool bars = body.bars != 0 && body.bars & ~able == 0;
        require(known && bars, HoldInvalid(body.target, body.kind, body.bars));
    }

    function liftHold(LiftHold calldata body) external onlyActs {
        ActContext memory context = _context();
        bool fee = body.code == OfficeCodes.FEE_LIFT;
        require(fee || body.code == OfficeCodes.LIFT, UnknownCode(body.register, 0, body.code));
        HoldChange memory change = _holdChange(body.register, body.code, body.authority, body.order, context);
        (bytes32 place, bytes32 named) = _target(change.office, body.register, body.target, body.id);
        Hold storage hold = _holdOf(body, place);
        uint256 word = hold.word;
        bool sort = fee == (uint8(word >> 8) == HoldKinds.FEE_UNPAID);
        require(sort, HoldInvalid(body.target, uint8(word >> 8), uint8(word)));
        // Over since the second before: nothing of it runs in this block.
        word = word & ~(uint256(type(uint40).max) << 16) | (block.timestamp - 1) << 16;
        hold.word = word;
        (change.number, change.word) = (body.number, word);
        change.marked = _marked(change.office, body.target, place, named);
        emit HoldLifted(body.target, named, change);
    }

    /// @dev By officers of the register; where its rules ask for an order they show it, with who gave it.
    function _holdChange(uint16 register, uint16 code, bytes32 authority, bytes32 order, ActContext memory context)
        private
        view
        returns (HoldChange memory change)
    {
        (Consents.Scene memory scene,) = _officeScene(register, code, context);
        require(order != 0, DocumentMissing(code));
        if (scene.word.modes(PartyRoles.AUTHORITY) != 0) {
            require(authority != 0, ConsentMissing(PartyRoles.AUTHORITY, 0));
            _requireOrder(scene);
        } else {
            _requireOffice(scene);
        }
        (change.office, change.authority, change.order) = (scene.office, authority, order);
        (change.account, change.act) = (context.account, context.digest);
    }

    /// @dev The running hold of that number on the target.
    function _holdOf(LiftHold calldata body, bytes32 place) private view returns (Hold storage hold) {
        Hold[] storage list = _holds(body.target, place);
        uint256 i = 0;
        while (i < list.length && (_number(list[i].word) != body.number || !_runs(list[i].word))) ++i;
        bool found = i < list.length && uint8(list[i].word >> 112) == body.target;
        require(found, HoldUnknown(body.target, body.id, body.number));
        hold = list[i];
    }

    /// @dev Holds on a pledge and on its claim have one queue, so that whoever acts on the pledge looks once.
    function _holds(uint8 target, bytes32 id) private view returns (Hold[] storage) {
        return holds_[target == HoldTargets.CLAIM ? HoldTargets.PLEDGE : target][id];
    }

    /// @dev Where the target's holds are kept, and how events name it.
    function _target(address office, uint16 register, uint8 target, bytes32 id)
        private
        view
        returns (bytes32 place, bytes32 named)
    {
        if (target == HoldTargets.ASSET) {
            (uint16 version,,) = REGISTERS.current(register);
            bytes32 key = _resolved(id);
            require(_isOfRegister(REGISTERS.rule(register, version), key), AssetNotOfRegister(key, register));
            return (key, key);
        }
        if (target == HoldTargets.PLEDGE || target == HoldTargets.CLAIM) {
            require(
                uint256(id) <= type(uint40).max && _known(uint40(uint256(id))).register() == register, NotOfRegister(id)
            );
            return (id, id);
        }
        require(target == HoldTargets.PARTY && id != 0, HoldInvalid(target, 0, 0));
        return (_partyTarget(office, id), id);
    }

    /// @dev Whoever acts on the target looks for holds from now on.
    function _mark(address office, uint8 target, bytes32 place, bytes32 named) private {
        if (target == HoldTargets.ASSET) {
            assets[place] |= AssetWord.LOOK_FOR_HOLDS;
        } else if (target == HoldTargets.PARTY) {
            PartyBook.markHeld(book, office, named);
        } else {
            Pledge storage pledge = pledges[uint40(uint256(place))];
            pledge.head = pledge.head.withFlags(PledgeFlags.LOOK_FOR_HOLDS);
        }
    }

    function _marked(address office, uint8 target, bytes32 place, bytes32 named) private view returns (uint256) {
        if (target == HoldTargets.ASSET) return assets[place];
        if (target == HoldTargets.PARTY) return PartyBook.wordOf(book, office, named);
        return pledges[uint40(uint256(place))].head;
    }

    // --- Parties ---

    function recordParty(RecordParty calldata body) external onlyActs {
        ActContext memory context = _context();
        (Consents.Scene memory scene,) = _officeScene(body.register, OfficeCodes.PARTY, context);
        _requireOffice(scene);
        require(body.evidence != 0, DocumentMissing(OfficeCodes.PARTY));
        require(body.effective <= int256(block.timestamp), TimeInFuture(body.effective));
        _requireParty(scene.office, body);
        uint256 word = PartyBook.wordOf(book, scene.office, body.party);
        if (body.kind != PartyKinds.RENAMED) {
            word = PartyBook.set(book, scene.office, body.party, body.kind, body.account, body.other);
        }
        emit PartyRecorded(
            scene.office,
            body.party,
            body.kind,
            body.other,
            body.account,
            word,
            body.effective,
            body.evidence,
            body.name,
            context.account,
            context.digest
        );
    }

    /// @dev Each kind with what belongs to it: a successor or receiver who does not lead back; a member's account; a new name; something to take back.
    function _requireParty(address office, RecordParty calldata body) private view {
        uint8 kind = body.kind;
        bool follows = kind == PartyKinds.SUCCEEDED || kind == PartyKinds.RECEIVED;
        bool binds = kind == PartyKinds.MEMBER;
        bool named = bytes(body.name).length != 0;
        bool formed = body.party != 0 && kind >= PartyKinds.MEMBER && kind <= PartyKinds.CLEARED
            && follows == (body.other != 0) && binds == (body.account != address(0))
            && (named ? kind == PartyKinds.RENAMED || kind == PartyKinds.SUCCEEDED : kind != PartyKinds.RENAMED);
        require(formed, PartyInvalid(body.party, kind));
        bool circles = follows && PartyBook.leadsTo(book, office, body.other, body.party);
        require(!circles, PartyInvalid(body.other, kind));
        bool member = !binds || MemberWord.isActiveAccount(MEMBERS.wordOf(body.account), body.account);
        bool told = kind != PartyKinds.CLEARED || PartyBook.isTold(book, office, body.party);
        require(member && told, PartyInvalid(body.party, kind));
    }
}
