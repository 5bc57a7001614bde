"""What tests are worth, found out by running them: on other code, on less code, with a look at what they reach.

Everything here costs time and says so; nothing here reads meaning into a text, that is the rules' work.
"""
