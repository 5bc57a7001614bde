"""Bytes to nouns and back: the only room that knows orjson. Pure; never opens a file, asks no clock."""
