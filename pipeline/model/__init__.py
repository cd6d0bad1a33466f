"""The nouns: frozen, no input or output, nothing that knows a dataset by name."""
