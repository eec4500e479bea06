"""Who holds a lane: a process that has ended is known to have ended, one of another host never."""

import os
import socket
import subprocess
import sys

from gateway.outbox import owners


def test_this_process_is_there() -> None:
    assert owners.me() == owners.me()
    assert str(os.getpid()) in owners.me() and not owners.is_gone(owners.me())


def test_a_process_that_ended_is_gone() -> None:
    command = [sys.executable, "-c", "from gateway.outbox import owners; print(owners.me())"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert owners.is_gone(ended)


def test_a_number_that_was_given_to_another_process_is_no_sign_of_life() -> None:
    assert owners.is_gone(f"{socket.gethostname()} {os.getpid()} 12.00")


def test_other_hosts_and_words_that_are_no_owner_are_left_to_their_lease() -> None:
    assert not owners.is_gone("another-host 1 12.00")
    assert not owners.is_gone("")
    assert not owners.is_gone(socket.gethostname())
    assert owners.is_gone(f"{socket.gethostname()} {os.getpid()} when")
