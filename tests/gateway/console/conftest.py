"""What the console's pages are about: pledges, and a market of receivables, as other tests make them."""

from tests.gateway.conftest import api
from tests.gateway.test_certificates import desk
from tests.gateway.test_financing_reads import market

__all__ = ["api", "desk", "market"]
