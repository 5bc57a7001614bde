"""Streams of particular programs in, agent events out: one small file a family. Pure, and never fatal.

A line nobody understands is kept as `Raw`; a line that is understood and says nothing new gives nothing. What a
program's fields mean for the run as a whole is not decided here: `policy.outcome` does that.
"""
