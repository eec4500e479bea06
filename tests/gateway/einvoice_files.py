"""Small invoices of our own in both syntaxes of EN 16931."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class Bill:
    """What the tests vary; what is empty is left out."""

    number: str = "R-2023/0042"
    issued: str = "2023-11-10"
    type: str = "380"
    currency: str = "USD"
    due: str = "2023-12-10"
    terms: str = "30 days net"
    seller: str = "Lumen Optics & Co"
    seller_vat: str = "DE136695976"
    buyer: str = "Harbour Cranes plc"
    buyer_vat: str = ""
    payee: str = ""
    corrects: str = ""
    total: str = "119.00"
    prepaid: str = "19.00"
    rounding: str = ""
    payable: str = "100.00"

    def ubl(self, root: str = "Invoice") -> bytes:
        """As UBL 2.1."""
        kind = _c("InvoiceTypeCode", self.type) if root == "Invoice" else ""
        head = _c("ID", self.number) + _c("IssueDate", self.issued) + _c("DueDate", self.due) + kind
        head += _c("DocumentCurrencyCode", self.currency)
        before = (
            f"<a:BillingReference><a:InvoiceDocumentReference>{_c('ID', self.corrects)}</a:InvoiceDocumentReference></a:BillingReference>"
        )
        parties = _ubl_party("AccountingSupplierParty", self.seller, self.seller_vat)
        parties += _ubl_party("AccountingCustomerParty", self.buyer, self.buyer_vat)
        payee = f"<a:PayeeParty><a:PartyName>{_c('Name', self.payee)}</a:PartyName></a:PayeeParty>" if self.payee else ""
        terms = f"<a:PaymentTerms>{_c('Note', self.terms)}</a:PaymentTerms>" if self.terms else ""
        amounts = {
            "TaxInclusiveAmount": self.total, "PrepaidAmount": self.prepaid, "PayableRoundingAmount": self.rounding,
            "PayableAmount": self.payable,
        }  # fmt: skip
        totals = "".join(_c(name, text, f' currencyID="{self.currency}"') for name, text in amounts.items())
        space = "urn:oasis:names:specification:ubl:schema:xsd:"
        names = f'xmlns="{space}{root}-2" xmlns:a="{space}CommonAggregateComponents-2" xmlns:c="{space}CommonBasicComponents-2"'
        body = head + (before if self.corrects else "") + parties + payee + terms
        return f"<{root} {names}>{body}<a:LegalMonetaryTotal>{totals}</a:LegalMonetaryTotal></{root}>".encode()

    def cii(self) -> bytes:
        """As UN/CEFACT CII (D16B)."""
        document = _r("ID", self.number) + _r("TypeCode", self.type) + _day("IssueDateTime", self.issued)
        agreement = _cii_party("SellerTradeParty", self.seller, self.seller_vat) + _cii_party("BuyerTradeParty", self.buyer, self.buyer_vat)
        payee = f"<r:PayeeTradeParty>{_r('Name', self.payee)}</r:PayeeTradeParty>" if self.payee else ""
        terms = _r("Description", self.terms) + _day("DueDateDateTime", self.due)
        amounts = {
            "GrandTotalAmount": self.total, "TotalPrepaidAmount": self.prepaid, "RoundingAmount": self.rounding,
            "DuePayableAmount": self.payable,
        }  # fmt: skip
        totals = "".join(_r(name, text) for name, text in amounts.items())
        before = (
            f"<r:InvoiceReferencedDocument>{_r('IssuerAssignedID', self.corrects)}</r:InvoiceReferencedDocument>" if self.corrects else ""
        )
        settlement = (
            _r("InvoiceCurrencyCode", self.currency)
            + payee
            + f"<r:SpecifiedTradePaymentTerms>{terms}</r:SpecifiedTradePaymentTerms>"
            + f"<r:SpecifiedTradeSettlementHeaderMonetarySummation>{totals}</r:SpecifiedTradeSettlementHeaderMonetarySummation>{before}"
        )
        trade = (
            f"<r:ApplicableHeaderTradeAgreement>{agreement}</r:ApplicableHeaderTradeAgreement>"
            f"<r:ApplicableHeaderTradeSettlement>{settlement}</r:ApplicableHeaderTradeSettlement>"
        )
        space = "urn:un:unece:uncefact:data:standard:"
        names = (
            f'xmlns:m="{space}CrossIndustryInvoice:100" xmlns:r="{space}ReusableAggregateBusinessInformationEntity:100" '
            f'xmlns:u="{space}UnqualifiedDataType:100"'
        )
        return (
            f"<m:CrossIndustryInvoice {names}><m:ExchangedDocument>{document}</m:ExchangedDocument>"
            f"<m:SupplyChainTradeTransaction>{trade}</m:SupplyChainTradeTransaction></m:CrossIndustryInvoice>"
        ).encode()


def _c(name: str, text: str, more: str = "") -> str:
    return f"<c:{name}{more}>{escape(text)}</c:{name}>" if text else ""


def _r(name: str, text: str) -> str:
    return f"<r:{name}>{escape(text)}</r:{name}>" if text else ""


def _day(name: str, day: str) -> str:
    return f'<r:{name}><u:DateTimeString format="102">{day.replace("-", "")}</u:DateTimeString></r:{name}>' if day else ""


def _ubl_party(role: str, name: str, vat: str) -> str:
    other = "<a:PartyTaxScheme><c:CompanyID>tax office 7</c:CompanyID><a:TaxScheme><c:ID>FC</c:ID></a:TaxScheme></a:PartyTaxScheme>"
    scheme = f"<a:PartyTaxScheme>{_c('CompanyID', vat)}<a:TaxScheme><c:ID>VAT</c:ID></a:TaxScheme></a:PartyTaxScheme>" if vat else ""
    return f"<a:{role}><a:Party>{other}{scheme}<a:PartyLegalEntity>{_c('RegistrationName', name)}</a:PartyLegalEntity></a:Party></a:{role}>"


def _cii_party(role: str, name: str, vat: str) -> str:
    other = '<r:SpecifiedTaxRegistration><r:ID schemeID="FC">tax office 7</r:ID></r:SpecifiedTaxRegistration>'
    scheme = f'<r:SpecifiedTaxRegistration><r:ID schemeID="VA">{vat}</r:ID></r:SpecifiedTaxRegistration>' if vat else ""
    return f"<r:{role}>{_r('Name', name)}{other}{scheme}</r:{role}>"
