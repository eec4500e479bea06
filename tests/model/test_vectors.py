"""The vectors that the contract's ruler is held against are those of the Python ruler."""

from tests.model import vectors


def test_the_contracts_vectors_are_what_the_ruler_says() -> None:
    assert vectors.FILE.read_text() == vectors.text(), "run python -m tests.model.vectors"
