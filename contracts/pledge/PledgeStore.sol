// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "../ActTarget.sol";
import {IMembers} from "../interfaces/IMembers.sol";
import {IAnchorEvents, IOfficeEvents, IPledgeErrors, ISequelEvents} from "../interfaces/IPledgeRegistry.sol";
import {IRegisterRule, IRegisters, RuleFlags} from "../interfaces/IRegisters.sol";
import {ActCode, ClaimKinds, Demands, Effects, HoldTargets, PartyRoles, TimeSources} from "../types/ActCode.sol";
import {AssetWord} from "../types/AssetWord.sol";
import {AssetList, FilePledge, Instrument, Party, PartyName, Terms, When} from "../types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {AssetTree} from "./AssetTree.sol";
import {Consents} from "./Consents.sol";
import {PartyBook} from "./PartyBook.sol";
import {PledgeHash} from "./PledgeHash.sol";

/// @title What all pledge acts share: the words, the links of assets, the checks of parts of a body
/// @dev Storage:
///
///   pledges[number]          head, terms, root of parties, content root, chain of acts (PledgeWord.sol); until the decision the chain is the filing's hash
///   segments[number]         word, root of its assets (SegmentWord.sol)
///   assets[key]              who took it last, and the chain of its links (AssetWord.sol)
///   ended[segment][n / 256]  leaves that ended, a bit each
///   counts_                  pledges 40 | segments 40
///   lastKeys[segment]        last key linked, while more pages are to come
///   aliases[key]             the key of a right that this is another number of
///   holds[target][id]        word: bars 8 | kind 8 | until 40 | placed 40 | number 16 | target 8; hash of the order. Looked for where a flag of the asset,
///                            pledge or party says so; a claim's are its pledge's
///   book                     what became of parties (PartyBook.sol)
///   notices[pledge][hash]    since when a notice is on record; the hash is of its subject and the parties to whom it was given
///   titles[segment]          commitment to the titles of a list of several pages
///   contests[pledge]         the earlier filings that contest an accepted one
///   restored[segment]        pages that a restoration has done, a bit each 64 | version 24 and pledge 40 that it is of
///   heirs[pledge]            the last pledge that refinanced it; inherited[heir] = hash of the list of segments that moved then
///   rivals[key]              what lies on an asset in conflict beside the taker that its word names: leaves, and marks of anchored records
///   inConflict[segment]      leaves in `rivals`, of a pledge and all that refinanced it, by their first segment
///   anchors[register][n - 1] roots and counts of an anchored register; unseeded[register] = live anchored assets not yet in their words
///   seeded[register][n][i]   pages seeded, a bit for each 256th of first leaves
///   adopted[register][number] the pledge that an anchored record became; adoptions[register] = how many
///   recordOn[key]            mark of the anchored record on an asset that had links before
///   behind[key]              where several ranks stand: reserved leaves over which another took the asset, which its word names no more
///   reopened[pledge]         last segment of the ledger when its restoration began: what it had reserved until then is void
///
/// Ends write a head or one word of bits and never an asset word: an asset is live under its last taker if that segment's pledge is live and the
/// leaf's bit is 0.
abstract contract PledgeStore is ISequelEvents, IOfficeEvents, IAnchorEvents, IPledgeErrors, ActTarget, Consents {
    using ActCode for uint256;
    using AssetWord for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    struct Pledge {
        uint256 head;
        uint256 terms;
        bytes32 parties;
        bytes32 content;
        bytes32 chain;
    }

    struct Segment {
        uint256 word;
        bytes32 root;
    }

    struct Counts {
        uint40 pledges;
        uint40 segments;
    }

    struct Hold {
        uint256 word;
        bytes32 order;
    }

    struct Anchor {
        bytes32 recordsRoot;
        bytes32 assetsRoot;
        uint48 records;
        uint48 assets;
        int40 asAt;
        uint48 seeded;
        bool replaced;
    }

    /// Four leaves (number 24 | segment 40) in a word, the first zero ends them: most conflicts are between two, and cost one word.
    struct Rivals {
        mapping(uint256 index => uint256) leaves;
        uint256[] records;
    }

    /// A page of assets to be linked, as the body gives it.
    struct Page {
        uint40 segment;
        uint40 pledge;
        uint16 register;
        uint256 rule;
        /// REGISTER or ADD_SEGMENT: what a hold may bar.
        uint256 effect;
        /// Whether the pledge contests later claims.
        bool displaces;
        /// The office number of an anchored record that is adopted; 0 for a new pledge.
        bytes32 number;
    }

    uint256 internal constant MOST_HOLDERS = type(uint8).max;
    uint256 private constant RULE_GAS = 300_000;
    uint256 private constant MOST_BEHIND = 64;

    IRegisters internal immutable REGISTERS;

    mapping(uint40 pledge => Pledge) internal pledges;
    mapping(uint40 segment => Segment) internal segments;
    mapping(bytes32 asset => uint256) internal assets;
    mapping(uint40 segment => mapping(uint256 index => uint256)) internal ended;
    Counts internal counts_;
    mapping(uint40 segment => bytes32) internal lastKeys;
    mapping(bytes32 other => bytes32) internal aliases;
    mapping(uint8 target => mapping(bytes32 id => Hold[])) internal holds_;
    mapping(uint40 segment => bytes32) internal titlesOf;
    mapping(uint40 pledge => uint40[]) internal contests;
    mapping(uint40 segment => uint256) internal restored;
    mapping(uint16 register => Anchor[]) internal anchors_;
    mapping(uint16 register => uint48) internal unseeded_;
    mapping(uint16 register => mapping(uint16 anchor => mapping(uint256 index => uint256))) internal seededPages;
    mapping(uint16 register => mapping(bytes32 number => uint40)) internal adopted_;
    mapping(uint16 register => uint256) internal adoptions;
    mapping(uint40 pledge => uint40) internal heirs;
    mapping(uint40 heir => bytes32) internal inherited;
    mapping(bytes32 asset => Rivals) internal rivals_;
    mapping(uint40 firstSegment => uint32) internal inConflict;
    mapping(bytes32 asset => uint256) internal recordOn;
    mapping(uint40 pledge => uint40) internal reopened;
    mapping(bytes32 asset => uint256[]) internal behind;

    constructor(address acts, IMembers members, IRegisters registers) ActTarget(acts, members) {
        REGISTERS = registers;
    }

    // --- Assets ---

    /// @dev A new segment of `pledge` for a list of assets, reserved until `until`; the list's pages are linked afterwards.
    function _newSegment(uint40 pledge, bytes32 root, uint24 count, bytes32 titles, uint40 until)
        internal
        returns (uint40 segment)
    {
        segment = ++counts_.segments;
        segments[segment].word = SegmentWord.pack(pledge, count, until);
        if (root != 0) segments[segment].root = root;
        if (titles != 0 && count > AssetTree.PAGE) titlesOf[segment] = titles;
    }

    function _pages(uint256 count) internal pure returns (uint256) {
        return (count + AssetTree.PAGE - 1) / AssetTree.PAGE;
    }

    /// @dev Checks a page against the segment's root and links its assets. Pages come in their order, so that keys ascend over the whole list and
    /// none is linked twice, whoever else links it in between.
    function _linkPage(
        Page memory page,
        uint256 number,
        bytes32 blind,
        bytes32[] calldata pages,
        bytes32[] calldata keys
    ) internal {
        uint256 word = segments[page.segment].word;
        _requirePage(page.segment, word, number, blind, pages, keys);
        require(word.claimed() == number * AssetTree.PAGE, PageRefused(number));
        require(number == 0 || keys[0] > lastKeys[page.segment], AssetsNotAscending(keys[0]));
        if (number + 1 < pages.length) lastKeys[page.segment] = keys[keys.length - 1];
        _linkKeys(page, word, number, blind, keys);
    }

    /// @dev Links a list of at most one page, whose page root is computed here; an empty one for assets that are not stated.
    function _linkWhole(Page memory page, bytes32 blind, bytes32[] calldata keys) internal {
        Segment storage segment = segments[page.segment];
        uint256 count = segment.word.count();
        require(keys.length == count && count <= AssetTree.PAGE, AssetCountInvalid(keys.length));
        if (count == 0) return;
        bytes32 root = AssetTree.rootOfOne(uint24(count), blind, AssetTree.pageRoot(keys));
        require(root == segment.root, RootMismatch(root));
        _linkKeys(page, segment.word, 0, blind, keys);
    }

    function _linkKeys(Page memory page, uint256 word, uint256 number, bytes32 blind, bytes32[] calldata keys) private {
        uint256 first = number * AssetTree.PAGE;
        uint256[] memory words = new uint256[](keys.length);
        if (page.number == 0) _requireSeeded(page.register, page.rule);
        bytes32 last = 0;
        for (uint256 i = 0; i < keys.length; ++i) {
            bytes32 key = keys[i];
            require(i == 0 || key > last, AssetsNotAscending(key));
            words[i] = _link(page, key, first + i);
            last = key;
        }
        segments[page.segment].word = word.withClaimed(keys.length);
        emit AssetsLinked(page.pledge, page.segment, uint24(first), blind, keys, words);
    }

    function _link(Page memory page, bytes32 listed, uint256 leaf) internal returns (uint256 word) {
        bytes32 key = _resolved(listed);
        if (page.number != 0) _meet(page, key);
        (uint256 before, uint40 yielding) = _requireFree(page, key);
        if (yielding != 0) _displace(yielding, page.pledge);
        else if (before != 0 && _goesOver(page, before)) _keepBehind(key, before);
        word = before.linked(page.segment, leaf);
        assets[key] = word;
    }

    /// @dev Whether the link takes the word from another and nothing else from it.
    function _goesOver(Page memory page, uint256 word) private pure returns (bool) {
        bool alone = page.rule >> 48 & (RuleFlags.SINGLE_RANK | RuleFlags.RECORDS) == RuleFlags.SINGLE_RANK;
        return !alone && word.segment() != 0 && word.segment() != page.segment;
    }

    /// @dev A reservation that runs goes on though a word names it no more: whatever comes upon the asset must find it. No more are kept than an order can
    /// reach in one act; where there is no room, who is gone over claims anew.
    function _keepBehind(bytes32 key, uint256 word) internal {
        if (!_isReserving(word)) return;
        uint256[] storage list = behind[key];
        uint256 place = word.segment() % MOST_BEHIND;
        if (list.length < MOST_BEHIND) list.push(uint64(word));
        else if (_isReserving(list[place])) _endReservation(word);
        else list[place] = uint64(word);
    }

    /// @dev Whether the last taker, whose word this is, holds the asset by a reservation that runs.
    function _isReserving(uint256 word) private view returns (bool) {
        return !segments[word.segment()].word.isActive() && _occupant(word) != 0;
    }

    /// @dev Looks at an asset before an adopted record takes it.
    function _meet(Page memory page, bytes32 key) internal virtual {}

    /// @dev What the accepted filing has claimed is void, because of an earlier filing (0: of an act of the office). It can't be registered any more.
    function _displace(uint40 loser, uint40 by) private {
        uint256 head = pledges[loser].head.withFlags(PledgeFlags.DISPLACED);
        pledges[loser].head = head;
        emit PledgeDisplaced(loser, by, head);
    }

    /// @dev Whoever has reserved the asset must claim anew: an act of the office came upon it, and a registration looks at no asset again.
    function _endReservations(bytes32 key) internal {
        _endReservation(assets[key]);
        uint256[] storage list = behind[key];
        for (uint256 i = 0; i < list.length; ++i) {
            _endReservation(list[i]);
        }
        delete behind[key];
    }

    /// @dev Of the last taker, whose word this is.
    function _endReservation(uint256 word) internal {
        uint40 segment = word.segment();
        uint40 holder = _occupant(word);
        if (holder == 0 || segments[segment].word.isActive()) return;
        if (pledges[holder].head.state() == PledgeStates.ACCEPTED) {
            _displace(holder, 0);
            return;
        }
        segments[segment].word = segments[segment].word.unreserved();
        emit SegmentDisplaced(holder, segment, segments[segment].word);
    }

    function _contests(uint40 earlier, uint40 later) internal view returns (bool) {
        uint40[] storage list = contests[later];
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == earlier) return true;
        }
        return false;
    }

    /// @dev The key that a listed number stands for: a key may have been joined to another in its turn.
    function _resolved(bytes32 listed) internal view returns (bytes32 key) {
        key = listed;
        while (assets[key] & AssetWord.ALIAS != 0) key = aliases[key];
    }

    function _requireAscending(bytes32[] calldata keys) internal pure {
        for (uint256 i = 1; i < keys.length; ++i) {
            require(keys[i] > keys[i - 1], AssetsNotAscending(keys[i]));
        }
    }

    /// @dev Whether the page's pledge may link the asset (a key, not another number of it) now; returns its word, and the accepted filing that yields
    /// (0: none). The one check of dry run, acceptance, supplement and adoption. What is registered yields to nobody. Where the office's own register is the
    /// legal one and this only records, a second right on an asset is flagged instead of refused.
    function _requireFree(Page memory page, bytes32 key) internal view returns (uint256 word, uint40 yielding) {
        require(_isOfRegister(page.rule, key), AssetNotOfRegister(key, page.register));
        word = assets[key];
        if (word == 0) return (0, 0);
        require(word.links() < AssetWord.MOST_LINKS, AssetLinksFull(key));
        if (page.number != 0) return (word, 0);
        if (word & AssetWord.MARKED != 0) _requireUnbarred(page, key, word);
        if (!_isSingleRank(page.rule)) return (word, 0);
        bool twice = page.segment != 0 && word.segment() == page.segment;
        // A supplement's segment holds nothing yet.
        yielding = twice ? page.pledge : _occupant(word);
        bool anchored = word.isUnadopted();
        if (!anchored && yielding == 0) return (word, 0);
        if (_records(page.rule)) return (word | AssetWord.CONFLICT, 0);
        require(!twice, AssetTwice(key));
        require(!anchored, AssetAnchored(key));
        bool yields = page.displaces && pledges[yielding].head.state() == PledgeStates.ACCEPTED;
        require(yields && _contests(page.pledge, yielding), AssetTaken(key, yielding));
    }

    /// @dev Neither a flag nor a hold on the asset bars taking it. A register that only records has flagged a conflict before and flags it again.
    function _requireUnbarred(Page memory page, bytes32 key, uint256 word) private view {
        uint256 bars = _records(page.rule) ? AssetWord.CLOSED : AssetWord.BARRED;
        require(word & bars == 0, AssetBarred(key, word.flags()));
        if (word & AssetWord.LOOK_FOR_HOLDS != 0) _requireNoHold(HoldTargets.ASSET, key, page.effect);
    }

    function _records(uint256 rule) internal pure returns (bool) {
        return rule >> 48 & RuleFlags.RECORDS != 0;
    }

    function _rivalLeaves(bytes32 key) internal view returns (uint64[] memory leaves) {
        uint256 count = 0;
        while (_rivalLeaf(key, count) != 0) ++count;
        leaves = new uint64[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = _rivalLeaf(key, i);
        }
    }

    function _rivalLeaf(bytes32 key, uint256 index) internal view returns (uint64) {
        return uint64(rivals_[key].leaves[index >> 2] >> 64 * (index & 3));
    }

    function _isSingleRank(uint256 rule) internal pure returns (bool) {
        return rule >> 48 & RuleFlags.SINGLE_RANK != 0;
    }

    /// @dev The pledge that holds an asset under its last link: live, or by a reservation that runs. 0 = none.
    function _occupant(uint256 word) internal view returns (uint40 holder) {
        uint256 segment = segments[word.segment()].word;
        holder = segment.pledge();
        if (holder == 0 || _isEnded(word.segment(), word.leaf())) return 0;
        uint256 head = pledges[holder].head;
        if (segment.isActive()) return head.isLive() || head.state() == PledgeStates.RESTORING ? holder : 0;
        bool reserved = block.timestamp <= segment.reservedUntil() && head.mayHold();
        // A filing that was refused and claims again does so by a new segment: the old one holds nothing.
        bool own = head.state() == PledgeStates.ACCEPTED
            ? pledges[holder].terms.firstSegment() == word.segment()
            : _isReservedFor(holder, word.segment());
        return reserved && own ? holder : 0;
    }

    /// @dev Reserved for a supplement of the pledge that is not made yet. An old claim of its filing is none, and what was reserved before the pledge ended
    /// is void after its restoration: others may have taken it, and a restoration looks at what was pledged only.
    function _isReservedFor(uint40 pledge, uint40 segment) internal view returns (bool) {
        uint256 word = segments[segment].word;
        bool later = segment > pledges[pledge].terms.firstSegment() && segment > reopened[pledge];
        return later && word.pledge() == pledge && !word.isActive();
    }

    // --- Holds ---

    /// @dev No running hold on the target bars the effect.
    function _requireNoHold(uint8 target, bytes32 id, uint256 effect) internal view {
        _requireNoHoldAt(target, id, id, effect);
    }

    /// @dev `place` is where the target's holds stand, `id` what they lie on.
    function _requireNoHoldAt(uint8 target, bytes32 place, bytes32 id, uint256 effect) private view {
        Hold[] storage list = holds_[target][place];
        for (uint256 i = 0; i < list.length; ++i) {
            uint256 word = list[i].word;
            require(uint8(word) & effect == 0 || !_runs(word), HeldBy(target, id, uint16(word >> 96), list[i].order));
        }
    }

    /// @dev Gives the hold the next number of the queue and the place of the first one that is over; `most` may run.
    function _queue(Hold[] storage list, uint256 word, bytes32 order, uint256 most) internal returns (uint256) {
        (uint256 length, uint256 next) = (list.length, 0);
        uint256 place = length;
        for (uint256 i = length; i != 0; --i) {
            uint256 held = list[i - 1].word;
            if (!_runs(held)) place = i - 1;
            if (_number(held) >= next) next = uint256(_number(held)) + 1;
        }
        require(place < most && next <= type(uint16).max, HoldsFull(length));
        word |= next << 96;
        if (place == length) list.push();
        list[place] = Hold(word, order);
        return word;
    }

    function _number(uint256 hold) internal pure returns (uint16) {
        return uint16(hold >> 96);
    }

    function _runs(uint256 hold) internal view returns (bool) {
        uint40 until = uint40(hold >> 16);
        return until == 0 || block.timestamp <= until;
    }

    /// @dev No running hold on one of the parties, or on who succeeded it, bars the effect.
    function _requirePartiesFree(address office, Party[] calldata parties, uint256 effect) internal view {
        if (book.holds == 0) return;
        for (uint256 i = 0; i < parties.length; ++i) {
            for (bytes32 id = parties[i].id; id != 0; id = PartyBook.successor(book, office, id)) {
                if (!PartyBook.isHeld(book, office, id)) continue;
                _requireNoHoldAt(HoldTargets.PARTY, _partyTarget(office, id), id, effect);
            }
        }
    }

    /// @dev Parties are an office's: one office's hold says nothing to another's register.
    function _partyTarget(address office, bytes32 party) internal pure returns (bytes32) {
        return keccak256(abi.encode(office, party));
    }

    /// @dev Office (2 letters) and class (1 letter) stand first in the key; the rule word names office and classes.
    function _isOfRegister(uint256 rule, bytes32 key) internal pure returns (bool) {
        uint256 prefix = uint256(key) >> 232;
        uint256 class = prefix & 0xff;
        if (prefix >> 8 != uint16(rule) || class < 0x41 || class > 0x5a) return false;
        return rule >> (16 + class - 0x41) & 1 == 1;
    }

    /// @dev The page is the one of that number in the segment's root, whole.
    function _requirePage(
        uint40 segment,
        uint256 word,
        uint256 number,
        bytes32 blind,
        bytes32[] calldata pages,
        bytes32[] calldata keys
    ) internal view {
        uint256 count = word.count();
        uint256 first = number * AssetTree.PAGE;
        require(pages.length == _pages(count) && number < pages.length, PageRefused(number));
        uint256 here = count - first < AssetTree.PAGE ? count - first : AssetTree.PAGE;
        require(keys.length == here, AssetCountInvalid(keys.length));
        bytes32 root = AssetTree.root(uint24(count), blind, pages);
        require(root == segments[segment].root && AssetTree.pageRoot(keys) == pages[number], RootMismatch(root));
    }

    function _isEnded(uint40 segment, uint24 leaf) internal view returns (bool) {
        return ended[segment][leaf >> 8] >> (leaf & 0xff) & 1 == 1;
    }

    // --- Filing, shared by act and dry run ---

    /// @dev Everything about a filing that needs neither consents nor assets. The one check of filing and dry run.
    function _requireFileable(FilePledge calldata filing, ActContext memory context, bool dry)
        internal
        view
        returns (Consents.Scene memory scene)
    {
        scene = _sceneInForce(filing, context, dry);
        require(scene.word != 0, UnknownCode(filing.register, filing.version, filing.code));
        require(scene.word.has(Effects.REGISTER), CodeLacksEffect(filing.code, Effects.REGISTER));
        uint256 rule = REGISTERS.rule(filing.register, filing.version);
        require(filing.flags & ~uint16(rule >> 240) == 0, FlagsRefused(filing.flags & ~uint16(rule >> 240)));
        _requireTerms(filing.terms, rule);
        _requireList(filing.register, rule, filing.assets);
        _requireTime(scene.word, filing.code, filing.when, 0);
        _requireDocument(scene.word, filing.code, filing.instrument);
        (Party[] calldata pledgors, Party[] calldata holders) = _sides(filing.parties);
        require(pledgors.length != 0 && holders.length != 0, PartyListInvalid(filing.parties.length));
        _requireParties(pledgors, false);
        _requireParties(holders, true);
        _requirePartiesFree(scene.office, filing.parties, Effects.REGISTER);
        _requireSeeded(filing.register, rule);
    }

    /// @dev A register of one rank that grants rights here waits until every live anchored asset is in its word.
    function _requireSeeded(uint16 register, uint256 rule) internal view {
        bool open = !_isSingleRank(rule) || _records(rule) || unseeded_[register] == 0;
        require(open, RegisterNotSeeded(register, unseeded_[register]));
    }

    /// @dev What a word can't say is a rule contract of the version: one view that can only refuse, asked when assets are claimed and when terms or
    /// parties change; never for an end, a read or a rectification.
    function _requireAdmitted(
        uint256 rule,
        uint16 register,
        uint16 version,
        uint16 code,
        uint256 head,
        uint40 expires,
        Party[] calldata parties,
        bytes32[] calldata keys
    ) internal view {
        if (rule >> 48 & RuleFlags.ASKS == 0) return;
        address contract_ = REGISTERS.ruleContract(register, version);
        bytes memory input = abi.encodeCall(
            IRegisterRule.refusal, (register, version, code, uint16(head >> 40), expires, parties, keys)
        );
        bool answered;
        bytes32 reason;
        // In assembly, so that no more than one word of the answer is ever copied.
        assembly ("memory-safe") {
            answered := staticcall(RULE_GAS, contract_, add(input, 32), mload(input), 0, 32)
            answered := and(answered, eq(returndatasize(), 32))
            reason := mload(0)
        }
        require(answered, RuleSilent(register, version, contract_));
        require(reason == 0, RuleRefused(register, version, reason));
    }

    function _sceneInForce(FilePledge calldata filing, ActContext memory context, bool dry)
        private
        view
        returns (Consents.Scene memory scene)
    {
        (uint16 version, address office, bool closed, uint256 word) = REGISTERS.actNow(filing.register, filing.code);
        require(version != 0, UnknownRegister(filing.register));
        require(!closed, RegisterIsClosed(filing.register));
        require(version == filing.version, VersionNotInForce(filing.register, filing.version, version));
        scene = Consents.Scene(word, office, filing.code, dry, context.signers, false, 0, 0);
    }

    /// @dev Who may do an office's own act, by the version in force.
    function _officeScene(uint16 register, uint16 code, ActContext memory context)
        internal
        view
        returns (Consents.Scene memory scene, uint16 version)
    {
        address office;
        uint256 word;
        (version, office,, word) = REGISTERS.actNow(register, code);
        require(version != 0, UnknownRegister(register));
        require(word != 0, UnknownCode(register, version, code));
        scene = Consents.Scene(word, office, code, false, context.signers, false, 0, 0);
    }

    // --- Parts of a body ---

    /// @dev The list's two sides: all before the first holder, and the rest.
    function _sides(Party[] calldata list) internal pure returns (Party[] calldata pledgors, Party[] calldata holders) {
        uint256 split = 0;
        while (split < list.length && list[split].role != PartyRoles.PLEDGEE) ++split;
        (pledgors, holders) = (list[:split], list[split:]);
    }

    function _requireTerms(Terms calldata terms, uint256 rule) internal view {
        bool stated = terms.kind != ClaimKinds.NOT_STATED;
        require(
            terms.kind <= ClaimKinds.MAXIMUM && stated == (terms.currency != 0) && stated == (terms.ceiling != 0),
            TermsInconsistent(terms.kind, terms.currency, terms.ceiling)
        );
        require(terms.expires == 0 || terms.expires > block.timestamp, ExpiryPassed(terms.expires));
        _requireTerm(terms.expires, rule);
    }

    /// @dev How long an entry may stand from now on: the rule's least and most days; where there is a most, an entry without end is refused.
    function _requireTerm(uint40 expires, uint256 rule) internal view {
        // Widened first: 194 days of seconds are all that the narrow product holds.
        (uint256 least, uint256 most) = (uint256(uint16(rule >> 192)) * 1 days, uint256(uint16(rule >> 208)) * 1 days);
        if (most != 0) {
            require(expires != 0 && expires <= block.timestamp + most, TermOutside(expires, least, most));
        }
        require(expires == 0 || expires >= block.timestamp + least, TermOutside(expires, least, most));
    }

    function _requireList(uint16 register, uint256 rule, AssetList calldata list) internal pure {
        if (list.count == 0) {
            require(rule >> 48 & RuleFlags.ASSETS_REQUIRED == 0, AssetsRequired(register));
            require(list.root == 0 && list.titles == 0, AssetCountInvalid(0));
        } else {
            require(list.root != 0, RootMismatch(list.root));
            require(list.count <= AssetTree.PAGE * AssetTree.MOST_PAGES, AssetCountInvalid(list.count));
        }
    }

    /// @dev Pledgors and co-owners with no share, a pledgor among them; or holders with one. Every party and name given.
    function _requireParties(Party[] calldata list, bool holding) internal pure {
        bool pledged = holding || list.length == 0;
        for (uint256 i = 0; i < list.length; ++i) {
            Party calldata party = list[i];
            bool holder = party.role == PartyRoles.PLEDGEE;
            bool known = holder || party.role == PartyRoles.PLEDGOR || party.role == PartyRoles.CO_OWNER;
            require(
                known && holder == holding && holder == (party.share != 0) && party.id != 0 && party.nameHash != 0,
                PartyListInvalid(i)
            );
            pledged = pledged || party.role == PartyRoles.PLEDGOR;
        }
        require(pledged, PartyListInvalid(list.length));
        require(!holding || list.length <= MOST_HOLDERS, PartyListInvalid(MOST_HOLDERS));
    }

    /// @dev Published texts are those that the parties' words commit to; both empty: withheld. Returns how many were looked at.
    function _requireNames(Party[] calldata list, PartyName[] calldata names, uint256 from)
        internal
        pure
        returns (uint256)
    {
        require(names.length >= from + list.length, NameMismatch(names.length));
        for (uint256 i = 0; i < list.length; ++i) {
            PartyName calldata text = names[from + i];
            if (bytes(text.name).length == 0 && bytes(text.capacity).length == 0) continue;
            require(keccak256(abi.encode(text.name, text.capacity)) == list[i].nameHash, NameMismatch(from + i));
        }
        return from + list.length;
    }

    /// @dev The titles of a list of at most one page; those of a longer one were published by pages before.
    function _requireTitles(uint40 pledge, uint40 segment, AssetList calldata list, string[] calldata titles)
        internal
        view
    {
        if (list.titles == 0 || list.count > AssetTree.PAGE) {
            require(titles.length == 0, TitlesMismatch(pledge));
            bool whole = list.titles == 0 || segments[segment].word.hasAllTitles(_pages(list.count));
            require(whole, TitlesIncomplete(pledge, segment));
            return;
        }
        bytes32 page = PledgeHash.titles(titles);
        require(titles.length == list.count && keccak256(abi.encodePacked(page)) == list.titles, TitlesMismatch(pledge));
    }

    /// @dev What the act code lets the act count from; `filed` is the filing's block time (the block's own for later acts).
    function _requireTime(uint256 word, uint16 code, When calldata when, int40 filed)
        internal
        view
        returns (int40 effective)
    {
        require(word.timeSource(when.source), TimeSourceRefused(code, when.source));
        if (when.source == TimeSources.FILING) return filed;
        if (when.source != TimeSources.STATED) return int40(uint40(block.timestamp));
        require(when.effective <= int256(block.timestamp), TimeInFuture(when.effective));
        return when.effective;
    }

    function _requireDocument(uint256 word, uint16 code, Instrument calldata instrument) internal pure {
        require(!word.demands(Demands.DOCUMENT) || instrument.document != 0, DocumentMissing(code));
    }

    function _timeFlags(When calldata when) internal pure returns (uint16 flags) {
        if (when.source != TimeSources.STATED) return 0;
        return PledgeFlags.STATED_TIME | (when.dateOnly ? PledgeFlags.DATE_ONLY : 0);
    }

    /// @inheritdoc Consents
    function _noticeOf(uint40 pledge, bytes32 subject) internal view override returns (bytes32) {
        return keccak256(abi.encode(subject, pledges[pledge].parties));
    }

    function _known(uint40 pledge) internal view returns (uint256 head) {
        head = pledges[pledge].head;
        require(head != 0, UnknownPledge(pledge));
    }

    function _noParties() internal pure returns (Party[] calldata none) {
        assembly ("memory-safe") {
            none.offset := 0
            none.length := 0
        }
    }

    function _noKeys() internal pure returns (bytes32[] calldata none) {
        assembly ("memory-safe") {
            none.offset := 0
            none.length := 0
        }
    }
}
