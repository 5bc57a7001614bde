"""Measures the honest check on other people's repositories: `python scripts/corpus`."""
