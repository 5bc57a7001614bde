"""A clock on the wall that a test sets, as a laptop's has gone on in the morning; all other clocks are the machine's.

A library laid beneath the program (libfaketime) would lead the other clocks astray: `time.sleep` is refused under it.
"""

from pathlib import Path

_READS_OURS = """
import os, time
real, hands = time.time_ns, os.environ["HANDS"]
def on_the_wall():
    with open(hands) as file:
        return real() + int(file.read()) * 10**9
time.time_ns = on_the_wall
"""


class Wall:
    """The clock; those who live by it are started with `variables`."""

    def __init__(self, base: Path) -> None:
        self._folder = base / "wall"
        self._folder.mkdir(exist_ok=True)
        (self._folder / "sitecustomize.py").write_text(_READS_OURS)
        self.set(0)

    @property
    def variables(self) -> dict[str, str]:
        """Give what a process needs to read this clock where it would read the wall's."""
        return {"PYTHONPATH": str(self._folder), "HANDS": str(self._folder / "hands")}

    def set(self, seconds: int) -> None:
        """Set it so far before (positive) or behind the real one."""
        moved = self._folder / "moved"
        moved.write_text(str(seconds))
        moved.replace(self._folder / "hands")
