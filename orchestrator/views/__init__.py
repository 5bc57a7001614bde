"""Windows: everything people look at, rendered from the world and its commits. Never a source of truth."""
