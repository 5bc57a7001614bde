"""The command line: one file a verb. The only room that knows click, exit codes and the terminal."""
