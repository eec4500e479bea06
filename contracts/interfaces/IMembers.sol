// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Members, their operator keys, roles and status: who acts for which account.
/// @dev An account has no power by being an address; every contract asks here who acts for it.
/// Word of an address (low bit first), the same layout for an account and for a key:
///
///   account 160 | ACTIVE 1 | SUSPENDED 1 | CONTRACT 1 | ACCEPTS_DIRECT 1 | HELD 1 | OPERATOR 1 | OWN_LISTED 1 | zero 1
///   | paused classes 8 | key epoch 32 | roles 16 | zero 32
///
/// An account's word names itself; OPERATOR is set on an address that may sign for `account` (the account's own address included).
///
/// What a key may do is what its roles and its account's have in common. ADMINISTRATOR is the right over the account itself: an administrator
/// lists and revokes keys within the roles that it holds, publishes words and sets standing consents. The first key, and the one of a recovery,
/// have every role of the account. A key may always strike itself off.
interface IMembers {
    struct AddKey {
        address key;
        uint16 roles;
    }

    struct RevokeKey {
        address key;
    }

    /// What the member allows without asking it each time.
    struct SetAcceptance {
        bool acceptsDirect;
    }

    /// Publishes words under a key type (transport key, encryption key, URL hash...).
    struct SetSlot {
        bytes32 keyType;
        bytes32[] words;
    }

    event MemberAdmitted(
        address indexed account, bytes32 indexed party, uint16 roles, bool isContract, bool acceptsDirect, string name
    );
    event MemberRolesSet(address indexed account, uint16 roles);
    event MemberSuspended(address indexed account, bytes32 reason);
    event MemberReinstated(address indexed account, bytes32 reason);
    /// @notice The council gave the account to a new operator; keys of earlier epochs are dead.
    event MemberRecovered(address indexed account, address indexed key, uint32 epoch, bytes32 reason);
    event KeyAdded(address indexed account, address indexed key, uint16 roles, uint32 epoch);
    event KeyRevoked(address indexed account, address indexed key);
    event AcceptanceSet(address indexed account, bool acceptsDirect);
    /// @notice A court holds all that the account has on receivables, or no longer does.
    event MemberHeld(address indexed account, bool held);
    event SlotSet(address indexed account, bytes32 indexed keyType, uint32 epoch, bytes32[] words);

    error NotHolds(address caller);
    error UnknownMember(address account);
    error MemberExists(address account);
    error MemberIsSuspended(address account);
    error NotOperator(address caller);
    error KeyTaken(address key, address account);
    error KeyUnknown(address key);
    /// @dev An administrator gives and takes only roles that its own key holds.
    error RolesNotHeld(uint16 asked, uint16 held);
    /// @dev The account's own address has one word for account and key, so as a key it has all roles of the account or is none.
    error OwnKeyHasAllRoles(uint16 asked, uint16 held);
    /// @dev `needed` are roles of which the caller's key must hold one.
    error RoleMissing(address account, uint16 needed, uint16 held);

    /// @notice Admits an organisation (AccessManager role without delay). `party` is its registered identifier word, `name` its public name.
    /// The account's own address becomes its first operator key when `operator` is that address, else `operator` is. ADMINISTRATOR is added to `roles`.
    function admit(
        address account,
        address operator,
        bytes32 party,
        uint16 roles,
        bool isContract,
        bool acceptsDirect,
        string calldata name
    ) external;
    /// @notice Sets an account's roles (council, under delay); ADMINISTRATOR stays, since its keys are the member's own.
    function setRoles(address account, uint16 roles) external;
    function suspend(address account, bytes32 reason) external;
    function reinstate(address account, bytes32 reason) external;
    function recover(address account, address key, bytes32 reason) external;

    /// @notice Lists a key (administrator, within its own roles). A key belongs to one member for ever.
    /// @notice For the contract of holds: nothing that the account has on receivables moves or is paid out while a court holds it.
    function setHeld(address account, bool held) external;
    function addKey(AddKey calldata body) external;
    /// @notice Strikes a key off for ever: its own by any key, another by an administrator that holds all its roles.
    function revokeKey(RevokeKey calldata body) external;
    function setAcceptance(SetAcceptance calldata body) external;
    function setSlot(SetSlot calldata body) external;
    function hashSetSlot(SetSlot calldata body) external view returns (bytes32);

    /// @notice The word of an account or key; 0 for a stranger.
    function wordOf(address subject) external view returns (uint256);
    /// @notice The words of several, in one call.
    function wordsOf(address[] calldata subjects) external view returns (uint256[] memory);
    /// @notice The account that `caller` may act for now and the account's word with the caller's effective roles (account and key).
    /// @dev Reverts NotOperator for a stranger, a revoked key or a key of an older epoch, MemberIsSuspended for a suspended member.
    function operatorOf(address caller) external view returns (address account, uint256 word);
    /// @notice All member checks of a transfer in one call: the caller's account and word, and the recipient's word (0 if no member).
    function pair(address caller, address recipient)
        external
        view
        returns (address account, uint256 word, uint256 recipientWord);
    /// @notice Both words that verifying a signature needs: the key's and its account's.
    function keyAndAccount(address key) external view returns (uint256 keyWord, uint256 accountWord);
    function slotOf(address account, bytes32 keyType) external view returns (uint32 epoch, bytes32[] memory words);
}
