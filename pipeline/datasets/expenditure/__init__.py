"""Expenditure."""
