"""Pages of money: what was paid, to whom and for what, by month and year and payee, from releases alone."""
