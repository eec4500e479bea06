// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters} from "../interfaces/IRegisters.sol";
import {ActCode, Demands, Effects, HoldTargets, PartyRoles} from "../types/ActCode.sol";
import {ActOn, Consent, Instrument, PartiesNow, Party, Terms} from "../types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord} from "../types/PledgeWord.sol";
import {Consents} from "./Consents.sol";
import {PartyRoots} from "./PartyRoots.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title What every act on a registered pledge must meet
/// @dev Whatever a register's rules say: only a registered or enforcing pledge that has not lapsed is changed, one that ended stays ended but for a
/// rectification, and no act gives the pledged right to anybody.
abstract contract PledgeActing is PledgeStore {
    using ActCode for uint256;
    using PledgeWord for uint256;

    uint24 internal constant ANY_VERSION = type(uint24).max;
    uint256 private constant CHANGES = Effects.SET_TERMS | Effects.SET_PARTIES | Effects.ADD_SEGMENT;

    /// One act on its way: its pledge, head as it will be stored, rules, root of the parties as they stand.
    struct Work {
        uint40 pledge;
        uint256 head;
        uint16 ruleVersion;
        bool closed;
        bytes32 act;
        bytes32 pledgors;
        bytes32 holders;
        Consents.Scene scene;
    }

    /// @dev Everything that every act must meet: rules now in force, state, version, document, parties as they stand, their consents, officers.
    function _begin(
        ActOn calldata on,
        PartiesNow calldata parties,
        Consent[] calldata consents,
        Instrument calldata instrument,
        uint256 effect,
        ActContext memory context
    ) internal view returns (Work memory work) {
        work.pledge = on.pledge;
        work.head = _known(on.pledge);
        work.act = context.digest;
        _loadRules(work, on.code, context);
        uint256 word = work.scene.word;
        require(word != 0, UnknownCode(work.head.register(), work.ruleVersion, on.code));
        require(word.has(effect), CodeLacksEffect(on.code, effect));
        _requireActable(work, effect);
        _requireVersion(work, on.version);
        _requireDocument(word, on.code, instrument);
        _loadParties(work, parties, effect);
        _requireConsents(work, parties, consents, effect);
        _requireAuthority(work.scene, consents);
        _requireOfficers(work.scene);
    }

    /// @dev Every party on record that the code asks (a change of parties looks at the holders itself).
    function _requireConsents(
        Work memory work,
        PartiesNow calldata parties,
        Consent[] calldata consents,
        uint256 effect
    ) private view {
        _requireAll(work.scene, consents, parties.pledgors, 0);
        if (effect != Effects.SET_PARTIES) _requireAll(work.scene, consents, parties.holders, 0);
        if (effect != Effects.NOTE) _requireUnheld(work, parties, effect);
    }

    /// @dev No hold on the pledge or a party bars one of the effects; an order is held by none. Whoever is held can't be left out of the lists.
    function _requireUnheld(Work memory work, PartiesNow calldata parties, uint256 bars) internal view {
        if (work.scene.word.modes(PartyRoles.AUTHORITY) != 0) return;
        if (work.head.hasFlag(PledgeFlags.LOOK_FOR_HOLDS)) {
            _requireNoHold(HoldTargets.PLEDGE, bytes32(uint256(work.pledge)), bars);
        }
        if (book.holds == 0) return;
        bytes32 shown = PartyRoots.ofBoth(PartyRoots.ofSide(parties.pledgors), PartyRoots.ofSide(parties.holders));
        require(shown == pledges[work.pledge].parties, PartiesMismatch(work.pledge));
        _requirePartiesFree(work.scene.office, parties.pledgors, bars);
        _requirePartiesFree(work.scene.office, parties.holders, bars);
    }

    function _loadRules(Work memory work, uint16 code, ActContext memory context) private view {
        (uint16 version, address office, bool closed, uint256 word) = REGISTERS.actNow(work.head.register(), code);
        work.ruleVersion = version;
        work.closed = closed;
        work.scene = Consents.Scene(word, office, code, false, context.signers, false, work.pledge, 0);
    }

    /// @dev A note may be made on any pledge that was ever registered; everything else needs one that lives. What is in a closed register may
    /// still end, and go the way to its end, and change no more.
    function _requireActable(Work memory work, uint256 effect) private view {
        require(!work.closed || effect & CHANGES == 0, RegisterIsClosed(work.head.register()));
        uint8 state = work.head.state();
        bool living = state == PledgeStates.REGISTERED || state == PledgeStates.ENFORCING;
        require(
            (living || effect == Effects.NOTE && state == PledgeStates.ENDED) && work.scene.word.fromState(state),
            StateRefused(work.pledge, state, work.scene.code)
        );
        require(effect == Effects.NOTE || work.head.isLive(), PledgeLapsed(work.pledge, work.head.expires()));
    }

    function _requireVersion(Work memory work, uint24 given) private pure {
        uint24 current = work.head.version();
        require(
            given == current || given == ANY_VERSION && !work.scene.word.demands(Demands.VERSION),
            PledgeVersionStale(work.pledge, given, current)
        );
    }

    /// @dev The lists are those on record. A side that must consent needs its list; others their root, or nothing where neither side matters. A list
    /// that is given is held to in any case.
    function _loadParties(Work memory work, PartiesNow calldata parties, uint256 effect) private view {
        uint256 word = work.scene.word;
        bool asksPledgors = word.modes(PartyRoles.PLEDGOR) | word.modes(PartyRoles.CO_OWNER) != 0;
        bool asksHolders = word.modes(PartyRoles.PLEDGEE) != 0;
        asksPledgors = asksPledgors || parties.pledgors.length != 0;
        asksHolders = asksHolders || parties.holders.length != 0;
        if (!asksPledgors && !asksHolders && effect != Effects.SET_PARTIES) return;
        work.pledgors = asksPledgors ? PartyRoots.ofSide(parties.pledgors) : parties.pledgorsRoot;
        work.holders = asksHolders ? PartyRoots.ofSide(parties.holders) : parties.holdersRoot;
        require(
            PartyRoots.ofBoth(work.pledgors, work.holders) == pledges[work.pledge].parties, PartiesMismatch(work.pledge)
        );
    }

    /// @dev A later end within the rule's days for renewal, else as at registration; and what the rule contract says.
    function _requireNewTerms(Work memory work, Terms calldata terms, Party[] calldata shown) internal view {
        uint16 register = work.head.register();
        uint256 rule = REGISTERS.rule(register, work.ruleVersion);
        uint40 before = work.head.expires();
        // An entry that keeps its end is not measured by its days again.
        _requireTerms(terms, terms.expires == before ? 0 : rule);
        if (before != 0 && (terms.expires == 0 || terms.expires > before)) {
            uint256 window = uint256(uint16(rule >> 224)) * 1 days;
            require(window == 0 || block.timestamp + window >= before, RenewalEarly(work.pledge, before, window));
        }
        _requireAdmitted(rule, register, work.ruleVersion, work.scene.code, work.head, terms.expires, shown, _noKeys());
    }

    /// @dev Stores head and chain; the effective time is checked against the act code's sources, and what consents are left unseen.
    function _finish(Work memory work, ActOn calldata on, Consent[] calldata consents)
        internal
        returns (ActRecord memory done)
    {
        _requireShown(work.scene, consents);
        int40 effective = _requireTime(work.scene.word, on.code, on.when, int40(uint40(block.timestamp)));
        uint16 flags = _timeFlags(on.when);
        Pledge storage stored = pledges[work.pledge];
        bytes32 chain = keccak256(abi.encode(stored.chain, work.act, on.code));
        stored.chain = chain;
        if (stored.head != work.head) stored.head = work.head;
        done = ActRecord(
            work.act,
            chain,
            on.code,
            work.ruleVersion,
            effective,
            flags & PledgeFlags.DATE_ONLY != 0,
            flags & PledgeFlags.STATED_TIME != 0
        );
    }
}
