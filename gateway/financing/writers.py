"""The one writer of each act on purchases, loans, guarantees, courts' holds and cash."""

from collections.abc import Mapping

from gateway.financing import loans, purchases, security
from gateway.financing.given import FinancingGiven
from gateway.financing.table import TABLE
from gateway.receivables.writing import Acts, Writer

WRITERS: Mapping[str, Writer[FinancingGiven]] = {
    "finance offer": purchases.make_offer,
    "finance recall": purchases.recall,
    "finance accept": purchases.accept,
    "finance refinance": purchases.refinance,
    "finance buy-back": purchases.buy_back,
    "finance assign": purchases.assign,
    "finance take-out": purchases.take_out,
    "finance waive": purchases.waive,
    "finance settle": purchases.settle,
    "finance release-tail": purchases.release_tail,
    "finance ceiling": purchases.ceiling,
    "finance withdraw": purchases.withdraw,
    "loan open": loans.open_loan,
    "loan renew": loans.renew,
    "loan pay": loans.pay,
    "loan prepay": loans.prepay,
    "loan acknowledge": loans.acknowledge,
    "loan charge": loans.charge,
    "loan accelerate": loans.accelerate,
    "loan discharge": loans.discharge,
    "loan withdraw": loans.withdraw,
    "loan pledge-ranges": loans.pledge_ranges,
    "loan release-range": loans.release_range,
    "loan sell-range": loans.sell_range,
    "loan value": loans.value,
    "guarantee open": security.open_pool,
    "guarantee cover": security.cover,
    "hold receivable": security.hold_receivable,
    "hold account": security.hold_account,
    "hold narrow": security.narrow,
    "hold lift": security.lift,
    "hold order": security.order,
    "hold order-credit": security.order_credit,
    "cash issue": security.issue_cash,
    "cash transfer": security.transfer_cash,
    "cash redeem": security.redeem_cash,
}
FINANCING = Acts(TABLE, WRITERS)
"""The acts on purchases, loans, guarantees, courts' holds and cash."""
