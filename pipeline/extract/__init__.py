"""Reads what the systems drop: each archetype gives text columns and what a receipt needs."""
