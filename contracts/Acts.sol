// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Act, IActs, Signer} from "./interfaces/IActs.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {MemberWord} from "./types/MemberWord.sol";

/// @title The one door for signed acts
/// @dev Order of writing in an act: every check, then the id and nonces, then the target in a frame of its own. Wherever a call within gets less gas than
/// the act or this contract states, the whole transaction reverts, so that a relayer with too little gas spends nothing and no verdict comes of
/// starving. Re-entering `run` from a target is harmless: ids are spent first.
///
/// Storage:
///   bits[account][n >> 8]   spent act ids and nonces, a bit each
///   kinds[typeHash]         envelope type; target 160 | selector 32 | hasher 32
///   relayers[address]       enrolled
contract Acts is IActs, AccessManaged {
    using MemberWord for uint256;

    struct Kind {
        bytes32 envelopeType;
        address target;
        bytes4 selector;
        bytes4 hasher;
    }

    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)");
    bytes32 private constant SIGNER_TYPE =
        keccak256("Signer(address account,address key,uint16 role,uint8 mode,uint32 epoch,uint256 nonce)");
    uint256 private constant NUMBERED = 1 << 64;
    uint256 private constant HASHED = 1 << 255;
    uint256 private constant MOST_SIGNERS = 32;
    uint256 private constant HASH_GAS = 2_000_000;
    uint256 private constant ERC1271_GAS = 200_000;
    uint256 private constant MOST_REASON = 1024;
    /// @dev What the call of a frame itself costs at most: a cold account, and the few steps between the check and the call.
    uint256 private constant CALL_GAS = 5000;

    bytes32 private immutable LEDGER_ID;
    IMembers private immutable MEMBERS;

    mapping(address account => mapping(uint256 index => uint256)) private bits;
    mapping(bytes32 typeHash => Kind) private kinds;
    mapping(address relayer => bool) private relayers;

    constructor(bytes32 id, IMembers members, address council) AccessManaged(council) {
        LEDGER_ID = id;
        MEMBERS = members;
    }

    /// @inheritdoc IActs
    function run(Act[] calldata acts) external {
        require(relayers[msg.sender], NotRelayer(msg.sender));
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        for (uint256 i = 0; i < acts.length; ++i) {
            _run(acts[i]);
            // Nothing of an act is read after it: else memory, and with it the price of each act, would grow with the batch.
            assembly ("memory-safe") {
                mstore(0x40, free)
            }
        }
    }

    /// @inheritdoc IActs
    function void(uint256 id) external {
        (address account, uint256 word) = MEMBERS.operatorOf(msg.sender);
        require(word.roles() != 0, IMembers.RoleMissing(account, type(uint16).max, 0));
        require(!_isSpent(account, id), AlreadySpent(account, id));
        _spend(account, id);
        emit ActVoided(account, id);
    }

    /// @inheritdoc IActs
    function addKind(bytes32 kind, bytes32 envelopeType, address target, bytes4 selector, bytes4 hasher)
        external
        restricted
    {
        require(kinds[kind].target == address(0), KindExists(kind));
        kinds[kind] = Kind(envelopeType, target, selector, hasher);
        emit KindAdded(kind, envelopeType, target, selector, hasher);
    }

    /// @inheritdoc IActs
    function setRelayer(address relayer, bool enrolled) external restricted {
        relayers[relayer] = enrolled;
        emit RelayerSet(relayer, enrolled);
    }

    /// @inheritdoc IActs
    function spent(address account, uint256 id) external view returns (bool) {
        return _isSpent(account, id);
    }

    /// @inheritdoc IActs
    function isRelayer(address relayer) external view returns (bool) {
        return relayers[relayer];
    }

    /// @inheritdoc IActs
    function kindOf(bytes32 kind) external view returns (bytes32, address, bytes4, bytes4) {
        Kind storage found = kinds[kind];
        return (found.envelopeType, found.target, found.selector, found.hasher);
    }

    /// @inheritdoc IActs
    function digestOf(Act calldata act) external view returns (bytes32 digest) {
        bool formed;
        (formed, digest) = _digest(act, kinds[act.kind]);
        require(formed, BodyMalformed(act.kind));
    }

    /// @inheritdoc IActs
    function ledgerId() external view returns (bytes32) {
        return LEDGER_ID;
    }

    function _run(Act calldata act) private {
        Kind memory kind = kinds[act.kind];
        (Skip why, uint256 index, bytes32 digest) = _check(act, kind);
        if (why != Skip.None) {
            emit ActSkipped(act.account, act.id, why, index);
            return;
        }
        for (uint256 i = 0; i < act.signers.length; ++i) {
            _spend(act.signers[i].account, act.signers[i].nonce);
        }
        bytes memory input = abi.encodePacked(kind.selector, act.body, _suffix(act, digest));
        // A call gets at most 63/64 of what is left (EIP-150), so this much makes sure of the frame's gas.
        uint256 needed = uint256(act.gas) + act.gas / 63 + CALL_GAS;
        require(gasleft() >= needed, InsufficientGas(gasleft(), needed));
        (bool done, bytes memory reason) = _frame(kind.target, act.gas, input);
        if (done) emit ActDone(act.account, act.id, act.kind, digest);
        else emit ActRefused(act.account, act.id, act.kind, digest, reason);
    }

    /// @dev What can be wrong with an act before anything of it is spent, cheapest checks first.
    function _check(Act calldata act, Kind memory kind) private view returns (Skip, uint256, bytes32) {
        if (block.timestamp > act.deadline) return (Skip.Expired, 0, 0);
        if (kind.target == address(0)) return (Skip.UnknownKind, 0, 0);
        if (!_isId(act.id)) return (Skip.MalformedId, 0, 0);
        if (!_signersFormed(act)) return (Skip.MalformedSigners, 0, 0);
        for (uint256 i = 0; i < act.signers.length; ++i) {
            Skip why = _checkSigner(act.signers, i);
            if (why != Skip.None) return (why, i, 0);
        }
        (bool formed, bytes32 digest) = _digest(act, kind);
        if (!formed) return (Skip.MalformedBody, 0, 0);
        for (uint256 i = 0; i < act.signers.length; ++i) {
            if (!_signed(act.signers[i].key, digest, act.signatures[i])) return (Skip.SignatureInvalid, i, digest);
        }
        return (Skip.None, 0, digest);
    }

    function _signersFormed(Act calldata act) private pure returns (bool) {
        uint256 count = act.signers.length;
        return count != 0 && count <= MOST_SIGNERS && act.signatures.length == count
            && act.signers[0].account == act.account && act.signers[0].nonce == act.id;
    }

    function _checkSigner(Signer[] calldata signers, uint256 index) private view returns (Skip) {
        Signer calldata signer = signers[index];
        if (!_isId(signer.nonce) || signer.role & (signer.role - (signer.role == 0 ? 0 : 1)) != 0) {
            return Skip.MalformedSigners;
        }
        for (uint256 i = 0; i < index; ++i) {
            if (
                signers[i].account == signer.account
                    && (signers[i].nonce == signer.nonce || signers[i].key == signer.key)
            ) {
                return Skip.MalformedSigners;
            }
        }
        if (_isSpent(signer.account, signer.nonce)) return Skip.Spent;
        (uint256 key, uint256 account) = MEMBERS.keyAndAccount(signer.key);
        if (!key.operates(account) || !account.isActive() || account.account() != signer.account) {
            return Skip.KeyInactive;
        }
        if (account.epoch() != signer.epoch) return Skip.EpochStale;
        return signer.role & ~(key.roles() & account.roles()) == 0 ? Skip.None : Skip.RoleMissing;
    }

    function _isId(uint256 id) private pure returns (bool) {
        return id < NUMBERED || id >= HASHED;
    }

    function _isSpent(address account, uint256 id) private view returns (bool) {
        return bits[account][id >> 8] >> (id & 0xff) & 1 == 1;
    }

    function _spend(address account, uint256 id) private {
        bits[account][id >> 8] |= 1 << (id & 0xff);
    }

    // --- EIP-712 ---

    function _digest(Act calldata act, Kind memory kind) private view returns (bool formed, bytes32 digest) {
        bytes32 body;
        (formed, body) =
            kind.hasher == 0 ? (true, keccak256(abi.encodePacked(act.kind, act.body))) : _hashByTarget(kind, act.body);
        bytes32 envelope = keccak256(
            abi.encode(kind.envelopeType, act.account, act.id, act.deadline, act.gas, _hashSigners(act.signers), body)
        );
        digest = keccak256(abi.encodePacked(hex"1901", _domainSeparator(), envelope));
    }

    function _hashSigners(Signer[] calldata signers) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](signers.length);
        for (uint256 i = 0; i < signers.length; ++i) {
            hashes[i] = _hashSigner(signers[i]);
        }
        return keccak256(abi.encodePacked(hashes));
    }

    /// @dev Six words as they stand in calldata.
    function _hashSigner(Signer calldata signer) private pure returns (bytes32 hash) {
        bytes32 type_ = SIGNER_TYPE;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, type_)
            calldatacopy(add(free, 32), signer, 192)
            hash := keccak256(free, 224)
        }
    }

    /// @dev Read live, so that a chain that forks away with another id yields other digests.
    function _domainSeparator() private view returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN_TYPE, keccak256("Pledgebook"), keccak256("1"), block.chainid, address(this), LEDGER_ID)
        );
    }

    function _hashByTarget(Kind memory kind, bytes calldata body) private view returns (bool formed, bytes32 hash) {
        bytes memory input = abi.encodePacked(kind.hasher, body);
        address target = kind.target;
        // In assembly, so that no more than one word of the answer is ever copied.
        assembly ("memory-safe") {
            formed := staticcall(HASH_GAS, target, add(input, 32), mload(input), 0, 32)
            formed := and(formed, eq(returndatasize(), 32))
            hash := mload(0)
        }
        if (!formed) _requireFed(HASH_GAS);
    }

    /// @dev After a call that failed: had it got less than `cap`, less than a 63rd of that would be left now (EIP-150).
    function _requireFed(uint256 cap) private view {
        require(gasleft() >= cap / 63, InsufficientGas(gasleft(), cap));
    }

    // --- Signatures ---

    /// @dev An ECDSA signature of the key itself, or the word of a contract key (ERC-1271); never decided by whether the key has code.
    function _signed(address key, bytes32 digest, bytes calldata signature) private view returns (bool) {
        (address signer, ECDSA.RecoverError wrong,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (wrong == ECDSA.RecoverError.NoError && signer == key) return true;
        bytes memory input = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        bytes32 answer;
        bool answered;
        assembly ("memory-safe") {
            answered := staticcall(ERC1271_GAS, key, add(input, 32), mload(input), 0, 32)
            answered := and(answered, gt(returndatasize(), 31))
            answer := mload(0)
        }
        if (!answered) _requireFed(ERC1271_GAS);
        return answered && answer == bytes32(IERC1271.isValidSignature.selector);
    }

    // --- The frame ---

    /// @dev Laid out in {ActTarget}.
    function _suffix(Act calldata act, bytes32 digest) private pure returns (bytes memory suffix) {
        Signer[] calldata signers = act.signers;
        suffix = new bytes(64 * signers.length + 96);
        uint256 offset = 32;
        for (uint256 i = 0; i < signers.length; ++i) {
            Signer calldata signer = signers[i];
            uint256 first = uint256(uint160(signer.account)) << 96 | uint256(signer.role) << 80;
            _write(suffix, offset, first | uint256(signer.mode) << 72);
            _write(suffix, offset + 32, uint256(uint160(signer.key)) << 96);
            offset += 64;
        }
        _write(suffix, offset, uint256(digest));
        _write(suffix, offset + 32, act.id);
        _write(suffix, offset + 64, uint256(uint160(act.account)) << 96 | signers.length);
    }

    /// @dev `offset` is within the bytes and their length's word.
    function _write(bytes memory to, uint256 offset, uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(add(to, offset), word)
        }
    }

    function _frame(address target, uint256 frameGas, bytes memory input)
        private
        returns (bool done, bytes memory reason)
    {
        // In assembly, so that a target that returns megabytes can't make the batch pay for copying them.
        assembly ("memory-safe") {
            done := call(frameGas, target, 0, add(input, 32), mload(input), 0, 0)
            if iszero(done) {
                let size := returndatasize()
                if gt(size, MOST_REASON) { size := MOST_REASON }
                reason := mload(0x40)
                mstore(reason, size)
                returndatacopy(add(reason, 32), 0, size)
                mstore(0x40, and(add(add(reason, 63), size), not(31)))
            }
        }
    }
}
