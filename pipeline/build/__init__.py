"""One dataset: from what was received to releases."""
