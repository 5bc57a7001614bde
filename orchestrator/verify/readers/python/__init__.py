"""Python, through the standard library's own syntax trees. Never runs or imports what it reads."""
