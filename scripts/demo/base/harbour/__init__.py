"""The booking desk of a small ferry line."""
