"""The judges: checks run on clean checkouts, and the honest check. Never decides what follows from a verdict."""
