// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Act} from "../../contracts/interfaces/IActs.sol";
import {Decisions, Effects, EndReasons, NoteKinds, RectifyKinds} from "../../contracts/types/ActCode.sol";
import {RectifyPledge} from "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeStates} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Hand} from "./PledgeBase.t.sol";
import {PledgeLivesFiled} from "./PledgeLivesFiled.t.sol";
import {PledgeLivesOffice} from "./PledgeLivesOffice.t.sol";
import {PledgeLivesRegistered} from "./PledgeLivesRegistered.t.sol";
import {PledgeRules} from "./PledgeRules.sol";

/// @notice Random lives of pledges: whatever is done in whatever order, the register is as it stands on paper, and what it promises holds.
/// @dev At full counts 2,000 lives of 256 acts.
/// forge-config: default.invariant.runs = 24
/// forge-config: full.invariant.runs = 2000
/// forge-config: full.invariant.depth = 256
contract PledgeInvariantTest is PledgeLivesFiled, PledgeLivesRegistered, PledgeLivesOffice {
    function setUp() public override {
        super.setUp();
        bytes4[26] memory all = [
            this.file.selector,
            this.file.selector,
            this.accept.selector,
            this.decide.selector,
            this.decide.selector,
            this.withdraw.selector,
            this.step.selector,
            this.contest.selector,
            this.record.selector,
            this.release.selector,
            this.order.selector,
            this.releasePart.selector,
            this.transfer.selector,
            this.changeTerms.selector,
            this.supplement.selector,
            this.enforce.selector,
            this.refinance.selector,
            this.relate.selector,
            this.sell.selector,
            this.hold.selector,
            this.lift.selector,
            this.join.selector,
            this.tell.selector,
            this.restore.selector,
            this.restoreLeaves.selector,
            this.settle.selector
        ];
        bytes4[] memory selectors = new bytes4[](29);
        for (uint256 i = 0; i < 26; ++i) {
            selectors[i] = all[i];
        }
        (selectors[26], selectors[27], selectors[28]) = (this.anchor.selector, this.adopt.selector, this.jump.selector);
        targetContract(address(this));
        targetSelector(FuzzSelector(address(this), selectors));
    }

    function jump(uint256 seed) external ordinary {
        vm.warp(block.timestamp + 1 + _roll(_dice(seed), 20 days));
    }

    /// @dev The rest is asserted after every act: see {PledgeLives}.
    function invariant_aRightOfOneRankHasOneLivePledgeOrAConflict() public view {
        bytes32[] memory keys = model.allKeys();
        for (uint256 i = 0; i < keys.length; ++i) {
            if (bytes2(keys[i]) != "CN" || model.isAlias(keys[i])) continue;
            assertTrue(model.livesOn(keys[i]) <= 1 || model.inConflict(keys[i]), "two live pledges are a conflict");
        }
    }

    function afterInvariant() public {
        fold.assertSame();
        uint256 count = model.count();
        for (uint256 pledge = 1; pledge <= count; ++pledge) {
            _assertPledge(pledge);
            _assertOrdered(pledge, count);
        }
        uint256 seen = 0;
        for (uint256 pledge = 1; pledge <= count; ++pledge) {
            // One of each state will do: lives are many.
            uint8 state = model.stateOf(pledge);
            if (seen >> state & 1 == 1) continue;
            seen |= 1 << state;
            uint256 before = vm.snapshotState();
            uint256 time = vm.getBlockTimestamp();
            _assertEnds(uint40(pledge), state);
            vm.revertToStateAndDelete(before);
            vm.warp(time);
        }
    }

    /// @dev The base order is total: no two live pledges have the same place in it.
    function _assertOrdered(uint256 pledge, uint256 count) private view {
        if (!model.isLive(pledge)) return;
        (int256 effective, uint256 sequence) = model.placeOf(pledge);
        for (uint256 other_ = pledge + 1; other_ <= count; ++other_) {
            (int256 also, uint256 next) = model.placeOf(other_);
            assertTrue(!model.isLive(other_) || also != effective || next != sequence, "a place for each");
        }
    }

    // --- From every state an end is reachable with any one party silent ---

    function _assertEnds(uint40 pledge, uint8 state) private {
        if (state <= PledgeStates.ACCEPTED) _refuse(pledge);
        if (state == PledgeStates.RESTORING) _finishRestoration(pledge);
        if (!model.isLive(pledge)) return;
        uint256 before = vm.snapshotState();
        Hand[] memory hands = _both(_officeOf(_registerOf(pledge)), Modes.ORDERED);
        _must(_endByOrder(pledge, hands), "by an order, whoever keeps silent");
        _assertState(pledge, PledgeStates.ENDED);
        vm.revertToStateAndDelete(before);
        if (!_isBarred(pledge, Effects.END_ALL)) _endInSilence(pledge);
    }

    /// @dev No party is needed to close a filing.
    function _refuse(uint40 pledge) private {
        DecidePledge memory body;
        (body.pledge, body.decision, body.filing, body.grounds) = (pledge, Decisions.REFUSE, _filed(pledge), _failed(9));
        _must(_decideAct(body, _clerk(CN)), "refused without any party");
    }

    function _finishRestoration(uint40 pledge) private {
        uint40[] memory segments = model.segmentsOf(pledge);
        for (uint256 i = 0; i < segments.length; ++i) {
            if (!model.mayRestore(pledge, segments[i])) continue;
            RectifyPledge memory body = _rectification(pledge, RectifyKinds.RESTORE);
            (,,, uint256 last) = model.lives(pledge);
            body.expires = uint40(last);
            body.pages = new LeafPage[](1);
            body.pages[0] = _leaves(segments[i], _listOf(spanOf[segments[i]]), 0, 0);
            _must(_rectifyAct(body), "a restoration is finished by the office");
            model.restorePage(pledge, segments[i]);
        }
        assertTrue(model.completeRestoration(pledge), "and is complete");
        _assertPledge(pledge);
    }

    /// @dev Neither holder nor court says anything: a notice runs out, unless the entry does before.
    function _endInSilence(uint40 pledge) private {
        PledgeActs memory notice = _document();
        notice.notes = new NotePledge[](1);
        notice.notes[0].on = _on(pledge, PledgeRules.NOTE);
        (notice.notes[0].kind, notice.notes[0].subject) = (NoteKinds.NOTICE, "paper");
        _must(_actsAct(notice, _clerk(_registerOf(pledge))), "a notice is served");
        vm.warp(block.timestamp + 30 days);
        if (!model.isLive(pledge) || _isBarred(pledge, Effects.END_ALL)) return;
        PledgeActs memory body = _document();
        PartiesNow memory parties = _partiesOn(pledge);
        body.consents = _consents(parties.holders, Modes.DEEMED);
        body.releases = new ReleasePledge[](1);
        body.releases[0].on = _on(pledge, PledgeRules.RELEASE);
        body.releases[0].parties = parties;
        (body.releases[0].basis, body.releases[0].reason) = (1, EndReasons.RELEASED);
        Hand[] memory hands = _both(_officeOf(_registerOf(pledge)), Modes.DEEMED);
        _must(_actsAct(body, hands), "released by silence");
        _assertState(pledge, PledgeStates.ENDED);
    }
}
