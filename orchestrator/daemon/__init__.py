"""The composition root of the real world: the only room that knows siblings. Holds no rules of its own."""
