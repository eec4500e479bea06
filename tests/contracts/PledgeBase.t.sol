// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {StdStorage, stdStorage} from "forge-std/StdStorage.sol";
import {Act} from "../../contracts/interfaces/IActs.sol";
import {
    Effects,
    HoldKinds,
    HoldTargets,
    OfficeCodes,
    PartyRoles,
    RelationKinds
} from "../../contracts/types/ActCode.sol";
import "../../contracts/types/OfficeBodies.sol";
import "../../contracts/types/PledgeBodies.sol";
import {PledgeWord} from "../../contracts/types/PledgeWord.sol";
import {Modes} from "../../contracts/types/Roles.sol";
import {Actor} from "./Base.t.sol";
import {AssetListing, Listed} from "./AssetListing.sol";
import {PledgeForms} from "./PledgeForms.t.sol";
import {PledgeRules} from "./PledgeRules.sol";
import {Hand} from "./PledgeSetup.t.sol";

/// @notice Registered pledges, every act on them, and an office's own acts: bodies as they are mostly given, to be changed before they are signed.
abstract contract PledgeBase is PledgeForms {
    using PledgeWord for uint256;
    using stdStorage for StdStorage;

    // --- Registered pledges ---

    function _recorded(FilePledge memory filing, Listed memory listed) internal returns (uint40 pledge) {
        _done(_recordAct(_recording(filing, listed)));
        (pledge,) = registry.counts();
    }

    function _recorded(Listed memory listed) internal returns (uint40) {
        return _recorded(_usFiling(listed), listed);
    }

    /// @dev Filed by `hands`, accepted and registered by the office.
    function _registered(FilePledge memory filing, Listed memory listed, Hand[] memory hands)
        internal
        returns (uint40 pledge)
    {
        pledge = _file(filing, hands);
        _accept(pledge, filing, listed);
        _decide(pledge, filing, listed);
    }

    /// @dev In the Chinese register, filed by its parties' own signatures.
    function _registered(Listed memory listed) internal returns (uint40) {
        return _registered(_cnFiling(listed), listed, _partiesHands());
    }

    // --- Acts on registered pledges ---

    function _on(uint40 pledge, uint16 code) internal view returns (ActOn memory) {
        return ActOn(pledge, _head(pledge).version(), code, _block());
    }

    function _now(Party[] memory pledgors, Party[] memory holders) internal pure returns (PartiesNow memory) {
        return PartiesNow(_sideRoot(pledgors), _sideRoot(holders), pledgors, holders);
    }

    /// @dev Parties of the usual filing.
    function _now() internal returns (PartiesNow memory) {
        return _now(_pledgors(), _holders());
    }

    function _sideRoot(Party[] memory side) internal pure returns (bytes32) {
        bytes memory words;
        for (uint256 i = 0; i < side.length; ++i) {
            words = abi.encodePacked(words, abi.encode(side[i]));
        }
        return keccak256(words);
    }

    function _partiesRoot(Party[] memory pledgors, Party[] memory holders) internal pure returns (bytes32) {
        return keccak256(abi.encode(_sideRoot(pledgors), _sideRoot(holders)));
    }

    function _document() internal pure returns (PledgeActs memory body) {
        body.instrument = _instrument();
    }

    function _actsAct(PledgeActs memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.pledgeActs(), abi.encode(body), hands);
    }

    /// @dev A whole release with the holders' consents in `mode`.
    function _release(uint40 pledge, uint8 mode) internal returns (PledgeActs memory body) {
        body = _document();
        body.consents = _consents(_holders(), mode);
        body.releases = new ReleasePledge[](1);
        body.releases[0].on = _on(pledge, PledgeRules.RELEASE);
        body.releases[0].parties = _now();
        body.releases[0].basis = 1;
        body.releases[0].reason = 1;
    }

    /// @dev Released by the pledgee's own signature.
    function _releaseAct(uint40 pledge) internal returns (Act memory) {
        Hand[] memory hands = _hands(_hand(pledgee));
        if (_head(pledge).register() != CN) hands = _and(hands, _officer(usOffice, Modes.SIGNED));
        return _actsAct(_release(pledge, Modes.SIGNED), hands);
    }

    /// @dev A page of a segment's list; `which` has a bit for each leaf concerned.
    function _leaves(uint40 segment, Listed memory listed, uint16 page, uint128 which)
        internal
        pure
        returns (LeafPage memory)
    {
        return LeafPage(segment, listed.blind, page, listed.pages, AssetListing.pageOf(listed.keys, page), which);
    }

    // --- Sequels ---

    /// @dev A new agreement with `holders` in the place of a pledge of the usual parties, signed by all.
    function _refinancing(uint40 pledge, Party[] memory holders, uint40[] memory segments)
        internal
        returns (RefinancePledge memory body)
    {
        body.on = _on(pledge, PledgeRules.REFINANCE);
        body.parties = _now();
        body.instrument = _instrument();
        (body.holders, body.names) = (holders, _names(holders));
        body.terms = _claim(_head(pledge).register());
        (body.content, body.agreement) = (keccak256("new content"), keccak256("new agreement"));
        body.segments = segments;
        body.consents =
            _joined(_consents(_usual(), Modes.SIGNED), _consents(holders, Modes.SIGNED, PartyRoles.NEW_PLEDGEE));
    }

    function _refinanceAct(RefinancePledge memory body, Hand[] memory hands) internal returns (Act memory) {
        _link(body.consents, hands);
        return _envelope(PledgeRules.refinancePledge(), abi.encode(body), hands);
    }

    /// @dev The usual pledgee of `pledge` lets `senior` go before it.
    function _relation(uint40 pledge, uint40 senior) internal returns (RelatePledges memory body) {
        body.on = _on(pledge, PledgeRules.RELATE);
        body.parties = _now();
        body.instrument = _instrument();
        (body.senior, body.kind) = (senior, RelationKinds.SUBORDINATION);
        body.consents = _consents(_holders(), Modes.SIGNED);
    }

    function _relateAct(RelatePledges memory body, Hand[] memory hands) internal returns (Act memory) {
        _link(body.consents, hands);
        return _envelope(PledgeRules.relatePledges(), abi.encode(body), hands);
    }

    /// @dev A sale for `price` of which the pledge takes all but the costs.
    function _sale(uint40 pledge, uint128 price, uint128 costs, bytes32[] memory assets)
        internal
        returns (RecordSale memory body)
    {
        body.on = _on(pledge, PledgeRules.SALE);
        body.parties = _now();
        body.instrument = _instrument();
        (body.price, body.currency, body.costs, body.buyer, body.assets) = (price, USD, costs, "buyer", assets);
        body.shares = new SaleShare[](1);
        body.shares[0] = SaleShare(pledge, 1, price - costs, price - costs);
        body.consents = _consents(_holders(), Modes.SIGNED);
    }

    function _saleAct(RecordSale memory body, Hand[] memory hands) internal returns (Act memory) {
        _link(body.consents, hands);
        return _envelope(PledgeRules.recordSale(), abi.encode(body), hands);
    }

    // --- Holds ---

    /// @dev A preservation under a court's order, until it is lifted.
    function _hold(uint16 register, uint8 target, bytes32 id, uint256 bars) internal view returns (PlaceHold memory) {
        bytes32 authority = _memberWord(court.account);
        return
            PlaceHold(
                register, OfficeCodes.HOLD, target, id, uint8(bars), HoldKinds.PRESERVATION, 0, authority, "order"
            );
    }

    /// @dev The office's own, for an unpaid fee.
    function _feeHold(uint16 register, uint8 target, bytes32 id, uint256 bars)
        internal
        pure
        returns (PlaceHold memory)
    {
        return PlaceHold(register, OfficeCodes.FEE_HOLD, target, id, uint8(bars), HoldKinds.FEE_UNPAID, 0, 0, "demand");
    }

    function _holdAct(PlaceHold memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.placeHold(), abi.encode(body), hands);
    }

    /// @dev By one officer of the register, who shows the order.
    function _holdAct(PlaceHold memory body) internal returns (Act memory) {
        uint8 mode = body.code == OfficeCodes.HOLD ? Modes.ORDERED : Modes.SIGNED;
        return _holdAct(body, _hands(_officer(_officeOf(body.register), mode)));
    }

    function _lift(PlaceHold memory placed, uint16 index) internal pure returns (LiftHold memory) {
        uint16 code = placed.code == OfficeCodes.HOLD ? OfficeCodes.LIFT : OfficeCodes.FEE_LIFT;
        return LiftHold(placed.register, code, placed.target, placed.id, index, placed.authority, "lifted");
    }

    function _liftAct(LiftHold memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.liftHold(), abi.encode(body), hands);
    }

    /// @dev By both officers of the register, who show the order.
    function _liftAct(LiftHold memory body) internal returns (Act memory) {
        Actor memory office = _officeOf(body.register);
        uint8 mode = body.code == OfficeCodes.LIFT ? Modes.ORDERED : Modes.SIGNED;
        return _liftAct(body, _hands(_officer(office, mode), _second(office, mode)));
    }

    // --- Numbers, parties, corrections ---

    function _joinAct(JoinAssets memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.joinAssets(), abi.encode(body), hands);
    }

    /// @dev By both officers of the register.
    function _joinAct(uint16 register, bytes32 other_, bytes32 key) internal returns (Act memory) {
        return _joinAct(JoinAssets(register, other_, key, "evidence"), _both(_officeOf(register), Modes.SIGNED));
    }

    function _partyAct(RecordParty memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.recordParty(), abi.encode(body), hands);
    }

    /// @dev By both officers of the register. `follower` is the successor or receiver, `account` the member that the party is; else 0.
    function _partyAct(uint16 register, bytes32 party, uint8 kind, bytes32 follower, address account)
        internal
        returns (Act memory)
    {
        RecordParty memory body = RecordParty(register, party, kind, follower, account, 0, "evidence", "");
        return _partyAct(body, _both(_officeOf(register), Modes.SIGNED));
    }

    /// @dev {RectifyKinds}; pages, segments or assets are added by the test.
    function _rectification(uint40 pledge, uint8 kind) internal view returns (RectifyPledge memory body) {
        body.on = _on(pledge, OfficeCodes.RECTIFY);
        body.kind = kind;
        body.corrects = "digest";
        body.instrument = _instrument();
    }

    function _rectifyAct(RectifyPledge memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.rectifyPledge(), abi.encode(body), hands);
    }

    /// @dev By both officers of the pledge's register.
    function _rectifyAct(RectifyPledge memory body) internal returns (Act memory) {
        return _rectifyAct(body, _both(_officeOf(_head(body.on.pledge).register()), Modes.SIGNED));
    }

    // --- Anchors ---

    function _anchorAct(AnchorRegister memory body) internal returns (Act memory) {
        Hand[] memory hands = _hands(_anchorer(_officeOf(body.register)));
        return _envelope(PledgeRules.anchorRegister(), abi.encode(body), hands);
    }

    function _seedAct(SeedAssets memory body) internal returns (Act memory) {
        Hand[] memory hands = _hands(_anchorer(_officeOf(body.register)));
        return _envelope(PledgeRules.seedAssets(), abi.encode(body), hands);
    }

    function _adoptAct(AdoptRecord memory body, Hand[] memory hands) internal returns (Act memory) {
        return _envelope(PledgeRules.adoptRecord(), abi.encode(body), hands);
    }

    // --- What is stored ---

    /// @dev The key of the office's first officer, as a decision names him.
    function _keys(Actor memory office) internal pure returns (address[] memory keys) {
        keys = new address[](1);
        keys[0] = vm.addr(office.key);
    }

    function _head(uint40 pledge) internal view returns (uint256 head) {
        (head,,,,) = registry.pledge(pledge);
    }

    function _termsOf(uint40 pledge) internal view returns (uint256 terms) {
        (, terms,,,) = registry.pledge(pledge);
    }

    function _partiesOf(uint40 pledge) internal view returns (bytes32 parties) {
        (,, parties,,) = registry.pledge(pledge);
    }

    function _chainOf(uint40 pledge) internal view returns (bytes32 chain) {
        (,,,, chain) = registry.pledge(pledge);
    }

    /// @dev Whatever the words lie at: states that no act leads to.
    function _store(uint40 pledge, uint256 head) internal {
        stdstore.target(address(registry)).sig(registry.pledge.selector).with_key(uint256(pledge)).depth(0)
            .checked_write(head);
    }

    function _storeAsset(bytes32 asset, uint256 word) internal {
        stdstore.target(address(registry)).sig(registry.asset.selector).with_key(asset).checked_write(word);
    }

    function _segmentWord(uint40 segment) internal view returns (uint256 word) {
        (word,) = registry.segment(segment);
    }

    function _assertState(uint40 pledge, uint8 state) internal view {
        assertEq(_head(pledge).state(), state, "state");
    }
}
