"""Frictionless as the outside judge of every release."""
