"""What of figures about people may be shown: small numbers are hidden, and what would give them away is kept back."""
