"""Extracts as delimited text."""
