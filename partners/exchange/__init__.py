"""Institutions and agreements in and out of files, by the same columns: see docs/exchange.md."""
