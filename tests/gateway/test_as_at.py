"""Every read as at a past block is what a gateway says whose mirror ends there: nothing of later is in it."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from gateway.app import create
from ledger.domain.ids import token_id
from ledger.mirror import database
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.rollback import roll_back
from ledger.mirror.writer import read_checkpoint
from tests.gateway.asked import Question, questions
from tests.gateway.test_reads import Books, books

__all__ = ["books"]

STEPS, BLOCKS_A_STEP = 4, 3
"""From the head back over pledges, payments, cash and the cutting of a receivable."""


@pytest.fixture
def past(books: Books, tmp_path: Path) -> Iterator[Database]:
    """A copy of the gateway's mirror, to go back in."""
    copy = tmp_path / "past.db"
    with (
        closing(sqlite3.connect(str(books.api.running.services.mirror.engine.url.database))) as held,
        closing(sqlite3.connect(copy)) as made,
    ):
        held.backup(made)
    opened = database.open(f"sqlite:///{copy}")
    yield opened
    opened.close()


def asked(books: Books) -> list[Question]:
    """Every read, about records of which some are older than others."""
    accounts = [books.supplier.account, books.obligor.account, books.bank.account]
    parties = {each["id"] for each in books.get("/pledges/1")["data"]["parties"]}
    words = {
        "account": accounts,
        "owner": accounts,
        "obligor": accounts,
        "party": sorted(parties),
        "register": [str(each["number"]) for each in books.get("/registers")["data"]],
        "receivable": [str(each) for each in books.receivables[:2]],
        "token": [str(token_id(books.receivables[0], start)) for start in (0, 1_000)],
        "pledge": ["1", "2"],
        "asset": ["USPA16000101"],
        "side": ["obligor", "holder"],
        "by": ["obligor", "holder", "bank"],
        "name": ["B Bank"],
        "number": ["70001-1"],
        "text": ["B Bank"],
        "target": ["asset", "pledge"],
        "id": ["1", "USPA16000101"],
        "deal": ["1"],
        "loan": ["1"],
        "/receivables party": accounts,
        "/tokens live": ["true"],
        "/ageing account": accounts,
        "/maturities account": accounts,
        "/exposures account": accounts,
    }
    return list(questions(books.get("/openapi.json"), words))


def told(answer: httpx.Response) -> tuple[int, Any, Any]:
    """What is answered, without what only says how far the mirror is."""
    found = answer.json()
    return answer.status_code, found.get("data", found.get("field")), found.get("next")


async def _answers(application: FastAPI, headers: httpx.Headers, every: list[Question]) -> list[httpx.Response]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://then", headers=headers) as then:
        return [await then.get(path, params=query) for path, query in every]


def test_as_at_a_block_nothing_of_later_is_told(books: Books, past: Database) -> None:
    every, now = asked(books), books.api.http
    assert len(every) > 80
    application = create(replace(books.api.running.services, mirror=past))
    for block in _back(past):
        for question, answer in zip(every, asyncio.run(_answers(application, now.headers, every)), strict=True):
            known = now.get(question.path, params={**question.query, "block": str(block)})
            assert told(known) == told(answer), (block, *question)


def _back(past: Database) -> Iterator[int]:
    """Goes back step by step."""
    for _ in range(STEPS):
        with past.write() as conn:
            held = read_checkpoint(conn)
            assert held is not None
            block = held.block - BLOCKS_A_STEP
            roll_back(conn, held, block, FOLDS.projections)
        yield block
