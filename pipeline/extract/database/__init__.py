"""Extracts from relational databases."""
