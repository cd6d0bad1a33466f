"""A real CKAN on this machine's loopback address, for trying a publication out and for the tests."""
