"""Where the passphrase comes from: descriptor, credential, file, in this order; never anything too short, never a silent default."""

import os
from pathlib import Path

import pytest

from gateway.signers.passphrase import CREDENTIAL, CREDENTIALS_VARIABLE, FD_VARIABLE, FILE_VARIABLE, PassphraseError, find, from_file, wipe

DESCRIBED, CREDENTIALED, FILED = b"from the descriptor", b"from the credential", b"from the file"


def pipe(content: bytes) -> str:
    """The number of a descriptor from which `content` can be read once."""
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return str(reading)


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, str]:
    """All three at once."""
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / CREDENTIAL).write_bytes(CREDENTIALED + b"\n")
    (tmp_path / "file").write_bytes(FILED + b"\r\n")
    return {FD_VARIABLE: pipe(DESCRIBED), CREDENTIALS_VARIABLE: str(credentials), FILE_VARIABLE: str(tmp_path / "file")}


def test_the_order_of_preference(sources: dict[str, str]) -> None:
    assert bytes(find(sources) or b"") == DESCRIBED
    del sources[FD_VARIABLE]
    assert bytes(find(sources) or b"") == CREDENTIALED
    del sources[CREDENTIALS_VARIABLE]
    assert bytes(find(sources) or b"") == FILED
    del sources[FILE_VARIABLE]
    assert find(sources) is None


def test_credentials_of_other_services_are_no_passphrase(sources: dict[str, str]) -> None:
    del sources[FD_VARIABLE]
    (Path(sources[CREDENTIALS_VARIABLE]) / CREDENTIAL).unlink()
    assert bytes(find(sources) or b"") == FILED


def test_the_environment_itself_is_never_the_passphrase() -> None:
    assert find({"PLEDGEBOOK_PASSPHRASE": "a long enough passphrase"}) is None


def test_a_passphrase_can_be_wiped_and_one_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(FILED)
    read = from_file(tmp_path / "file")
    wipe(read)
    assert read == bytearray(len(FILED))
    (tmp_path / "file").write_bytes(b"x" * 5_000)
    with pytest.raises(PassphraseError, match="at most 4096"):
        from_file(tmp_path / "file")


@pytest.mark.parametrize("content", [b"", b"\n", b"s3cr3t", b"eleven byt3"])
def test_a_short_passphrase_is_refused_and_not_shown(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(PassphraseError, match=r"has \d+ bytes, at least 12 are needed") as refused:
        find({FILE_VARIABLE: str(tmp_path / "file")})
    assert content.strip() == b"" or content.decode().strip() not in str(refused.value)
    with pytest.raises(PassphraseError):
        find({FD_VARIABLE: pipe(content)})


@pytest.mark.parametrize("number", ["", "no number", "-1", "9999"])
def test_a_descriptor_that_is_none_is_said(number: str) -> None:
    with pytest.raises(PassphraseError, match="file descriptor"):
        find({FD_VARIABLE: number})


@pytest.mark.parametrize("name", ["missing", "folder", ""])
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(PassphraseError, match="can't be read"):
        find({FILE_VARIABLE: str(tmp_path / name) if name else ""})


def test_blanks_belong_to_the_passphrase_and_line_ends_do_not(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"  two  words here \r\n\n")
    assert from_file(tmp_path / "file") == b"  two  words here "
