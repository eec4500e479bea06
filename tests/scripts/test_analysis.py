"""Slither's findings are held against the page that explains them, row by row; a proof counts only when it is whole."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from house import analysis, suite
from house.analysis import Explained, Finding
from house.results import Counts
from house.steps import StepFailed
from tests.scripts.test_suite import ROOT, settings

PAGE = """# Title

| check | where | expression | why it is no fault |
|---|---|---|---|
| `incorrect-equality` | `*` | `not *block.timestamp*` | states and bits |
| `unused-return` | `Store.*` | `*None*` | the rest is not needed |

Text | with bars | is no | row.
"""


def finding(check: str = "incorrect-equality", where: str = "Store.read", text: str = "head.state() == 1") -> Finding:
    """A finding of Slither."""
    return Finding(check, where, text)


def test_the_rows_of_a_page_are_read() -> None:
    assert analysis.explained(PAGE) == [
        Explained("incorrect-equality", "*", "not *block.timestamp*", "states and bits"),
        Explained("unused-return", "Store.*", "*None*", "the rest is not needed"),
    ]


def test_a_row_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="has no reason"):
        analysis.explained(PAGE.replace("states and bits", ""))


def test_every_row_of_our_own_page_is_read() -> None:
    page = (ROOT / analysis.PAGE).read_text()
    rows = analysis.explained(page)
    assert rows
    assert len(rows) == sum(line.startswith("| `") for line in page.splitlines())


@pytest.mark.parametrize(
    ("found", "fits"),
    [
        (finding(), (True, False)),
        (finding(text="at == block.timestamp"), (False, False)),
        (finding(check="unused-return", text="(version,None,None) = REGISTERS.current(register)"), (False, True)),
        (finding(check="unused-return", where="Other.read", text="(version,None) = f()"), (False, False)),
        (finding(check="unused-return", text="f()"), (False, False)),
        (finding(check="reentrancy-eth"), (False, False)),
    ],
)
def test_a_row_explains_by_check_place_and_expression(found: Finding, fits: tuple[bool, bool]) -> None:
    assert tuple(row.fits(found) for row in analysis.explained(PAGE)) == fits


def test_what_no_row_explains_fails_and_so_does_a_row_that_explains_nothing() -> None:
    rows = analysis.explained(PAGE)
    both = [finding(), finding("unused-return", text="(a,None) = f()")]
    assert analysis.held(both, rows) == Counts(passed=4)
    counts = analysis.held([finding(), finding("suicidal")], rows)
    assert (counts.passed, counts.failed) == (2, 2)
    assert "suicidal at Store.read" in counts.reasons[0]
    assert "nothing is found any more for unused-return" in counts.reasons[1]


def function(name: str) -> dict[str, Any]:
    """An element of a report, of a function of the contract Store."""
    return {"type": "function", "name": name, "type_specific_fields": {"parent": {"type": "contract", "name": "Store"}}}


def report(*entries: dict[str, Any], success: bool = True) -> str:
    """A report as Slither writes it."""
    return json.dumps({"success": success, "error": None if success else "no compiler", "results": {"detectors": entries}})


def entry(impact: str, *elements: dict[str, Any]) -> dict[str, Any]:
    """A finding in a report."""
    return {"check": "incorrect-equality", "impact": impact, "elements": elements}


def test_findings_of_high_and_medium_impact_are_read_with_their_places() -> None:
    local = {"type": "variable", "name": "run", "type_specific_fields": {"parent": function("draw")}}
    node = {"type": "node", "name": "a\n  == b", "type_specific_fields": {"parent": function("draw")}}
    whole = {"type": "contract", "name": "Store", "type_specific_fields": {"parent": {"type": "file", "name": "Store.sol"}}}
    text = report(entry("High", function("draw"), node), entry("Medium", local), entry("Low", local), entry("High", whole))
    assert analysis.findings(json.loads(text)) == [
        finding(where="Store.draw", text="a == b"),
        finding(where="Store.draw.run", text=""),
        finding(where="Store", text=""),
    ]


@pytest.mark.parametrize("text", [None, "", "{}", report(success=False)])
def test_a_slither_that_breaks_off_is_a_failure(text: str | None, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("")
    if text is not None:
        (tmp_path / "report.json").write_text(text)
    counts = analysis.of_slither(1, "its output", tmp_path / "report.json", tmp_path / "page.md")
    assert (counts.passed, counts.failed) == (0, 1)
    assert "its output" in counts.reasons[0]


def proof(**changes: Any) -> dict[str, Any]:
    """The result of a proof as Halmos writes it."""
    return {"name": "check_it()", "exitcode": 0, "num_paths": [9, 3, 0], "num_bounded_loops": 0, **changes}


def halmos(folder: Path, *entries: dict[str, Any]) -> Counts:
    """What is made of a report with these proofs."""
    (folder / "halmos.json").write_text(json.dumps({"exitcode": 0, "test_results": {"tests/ActsProof.t.sol:ActsProof": entries}}))
    return analysis.of_halmos(0, "its output", folder / "halmos.json", {"check_it"})


def test_whole_proofs_pass(tmp_path: Path) -> None:
    assert halmos(tmp_path, proof(), proof()) == Counts(passed=2)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"exitcode": 1}, "ended with 1"),
        ({"num_bounded_loops": 2}, "2 loops were cut off"),
        ({"num_paths": [9, 0, 9]}, "proves nothing"),
        ({"exitcode": 5, "num_paths": None, "num_bounded_loops": None}, "ended with 5"),
    ],
)
def test_half_a_proof_is_a_failure(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    counts = halmos(tmp_path, proof(), proof(**changes))
    assert (counts.passed, counts.failed) == (1, 1)
    assert said in counts.reasons[0]


def test_a_halmos_that_proves_nothing_or_breaks_off_is_a_failure(tmp_path: Path) -> None:
    (reason,) = halmos(tmp_path).reasons
    assert "check_it: nothing is said of it" in reason
    assert analysis.of_halmos(1, "", tmp_path / "none.json", {"check_it"}).failed == 1


def test_every_proof_that_a_contract_states_must_be_told(tmp_path: Path) -> None:
    (tmp_path / "Some.t.sol").write_text("contract Some { function check_it() public {} function checked() public {} }")
    (tmp_path / "More.t.sol").write_text("contract More {\n    function check_that(\n        uint256 one) public {}\n}")
    stated = analysis.proofs(tmp_path)
    assert stated == {"check_it", "check_that"}
    (tmp_path / "halmos.json").write_text(json.dumps({"test_results": {"Some": [proof()]}}))
    counts = analysis.of_halmos(0, "", tmp_path / "halmos.json", stated)
    assert (counts.passed, counts.failed) == (1, 1) and "check_that" in counts.reasons[0]


def test_a_proof_says_at_which_width_it_holds(tmp_path: Path) -> None:
    stated = [
        "contract Some {",
        "/// @custom:width 4 bits",
        "/// @dev why",
        "function check_it() public {}",
        "function check_that() public {}",
        "}",
    ]
    (tmp_path / "Some.t.sol").write_text("\n".join(stated))
    said = analysis.widths(tmp_path)
    assert said == {"check_it": "4 bits"}
    entries = [proof(time=[7.4, 1.0]), proof(name="check_that()"), proof(name="check_no()", exitcode=1)]
    (tmp_path / "halmos.json").write_text(json.dumps({"test_results": {"Some": entries}}))
    lines = analysis.proven(tmp_path / "halmos.json", said)
    assert lines == ["proved check_it: 4 bits (7 s)", "proved check_that: all inputs of its types (0 s)"]
    assert analysis.proven(tmp_path / "none.json", said) == []


def test_the_rulers_proofs_say_their_widths() -> None:
    folder = ROOT / analysis.PROOFS
    ruler = re.findall(r"function (check_\w+)", (folder / "RulerProof.t.sol").read_text())
    assert len(ruler) == 7 and set(ruler) <= set(analysis.widths(folder))


def test_tools_that_cannot_be_had_are_skipped_aloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nothing(*_: object) -> None:
        raise StepFailed("python ended with 1:\nno matching distribution")

    (tmp_path / "requirements").mkdir()
    (tmp_path / analysis.LOCK).write_text("slither-analyzer==0\n")
    (tmp_path / analysis.HOME).mkdir(parents=True)
    monkeypatch.setattr("house.steps.run", nothing)
    assert suite.analysed(settings(tmp_path, root=tmp_path)) == Counts(skipped=2)
    assert "SKIPPED Slither and Halmos, which can't be installed here: python ended with 1" in capsys.readouterr().out


def test_a_copy_has_what_the_compiler_needs_and_leaves_the_checkout_alone(tmp_path: Path) -> None:
    made = analysis.copy(ROOT, tmp_path / "copy")
    assert (made / "contracts" / "Acts.sol").read_bytes() == (ROOT / "contracts" / "Acts.sol").read_bytes()
    assert (made / "scripts" / "solc.js").is_file()
    assert sorted(each.name for each in (made / "tests" / "contracts").iterdir()) == ["proofs"]
    assert (made / "node_modules").resolve() == (ROOT / "node_modules").resolve()
    shutil.rmtree(made)
    assert (ROOT / "node_modules").is_dir()


def test_only_a_full_run_takes_the_analysis() -> None:
    assert "analysis" not in suite.usual(full=False)
    assert suite.usual(full=True) == list(suite.PARTS)
    assert suite.parse(["--part", "analysis"]).parts == ["analysis"]
