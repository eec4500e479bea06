// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActTarget} from "../ActTarget.sol";
import {IMembers} from "../interfaces/IMembers.sol";
import {IPledgeErrors, IPledgeEvents} from "../interfaces/IPledgeRegistry.sol";
import {IRegisters, RuleFlags} from "../interfaces/IRegisters.sol";
import {ActCode, ClaimKinds, Demands, Effects, PartyRoles, TimeSources} from "../types/ActCode.sol";
import {AssetWord} from "../types/AssetWord.sol";
import {AssetList, FilePledge, Instrument, Party, PartyName, Terms, When} from "../types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {AssetTree} from "./AssetTree.sol";
import {Consents} from "./Consents.sol";
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
///
/// Ends write a head or one word of bits and never an asset word: an asset is live under its last taker if that segment's pledge is live and the
/// leaf's bit is 0.
abstract contract PledgeStore is IPledgeEvents, IPledgeErrors, ActTarget {
    using ActCode for uint256;
    using AssetWord for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;

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

    /// A page of assets to be linked, as the body gives it.
    struct Page {
        uint40 segment;
        uint40 pledge;
        uint16 register;
        uint256 rule;
    }

    uint256 internal constant MOST_HOLDERS = type(uint8).max;
    uint256 internal constant PARTY_WORDS = 4;

    IRegisters internal immutable REGISTERS;

    mapping(uint40 pledge => Pledge) internal pledges;
    mapping(uint40 segment => Segment) internal segments;
    mapping(bytes32 asset => uint256) internal assets;
    mapping(uint40 segment => mapping(uint256 index => uint256)) internal ended;
    Counts internal counts_;
    mapping(uint40 segment => bytes32) internal lastKeys;

    constructor(address acts, IMembers members, IRegisters registers) ActTarget(acts, members) {
        REGISTERS = registers;
    }

    // --- Assets ---

    /// @dev A new segment of `pledge` for a list of assets; the list's pages are linked afterwards.
    function _newSegment(uint40 pledge, AssetList calldata list) internal returns (uint40 segment, uint256 word) {
        segment = ++counts_.segments;
        word = SegmentWord.pack(pledge, list.count);
        segments[segment].word = word;
        if (list.root != 0) segments[segment].root = list.root;
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
        _requireAscending(keys);
        for (uint256 i = 0; i < keys.length; ++i) {
            words[i] = _link(page, keys[i], first + i);
        }
        segments[page.segment].word = word.withPage(number, keys.length);
        emit AssetsLinked(page.pledge, page.segment, uint24(first), blind, keys, words);
    }

    function _link(Page memory page, bytes32 key, uint256 leaf) private returns (uint256 word) {
        word = _requireFree(page.register, page.rule, key).linked(page.segment, leaf);
        assets[key] = word;
    }

    function _requireAscending(bytes32[] calldata keys) internal pure {
        for (uint256 i = 1; i < keys.length; ++i) {
            require(keys[i] > keys[i - 1], AssetsNotAscending(keys[i]));
        }
    }

    /// @dev Whether a register may link the asset now; returns its word. The one check of dry run, acceptance and supplement.
    function _requireFree(uint16 register, uint256 rule, bytes32 key) internal view returns (uint256 word) {
        require(_isOfRegister(rule, key), AssetNotOfRegister(key, register));
        word = assets[key];
        require(word & AssetWord.BARRED == 0, AssetBarred(key, word.flags()));
        require(word.links() < AssetWord.MOST_LINKS, AssetLinksFull(key));
        if (word == 0 || rule >> 48 & RuleFlags.SINGLE_RANK == 0) return word;
        uint40 holder = segments[word.segment()].word.pledge();
        if (_isEnded(word.segment(), word.leaf())) return word;
        require(!pledges[holder].head.occupies(), AssetTaken(key, holder));
    }

    /// @dev Office (2 letters) and class (1 letter) stand first in the key; the rule word names office and classes.
    function _isOfRegister(uint256 rule, bytes32 key) private pure returns (bool) {
        uint256 class = uint8(key[2]);
        if (uint16(bytes2(key)) != uint16(rule) || class < 0x41 || class > 0x5a) return false;
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
        require(
            pages.length == (count + AssetTree.PAGE - 1) / AssetTree.PAGE && number < pages.length, PageRefused(number)
        );
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
        require(filing.flags & ~PledgeFlags.FILER_MAY_STATE == 0, FlagsRefused(filing.flags));
        _requireTerms(filing.terms);
        uint256 rule = REGISTERS.rule(filing.register, filing.version);
        _requireList(filing.register, rule, filing.assets);
        _requireTime(scene.word, filing.code, filing.when, 0);
        _requireDocument(scene.word, filing.code, filing.instrument);
        (Party[] calldata pledgors, Party[] calldata holders) = _sides(filing.parties);
        require(pledgors.length != 0 && holders.length != 0, PartyListInvalid(filing.parties.length));
        _requireParties(pledgors, false);
        _requireParties(holders, true);
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
        scene = Consents.Scene(word, office, filing.code, dry, context.signers, false);
    }

    // --- Parts of a body ---

    /// @dev The list's two sides: all before the first holder, and the rest.
    function _sides(Party[] calldata list) internal pure returns (Party[] calldata pledgors, Party[] calldata holders) {
        uint256 split = 0;
        while (split < list.length && list[split].role != PartyRoles.PLEDGEE) ++split;
        (pledgors, holders) = (list[:split], list[split:]);
    }

    function _requireTerms(Terms calldata terms) internal view {
        bool stated = terms.kind != ClaimKinds.NOT_STATED;
        require(
            terms.kind <= ClaimKinds.MAXIMUM && stated == (terms.currency != 0) && stated == (terms.ceiling != 0),
            TermsInconsistent(terms.kind, terms.currency, terms.ceiling)
        );
        require(terms.expires == 0 || terms.expires > block.timestamp, ExpiryPassed(terms.expires));
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

    function _requireTitles(uint40 pledge, AssetList calldata list, string[] calldata titles) internal pure {
        bool right = list.titles == 0
            ? titles.length == 0
            : titles.length == list.count && PledgeHash.titles(titles) == list.titles;
        require(right, TitlesMismatch(pledge));
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

    /// @dev Root over a side's words, as they stand in calldata.
    function _sideRoot(Party[] calldata list) internal pure returns (bytes32 root) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := mul(list.length, mul(PARTY_WORDS, 32))
            calldatacopy(free, list.offset, size)
            root := keccak256(free, size)
        }
    }

    function _partiesRoot(bytes32 pledgors, bytes32 holders) internal pure returns (bytes32) {
        return keccak256(abi.encode(pledgors, holders));
    }

    function _known(uint40 pledge) internal view returns (uint256 head) {
        head = pledges[pledge].head;
        require(head != 0, UnknownPledge(pledge));
    }
}
