// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice Rights with several numbers, pledges on them and records of an old register, as one would keep them on paper: whether a right is free is found by
/// reading through all of it.
contract OfficeModel {
    struct Leaf {
        uint8 number;
        uint40 segment;
        uint24 place;
        bool ended;
    }

    struct Life {
        bool live;
        /// The pledge that has its segments now: itself, or one that refinanced it.
        uint40 holder;
    }

    /// An accepted filing that is not decided yet; void once an act of the office came upon one of its rights.
    struct Claim {
        uint40 pledge;
        uint8[] numbers;
        bool open;
    }

    struct Old {
        uint8[] numbers;
        bool adopted;
    }

    uint8 public immutable COUNT;
    /// What a number was joined to; itself for a right's key.
    mapping(uint8 number => uint8) private joinedTo;
    mapping(uint8 key => bool) public inConflict;
    mapping(uint40 pledge => Life) public lives;
    mapping(uint40 pledge => Leaf[]) private leaves;
    uint40[] private pledges;
    Old[] private olds;
    Claim[] private claims;

    constructor(uint8 count) {
        COUNT = count;
        for (uint8 i = 0; i < count; ++i) {
            joinedTo[i] = i;
        }
    }

    // --- Reading ---

    function keyOf(uint8 number) public view returns (uint8) {
        while (joinedTo[number] != number) number = joinedTo[number];
        return number;
    }

    /// @notice Live leaves on a right, and records of the old register that nobody adopted.
    function onRight(uint8 number) public view returns (uint256 live, uint256 anchored) {
        uint8 key = keyOf(number);
        for (uint256 i = 0; i < pledges.length; ++i) {
            live += _liveOn(pledges[i], key);
        }
        for (uint256 i = 0; i < olds.length; ++i) {
            if (!olds[i].adopted && _isOn(olds[i].numbers, key)) ++anchored;
        }
    }

    function _liveOn(uint40 pledge, uint8 key) private view returns (uint256 live) {
        if (!lives[pledge].live) return 0;
        Leaf[] storage list = leaves[pledge];
        for (uint256 i = 0; i < list.length; ++i) {
            if (!list[i].ended && keyOf(list[i].number) == key) ++live;
        }
    }

    /// @notice Whether one may be pledged on these numbers: nothing lies on the rights, nor is one in conflict or named twice.
    function isFree(uint8[] memory numbers) external view returns (bool) {
        for (uint256 i = 0; i < numbers.length; ++i) {
            (uint256 live, uint256 anchored) = onRight(numbers[i]);
            if (live + anchored != 0 || inConflict[keyOf(numbers[i])] || isClaimed(keyOf(numbers[i]))) return false;
            for (uint256 j = 0; j < i; ++j) {
                if (keyOf(numbers[i]) == keyOf(numbers[j])) return false;
            }
        }
        return true;
    }

    function isClaimed(uint8 key) public view returns (bool) {
        for (uint256 i = 0; i < claims.length; ++i) {
            if (claims[i].open && _isOn(claims[i].numbers, key)) return true;
        }
        return false;
    }

    function _isOn(uint8[] storage numbers, uint8 key) private view returns (bool) {
        for (uint256 i = 0; i < numbers.length; ++i) {
            if (keyOf(numbers[i]) == key) return true;
        }
        return false;
    }

    function claimCount() external view returns (uint256) {
        return claims.length;
    }

    function claimAt(uint256 i) external view returns (Claim memory) {
        return claims[i];
    }

    /// @notice Whether a conflict may be settled: one right at most is left, and no record whose pledge nobody knows.
    function isOver(uint8 number) external view returns (bool) {
        (uint256 live, uint256 anchored) = onRight(number);
        return live <= 1 && anchored == 0;
    }

    function isKey(uint8 number) external view returns (bool) {
        return joinedTo[number] == number;
    }

    function count() external view returns (uint256) {
        return pledges.length;
    }

    function pledgeAt(uint256 i) external view returns (uint40) {
        return pledges[i];
    }

    function leavesOf(uint40 pledge) external view returns (Leaf[] memory) {
        return leaves[pledge];
    }

    function oldCount() external view returns (uint256) {
        return olds.length;
    }

    function oldAt(uint256 i) external view returns (uint8[] memory numbers, bool adopted) {
        return (olds[i].numbers, olds[i].adopted);
    }

    // --- Writing ---

    function pledge(uint40 pledge_, uint40 segment, uint8[] memory numbers) public {
        if (lives[pledge_].holder == 0) pledges.push(pledge_);
        (lives[pledge_].live, lives[pledge_].holder) = (true, pledge_);
        for (uint24 i = 0; i < numbers.length; ++i) {
            leaves[pledge_].push(Leaf(numbers[i], segment, i, false));
        }
        _mark();
    }

    function claim(uint40 pledge_, uint8[] memory numbers) external {
        claims.push(Claim(pledge_, numbers, true));
    }

    /// @notice The claim is decided, if it was open.
    function decide(uint256 index) external {
        claims[index].open = false;
    }

    /// @dev Claims on the right are void.
    function _void(uint8 key) private {
        for (uint256 i = 0; i < claims.length; ++i) {
            if (_isOn(claims[i].numbers, key)) claims[i].open = false;
        }
    }

    function end(uint40 pledge_) external {
        lives[pledge_].live = false;
    }

    function endLeaf(uint40 pledge_, uint256 index) external {
        leaves[pledge_][index].ended = true;
    }

    function restore(uint40 pledge_) external {
        lives[pledge_].live = true;
        for (uint256 i = 0; i < leaves[pledge_].length; ++i) {
            if (!leaves[pledge_][i].ended) _void(keyOf(leaves[pledge_][i].number));
        }
        _mark();
    }

    function restoreLeaf(uint40 pledge_, uint256 index) external {
        leaves[pledge_][index].ended = false;
        _void(keyOf(leaves[pledge_][index].number));
        _mark();
    }

    /// @notice All leaves of `old` are those of `made`, which stands in its place.
    function refinance(uint40 old, uint40 made) external {
        pledges.push(made);
        lives[made] = Life(true, made);
        _give(old, made);
        lives[old].live = false;
    }

    /// @notice The segments of `giver` that were `taker`'s come back to it.
    function giveBack(uint40 giver, uint40 taker) external {
        _give(giver, taker);
    }

    function _give(uint40 giver, uint40 taker) private {
        for (uint256 i = 0; i < leaves[giver].length; ++i) {
            leaves[taker].push(leaves[giver][i]);
        }
        delete leaves[giver];
        lives[giver].holder = taker;
        lives[taker].holder = taker;
    }

    function _isBurdened(uint8 key) private view returns (bool) {
        (uint256 live, uint256 anchored) = onRight(key);
        return live + anchored != 0 || inConflict[key] || isClaimed(key);
    }

    function join(uint8 other, uint8 key) external {
        if (_isBurdened(other) && _isBurdened(key)) {
            _void(other);
            _void(key);
        }
        joinedTo[other] = key;
        if (inConflict[other]) inConflict[key] = true;
        _mark();
    }

    function settle(uint8 number) external {
        inConflict[keyOf(number)] = false;
    }

    function anchor(uint8[] memory numbers) external {
        olds.push(Old(numbers, false));
        for (uint256 i = 0; i < numbers.length; ++i) {
            _void(keyOf(numbers[i]));
        }
        _mark();
    }

    function adopt(uint256 old, uint40 pledge_, uint40 segment) external {
        olds[old].adopted = true;
        pledge(pledge_, segment, olds[old].numbers);
    }

    /// @dev Wherever two lie on one right, they are in conflict from now on.
    function _mark() private {
        for (uint8 i = 0; i < COUNT; ++i) {
            if (joinedTo[i] != i) continue;
            (uint256 live, uint256 anchored) = onRight(i);
            if (live + anchored > 1) inConflict[i] = true;
        }
    }
}
