"""Plan, then apply: what the portals hold is compared with the releases, and made equal to them."""
