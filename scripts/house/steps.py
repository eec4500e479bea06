"""Steps that run once for each state of their inputs."""

import hashlib
import os
import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from house.progress import Progress

SHOWN_LINES = 20

EachLine = Callable[[str], None]


class StepFailed(RuntimeError):
    """A program that a step runs has failed; the message has the end of its output."""


@dataclass(frozen=True)
class Step:
    """Something to do unless its stamp says that it was done for the same key.

    `also` are other keys that serve as well; `total` is what `run` counts up to, 0 if it can't tell.
    """

    label: str
    stamp: Path
    key: str
    run: Callable[[Progress], None]
    total: int = 0
    also: tuple[str, ...] = ()

    def is_done(self) -> bool:
        """Whether the stamp has one of the keys."""
        return self.stamp.is_file() and self.stamp.read_text() in (self.key, *self.also)

    def ensure(self) -> bool:
        """Do it if it isn't done; whether it was run. The stamp is written last, so an interrupted step runs again."""
        if self.is_done():
            return False
        self.stamp.unlink(missing_ok=True)
        with Progress(self.label, self.total) as progress:
            self.run(progress)
        self.stamp.write_text(self.key)
        return True


def key(files: Iterable[Path], *words: str) -> str:
    """The SHA-256 of the files' contents and the words, as hex."""
    digest = hashlib.sha256("\0".join(words).encode())
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def ignore(_: str) -> None:
    """What to do with lines that nobody counts."""


def run(command: Sequence[str | Path], root: Path, each_line: EachLine = ignore) -> None:
    """Run a program in `root`, giving each line of its output to `each_line`. Raises StepFailed with the last lines."""
    last: deque[str] = deque(maxlen=SHOWN_LINES)
    process = subprocess.Popen(
        command, cwd=root, env=environment(root), text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    with process:
        for line in process.stdout or ():
            last.append(line)
            each_line(line)
    if process.returncode:
        raise StepFailed(f"{Path(command[0]).name} ended with {process.returncode}:\n{''.join(last).rstrip()}")


def environment(root: Path) -> dict[str, str]:
    """This process's environment with the programs of the checkout's virtual environment (Python, Node) first on the PATH."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    return kept | {"PATH": f"{root / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
