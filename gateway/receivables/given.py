"""The description of an act: what people write, before it is a body. Which act takes which field is the table's."""

from typing import Annotated, Any

from pydantic import Field

from gateway.api.fields import Hex20, Hex32, Minor, Text
from gateway.api.schemas import Strict

Short = Annotated[Text, Field(max_length=80)]
Number = Annotated[str, Field(pattern=r"^[0-9]{1,78}$")]


class Given(Strict):
    """What acts on receivables, on purchases of them and on loans may be told alike.

    Amounts and ends of ranges are minor units as text; a day counts in `zone` (IANA) and to its end. A range [start, end) lies in one token
    of the receivable; without `end` it is all of the token from `start` on, without both the whole.
    """

    act: Short
    account: Hex20 | None = None
    receivable: Number | None = None
    start: Minor | None = None
    end: Minor | None = None
    to: Hex20 | None = None
    zone: Short | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    cash: Annotated[int, Field(ge=1, lt=1 << 8)] | None = None
    content: Hex32 | None = None
    document: Hex32 | None = None
    reference: Hex32 | None = None
    amount: Minor | None = None
    until: Short | None = None

    def told(self) -> dict[str, Any]:
        """The fields that are told."""
        return {name: value for name in self.model_fields_set if (value := getattr(self, name)) is not None}


class ReceivableGiven(Given):
    """An act on a receivable; a range is meant as in every act."""

    background: Hex32 | None = None
    pieces: Annotated[list[Annotated[Text, Field(max_length=140)]], Field(min_length=1, max_length=100)] | None = None
    ranges: Annotated[list[Annotated[Text, Field(max_length=140)]], Field(min_length=1, max_length=100)] | None = None
    deadline: Short | None = None
    supplier: Hex20 | None = None
    obligor: Hex20 | None = None
    face: Minor | None = None
    due: Short | None = None
    grace_days: Annotated[int, Field(ge=0, le=3_650)] | None = None
    late_rate: Annotated[str, Field(pattern=r"^[0-9]{1,9}/[1-9][0-9]{0,8}$")] | None = None
    policy: Annotated[int, Field(ge=0, lt=1 << 16)] | None = None
    tenor_reason: Hex32 | None = None
    fingerprint: Hex32 | None = None
    earlier: Annotated[list[Hex32], Field(max_length=16)] | None = None
    confirms: Annotated[list[Short], Field(max_length=8)] | None = None
    reason: Short | None = None
    undo: bool | None = None
    scope: Annotated[list[Short], Field(max_length=4)] | None = None
    cap: Minor | None = None
    partial: bool | None = None
    assignor: Hex20 | None = None
    notice: Hex32 | None = None
