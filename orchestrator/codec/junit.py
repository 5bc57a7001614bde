"""JUnit reports: what a test run says about every test, in the dialects of the common runners.

Never trusts its input: a report is written by the tested code, so document types, entities, endless nesting and
endless size are refused, and failures that a suite counts but does not list become a case of their own.
"""

import math
from typing import Literal, TypeAlias
from xml.parsers import expat

import msgspec

from orchestrator.errors import InvalidInputError

MAX_BYTES = 64 * 1024 * 1024
MAX_CASES = 500_000
MAX_DEPTH = 64
MAX_MESSAGE = 4000
"""Characters kept of a case's message; the whole report stays in the run folder."""

Outcome: TypeAlias = Literal["passed", "failed", "error", "skipped"]
_OUTCOMES: dict[str, Outcome] = {"failure": "failed", "error": "error", "skipped": "skipped"}
_WORSE: tuple[Outcome, ...] = ("passed", "skipped", "failed", "error")
_NOT_RUN = frozenset({"skipped", "notrun", "disabled", "suppressed", "ignored"})


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One test. `id` is `classname::name`; `file` and `line` are empty and 0 where the runner does not say."""

    id: str
    name: str
    classname: str
    outcome: Outcome
    message: str = ""
    file: str = ""
    line: int = 0
    seconds: float = 0.0


class JUnitReport(msgspec.Struct, frozen=True):
    """Every test of a report, in its order; a test that was reported twice stands twice."""

    cases: tuple[Case, ...]

    @property
    def tests(self) -> int:
        """Count all cases."""
        return len(self.cases)

    @property
    def failures(self) -> int:
        """Count the cases that failed."""
        return self._count("failed")

    @property
    def errors(self) -> int:
        """Count the cases that could not run or were not listed."""
        return self._count("error")

    @property
    def skipped(self) -> int:
        """Count the cases that were skipped."""
        return self._count("skipped")

    def _count(self, outcome: Outcome) -> int:
        return sum(case.outcome == outcome for case in self.cases)


def read_junit(data: bytes) -> JUnitReport:
    """Read a report; `InvalidInputError` says where it is malformed, what is hostile, or that it holds no suite."""
    if len(data) > MAX_BYTES:
        raise InvalidInputError(
            f"junit report: {len(data)} bytes, at most {MAX_BYTES} are read; report fewer tests or shorter output"
        )
    if not data.strip():
        raise InvalidInputError("junit report: the file is empty; the runner ended before it wrote its report")
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        place = f"line {error.lineno}, column {error.offset + 1}"
        what = expat.ErrorString(error.code) or "malformed"
        raise InvalidInputError(f"junit report: {place}: {what}; let the runner write the report itself") from None
    except (ValueError, LookupError) as error:
        raise InvalidInputError(f"junit report: unreadable encoding ({error}); write it as UTF-8") from None
    return JUnitReport(tuple(reader.cases))


class _Suite:
    """A suite under way: how many failures it claims and how many were seen."""

    def __init__(self, name: str, claimed: int) -> None:
        self.name = name
        self.claimed = claimed
        self.seen = 0


class _Reader:
    """Collects cases while expat walks the document; keeps no tree."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self._path: list[str] = []
        self._suites: list[_Suite] = []
        self._case: dict[str, str] | None = None
        self._outcome: Outcome = "passed"
        self._message = ""
        self._text: list[str] | None = None
        self._size = 0
        self.parser = expat.ParserCreate(namespace_separator=None)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        raise InvalidInputError("junit report: document types and entities are refused; write plain elements")

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        name = qualified.rpartition(":")[2]
        if not self._path and name not in {"testsuites", "testsuite"}:
            raise InvalidInputError(f"junit report: the root is <{name[:40]}>, not <testsuites>; write JUnit XML")
        self._path.append(name)
        if len(self._path) > MAX_DEPTH:
            raise InvalidInputError(f"junit report: nested deeper than {MAX_DEPTH} elements; write plain JUnit XML")
        if name in {"testsuite", "testsuites"}:
            self._suites.append(_Suite(attributes.get("name", ""), _claimed(attributes)))
        elif name == "testcase":
            self._begin_case(attributes)
        elif name in _OUTCOMES and len(self._path) > 1:
            self._begin_outcome(_OUTCOMES[name], attributes)

    def _begin_case(self, attributes: dict[str, str]) -> None:
        if len(self.cases) >= MAX_CASES:
            raise InvalidInputError(f"junit report: more than {MAX_CASES} cases; split the run into several checks")
        if self._case is not None:
            raise InvalidInputError("junit report: a testcase stands inside another; let the runner write the report")
        self._case = attributes
        stated = {attributes.get("status", "").lower(), attributes.get("result", "").lower()}
        self._outcome = "skipped" if stated & _NOT_RUN else "passed"
        self._message = ""

    def _begin_outcome(self, outcome: Outcome, attributes: dict[str, str]) -> None:
        parent = self._path[-2]
        if parent not in {"testcase", "testsuite"}:
            return
        if parent == "testsuite":
            self._case, self._outcome, self._message = {"name": self._suites[-1].name}, "passed", ""
        if outcome in {"failed", "error"} and self._suites:
            self._suites[-1].seen += 1
        if _WORSE.index(outcome) >= _WORSE.index(self._outcome):
            self._outcome = outcome
            self._message = attributes.get("message", "") or attributes.get("type", "")
            self._text, self._size = [], 0

    def _characters(self, text: str) -> None:
        if self._text is not None and self._size < MAX_MESSAGE:
            self._text.append(text)
            self._size += len(text)

    def _end(self, _: str) -> None:
        name = self._path.pop()
        if name in {"testsuite", "testsuites"}:
            self._end_suite()
        elif name in _OUTCOMES:
            self._end_outcome()
        elif name == "testcase":
            self._end_case()

    def _end_outcome(self) -> None:
        if self._text is not None:
            text = "".join(self._text).strip()
            known = self._message.strip()
            self._message = text if not known or text.startswith(known) else f"{known}\n{text}".rstrip()
            self._text = None
        if self._path[-1] == "testsuite":
            if self._outcome == "skipped":
                self._case = None
            self._end_case()

    def _end_case(self) -> None:
        if self._case is None:
            return
        name, classname = self._case.get("name", ""), self._case.get("classname", "")
        self.cases.append(
            Case(
                id=f"{classname}::{name}" if classname else name,
                name=name,
                classname=classname,
                outcome=self._outcome,
                message=self._message[:MAX_MESSAGE],
                file=self._case.get("file", ""),
                line=_whole(self._case.get("line", "")),
                seconds=_seconds(self._case.get("time", "")),
            )
        )
        self._case = None

    def _end_suite(self) -> None:
        suite = self._suites.pop()
        missing = suite.claimed - suite.seen
        if missing > 0:
            self.cases.append(
                Case(
                    id=suite.name,
                    name=suite.name,
                    classname="",
                    outcome="error",
                    message=f"the suite counts {missing} failures or errors that it does not list",
                )
            )
        if self._suites:
            self._suites[-1].seen += max(suite.seen, suite.claimed)


def _claimed(attributes: dict[str, str]) -> int:
    return _whole(attributes.get("failures", "")) + _whole(attributes.get("errors", ""))


def _whole(text: str) -> int:
    """Read a count; what is none is 0."""
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0  # noqa: PLR2004 - fits 32 bits


def _seconds(text: str) -> float:
    """Read a duration, also with thousands separators; what is none is 0."""
    try:
        seconds = float(text.replace(",", ""))
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0
