"""Small camt.054 files of our own, in every version that is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

ACCOUNT = "DE75512108001245126199"
UETR = "8a562c67-ca16-48ba-b074-65581be6f011"
VERSIONS = tuple(range(2, 13))


@dataclass(frozen=True)
class Tx:
    """A transaction's details; what is empty is left out."""

    amount: str = ""
    reference: str = ""
    uetr: str = ""
    end_to_end: str = "NOTPROVIDED"
    payer: str = "Harbour Cranes plc"
    text: str = ""
    structured: Sequence[tuple[str, str, str]] = ()
    """Of each part: creditor reference, document number, amount with its currency before it (USD 12.00)."""
    note: str = ""
    """What stands beside the structured references (AddtlRmtInf)."""
    side: str = ""
    returned: bool = False

    def xml(self, version: int, whole: str = "") -> str:
        """The details as TxDtls of a version; `whole`: the entry's amount, where it has no other transaction."""
        # These versions ask for amount and side of each transaction.
        if 3 <= version <= 6:
            return replace(self, amount=self.amount or whole, side=self.side or "CRDT")._xml(version)
        return self._xml(version)

    def _xml(self, version: int) -> str:
        refs = _tag("AcctSvcrRef", self.reference) + _tag("EndToEndId", self.end_to_end) + _tag("UETR", self.uetr if version >= 8 else "")
        amount = _amount("Amt", self.amount) if self.amount else ""
        amount = f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>" if amount and version < 3 else amount
        amount += _tag("CdtDbtInd", self.side if version >= 3 else "")
        name = _tag("Nm", self.payer)
        debtor = f"<RltdPties><Dbtr>{f'<Pty>{name}</Pty>' if version >= 7 else name}</Dbtr></RltdPties>" if self.payer else ""
        note = f"<Strd>{_tag('AddtlRmtInf', self.note)}</Strd>" if self.note else ""
        parts = note + "".join(_structured(*each, version) for each in self.structured)
        remittance = f"<RmtInf>{_tag('Ustrd', self.text)}{parts}</RmtInf>" if self.text or parts else ""
        back = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if self.returned else ""
        return f"<TxDtls><Refs>{refs}</Refs>{amount}{debtor}{remittance}{back}</TxDtls>"


@dataclass(frozen=True)
class Ntry:
    """An entry with its transactions."""

    amount: str
    txs: Sequence[Tx] = (Tx(),)
    reference: str = "2026032400017"
    status: str = "BOOK"
    side: str = "CRDT"
    reversal: str = ""
    day: str = "<Dt>2023-11-14</Dt>"

    def xml(self, version: int) -> str:
        """The entry as Ntry of a version."""
        status = f"<Sts><Cd>{self.status}</Cd></Sts>" if version >= 7 else f"<Sts>{self.status}</Sts>"
        booked = f"<BookgDt>{self.day}</BookgDt>" if self.day else ""
        head = _amount("Amt", self.amount) + _tag("CdtDbtInd", self.side) + _tag("RvslInd", self.reversal) + status + booked
        details = (
            f"<NtryDtls>{''.join(each.xml(version, self.amount if len(self.txs) == 1 else '') for each in self.txs)}</NtryDtls>"
            if self.txs
            else ""
        )
        code = "<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd>"
        return f"<Ntry>{head}{_tag('AcctSvcrRef', self.reference)}{code}{details}</Ntry>"


def camt(*entries: Ntry, version: int = 8, account: str = ACCOUNT, message: str = "M1", name: str = "") -> bytes:
    """A file with one notification."""
    space = f"urn:iso:std:iso:20022:tech:xsd:{name or f'camt.054.001.{version:02}'}"
    time = "<CreDtTm>2023-11-20T18:00:00Z</CreDtTm>"
    held = f"<Acct><Id><IBAN>{account}</IBAN></Id></Acct>"
    body = f"<Ntfctn><Id>{message}-1</Id>{time}{held}{''.join(each.xml(version) for each in entries)}</Ntfctn>"
    whole = f"<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>{message}</MsgId>{time}</GrpHdr>{body}</BkToCstmrDbtCdtNtfctn>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{space}">{whole}</Document>\n'.encode()


def _structured(reference: str, document: str, amount: str, version: int) -> str:
    number = f"<RfrdDocInf>{_tag('Nb', document)}</RfrdDocInf>" if document else ""
    remitted = f"<RfrdDocAmt>{_amount('RmtdAmt', amount)}</RfrdDocAmt>" if amount and version < 12 else ""
    given = f"<CdtrRefInf>{_tag('Ref', reference)}</CdtrRefInf>" if reference else ""
    return f"<Strd>{number}{remitted}{given}</Strd>"


def _amount(name: str, amount: str) -> str:
    currency, value = amount.split()
    return f'<{name} Ccy="{currency}">{value}</{name}>'


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""
