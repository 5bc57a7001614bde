"""The hand that runs agents: prompts in, ends out. Owns no state: what it knows is in run folders.

Never starts a process itself and never touches git: the runner and the places are given to it.
"""
