// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters, RuleFlags} from "../interfaces/IRegisters.sol";
import {ActCode, Decisions, Effects, GroundResults, IntakeCodes, PartyRoles} from "../types/ActCode.sol";
import {
    AcceptPledge,
    Consent,
    DecidePledge,
    FilePledge,
    Ground,
    Party,
    PartyName,
    RecordPledge,
    WithdrawFiling
} from "../types/PledgeBodies.sol";
import {Modes} from "../types/Roles.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {Consents} from "./Consents.sol";
import {PledgeHash} from "./PledgeHash.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title From the filing to the decision
/// @dev Code of {PledgeRegistry} that does not fit into it: the registry calls it by delegatecall, on its own storage, at an address fixed at its
/// creation. On its own it is an empty register that nobody reaches.
contract PledgeIntake is PledgeStore {
    using ActCode for uint256;
    using Consents for Consents.Scene;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    /// What a registration is made of, besides the filing.
    struct Decided {
        uint40 pledge;
        uint256 head;
        bytes32 filing;
        bytes32 evidence;
    }

    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    function filePledge(FilePledge calldata given) external onlyActs {
        _file(given, _context());
    }

    function acceptPledge(AcceptPledge calldata given) external onlyActs {
        ActContext memory context = _context();
        _requireFiling(given.pledge, given.filing);
        _accept(given.pledge, given.filing, context);
        if (given.filing.assets.count != 0) {
            _linkPage(_page(given.pledge), given.page, given.blind, given.pages, given.assets);
        } else {
            require(given.assets.length + given.pages.length == 0, AssetCountInvalid(given.assets.length));
        }
        _emitAccepted(given.pledge, context);
    }

    function decidePledge(DecidePledge calldata given) external onlyActs {
        ActContext memory context = _context();
        bytes32 filing = _requireFiling(given.pledge, given.filing);
        if (given.decision == Decisions.REGISTER) {
            Decided memory decided = Decided(given.pledge, pledges[given.pledge].head, filing, given.evidence);
            _register(decided, given.filing, given.names, given.titles, given.grounds, context);
            return;
        }
        require(
            given.decision == Decisions.RETURN || given.decision == Decisions.REFUSE, DecisionUnknown(given.decision)
        );
        require(given.names.length + given.titles.length == 0, PublicationPremature(given.pledge));
        _close(given, context);
    }

    function recordPledge(RecordPledge calldata given) external onlyActs {
        FilePledge calldata filing = given.filing;
        ActContext memory context = _context();
        Decided memory decided;
        (decided.pledge, decided.filing) = _file(filing, context);
        uint256 rule = REGISTERS.rule(filing.register, filing.version);
        require(rule >> 48 & RuleFlags.RECORDS != 0, RegisterExamines(filing.register));
        _accept(decided.pledge, filing, context);
        _linkWhole(_page(decided.pledge), given.blind, given.assets);
        _emitAccepted(decided.pledge, context);
        decided.head = pledges[decided.pledge].head;
        _register(decided, filing, given.names, given.titles, given.grounds, context);
    }

    function withdrawFiling(WithdrawFiling calldata given) external onlyActs {
        ActContext memory context = _context();
        _requireFiling(given.pledge, given.filing);
        uint256 head = pledges[given.pledge].head;
        Consents.Scene memory scene = _pinnedScene(head, IntakeCodes.WITHDRAW, context);
        _requireState(given.pledge, head, scene);
        _requireDocument(scene.word, scene.code, given.instrument);
        scene.requireAll(given.consents, given.filing.parties, 0);
        scene.requireOfficers();
        head = head.withState(PledgeStates.WITHDRAWN);
        pledges[given.pledge].head = head;
        emit FilingWithdrawn(given.pledge, head, given.instrument, given.consents, context.account, context.digest);
    }

    // --- File ---

    function _file(FilePledge calldata filing, ActContext memory context)
        private
        returns (uint40 pledge, bytes32 digest)
    {
        Consents.Scene memory scene = _requireFileable(filing, context, false);
        scene.requireAll(filing.consents, filing.parties, 0);
        pledge = ++counts_.pledges;
        digest = PledgeHash.ofFiling(filing);
        uint256 head = PledgeWord.filed(filing.register, filing.version, filing.flags, pledge);
        (pledges[pledge].head, pledges[pledge].chain) = (head, digest);
        emit PledgeFiled(pledge, filing.register, digest, head, context.account, context.digest);
    }

    // --- Accept ---

    /// @dev On the first page: the officer's step, the segment, the reservation. Later pages only need an officer and a reservation still running.
    function _accept(uint40 pledge, FilePledge calldata filing, ActContext memory context) private {
        uint256 head = pledges[pledge].head;
        Consents.Scene memory scene = _pinnedScene(head, IntakeCodes.ACCEPT, context);
        _requireOpen(filing.register);
        scene.requireOfficers();
        if (head.state() == PledgeStates.ACCEPTED && filing.assets.count != 0) {
            _requireReserved(pledge, head);
            return;
        }
        _requireState(pledge, head, scene);
        head = head.withState(PledgeStates.ACCEPTED).withExpires(uint40(block.timestamp + scene.word.period()));
        if (filing.assets.count == 0) head = head.withFlags(PledgeFlags.ASSETS_NOT_STATED);
        pledges[pledge].head = head;
        (uint40 segment,) = _newSegment(pledge, filing.assets);
        pledges[pledge].terms = TermsWord.reserved(segment);
    }

    function _page(uint40 pledge) private view returns (Page memory page) {
        uint256 head = pledges[pledge].head;
        page.pledge = pledge;
        page.segment = pledges[pledge].terms.firstSegment();
        page.register = head.register();
        page.rule = REGISTERS.rule(head.register(), head.rules());
    }

    function _emitAccepted(uint40 pledge, ActContext memory context) private {
        Pledge storage stored = pledges[pledge];
        uint40 segment = stored.terms.firstSegment();
        emit PledgeAccepted(
            pledge,
            segment,
            stored.head,
            stored.terms,
            segments[segment].word,
            segments[segment].root,
            context.account,
            context.digest
        );
    }

    // --- Decide ---

    function _register(
        Decided memory decided,
        FilePledge calldata filing,
        PartyName[] calldata names,
        string[] calldata titles,
        Ground[] calldata grounds,
        ActContext memory context
    ) private {
        Consents.Scene memory scene = _pinnedScene(decided.head, filing.code, context);
        _requireOpen(filing.register);
        require(
            decided.head.state() == PledgeStates.ACCEPTED && scene.word.fromState(PledgeStates.ACCEPTED),
            StateRefused(decided.pledge, decided.head.state(), filing.code)
        );
        scene.vouched = _hasVouched(filing.consents);
        scene.requireOfficers();
        _requireGrounds(REGISTERS.rule(filing.register, filing.version), grounds);
        _requireTerms(filing.terms);
        _requireReady(decided, scene.word);
        require(_requireNames(filing.parties, names, 0) == names.length, NameMismatch(names.length));
        _requireTitles(decided.pledge, filing.assets, titles);
        ActRecord memory done = _settle(decided, filing, scene.word, context);
        _emitRegistered(decided, filing, names, grounds, done, context.account);
        if (titles.length != 0) {
            emit TitlesPublished(decided.pledge, pledges[decided.pledge].terms.firstSegment(), 0, titles);
        }
    }

    /// @dev All pages linked, the wait over, the reservation still holding.
    function _requireReady(Decided memory decided, uint256 word) private view {
        uint256 segmentWord = segments[pledges[decided.pledge].terms.firstSegment()].word;
        require(segmentWord.isComplete(), AssetsIncomplete(decided.pledge, segmentWord.claimed(), segmentWord.count()));
        _requireReserved(decided.pledge, decided.head);
        uint256 period = REGISTERS.actRule(decided.head.register(), decided.head.rules(), IntakeCodes.ACCEPT).period();
        uint256 over = decided.head.expires() - period + word.wait();
        require(block.timestamp >= over, WaitNotOver(decided.pledge, over));
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
        stored.parties = _partiesRoot(_sideRoot(pledgors), _sideRoot(holders));
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
        Registration memory words = Registration(
            decided.head, stored.terms, segments[segment].word, stored.parties, decided.evidence, account, done
        );
        emit PledgeRegistered(decided.pledge, filing.register, segment, words, filing, names, grounds);
    }

    /// @dev Return or refusal; a refusal names at least one failed ground.
    function _close(DecidePledge calldata given, ActContext memory context) private {
        bool refusal = given.decision == Decisions.REFUSE;
        uint256 head = pledges[given.pledge].head;
        Consents.Scene memory scene = _pinnedScene(head, refusal ? IntakeCodes.REFUSE : IntakeCodes.RETURN, context);
        _requireState(given.pledge, head, scene);
        scene.requireOfficers();
        bool failed = _examined(REGISTERS.rule(head.register(), head.rules()), given.grounds);
        require(failed || !refusal, NoGroundFailed());
        head = head.withState(refusal ? PledgeStates.REFUSED : PledgeStates.RETURNED);
        pledges[given.pledge].head = head;
        if (refusal) {
            emit PledgeRefused(given.pledge, head, given.grounds, given.evidence, context.account, context.digest);
        } else {
            emit PledgeReturned(given.pledge, head, given.grounds, given.evidence, context.account, context.digest);
        }
    }

    /// @dev Every ground of the rule answered once; passed, or overridden where the rule lets informed consent do so.
    function _requireGrounds(uint256 rule, Ground[] calldata grounds) private pure {
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

    /// @dev A ground of a register's 64, not answered before, with a result of {GroundResults}.
    function _answered(uint64 seen, Ground calldata given) private pure returns (uint64) {
        (uint8 ground, uint8 result) = (given.ground, given.result);
        require(
            ground < 64 && result >= GroundResults.PASS && result <= GroundResults.OVERRIDDEN,
            GroundUnknown(ground, result)
        );
        require(seen >> ground & 1 == 0, GroundRepeated(ground));
        return seen | uint64(1) << ground;
    }

    // --- Shared ---

    function _requireFiling(uint40 pledge, FilePledge calldata filing) private view returns (bytes32 presented) {
        _known(pledge);
        presented = PledgeHash.ofFiling(filing);
        bytes32 filed = pledges[pledge].chain;
        require(presented == filed, FilingMismatch(pledge, presented, filed));
    }

    /// @dev The act word of the version that the filing was made under.
    function _pinnedScene(uint256 head, uint16 code, ActContext memory context)
        private
        view
        returns (Consents.Scene memory scene)
    {
        (, address office,) = REGISTERS.current(head.register());
        uint256 word = REGISTERS.actRule(head.register(), head.rules(), code);
        require(word != 0, UnknownCode(head.register(), head.rules(), code));
        scene = Consents.Scene(word, office, code, false, context.signers, false);
    }

    /// @dev Whatever the rules say, no step of the intake starts behind the decision.
    function _requireState(uint40 pledge, uint256 head, Consents.Scene memory scene) private pure {
        uint8 state = head.state();
        require(state <= PledgeStates.ACCEPTED && scene.word.fromState(state), StateRefused(pledge, state, scene.code));
    }

    function _requireOpen(uint16 register) private view {
        (,, bool closed) = REGISTERS.current(register);
        require(!closed, RegisterIsClosed(register));
    }

    function _requireReserved(uint40 pledge, uint256 head) private view {
        require(block.timestamp <= head.expires(), ReservationEnded(pledge, head.expires()));
    }

    function _hasVouched(Consent[] calldata consents) private pure returns (bool) {
        for (uint256 i = 0; i < consents.length; ++i) {
            if (consents[i].mode != Modes.SIGNED) return true;
        }
        return false;
    }
}
