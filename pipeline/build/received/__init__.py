"""What came for a dataset: which files count, what stood before, and what a mapping makes of them."""
