"""What the honest check reads out of code, whatever its language. Never judges."""
