"""FILES: atomic writes, durable appends, locks, bells. Knows nothing of what the bytes mean."""
