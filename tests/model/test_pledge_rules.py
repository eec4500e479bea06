"""The rules that the contracts' tests run under are those that ship."""

from tests.model import pledge_rules


def test_the_contracts_rules_are_what_ships() -> None:
    assert pledge_rules.FILE.read_text() == pledge_rules.text(), "run python -m tests.model.pledge_rules"
