// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ActTarget} from "./ActTarget.sol";
import {ICashDesk} from "./interfaces/ICashDesk.sol";
import {IGuarantees} from "./interfaces/IGuarantees.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IReceivableEndings} from "./interfaces/IReceivableEndings.sol";
import {IReceivableToken} from "./interfaces/IReceivableToken.sol";
import {IRepayment} from "./interfaces/IRepayment.sol";
import {ISettlementCash} from "./interfaces/ISettlementCash.sol";
import {MemberWord} from "./types/MemberWord.sol";
import {ReceivableWord} from "./types/ReceivableWord.sol";
import {Roles} from "./types/Roles.sol";

/// @title Guarantees and risk pools
/// @dev What a pool is called for is what the obligor owes now and what the pool has paid before; each guarantor's target is its share of that, so that
/// who fires, how often and in which order changes nobody's part. Shares are cut like ranges: guarantor i has floor(total * sum of shares until i / 10,000)
/// less the same until i - 1, which adds up exactly.
///
/// Storage:
///   pools[number]         {Pool}, numbers from 1
///   covers[receivable]    pool 256 | most 64 | paid by each guarantor
contract Guarantees is IGuarantees, ActTarget {
    using MemberWord for uint256;

    struct Cover {
        uint256 pool;
        uint64 most;
        uint64[] paid;
    }

    bytes32 private constant OPEN_POOL_TYPE = keccak256(
        "OpenPool(address[] guarantors,uint16[] shares,uint8 cash,uint64 cap,uint40 wait,uint40 until,bytes32 agreement)"
    );
    uint256 private constant WHOLE = 10_000;
    /// As many as may have claims on one receivable.
    uint256 private constant MOST_GUARANTORS = 8;

    ICashDesk private immutable DESK;
    IReceivableToken private immutable TOKEN;
    IReceivableEndings private immutable ENDINGS;

    uint256 private count;
    mapping(uint256 pool => Pool) private pools;
    mapping(uint192 receivable => Cover) private covers;

    constructor(address acts, IMembers members, ICashDesk desk, IReceivableToken token, IReceivableEndings endings)
        ActTarget(acts, members)
    {
        DESK = desk;
        TOKEN = token;
        ENDINGS = endings;
    }

    /// @inheritdoc IGuarantees
    function openPool(OpenPool calldata body) external onlyActs returns (uint256 pool) {
        address manager = _signedIn(Roles.GUARANTOR | Roles.BANK);
        require(body.guarantors.length != 0 && manager == body.guarantors[0], NotManager(manager, address(0)));
        _checkShares(body);
        _checkSigned(body.guarantors);
        DESK.cashAt(body.cash);
        require(body.cap != 0, AmountZero());
        require(body.until > block.timestamp, UntilPassed(body.until));
        pool = ++count;
        pools[pool] = Pool(body.guarantors, body.shares, body.cash, body.cap, 0, body.wait, body.until);
        emit PoolOpened(
            pool, manager, body.guarantors, body.shares, body.cash, body.cap, body.wait, body.until, body.agreement
        );
    }

    function _checkShares(OpenPool calldata body) private pure {
        uint256 sum;
        for (uint256 i = 0; i < body.shares.length; ++i) {
            // One without a share would promise nothing.
            sum = body.shares[i] == 0 ? type(uint16).max : sum + body.shares[i];
        }
        require(
            sum == WHOLE && body.shares.length == body.guarantors.length && body.shares.length <= MOST_GUARANTORS,
            SharesWrong(body.guarantors.length, body.shares.length, sum)
        );
    }

    function _checkSigned(address[] calldata guarantors) private view {
        ActContext memory context = _context();
        for (uint256 i = 0; i < guarantors.length; ++i) {
            bool signed = _hasSigned(context, guarantors[i], Roles.GUARANTOR | Roles.BANK);
            require(signed, GuarantorNotSigned(guarantors[i]));
            for (uint256 j = 0; j < i; ++j) {
                require(guarantors[j] != guarantors[i], GuarantorTwice(guarantors[i]));
            }
        }
    }

    /// @inheritdoc IGuarantees
    function cover(CoverReceivable calldata body) external {
        Pool storage pool = pools[body.pool];
        require(pool.guarantors.length != 0, UnknownPool(body.pool));
        address account = _actorIn(Roles.GUARANTOR | Roles.BANK);
        require(account == pool.guarantors[0], NotManager(account, pool.guarantors[0]));
        require(body.most != 0, AmountZero());
        require(block.timestamp <= pool.until, UntilPassed(pool.until));
        _checkReceivable(body.receivable, pool);
        Cover storage found = covers[body.receivable];
        require(found.pool == 0, CoveredAlready(body.receivable, found.pool));
        (found.pool, found.most, found.paid) = (body.pool, body.most, new uint64[](pool.guarantors.length));
        emit ReceivableCovered(body.pool, body.receivable, body.most);
    }

    function _checkReceivable(uint192 id, Pool storage pool) private view {
        (ReceivableWord word, address obligor,,,,) = TOKEN.termsOf(id);
        require(word.state() == uint8(IReceivableToken.State.Live), NotLive(id));
        require(word.cash() == pool.cash, CashDiffers(id, word.cash(), pool.cash));
        for (uint256 i = 0; i < pool.guarantors.length; ++i) {
            require(pool.guarantors[i] != obligor, GuarantorIsObligor(obligor));
        }
    }

    /// @inheritdoc IGuarantees
    function call(uint192 id) external {
        (IRepayment repayment, uint64[] memory amounts) = _callable(id);
        Cover storage found = covers[id];
        Pool storage pool = pools[found.pool];
        for (uint256 i = 0; i < amounts.length; ++i) {
            if (amounts[i] == 0) continue;
            address guarantor = pool.guarantors[i];
            pool.used += amounts[i];
            found.paid[i] += amounts[i];
            repayment.collect(id, guarantor, guarantor, amounts[i], bytes32(found.pool), IRepayment.Kind.Guarantee);
            emit GuaranteePaid(found.pool, id, guarantor, amounts[i], pool.used);
        }
    }

    /// @inheritdoc IGuarantees
    function checkCall(uint192 id) external view returns (uint64[] memory amounts, bytes memory reason) {
        try this.callable(id) returns (uint64[] memory found) {
            return (found, "");
        } catch (bytes memory why) {
            return (new uint64[](0), why);
        }
    }

    /// @notice What {call} would take of each guarantor now; reverts as it would, by the same code.
    function callable(uint192 id) external view returns (uint64[] memory amounts) {
        (, amounts) = _callable(id);
    }

    function _callable(uint192 id) private view returns (IRepayment repayment, uint64[] memory amounts) {
        Cover storage found = covers[id];
        require(found.pool != 0, NotCovered(id));
        Pool storage pool = pools[found.pool];
        repayment = _checkCallable(id, pool);
        (uint64 principal, uint64 interest,,) = repayment.debtAt(id, uint40(block.timestamp));
        uint256 debt = uint256(principal) + interest;
        require(debt != 0, NothingOwed(id));
        amounts = _shares(found, pool, debt);
        require(_sum(amounts) != 0, NothingToTake(id));
    }

    function _checkCallable(uint192 id, Pool storage pool) private view returns (IRepayment) {
        (ReceivableWord word,, uint32 grace,,,) = TOKEN.termsOf(id);
        require(word.state() == uint8(IReceivableToken.State.Live), NotLive(id));
        uint256 from = uint256(word.due()) + grace + pool.wait + 1;
        require(block.timestamp >= from, NotOverdue(id, uint40(Math.min(from, type(uint40).max))));
        require(block.timestamp <= pool.until, UntilPassed(pool.until));
        // A guarantor may raise what the debtor could (CivC 701).
        require(!ENDINGS.isDisputed(id), Disputed(id));
        return IRepayment(TOKEN.moduleAt(word.module()));
    }

    function _shares(Cover storage found, Pool storage pool, uint256 debt)
        private
        view
        returns (uint64[] memory amounts)
    {
        amounts = new uint64[](found.paid.length);
        uint256 total = Math.min(Math.min(debt + _sum(found.paid), found.most), _sum(found.paid) + pool.cap - pool.used);
        ISettlementCash cash = ISettlementCash(DESK.cashAt(pool.cash));
        uint256 until;
        for (uint256 i = 0; i < amounts.length; ++i) {
            uint256 from = until;
            until += pool.shares[i];
            uint256 target = total * until / WHOLE - total * from / WHOLE;
            uint256 missing = target > found.paid[i] ? target - found.paid[i] : 0;
            amounts[i] = uint64(Math.min(Math.min(missing, debt), _free(cash, pool.guarantors[i])));
            debt -= amounts[i];
        }
    }

    /// @dev Nothing is taken of an account that the council has suspended or a court holds; the others' parts are.
    function _free(ISettlementCash cash, address account) private view returns (uint256) {
        uint256 word = MEMBERS.wordOf(account);
        return word.isActive() && !word.has(MemberWord.HELD) ? cash.balanceOf(account) : 0;
    }

    function _sum(uint64[] memory amounts) private pure returns (uint256 sum) {
        for (uint256 i = 0; i < amounts.length; ++i) {
            sum += amounts[i];
        }
    }

    /// @inheritdoc IGuarantees
    function poolOf(uint256 pool) external view returns (Pool memory) {
        return pools[pool];
    }

    /// @inheritdoc IGuarantees
    function coverOf(uint192 id) external view returns (uint256, uint64, uint64[] memory) {
        Cover storage found = covers[id];
        return (found.pool, found.most, found.paid);
    }

    /// @inheritdoc IGuarantees
    function hashOpenPool(OpenPool calldata body) external pure returns (bytes32) {
        return keccak256(
            abi.encode(
                OPEN_POOL_TYPE,
                keccak256(abi.encodePacked(body.guarantors)),
                keccak256(abi.encodePacked(body.shares)),
                body.cash,
                body.cap,
                body.wait,
                body.until,
                body.agreement
            )
        );
    }
}
