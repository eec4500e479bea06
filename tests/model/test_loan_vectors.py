"""The lives that the contract of loans is held against are those of the Python model."""

from tests.model import loan_vectors


def test_the_contracts_lives_are_what_the_model_says() -> None:
    assert loan_vectors.FILE.read_text() == loan_vectors.text(), "run python -m tests.model.loan_vectors"
