// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Written by tests/model/pledge_rules.py from ledger.domain: registers as they ship, types of the acts, roots of lists.
/// A test holds that it is what they say today.
library PledgeRules {
    /// A kind of act: encodeType of its body, type hash of its envelope.
    struct Kind {
        string body;
        bytes32 envelope;
    }

    struct Register {
        uint16 number;
        string name;
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
    uint16 internal constant REGISTER = 10;
    uint16 internal constant SUPPLEMENT = 11;
    uint16 internal constant SET_TERMS = 12;
    uint16 internal constant TRANSFER = 13;
    uint16 internal constant CORRECT_PARTIES = 14;
    uint16 internal constant RELEASE = 20;
    uint16 internal constant PART_RELEASE = 21;
    uint16 internal constant END_BY_ORDER = 22;
    uint16 internal constant NOTE = 30;
    uint16 internal constant ENFORCE = 40;
    uint16 internal constant STOP_ENFORCING = 41;

    function filePledge() internal pure returns (Kind memory) {
        return Kind(
            "FilePledge(uint16 register,uint16 version,uint16 code,uint16 flags,Terms terms,Party[] parties,AssetList assets,bytes32 content,bytes32 agreement,Instrument instrument,When when,Consent[] consents)AssetList(bytes32 root,uint24 count,bytes32 titles)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)Terms(uint128 ceiling,uint16 currency,uint8 kind,int40 due,uint40 expires)When(uint8 source,bool dateOnly,int40 effective)",
            0x3f246bfb0fc30fc8f4620d3535b75ea4542c72327c7d84dbde6d31837f8dc07a
        );
    }

    function acceptPledge() internal pure returns (Kind memory) {
        return Kind(
            "AcceptPledge(uint40 pledge,FilePledge filing,bytes32 blind,uint16 page,bytes32[] pages,bytes32[] assets)AssetList(bytes32 root,uint24 count,bytes32 titles)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)FilePledge(uint16 register,uint16 version,uint16 code,uint16 flags,Terms terms,Party[] parties,AssetList assets,bytes32 content,bytes32 agreement,Instrument instrument,When when,Consent[] consents)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)Terms(uint128 ceiling,uint16 currency,uint8 kind,int40 due,uint40 expires)When(uint8 source,bool dateOnly,int40 effective)",
            0xaacf5b666beb1907350c316e52639ebe4cbabee471a36a2afdb3e48abc7e6e4c
        );
    }

    function decidePledge() internal pure returns (Kind memory) {
        return Kind(
            "DecidePledge(uint40 pledge,uint8 decision,FilePledge filing,PartyName[] names,string[] titles,Ground[] grounds,bytes32 evidence)AssetList(bytes32 root,uint24 count,bytes32 titles)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)FilePledge(uint16 register,uint16 version,uint16 code,uint16 flags,Terms terms,Party[] parties,AssetList assets,bytes32 content,bytes32 agreement,Instrument instrument,When when,Consent[] consents)Ground(uint8 ground,uint8 result,bytes32 evidence)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)PartyName(string name,string capacity)Terms(uint128 ceiling,uint16 currency,uint8 kind,int40 due,uint40 expires)When(uint8 source,bool dateOnly,int40 effective)",
            0x8df0e2142afed10537fc6ff8456a443639f719c5abfbc1c3b1b008c23d995723
        );
    }

    function recordPledge() internal pure returns (Kind memory) {
        return Kind(
            "RecordPledge(FilePledge filing,bytes32 blind,bytes32[] assets,PartyName[] names,string[] titles,Ground[] grounds)AssetList(bytes32 root,uint24 count,bytes32 titles)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)FilePledge(uint16 register,uint16 version,uint16 code,uint16 flags,Terms terms,Party[] parties,AssetList assets,bytes32 content,bytes32 agreement,Instrument instrument,When when,Consent[] consents)Ground(uint8 ground,uint8 result,bytes32 evidence)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)PartyName(string name,string capacity)Terms(uint128 ceiling,uint16 currency,uint8 kind,int40 due,uint40 expires)When(uint8 source,bool dateOnly,int40 effective)",
            0x00507e9bf0cde17cf5784cea265aec25ccdefd038a7f35a5ac8b5ce5eeabef82
        );
    }

    function withdrawFiling() internal pure returns (Kind memory) {
        return Kind(
            "WithdrawFiling(uint40 pledge,FilePledge filing,Instrument instrument,Consent[] consents)AssetList(bytes32 root,uint24 count,bytes32 titles)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)FilePledge(uint16 register,uint16 version,uint16 code,uint16 flags,Terms terms,Party[] parties,AssetList assets,bytes32 content,bytes32 agreement,Instrument instrument,When when,Consent[] consents)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)Terms(uint128 ceiling,uint16 currency,uint8 kind,int40 due,uint40 expires)When(uint8 source,bool dateOnly,int40 effective)",
            0x74cb6c223225b8bc7cdfe2c0ca1b94f660fb2e673cda76d106d7439d3c449489
        );
    }

    function pledgeActs() internal pure returns (Kind memory) {
        return Kind(
            "PledgeActs(Instrument instrument,Consent[] consents,ChangeTerms[] terms,ChangeParties[] parties,AddSegment[] segments,ReleaseAssets[] partReleases,ReleasePledge[] releases,SetPledgeState[] states,NotePledge[] notes)ActOn(uint40 pledge,uint24 version,uint16 code,When when)AddSegment(ActOn on,PartiesNow parties,AssetList list,bytes32 blind,bytes32[] assets,string[] titles,bytes32 content)AssetList(bytes32 root,uint24 count,bytes32 titles)ChangeParties(ActOn on,PartiesNow parties,Party[] pledgors,Party[] holders,PartyName[] names)ChangeTerms(ActOn on,PartiesNow parties,Terms terms,bytes32 content,bytes32 agreement)Consent(uint8 role,uint8 mode,uint8 signer,bytes32 party,bytes32 evidence,int40 given,uint40 until)Instrument(bytes32 number,bytes32 document,int40 executed,string caption)LeafPage(uint40 segment,bytes32 blind,uint16 page,bytes32[] pages,bytes32[] assets,uint128 ended)NotePledge(ActOn on,PartiesNow parties,uint8 kind,uint40 other,bytes32 subject,bytes32[] assets,string text)PartiesNow(bytes32 pledgorsRoot,bytes32 holdersRoot,Party[] pledgors,Party[] holders)Party(uint8 role,bytes32 id,bytes32 nameHash,uint64 share)PartyName(string name,string capacity)ReleaseAssets(ActOn on,PartiesNow parties,uint8 basis,uint8 reason,LeafPage[] leaves,bytes32[] unpledged)ReleasePledge(ActOn on,PartiesNow parties,uint8 basis,uint8 reason,bytes32[] unlisted,bytes32[] unpledged)SetPledgeState(ActOn on,PartiesNow parties,uint8 reason)Terms(uint128 ceiling,uint16 currency,uint8 kind,int40 due,uint40 expires)When(uint8 source,bool dateOnly,int40 effective)",
            0xe0842a4129d030b902f0c444a11329e3f5d56587f3a5a66642bc2324e65b50cf
        );
    }

    function registers() internal pure returns (Register[] memory all) {
        all = new Register[](3);
        all[0].number = 1;
        all[0].name = "US patent recordation";
        all[0].rule = 0x4000080085553;
        all[0].codes = new uint16[](13);
        all[0].words = new uint256[](13);
        all[0].codes[0] = ACCEPT;
        all[0].words[0] = 0x278d00000000000000010001010002000000000000;
        all[0].codes[1] = RETURN;
        all[0].words[1] = 0x10001010006000000000000;
        all[0].codes[2] = REFUSE;
        all[0].words[2] = 0x10001010006000000000000;
        all[0].codes[3] = WITHDRAW;
        all[0].words[3] = 0x10001000006000033300000;
        all[0].codes[4] = REGISTER;
        all[0].words[4] = 0x100050001110004000033300001;
        all[0].codes[5] = SUPPLEMENT;
        all[0].words[5] = 0x100050001110018000033300008;
        all[0].codes[6] = SET_TERMS;
        all[0].words[6] = 0x100050001110018000033300010;
        all[0].codes[7] = TRANSFER;
        all[0].words[7] = 0x102050001210018000307000020;
        all[0].codes[8] = CORRECT_PARTIES;
        all[0].words[8] = 0x103050001210018003333300020;
        all[0].codes[9] = RELEASE;
        all[0].words[9] = 0x600000000000000000100050001210018000007000002;
        all[0].codes[10] = PART_RELEASE;
        all[0].words[10] = 0x600000000000000000100050001210018000007000004;
        all[0].codes[11] = END_BY_ORDER;
        all[0].words[11] = 0x7800000000000000000100050001220018040000000002;
        all[0].codes[12] = NOTE;
        all[0].words[12] = 0x100050001110038000000000080;
        all[1].number = 2;
        all[1].name = "US trademark recordation";
        all[1].rule = 0x4000800005553;
        all[1].codes = new uint16[](13);
        all[1].words = new uint256[](13);
        all[1].codes[0] = ACCEPT;
        all[1].words[0] = 0x278d00000000000000010001010002000000000000;
        all[1].codes[1] = RETURN;
        all[1].words[1] = 0x10001010006000000000000;
        all[1].codes[2] = REFUSE;
        all[1].words[2] = 0x10001010006000000000000;
        all[1].codes[3] = WITHDRAW;
        all[1].words[3] = 0x10001000006000033300000;
        all[1].codes[4] = REGISTER;
        all[1].words[4] = 0x100050001110004000033300001;
        all[1].codes[5] = SUPPLEMENT;
        all[1].words[5] = 0x100050001110018000033300008;
        all[1].codes[6] = SET_TERMS;
        all[1].words[6] = 0x100050001110018000033300010;
        all[1].codes[7] = TRANSFER;
        all[1].words[7] = 0x102050001210018000307000020;
        all[1].codes[8] = CORRECT_PARTIES;
        all[1].words[8] = 0x103050001210018003333300020;
        all[1].codes[9] = RELEASE;
        all[1].words[9] = 0x600000000000000000100050001210018000007000002;
        all[1].codes[10] = PART_RELEASE;
        all[1].words[10] = 0x600000000000000000100050001210018000007000004;
        all[1].codes[11] = END_BY_ORDER;
        all[1].words[11] = 0x7800000000000000000100050001220018040000000002;
        all[1].codes[12] = NOTE;
        all[1].words[12] = 0x100050001110038000000000080;
        all[2].number = 3;
        all[2].name = "CN patent pledges";
        all[2].rule = 0xc000000000000001ffe000300008000434e;
        all[2].codes = new uint16[](13);
        all[2].words = new uint256[](13);
        all[2].codes[0] = ACCEPT;
        all[2].words[0] = 0x4f1a00000000000000010001010002000000000000;
        all[2].codes[1] = RETURN;
        all[2].words[1] = 0x10001010006000000000000;
        all[2].codes[2] = REFUSE;
        all[2].words[2] = 0x10001010006000000000000;
        all[2].codes[3] = WITHDRAW;
        all[2].words[3] = 0x10001000006000033300000;
        all[2].codes[4] = REGISTER;
        all[2].words[4] = 0x100010001110004000033300001;
        all[2].codes[5] = SET_TERMS;
        all[2].words[5] = 0x300010001210018000033300010;
        all[2].codes[6] = TRANSFER;
        all[2].words[6] = 0x302010001210018000307000020;
        all[2].codes[7] = RELEASE;
        all[2].words[7] = 0x200000000000000000100010001200018000007000002;
        all[2].codes[8] = PART_RELEASE;
        all[2].words[8] = 0x200000000000000000100010001200018000007000004;
        all[2].codes[9] = END_BY_ORDER;
        all[2].words[9] = 0x7800000000000000000100050001220018040000000002;
        all[2].codes[10] = NOTE;
        all[2].words[10] = 0x100010001110038000000000080;
        all[2].codes[11] = ENFORCE;
        all[2].words[11] = 0x100010001100008000007000440;
        all[2].codes[12] = STOP_ENFORCING;
        all[2].words[12] = 0x100010001100010000007000340;
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
