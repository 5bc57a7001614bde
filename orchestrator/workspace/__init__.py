"""Git: where attempts work, how their work is kept, how it lands. Never judges work, never runs an agent."""
