"""What is said of runs, accounts and declarations."""
