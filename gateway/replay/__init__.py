"""The replay of real records: read, interpreted, driven through the HTTP API, and reconciled to the minor unit."""
