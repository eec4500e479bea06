// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AdoptRecord, RecordParty, RectifyPledge, SeedAssets} from "../types/OfficeBodies.sol";
import {
    AcceptPledge,
    ActOn,
    AddSegment,
    AssetList,
    ChangeParties,
    ChangeTerms,
    Consent,
    ContestAsset,
    DecidePledge,
    FilePledge,
    Ground,
    Instrument,
    LeafPage,
    NotePledge,
    PartiesNow,
    Party,
    PartyName,
    PledgeActs,
    PublishTitles,
    RecordPledge,
    RecordSale,
    RefinancePledge,
    RelatePledges,
    ReleaseAssets,
    ReleasePledge,
    ReserveSegment,
    SaleShare,
    SetPledgeState,
    Terms,
    When,
    WithdrawFiling
} from "../types/PledgeBodies.sol";
import {AnchoredRecord} from "./AnchorTree.sol";

/// @notice EIP-712 struct hashes of the pledge bodies. The type hashes are those of ledger.domain.acts; a test holds body for body that both agree.
/// @dev Structs of static words are hashed from calldata as they stand: unclean high bits give a hash that no wallet signs, and are refused where a
/// member is read.
library PledgeHash {
    bytes32 private constant TERMS = 0xd53fc371f3081a98d6f57430d88c987f7b6507895bf89099e323fd357e5dafbf;
    bytes32 private constant PARTY = 0x21f98797d3032b571c0ea20ed7f3b1bcc15cb34a98fc6360331f75c7bcbdf01a;
    bytes32 private constant ASSET_LIST = 0xa4edf9dd246bf350437391ed4c3bac7347d4307b9e8e5def2a4313ee3e3e7abd;
    bytes32 private constant INSTRUMENT = 0xc97dcae7d30c68da4c068b148ffb45444a89a81d9e033771e9ef70b299fa3057;
    bytes32 private constant WHEN = 0x6d730163cdeee8459a4eb5ca7fc4c4ffffcd660cbffcfbc6361cf2d5eed9e86b;
    bytes32 private constant CONSENT = 0x1546d474c8fc3ba0c9b13d4984bb4cb581315b0e7dd61a231de5fb6753165695;
    bytes32 private constant FILE_PLEDGE = 0xc915326a16b12add5557427e300096d06f4670e17a70523ca7b2cfc9a71ac2ec;
    bytes32 private constant ACCEPT_PLEDGE = 0x35c7c104e0547d2c7e03d483ebb214958080e81440585dedc2ff3c293bf8d1bd;
    bytes32 private constant PARTY_NAME = 0x60d2ea549f29a824e322611df9bde4dd09380ac11289b0593033bb6ca24c0898;
    bytes32 private constant GROUND = 0xe2dbbb10adb44e528e947f092b3a20a3a71d7eb4d9d51fad07776dfe599c9144;
    bytes32 private constant DECIDE_PLEDGE = 0x632259b4ee39ec77feb8988492f5379074e9fafed64c47dcdec9403908833864;
    bytes32 private constant ACT_ON = 0x964b17524beacb9ff8ab1ede3b7ab4040a0bb238033e12ae93f734b8a44c19cf;
    bytes32 private constant PARTIES_NOW = 0xdd9da1e69bcd50c12fc6476d6e7922767b9d18ca4649703789d3a1621bafd3bb;
    bytes32 private constant CHANGE_TERMS = 0x06b38ac096441fe0cc68258d662060af4b076ff2db0d561ecb84571084ebf018;
    bytes32 private constant CHANGE_PARTIES = 0x7a0ff3264b4a23ea31aa602c6c82c7d3f0c246c922027459ff3622bc10293c59;
    bytes32 private constant ADD_SEGMENT = 0x73333cc1f95bde8f6a8372e5d5ed9919a03a028299cb7acf8255522034d83242;
    bytes32 private constant LEAF_PAGE = 0xbb0c8997dc54c72b7847d68b21e079ddb2dc33120a1b9090925792a93aedd660;
    bytes32 private constant RELEASE_ASSETS = 0xdec145581c6a609e5f6bafdecc13f19725093a9acc40b2f471eb79c02f78afdc;
    bytes32 private constant RELEASE_PLEDGE = 0x374eed0d78d2f7d02038058b7286be14670a80225504a25cb677b38c11d93a88;
    bytes32 private constant SET_PLEDGE_STATE = 0xd366fee91efe03add62334aa6e6d6a908e65344cd8b646ea764b7e459783509a;
    bytes32 private constant NOTE_PLEDGE = 0x3a1d1b15d942964ad1c6932acaecb5349ff8e32c03af1a054ff8d421ac1081a7;
    bytes32 private constant PLEDGE_ACTS = 0xed94273d5a86a700b89ff3a24ad5028cfa1d64da94ce97c5a0f90b49afa36b53;
    bytes32 private constant RECORD_PLEDGE = 0x6e549146fb82aba943bd2a70a2e1429baceee4a4dfdf8f67f856b50c4202bc7f;
    bytes32 private constant WITHDRAW_FILING = 0xbfa7870bf200fb3c641ee07e922a585ffa0489173adfdb017dfffe8abffbe70d;
    bytes32 private constant CONTEST_ASSET = 0x42c0eb57d2ac49de2baed856807db4056c0e287f67f1b857286908bb637ce1f2;
    bytes32 private constant RESERVE_SEGMENT = 0xf8f3fa2d7d874720a7e3ddda5805be64cdabb15a896de20bf9ba81460b17a950;
    bytes32 private constant PUBLISH_TITLES = 0xc38da000dc88292623d07576f0be90b6a47911dae3523e1231ef41210297b992;
    bytes32 private constant REFINANCE_PLEDGE = 0xc65ed44133ac8716f112b7bfe1294c2835df705e80c3f3ef9effa30a018c352e;
    bytes32 private constant RELATE_PLEDGES = 0xbc0c333ff0d8b3e591e15132ae7cb7425c826c162f5574c1a0656ab6f4c636ed;
    bytes32 private constant RECORD_SALE = 0xd4639435c75d30800e849b145ef74f0b65503df57d9358362b2a447d2524552a;
    bytes32 private constant SALE_SHARE = 0x51acd13b9b0091595f9e50249b5d873a592bc803e2a3a3641829b64ad92496ac;
    bytes32 private constant RECORD_PARTY = 0x631a1b0bbd9bbac87e281b7cd624cee1d2fbf194c6572612663602651954cca4;
    bytes32 private constant RECTIFY_PLEDGE = 0x13165944e792666af22cb13b20fdd8f2ae0f6fff9b73fcf7dc2a4ecd275799ca;
    bytes32 private constant SEED_ASSETS = 0x106d4071a5bca17143f4d02fab0874d7b4802d9b6fcd827d949f8119ac33944c;
    bytes32 private constant ADOPT_RECORD = 0x1f812042ea073cab84b20cac2b34083266a71b3325124985dd806dd3be4cc8be;
    bytes32 private constant ANCHORED_RECORD = 0x18c11b171a9dc493d1fb2bf5ff29d4cca108be728df02675cf209c70e174918e;

    uint256 private constant WORD = 32;

    function ofFiling(FilePledge calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _start(FILE_PLEDGE, 12);
        words[1] = bytes32(uint256(body.register));
        words[2] = bytes32(uint256(body.version));
        words[3] = bytes32(uint256(body.code));
        words[4] = bytes32(uint256(body.flags));
        words[5] = _terms(body.terms);
        words[6] = _parties(body.parties);
        words[7] = _assetList(body.assets);
        words[8] = body.content;
        words[9] = body.agreement;
        words[10] = _instrument(body.instrument);
        words[11] = _when(body.when);
        words[12] = _consents(body.consents);
        return _end(words);
    }

    function ofAcceptance(AcceptPledge calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _start(ACCEPT_PLEDGE, 6);
        words[1] = bytes32(uint256(body.pledge));
        words[2] = ofFiling(body.filing);
        words[3] = body.blind;
        words[4] = bytes32(uint256(body.page));
        words[5] = _list(body.pages);
        words[6] = _list(body.assets);
        return _end(words);
    }

    function ofDecision(DecidePledge calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _start(DECIDE_PLEDGE, 7);
        words[1] = bytes32(uint256(body.pledge));
        words[2] = bytes32(uint256(body.decision));
        words[3] = ofFiling(body.filing);
        words[4] = _names(body.names);
        words[5] = titles(body.titles);
        words[6] = _grounds(body.grounds);
        words[7] = body.evidence;
        return _end(words);
    }

    function ofRecord(RecordPledge calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _start(RECORD_PLEDGE, 6);
        words[1] = ofFiling(body.filing);
        words[2] = body.blind;
        words[3] = _list(body.assets);
        words[4] = _names(body.names);
        words[5] = titles(body.titles);
        words[6] = _grounds(body.grounds);
        return _end(words);
    }

    function ofWithdrawal(WithdrawFiling calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _start(WITHDRAW_FILING, 4);
        words[1] = bytes32(uint256(body.pledge));
        words[2] = ofFiling(body.filing);
        words[3] = _instrument(body.instrument);
        words[4] = _consents(body.consents);
        return _end(words);
    }

    function ofActs(PledgeActs calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _start(PLEDGE_ACTS, 9);
        words[1] = _instrument(body.instrument);
        words[2] = _consents(body.consents);
        words[3] = _termsList(body.terms);
        words[4] = _partiesList(body.parties);
        words[5] = _segmentsList(body.segments);
        words[6] = _partReleases(body.partReleases);
        words[7] = _releases(body.releases);
        words[8] = _states(body.states);
        words[9] = _notes(body.notes);
        return _end(words);
    }

    /// @dev Also what a page of published titles is committed by: hash of the hashes of the texts.
    function titles(string[] calldata texts) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](texts.length);
        for (uint256 i = 0; i < texts.length; ++i) {
            hashes[i] = keccak256(bytes(texts[i]));
        }
        return _end(hashes);
    }

    function ofContest(ContestAsset calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _start(CONTEST_ASSET, 9);
        words[1] = bytes32(uint256(body.earlier));
        words[2] = bytes32(uint256(body.later));
        words[3] = ofFiling(body.filing);
        words[4] = body.asset;
        words[5] = body.blind;
        words[6] = bytes32(uint256(body.page));
        words[7] = _list(body.pages);
        words[8] = _list(body.assets);
        words[9] = _consents(body.consents);
        return _end(words);
    }

    function ofReservation(ReserveSegment calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _start(RESERVE_SEGMENT, 7);
        words[1] = bytes32(uint256(body.pledge));
        words[2] = bytes32(uint256(body.segment));
        words[3] = _assetList(body.list);
        words[4] = body.blind;
        words[5] = bytes32(uint256(body.page));
        words[6] = _list(body.pages);
        words[7] = _list(body.assets);
        return _end(words);
    }

    function ofTitles(PublishTitles calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _start(PUBLISH_TITLES, 4);
        words[1] = bytes32(uint256(body.segment));
        words[2] = bytes32(uint256(body.page));
        words[3] = _list(body.pages);
        words[4] = titles(body.titles);
        return _end(words);
    }

    function ofRefinancing(RefinancePledge calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _startOn(REFINANCE_PLEDGE, 10, body.on, body.parties);
        words[3] = _instrument(body.instrument);
        words[4] = _parties(body.holders);
        words[5] = _names(body.names);
        words[6] = _terms(body.terms);
        words[7] = body.content;
        words[8] = body.agreement;
        words[9] = _numbers(body.segments);
        words[10] = _consents(body.consents);
        return _end(words);
    }

    function ofRelation(RelatePledges calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _startOn(RELATE_PLEDGES, 7, body.on, body.parties);
        words[3] = _instrument(body.instrument);
        words[4] = bytes32(uint256(body.senior));
        words[5] = bytes32(uint256(body.kind));
        words[6] = bytes32(uint256(body.cap));
        words[7] = _consents(body.consents);
        return _end(words);
    }

    function ofSale(RecordSale calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _startOn(RECORD_SALE, 11, body.on, body.parties);
        words[3] = _instrument(body.instrument);
        words[4] = bytes32(uint256(body.price));
        words[5] = bytes32(uint256(body.currency));
        words[6] = bytes32(uint256(body.costs));
        words[7] = bytes32(uint256(body.surplus));
        words[8] = body.buyer;
        words[9] = _list(body.assets);
        words[10] = _shares(body.shares);
        words[11] = _consents(body.consents);
        return _end(words);
    }

    function ofParty(RecordParty calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _start(RECORD_PARTY, 8);
        words[1] = bytes32(uint256(body.register));
        words[2] = body.party;
        words[3] = bytes32(uint256(body.kind));
        words[4] = body.other;
        words[5] = bytes32(uint256(uint160(body.account)));
        words[6] = bytes32(uint256(int256(body.effective)));
        words[7] = body.evidence;
        words[8] = keccak256(bytes(body.name));
        return _end(words);
    }

    function ofRectification(RectifyPledge calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _start(RECTIFY_PLEDGE, 9);
        words[1] = _on(body.on);
        words[2] = bytes32(uint256(body.kind));
        words[3] = body.corrects;
        words[4] = _instrument(body.instrument);
        words[5] = bytes32(uint256(body.expires));
        words[6] = _numbers(body.segments);
        words[7] = _leafPages(body.pages);
        words[8] = _list(body.assets);
        words[9] = _consents(body.consents);
        return _end(words);
    }

    function ofSeeds(SeedAssets calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _start(SEED_ASSETS, 6);
        words[1] = bytes32(uint256(body.register));
        words[2] = bytes32(uint256(body.anchor));
        words[3] = bytes32(uint256(body.first));
        words[4] = _list(body.assets);
        words[5] = _list(body.numbers);
        words[6] = _list(body.proof);
        return _end(words);
    }

    function ofAdoption(AdoptRecord calldata body) internal pure returns (bytes32) {
        bytes32[] memory words = _start(ADOPT_RECORD, 12);
        words[1] = bytes32(uint256(body.anchor));
        words[2] = bytes32(uint256(body.index));
        words[3] = _record(body.record);
        words[4] = _list(body.proof);
        words[5] = _parties(body.parties);
        words[6] = _names(body.names);
        words[7] = body.blind;
        words[8] = bytes32(uint256(body.page));
        words[9] = _list(body.pages);
        words[10] = _list(body.assets);
        words[11] = body.agreement;
        words[12] = _instrument(body.instrument);
        return _end(words);
    }

    // --- Lists of acts ---

    function _termsList(ChangeTerms[] calldata list) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            bytes32[] memory words = _startOn(CHANGE_TERMS, 5, list[i].on, list[i].parties);
            words[3] = _terms(list[i].terms);
            words[4] = list[i].content;
            words[5] = list[i].agreement;
            hashes[i] = _end(words);
        }
        return _end(hashes);
    }

    function _partiesList(ChangeParties[] calldata list) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            bytes32[] memory words = _startOn(CHANGE_PARTIES, 5, list[i].on, list[i].parties);
            words[3] = _parties(list[i].pledgors);
            words[4] = _parties(list[i].holders);
            words[5] = _names(list[i].names);
            hashes[i] = _end(words);
        }
        return _end(hashes);
    }

    function _segmentsList(AddSegment[] calldata list) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            bytes32[] memory words = _startOn(ADD_SEGMENT, 8, list[i].on, list[i].parties);
            words[3] = _assetList(list[i].list);
            words[4] = bytes32(uint256(list[i].reserved));
            words[5] = list[i].blind;
            words[6] = _list(list[i].assets);
            words[7] = titles(list[i].titles);
            words[8] = list[i].content;
            hashes[i] = _end(words);
        }
        return _end(hashes);
    }

    function _partReleases(ReleaseAssets[] calldata list) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            bytes32[] memory words = _startOn(RELEASE_ASSETS, 6, list[i].on, list[i].parties);
            words[3] = bytes32(uint256(list[i].basis));
            words[4] = bytes32(uint256(list[i].reason));
            words[5] = _leafPages(list[i].leaves);
            words[6] = _list(list[i].unpledged);
            hashes[i] = _end(words);
        }
        return _end(hashes);
    }

    function _leafPages(LeafPage[] calldata list) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            bytes32[] memory words = _start(LEAF_PAGE, 6);
            words[1] = bytes32(uint256(list[i].segment));
            words[2] = list[i].blind;
            words[3] = bytes32(uint256(list[i].page));
            words[4] = _list(list[i].pages);
            words[5] = _list(list[i].assets);
            words[6] = bytes32(uint256(list[i].ended));
            hashes[i] = _end(words);
        }
        return _end(hashes);
    }

    function _releases(ReleasePledge[] calldata list) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            bytes32[] memory words = _startOn(RELEASE_PLEDGE, 6, list[i].on, list[i].parties);
            words[3] = bytes32(uint256(list[i].basis));
            words[4] = bytes32(uint256(list[i].reason));
            words[5] = _list(list[i].unlisted);
            words[6] = _list(list[i].unpledged);
            hashes[i] = _end(words);
        }
        return _end(hashes);
    }

    function _states(SetPledgeState[] calldata list) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            bytes32[] memory words = _startOn(SET_PLEDGE_STATE, 3, list[i].on, list[i].parties);
            words[3] = bytes32(uint256(list[i].reason));
            hashes[i] = _end(words);
        }
        return _end(hashes);
    }

    function _notes(NotePledge[] calldata list) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            bytes32[] memory words = _startOn(NOTE_PLEDGE, 7, list[i].on, list[i].parties);
            words[3] = bytes32(uint256(list[i].kind));
            words[4] = bytes32(uint256(list[i].other));
            words[5] = list[i].subject;
            words[6] = _list(list[i].assets);
            words[7] = keccak256(bytes(list[i].text));
            hashes[i] = _end(words);
        }
        return _end(hashes);
    }

    // --- Parts ---

    function _startOn(bytes32 type_, uint256 count, ActOn calldata on, PartiesNow calldata parties)
        private
        pure
        returns (bytes32[] memory words)
    {
        words = _start(type_, count);
        words[1] = _on(on);
        words[2] = keccak256(
            abi.encode(
                PARTIES_NOW,
                parties.pledgorsRoot,
                parties.holdersRoot,
                _parties(parties.pledgors),
                _parties(parties.holders)
            )
        );
    }

    function _on(ActOn calldata on) private pure returns (bytes32) {
        return keccak256(abi.encode(ACT_ON, on.pledge, on.version, on.code, _when(on.when)));
    }

    function _record(AnchoredRecord calldata part) private pure returns (bytes32) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := part
        }
        return _flat(ANCHORED_RECORD, offset, 16);
    }

    function _shares(SaleShare[] calldata list) private pure returns (bytes32) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := list.offset
        }
        return _flats(SALE_SHARE, offset, list.length, 4);
    }

    function _numbers(uint40[] calldata list) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(list));
    }

    function _instrument(Instrument calldata part) private pure returns (bytes32) {
        return
            keccak256(abi.encode(INSTRUMENT, part.number, part.document, part.executed, keccak256(bytes(part.caption))));
    }

    function _names(PartyName[] calldata list) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            hashes[i] =
                keccak256(abi.encode(PARTY_NAME, keccak256(bytes(list[i].name)), keccak256(bytes(list[i].capacity))));
        }
        return _end(hashes);
    }

    function _terms(Terms calldata part) private pure returns (bytes32) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := part
        }
        return _flat(TERMS, offset, 5);
    }

    function _when(When calldata part) private pure returns (bytes32) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := part
        }
        return _flat(WHEN, offset, 3);
    }

    function _assetList(AssetList calldata part) private pure returns (bytes32) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := part
        }
        return _flat(ASSET_LIST, offset, 3);
    }

    function _parties(Party[] calldata list) private pure returns (bytes32) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := list.offset
        }
        return _flats(PARTY, offset, list.length, 4);
    }

    function _consents(Consent[] calldata list) private pure returns (bytes32) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := list.offset
        }
        return _flats(CONSENT, offset, list.length, 7);
    }

    function _grounds(Ground[] calldata list) private pure returns (bytes32) {
        uint256 offset;
        assembly ("memory-safe") {
            offset := list.offset
        }
        return _flats(GROUND, offset, list.length, 3);
    }

    function _flats(bytes32 type_, uint256 offset, uint256 count, uint256 words) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            hashes[i] = _flat(type_, offset + i * words * WORD, words);
        }
        return _end(hashes);
    }

    /// @dev hashStruct of `words` static words in calldata at `at`.
    function _flat(bytes32 type_, uint256 offset, uint256 words) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := mul(words, 32)
            mstore(free, type_)
            calldatacopy(add(free, 32), offset, size)
            hash := keccak256(free, add(size, 32))
        }
    }

    function _list(bytes32[] calldata list) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(list));
    }

    function _start(bytes32 type_, uint256 count) private pure returns (bytes32[] memory words) {
        words = new bytes32[](count + 1);
        words[0] = type_;
    }

    /// @dev keccak256(abi.encodePacked(words)) without copying them.
    function _end(bytes32[] memory words) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(add(words, 32), mul(mload(words), 32))
        }
    }
}
