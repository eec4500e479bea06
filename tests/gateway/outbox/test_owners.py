"""Who holds a lane: a process that has ended is known to have ended, one of another host never."""

import os
import socket
import subprocess
import sys

import psutil
import pytest

from gateway.outbox import owners

COMMAND = [sys.executable, "-c", "from gateway.outbox import owners; print(owners.me())"]


def said(*before: str) -> str:
    """How a process that has ended since called itself."""
    return subprocess.run([*before, *COMMAND], capture_output=True, text=True, check=True).stdout.strip()


def test_this_process_is_there() -> None:
    assert owners.me() == owners.me()
    assert str(os.getpid()) in owners.me() and not owners.is_gone(owners.me())


def test_a_process_that_ended_is_gone() -> None:
    assert owners.is_gone(said())


def test_a_number_that_was_given_to_another_process_is_no_sign_of_life() -> None:
    here, number, _ = owners.me().split()
    assert owners.is_gone(f"{here} {number} 12")


def test_a_clock_that_was_set_ends_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel reckons when it booted, and from there when a process began, back from what the clock says now."""
    before, booted = owners.me(), psutil.boot_time()
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: booted - 3_600)
    assert owners.me() == before and not owners.is_gone(before)


def test_containers_with_one_name_leave_each_others_processes_to_their_lease() -> None:
    """Both have a process of that number, or the other's number is nobody's here: neither says anything."""
    alone = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc")
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody make a container")
    assert socket.gethostname() in said(*alone) and not owners.is_gone(said(*alone))


def test_other_hosts_and_words_that_are_no_owner_are_left_to_their_lease() -> None:
    assert not owners.is_gone("another-host 1 12")
    assert not owners.is_gone("")
    assert not owners.is_gone(owners.me().split()[0])
    assert owners.is_gone(f"{owners.me().rpartition(' ')[0]} when")
