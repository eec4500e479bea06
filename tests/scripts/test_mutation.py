"""Mutants are small faults at places of the syntax tree; a run counts each once, remembers it, and takes no broken run for a kill."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from house import mutants, mutation
from house.mutants import Mutant
from house.mutation import Tried
from tests.scripts.test_suite import ROOT

SOURCE = """// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;
contract Small {
    uint256[4] private kept;
    event Told(uint256 x);
    modifier guarded() { _; }
    constructor() {}
    function f(uint256 x) external guarded returns (uint256 y) {
        require(x != 0 && !false);
        if (x < 7) { emit Told(x); return 1; }
        for (uint256 i = 0; i < x; ++i) y += i;
        assembly { y := add(y, 2) if lt(y, x) { y := 9 } }
    }
}
"""


def changes(source: str) -> list[tuple[str, str, str]]:
    """(what kind, what stood there, what stands there instead) of every mutant."""
    answer = mutation.compiled(ROOT, {"Small.sol": source}, {"*": {"": ["ast"]}})
    found = mutants.of("Small.sol", answer["sources"]["Small.sol"]["ast"], source.encode())
    return [(each.kind, source[each.start : each.end], each.new) for each in found]


def test_the_tests_have_all_that_they_import() -> None:
    found = {file.name for file in mutation.tests(ROOT)}
    assert {"ReceivableMove.t.sol", "RightsMatrix.t.sol", "Base.t.sol", "LoanBase.t.sol"} <= found and "ReceivableGas.t.sol" not in found
    imported = {
        line.split('"./')[1].split('"')[0] for file in mutation.tests(ROOT) for line in file.read_text().splitlines() if '"./' in line
    }
    assert imported <= found


def test_every_kind_of_fault_is_made_and_nothing_else() -> None:
    assert changes(SOURCE) == [
        ("modifier", "guarded", ""),
        ("left out", "require(x != 0 && !false);", "{}"),
        ("operator", "!=", "=="),
        ("number", "0", "(0 + 1)"),
        ("operator", "&&", "||"),
        ("operator", "!", ""),
        ("bool", "false", "true"),
        ("condition", "x < 7", "false"),
        ("condition", "x < 7", "true"),
        ("operator", "<", "<="),
        ("number", "7", "(7 + 1)"),
        ("left out", "emit Told(x);", "{}"),
        ("left out", "return 1;", "{}"),
        ("number", "1", "(1 + 1)"),
        ("number", "0", "(0 + 1)"),
        ("condition", "i < x", "false"),
        ("operator", "<", "<="),
        ("operator", "++", "--"),
        ("left out", "y += i;", "{}"),
        ("operator", "+=", "-="),
        ("left out", "y := add(y, 2)", "{}"),
        ("operator", "add", "sub"),
        ("number", "2", "add(2, 1)"),
        ("operator", "lt", "gt"),
        ("condition", "lt(y, x)", "0"),
        ("condition", "lt(y, x)", "1"),
        ("left out", "y := 9", "{}"),
        ("number", "9", "add(9, 1)"),
    ]


def test_a_mutant_is_applied_and_named_by_its_bytes() -> None:
    source = "// §\nuint x = 1 + 2;\n".encode()
    at = source.index(b"+")
    mutant = Mutant("a.sol", at, at + 1, "-", "operator")
    assert mutant.applied(source).decode() == "// §\nuint x = 1 - 2;\n"
    assert mutant.name(source) == "a.sol:2: operator: + -> -"


def test_what_does_not_compile_is_said() -> None:
    with pytest.raises(mutation.CannotCompile, match="ParserError"):
        mutation.compiled(ROOT, {"Small.sol": "contract {"}, {"*": {"": ["ast"]}})


def test_every_file_of_a_target_has_mutants_and_a_sample_is_drawn_by_its_seed() -> None:
    all_ = mutation.all_mutants(ROOT)
    assert {each.file for each in all_} == {file for files in mutation.TARGETS.values() for file in files}
    assert mutation.sample(all_, 20, 5) == mutation.sample(all_, 20, 5) != mutation.sample(all_, 20, 6)
    assert sorted(mutation.sample(all_, len(all_) + 1, 5)) == sorted(all_)


# --- One mutant: the compiler and forge say what the case wants


CODE = "0x6001"
MUTANT = Mutant(mutation.TARGETS["Repayment"][0], 0, 1, "b", "operator")


def report(status: str) -> str:
    """A report of forge with one test."""
    return json.dumps({"A.t.sol:A": {"test_results": {"test_a()": {"status": status, "reason": "no"}}}})


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A built folder with one artifact."""
    (tmp_path / MUTANT.file).parent.mkdir(parents=True)
    (tmp_path / MUTANT.file).write_text("a")
    artifact = tmp_path / "out" / "Repayment.sol" / "Repayment.json"
    artifact.parent.mkdir(parents=True)
    artifact.write_text(json.dumps({"bytecode": {"object": CODE}}))
    return tmp_path


def try_it(place: Path, monkeypatch: pytest.MonkeyPatch, codes: tuple[str, str], output: str, exit_: int) -> Tried:
    """Try the mutant, which has these codes, plain and optimised; forge prints `output`. The artifact that it meets has the plain one."""
    artifact = place / "out" / "Repayment.sol" / "Repayment.json"

    def forge(*_: object) -> subprocess.CompletedProcess[str]:
        assert json.loads(artifact.read_text())["bytecode"]["object"] == codes[0]
        return subprocess.CompletedProcess([], exit_, output, "")

    def compiler(_: Path, __: str, sources: dict[str, str], *, optimised: bool = False) -> str:
        return codes[optimised] if sources == {MUTANT.file: "b"} else CODE

    monkeypatch.setattr(mutation, "creation_code", compiler)
    monkeypatch.setattr(mutation, "_forge", forge)
    before = artifact.read_text()
    found = mutation.tried(place, MUTANT)
    assert artifact.read_text() == before, "the artifact is put back"
    return found


@pytest.mark.parametrize(
    ("optimised", "output", "exit_", "outcome"),
    [
        ("0x6003", report("Failure"), 1, ("killed", "A.t.sol:A test_a(): no")),
        ("0x6003", report("Success"), 0, ("survived", "")),
        (CODE, report("Success"), 0, ("none", "the same code")),
    ],
)
def test_a_mutant_is_killed_by_a_test_that_fails(
    place: Path, monkeypatch: pytest.MonkeyPatch, optimised: str, output: str, exit_: int, outcome: tuple[str, str]
) -> None:
    found = try_it(place, monkeypatch, ("0x6002", optimised), output, exit_)
    assert (found.outcome, found.by) == outcome


def test_what_does_not_compile_is_no_mutant(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise mutation.CannotCompile("TypeError")

    monkeypatch.setattr(mutation, "creation_code", refuse)
    found = mutation.tried(place, MUTANT)
    assert (found.outcome, found.by) == ("none", "does not compile")


def test_a_forge_that_breaks_off_kills_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(mutation.RunBroken, match="no space left"):
        try_it(place, monkeypatch, ("0x6002", "0x6003"), "no space left", 1)


def test_a_mutant_that_never_ends_is_killed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object) -> subprocess.CompletedProcess[str]:
        raise subprocess.TimeoutExpired("forge", 1)

    monkeypatch.setattr(mutation, "creation_code", lambda *_: "0x6002")
    monkeypatch.setattr(mutation, "_forge", hang)
    assert mutation.tried(place, MUTANT).by == "time"


# --- Many


def of(outcomes: str) -> list[Tried]:
    """k: killed, s: survived, n: none."""
    full = {"k": "killed", "s": "survived", "n": "none"}
    return [Tried(MUTANT, f"{number}", full[each]) for number, each in enumerate(outcomes)]


def test_the_line_counts_what_is_a_mutant() -> None:
    assert mutation.line(of("kkksn")) == "4 mutants, 3 killed (75.0 %)"
    assert mutation.report(of("ksn")) == ["survived: 1", "2 mutants, 1 killed (50.0 %)"]


@pytest.mark.parametrize(
    ("outcomes", "chosen", "passes"),
    [("k" * 9 + "s", 10, True), ("k" * 8 + "ss", 10, False), ("k" * 9 + "sn", 12, False), ("nn", 2, False), ("", 0, False)],
)
def test_a_run_passes_if_enough_were_killed_and_all_tried(outcomes: str, chosen: int, passes: bool) -> None:
    found = mutation.counts(of(outcomes), chosen)
    assert (found.passed, found.failed) == ((1, 0) if passes else (0, 1))


def test_who_was_killed_stays_so_and_who_survived_is_tried_again_when_a_test_changed(tmp_path: Path) -> None:
    for name in ("contracts", "tests/contracts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    killed, survivor = (Mutant(MUTANT.file, at, at + 1, "b", "operator") for at in (1, 2))
    mutation.keep(tmp_path, Tried(killed, "killed", "killed", "A"))
    mutation.keep(tmp_path, Tried(survivor, "survivor", "survived"))
    assert [each.name for each in mutation.remembered(tmp_path, [killed, survivor])[0]] == ["killed", "survivor"]
    with (tmp_path / "tests" / "contracts" / "RepaymentPay.t.sol").open("a") as file:
        file.write("// one more\n")
    assert mutation.remembered(tmp_path, [killed, survivor])[1] == [survivor]
    with (tmp_path / MUTANT.file).open("a") as file:
        file.write("// one more\n")
    assert mutation.remembered(tmp_path, [killed, survivor])[1] == [killed, survivor]
