// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {IERC3525, IERC3525Receiver} from "../interfaces/IERC3525.sol";
import {MemberWord} from "../types/MemberWord.sol";
import {TokenWord, TokenWords} from "../types/TokenWord.sol";
import {ReceivableRanges} from "./ReceivableRanges.sol";

/// @title The faces that wallets and explorers know: ERC-165, ERC-721 and ERC-3525
/// @dev Every path resolves msg.sender to a member account. Approvals are keyed by (id, epoch) and (account, epoch); APPROVED in the token's word
/// says that any exists, so that an unflagged move reads nothing more. Deliberate refusals: value 0, and a value move between tokens that is not
/// the merge of a whole token into its left neighbour.
///
/// Storage:
///   approved[id, epoch]                one ERC-721 approval
///   allowances[id, epoch, operator]    ERC-3525 allowances
///   accountEpochs[account], operators[account, epoch, operator]
abstract contract ReceivableFace is ReceivableRanges, IERC3525 {
    using MemberWord for uint256;

    mapping(bytes32 idAndEpoch => address) private approved;
    mapping(bytes32 idEpochOperator => uint256) private allowances;
    mapping(address account => uint32) private accountEpochs;
    mapping(bytes32 accountEpochOperator => bool) private operators;

    // --- ERC-165 and views ---

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == type(IERC165).interfaceId || id == type(IERC721).interfaceId || id == 0xd5358140;
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
        return _existing(token).has(TokenWords.APPROVED) ? approved[_idKey(token)] : address(0);
    }

    function isApprovedForAll(address owner, address operator) public view returns (bool) {
        return operators[_operatorKey(owner, operator)];
    }

    function allowance(uint256 token, address operator) public view returns (uint256) {
        return _existing(token).has(TokenWords.APPROVED) ? allowances[_allowanceKey(token, operator)] : 0;
    }

    // --- Approvals ---

    function approve(address to, uint256 token) external unlocked {
        address owner = _approver(token);
        require(to == address(0) || MEMBERS.wordOf(to).isActive(), RecipientInactive(to));
        _flagApproved(token);
        approved[_idKey(token)] = to;
        emit Approval(owner, to, token);
    }

    function approve(uint256 token, address operator, uint256 value) external payable unlocked {
        _refuseEther();
        _approver(token);
        require(MEMBERS.wordOf(operator).isActive(), RecipientInactive(operator));
        _flagApproved(token);
        allowances[_allowanceKey(token, operator)] = value;
        emit ApprovalValue(token, operator, value);
    }

    function setApprovalForAll(address operator, bool allowed) external {
        address owner = _actor();
        require(operator != owner && (!allowed || MEMBERS.wordOf(operator).isActive()), ERC721InvalidOperator(operator));
        operators[_operatorKey(owner, operator)] = allowed;
        emit ApprovalForAll(owner, operator, allowed);
    }

    /// @notice Ends every operator approval of the acting account, and the approvals of the tokens named.
    function revokeApprovals(RevokeApprovals calldata body) external unlocked {
        address owner = _actor();
        ++accountEpochs[owner];
        for (uint256 i = 0; i < body.tokens.length; ++i) {
            require(
                _existing(body.tokens[i]).owner() == owner,
                ERC721IncorrectOwner(owner, body.tokens[i], _existing(body.tokens[i]).owner())
            );
            ++epochs[body.tokens[i]];
        }
        emit ApprovalsRevoked(owner, accountEpochs[owner], body.tokens);
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
        (address account,, uint256 recipient) = MEMBERS.pair(msg.sender, to);
        piece = _transferTail(account, token, to, recipient, value);
        if (recipient.has(MemberWord.CONTRACT)) _tell(account, token, piece, to, value);
    }

    function transferFrom(uint256 token, uint256 into, uint256 value) external payable locked {
        _refuseEther();
        address account = _actor();
        Source memory right = _source(token);
        Source memory left = _source(into);
        require(value == right.end - right.start, ValueNotRange(value, right.end - right.start));
        _authorise(account, token, right.owner, value);
        _settle(left);
        _settle(right);
        _join(left, right);
    }

    function _transferTail(address account, uint256 token, address to, uint256 recipient, uint256 value)
        private
        locked
        returns (uint256)
    {
        Source memory source = _source(token);
        require(value <= source.end - source.start, ValueNotRange(value, source.end - source.start));
        uint64 start = source.end - uint64(value);
        _checkRange(source, start, source.end);
        _checkRecipient(source.owner, to, recipient);
        _checkBackground(source, to, recipient, 0);
        _authorise(account, token, source.owner, value);
        _settle(source);
        return _cut(source, start, source.end, to, 0);
    }

    function _transferWhole(address from, address to, uint256 token, bytes32 ref)
        private
        locked
        returns (address account, uint256 recipient)
    {
        (account,, recipient) = MEMBERS.pair(msg.sender, to);
        Source memory source = _source(token);
        require(source.owner == from, ERC721IncorrectOwner(from, token, source.owner));
        _checkRecipient(from, to, recipient);
        _checkBackground(source, to, recipient, ref);
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

    /// @dev Owner, operator, or an ERC-3525 allowance, which is spent.
    function _authorise(address account, uint256 token, address owner, uint256 value) private {
        if (_mayMove(account, token, owner)) return;
        uint256 allowed = allowance(token, account);
        require(allowed >= value && allowed != 0, ERC721InsufficientApproval(account, token));
        require(MEMBERS.wordOf(owner).isActive(), OwnerInactive(owner));
        if (allowed == type(uint256).max) return;
        allowances[_allowanceKey(token, account)] = allowed - value;
        emit ApprovalValue(token, account, allowed - value);
    }

    function _authoriseWhole(address account, uint256 token, address owner) private view {
        require(_mayMove(account, token, owner), ERC721InsufficientApproval(account, token));
    }

    /// @dev An approval is worth nothing while its giver is suspended.
    function _mayMove(address account, uint256 token, address owner) private view returns (bool) {
        if (account == owner) return true;
        if (!isApprovedForAll(owner, account) && !_isApproved(account, token)) return false;
        require(MEMBERS.wordOf(owner).isActive(), OwnerInactive(owner));
        return true;
    }

    function _isApproved(address account, uint256 token) private view returns (bool) {
        return tokens[token].has(TokenWords.APPROVED) && approved[_idKey(token)] == account;
    }

    function _approver(uint256 token) private view returns (address owner) {
        owner = _existing(token).owner();
        address account = _actor();
        require(account == owner || isApprovedForAll(owner, account), ERC721InvalidApprover(account));
    }

    function _flagApproved(uint256 token) private {
        tokens[token] = tokens[token].withFlag(TokenWords.APPROVED);
    }

    function _existing(uint256 token) private view returns (TokenWord word) {
        word = tokens[token];
        require(word.exists(), ERC721NonexistentToken(token));
    }

    function _idKey(uint256 token) private view returns (bytes32) {
        return keccak256(abi.encode(token, epochs[token]));
    }

    function _allowanceKey(uint256 token, address operator) private view returns (bytes32) {
        return keccak256(abi.encode(token, epochs[token], operator));
    }

    function _operatorKey(address owner, address operator) private view returns (bytes32) {
        return keccak256(abi.encode(owner, accountEpochs[owner], operator));
    }

    function _refuseEther() private view {
        require(msg.value == 0, EtherRefused(msg.value));
    }
}
