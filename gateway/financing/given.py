"""The description of an act on a purchase, a loan, a guarantee, a court's hold or cash. Which act takes which field is the table's."""

from typing import Annotated

from pydantic import Field

from gateway.api.fields import Hex20, Hex32, Minor, Text
from gateway.receivables.given import Given, Number, Short

Days = Annotated[int, Field(ge=0, le=36_525)]
Count = Annotated[int, Field(ge=0, lt=1 << 40)]


class FinancingGiven(Given):
    """An act on a purchase, a loan, a guarantee, a court's hold or cash. A range is as in every act; a rate is percent a year ("4.35%").

    A loan's due days are told one by one (`due_days`), or counted from its disbursement: so many `instalments`, `months` apart.
    """

    offer: Number | None = None
    deal: Number | None = None
    seller: Hex20 | None = None
    obligor: Hex20 | None = None
    advance: Minor | None = None
    fee: Minor | None = None
    rate: Short | None = None
    day_count: Short | None = None
    recourse: Short | None = None
    length: Minor | None = None
    payments: Annotated[int, Field(ge=0, lt=1 << 16)] | None = None
    least_owed: Minor | None = None
    most: Minor | None = None
    price: Minor | None = None
    loan: Count | None = None
    lender: Hex20 | None = None
    borrower: Hex20 | None = None
    principal: Minor | None = None
    disbursed: Short | None = None
    overdue_rate: Short | None = None
    repayment: Short | None = None
    instalments: Annotated[int, Field(ge=1, le=360)] | None = None
    months: Annotated[int, Field(ge=1, le=1_200)] | None = None
    due_days: Annotated[list[Short], Field(max_length=360)] | None = None
    calendar: Short | None = None
    roll: Short | None = None
    cut_off: Short | None = None
    grace_days: Days | None = None
    default_after_days: Days | None = None
    release_within_days: Days | None = None
    prepayment: Short | None = None
    agreed: Annotated[list[Short], Field(max_length=3)] | None = None
    loan_to_value: Short | None = None
    cure_days: Days | None = None
    appraiser: Hex20 | None = None
    pledges: Annotated[list[Count], Field(max_length=16)] | None = None
    ranges: Annotated[list[Annotated[Text, Field(max_length=140)]], Field(max_length=64)] | None = None
    ground: Short | None = None
    subject: Count | None = None
    court: Hex20 | None = None
    buyer: Hex20 | None = None
    pledge: Count | None = None
    valued: Short | None = None
    method: Hex32 | None = None
    guarantors: Annotated[list[Short], Field(max_length=31)] | None = None
    cap: Minor | None = None
    wait_days: Days | None = None
    pool: Number | None = None
    hold: Number | None = None
    held: Hex20 | None = None
    module: Annotated[int, Field(ge=0, lt=1 << 8)] | None = None
