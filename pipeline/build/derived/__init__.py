"""Datasets that are made from releases: of some datasets, or of what stands of all of them."""
