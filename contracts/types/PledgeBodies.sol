// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

// What the bodies of signed pledge acts are made of. Times are UTC seconds; signed ones reach back before 1970.

/// @notice One party of a pledge as a word; its name is published at registration only.
struct Party {
    /// {PartyRoles}: PLEDGOR, CO_OWNER or PLEDGEE.
    uint8 role;
    /// Scheme 8 | identifier 248 (ledger/domain/assets.py, party words).
    bytes32 id;
    /// keccak256(abi.encode(name, capacity)) of the published texts; for a natural person a salted commitment, whose texts are withheld.
    bytes32 nameHash;
    /// A holder's weight among the holders (undivided: equal weights); 0 for pledgors.
    uint64 share;
}

/// @notice The texts behind {Party.nameHash}; both empty where they are withheld. `capacity` belongs to the holding ("as collateral agent").
struct PartyName {
    string name;
    string capacity;
}

/// @notice The secured claim. `kind` is {ClaimKinds}; where no amount is stated, ceiling and currency are 0.
struct Terms {
    /// Minor units of `currency`: the claim, or the ceiling of a maximum-amount pledge.
    uint128 ceiling;
    /// ISO 4217 numeric code.
    uint16 currency;
    uint8 kind;
    /// When the debt falls due; 0 = not stated.
    int40 due;
    /// When the registration lapses by itself; 0 = never.
    uint40 expires;
}

/// @notice The document that an act stands on, as its office numbers it.
struct Instrument {
    /// The office's own record number as readable text, left-aligned ("49107-392").
    bytes32 number;
    /// Hash of the document, or of the office's record of it.
    bytes32 document;
    /// When it was executed; 0 = not stated.
    int40 executed;
    /// Its heading as published ("FIRST LIEN PATENT SECURITY AGREEMENT").
    string caption;
}

/// @notice Which time an act counts from. `effective` is read for {TimeSources} STATED only; a date without hour is its first second with `dateOnly`.
struct When {
    uint8 source;
    bool dateOnly;
    int40 effective;
}

/// @notice Commitment to a list of assets (ledger/domain/assets.py): root over sorted keys in pages of 128 with a random blind. Count 0, root 0: not stated.
struct AssetList {
    bytes32 root;
    uint24 count;
    /// Commitment to the published titles in the keys' order (hash of the hashes of their pages of 128); 0 where none are published.
    bytes32 titles;
}

/// @notice One party's consent to the whole body that carries it.
struct Consent {
    /// {PartyRoles} in which it is given.
    uint8 role;
    /// {Modes}.
    uint8 mode;
    /// Index into the envelope's signers: the party's own key for SIGNED, else the officer who vouches.
    uint8 signer;
    bytes32 party;
    /// Hash of what the officer saw (paper, order, notice); may be 0 for SIGNED.
    bytes32 evidence;
    /// When the party gave it; 0 = not stated.
    int40 given;
    /// Last second at which it may be used; 0 = no end.
    uint40 until;
}

/// @notice One examined ground (ledger/domain/registers.py numbers them) and its result: {GroundResults}.
struct Ground {
    uint8 ground;
    uint8 result;
    bytes32 evidence;
}

/// @notice Files a pledge: consents of all parties over this whole body. Shows no asset.
struct FilePledge {
    uint16 register;
    /// The register's rule version in force.
    uint16 version;
    /// An act code with the effect REGISTER.
    uint16 code;
    /// {PledgeFlags} that the filer states: GENERAL_DESCRIPTION, PARENT_UNKNOWN.
    uint16 flags;
    Terms terms;
    /// Pledgors and co-owners first, then holders.
    Party[] parties;
    AssetList assets;
    /// Root of the private content.
    bytes32 content;
    /// Hash of the agreement.
    bytes32 agreement;
    Instrument instrument;
    When when;
    Consent[] consents;
}

/// @notice An officer claims the filing's assets, one page of at most 128 an act. `filing` is the filing again, checked against its digest.
struct AcceptPledge {
    uint40 pledge;
    FilePledge filing;
    bytes32 blind;
    uint16 page;
    /// Roots of all pages.
    bytes32[] pages;
    /// Keys of this page, ascending.
    bytes32[] assets;
}

/// @notice An officer decides: {Decisions} REGISTER, RETURN (to be corrected and filed again) or REFUSE.
struct DecidePledge {
    uint40 pledge;
    uint8 decision;
    FilePledge filing;
    /// Texts of the parties in their order; published with a registration only (else empty).
    PartyName[] names;
    /// Titles in the keys' order; published with a registration only (else empty).
    string[] titles;
    Ground[] grounds;
    /// The officer's reasoned decision (hash).
    bytes32 evidence;
}

/// @notice A page of titles of a list of several pages, after the decision and before it counts. Verified against the list's commitment.
struct PublishTitles {
    uint40 segment;
    uint16 page;
    /// Hashes of all pages of titles.
    bytes32[] pages;
    string[] titles;
}

/// @notice A step of the intake that decides nothing: {IntakeCodes} NOTIFY, ANSWER or RECONSIDER. Its text is private content behind `content`.
struct StepFiling {
    uint40 pledge;
    uint16 code;
    /// Hash of the notice, of what was handed in, or of the request.
    bytes32 evidence;
    bytes32 content;
    /// Last second for the answer; 0 = none.
    uint40 until;
}

/// @notice The holder of an earlier filing shows that it lists an asset that a later one has claimed: the later one is not registered until the
/// earlier is decided.
struct ContestAsset {
    uint40 earlier;
    uint40 later;
    FilePledge filing;
    bytes32 asset;
    bytes32 blind;
    uint16 page;
    bytes32[] pages;
    bytes32[] assets;
    Consent[] consents;
}

/// @notice An officer reserves a list for a supplement, page by page; `segment` 0 begins it.
struct ReserveSegment {
    uint40 pledge;
    uint40 segment;
    AssetList list;
    bytes32 blind;
    uint16 page;
    bytes32[] pages;
    bytes32[] assets;
}

/// @notice File, accept and register in one act, where the office merely records (rule flag RECORDS).
struct RecordPledge {
    FilePledge filing;
    bytes32 blind;
    bytes32[] assets;
    PartyName[] names;
    string[] titles;
    Ground[] grounds;
}

struct WithdrawFiling {
    uint40 pledge;
    FilePledge filing;
    Instrument instrument;
    Consent[] consents;
}

/// @notice What every later act says first.
struct ActOn {
    uint40 pledge;
    /// The pledge's version that the consents were given for; ANY_VERSION where the act code admits it (a payoff letter).
    uint24 version;
    /// Act code of the register's rules now in force.
    uint16 code;
    When when;
}

/// @notice The parties as they stand, against which consents are held. A side that the act needs no consent of may be given by its root alone (its list
/// empty), as long as no hold lies on any party: once one does, both lists are looked at.
struct PartiesNow {
    bytes32 pledgorsRoot;
    bytes32 holdersRoot;
    Party[] pledgors;
    Party[] holders;
}

struct ChangeTerms {
    ActOn on;
    PartiesNow parties;
    Terms terms;
    bytes32 content;
    bytes32 agreement;
}

/// @notice New lists of parties; an empty list leaves its side as it is. A transfer of the security names new holders.
struct ChangeParties {
    ActOn on;
    PartiesNow parties;
    Party[] pledgors;
    Party[] holders;
    /// Texts of the new pledgors, then of the new holders.
    PartyName[] names;
}

/// @notice A supplement: a segment of its own, which ranks by its own time. More than 128 assets are reserved before ({ReserveSegment}).
struct AddSegment {
    ActOn on;
    PartiesNow parties;
    AssetList list;
    /// The segment that was reserved for the list; 0 = the assets are linked by this act.
    uint40 reserved;
    bytes32 blind;
    bytes32[] assets;
    /// Of a list of at most one page; those of a reserved one are published by pages before.
    string[] titles;
    bytes32 content;
}

/// @notice Ends the pledge whole. A list in the document that differs from the pledge's is kept as a discrepancy and changes nothing.
struct ReleasePledge {
    ActOn on;
    PartiesNow parties;
    /// {MatchBases}: how the document was matched with this pledge.
    uint8 basis;
    /// {EndReasons}.
    uint8 reason;
    /// Pledged, but not in the document's list.
    bytes32[] unlisted;
    /// In the document's list, but not pledged here.
    bytes32[] unpledged;
}

/// @notice One page of a segment and which of its leaves end (bit i = i-th key of the page).
struct LeafPage {
    uint40 segment;
    bytes32 blind;
    uint16 page;
    bytes32[] pages;
    bytes32[] assets;
    uint128 ended;
}

/// @notice Ends the listed and pledged assets only.
struct ReleaseAssets {
    ActOn on;
    PartiesNow parties;
    uint8 basis;
    uint8 reason;
    LeafPage[] leaves;
    /// Named by the document, but not pledged here (or not known to be: assets not stated).
    bytes32[] unpledged;
}

/// @notice Moves the pledge to the state that the act code names (notice of enforcement; end by order).
struct SetPledgeState {
    ActOn on;
    PartiesNow parties;
    uint8 reason;
}

/// @notice A remark without effect: {NoteKinds}.
struct NotePledge {
    ActOn on;
    PartiesNow parties;
    uint8 kind;
    /// The other pledge of a link (same as, repeats, super-priority...); 0 = none.
    uint40 other;
    /// The act or instrument remarked on (its office number or digest).
    bytes32 subject;
    bytes32[] assets;
    string text;
}

/// @notice All that one document does, on one pledge or several, atomically. Done in the order of the fields; an act on a pledge that an earlier
/// one of this body changed names the version after it.
struct PledgeActs {
    Instrument instrument;
    Consent[] consents;
    ChangeTerms[] terms;
    ChangeParties[] parties;
    AddSegment[] segments;
    ReleaseAssets[] partReleases;
    ReleasePledge[] releases;
    SetPledgeState[] states;
    NotePledge[] notes;
}

/// @notice A new agreement in the place of an old one: a new pledge that takes over every segment and keeps the old effective time, up to the old ceiling
/// and for the old assets (Interpretation on Security 16).
struct RefinancePledge {
    ActOn on;
    PartiesNow parties;
    Instrument instrument;
    Party[] holders;
    PartyName[] names;
    Terms terms;
    bytes32 content;
    bytes32 agreement;
    /// All segments of the old pledge.
    uint40[] segments;
    Consent[] consents;
}

/// @notice A relation to another pledge of the register, agreed by the holders of the pledge that yields (`on`). Its end ({RelationKinds} ENDED) is agreed by
/// those of the pledge that went before, which is then `on`.
struct RelatePledges {
    ActOn on;
    PartiesNow parties;
    Instrument instrument;
    /// The pledge that goes before (ENDED: that yielded).
    uint40 senior;
    /// {RelationKinds}.
    uint8 kind;
    /// At most so much of the senior's claim, minor units of its currency; 0 = all of it.
    uint128 cap;
    Consent[] consents;
}

/// @notice What a sale of pledged assets brought and who is paid, by rank. A record: the right goes to the buyer by the sale, never by this ledger.
struct RecordSale {
    ActOn on;
    PartiesNow parties;
    Instrument instrument;
    /// Minor units of `currency`.
    uint128 price;
    uint16 currency;
    uint128 costs;
    /// What is left for the pledgors when every claim is paid in full.
    uint128 surplus;
    bytes32 buyer;
    bytes32[] assets;
    SaleShare[] shares;
    Consent[] consents;
}

/// @notice What one pledge's holders get of a sale at one rank. A pledge stands once for each rank that it has.
struct SaleShare {
    uint40 pledge;
    /// From 1; the list ascends by it. A rank gets nothing before those ahead are paid in full.
    uint16 rank;
    /// What is due to it at this rank, and what of that it gets; minor units of the sale's currency.
    uint128 claim;
    uint128 amount;
}
