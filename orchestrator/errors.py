"""The few exceptions that cross rooms: bugs crash, refusals are values, these are what is left.

Every message is a lower-case fragment that completes "cannot ..." or stands alone, and says what to do next.
"""


class OrchestratorError(Exception):
    """Anything a person can be told about in one line; never a bug."""


class InvalidInputError(OrchestratorError):
    """What a person wrote cannot be used: a queue file, the configuration, an argument. Exit code 2."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class JournalError(OrchestratorError):
    """The journal is damaged or cannot be written. Exit code 4."""


class ConflictError(OrchestratorError):
    """An append was not stored and never will be: another commit stands where it expected to be."""


class FaultError(OrchestratorError):
    """The environment failed, not the task or the agent: a tool is missing, the disk is full. Parks the lane."""


class DiskFullError(JournalError):
    """The disk has no room for the commit: nothing was stored, and appending can be tried again."""
