"""One check asked of one tree, and what is done around a run of it. Never says what is answered."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from orchestrator.model.settings import CheckSettings
from orchestrator.verify.command import promises_report, starts_pytest
from orchestrator.verify.reading import Named


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a check is asked about. `tree` names it in the answer's key, `label` in the log's name; `paths` it holds."""

    check: CheckSettings
    queue: str
    commit: str
    tree: str
    base: str
    overlay: tuple[str, ...]
    argv: tuple[str, ...]
    named: Named
    label: str
    paths: frozenset[str] = frozenset()

    @property
    def tells_tests(self) -> bool:
        """Say whether a run leaves a JUnit report: one the check promises, or one asked for besides its exit code."""
        return starts_pytest(self.check) or (promises_report(self.check) and self.check.format == "junit")


_LEAST_S = 0.05


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What is done around one run.

    `alter` changes the checkout before; `env` adds variables; `witness` is a file in the run's TMPDIR that is read
    afterwards. It ends after `timeout_s`, and at `ends_s` by the clock, however long the checkout took. `report`: one
    is read though the check promises none, at the place that `{report}` in `env` becomes.
    """

    alter: Callable[[Path], None] | None = None
    label: str = ""
    env: Mapping[str, str] = {}
    witness: str = ""
    timeout_s: float | None = None
    ends_s: float | None = None
    report: bool = False

    def time_s(self, check: CheckSettings, now_s: float) -> float:
        """Give how long a run may take that begins now, its checkout being made."""
        left_s = check.timeout_s if self.ends_s is None else max(self.ends_s - now_s, _LEAST_S)
        return min(self.timeout_s or check.timeout_s, check.timeout_s, left_s)
