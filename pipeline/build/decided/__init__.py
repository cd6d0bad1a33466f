"""What may be public, what waits for a decision, and what was decided."""
