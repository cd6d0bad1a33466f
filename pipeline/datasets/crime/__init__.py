"""Crime."""
