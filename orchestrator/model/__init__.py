"""WHAT IS: ids, specifications, events, commands, effects and the world. Pure; never chooses, never waits."""
