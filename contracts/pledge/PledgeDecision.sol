// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters} from "../interfaces/IRegisters.sol";
import {ActCode, Decisions, GroundResults, IntakeCodes} from "../types/ActCode.sol";
import {DecidePledge, Ground, PublishTitles, StepFiling, WithdrawFiling} from "../types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {AssetTree} from "./AssetTree.sol";
import {Consents} from "./Consents.sol";
import {PledgeHash} from "./PledgeHash.sol";
import {PledgeRegistering} from "./PledgeRegistering.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title The office's decision on a filing, and the steps on the way to it
/// @dev Code of {PledgeRegistry}, called by delegatecall like {PledgeIntake}.
contract PledgeDecision is PledgeRegistering {
    using ActCode for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    function decidePledge(DecidePledge calldata body) external onlyActs {
        ActContext memory context = _context();
        bytes32 filing = _requireFiling(body.pledge, body.filing);
        if (body.decision == Decisions.REGISTER) {
            Decided memory decided;
            (decided.pledge, decided.head) = (body.pledge, pledges[body.pledge].head);
            (decided.filing, decided.evidence) = (filing, body.evidence);
            _register(decided, body.filing, body.names, body.titles, body.grounds, context);
            return;
        }
        require(body.names.length + body.titles.length == 0, PublicationPremature(body.pledge));
        if (body.decision == Decisions.APPROVE) {
            _approve(body, context);
            return;
        }
        require(body.decision == Decisions.RETURN || body.decision == Decisions.REFUSE, DecisionUnknown(body.decision));
        _close(body, context);
    }

    function withdrawFiling(WithdrawFiling calldata body) external onlyActs {
        ActContext memory context = _context();
        _requireFiling(body.pledge, body.filing);
        uint256 head = pledges[body.pledge].head;
        Consents.Scene memory scene = _pinnedScene(head, IntakeCodes.WITHDRAW, context);
        _requireState(body.pledge, head, scene);
        _requireDocument(scene.word, scene.code, body.instrument);
        _requireAll(scene, body.consents, body.filing.parties, 0);
        _requireShown(scene, body.consents);
        _requireOfficers(scene);
        head = head.withState(PledgeStates.WITHDRAWN);
        pledges[body.pledge].head = head;
        emit FilingWithdrawn(body.pledge, head, body.instrument, body.consents, context.account, context.digest);
    }

    /// @dev Notices and answers change no word; a reconsideration opens a refused filing again, in its old place.
    function stepFiling(StepFiling calldata body) external onlyActs {
        ActContext memory context = _context();
        uint256 head = _known(body.pledge);
        bool reconsiders = body.code == IntakeCodes.RECONSIDER;
        require(
            reconsiders || body.code == IntakeCodes.NOTIFY || body.code == IntakeCodes.ANSWER,
            UnknownCode(head.register(), head.rules(), body.code)
        );
        Consents.Scene memory scene = _pinnedScene(head, body.code, context);
        require(body.evidence != 0, DocumentMissing(body.code));
        require(body.until == 0 || body.until > block.timestamp, ExpiryPassed(body.until));
        _requireOfficers(scene);
        if (reconsiders) {
            _requireOpen(head.register());
            bool refused = head.state() == PledgeStates.REFUSED && scene.word.fromState(PledgeStates.REFUSED);
            require(refused, StateRefused(body.pledge, head.state(), body.code));
            head = head.reopened();
            pledges[body.pledge].head = head;
        } else {
            _requireState(body.pledge, head, scene);
        }
        emit FilingStepped(
            body.pledge,
            body.code,
            head,
            body.evidence,
            body.content,
            body.until,
            context.account,
            _officerKeys(scene),
            context.digest
        );
    }

    /// @dev Titles of a list of several pages: of a filing once it is approved, of a supplement before it is made.
    function publishTitles(PublishTitles calldata body) external onlyActs {
        ActContext memory context = _context();
        uint256 word = segments[body.segment].word;
        uint40 pledge = word.pledge();
        uint256 head = _known(pledge);
        _requireOfficers(_pinnedScene(head, IntakeCodes.ACCEPT, context));
        bool approved = head.state() == PledgeStates.ACCEPTED && head.hasFlag(PledgeFlags.APPROVED);
        require(approved || head.isLive(), PublicationPremature(pledge));
        uint256 first = uint256(body.page) * AssetTree.PAGE;
        bytes32 page = PledgeHash.titles(body.titles);
        bool right = body.pages.length == _pages(word.count()) && body.page < body.pages.length
            && keccak256(abi.encodePacked(body.pages)) == titlesOf[body.segment] && body.pages[body.page] == page
            && first + body.titles.length == _least(first + AssetTree.PAGE, word.count());
        require(right, TitlesMismatch(pledge));
        require(!word.hasTitles(body.page), PageRefused(body.page));
        segments[body.segment].word = word.withTitles(body.page);
        emit TitlesPublished(pledge, body.segment, uint24(first), body.titles);
    }

    function _least(uint256 one, uint256 other) private pure returns (uint256) {
        return one < other ? one : other;
    }

    /// @dev Every ground is answered now; what is left is to publish the titles and to register.
    function _approve(DecidePledge calldata body, ActContext memory context) private {
        uint256 head = pledges[body.pledge].head;
        Consents.Scene memory scene = _pinnedScene(head, body.filing.code, context);
        _requireOpen(body.filing.register);
        require(
            head.state() == PledgeStates.ACCEPTED && scene.word.fromState(PledgeStates.ACCEPTED)
                && !head.hasFlag(PledgeFlags.APPROVED),
            StateRefused(body.pledge, head.state(), body.filing.code)
        );
        scene.vouched = _hasVouched(body.filing.consents);
        _requireOfficers(scene);
        _requireGrounds(REGISTERS.rule(head.register(), head.rules()), body.grounds);
        head = head.withFlags(PledgeFlags.APPROVED);
        pledges[body.pledge].head = head;
        emit PledgeApproved(
            body.pledge, head, body.grounds, body.evidence, context.account, _officerKeys(scene), context.digest
        );
    }

    /// @dev Return or refusal; a refusal names at least one failed ground.
    function _close(DecidePledge calldata body, ActContext memory context) private {
        bool refusal = body.decision == Decisions.REFUSE;
        uint256 head = pledges[body.pledge].head;
        Consents.Scene memory scene = _pinnedScene(head, refusal ? IntakeCodes.REFUSE : IntakeCodes.RETURN, context);
        _requireState(body.pledge, head, scene);
        _requireOfficers(scene);
        bool failed = _examined(REGISTERS.rule(head.register(), head.rules()), body.grounds);
        require(failed || !refusal, NoGroundFailed());
        head = head.withState(refusal ? PledgeStates.REFUSED : PledgeStates.RETURNED);
        pledges[body.pledge].head = head;
        address[] memory officers = _officerKeys(scene);
        if (refusal) {
            emit PledgeRefused(
                body.pledge, head, body.grounds, body.evidence, context.account, officers, context.digest
            );
        } else {
            emit PledgeReturned(
                body.pledge, head, body.grounds, body.evidence, context.account, officers, context.digest
            );
        }
    }

    /// @dev Whether a ground of the rule failed; where the rule names none, any.
    function _examined(uint256 rule, Ground[] calldata grounds) private pure returns (bool failed) {
        uint64 asked = uint64(rule >> 64);
        uint64 seen = 0;
        for (uint256 i = 0; i < grounds.length; ++i) {
            seen = _answered(seen, grounds[i]);
            bool counts = asked == 0 || asked >> grounds[i].ground & 1 == 1;
            failed = failed || counts && grounds[i].result == GroundResults.FAIL;
        }
    }
}
