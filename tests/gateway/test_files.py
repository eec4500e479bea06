"""What is wrong with a file that somebody named is one line: the file, and what to do."""

import os
from pathlib import Path

import pytest

from gateway import files
from gateway.files import FileError
from tests.gateway.commanding import runner


def test_what_is_in_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    files.write(file, b'{"a": [1]}')
    assert (files.read(file), files.text(file), files.json_in(file)) == (b'{"a": [1]}', '{"a": [1]}', {"a": [1]})


@pytest.mark.parametrize(
    ("name", "said"),
    [("nothing.json", "no such file; check the name"), ("no/folder.json", "there is no folder"), ("", "it is a folder; name a file in it")],
)
def test_a_file_that_is_not_there_is_named(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(FileError, match=said) as wrong:
        files.json_in(tmp_path / name)
    assert str(tmp_path / name) in str(wrong.value) and "Errno" not in str(wrong.value)


@pytest.mark.parametrize(("content", "said"), [(b"\xff\xfe", "no text in UTF-8"), (b"[1,", "it is no JSON")])
def test_a_file_of_another_kind_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(FileError, match=said):
        files.json_in(tmp_path / "a")


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="it is a folder"):
        files.write(tmp_path, b"")
    with pytest.raises(FileError, match="there is no folder"):
        files.write(tmp_path / "no" / "a", b"")


def test_rights_and_whatever_else_the_system_says_are_told_in_words() -> None:
    assert "change its rights" in files.said(PermissionError(13, os.strerror(13), "secret"))
    assert files.said(OSError(28, "No space left on device", "a.json")) == "a.json: No space left on device"
    assert files.said(OSError("the socket is gone")) == "the socket is gone"


READERS = (
    ("pledge", "check", "gone.json"),
    ("pledge", "report", "gone.json"),
    ("pledge", "verify", "gone.json"),
    ("pledge", "verify-anchor", "gone.json"),
    ("pledge", "file", "gone.toml", "--dry-run"),
    ("pledge", "release", "1", "gone.toml", "--dry-run"),
    ("register", "set", "gone.toml", "--office", "0x" + "11" * 20),
    ("receivable", "draft", "gone.xml", "--supplier", "0x" + "11" * 20, "--obligor", "0x" + "22" * 20, "--zone", "UTC"),
)


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_every_command_that_reads_a_file_says_so_in_one_line(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLEDGEBOOK_API_KEY", "none")
    ran = runner(tmp_path / "home", monkeypatch, capsys)(*words)
    assert "Errno" not in ran.err
    assert ran.err == f"error {next(word for word in words if word.startswith('gone'))}: no such file; check the name\n", ran
