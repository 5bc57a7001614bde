"""JOURNAL: the truth, as files or in memory, and who is alive to write it. Never decides what is written."""
