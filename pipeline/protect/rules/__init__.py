"""What may happen to a row."""
