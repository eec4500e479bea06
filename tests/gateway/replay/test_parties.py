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
        ("RIVERS PLC (GRANTOR)", "RIVERS PLC", "GRANTOR"),
        ("BANK OF RIVERS PLC, SECURED PARTY", "BANK OF RIVERS PLC", "SECURED PARTY"),
        ("BANK OF RIVERS, N.A., SUCCESSOR COLLATERAL AGENT", "BANK OF RIVERS, N.A.", "SUCCESSOR COLLATERAL AGENT"),
        ("BANK OF RIVERS, N.A., SUCCESSOR BY MERGER TO BANK OF LAKES", "BANK OF RIVERS, N.A.", "SUCCESSOR BY MERGER TO BANK OF LAKES"),
        ("BANK OF RIVERS PLC, FOR ITSELF AND AS AGENT FOR THE LENDERS", "BANK OF RIVERS PLC", "FOR ITSELF AND AS AGENT FOR THE LENDERS"),
        (
            "BANK OF RIVERS, NOT IN ITS INDIVIDUAL CAPACITY BUT SOLELY AS INDENTURE TRUSTEE",
            "BANK OF RIVERS",
            "NOT IN ITS INDIVIDUAL CAPACITY BUT SOLELY AS INDENTURE TRUSTEE",
        ),
        ("BANK OF RIVERS PLC, IN ITS CAPACITY AS SECURITY TRUSTEE", "BANK OF RIVERS PLC", "IN ITS CAPACITY AS SECURITY TRUSTEE"),
        ("RIVER INSURANCE AGENT, INC.", "RIVER INSURANCE AGENT, INC.", ""),
        ("RIVER LENDER SERVICES LLC", "RIVER LENDER SERVICES LLC", ""),
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
        ("RIVER CORPORATION, THE", "THE RIVER CORP."),
        ("U.S. RIVERS B.V.", "US RIVERS BV"),
        ("RIVER + BROOK LIMITED", "RIVER & BROOK LTD"),
        ("RIVER-BROOK, INC.", "RIVER BROOK INC"),
        ("RIVER CO., OHIO CORPORATION", "RIVER COMPANY"),
        ("RIVER MAKERS, LLC-BY ITS SOLE MEMBER: BROOK LLC", "RIVER MAKERS LLC"),
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
        ("RIVER CORPORATION", "RIVER LLC"),
        ("RIVER CORPORATION", "RIVER LIMITED LIABILITY COMPANY"),
    ],
)
def test_two_organisations_are_two(one: str, other: str) -> None:
    assert party(one).key != party(other).key


def test_a_successor_is_known_by_its_forerunner_too() -> None:
    found = party("RIVER AG, STAMFORD BRANCH, AS SUCCESSOR TO BROOK AG, ISLANDS BRANCH, AS ASSIGNOR")
    assert found.keys == {"RIVER AG STAMFORD BRANCH", "RIVER AG", "BROOK AG ISLANDS BRANCH", "BROOK AG"}
    assert party("RIVER HOLDINGS F/K/A BROOK HOLDINGS").keys == {"RIVER HOLDINGS", "BROOK HOLDINGS"}


@pytest.mark.parametrize(
    ("recorded", "forerunner"),
    [
        ("BANK OF RIVERS, AS SUCCESSOR-IN-INTEREST TO BANK OF LAKES, N.A.", "BANK OF LAKES NA"),
        ("BANK OF RIVERS, SUCCESSOR BY MERGER TO BANK OF LAKES, N.A.", "BANK OF LAKES NA"),
        ("BANK OF RIVERS (SUCCESSOR IN INTEREST BY MERGER TO BANK OF LAKES, N.A.)", "BANK OF LAKES NA"),
        ("BANK OF RIVERS, AS SUCCESSOR AGENT TO BANK OF LAKES, N.A., AS PRIOR AGENT", "BANK OF LAKES NA"),
    ],
)
def test_whom_a_successor_names(recorded: str, forerunner: str) -> None:
    found = party(recorded)
    assert found.keys == {"BANK OF RIVERS", forerunner}
    assert found.succeeds


def test_a_branch_and_a_division_are_of_their_organisation() -> None:
    assert "RIVER AG" in party("RIVER AG, GRAND CAYMAN BRANCH").keys
    assert "BANK OF RIVERS PLC" in party("MARKETS DIVISION OF BANK OF RIVERS PLC").keys
    assert party("RIVER AG, GRAND CAYMAN BRANCH").key != party("RIVER AG").key


def test_only_a_lenders_capacity_lends() -> None:
    assert party("BANK OF RIVERS PLC, AS RESIGNING ADMINISTRATIVE AGENT").lends
    assert party("BANK OF RIVERS PLC (SECURED PARTY)").lends
    assert not party("RIVERS, INC., AS GRANTOR").lends
    assert not party("BANK OF RIVERS PLC").lends
