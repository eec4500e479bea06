"""Legal forms of organisations, one spelling each, for the normal form of a name (names.py). Data of algorithm version 1.

Sources: the ending noise words of the IACA Model Administrative Rules (UCC) 503, ISO 20275 abbreviations, and Company Law (CN) 7, by which
a limited company may write 有限责任公司 or 有限公司 and a joint stock company 股份有限公司 or 股份公司.
"""

LATIN = {
    "LLC": ("LIMITED LIABILITY COMPANY", "LIMITED LIABILITY CO", "L L C", "LC", "LTD LIABILITY COMPANY"),
    "LP": ("LIMITED PARTNERSHIP",),
    "LLP": ("LIMITED LIABILITY PARTNERSHIP",),
    "ULC": ("UNLIMITED LIABILITY COMPANY",),
    "PLC": ("PUBLIC LIMITED COMPANY",),
    "INC": ("INCORPORATED",),
    "CORP": ("CORPORATION",),
    "CO": ("COMPANY",),
    "LTD": ("LIMITED",),
    "NA": ("NATIONAL ASSOCIATION",),
    "PC": ("PROFESSIONAL CORPORATION",),
    "PTY": ("PROPRIETARY",),
    "PTE": (),
    "PVT": ("PRIVATE",),
    "GMBH": ("GESELLSCHAFT MIT BESCHRANKTER HAFTUNG", "GESELLSCHAFT MBH", "GES MBH"),
    "AG": ("AKTIENGESELLSCHAFT",),
    "KG": ("KOMMANDITGESELLSCHAFT",),
    "KGAA": (),
    "OHG": (),
    "UG": (),
    "EV": (),
    "SE": ("SOCIETAS EUROPAEA",),
    "SA": ("SOCIETE ANONYME", "SOCIEDAD ANONIMA", "SOCIEDADE ANONIMA"),
    "SAS": ("SOCIETE PAR ACTIONS SIMPLIFIEE",),
    "SARL": ("SOCIETE A RESPONSABILITE LIMITEE", "SA RL", "SA R L", "S A RL"),
    "LTEE": ("LIMITEE",),
    "SL": ("SOCIEDAD LIMITADA",),
    "SPA": ("SOCIETA PER AZIONI",),
    "SRL": ("SOCIETA A RESPONSABILITA LIMITATA", "SOCIEDAD DE RESPONSABILIDAD LIMITADA"),
    "LDA": ("LIMITADA",),
    "LTDA": (),
    "BV": ("BESLOTEN VENNOOTSCHAP",),
    "NV": ("NAAMLOZE VENNOOTSCHAP",),
    "AB": ("AKTIEBOLAG",),
    "OY": ("OSAKEYHTIO",),
    "OYJ": (),
    "AS": ("AKTIESELSKAP",),
    "ASA": (),
    "APS": ("ANPARTSSELSKAB",),
    "SPZOO": ("SP Z O O", "SP Z OO", "SP ZOO", "SPOLKA Z OO"),
    "SRO": ("S R O",),
    "KFT": (),
    "KK": ("KABUSHIKI KAISHA",),
    "GK": ("GODO KAISHA",),
    "BHD": ("BERHAD",),
    "SDN": ("SENDIRIAN",),
    "TBK": (),
    "PJSC": ("PUBLIC JOINT STOCK COMPANY",),
    "JSC": ("JOINT STOCK COMPANY",),
}
"""One spelling of a form, and the other spellings that mean it; words as punctuation has left them."""

LEADING = frozenset({"PT", "OOO", "OAO", "ZAO", "PAO", "AO"})
"""Forms that stand before the name."""

JOINING = frozenset({"AND"})
"""Words between two forms ("GMBH AND CO KG") that go with them."""

CHINESE = {
    "股份有限公司": ("股份公司",),
    "有限公司": ("有限责任公司",),
    "有限合伙": (),
    "特殊普通合伙": (),
    "普通合伙": (),
    "株式会社": (),
    "合同会社": (),
    "公司": (),
}
"""The same for names in Chinese characters; a form ends the name. A branch (分公司) is no form: it is part of the name."""
