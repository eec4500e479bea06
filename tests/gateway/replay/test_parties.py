import pytest

from gateway.replay.parties import party


@pytest.mark.parametrize(
    ("recorded", "name", "capacity"),
    [
        ("U.S. BANK NATIONAL ASSOCIATION, AS ADMINSTRATIVE AGENT", "U.S. BANK NATIONAL ASSOCIATION", "AS ADMINSTRATIVE AGENT"),
        ("Bank of Rivers PLC as collateral agent", "BANK OF RIVERS PLC", "AS COLLATERAL AGENT"),
        ("BANK OF RIVERS PLC. AS ADMINISTRATIVE AGENT", "BANK OF RIVERS PLC", "AS ADMINISTRATIVE AGENT"),
        ("BANK OF RIVERS PLC (AS ADMINISTRATIVE AGENT)", "BANK OF RIVERS PLC", "AS ADMINISTRATIVE AGENT"),
        ("BANK OF RIVERS PLC (SECURED PARTY)", "BANK OF RIVERS PLC", "SECURED PARTY"),
        ("BANK OF RIVERS PLC, COLLATERAL AGENT", "BANK OF RIVERS PLC", "COLLATERAL AGENT"),
        ("RIVERS LLC", "RIVERS LLC", ""),
        ("ASSOCIATED AGENTS, INC.", "ASSOCIATED AGENTS, INC.", ""),
        ("ALLIED SECURITY TRUST I", "ALLIED SECURITY TRUST I", ""),
        ("RIVERS, INC., AS GRANTOR", "RIVERS, INC.", "AS GRANTOR"),
    ],
)
def test_the_capacity_is_told_from_the_name(recorded: str, name: str, capacity: str) -> None:
    found = party(recorded)
    assert (found.name, found.capacity) == (name, capacity)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("U.S. Bank National Association", "U.S. BANK, N.A., AS COLLATERAL AGENT"),
        ("ORTHO DIAGNOSTICS, INC", "ORTHO DIAGNOSTICS, INC."),
        ("NORTH CHEMICAL COMPANY, A CORP OF DE", "NORTH CHEMICAL COMPANY"),
        ("THE RIVER CORPORATION", "RIVER CORP."),
        ("BANK OF RIVERS, PLC", "BANK OF RIVERS PLC"),
        ("RIVER HOLDINGS (FORMERLY KNOWN AS BROOK HOLDINGS)", "RIVER HOLDINGS"),
    ],
)
def test_spellings_of_one_organisation_are_one(one: str, other: str) -> None:
    assert party(one).key == party(other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BANK OF RIVERS PLC", "BANK OF RIVERS LIMITED"),
        ("BANK OF RIVERS PLC", "BANK OF RIVERS CAPITAL PLC"),
        ("U.S. BANK NATIONAL ASSOCIATION", "U.S. BANK TRUST COMPANY, NATIONAL ASSOCIATION"),
        ("BROOK FLEET 10, LLC", "BROOK FLEET 11, LLC"),
    ],
)
def test_two_organisations_are_two(one: str, other: str) -> None:
    assert party(one).key != party(other).key


def test_a_successor_is_known_by_its_forerunner_too() -> None:
    found = party("RIVER AG, STAMFORD BRANCH, AS SUCCESSOR TO BROOK AG, ISLANDS BRANCH, AS ASSIGNOR")
    assert found.keys == {"RIVER AG STAMFORD BRANCH", "BROOK AG ISLANDS BRANCH"}
    assert party("RIVER HOLDINGS F/K/A BROOK HOLDINGS").keys == {"RIVER HOLDINGS", "BROOK HOLDINGS"}


def test_only_a_lenders_capacity_lends() -> None:
    assert party("BANK OF RIVERS PLC, AS RESIGNING ADMINISTRATIVE AGENT").lends
    assert party("BANK OF RIVERS PLC (SECURED PARTY)").lends
    assert not party("RIVERS, INC., AS GRANTOR").lends
    assert not party("BANK OF RIVERS PLC").lends
