// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice One signature's claim inside an envelope: who signs, with which key, in which role and mode.
/// @dev EIP-712 type `Signer(address account,address key,uint16 role,uint8 mode,uint32 epoch,uint256 nonce)`.
struct Signer {
    /// The member account that the key acts for.
    address account;
    /// The operator key that signs: an externally owned account, or a contract speaking ERC-1271.
    address key;
    /// The role in which it signs: exactly one bit of {Roles} that key and account hold, or 0 where the act needs none.
    uint16 role;
    /// A consent mode of {Modes}: SIGNED for its own account; ATTESTED, ORDERED or DEEMED for an officer who vouches for somebody else's consent.
    uint8 mode;
    /// The account's key epoch that the signature was made under; a recovery of the account raises it and voids older ones.
    uint32 epoch;
    /// Unordered nonce, spent in the account's bitmap together with act ids. The first signer's nonce equals the act id.
    uint256 nonce;
}

/// @notice A signed act: an envelope, its body and one signature for each signer.
struct Act {
    /// The member account that acts; `signers[0].account` equals it.
    address account;
    /// The act id: a number below 2^64, or a hash with bit 255 set. Any other value is refused.
    uint256 id;
    /// Last block timestamp (UTC seconds) at which the act may run.
    uint64 deadline;
    /// Gas that the act's own frame gets, checked before anything is spent.
    uint32 gas;
    /// EIP-712 type hash of the body's struct; names target and selector in the table of kinds.
    bytes32 kind;
    Signer[] signers;
    /// `abi.encode` of the body's struct.
    bytes body;
    bytes[] signatures;
}

/// @title The one door for signed acts
/// @notice Verifies every signature of an act, spends its id and nonces, and runs it once in a frame of its own. An act that is refused by its
/// target is spent as well, so that it can never run later.
interface IActs {
    /// Why an act was skipped: nothing was spent, it may be sent again.
    enum Skip {
        None,
        Expired,
        UnknownKind,
        MalformedId,
        MalformedBody,
        MalformedSigners,
        SignatureInvalid,
        KeyInactive,
        RoleMissing,
        EpochStale,
        Spent
    }

    /// @notice The act ran. `digest` is the EIP-712 digest that its signers signed.
    event ActDone(address indexed account, uint256 indexed id, bytes32 kind, bytes32 digest);
    /// @notice The act's target refused it with `reason` (the target's own revert data, at most 1,024 bytes); the id is spent.
    event ActRefused(address indexed account, uint256 indexed id, bytes32 kind, bytes32 digest, bytes reason);
    /// @notice The act was not tried; `signer` is the index of the failing signer where one is to blame.
    event ActSkipped(address indexed account, uint256 indexed id, Skip why, uint256 signer);
    /// @notice A member spent an id or nonce of its own without effect.
    event ActVoided(address indexed account, uint256 indexed id);
    event KindAdded(bytes32 indexed kind, bytes32 envelopeType, address target, bytes4 selector, bytes4 hasher);
    event RelayerSet(address indexed relayer, bool enrolled);

    error NotRelayer(address caller);
    error KindExists(bytes32 kind);
    error BodyMalformed(bytes32 kind);
    error InsufficientGas(uint256 left, uint256 needed);
    error AlreadySpent(address account, uint256 id);

    /// @notice Runs a batch in order. Only an enrolled relayer may call; the relayer has no other power.
    function run(Act[] calldata acts) external;
    /// @notice Spends an id or nonce of the caller's account without effect. By a key with any role: it can only prevent.
    function void(uint256 id) external;
    /// @notice Appends a kind (council, under delay). `hasher` is 0 for a body of static words only, whose struct hash is keccak256(kind || body).
    function addKind(bytes32 kind, bytes32 envelopeType, address target, bytes4 selector, bytes4 hasher) external;
    function setRelayer(address relayer, bool enrolled) external;

    function spent(address account, uint256 id) external view returns (bool);
    function isRelayer(address relayer) external view returns (bool);
    function kindOf(bytes32 kind)
        external
        view
        returns (bytes32 envelopeType, address target, bytes4 selector, bytes4 hasher);
    /// @notice The EIP-712 digest that each signer of `act` signs.
    function digestOf(Act calldata act) external view returns (bytes32);
    /// @notice The ledger id drawn at genesis: the salt of the EIP-712 domain.
    function ledgerId() external view returns (bytes32);
}
