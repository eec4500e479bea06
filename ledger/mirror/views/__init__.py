"""Views for auditors: the mirror in plain words, for any tool that reads SQL. docs/auditors.md is made from their declaration."""
