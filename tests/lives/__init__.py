"""Real lives of claims, read into steps that a ledger of receivables can be asked to take."""
