"""What is answered of members, their keys, admissions and private documents."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from gateway.api.answers import Hex, Shown


class Member(Shown):
    """A member of the ledger."""

    account: Hex
    name: str
    party: Hex
    roles: list[str]
    status: str
    is_contract: bool
    accepts_direct: bool
    epoch: int


class MemberKey(Shown):
    """An operator key of a member."""

    key: Hex
    roles: list[str]
    epoch: int


class MemberWhole(Member):
    """A member with its operator keys."""

    keys: list[MemberKey]


class Admission(Shown):
    """An admission on its way: the account is known at once."""

    key: str
    account: Hex
    operator: Hex
    state: str


class Admissions(Shown):
    """Each organisation in its place."""

    members: list[Admission]


class Awaited(Shown):
    """The accounts that the mirror doesn't have yet."""

    pending: list[Hex]


class ContentKept(Shown):
    """A document that was kept: what its members may now sign."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    root: Hex
    schema_: Annotated[str, Field(alias="schema")]
    bytes: int


class ContentsKept(Shown):
    """Each document in its place."""

    items: list[ContentKept]


class Content(Shown):
    """A document with the seed of its salts."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    root: Hex
    schema_: Annotated[str, Field(alias="schema")]
    seed: Hex
    document: Any
