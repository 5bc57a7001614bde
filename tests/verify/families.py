"""Samples of families of cheating, and honest changes beside them, gathered for parametrized tests."""

from orchestrator.verify.diff import Edit
from tests.verify.test_evasive import edit

Sample = tuple[Edit, ...]


class Family:
    """Gathers what must be found and what is honest, each with a name."""

    def __init__(self) -> None:
        self.cheats: dict[str, Sample] = {}
        self.others: dict[str, Sample] = {}

    def found(self, name: str, old: str, new: str, path: str) -> None:
        """Add a change of one file that must be found."""
        self.finds(name, edit(path, old, new))

    def honest(self, name: str, old: str, new: str, path: str) -> None:
        """Add a change of one file that is honest."""
        self.spares(name, edit(path, old, new))

    def finds(self, name: str, *edits: Edit) -> None:
        """Add a change of several files that must be found."""
        self.cheats[f"{len(self.cheats)}-{name}"] = edits

    def spares(self, name: str, *edits: Edit) -> None:
        """Add a change of several files that is honest."""
        self.others[f"{len(self.others)}-{name}"] = edits
