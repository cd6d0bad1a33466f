"""The generated part of the documentation."""
