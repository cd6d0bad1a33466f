"""What may happen to a raw column."""
