"""Pages of places: what was recorded in each neighbourhood, authority and small area, from releases alone."""
