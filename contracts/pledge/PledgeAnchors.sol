// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters} from "../interfaces/IRegisters.sol";
import {ClaimKinds, Effects, OfficeCodes} from "../types/ActCode.sol";
import {AssetWord} from "../types/AssetWord.sol";
import {AdoptRecord, AnchorRegister, SeedAssets} from "../types/OfficeBodies.sol";
import {Party} from "../types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {AnchoredRecord, AnchorTree} from "./AnchorTree.sol";
import {AssetTree} from "./AssetTree.sol";
import {Consents} from "./Consents.sol";
import {PartyRoots} from "./PartyRoots.sol";
import {PledgeConflicts} from "./PledgeConflicts.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title Anchored registers: their roots, the seeding of live assets, the adoption of records
/// @dev Code of {PledgeRegistry}, called by delegatecall like {PledgeIntake}. In a register of one rank that grants rights on chain, nothing is filed, claimed
/// or registered until every live anchored asset is in its word: an anchored-only record would stop no second pledge.
contract PledgeAnchors is PledgeConflicts {
    using AssetWord for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    /// A page of seeds is a whole subtree of so many leaves, or what is left at the end.
    uint256 private constant SEEDS = 256;

    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    /// @dev A wrong anchor would keep its register closed for ever; another takes its place under more officers.
    function anchorRegister(AnchorRegister calldata body) external onlyActs {
        ActContext memory context = _context();
        uint16 register = body.register;
        _officeVersion(register, OfficeCodes.ANCHOR, body.replaces != 0, context);
        (,, bool closed) = REGISTERS.current(register);
        require(!closed, RegisterIsClosed(register));
        require(body.evidence != 0, DocumentMissing(OfficeCodes.ANCHOR));
        require(body.asAt <= int256(block.timestamp), TimeInFuture(body.asAt));
        Anchor[] storage list = anchors_[register];
        require(_isFormed(body) && list.length < type(uint16).max, AnchorInvalid(register, body.records, body.assets));
        uint48 unseeded = unseeded_[register];
        if (body.replaces != 0) {
            Anchor storage wrong = _anchor(register, body.replaces);
            wrong.replaced = true;
            unseeded -= wrong.assets - wrong.seeded;
        }
        list.push(Anchor(body.recordsRoot, body.assetsRoot, body.records, body.assets, body.asAt, 0, false));
        unseeded_[register] = unseeded + body.assets;
        _emitAnchored(body, uint16(list.length), context);
    }

    /// @dev Roots where there is something under them; nothing at all only in the place of a wrong anchor.
    function _isFormed(AnchorRegister calldata body) private pure returns (bool) {
        bool rooted = (body.records == 0) == (body.recordsRoot == 0) && (body.assets == 0) == (body.assetsRoot == 0);
        return rooted && (body.records != 0 || body.assets == 0 && body.replaces != 0);
    }

    function _emitAnchored(AnchorRegister calldata body, uint16 number, ActContext memory context) private {
        uint16 register = body.register;
        emit RegisterAnchored(register, number, body, unseeded_[register], context.account, context.digest);
    }

    function seedAssets(SeedAssets calldata body) external onlyActs {
        ActContext memory context = _context();
        uint16 register = body.register;
        uint256 rule = REGISTERS.rule(register, _officeVersion(register, OfficeCodes.SEED, false, context));
        Anchor storage anchor = _anchor(register, body.anchor);
        _requireSeeds(body, anchor);
        uint256 count = body.assets.length;
        (bool single, bool adopts) = (_isSingleRank(rule), adoptions[register] != 0);
        uint256[] memory words = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            bytes32 key = _resolved(body.assets[i]);
            require(_isOfRegister(rule, key), AssetNotOfRegister(key, register));
            uint40 pledge = adopts ? adopted_[register][body.numbers[i]] : 0;
            words[i] = pledge == 0 ? _seed(key, body.numbers[i], single) : _seedAdopted(key, pledge, single);
        }
        anchor.seeded += uint48(count);
        unseeded_[register] -= uint48(count);
        _emitSeeded(body, words, context);
    }

    function _emitSeeded(SeedAssets calldata body, uint256[] memory words, ActContext memory context) private {
        (uint48 unseeded, address account, bytes32 act) = (unseeded_[body.register], context.account, context.digest);
        emit AssetsSeeded(
            body.register, body.anchor, body.first, body.assets, body.numbers, words, unseeded, account, act
        );
    }

    /// @dev What lies on the asset already, a live pledge of this ledger or another record, stays in its word: the record is beside it, in conflict. One that
    /// another anchor had too is seeded once.
    function _seed(bytes32 key, bytes32 number, bool single) private returns (uint256 word) {
        word = assets[key];
        if (word != 0 && _isSeen(key, word, AssetWord.recordOf(number), single)) return assets[key];
        require(word.links() < AssetWord.MOST_LINKS, AssetLinksFull(key));
        // Flags go into the chain too: an asset may be held before it was ever linked.
        if (word != 0) recordOn[key] = AssetWord.recordOf(number);
        word = word.seeded(number);
        assets[key] = word;
    }

    /// @dev Whether the record needs no link: it is there already, or something else is.
    function _isSeen(bytes32 key, uint256 word, uint256 record, bool single) private returns (bool) {
        bool anchored = word.isUnadopted();
        if (_isRecord(key, word, record)) return true;
        if (word & AssetWord.CONFLICT != 0 && _hasRecord(key, record)) return true;
        if (single) _endReservation(word);
        if (!anchored && _occupant(word) == 0) return false;
        if (single) _addRecord(key, record);
        return true;
    }

    /// @dev An adopted record goes by what became of it since. An asset that its pledge never took the office must say more of.
    function _seedAdopted(bytes32 key, uint40 pledge, bool single) private returns (uint256 word) {
        word = assets[key];
        uint40 taker = segments[word.segment()].word.pledge();
        // Of one line are a pledge and those that refinanced it.
        bool own = pledges[taker].terms.firstSegment() == pledges[pledge].terms.firstSegment();
        if (own || !single || word & AssetWord.CONFLICT != 0) return word;
        _endReservation(word);
        word |= AssetWord.CONFLICT;
        assets[key] = word;
        emit ConflictFound(0, key, 0, word, 0);
    }

    /// @dev The leaves are the page that begins at `first`, whole, under the anchor's root; each page once.
    function _requireSeeds(SeedAssets calldata body, Anchor storage anchor) private {
        uint256 count = body.assets.length;
        require(body.first % SEEDS == 0 && body.first < anchor.assets, PageRefused(body.first));
        uint256 left = anchor.assets - body.first;
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
        uint16 version = _officeVersion(record.register, OfficeCodes.ADOPT, false, context);
        Anchor storage anchor = _anchor(record.register, body.anchor);
        bool proven =
            AnchorTree.verify(anchor.recordsRoot, anchor.records, body.index, AnchorTree.leafOf(record), body.proof);
        require(proven, NotAnchored(record.register, body.anchor, body.index));
        uint40 pledge = adopted_[record.register][record.officeNumber];
        if (pledge != 0) {
            _continue(body, pledge, version, context);
            return;
        }
        require(body.instrument.number == record.officeNumber, NumberMismatch(body.instrument.number));
        pledge = _adopt(body, version, context);
        adopted_[record.register][record.officeNumber] = pledge;
        ++adoptions[record.register];
        if (record.assetCount != 0) _claim(body, pledge, version);
        else require(body.assets.length + body.pages.length == 0, AssetCountInvalid(body.assets.length));
        _emitAdopted(body, pledge, version, context);
    }

    /// @dev A further page of a long list.
    function _continue(AdoptRecord calldata body, uint40 pledge, uint16 version, ActContext memory context) private {
        uint40 segment = pledges[pledge].terms.firstSegment();
        require(!segments[segment].word.isComplete(), AdoptedBefore(body.record.officeNumber, pledge));
        _claim(body, pledge, version);
        emit AdoptionContinued(pledge, segment, segments[segment].word, context.account, context.digest);
    }

    function _adopt(AdoptRecord calldata body, uint16 version, ActContext memory context)
        private
        returns (uint40 pledge)
    {
        AnchoredRecord calldata record = body.record;
        _requireRecord(record);
        _requireSame(body, record);
        pledge = ++counts_.pledges;
        uint16 flags = record.flags & PledgeFlags.ANCHORED | PledgeFlags.ADOPTED | PledgeFlags.STATED_TIME;
        uint256 head = PledgeWord.filed(record.register, version, flags, pledge).withState(record.state);
        head = head.withEffective(record.effective).withExpires(record.expires);
        Pledge storage stored = pledges[pledge];
        stored.head = head.withMorePages(_pages(record.assetCount));
        stored.terms = _adoptedTerms(record, _adoptedSegment(record, pledge));
        stored.parties = PartyRoots.ofBoth(record.pledgorsRoot, record.holdersRoot);
        stored.content = record.content;
        stored.chain = keccak256(abi.encode(record.officeNumber, context.digest, OfficeCodes.ADOPT));
    }

    /// @dev A living record with a number, whose words are what a registration here could have left.
    function _requireRecord(AnchoredRecord calldata record) private view {
        bool living = record.state == PledgeStates.REGISTERED || record.state == PledgeStates.ENFORCING;
        require(living, StateRefused(0, record.state, OfficeCodes.ADOPT));
        require(record.officeNumber != 0, NumberMismatch(0));
        require(record.effective <= int256(block.timestamp), TimeInFuture(record.effective));
        bool stated = record.kind != ClaimKinds.NOT_STATED;
        require(
            record.kind <= ClaimKinds.MAXIMUM && stated == (record.currency != 0) && stated == (record.ceiling != 0),
            TermsInconsistent(record.kind, record.currency, record.ceiling)
        );
        bool listed = record.assetCount != 0;
        bool formed = listed == (record.assetsRoot != 0)
            && listed == (record.flags & PledgeFlags.ASSETS_NOT_STATED == 0)
            && record.assetCount <= AssetTree.PAGE * AssetTree.MOST_PAGES;
        require(formed, AssetCountInvalid(record.assetCount));
    }

    /// @dev The parties given are those of the record.
    function _requireSame(AdoptRecord calldata body, AnchoredRecord calldata record) private pure {
        (Party[] calldata pledgors, Party[] calldata holders) = _sides(body.parties);
        require(holders.length == record.holders && pledgors.length != 0, PartyListInvalid(holders.length));
        _requireParties(pledgors, false);
        _requireParties(holders, true);
        bool same =
            PartyRoots.ofSide(pledgors) == record.pledgorsRoot && PartyRoots.ofSide(holders) == record.holdersRoot;
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
        uint40 segment = pledges[pledge].terms.firstSegment();
        Page memory page = Page(segment, pledge, register, rule, Effects.REGISTER, false, number);
        _linkPage(page, body.page, body.blind, body.pages, body.assets);
    }

    /// @dev In a register of one rank the asset was seeded for this record, or stands in its list under another number too. Beside another in conflict it takes
    /// the word, and that other is beside it: adoption makes a conflict plain and does not settle it. Where the office's own register is the legal one the
    /// asset need not have been seeded.
    function _meet(Page memory page, bytes32 key) internal override {
        if (!_isSingleRank(page.rule)) return;
        uint256 word = assets[key];
        uint256 record = AssetWord.recordOf(page.number);
        if (_isRecord(key, word, record)) return;
        bool twice = segments[word.segment()].word.pledge() == page.pledge;
        if (word & AssetWord.CONFLICT != 0 && _hasRecord(key, record)) _dropRecord(key, record);
        else require(twice || _records(page.rule), AssetAnchored(key));
        if (_isTaken(word)) _addRival(key, word, _recordOn(key, word));
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

    /// @dev An anchor that stands.
    function _anchor(uint16 register, uint16 number) private view returns (Anchor storage found) {
        require(number != 0 && number <= anchors_[register].length, NotAnchored(register, number, 0));
        found = anchors_[register][number - 1];
        require(!found.replaced, AnchorReplaced(register, number));
    }

    /// @dev The version in force, under which the register's officers act.
    function _officeVersion(uint16 register, uint16 code, bool vouched, ActContext memory context)
        private
        view
        returns (uint16 version)
    {
        Consents.Scene memory scene;
        (scene, version) = _officeScene(register, code, context);
        scene.vouched = vouched;
        _requireOffice(scene);
    }
}
