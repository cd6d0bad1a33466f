"""A CKAN as a portal."""
