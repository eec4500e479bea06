"""The keeper: fires at the ledger's one door what time has made due."""
