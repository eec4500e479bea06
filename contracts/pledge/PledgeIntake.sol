// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters} from "../interfaces/IRegisters.sol";
import {ActCode, Effects, IntakeCodes, PartyRoles} from "../types/ActCode.sol";
import {AcceptPledge, ContestAsset, FilePledge, ReserveSegment} from "../types/PledgeBodies.sol";
import {AssetWord} from "../types/AssetWord.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {AssetTree} from "./AssetTree.sol";
import {Consents} from "./Consents.sol";
import {PledgeHash} from "./PledgeHash.sol";
import {PledgeClaiming} from "./PledgeClaiming.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title Filing, and the claim of its assets
/// @dev Code of {PledgeRegistry} that does not fit into it: the registry calls it by delegatecall, on its own storage, at an address fixed at its
/// creation. On its own it is an empty register that nobody reaches.
contract PledgeIntake is PledgeClaiming {
    using ActCode for uint256;
    using AssetWord for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    uint256 private constant MOST_CONTESTS = 64;

    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    function filePledge(FilePledge calldata body) external onlyActs {
        _file(body, _context());
    }

    function acceptPledge(AcceptPledge calldata body) external onlyActs {
        ActContext memory context = _context();
        _requireFiling(body.pledge, body.filing);
        _accept(body.pledge, body.filing, context);
        Page memory page = _page(body.pledge);
        _requireClaim(page, body.filing, body.assets);
        if (body.filing.assets.count != 0) {
            _linkPage(page, body.page, body.blind, body.pages, body.assets);
        } else {
            require(body.assets.length + body.pages.length == 0, AssetCountInvalid(body.assets.length));
        }
        _emitAccepted(body.pledge, context);
    }

    /// @dev The later filing waits for every earlier one that contests it, so that a sham contest keeps no true one out.
    function contestAsset(ContestAsset calldata body) external onlyActs {
        ActContext memory context = _context();
        _requireFiling(body.earlier, body.filing);
        (uint256 earlier, uint256 later) = (pledges[body.earlier].head, _known(body.later));
        Consents.Scene memory scene = _pinnedScene(earlier, IntakeCodes.CONTEST, context);
        _requireState(body.earlier, earlier, scene);
        require(later.state() == PledgeStates.ACCEPTED, StateRefused(body.later, later.state(), IntakeCodes.CONTEST));
        bool before = earlier.sequence() < later.sequence() && earlier.register() == later.register();
        require(before, NotEarlier(body.earlier, body.later));
        require(!_contests(body.earlier, body.later), PledgeContested(body.later, body.earlier));
        _requireAll(scene, body.consents, body.filing.parties, 0);
        _requireShown(scene, body.consents);
        _requireOfficers(scene);
        _requireListed(body);
        uint256 word = assets[_resolved(body.asset)];
        require(segments[word.segment()].word.pledge() == body.later, AssetNotClaimed(body.asset, body.later));
        _keepContest(body.later, body.earlier);
        emit PledgeContestedBy(body.later, body.earlier, body.asset, body.consents, context.account, context.digest);
    }

    /// @dev Where as many stand as may, in the place of one that is decided: who fills the list with filings of his own keeps nobody out.
    function _keepContest(uint40 later, uint40 earlier) private {
        uint40[] storage list = contests[later];
        if (list.length < MOST_CONTESTS) {
            list.push(earlier);
            return;
        }
        uint256 place = 0;
        while (place < MOST_CONTESTS && _isUndecided(list[place])) ++place;
        require(place < MOST_CONTESTS, ContestsFull(later, place));
        list[place] = earlier;
    }

    /// @dev Assets of a long supplement are claimed before it is made; the reservation runs as long as a filing's.
    function reserveSegment(ReserveSegment calldata body) external onlyActs {
        ActContext memory context = _context();
        uint256 head = _known(body.pledge);
        (uint16 version,,) = REGISTERS.current(head.register());
        Consents.Scene memory scene = _scene(head.register(), version, IntakeCodes.ACCEPT, context);
        _requireOpen(head.register());
        _requireOfficers(scene);
        require(head.isLive(), StateRefused(body.pledge, head.state(), IntakeCodes.ACCEPT));
        Page memory page = Page(
            body.segment,
            body.pledge,
            head.register(),
            REGISTERS.rule(head.register(), version),
            Effects.ADD_SEGMENT,
            false,
            0
        );
        if (body.segment == 0) {
            _requireList(head.register(), page.rule, body.list);
            require(body.list.count > AssetTree.PAGE, AssetCountInvalid(body.list.count));
            uint40 until = uint40(block.timestamp + scene.word.period());
            page.segment = _newSegment(body.pledge, body.list.root, body.list.count, body.list.titles, until);
        }
        uint256 word = segments[page.segment].word;
        require(_isReservedFor(body.pledge, page.segment), SegmentNotOfPledge(page.segment, body.pledge));
        require(block.timestamp <= word.reservedUntil(), ReservationEnded(body.pledge, word.reservedUntil()));
        _requireAdmitted(
            page.rule, page.register, version, IntakeCodes.ACCEPT, head, head.expires(), _noParties(), body.assets
        );
        _linkPage(page, body.page, body.blind, body.pages, body.assets);
        emit SegmentReserved(
            body.pledge,
            page.segment,
            segments[page.segment].word,
            segments[page.segment].root,
            context.account,
            context.digest
        );
    }

    function _requireListed(ContestAsset calldata body) private pure {
        bytes32 root = AssetTree.root(body.filing.assets.count, body.blind, body.pages);
        bool right = root == body.filing.assets.root && body.page < body.pages.length
            && body.assets.length <= AssetTree.PAGE && body.assets.length != 0
            && AssetTree.pageRoot(body.assets) == body.pages[body.page];
        require(right, RootMismatch(root));
        for (uint256 i = 0; i < body.assets.length; ++i) {
            if (body.assets[i] == body.asset) return;
        }
        revert AssetNotClaimed(body.asset, body.earlier);
    }
}
