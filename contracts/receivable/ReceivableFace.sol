// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {IERC3525, IERC3525Metadata, IERC3525Receiver} from "../interfaces/IERC3525.sol";
import {IReceivableToken} from "../interfaces/IReceivableToken.sol";
import {MemberWord} from "../types/MemberWord.sol";
import {Roles} from "../types/Roles.sol";
import {TokenWord, TokenWords} from "../types/TokenWord.sol";
import {ReceivableRanges} from "./ReceivableRanges.sol";

/// @title The faces that wallets and explorers know: ERC-165, ERC-721 and ERC-3525
/// @dev Every path resolves msg.sender to a member account, by a key that holds one of {Roles-HOLDERS}. Approvals are keyed by the id's epoch and by
/// their giver's series: a change of owner, {revokeApprovals} and a recovery of the account each end them. APPROVED in the token's word says that any
/// exists, so that an unflagged move reads nothing more. What the standards ask and this face refuses or does otherwise: docs/receivables.md.
///
/// Storage:
///   approved[id, epoch, series]               one ERC-721 approval
///   allowances[id, epoch, series, operator]   ERC-3525 allowances
///   operators[account, series, operator]
///   revocations[account]                      how often the account ended all its approvals; with its key epoch in Members, its series
abstract contract ReceivableFace is ReceivableRanges, IERC3525 {
    using MemberWord for uint256;

    address private immutable VIEWS;

    mapping(bytes32 key => address) private approved;
    mapping(bytes32 key => uint256) private allowances;
    mapping(bytes32 key => bool) private operators;
    mapping(address account => uint32) private revocations;

    constructor(address views) {
        VIEWS = views;
    }

    // --- ERC-165 and views ---

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == type(IERC165).interfaceId || id == type(IERC721).interfaceId
            || id == type(IERC721Metadata).interfaceId || id == 0xd5358140 || id == type(IERC3525Metadata).interfaceId;
    }

    /// @dev Whatever else is asked (texts for wallets, whole structs) is answered by {IReceivableViews}, which reads this contract: a static call, so
    /// that nothing is ever written this way.
    fallback() external {
        address views = VIEWS;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            let done := staticcall(gas(), views, free, calldatasize(), 0, 0)
            returndatacopy(free, 0, returndatasize())
            if iszero(done) { revert(free, returndatasize()) }
            return(free, returndatasize())
        }
    }

    function valueDecimals() external pure returns (uint8) {
        return 2;
    }

    function balanceOf(address owner) external view returns (uint256) {
        require(owner != address(0), ERC721InvalidOwner(owner));
        return holdings[owner];
    }

    function balanceOf(uint256 token) external view returns (uint256) {
        return _existing(token).length();
    }

    function slotOf(uint256 token) external view returns (uint256) {
        _existing(token);
        return token >> 64;
    }

    function ownerOf(uint256 token) external view returns (address) {
        return _existing(token).owner();
    }

    function getApproved(uint256 token) external view returns (address) {
        TokenWord word = _existing(token);
        return word.has(TokenWords.APPROVED) ? approved[_idKey(token, word.owner())] : address(0);
    }

    function isApprovedForAll(address owner, address operator) public view returns (bool) {
        return operators[_operatorKey(owner, operator)];
    }

    function allowance(uint256 token, address operator) public view returns (uint256) {
        TokenWord word = _existing(token);
        return word.has(TokenWords.APPROVED) ? allowances[_allowanceKey(token, word.owner(), operator)] : 0;
    }

    // --- Approvals ---

    function approve(address to, uint256 token) external unlocked {
        address owner = _existing(token).owner();
        address account = _actorIn(Roles.HOLDERS);
        require(_manages(account, owner), ERC721InvalidApprover(account));
        require(to == address(0) || MEMBERS.wordOf(to).isActive(), RecipientInactive(to));
        _flagApproved(token);
        approved[_idKey(token, owner)] = to;
        emit Approval(owner, to, token);
    }

    function approve(uint256 token, address operator, uint256 value) external payable unlocked {
        _refuseEther();
        address owner = _existing(token).owner();
        address account = _actorIn(Roles.HOLDERS);
        require(_mayMove(account, token, owner), ERC721InvalidApprover(account));
        require(MEMBERS.wordOf(operator).isActive(), RecipientInactive(operator));
        _flagApproved(token);
        allowances[_allowanceKey(token, owner, operator)] = value;
        emit ApprovalValue(token, operator, value);
    }

    function setApprovalForAll(address operator, bool allowed) external {
        address owner = _actorIn(Roles.HOLDERS);
        require(operator != owner && (!allowed || MEMBERS.wordOf(operator).isActive()), ERC721InvalidOperator(operator));
        operators[_operatorKey(owner, operator)] = allowed;
        emit ApprovalForAll(owner, operator, allowed);
    }

    /// @inheritdoc IReceivableToken
    function revokeApprovals(RevokeApprovals calldata body) external {
        address owner = _actorIn(Roles.HOLDERS | Roles.ADMINISTRATOR);
        emit ApprovalsRevoked(owner, ++revocations[owner], body.reason);
    }

    // --- Transfers ---

    function transferFrom(address from, address to, uint256 token) external {
        _transferWhole(from, to, token, 0);
    }

    function safeTransferFrom(address from, address to, uint256 token) external {
        _safeTransfer(from, to, token, "");
    }

    function safeTransferFrom(address from, address to, uint256 token, bytes calldata data) external {
        _safeTransfer(from, to, token, data);
    }

    function transferFrom(uint256 token, address to, uint256 value) external payable returns (uint256 piece) {
        _refuseEther();
        (address account, uint256 recipient) = _parties(to);
        piece = _transferTail(account, token, to, recipient, value);
        if (recipient.has(MemberWord.CONTRACT)) _tell(account, token, piece, to, value);
    }

    function transferFrom(uint256 token, uint256 into, uint256 value) external payable {
        _refuseEther();
        address account = _actorIn(Roles.HOLDERS);
        address owner = _mergeWhole(account, token, into, value);
        if (MEMBERS.wordOf(owner).has(MemberWord.CONTRACT)) _tell(account, token, into, owner, value);
    }

    function _mergeWhole(address account, uint256 token, uint256 into, uint256 value) private locked returns (address) {
        Source memory right = _source(token);
        Source memory left = _source(into);
        require(value == right.end - right.start, ValueNotRange(value, right.end - right.start));
        _authorise(account, token, right.owner, value);
        _settle(left);
        _settle(right);
        _join(left, right);
        return left.owner;
    }

    function _transferTail(address account, uint256 token, address to, uint256 recipient, uint256 value)
        private
        locked
        returns (uint256)
    {
        Source memory source = _source(token);
        if (value > source.end - source.start) revert ValueNotRange(value, source.end - source.start);
        uint64 start = source.end - uint64(value);
        _checkRange(source, start, source.end);
        _checkRecipient(source.owner, to, recipient);
        _checkBackground(source, to, recipient);
        _authorise(account, token, source.owner, value);
        _settle(source);
        // The standard wants the event for every value transfer; the whole token stays under its own id.
        if (start == source.start) emit TransferValue(token, token, value);
        return _cut(source, start, source.end, to, 0);
    }

    function _transferWhole(address from, address to, uint256 token, bytes32 ref)
        private
        locked
        returns (address account, uint256 recipient)
    {
        (account, recipient) = _parties(to);
        Source memory source = _source(token);
        if (source.owner != from) revert ERC721IncorrectOwner(from, token, source.owner);
        _checkRecipient(from, to, recipient);
        if (ref == 0) _checkBackground(source, to, recipient);
        _authoriseWhole(account, token, from);
        _settle(source);
        _cut(source, source.start, source.end, to, ref);
    }

    /// @dev EIP-721: the hook comes last, when everything is written; whether to call it is a bit in Members.
    function _safeTransfer(address from, address to, uint256 token, bytes memory data) private {
        (address account, uint256 recipient) =
            _transferWhole(from, to, token, data.length == 32 ? bytes32(data) : bytes32(0));
        if (!recipient.has(MemberWord.CONTRACT)) return;
        bytes4 answer = IERC721Receiver(to).onERC721Received(account, from, token, data);
        require(answer == IERC721Receiver.onERC721Received.selector, ERC721InvalidReceiver(to));
    }

    function _tell(address account, uint256 token, uint256 piece, address to, uint256 value) private {
        bytes4 answer = IERC3525Receiver(to).onERC3525Received(account, token, piece, value, "");
        require(answer == IERC3525Receiver.onERC3525Received.selector, ERC721InvalidReceiver(to));
    }

    // --- Who may ---

    /// @dev Who may move the token, or has an ERC-3525 allowance, which is spent.
    function _authorise(address account, uint256 token, address owner, uint256 value) private {
        if (_mayMove(account, token, owner)) return;
        uint256 allowed = allowance(token, account);
        require(allowed >= value && allowed != 0, ERC721InsufficientApproval(account, token));
        _requireOwnerActive(owner);
        if (allowed == type(uint256).max) return;
        allowances[_allowanceKey(token, owner, account)] = allowed - value;
        emit ApprovalValue(token, account, allowed - value);
    }

    function _authoriseWhole(address account, uint256 token, address owner) private view {
        if (!_mayMove(account, token, owner)) revert ERC721InsufficientApproval(account, token);
    }

    /// @dev Owner, operator or approved account.
    function _mayMove(address account, uint256 token, address owner) private view returns (bool) {
        if (_manages(account, owner)) return true;
        if (!tokens[token].has(TokenWords.APPROVED) || approved[_idKey(token, owner)] != account) return false;
        _requireOwnerActive(owner);
        return true;
    }

    /// @dev Owner or operator.
    function _manages(address account, address owner) private view returns (bool) {
        if (account == owner) return true;
        if (!isApprovedForAll(owner, account)) return false;
        _requireOwnerActive(owner);
        return true;
    }

    /// @dev An approval is worth nothing while its giver is suspended or held.
    function _requireOwnerActive(address owner) internal view {
        uint256 word = MEMBERS.wordOf(owner);
        require(word.isActive(), OwnerInactive(owner));
        _requireFree(owner, word);
    }

    function _flagApproved(uint256 token) private {
        tokens[token] = tokens[token].withFlag(TokenWords.APPROVED);
    }

    function _existing(uint256 token) private view returns (TokenWord word) {
        word = tokens[token];
        require(word.exists(), ERC721NonexistentToken(token));
    }

    function _idKey(uint256 token, address owner) private view returns (bytes32) {
        return keccak256(abi.encode(token, epochs[token], _series(owner)));
    }

    function _allowanceKey(uint256 token, address owner, address operator) private view returns (bytes32) {
        return keccak256(abi.encode(_idKey(token, owner), operator));
    }

    function _operatorKey(address owner, address operator) private view returns (bytes32) {
        return keccak256(abi.encode(owner, _series(owner), operator));
    }

    function _series(address owner) private view returns (uint256) {
        return uint256(revocations[owner]) << 32 | MEMBERS.wordOf(owner).epoch();
    }

    function _refuseEther() private view {
        require(msg.value == 0, EtherRefused(msg.value));
    }
}
