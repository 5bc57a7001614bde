"""The engine: catch up, decide, append, fold, due, act. The only writer of commits; owns no outside."""
