"""Extracts as workbooks."""
