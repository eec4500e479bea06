// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IMembers} from "../interfaces/IMembers.sol";
import {IRegisters} from "../interfaces/IRegisters.sol";
import {ActCode, ClaimKinds, Effects, EndReasons, HoldTargets, PartyRoles, RelationKinds} from "../types/ActCode.sol";
import {RecordSale, RefinancePledge, RelatePledges, SaleShare} from "../types/PledgeBodies.sol";
import {PledgeFlags, PledgeStates, PledgeWord, TermsWord} from "../types/PledgeWord.sol";
import {SegmentWord} from "../types/SegmentWord.sol";
import {PartyRoots} from "./PartyRoots.sol";
import {PledgeActing} from "./PledgeActing.sol";
import {PledgeStore} from "./PledgeStore.sol";

/// @title What follows a pledge: a new one in its place, relations to others, the record of a sale
/// @dev Code of {PledgeRegistry}, called by delegatecall like {PledgeIntake}. Whatever a register's rules say: the holders of the pledge that is acted on
/// agree, or an authority orders it, and new holders agree to what they take.
contract PledgeSequels is PledgeActing {
    using ActCode for uint256;
    using PledgeWord for uint256;
    using SegmentWord for uint256;
    using TermsWord for uint256;

    uint256 private constant MOST_SEGMENTS = 256;
    uint256 private constant MOST_SHARES = 256;
    /// A new pledge in the place of an old one is all of these: a hold on a party that bars any of them bars it.
    uint256 private constant REPLACES = Effects.REGISTER | Effects.END_ALL | Effects.SET_TERMS | Effects.SET_PARTIES;
    /// Holds on the pledge and its claim lie on the old number: one that runs would be left behind, whatever it bars.
    uint256 private constant ANYTHING = type(uint8).max;
    /// Of the old pledge; the rest is its own, or lies on the old one alone.
    uint16 private constant FLAGS_KEPT = ~(PledgeFlags.LOOK_FOR_HOLDS | PledgeFlags.APPROVED | PledgeFlags.ADOPTED);

    constructor(address acts, IMembers members, IRegisters registers) PledgeStore(acts, members, registers) {}

    /// @dev The new pledge takes the old one's place in the order (effective time and sequence); what goes beyond the old ceiling ranks by the time of this
    /// act and the new number, as the event says.
    function refinancePledge(RefinancePledge calldata body) external onlyActs {
        ActContext memory context = _context();
        Work memory work = _begin(body.on, body.parties, body.consents, body.instrument, Effects.END_ALL, context);
        _requireReplacing(work, body);
        uint256 oldTerms = pledges[work.pledge].terms;
        uint40 made = _replace(work, body, oldTerms);
        work.head = work.head.raised().withState(PledgeStates.ENDED);
        ActRecord memory done = _finish(work, body.on, body.consents);
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

    /// @dev A code that refinances; terms as of a change; the parties on record, and new holders who agree and are not held. The ceilings compare.
    function _requireReplacing(Work memory work, RefinancePledge calldata body) private view {
        uint256 word = work.scene.word;
        require(word.endReason(EndReasons.REFINANCED), ReasonRefused(body.on.code, EndReasons.REFINANCED));
        require(!work.closed, RegisterIsClosed(work.head.register()));
        _requireAgreed(work);
        require(word.modes(PartyRoles.NEW_PLEDGEE) != 0, ConsentMissing(PartyRoles.NEW_PLEDGEE, 0));
        bytes32 stored = pledges[work.pledge].parties;
        require(PartyRoots.ofBoth(work.pledgors, work.holders) == stored, PartiesMismatch(work.pledge));
        _requireNewTerms(work, body.terms, body.holders);
        uint16 before = pledges[work.pledge].terms.currency();
        bool compares = before == 0 || body.terms.currency == 0 || before == body.terms.currency;
        require(compares, TermsInconsistent(body.terms.kind, body.terms.currency, body.terms.ceiling));
        require(body.holders.length != 0, PartyListInvalid(0));
        _requireParties(body.holders, true);
        _requireAll(work.scene, body.consents, body.holders, PartyRoles.NEW_PLEDGEE);
        _requireOfficers(work.scene);
        _requireUnheld(work, body.parties, REPLACES);
        if (work.head.hasFlag(PledgeFlags.LOOK_FOR_HOLDS) && word.modes(PartyRoles.AUTHORITY) == 0) {
            _requireNoHold(HoldTargets.PLEDGE, bytes32(uint256(work.pledge)), ANYTHING);
        }
        _requirePartiesFree(work.scene.office, body.holders, REPLACES);
        require(_requireNames(body.holders, body.names, 0) == body.names.length, NameMismatch(body.names.length));
    }

    /// @dev The new pledge's words, and every segment of the old one moved to it.
    function _replace(Work memory work, RefinancePledge calldata body, uint256 terms) private returns (uint40 made) {
        made = ++counts_.pledges;
        Pledge storage stored = pledges[made];
        uint16 flags = uint16(work.head >> 40) & FLAGS_KEPT | PledgeFlags.REFINANCES;
        uint256 head = PledgeWord.filed(work.head.register(), work.ruleVersion, flags, work.head.sequence());
        head = head.withState(PledgeStates.REGISTERED).withMorePages(work.head.pages());
        stored.head = head.withEffective(work.head.effective()).withExpires(body.terms.expires);
        stored.terms = terms.withTerms(body.terms.ceiling, body.terms.currency, body.terms.kind, body.terms.due)
            .withHolders(uint8(body.holders.length));
        stored.parties = PartyRoots.ofBoth(work.pledgors, PartyRoots.ofSide(body.holders));
        stored.content = body.content;
        uint256 count = body.segments.length;
        require(count == terms.segments() && count <= MOST_SEGMENTS, SegmentsIncomplete(work.pledge, count));
        for (uint256 i = 0; i < count; ++i) {
            uint40 segment = body.segments[i];
            uint256 word = segments[segment].word;
            // Reserved segments of a supplement that was never made are no part of it and lapse by themselves.
            bool own = word.pledge() == work.pledge && word.isActive();
            require(own, SegmentNotOfPledge(segment, work.pledge));
            require(word.isComplete(), AssetsIncomplete(work.pledge, word.claimed(), word.count()));
            segments[segment].word = word.withPledge(made);
        }
        // What a restoration gives back, whichever of the two it restores.
        (heirs[work.pledge], inherited[made]) = (made, keccak256(abi.encodePacked(body.segments)));
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

    /// @dev The holders of the pledge that yields agree; nobody else's rank can suffer. It changes what their pledge is worth, so it is held as its terms
    /// are, and consents given for the pledge before are no longer good.
    function relatePledges(RelatePledges calldata body) external onlyActs {
        ActContext memory context = _context();
        Work memory work = _begin(body.on, body.parties, body.consents, body.instrument, Effects.NOTE, context);
        _requireAgreed(work);
        require(work.head.isLive(), PledgeLapsed(work.pledge, work.head.expires()));
        require(!work.closed, RegisterIsClosed(work.head.register()));
        _requireUnheld(work, body.parties, Effects.SET_TERMS);
        bool known = body.kind >= RelationKinds.SUBORDINATION && body.kind <= RelationKinds.ENDED;
        require(known, NoteUnknown(body.kind));
        uint256 senior = _known(body.senior);
        bool apart = body.senior != work.pledge && senior.register() == work.head.register();
        require(apart && (senior.isLive() || body.kind == RelationKinds.ENDED), NotRelatable(body.senior));
        work.head = work.head.raised();
        ActRecord memory done = _finish(work, body.on, body.consents);
        emit PledgesRelated(work.pledge, body.senior, work.head, body, context.account, done);
    }

    /// @dev Adds up to the price; moves nothing. Assets leave the pledges by their own acts, with the reason ENFORCED.
    function recordSale(RecordSale calldata body) external onlyActs {
        ActContext memory context = _context();
        Work memory work = _begin(body.on, body.parties, body.consents, body.instrument, Effects.NOTE, context);
        _requireAgreed(work);
        require(work.head.state() == PledgeStates.ENFORCING, StateRefused(work.pledge, work.head.state(), body.on.code));
        require(body.assets.length != 0, AssetCountInvalid(0));
        _requireAscending(body.assets);
        _requireEven(body, work.head.register());
        ActRecord memory done = _finish(work, body.on, body.consents);
        emit SaleRecorded(work.pledge, body, context.account, done);
    }

    /// @dev Costs first, then the ranks in their order, then the pledgors. Who has which rank the office answers for: relations are no words of this
    /// contract, and a claim with its interest is not on the ledger.
    function _requireEven(RecordSale calldata body, uint16 register) private view {
        require(body.shares.length <= MOST_SHARES, PartyListInvalid(body.shares.length));
        require(body.currency != 0, TermsInconsistent(0, 0, body.price));
        uint256 sum = uint256(body.costs) + body.surplus;
        uint256 unpaid = type(uint256).max;
        for (uint256 i = 0; i < body.shares.length; ++i) {
            SaleShare calldata part = body.shares[i];
            require(_isActive(part.pledge, register), NotRelatable(part.pledge));
            bool ordered = part.rank != 0 && (i == 0 || part.rank >= body.shares[i - 1].rank);
            bool within = part.claim != 0 && part.amount <= part.claim && _isWithinCeiling(body, i);
            bool behind = part.rank > unpaid && part.amount != 0;
            require(ordered && within && !behind, ShareRefused(i, part.pledge, part.amount));
            if (part.amount < part.claim && part.rank < unpaid) unpaid = part.rank;
            sum += part.amount;
        }
        bool left = body.surplus != 0 && unpaid != type(uint256).max;
        require(body.price != 0 && sum == body.price && !left, SaleUneven(body.price, sum));
    }

    function _isActive(uint40 pledge, uint16 register) private view returns (bool) {
        uint256 head = _known(pledge);
        bool active = head.state() == PledgeStates.REGISTERED || head.state() == PledgeStates.ENFORCING;
        return active && head.register() == register;
    }

    /// @dev Of a maximum-amount pledge in the sale's currency, all shares up to this one.
    function _isWithinCeiling(RecordSale calldata body, uint256 last) private view returns (bool) {
        uint40 pledge = body.shares[last].pledge;
        uint256 terms = pledges[pledge].terms;
        if (terms.kind() != ClaimKinds.MAXIMUM || terms.currency() != body.currency) return true;
        uint256 paid = 0;
        for (uint256 i = 0; i <= last; ++i) {
            if (body.shares[i].pledge == pledge) paid += body.shares[i].claim;
        }
        return paid <= terms.ceiling();
    }

    /// @dev The holders of the pledge consent by the code, or an authority orders.
    function _requireAgreed(Work memory work) private pure {
        uint256 word = work.scene.word;
        bool asked = word.modes(PartyRoles.PLEDGEE) | word.modes(PartyRoles.AUTHORITY) != 0;
        require(asked, ConsentMissing(PartyRoles.PLEDGEE, 0));
    }
}
