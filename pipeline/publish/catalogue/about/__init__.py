"""The pages on which who publishes answers for it: what the law asks for, the scorecard, what is held back."""
