// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters} from "../interfaces/IRegisters.sol";
import {Effects, OfficeCodes} from "../types/ActCode.sol";
import {AssetWord} from "../types/AssetWord.sol";
import {AdoptRecord, AnchorRegister, SeedAssets} from "../types/OfficeBodies.sol";
import {Party} from "../types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {AnchoredRecord, AnchorTree, LiveAsset} from "./AnchorTree.sol";
import {AssetTree} from "./AssetTree.sol";
import {Consents} from "./Consents.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title Anchored registers: their roots, the seeding of live assets, the adoption of records
/// @dev Code of {PledgeRegistry}, called by delegatecall like {PledgeIntake}. In a register of one rank that grants rights on chain, nothing is filed
/// until every live anchored asset is in its word: an anchored-only record would stop no second pledge.
contract PledgeAnchors is PledgeStore {
    using AssetWord for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    /// A page of seeds is a whole subtree of so many leaves, or what is left at the end.
    uint256 private constant SEEDS = 256;

    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    function anchorRegister(AnchorRegister calldata body) external onlyActs {
        ActContext memory context = _context();
        _officeVersion(body.register, OfficeCodes.ANCHOR, context);
        require(body.evidence != 0, DocumentMissing(OfficeCodes.ANCHOR));
        bool formed = (body.records == 0) == (body.recordsRoot == 0) && (body.assets == 0) == (body.assetsRoot == 0);
        require(formed && body.records != 0, AnchorInvalid(body.register, body.records, body.assets));
        require(body.asAt <= int256(block.timestamp), TimeInFuture(body.asAt));
        Anchor[] storage list = anchors_[body.register];
        require(list.length < type(uint16).max, AnchorInvalid(body.register, body.records, body.assets));
        list.push(Anchor(body.recordsRoot, body.assetsRoot, body.records, body.assets, body.asAt));
        unseeded_[body.register] += body.assets;
        emit RegisterAnchored(
            body.register,
            uint16(list.length - 1),
            body.recordsRoot,
            body.records,
            body.assetsRoot,
            body.assets,
            body.asAt,
            unseeded_[body.register],
            body.evidence,
            context.account,
            context.digest
        );
    }

    /// @dev Two live records on one asset are a conflict of the anchored register, which is seeded too and bars new pledges.
    function seedAssets(SeedAssets calldata body) external onlyActs {
        ActContext memory context = _context();
        _officeVersion(body.register, OfficeCodes.SEED, context);
        Anchor storage anchor = _anchor(body.register, body.anchor);
        _requireSeeds(body, anchor);
        uint256 count = body.assets.length;
        uint256[] memory words = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            bytes32 key = _resolved(body.assets[i]);
            uint256 word = assets[key];
            require(word.links() < AssetWord.MOST_LINKS, AssetLinksFull(key));
            _endReservation(word);
            bool taken = word.isUnadopted() || _occupant(word) != 0;
            // A live pledge of this ledger keeps the asset; the anchored record that says otherwise is the conflict.
            words[i] = word.seeded(body.numbers[i], taken && !word.isUnadopted());
            if (taken) words[i] |= AssetWord.CONFLICT;
            assets[key] = words[i];
        }
        unseeded_[body.register] -= uint48(count);
        emit AssetsSeeded(
            body.register,
            body.anchor,
            body.first,
            body.assets,
            body.numbers,
            words,
            unseeded_[body.register],
            context.digest
        );
    }

    /// @dev The leaves are the page that begins at `first`, whole, under the anchor's root; each page once.
    function _requireSeeds(SeedAssets calldata body, Anchor storage anchor) private {
        uint256 count = body.assets.length;
        uint256 left = anchor.assets - body.first;
        require(body.first % SEEDS == 0 && body.first < anchor.assets, PageRefused(body.first));
        require(count == (left < SEEDS ? left : SEEDS) && body.numbers.length == count, AssetCountInvalid(count));
        uint256 page = body.first / SEEDS;
        uint256 done = seededPages[body.register][body.anchor][page >> 8];
        require(done >> (page & 0xff) & 1 == 0, PageRefused(body.first));
        seededPages[body.register][body.anchor][page >> 8] = done | 1 << (page & 0xff);
        bytes32[] memory leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = AnchorTree.leafOf(body.register, body.assets[i], body.numbers[i]);
        }
        uint256 pages = (uint256(anchor.assets) + SEEDS - 1) / SEEDS;
        bool proven = AnchorTree.verify(anchor.assetsRoot, pages, page, AnchorTree.rootOf(leaves), body.proof);
        require(proven, NotAnchored(body.register, body.anchor, body.first));
    }

    /// @dev The record's words become a pledge's; its parties are those of the record's roots. One adoption for one office number, whatever the anchor.
    function adoptRecord(AdoptRecord calldata body) external onlyActs {
        ActContext memory context = _context();
        AnchoredRecord calldata record = body.record;
        uint16 version = _officeVersion(record.register, OfficeCodes.ADOPT, context);
        Anchor storage anchor = _anchor(record.register, body.anchor);
        bool proven =
            AnchorTree.verify(anchor.recordsRoot, anchor.records, body.index, AnchorTree.leafOf(record), body.proof);
        require(proven, NotAnchored(record.register, body.anchor, body.index));
        uint40 pledge = adopted_[record.register][record.officeNumber];
        if (pledge != 0) {
            // Further pages of a long list.
            bool more = !segments[pledges[pledge].terms.firstSegment()].word.isComplete();
            require(more, AdoptedBefore(record.officeNumber, pledge));
            _claim(body, pledge, version);
            return;
        }
        require(body.instrument.number == record.officeNumber, NotAnchored(record.register, body.anchor, body.index));
        pledge = _adopt(body, version, context);
        adopted_[record.register][record.officeNumber] = pledge;
        if (record.assetCount != 0) _claim(body, pledge, version);
        _emitAdopted(body, pledge, version, context);
    }

    function _adopt(AdoptRecord calldata body, uint16 version, ActContext memory context)
        private
        returns (uint40 pledge)
    {
        AnchoredRecord calldata record = body.record;
        bool living = record.state == PledgeStates.REGISTERED || record.state == PledgeStates.ENFORCING;
        require(living, StateRefused(0, record.state, OfficeCodes.ADOPT));
        _requireSame(body, record);
        pledge = ++counts_.pledges;
        uint16 flags = record.flags & PledgeFlags.ANCHORED | PledgeFlags.ADOPTED | PledgeFlags.STATED_TIME;
        uint256 head = PledgeWord.filed(record.register, version, flags, pledge).withState(record.state);
        head = head.withEffective(record.effective).withExpires(record.expires);
        Pledge storage stored = pledges[pledge];
        stored.head = head.withMorePages(_pages(record.assetCount));
        stored.terms = _adoptedTerms(record, _adoptedSegment(record, pledge));
        stored.parties = _partiesRoot(record.pledgorsRoot, record.holdersRoot);
        stored.content = record.content;
        stored.chain = keccak256(abi.encode(record.officeNumber, context.digest, OfficeCodes.ADOPT));
    }

    /// @dev The parties given are those of the record.
    function _requireSame(AdoptRecord calldata body, AnchoredRecord calldata record) private pure {
        (Party[] calldata pledgors, Party[] calldata holders) = _sides(body.parties);
        require(holders.length == record.holders && pledgors.length != 0, PartyListInvalid(holders.length));
        _requireParties(pledgors, false);
        _requireParties(holders, true);
        bool same = _sideRoot(pledgors) == record.pledgorsRoot && _sideRoot(holders) == record.holdersRoot;
        require(same, PartiesMismatch(0));
        require(_requireNames(body.parties, body.names, 0) == body.names.length, NameMismatch(body.names.length));
    }

    function _adoptedSegment(AnchoredRecord calldata record, uint40 pledge) private returns (uint40 segment) {
        segment = _newSegment(pledge, record.assetsRoot, record.assetCount, 0, 0);
        bool dateOnly = record.flags & PledgeFlags.DATE_ONLY != 0;
        segments[segment].word = segments[segment].word.withEffective(record.effective, dateOnly);
    }

    function _adoptedTerms(AnchoredRecord calldata record, uint40 segment) private pure returns (uint256) {
        return TermsWord.reserved(segment).withTerms(record.ceiling, record.currency, record.kind, record.due)
            .withHolders(record.holders);
    }

    /// @dev The page's assets go from the anchored record to the pledge.
    function _claim(AdoptRecord calldata body, uint40 pledge, uint16 version) private {
        uint16 register = body.record.register;
        uint256 rule = REGISTERS.rule(register, version);
        bytes32 number = body.record.officeNumber;
        if (_isSingleRank(rule)) _requireSeeded(body.assets, number);
        uint40 segment = pledges[pledge].terms.firstSegment();
        Page memory page = Page(segment, pledge, register, rule, Effects.REGISTER, false, number);
        _linkPage(page, body.page, body.blind, body.pages, body.assets);
    }

    /// @dev In a register of one rank the word must have been seeded for this record alone, unless something else happened to it, which the office then
    /// answers for: another number joined, or a conflict, which adoption does not settle.
    function _requireSeeded(bytes32[] calldata keys, bytes32 number) private view {
        for (uint256 i = 0; i < keys.length; ++i) {
            uint256 word = assets[_resolved(keys[i])];
            bool own = word.isUnadopted() && (word.links() > 1 || word.isSeededBy(number));
            require(own || word & AssetWord.CONFLICT != 0, AssetAnchored(keys[i]));
        }
    }

    function _emitAdopted(AdoptRecord calldata body, uint40 pledge, uint16 version, ActContext memory context) private {
        Pledge storage stored = pledges[pledge];
        uint40 segment = stored.terms.firstSegment();
        Adoption memory words = Adoption(
            body.anchor,
            body.index,
            stored.head,
            stored.terms,
            segments[segment].word,
            segments[segment].root,
            stored.parties,
            stored.content,
            stored.chain,
            body.agreement,
            version,
            context.account,
            context.digest
        );
        emit RecordAdopted(pledge, body.record.register, segment, words, body.parties, body.names, body.instrument);
    }

    function _anchor(uint16 register, uint16 anchor) private view returns (Anchor storage) {
        require(anchor < anchors_[register].length, NotAnchored(register, anchor, 0));
        return anchors_[register][anchor];
    }

    /// @dev The version in force, under which the register's officers act.
    function _officeVersion(uint16 register, uint16 code, ActContext memory context)
        private
        view
        returns (uint16 version)
    {
        address office;
        uint256 word;
        (version, office,, word) = REGISTERS.actNow(register, code);
        require(word != 0, UnknownCode(register, version, code));
        Consents.Scene memory scene = Consents.Scene(word, office, code, false, context.signers, false, 0);
        _requireOfficers(scene);
    }
}
