"""What may happen to a column (treatments) and to a row (row rules); they see what never leaves."""
