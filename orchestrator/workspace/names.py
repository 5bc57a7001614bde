"""What things of this room are called in the state folder, for those who only need the names."""

INPLACE, STORE = "inplace", "inplace.git"
"""The branch that what lands in a folder without git is on; our repository of it."""
