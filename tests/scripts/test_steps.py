"""Steps run once for each state of their inputs, and again after an interruption."""

import io
import os
import sys
import threading
from pathlib import Path

import pytest

from house import progress, setup, steps
from house.progress import Progress
from house.steps import Step, StepFailed

ROOT = Path(__file__).resolve().parents[2]


class Runs:
    """Counts how often a step ran; fails as told."""

    def __init__(self) -> None:
        self.count = 0
        self.fault: Exception | None = None

    def __call__(self, _: Progress) -> None:
        self.count += 1
        if self.fault:
            raise self.fault


@pytest.fixture
def runs() -> Runs:
    """What the step does."""
    return Runs()


def step(folder: Path, key: str, runs: Runs, also: tuple[str, ...] = ()) -> Step:
    """A step with its stamp in the folder."""
    return Step("something", folder / ".stamp", key, runs, also=also)


def test_a_step_runs_once_for_a_key(tmp_path: Path, runs: Runs) -> None:
    assert [step(tmp_path, "a", runs).ensure() for _ in range(3)] == [True, False, False]
    assert runs.count == 1


def test_a_changed_key_runs_it_again(tmp_path: Path, runs: Runs) -> None:
    for key in ("a", "b", "a"):
        step(tmp_path, key, runs).ensure()
    assert runs.count == 3


def test_another_key_may_serve_as_well(tmp_path: Path, runs: Runs) -> None:
    step(tmp_path, "tests", runs).ensure()
    assert not step(tmp_path, "run", runs, also=("tests",)).ensure()
    assert step(tmp_path, "tests", runs, also=("run",)).is_done()


def test_a_failed_step_runs_again_even_for_its_last_good_key(tmp_path: Path, runs: Runs) -> None:
    step(tmp_path, "good", runs).ensure()
    runs.fault = StepFailed("no network")
    with pytest.raises(StepFailed):
        step(tmp_path, "other", runs).ensure()
    runs.fault = None
    assert step(tmp_path, "good", runs).ensure()


def test_a_key_depends_on_contents_order_and_words(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("1")
    two.write_text("2")
    keys = {
        steps.key([one, two]),
        steps.key([two, one]),
        steps.key([one]),
        steps.key([one, two], "x"),
        steps.key([], "1", "2"),
        steps.key([], "12"),
    }
    assert len(keys) == 6
    assert steps.key([one, two]) == steps.key([one, two])


def test_a_programs_lines_are_given_on(tmp_path: Path) -> None:
    lines: list[str] = []
    steps.run([sys.executable, "-c", "print('a'); print('b')"], tmp_path, lines.append)
    assert lines == ["a\n", "b\n"]


def test_a_failed_programs_end_is_shown(tmp_path: Path) -> None:
    script = "import sys; [print(n) for n in range(100)]; print('no route', file=sys.stderr); sys.exit(3)"
    with pytest.raises(StepFailed) as caught:
        steps.run([sys.executable, "-c", script], tmp_path)
    lines = str(caught.value).splitlines()
    assert "ended with 3" in lines[0]
    assert len(lines) == steps.SHOWN_LINES + 1
    assert "no route" in lines


def test_a_program_gets_no_input_and_the_checkouts_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    lines: list[str] = []
    script = "import os, sys; print(repr(sys.stdin.read())); print(os.environ['PATH']); print(os.environ.get('PYTHONPATH'))"
    steps.run([sys.executable, "-c", script], tmp_path, lines.append)
    assert lines[0] == "''\n"
    assert lines[1].split(os.pathsep)[0] == str(tmp_path / ".venv" / "bin")
    assert lines[2] == "None\n"


# --- progress


def test_the_bar_fills() -> None:
    assert progress.bar(0, 4) == "." * progress.WIDTH
    assert progress.bar(2, 4) == "#" * (progress.WIDTH // 2) + "." * (progress.WIDTH // 2)
    assert progress.bar(9, 4) == "#" * progress.WIDTH
    assert progress.bar(3, 0) == "." * progress.WIDTH


def test_without_a_terminal_there_are_two_lines() -> None:
    out = io.StringIO()
    with Progress("Python packages", 2, out):
        assert out.getvalue() == "Python packages ...\n"
    assert out.getvalue().splitlines()[1] == "Python packages: done in 0 s"


def test_a_failure_is_said() -> None:
    out = io.StringIO()
    with pytest.raises(StepFailed), Progress("contracts", 0, out):
        raise StepFailed("x")
    assert out.getvalue().splitlines()[1].startswith("contracts: failed after")


class Terminal(io.StringIO):
    """A stream that says that it is a terminal, and when something was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.written.set()
        return super().write(text)


def test_on_a_terminal_the_bar_moves() -> None:
    out = Terminal()
    with Progress("Python packages", 4, out) as shown:
        for _ in range(2):
            shown.advance()
        assert shown.line().startswith("[############............] Python packages 2/4 ")
        assert out.written.wait(10)
    assert "\r\033[K[############" in out.getvalue()
    assert out.getvalue().splitlines()[-1].split("Python packages: done in")[1]


# --- the plan


def test_this_checkout_is_set_up_and_a_second_set_up_does_nothing() -> None:
    for purpose in setup.PURPOSES:
        assert [each.label for each in setup.plan(ROOT, purpose)[:4] if not each.is_done()] == []


def copy_of_inputs(folder: Path) -> Path:
    """The files that the plan reads, in another place."""
    names = ["requirements/run.lock", "requirements/test.lock", "pyproject.toml", "package.json", "package-lock.json", ".npmrc"]
    for name in [*names, "foundry.toml", "scripts/solc.js", "ledger/chain/compile.py", "contracts/Acts.sol"]:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    return folder


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("requirements/test.lock", {"Python packages"}),
        ("pyproject.toml", {"pledgebook itself"}),
        ("package-lock.json", {"Node packages (Foundry, solc, contract libraries)", "contracts"}),
        ("foundry.toml", {"contracts"}),
        ("contracts/Acts.sol", {"contracts"}),
    ],
)
def test_a_changed_input_runs_what_depends_on_it(changed: str, again: set[str], tmp_path: Path) -> None:
    root = copy_of_inputs(tmp_path)
    before = {each.label: each.key for each in setup.plan(root, "test")}
    (root / changed).write_text((root / changed).read_text() + "\n")
    after = {each.label: each.key for each in setup.plan(root, "test")}
    assert {label for label in after if after[label] != before[label]} == again


def test_a_new_or_renamed_contract_is_compiled(tmp_path: Path) -> None:
    root = copy_of_inputs(tmp_path)
    before = setup.contracts(root).key
    (root / "contracts" / "Acts.sol").rename(root / "contracts" / "Renamed.sol")
    assert setup.contracts(root).key != before


def test_a_moved_checkout_gets_a_new_environment(tmp_path: Path) -> None:
    assert setup.environment(tmp_path).key != setup.environment(ROOT).key


def test_packages_for_tests_serve_a_run_but_not_the_other_way() -> None:
    run, test = (setup.packages(ROOT, purpose) for purpose in ("run", "test"))
    assert test.key in run.also
    assert run.key not in test.also
    assert 0 < run.total < test.total


def test_a_second_set_up_waits_for_the_first(tmp_path: Path) -> None:
    order: list[str] = []
    inside = threading.Event()

    def second() -> None:
        inside.wait()
        with setup.alone(tmp_path):
            order.append("second")

    waiting = threading.Thread(target=second)
    waiting.start()
    with setup.alone(tmp_path):
        inside.set()
        waiting.join(0.2)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_a_failed_set_up_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(root: Path, purpose: str) -> None:
        raise StepFailed("npm ended with 1:\nno space left")

    monkeypatch.setattr(setup, "ensure", fail)
    assert setup.main(["--for", "run"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "npm ended with 1:", "no space left", "set-up failed; what was done is kept, scripts/setup goes on from there",
    ]  # fmt: skip
