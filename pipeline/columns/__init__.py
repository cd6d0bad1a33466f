"""Whole columns of text: what is done to cells without looking at a row."""
