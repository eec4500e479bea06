// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ActCode, Effects, GroundResults, HoldTargets, IntakeCodes} from "../types/ActCode.sol";
import {FilePledge, Ground, Party, PartyName} from "../types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {Consents} from "./Consents.sol";
import {PartyRoots} from "./PartyRoots.sol";
import {PledgeStepping} from "./PledgeStepping.sol";

/// @title The registration of an accepted filing, by a decision or by an office that merely records
abstract contract PledgeRegistering is PledgeStepping {
    using ActCode for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    /// What a registration is made of, besides the filing.
    struct Decided {
        uint40 pledge;
        uint256 head;
        bytes32 filing;
        bytes32 evidence;
        address[] officers;
    }

    function _register(
        Decided memory decided,
        FilePledge calldata filing,
        PartyName[] calldata names,
        string[] calldata titles,
        Ground[] calldata grounds,
        ActContext memory context
    ) internal {
        Consents.Scene memory scene = _pinnedScene(decided.head, filing.code, context);
        _requireOpen(filing.register);
        require(
            decided.head.state() == PledgeStates.ACCEPTED && scene.word.fromState(PledgeStates.ACCEPTED),
            StateRefused(decided.pledge, decided.head.state(), filing.code)
        );
        scene.vouched = _hasVouched(filing.consents);
        _requireOfficers(scene);
        _requireUnheld(decided, filing, scene);
        bool approved = decided.head.hasFlag(PledgeFlags.APPROVED);
        if (!approved) _requireGrounds(REGISTERS.rule(filing.register, filing.version), grounds);
        else if (grounds.length != 0) revert GroundRepeated(grounds[0].ground);
        _requireTerms(filing.terms, REGISTERS.rule(filing.register, filing.version));
        _requireReady(decided, scene.word);
        require(_requireNames(filing.parties, names, 0) == names.length, NameMismatch(names.length));
        _requireTitles(decided.pledge, pledges[decided.pledge].terms.firstSegment(), filing.assets, titles);
        ActRecord memory done = _settle(decided, filing, scene.word, context);
        decided.officers = _officerKeys(scene);
        _emitRegistered(decided, filing, names, grounds, done, context.account);
        if (titles.length != 0) {
            emit TitlesPublished(decided.pledge, pledges[decided.pledge].terms.firstSegment(), 0, titles);
        }
    }

    /// @dev No hold that came since the filing. One on a claimed asset has voided the claim.
    function _requireUnheld(Decided memory decided, FilePledge calldata filing, Consents.Scene memory scene)
        private
        view
    {
        if (decided.head.hasFlag(PledgeFlags.LOOK_FOR_HOLDS)) {
            _requireNoHold(HoldTargets.PLEDGE, bytes32(uint256(decided.pledge)), Effects.REGISTER);
        }
        _requirePartiesFree(scene.office, filing.parties, Effects.REGISTER);
    }

    /// @dev All pages linked, the wait over, the reservation still holding.
    function _requireReady(Decided memory decided, uint256 word) internal view {
        uint256 segmentWord = segments[pledges[decided.pledge].terms.firstSegment()].word;
        require(segmentWord.isComplete(), AssetsIncomplete(decided.pledge, segmentWord.claimed(), segmentWord.count()));
        _requireReserved(decided.pledge, decided.head);
        uint256 period = REGISTERS.actRule(decided.head.register(), decided.head.rules(), IntakeCodes.ACCEPT).period();
        uint256 over = decided.head.expires() - period + word.wait();
        require(block.timestamp >= over, WaitNotOver(decided.pledge, over));
        require(!decided.head.hasFlag(PledgeFlags.DISPLACED), ClaimDisplaced(decided.pledge));
        uint16 register = decided.head.register();
        _requireSeeded(register, REGISTERS.rule(register, decided.head.rules()));
        uint40[] storage list = contests[decided.pledge];
        for (uint256 i = 0; i < list.length; ++i) {
            require(!_isUndecided(list[i]), PledgeContested(decided.pledge, list[i]));
        }
    }

    /// @dev Writes the registered words. Returns what the act leaves.
    function _settle(Decided memory decided, FilePledge calldata filing, uint256 word, ActContext memory context)
        private
        returns (ActRecord memory done)
    {
        done.act = context.digest;
        done.code = filing.code;
        done.ruleVersion = filing.version;
        done.effective = _requireTime(word, filing.code, filing.when, decided.head.effective());
        uint16 timeFlags = _timeFlags(filing.when);
        done.dateOnly = timeFlags & PledgeFlags.DATE_ONLY != 0;
        done.stated = timeFlags & PledgeFlags.STATED_TIME != 0;
        done.chain = keccak256(abi.encode(decided.filing, context.digest, filing.code));
        decided.head = decided.head.withState(PledgeStates.REGISTERED).withFlags(timeFlags);
        decided.head = decided.head.withEffective(done.effective).withExpires(filing.terms.expires);
        Pledge storage stored = pledges[decided.pledge];
        stored.head = decided.head;
        stored.content = filing.content;
        stored.chain = done.chain;
        _settleParties(stored, filing);
        uint40 segment = stored.terms.firstSegment();
        segments[segment].word = segments[segment].word.withEffective(done.effective, done.dateOnly);
    }

    function _settleParties(Pledge storage stored, FilePledge calldata filing) private {
        (Party[] calldata pledgors, Party[] calldata holders) = _sides(filing.parties);
        uint256 terms = stored.terms.withHolders(uint8(holders.length));
        stored.terms = terms.withTerms(filing.terms.ceiling, filing.terms.currency, filing.terms.kind, filing.terms.due);
        stored.parties = PartyRoots.ofBoth(PartyRoots.ofSide(pledgors), PartyRoots.ofSide(holders));
    }

    function _emitRegistered(
        Decided memory decided,
        FilePledge calldata filing,
        PartyName[] calldata names,
        Ground[] calldata grounds,
        ActRecord memory done,
        address account
    ) private {
        Pledge storage stored = pledges[decided.pledge];
        uint40 segment = stored.terms.firstSegment();
        Registration memory words;
        (words.head, words.terms, words.segmentWord) = (decided.head, stored.terms, segments[segment].word);
        (words.partiesRoot, words.evidence) = (stored.parties, decided.evidence);
        (words.account, words.officers, words.done) = (account, decided.officers, done);
        emit PledgeRegistered(decided.pledge, filing.register, segment, words, filing, names, grounds);
    }

    /// @dev Every ground of the rule answered once; passed, or overridden where the rule lets informed consent do so.
    function _requireGrounds(uint256 rule, Ground[] calldata grounds) internal pure {
        uint64 open = uint64(rule >> 64);
        uint64 overridable = uint64(rule >> 128);
        uint64 seen = 0;
        for (uint256 i = 0; i < grounds.length; ++i) {
            seen = _answered(seen, grounds[i]);
            uint8 ground = grounds[i].ground;
            if (grounds[i].result == GroundResults.PASS) continue;
            require(grounds[i].result == GroundResults.OVERRIDDEN, GroundFailed(ground));
            require(overridable >> ground & 1 == 1 && grounds[i].evidence != 0, GroundNotOverridable(ground));
        }
        for (uint8 ground = 0; ground < 64; ++ground) {
            require(open >> ground & 1 == 0 || seen >> ground & 1 == 1, GroundMissing(ground));
            if (open >> ground == 0) break;
        }
    }

    /// @dev A ground of a register's 64, not answered before, with a result of {GroundResults}.
    function _answered(uint64 seen, Ground calldata given) internal pure returns (uint64) {
        (uint8 ground, uint8 result) = (given.ground, given.result);
        require(
            ground < 64 && result >= GroundResults.PASS && result <= GroundResults.OVERRIDDEN,
            GroundUnknown(ground, result)
        );
        require(seen >> ground & 1 == 0, GroundRepeated(ground));
        return seen | uint64(1) << ground;
    }
}
