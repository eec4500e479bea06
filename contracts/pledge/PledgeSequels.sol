// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters} from "../interfaces/IRegisters.sol";
import {Effects, EndReasons, PartyRoles, RelationKinds} from "../types/ActCode.sol";
import {RecordSale, RefinancePledge, RelatePledges} from "../types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {Consents} from "./Consents.sol";
import {PledgeActing} from "./PledgeActing.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title What follows a pledge: a new one in its place, relations to others, the record of a sale
/// @dev Code of {PledgeRegistry}, called by delegatecall like {PledgeIntake}.
contract PledgeSequels is PledgeActing {
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    uint256 private constant MOST_SEGMENTS = 256;

    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    /// @dev Pledgors, old and new holders consent. The new pledge takes the old one's place in the order (effective time and sequence); what goes beyond
    /// the old ceiling ranks by the block, as the event says.
    function refinancePledge(RefinancePledge calldata body) external onlyActs {
        ActContext memory context = _context();
        Work memory work = _begin(body.on, body.parties, body.consents, body.instrument, Effects.END_ALL, context);
        require(work.scene.word >> 176 == 0, CodeLacksEffect(body.on.code, Effects.END_ALL));
        require(!work.closed, RegisterIsClosed(work.head.register()));
        _requireTerms(body.terms, REGISTERS.rule(work.head.register(), work.ruleVersion));
        require(body.holders.length != 0, PartyListInvalid(0));
        _requireParties(body.holders, true);
        _requireAll(work.scene, body.consents, body.holders, PartyRoles.NEW_PLEDGEE);
        _requireOfficers(work.scene);
        _requirePartiesFree(work.scene.office, body.holders, Effects.REGISTER);
        require(_requireNames(body.holders, body.names, 0) == body.names.length, NameMismatch(body.names.length));
        uint256 oldTerms = pledges[work.pledge].terms;
        uint40 made = _replace(work, body);
        work.head = work.head.raised().withState(PledgeStates.ENDED);
        ActRecord memory done = _finish(work, body.on);
        pledges[made].chain = keccak256(abi.encode(done.chain, context.digest, body.on.code));
        emit PledgeReleased(
            work.pledge,
            body.instrument.number,
            work.head,
            0,
            EndReasons.REFINANCED,
            new bytes32[](0),
            new bytes32[](0),
            done
        );
        _emitRefinanced(made, oldTerms, body, context, done);
    }

    /// @dev The new pledge's words, and every segment of the old one moved to it.
    function _replace(Work memory work, RefinancePledge calldata body) private returns (uint40 made) {
        made = ++counts_.pledges;
        uint256 kept = pledges[work.pledge].terms;
        Pledge storage stored = pledges[made];
        uint256 head = PledgeWord.filed(work.head.register(), work.ruleVersion, PledgeFlags.REFINANCES, 0);
        head = head.withState(PledgeStates.REGISTERED).withSequence(work.head.sequence());
        head = head.withEffective(work.head.effective()).withExpires(body.terms.expires);
        head = head.withFlags(uint16(work.head >> 40) & ~PledgeFlags.LOOK_FOR_HOLDS);
        stored.head = head.withMorePages(work.head.pages());
        stored.terms = kept.withTerms(body.terms.ceiling, body.terms.currency, body.terms.kind, body.terms.due)
            .withHolders(uint8(body.holders.length));
        stored.parties = _partiesRoot(work.pledgors, _sideRoot(body.holders));
        stored.content = body.content;
        uint256 count = body.segments.length;
        require(count == kept.segments() && count <= MOST_SEGMENTS, SegmentsIncomplete(work.pledge, count));
        for (uint256 i = 0; i < count; ++i) {
            uint40 segment = body.segments[i];
            uint256 word = segments[segment].word;
            // Reserved segments of a supplement that was never made are no part of it and lapse by themselves.
            bool own = word.pledge() == work.pledge && word.isActive();
            require(own, SegmentNotOfPledge(segment, work.pledge));
            segments[segment].word = word.withPledge(made);
        }
    }

    function _emitRefinanced(
        uint40 made,
        uint256 oldTerms,
        RefinancePledge calldata body,
        ActContext memory context,
        ActRecord memory done
    ) private {
        Pledge storage stored = pledges[made];
        Refinancing memory words = Refinancing(
            stored.head, stored.terms, oldTerms, stored.parties, stored.chain, stored.content, body.agreement, done
        );
        emit PledgeRefinanced(made, body.on.pledge, words, body, context.account);
    }

    /// @dev The holders of the pledge that yields agree; nobody else's rank can suffer.
    function relatePledges(RelatePledges calldata body) external onlyActs {
        ActContext memory context = _context();
        Work memory work = _begin(body.on, body.parties, body.consents, body.instrument, Effects.NOTE, context);
        bool known = body.kind >= RelationKinds.SUBORDINATION && body.kind <= RelationKinds.TURNOVER;
        require(known, NoteUnknown(body.kind));
        uint256 senior = _known(body.senior);
        require(body.senior != work.pledge && senior.register() == work.head.register(), NotRelatable(body.senior));
        ActRecord memory done = _finish(work, body.on);
        emit PledgesRelated(work.pledge, body.senior, body, context.account, done);
    }

    /// @dev Adds up to the price; moves nothing. Assets leave the pledges by their own acts, with the reason ENFORCED.
    function recordSale(RecordSale calldata body) external onlyActs {
        ActContext memory context = _context();
        Work memory work = _begin(body.on, body.parties, body.consents, body.instrument, Effects.NOTE, context);
        require(work.head.state() == PledgeStates.ENFORCING, StateRefused(work.pledge, work.head.state(), body.on.code));
        uint256 sum = uint256(body.costs) + body.surplus;
        for (uint256 i = 0; i < body.shares.length; ++i) {
            require(
                _known(body.shares[i].pledge).register() == work.head.register(), NotRelatable(body.shares[i].pledge)
            );
            sum += body.shares[i].amount;
        }
        require(sum == body.price && body.price != 0 && body.assets.length != 0, SaleUneven(body.price, sum));
        ActRecord memory done = _finish(work, body.on);
        emit SaleRecorded(work.pledge, body, context.account, done);
    }
}
