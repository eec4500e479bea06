// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Written by tests/model/pledge_rules.py from ledger.domain: registers as they ship, types of the acts, roots of lists.
/// A test holds that it is what they say today.
library PledgeRules {
    /// A kind of act: encodeType of its body, type hash of its envelope, the function that it runs and the one that
    /// hashes its body (0: Acts does).
    struct Kind {
        string body;
        bytes32 envelope;
        bytes4 selector;
        bytes4 hasher;
    }

    struct Register {
        uint16 number;
        string name;
        string office;
        uint256 rule;
        uint16[] codes;
        uint256[] words;
    }

    /// Root of the first `count` US applications (01000000 and on) under a blind of 0x07 bytes.
    struct Tree {
        uint24 count;
        bytes32 root;
    }

    uint16 internal constant ACCEPT = 1;
    uint16 internal constant RETURN = 2;
    uint16 internal constant REFUSE = 3;
    uint16 internal constant WITHDRAW = 4;
    uint16 internal constant NOTIFY = 5;
    uint16 internal constant ANSWER = 6;
    uint16 internal constant RECONSIDER = 7;
    uint16 internal constant CONTEST = 8;
    uint16 internal constant REGISTER = 10;
    uint16 internal constant SUPPLEMENT = 11;
    uint16 internal constant SET_TERMS = 12;
    uint16 internal constant TRANSFER = 13;
    uint16 internal constant CORRECT_PARTIES = 14;
    uint16 internal constant REFINANCE = 15;
    uint16 internal constant RELATE = 16;
    uint16 internal constant CORRECT_TERMS = 17;
    uint16 internal constant RELEASE = 20;
    uint16 internal constant PART_RELEASE = 21;
    uint16 internal constant END_BY_ORDER = 22;
    uint16 internal constant END_LEAVES_BY_ORDER = 23;
    uint16 internal constant NOTE = 30;
    uint16 internal constant AGREE = 31;
    uint16 internal constant OBJECT = 32;
    uint16 internal constant ENFORCE = 40;
    uint16 internal constant STOP_ENFORCING = 41;
    uint16 internal constant SALE = 42;
    uint16 internal constant HOLD = 60;
    uint16 internal constant LIFT = 61;
    uint16 internal constant FEE_HOLD = 62;
    uint16 internal constant FEE_LIFT = 63;
    uint16 internal constant RECTIFY = 64;
    uint16 internal constant JOIN = 65;
    uint16 internal constant PARTY = 66;
    uint16 internal constant ANCHOR = 67;
    uint16 internal constant SEED = 68;
    uint16 internal constant ADOPT = 69;

    function acceptPledge() internal pure returns (Kind memory) {
        return Kind(
            "AcceptPledge(uint40 pledge,FilePledge filing,bytes32 blind,uint16 page,bytes32[] pages,bytes32[] assets)AssetList(bytes32 root,uint24 count,bytes32 titles)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)FilePledge(uint16 register,uint16 version,uint16 code,uint16 flags,Terms terms,Party[] parties,AssetList assets,bytes32 content,bytes32 agreement,Instrument instrument,When when,Consent[] consents)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)Terms(uint128 ceiling,uint16 currency,uint8 kind,int40 due,uint40 expires)When(uint8 source,bool dateOnly,int40 effective)",
            0xaacf5b666beb1907350c316e52639ebe4cbabee471a36a2afdb3e48abc7e6e4c,
            0x9f0febcc,
            0xb98f9803
        );
    }

    function adoptRecord() internal pure returns (Kind memory) {
        return Kind(
            "AdoptRecord(uint16 anchor,uint48 index,AnchoredRecord record,bytes32[] proof,Party[] parties,PartyName[] names,bytes32 blind,uint16 page,bytes32[] pages,bytes32[] assets,bytes32 agreement,Instrument instrument)AnchoredRecord(uint16 register,bytes32 officeNumber,uint8 state,uint16 flags,int40 effective,uint40 expires,uint8 kind,uint16 currency,uint128 ceiling,int40 due,uint8 holders,bytes32 pledgorsRoot,bytes32 holdersRoot,uint24 assetCount,bytes32 assetsRoot,bytes32 content)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)PartyName(string name,string capacity)",
            0x9187ab4f49c1061efa90fb75e71610cb50afcd6aaf54b85c1374a00a439cf069,
            0xa31fb5f2,
            0xaa8eb570
        );
    }

    function anchorRegister() internal pure returns (Kind memory) {
        return Kind(
            "AnchorRegister(uint16 register,bytes32 recordsRoot,uint48 records,bytes32 assetsRoot,uint48 assets,int40 asAt,uint16 replaces,bytes32 evidence)",
            0x12d40854ec16a9e1449bca58640d64f044378194e525b431a540e8af5c8bf983,
            0x18cb723f,
            0x00000000
        );
    }

    function contestAsset() internal pure returns (Kind memory) {
        return Kind(
            "ContestAsset(uint40 earlier,uint40 later,FilePledge filing,bytes32 asset,bytes32 blind,uint16 page,bytes32[] pages,bytes32[] assets,Consent[] consents)AssetList(bytes32 root,uint24 count,bytes32 titles)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)FilePledge(uint16 register,uint16 version,uint16 code,uint16 flags,Terms terms,Party[] parties,AssetList assets,bytes32 content,bytes32 agreement,Instrument instrument,When when,Consent[] consents)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)Terms(uint128 ceiling,uint16 currency,uint8 kind,int40 due,uint40 expires)When(uint8 source,bool dateOnly,int40 effective)",
            0xf5f0e07769ed0ed1fd1bd4f51f59994f44ce8214b5606d202649fcdca25c7a3a,
            0x31fb3392,
            0x703ab36b
        );
    }

    function decidePledge() internal pure returns (Kind memory) {
        return Kind(
            "DecidePledge(uint40 pledge,uint8 decision,FilePledge filing,PartyName[] names,string[] titles,Ground[] grounds,bytes32 evidence)AssetList(bytes32 root,uint24 count,bytes32 titles)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)FilePledge(uint16 register,uint16 version,uint16 code,uint16 flags,Terms terms,Party[] parties,AssetList assets,bytes32 content,bytes32 agreement,Instrument instrument,When when,Consent[] consents)Ground(uint8 ground,uint8 result,bytes32 evidence)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)PartyName(string name,string capacity)Terms(uint128 ceiling,uint16 currency,uint8 kind,int40 due,uint40 expires)When(uint8 source,bool dateOnly,int40 effective)",
            0x8df0e2142afed10537fc6ff8456a443639f719c5abfbc1c3b1b008c23d995723,
            0x49b27a42,
            0xd195a0fb
        );
    }

    function filePledge() internal pure returns (Kind memory) {
        return Kind(
            "FilePledge(uint16 register,uint16 version,uint16 code,uint16 flags,Terms terms,Party[] parties,AssetList assets,bytes32 content,bytes32 agreement,Instrument instrument,When when,Consent[] consents)AssetList(bytes32 root,uint24 count,bytes32 titles)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)Terms(uint128 ceiling,uint16 currency,uint8 kind,int40 due,uint40 expires)When(uint8 source,bool dateOnly,int40 effective)",
            0x3f246bfb0fc30fc8f4620d3535b75ea4542c72327c7d84dbde6d31837f8dc07a,
            0xb61c246a,
            0x99227e73
        );
    }

    function joinAssets() internal pure returns (Kind memory) {
        return Kind(
            "JoinAssets(uint16 register,bytes32 other,bytes32 key,bytes32 evidence)",
            0xc1ce4fa175f962b05736d9ab84d27389a21446e6d6edc83383bedf03293fd143,
            0x7c17405a,
            0x00000000
        );
    }

    function liftHold() internal pure returns (Kind memory) {
        return Kind(
            "LiftHold(uint16 register,uint16 code,uint8 target,bytes32 id,uint16 number,bytes32 authority,bytes32 order)",
            0xf7e2f0fef33107270e250646b06138f5961862e66ee861f3a74330915abc6317,
            0x52965603,
            0x00000000
        );
    }

    function placeHold() internal pure returns (Kind memory) {
        return Kind(
            "PlaceHold(uint16 register,uint16 code,uint8 target,bytes32 id,uint8 bars,uint8 kind,uint40 until,bytes32 authority,bytes32 order)",
            0x812358115491ec3d5b4d7338211184287c26b7ecdbd0188ab8765d0e220580a6,
            0xc67337f9,
            0x00000000
        );
    }

    function pledgeActs() internal pure returns (Kind memory) {
        return Kind(
            "PledgeActs(Instrument instrument,Consent[] consents,ChangeTerms[] terms,ChangeParties[] parties,AddSegment[] segments,ReleaseAssets[] partReleases,ReleasePledge[] releases,SetPledgeState[] states,NotePledge[] notes)ActOn(uint40 pledge,uint24 version,uint16 code,When when)AddSegment(ActOn on,PartiesNow parties,AssetList list,uint40 reserved,bytes32 blind,bytes32[] assets,string[] titles,bytes32 content)AssetList(bytes32 root,uint24 count,bytes32 titles)ChangeParties(ActOn on,PartiesNow parties,Party[] pledgors,Party[] holders,PartyName[] names)ChangeTerms(ActOn on,PartiesNow parties,Terms terms,bytes32 content,bytes32 agreement)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)LeafPage(uint40 segment,bytes32 blind,uint16 page,bytes32[] pages,bytes32[] assets,uint128 ended)NotePledge(ActOn on,PartiesNow parties,uint8 kind,uint40 other,bytes32 subject,bytes32[] assets,string text)PartiesNow(bytes32 pledgorsRoot,bytes32 holdersRoot,Party[] pledgors,Party[] holders)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)PartyName(string name,string capacity)ReleaseAssets(ActOn on,PartiesNow parties,uint8 basis,uint8 reason,LeafPage[] leaves,bytes32[] unpledged)ReleasePledge(ActOn on,PartiesNow parties,uint8 basis,uint8 reason,bytes32[] unlisted,bytes32[] unpledged)SetPledgeState(ActOn on,PartiesNow parties,uint8 reason)Terms(uint128 ceiling,uint16 currency,uint8 kind,int40 due,uint40 expires)When(uint8 source,bool dateOnly,int40 effective)",
            0x7bdd95c9c4d623cf51432fa60ac3cda7821df57b4bcc43dd15121c51ae02d8f7,
            0xff5ad65a,
            0xcfe7a247
        );
    }

    function publishTitles() internal pure returns (Kind memory) {
        return Kind(
            "PublishTitles(uint40 segment,uint16 page,bytes32[] pages,string[] titles)",
            0x834f668aec1a6c52e0cab27bb11bdf56ea753286943f33fe40d3496e4fe29ef6,
            0x23124023,
            0xc905aa5f
        );
    }

    function recordParty() internal pure returns (Kind memory) {
        return Kind(
            "RecordParty(uint16 register,bytes32 party,uint8 kind,bytes32 other,address account,int40 effective,bytes32 evidence,string name)",
            0x454e2f68497cd8eef11eecb49c3575aeec13329032da51025bc6428b98a59b63,
            0xff2c3a3a,
            0xfc65cc89
        );
    }

    function recordPledge() internal pure returns (Kind memory) {
        return Kind(
            "RecordPledge(FilePledge filing,bytes32 blind,bytes32[] assets,PartyName[] names,string[] titles,Ground[] grounds)AssetList(bytes32 root,uint24 count,bytes32 titles)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)FilePledge(uint16 register,uint16 version,uint16 code,uint16 flags,Terms terms,Party[] parties,AssetList assets,bytes32 content,bytes32 agreement,Instrument instrument,When when,Consent[] consents)Ground(uint8 ground,uint8 result,bytes32 evidence)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)PartyName(string name,string capacity)Terms(uint128 ceiling,uint16 currency,uint8 kind,int40 due,uint40 expires)When(uint8 source,bool dateOnly,int40 effective)",
            0x00507e9bf0cde17cf5784cea265aec25ccdefd038a7f35a5ac8b5ce5eeabef82,
            0xe3c32b70,
            0x0827b1bb
        );
    }

    function recordSale() internal pure returns (Kind memory) {
        return Kind(
            "RecordSale(ActOn on,PartiesNow parties,Instrument instrument,uint128 price,uint16 currency,uint128 costs,uint128 surplus,bytes32 buyer,bytes32[] assets,SaleShare[] shares,Consent[] consents)ActOn(uint40 pledge,uint24 version,uint16 code,When when)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)PartiesNow(bytes32 pledgorsRoot,bytes32 holdersRoot,Party[] pledgors,Party[] holders)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)SaleShare(uint40 pledge,uint16 rank,uint128 claim,uint128 amount)When(uint8 source,bool dateOnly,int40 effective)",
            0x26b37a5c2ad0d6366e55f982647aa519855973bf81126169858257ae1597a3f7,
            0x4e5483ff,
            0x56697770
        );
    }

    function rectifyPledge() internal pure returns (Kind memory) {
        return Kind(
            "RectifyPledge(ActOn on,uint8 kind,bytes32 corrects,Instrument instrument,uint40 expires,uint40[] segments,LeafPage[] pages,bytes32[] assets,Consent[] consents)ActOn(uint40 pledge,uint24 version,uint16 code,When when)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)LeafPage(uint40 segment,bytes32 blind,uint16 page,bytes32[] pages,bytes32[] assets,uint128 ended)When(uint8 source,bool dateOnly,int40 effective)",
            0x5d5b184c6e1ad9abb3b3bf408fa239b0e158ba0d74471968e48a5e0a538aad41,
            0x2c0f4f6c,
            0xac9734ec
        );
    }

    function refinancePledge() internal pure returns (Kind memory) {
        return Kind(
            "RefinancePledge(ActOn on,PartiesNow parties,Instrument instrument,Party[] holders,PartyName[] names,Terms terms,bytes32 content,bytes32 agreement,uint40[] segments,Consent[] consents)ActOn(uint40 pledge,uint24 version,uint16 code,When when)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)PartiesNow(bytes32 pledgorsRoot,bytes32 holdersRoot,Party[] pledgors,Party[] holders)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)PartyName(string name,string capacity)Terms(uint128 ceiling,uint16 currency,uint8 kind,int40 due,uint40 expires)When(uint8 source,bool dateOnly,int40 effective)",
            0x3027833c75b27c91f4e3d09164d7d91ab0cf5ec733c4ebb9dec9ba83700fb292,
            0x2ae84719,
            0x608c656f
        );
    }

    function relatePledges() internal pure returns (Kind memory) {
        return Kind(
            "RelatePledges(ActOn on,PartiesNow parties,Instrument instrument,uint40 senior,uint8 kind,uint128 cap,Consent[] consents)ActOn(uint40 pledge,uint24 version,uint16 code,When when)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)PartiesNow(bytes32 pledgorsRoot,bytes32 holdersRoot,Party[] pledgors,Party[] holders)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)When(uint8 source,bool dateOnly,int40 effective)",
            0x380d9216d1e03bf8da80afeaac449a4be37431056f84cea75fabf62457eb2f14,
            0x60fb9984,
            0x3966302b
        );
    }

    function reserveSegment() internal pure returns (Kind memory) {
        return Kind(
            "ReserveSegment(uint40 pledge,uint40 segment,AssetList list,bytes32 blind,uint16 page,bytes32[] pages,bytes32[] assets)AssetList(bytes32 root,uint24 count,bytes32 titles)",
            0x614cf0d19d108e77aa2b50ba4b9849b2a091d64b456a0f71f6a234f9ee228582,
            0x60f8e69f,
            0xf962db51
        );
    }

    function seedAssets() internal pure returns (Kind memory) {
        return Kind(
            "SeedAssets(uint16 register,uint16 anchor,uint48 first,bytes32[] assets,bytes32[] numbers,bytes32[] proof)",
            0xd368cc5217d4b285456461b8ac3b9952daa6acc1074978f547df00b1266574da,
            0xc6716bd1,
            0x90df231a
        );
    }

    function stepFiling() internal pure returns (Kind memory) {
        return Kind(
            "StepFiling(uint40 pledge,uint16 code,bytes32 evidence,bytes32 content,uint40 until)",
            0x118a9c5c306babdf30ff785c8db97b533a7cb4ad54165ea20adcb455562cb0d2,
            0xfc9d877a,
            0x00000000
        );
    }

    function withdrawFiling() internal pure returns (Kind memory) {
        return Kind(
            "WithdrawFiling(uint40 pledge,FilePledge filing,Instrument instrument,Consent[] consents)AssetList(bytes32 root,uint24 count,bytes32 titles)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)FilePledge(uint16 register,uint16 version,uint16 code,uint16 flags,Terms terms,Party[] parties,AssetList assets,bytes32 content,bytes32 agreement,Instrument instrument,When when,Consent[] consents)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)Terms(uint128 ceiling,uint16 currency,uint8 kind,int40 due,uint40 expires)When(uint8 source,bool dateOnly,int40 effective)",
            0x74cb6c223225b8bc7cdfe2c0ca1b94f660fb2e673cda76d106d7439d3c449489,
            0x9274bd73,
            0x51fb5400
        );
    }

    function kinds() internal pure returns (Kind[] memory all) {
        all = new Kind[](21);
        all[0] = acceptPledge();
        all[1] = adoptRecord();
        all[2] = anchorRegister();
        all[3] = contestAsset();
        all[4] = decidePledge();
        all[5] = filePledge();
        all[6] = joinAssets();
        all[7] = liftHold();
        all[8] = placeHold();
        all[9] = pledgeActs();
        all[10] = publishTitles();
        all[11] = recordParty();
        all[12] = recordPledge();
        all[13] = recordSale();
        all[14] = rectifyPledge();
        all[15] = refinancePledge();
        all[16] = relatePledges();
        all[17] = reserveSegment();
        all[18] = seedAssets();
        all[19] = stepFiling();
        all[20] = withdrawFiling();
    }

    function registers() internal pure returns (Register[] memory all) {
        all = new Register[](8);
        all[0].number = 1;
        all[0].name = "US patent recordation";
        all[0].office = "United States recordation office";
        all[0].rule = 0x0060000000000000000000000000000000000000000000000004000080085553;
        all[0].codes = new uint16[](30);
        all[0].words = new uint256[](30);
        all[0].codes[0] = ACCEPT;
        all[0].words[0] = 0x0000000000000000000000278d00000000000000010001010002000000000000;
        all[0].codes[1] = RETURN;
        all[0].words[1] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[0].codes[2] = REFUSE;
        all[0].words[2] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[0].codes[3] = WITHDRAW;
        all[0].words[3] = 0x0000000000000000000000000000000000000000010001000006000033300000;
        all[0].codes[4] = NOTIFY;
        all[0].words[4] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[0].codes[5] = ANSWER;
        all[0].words[5] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[0].codes[6] = RECONSIDER;
        all[0].words[6] = 0x0000000000000000000000000000000000000100010001010100000000000000;
        all[0].codes[7] = CONTEST;
        all[0].words[7] = 0x0000000000000000000000000000000000000000010001100006000003000000;
        all[0].codes[8] = REGISTER;
        all[0].words[8] = 0x0000000000000000000000000000000000000100050001110004000033300001;
        all[0].codes[9] = SUPPLEMENT;
        all[0].words[9] = 0x0000000000000000000000000000000000000100050001110018000033300008;
        all[0].codes[10] = SET_TERMS;
        all[0].words[10] = 0x0000000000000000000000000000000000000100050001110018000033300010;
        all[0].codes[11] = TRANSFER;
        all[0].words[11] = 0x0000000000000000000000000000000000000102050001210018000307000020;
        all[0].codes[12] = CORRECT_PARTIES;
        all[0].words[12] = 0x0000000000000000000000000000000000000103050001210018003333300020;
        all[0].codes[13] = RELATE;
        all[0].words[13] = 0x0000000000000000000000000000000000000100050001210018000003000080;
        all[0].codes[14] = RELEASE;
        all[0].words[14] = 0x0000000000000000000600278d0000000000010005000121001800000f000002;
        all[0].codes[15] = PART_RELEASE;
        all[0].words[15] = 0x0000000000000000000600278d0000000000010005000121001800000f000004;
        all[0].codes[16] = END_BY_ORDER;
        all[0].words[16] = 0x0000000000000000007c00000000000000000100050001220018040000000002;
        all[0].codes[17] = END_LEAVES_BY_ORDER;
        all[0].words[17] = 0x0000000000000000007c00000000000000000100050001220018040000000004;
        all[0].codes[18] = NOTE;
        all[0].words[18] = 0x0000000000000000000000000000000000000100050001110038000000000080;
        all[0].codes[19] = AGREE;
        all[0].words[19] = 0x0000000000000000000000000000000000000100050001210018000003000080;
        all[0].codes[20] = HOLD;
        all[0].words[20] = 0x0000000000000000000000000000000000000100010001010000040000000000;
        all[0].codes[21] = LIFT;
        all[0].words[21] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[0].codes[22] = FEE_HOLD;
        all[0].words[22] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[0].codes[23] = FEE_LIFT;
        all[0].words[23] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[0].codes[24] = RECTIFY;
        all[0].words[24] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[0].codes[25] = JOIN;
        all[0].words[25] = 0x0000000000000000000000000000000000000100010001210000000000000000;
        all[0].codes[26] = PARTY;
        all[0].words[26] = 0x0000000000000000000000000000000000000100010001020000000000000000;
        all[0].codes[27] = ANCHOR;
        all[0].words[27] = 0x0000000000000000000000000000000000000100010800210000000000000000;
        all[0].codes[28] = SEED;
        all[0].words[28] = 0x0000000000000000000000000000000000000100010800010000000000000000;
        all[0].codes[29] = ADOPT;
        all[0].words[29] = 0x0000000000000000000000000000000000000100010801010000000000000000;
        all[1].number = 2;
        all[1].name = "US trademark recordation";
        all[1].office = "United States recordation office";
        all[1].rule = 0x0060000000000000000000000000000000000000000000000004000800005553;
        all[1].codes = new uint16[](30);
        all[1].words = new uint256[](30);
        all[1].codes[0] = ACCEPT;
        all[1].words[0] = 0x0000000000000000000000278d00000000000000010001010002000000000000;
        all[1].codes[1] = RETURN;
        all[1].words[1] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[1].codes[2] = REFUSE;
        all[1].words[2] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[1].codes[3] = WITHDRAW;
        all[1].words[3] = 0x0000000000000000000000000000000000000000010001000006000033300000;
        all[1].codes[4] = NOTIFY;
        all[1].words[4] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[1].codes[5] = ANSWER;
        all[1].words[5] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[1].codes[6] = RECONSIDER;
        all[1].words[6] = 0x0000000000000000000000000000000000000100010001010100000000000000;
        all[1].codes[7] = CONTEST;
        all[1].words[7] = 0x0000000000000000000000000000000000000000010001100006000003000000;
        all[1].codes[8] = REGISTER;
        all[1].words[8] = 0x0000000000000000000000000000000000000100050001110004000033300001;
        all[1].codes[9] = SUPPLEMENT;
        all[1].words[9] = 0x0000000000000000000000000000000000000100050001110018000033300008;
        all[1].codes[10] = SET_TERMS;
        all[1].words[10] = 0x0000000000000000000000000000000000000100050001110018000033300010;
        all[1].codes[11] = TRANSFER;
        all[1].words[11] = 0x0000000000000000000000000000000000000102050001210018000307000020;
        all[1].codes[12] = CORRECT_PARTIES;
        all[1].words[12] = 0x0000000000000000000000000000000000000103050001210018003333300020;
        all[1].codes[13] = RELATE;
        all[1].words[13] = 0x0000000000000000000000000000000000000100050001210018000003000080;
        all[1].codes[14] = RELEASE;
        all[1].words[14] = 0x0000000000000000000600278d0000000000010005000121001800000f000002;
        all[1].codes[15] = PART_RELEASE;
        all[1].words[15] = 0x0000000000000000000600278d0000000000010005000121001800000f000004;
        all[1].codes[16] = END_BY_ORDER;
        all[1].words[16] = 0x0000000000000000007c00000000000000000100050001220018040000000002;
        all[1].codes[17] = END_LEAVES_BY_ORDER;
        all[1].words[17] = 0x0000000000000000007c00000000000000000100050001220018040000000004;
        all[1].codes[18] = NOTE;
        all[1].words[18] = 0x0000000000000000000000000000000000000100050001110038000000000080;
        all[1].codes[19] = AGREE;
        all[1].words[19] = 0x0000000000000000000000000000000000000100050001210018000003000080;
        all[1].codes[20] = HOLD;
        all[1].words[20] = 0x0000000000000000000000000000000000000100010001010000040000000000;
        all[1].codes[21] = LIFT;
        all[1].words[21] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[1].codes[22] = FEE_HOLD;
        all[1].words[22] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[1].codes[23] = FEE_LIFT;
        all[1].words[23] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[1].codes[24] = RECTIFY;
        all[1].words[24] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[1].codes[25] = JOIN;
        all[1].words[25] = 0x0000000000000000000000000000000000000100010001210000000000000000;
        all[1].codes[26] = PARTY;
        all[1].words[26] = 0x0000000000000000000000000000000000000100010001020000000000000000;
        all[1].codes[27] = ANCHOR;
        all[1].words[27] = 0x0000000000000000000000000000000000000100010800210000000000000000;
        all[1].codes[28] = SEED;
        all[1].words[28] = 0x0000000000000000000000000000000000000100010800010000000000000000;
        all[1].codes[29] = ADOPT;
        all[1].words[29] = 0x0000000000000000000000000000000000000100010801010000000000000000;
        all[2].number = 3;
        all[2].name = "CN patent pledges";
        all[2].office = "China patent register";
        all[2].rule = 0x00000000000000000000000000000c000000000000001ffe000300008000434e;
        all[2].codes = new uint16[](35);
        all[2].words = new uint256[](35);
        all[2].codes[0] = ACCEPT;
        all[2].words[0] = 0x00000000000000000000004f1a00000000000000010001010002000000000000;
        all[2].codes[1] = RETURN;
        all[2].words[1] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[2].codes[2] = REFUSE;
        all[2].words[2] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[2].codes[3] = WITHDRAW;
        all[2].words[3] = 0x0000000000000000000000000000000000000000010001000006000033300000;
        all[2].codes[4] = NOTIFY;
        all[2].words[4] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[2].codes[5] = ANSWER;
        all[2].words[5] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[2].codes[6] = RECONSIDER;
        all[2].words[6] = 0x0000000000000000000000000000000000000100010001010100000000000000;
        all[2].codes[7] = CONTEST;
        all[2].words[7] = 0x0000000000000000000000000000000000000000010001100006000003000000;
        all[2].codes[8] = REGISTER;
        all[2].words[8] = 0x0000000000000000000000000000000000000100010001110004000033300001;
        all[2].codes[9] = SUPPLEMENT;
        all[2].words[9] = 0x0000000000000000000000000000000000000300010001110018000033300008;
        all[2].codes[10] = SET_TERMS;
        all[2].words[10] = 0x0000000000000000000000000000000000000300010001210018000033300010;
        all[2].codes[11] = CORRECT_TERMS;
        all[2].words[11] = 0x0000000000000000000000000000000000000300010001220018040000000010;
        all[2].codes[12] = TRANSFER;
        all[2].words[12] = 0x0000000000000000000000000000000000000302010001210018000307000020;
        all[2].codes[13] = CORRECT_PARTIES;
        all[2].words[13] = 0x0000000000000000000000000000000000000303010001210018003333300020;
        all[2].codes[14] = REFINANCE;
        all[2].words[14] = 0x0000000000000000008000000000000000000300010001210018000333300002;
        all[2].codes[15] = RELATE;
        all[2].words[15] = 0x0000000000000000000000000000000000000100010001210018000003000080;
        all[2].codes[16] = RELEASE;
        all[2].words[16] = 0x0000000000000000000600278d0000000000010001000120001800000f000002;
        all[2].codes[17] = PART_RELEASE;
        all[2].words[17] = 0x0000000000000000000600278d0000000000010001000120001800000f000004;
        all[2].codes[18] = END_BY_ORDER;
        all[2].words[18] = 0x0000000000000000007c00000000000000000100010001220018040000000002;
        all[2].codes[19] = END_LEAVES_BY_ORDER;
        all[2].words[19] = 0x0000000000000000007c00000000000000000100010001220018040000000004;
        all[2].codes[20] = NOTE;
        all[2].words[20] = 0x0000000000000000000000000000000000000100010001110038000000000080;
        all[2].codes[21] = AGREE;
        all[2].words[21] = 0x0000000000000000000000000000000000000100010001200018000003000080;
        all[2].codes[22] = ENFORCE;
        all[2].words[22] = 0x0000000000000000000000000000000000000100010001100008000007000440;
        all[2].codes[23] = STOP_ENFORCING;
        all[2].words[23] = 0x0000000000000000000000000000000000000100010001100010000007000340;
        all[2].codes[24] = SALE;
        all[2].words[24] = 0x0000000000000000000000000000000000000100010001210010000003000080;
        all[2].codes[25] = HOLD;
        all[2].words[25] = 0x0000000000000000000000000000000000000100010001010000040000000000;
        all[2].codes[26] = LIFT;
        all[2].words[26] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[2].codes[27] = FEE_HOLD;
        all[2].words[27] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[2].codes[28] = FEE_LIFT;
        all[2].words[28] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[2].codes[29] = RECTIFY;
        all[2].words[29] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[2].codes[30] = JOIN;
        all[2].words[30] = 0x0000000000000000000000000000000000000100010001210000000000000000;
        all[2].codes[31] = PARTY;
        all[2].words[31] = 0x0000000000000000000000000000000000000100010001020000000000000000;
        all[2].codes[32] = ANCHOR;
        all[2].words[32] = 0x0000000000000000000000000000000000000100010800210000000000000000;
        all[2].codes[33] = SEED;
        all[2].words[33] = 0x0000000000000000000000000000000000000100010800010000000000000000;
        all[2].codes[34] = ADOPT;
        all[2].words[34] = 0x0000000000000000000000000000000000000100010801010000000000000000;
        all[3].number = 4;
        all[3].name = "CN trademark pledges";
        all[3].office = "China trademark register";
        all[3].rule = 0x0000000000000000000000000000000000000000000001fe000300080000434e;
        all[3].codes = new uint16[](35);
        all[3].words = new uint256[](35);
        all[3].codes[0] = ACCEPT;
        all[3].words[0] = 0x00000000000000000000004f1a00000000000000010001010002000000000000;
        all[3].codes[1] = RETURN;
        all[3].words[1] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[3].codes[2] = REFUSE;
        all[3].words[2] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[3].codes[3] = WITHDRAW;
        all[3].words[3] = 0x0000000000000000000000000000000000000000010001000006000033300000;
        all[3].codes[4] = NOTIFY;
        all[3].words[4] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[3].codes[5] = ANSWER;
        all[3].words[5] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[3].codes[6] = RECONSIDER;
        all[3].words[6] = 0x0000000000000000000000000000000000000100010001010100000000000000;
        all[3].codes[7] = CONTEST;
        all[3].words[7] = 0x0000000000000000000000000000000000000000010001100006000003000000;
        all[3].codes[8] = REGISTER;
        all[3].words[8] = 0x0000000000000000000000000000000000000100010001110004000033300001;
        all[3].codes[9] = SUPPLEMENT;
        all[3].words[9] = 0x0000000000000000000000000000000000000300010001110018000033300008;
        all[3].codes[10] = SET_TERMS;
        all[3].words[10] = 0x0000000000000000000000000000000000000300010001210018000033300010;
        all[3].codes[11] = CORRECT_TERMS;
        all[3].words[11] = 0x0000000000000000000000000000000000000300010001220018040000000010;
        all[3].codes[12] = TRANSFER;
        all[3].words[12] = 0x0000000000000000000000000000000000000302010001210018000307000020;
        all[3].codes[13] = CORRECT_PARTIES;
        all[3].words[13] = 0x0000000000000000000000000000000000000303010001210018003333300020;
        all[3].codes[14] = REFINANCE;
        all[3].words[14] = 0x0000000000000000008000000000000000000300010001210018000333300002;
        all[3].codes[15] = RELATE;
        all[3].words[15] = 0x0000000000000000000000000000000000000100010001210018000003000080;
        all[3].codes[16] = RELEASE;
        all[3].words[16] = 0x0000000000000000000600278d0000000000010001000120001800000f000002;
        all[3].codes[17] = PART_RELEASE;
        all[3].words[17] = 0x0000000000000000000600278d0000000000010001000120001800000f000004;
        all[3].codes[18] = END_BY_ORDER;
        all[3].words[18] = 0x0000000000000000007c00000000000000000100010001220018040000000002;
        all[3].codes[19] = END_LEAVES_BY_ORDER;
        all[3].words[19] = 0x0000000000000000007c00000000000000000100010001220018040000000004;
        all[3].codes[20] = NOTE;
        all[3].words[20] = 0x0000000000000000000000000000000000000100010001110038000000000080;
        all[3].codes[21] = AGREE;
        all[3].words[21] = 0x0000000000000000000000000000000000000100010001200018000003000080;
        all[3].codes[22] = ENFORCE;
        all[3].words[22] = 0x0000000000000000000000000000000000000100010001100008000007000440;
        all[3].codes[23] = STOP_ENFORCING;
        all[3].words[23] = 0x0000000000000000000000000000000000000100010001100010000007000340;
        all[3].codes[24] = SALE;
        all[3].words[24] = 0x0000000000000000000000000000000000000100010001210010000003000080;
        all[3].codes[25] = HOLD;
        all[3].words[25] = 0x0000000000000000000000000000000000000100010001010000040000000000;
        all[3].codes[26] = LIFT;
        all[3].words[26] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[3].codes[27] = FEE_HOLD;
        all[3].words[27] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[3].codes[28] = FEE_LIFT;
        all[3].words[28] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[3].codes[29] = RECTIFY;
        all[3].words[29] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[3].codes[30] = JOIN;
        all[3].words[30] = 0x0000000000000000000000000000000000000100010001210000000000000000;
        all[3].codes[31] = PARTY;
        all[3].words[31] = 0x0000000000000000000000000000000000000100010001020000000000000000;
        all[3].codes[32] = ANCHOR;
        all[3].words[32] = 0x0000000000000000000000000000000000000100010800210000000000000000;
        all[3].codes[33] = SEED;
        all[3].words[33] = 0x0000000000000000000000000000000000000100010800010000000000000000;
        all[3].codes[34] = ADOPT;
        all[3].words[34] = 0x0000000000000000000000000000000000000100010801010000000000000000;
        all[4].number = 5;
        all[4].name = "CN copyright pledges";
        all[4].office = "China copyright register";
        all[4].rule = 0x0000000000000000000000000000000000000000000000fe000300000004434e;
        all[4].codes = new uint16[](35);
        all[4].words = new uint256[](35);
        all[4].codes[0] = ACCEPT;
        all[4].words[0] = 0x00000000000000000000004f1a00000000000000010001010002000000000000;
        all[4].codes[1] = RETURN;
        all[4].words[1] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[4].codes[2] = REFUSE;
        all[4].words[2] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[4].codes[3] = WITHDRAW;
        all[4].words[3] = 0x0000000000000000000000000000000000000000010001000006000033300000;
        all[4].codes[4] = NOTIFY;
        all[4].words[4] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[4].codes[5] = ANSWER;
        all[4].words[5] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[4].codes[6] = RECONSIDER;
        all[4].words[6] = 0x0000000000000000000000000000000000000100010001010100000000000000;
        all[4].codes[7] = CONTEST;
        all[4].words[7] = 0x0000000000000000000000000000000000000000010001100006000003000000;
        all[4].codes[8] = REGISTER;
        all[4].words[8] = 0x0000000000000000000000000000000000000100010001110004000033300001;
        all[4].codes[9] = SUPPLEMENT;
        all[4].words[9] = 0x0000000000000000000000000000000000000300010001110018000033300008;
        all[4].codes[10] = SET_TERMS;
        all[4].words[10] = 0x0000000000000000000000000000000000000300010001210018000033300010;
        all[4].codes[11] = CORRECT_TERMS;
        all[4].words[11] = 0x0000000000000000000000000000000000000300010001220018040000000010;
        all[4].codes[12] = TRANSFER;
        all[4].words[12] = 0x0000000000000000000000000000000000000302010001210018000307000020;
        all[4].codes[13] = CORRECT_PARTIES;
        all[4].words[13] = 0x0000000000000000000000000000000000000303010001210018003333300020;
        all[4].codes[14] = REFINANCE;
        all[4].words[14] = 0x0000000000000000008000000000000000000300010001210018000333300002;
        all[4].codes[15] = RELATE;
        all[4].words[15] = 0x0000000000000000000000000000000000000100010001210018000003000080;
        all[4].codes[16] = RELEASE;
        all[4].words[16] = 0x0000000000000000000600278d0000000000010001000120001800000f000002;
        all[4].codes[17] = PART_RELEASE;
        all[4].words[17] = 0x0000000000000000000600278d0000000000010001000120001800000f000004;
        all[4].codes[18] = END_BY_ORDER;
        all[4].words[18] = 0x0000000000000000007c00000000000000000100010001220018040000000002;
        all[4].codes[19] = END_LEAVES_BY_ORDER;
        all[4].words[19] = 0x0000000000000000007c00000000000000000100010001220018040000000004;
        all[4].codes[20] = NOTE;
        all[4].words[20] = 0x0000000000000000000000000000000000000100010001110038000000000080;
        all[4].codes[21] = AGREE;
        all[4].words[21] = 0x0000000000000000000000000000000000000100010001200018000003000080;
        all[4].codes[22] = ENFORCE;
        all[4].words[22] = 0x0000000000000000000000000000000000000100010001100008000007000440;
        all[4].codes[23] = STOP_ENFORCING;
        all[4].words[23] = 0x0000000000000000000000000000000000000100010001100010000007000340;
        all[4].codes[24] = SALE;
        all[4].words[24] = 0x0000000000000000000000000000000000000100010001210010000003000080;
        all[4].codes[25] = HOLD;
        all[4].words[25] = 0x0000000000000000000000000000000000000100010001010000040000000000;
        all[4].codes[26] = LIFT;
        all[4].words[26] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[4].codes[27] = FEE_HOLD;
        all[4].words[27] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[4].codes[28] = FEE_LIFT;
        all[4].words[28] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[4].codes[29] = RECTIFY;
        all[4].words[29] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[4].codes[30] = JOIN;
        all[4].words[30] = 0x0000000000000000000000000000000000000100010001210000000000000000;
        all[4].codes[31] = PARTY;
        all[4].words[31] = 0x0000000000000000000000000000000000000100010001020000000000000000;
        all[4].codes[32] = ANCHOR;
        all[4].words[32] = 0x0000000000000000000000000000000000000100010800210000000000000000;
        all[4].codes[33] = SEED;
        all[4].words[33] = 0x0000000000000000000000000000000000000100010800010000000000000000;
        all[4].codes[34] = ADOPT;
        all[4].words[34] = 0x0000000000000000000000000000000000000100010801010000000000000000;
        all[5].number = 6;
        all[5].name = "CN movables and rights (receivables)";
        all[5].office = "China unified movables register";
        all[5].rule = 0x1820005a2ace001e00000000000000000000000000000000000400000041434e;
        all[5].codes = new uint16[](35);
        all[5].words = new uint256[](35);
        all[5].codes[0] = ACCEPT;
        all[5].words[0] = 0x0000000000000000000000093a80000000000000010001010002000000000000;
        all[5].codes[1] = RETURN;
        all[5].words[1] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[5].codes[2] = REFUSE;
        all[5].words[2] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[5].codes[3] = WITHDRAW;
        all[5].words[3] = 0x0000000000000000000000000000000000000000010001000006000003000000;
        all[5].codes[4] = NOTIFY;
        all[5].words[4] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[5].codes[5] = ANSWER;
        all[5].words[5] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[5].codes[6] = RECONSIDER;
        all[5].words[6] = 0x0000000000000000000000000000000000000100010001010100000000000000;
        all[5].codes[7] = CONTEST;
        all[5].words[7] = 0x0000000000000000000000000000000000000000010001100006000003000000;
        all[5].codes[8] = REGISTER;
        all[5].words[8] = 0x0000000000000000000000000000000000000000010001110004000003000001;
        all[5].codes[9] = SUPPLEMENT;
        all[5].words[9] = 0x0000000000000000000000000000000000000000010001110018000003000008;
        all[5].codes[10] = SET_TERMS;
        all[5].words[10] = 0x0000000000000000000000000000000000000000010001110018000003000010;
        all[5].codes[11] = TRANSFER;
        all[5].words[11] = 0x0000000000000000000000000000000000000002010001210018000307000020;
        all[5].codes[12] = CORRECT_PARTIES;
        all[5].words[12] = 0x0000000000000000000000000000000000000003010001210018000303000020;
        all[5].codes[13] = REFINANCE;
        all[5].words[13] = 0x0000000000000000008000000000000000000100010001210018000303000002;
        all[5].codes[14] = RELATE;
        all[5].words[14] = 0x0000000000000000000000000000000000000100010001200018000003000080;
        all[5].codes[15] = RELEASE;
        all[5].words[15] = 0x0000000000000000000600278d0000000000000001000120001800000f000002;
        all[5].codes[16] = PART_RELEASE;
        all[5].words[16] = 0x0000000000000000000600278d0000000000000001000120001800000f000004;
        all[5].codes[17] = END_BY_ORDER;
        all[5].words[17] = 0x0000000000000000007c00000000000000000100010001220018040000000002;
        all[5].codes[18] = END_LEAVES_BY_ORDER;
        all[5].words[18] = 0x0000000000000000007c00000000000000000100010001220018040000000004;
        all[5].codes[19] = NOTE;
        all[5].words[19] = 0x0000000000000000000000000000000000000100010001110038000000000080;
        all[5].codes[20] = AGREE;
        all[5].words[20] = 0x0000000000000000000000000000000000000100010001200018000003000080;
        all[5].codes[21] = OBJECT;
        all[5].words[21] = 0x0000000000000000000000000000000000000100010001100018000000300080;
        all[5].codes[22] = ENFORCE;
        all[5].words[22] = 0x0000000000000000000000000000000000000100010001100008000007000440;
        all[5].codes[23] = STOP_ENFORCING;
        all[5].words[23] = 0x0000000000000000000000000000000000000100010001100010000007000340;
        all[5].codes[24] = SALE;
        all[5].words[24] = 0x0000000000000000000000000000000000000100010001210010000003000080;
        all[5].codes[25] = HOLD;
        all[5].words[25] = 0x0000000000000000000000000000000000000100010001010000040000000000;
        all[5].codes[26] = LIFT;
        all[5].words[26] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[5].codes[27] = FEE_HOLD;
        all[5].words[27] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[5].codes[28] = FEE_LIFT;
        all[5].words[28] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[5].codes[29] = RECTIFY;
        all[5].words[29] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[5].codes[30] = JOIN;
        all[5].words[30] = 0x0000000000000000000000000000000000000100010001210000000000000000;
        all[5].codes[31] = PARTY;
        all[5].words[31] = 0x0000000000000000000000000000000000000100010001020000000000000000;
        all[5].codes[32] = ANCHOR;
        all[5].words[32] = 0x0000000000000000000000000000000000000100010800210000000000000000;
        all[5].codes[33] = SEED;
        all[5].words[33] = 0x0000000000000000000000000000000000000100010800010000000000000000;
        all[5].codes[34] = ADOPT;
        all[5].words[34] = 0x0000000000000000000000000000000000000100010801010000000000000000;
        all[6].number = 7;
        all[6].name = "AU personal property securities";
        all[6].office = "Australian securities register";
        all[6].rule = 0x382000000000000000000000000000000000000000000000000c0008804d4155;
        all[6].codes = new uint16[](35);
        all[6].words = new uint256[](35);
        all[6].codes[0] = ACCEPT;
        all[6].words[0] = 0x0000000000000000000000093a80000000000000010001010002000000000000;
        all[6].codes[1] = RETURN;
        all[6].words[1] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[6].codes[2] = REFUSE;
        all[6].words[2] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[6].codes[3] = WITHDRAW;
        all[6].words[3] = 0x0000000000000000000000000000000000000000010001000006000003000000;
        all[6].codes[4] = NOTIFY;
        all[6].words[4] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[6].codes[5] = ANSWER;
        all[6].words[5] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[6].codes[6] = RECONSIDER;
        all[6].words[6] = 0x0000000000000000000000000000000000000100010001010100000000000000;
        all[6].codes[7] = CONTEST;
        all[6].words[7] = 0x0000000000000000000000000000000000000000010001100006000003000000;
        all[6].codes[8] = REGISTER;
        all[6].words[8] = 0x0000000000000000000000000000000000000000010001110004000003000001;
        all[6].codes[9] = SUPPLEMENT;
        all[6].words[9] = 0x0000000000000000000000000000000000000000010001110018000003000008;
        all[6].codes[10] = SET_TERMS;
        all[6].words[10] = 0x0000000000000000000000000000000000000000010001110018000003000010;
        all[6].codes[11] = TRANSFER;
        all[6].words[11] = 0x0000000000000000000000000000000000000002010001210018000307000020;
        all[6].codes[12] = CORRECT_PARTIES;
        all[6].words[12] = 0x0000000000000000000000000000000000000003010001210018000303000020;
        all[6].codes[13] = REFINANCE;
        all[6].words[13] = 0x0000000000000000008000000000000000000100010001210018000303000002;
        all[6].codes[14] = RELATE;
        all[6].words[14] = 0x0000000000000000000000000000000000000100010001200018000003000080;
        all[6].codes[15] = RELEASE;
        all[6].words[15] = 0x0000000000000000000600278d0000000000000001000120001800000f000002;
        all[6].codes[16] = PART_RELEASE;
        all[6].words[16] = 0x0000000000000000000600278d0000000000000001000120001800000f000004;
        all[6].codes[17] = END_BY_ORDER;
        all[6].words[17] = 0x0000000000000000007c00000000000000000100010001220018040000000002;
        all[6].codes[18] = END_LEAVES_BY_ORDER;
        all[6].words[18] = 0x0000000000000000007c00000000000000000100010001220018040000000004;
        all[6].codes[19] = NOTE;
        all[6].words[19] = 0x0000000000000000000000000000000000000100010001110038000000000080;
        all[6].codes[20] = AGREE;
        all[6].words[20] = 0x0000000000000000000000000000000000000100010001200018000003000080;
        all[6].codes[21] = OBJECT;
        all[6].words[21] = 0x0000000000000000000000000000000000000100010001100018000000300080;
        all[6].codes[22] = ENFORCE;
        all[6].words[22] = 0x0000000000000000000000000000000000000100010001100008000007000440;
        all[6].codes[23] = STOP_ENFORCING;
        all[6].words[23] = 0x0000000000000000000000000000000000000100010001100010000007000340;
        all[6].codes[24] = SALE;
        all[6].words[24] = 0x0000000000000000000000000000000000000100010001210010000003000080;
        all[6].codes[25] = HOLD;
        all[6].words[25] = 0x0000000000000000000000000000000000000100010001010000040000000000;
        all[6].codes[26] = LIFT;
        all[6].words[26] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[6].codes[27] = FEE_HOLD;
        all[6].words[27] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[6].codes[28] = FEE_LIFT;
        all[6].words[28] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[6].codes[29] = RECTIFY;
        all[6].words[29] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[6].codes[30] = JOIN;
        all[6].words[30] = 0x0000000000000000000000000000000000000100010001210000000000000000;
        all[6].codes[31] = PARTY;
        all[6].words[31] = 0x0000000000000000000000000000000000000100010001020000000000000000;
        all[6].codes[32] = ANCHOR;
        all[6].words[32] = 0x0000000000000000000000000000000000000100010800210000000000000000;
        all[6].codes[33] = SEED;
        all[6].words[33] = 0x0000000000000000000000000000000000000100010800010000000000000000;
        all[6].codes[34] = ADOPT;
        all[6].words[34] = 0x0000000000000000000000000000000000000100010801010000000000000000;
        all[7].number = 8;
        all[7].name = "NZ personal property securities";
        all[7].office = "New Zealand securities register";
        all[7].rule = 0x38200000072300000000000000000000000000000000000000040008804d4e5a;
        all[7].codes = new uint16[](35);
        all[7].words = new uint256[](35);
        all[7].codes[0] = ACCEPT;
        all[7].words[0] = 0x0000000000000000000000093a80000000000000010001010002000000000000;
        all[7].codes[1] = RETURN;
        all[7].words[1] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[7].codes[2] = REFUSE;
        all[7].words[2] = 0x0000000000000000000000000000000000000000010001010006000000000000;
        all[7].codes[3] = WITHDRAW;
        all[7].words[3] = 0x0000000000000000000000000000000000000000010001000006000003000000;
        all[7].codes[4] = NOTIFY;
        all[7].words[4] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[7].codes[5] = ANSWER;
        all[7].words[5] = 0x0000000000000000000000000000000000000100010001010006000000000000;
        all[7].codes[6] = RECONSIDER;
        all[7].words[6] = 0x0000000000000000000000000000000000000100010001010100000000000000;
        all[7].codes[7] = CONTEST;
        all[7].words[7] = 0x0000000000000000000000000000000000000000010001100006000003000000;
        all[7].codes[8] = REGISTER;
        all[7].words[8] = 0x0000000000000000000000000000000000000000010001110004000003000001;
        all[7].codes[9] = SUPPLEMENT;
        all[7].words[9] = 0x0000000000000000000000000000000000000000010001110018000003000008;
        all[7].codes[10] = SET_TERMS;
        all[7].words[10] = 0x0000000000000000000000000000000000000000010001110018000003000010;
        all[7].codes[11] = TRANSFER;
        all[7].words[11] = 0x0000000000000000000000000000000000000002010001210018000307000020;
        all[7].codes[12] = CORRECT_PARTIES;
        all[7].words[12] = 0x0000000000000000000000000000000000000003010001210018000303000020;
        all[7].codes[13] = REFINANCE;
        all[7].words[13] = 0x0000000000000000008000000000000000000100010001210018000303000002;
        all[7].codes[14] = RELATE;
        all[7].words[14] = 0x0000000000000000000000000000000000000100010001200018000003000080;
        all[7].codes[15] = RELEASE;
        all[7].words[15] = 0x0000000000000000000600278d0000000000000001000120001800000f000002;
        all[7].codes[16] = PART_RELEASE;
        all[7].words[16] = 0x0000000000000000000600278d0000000000000001000120001800000f000004;
        all[7].codes[17] = END_BY_ORDER;
        all[7].words[17] = 0x0000000000000000007c00000000000000000100010001220018040000000002;
        all[7].codes[18] = END_LEAVES_BY_ORDER;
        all[7].words[18] = 0x0000000000000000007c00000000000000000100010001220018040000000004;
        all[7].codes[19] = NOTE;
        all[7].words[19] = 0x0000000000000000000000000000000000000100010001110038000000000080;
        all[7].codes[20] = AGREE;
        all[7].words[20] = 0x0000000000000000000000000000000000000100010001200018000003000080;
        all[7].codes[21] = OBJECT;
        all[7].words[21] = 0x0000000000000000000000000000000000000100010001100018000000300080;
        all[7].codes[22] = ENFORCE;
        all[7].words[22] = 0x0000000000000000000000000000000000000100010001100008000007000440;
        all[7].codes[23] = STOP_ENFORCING;
        all[7].words[23] = 0x0000000000000000000000000000000000000100010001100010000007000340;
        all[7].codes[24] = SALE;
        all[7].words[24] = 0x0000000000000000000000000000000000000100010001210010000003000080;
        all[7].codes[25] = HOLD;
        all[7].words[25] = 0x0000000000000000000000000000000000000100010001010000040000000000;
        all[7].codes[26] = LIFT;
        all[7].words[26] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[7].codes[27] = FEE_HOLD;
        all[7].words[27] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[7].codes[28] = FEE_LIFT;
        all[7].words[28] = 0x0000000000000000000000000000000000000100010001010000000000000000;
        all[7].codes[29] = RECTIFY;
        all[7].words[29] = 0x0000000000000000000000000000000000000100010001020000040000000000;
        all[7].codes[30] = JOIN;
        all[7].words[30] = 0x0000000000000000000000000000000000000100010001210000000000000000;
        all[7].codes[31] = PARTY;
        all[7].words[31] = 0x0000000000000000000000000000000000000100010001020000000000000000;
        all[7].codes[32] = ANCHOR;
        all[7].words[32] = 0x0000000000000000000000000000000000000100010800210000000000000000;
        all[7].codes[33] = SEED;
        all[7].words[33] = 0x0000000000000000000000000000000000000100010800010000000000000000;
        all[7].codes[34] = ADOPT;
        all[7].words[34] = 0x0000000000000000000000000000000000000100010801010000000000000000;
    }

    function trees() internal pure returns (Tree[] memory all) {
        all = new Tree[](10);
        all[0] = Tree(1, 0x287e61bc1b5852a8dce52beea3e853a5b2adc73645ba21d3dfcb661a5ce8a820);
        all[1] = Tree(2, 0x031fc0b8451d4e051b23a443f458499e915cdaad596e388cb1bb320a8b81f3de);
        all[2] = Tree(3, 0x2dd23f005b96f2b7e5a8b27efc2caa79fe8196f03b7b0477eb2ddba35919b01b);
        all[3] = Tree(5, 0xa010355da3c01532729ad5d4a31991d21a94890ffe9b4dd13252875ba62636f4);
        all[4] = Tree(64, 0x8574b909d40784c60fedd7cceaf0946954497311e1b20eb9481c8c0c4cbca2f6);
        all[5] = Tree(127, 0x70abfe771b2c3c1fabe2783c12292973648185785da3ed02dcbeb4de1f429159);
        all[6] = Tree(128, 0x1cde0e4403ec61ffe8ffcbf0c0017a353b450d2b45b44e511810b29d603600d8);
        all[7] = Tree(129, 0x3c1a105202bbf0f4f9f16aa7a5729e13debf5bd99eee5b1546b526a468102969);
        all[8] = Tree(257, 0xd925380a4615640441d399403db275217307acb9711aafd837ae0a287efa43b8);
        all[9] = Tree(1100, 0x70f1f1155c5accc2d1ca13c9df5fd8b78073ff2eab8e6342c225ccf8078ffc59);
    }
}
