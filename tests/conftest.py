"""A test that is skipped for a reason nobody listed in allowed_skips.txt fails the run."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest


class SkipLedger:
    """Collects the reasons of all skips; the controller of parallel runs sees those of every worker."""

    def __init__(self, listed: Path) -> None:
        lines = [line.strip() for line in listed.read_text(encoding="utf-8").splitlines()]
        self._allowed = [line for line in lines if line and not line.startswith("#")]
        self.unlisted: dict[str, list[str]] = {}

    def note(self, where: str, why: Any) -> None:
        """Keep a skip unless its reason is listed. `why` is pytest's (path, line, reason)."""
        reason = str(why if isinstance(why, str) else why[2]).removeprefix("Skipped: ")
        if not any(fnmatchcase(reason, pattern) for pattern in self._allowed):
            self.unlisted.setdefault(reason, []).append(where)

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self.note(report.nodeid, report.longrepr)

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.note(report.nodeid, report.longrepr)

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.unlisted and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for reason, tests in self.unlisted.items():
            terminalreporter.write_line(f"skipped without leave ({len(tests)}): {reason}", red=True)
            terminalreporter.write_line("  run it, or list the reason in tests/allowed_skips.txt")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(SkipLedger(Path(__file__).parent / "allowed_skips.txt"))
