"""What is said of a dataset in the standards' own words, made from its publication."""
