"""Members are admitted and listed by command line, and what is wrong is one line."""

from __future__ import annotations

import json

import pytest

from tests.gateway.commanding import refused, runner
from tests.gateway.conftest import Api


def test_a_member_is_admitted_once_and_listed(api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    run = runner(api.running.services.settings.home, monkeypatch, capsys)
    words = ("member", "admit", "Lumen Optics", "--party", "LEI 5493001KJTIIGC8Y1R12", "--role", "supplier", "--role", "pledgor")
    made = json.loads(run(*words, "--json").out)
    assert json.loads(run(*words, "--json").out)["account"] == made["account"], "the same words are one member"
    (found,) = [each for each in json.loads(run("member", "list", "--json").out) if each["name"] == "Lumen Optics"]
    assert (found["account"], found["roles"][:2]) == (made["account"], ["PLEDGOR", "SUPPLIER"])
    assert made["account"] in run("member", "list").out
    refused(run(*words[:3], "--party", "LEI 5493001KJTIIGC8Y1R13", "--role", "SUPPLIER"), "--party")
    refused(run(*words[:3], "--party", "Lumen", "--role", "SUPPLIER"), "a scheme and a number")
    refused(run("member", "admit", "Another", "--party", "0x" + "01" * 32, "--role", "KING"), "'KING' is no role")
