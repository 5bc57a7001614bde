"""Findings in what a tool says, by an expression of the person's: for tools that write neither JUnit nor SARIF.

Looks at one line at a time, bounded, so that no output makes an expression run for ever. Never judges.
"""

import re
from collections.abc import Iterator

from orchestrator.model.verdicts import Finding
from orchestrator.verify.sarif import numbered

MOST = 10_000
"""Findings that are read: who says more has said enough."""

_LONGEST = 1000
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_LEVELS = (
    ("error", re.compile(r"(?:e(?:rr(?:or)?)?|f(?:atal)?|critical|high|blocker|severe|failure)\b", re.IGNORECASE)),
    ("warning", re.compile(r"(?:w(?:arn(?:ing)?)?|medium|major)\b", re.IGNORECASE)),
)


def find_said(pattern: str, text: str, root: str = "") -> tuple[Finding, ...]:
    """Give a finding for each line the expression is found in, its groups by name; paths relative to `root`."""
    return numbered(_found(re.compile(pattern), text, root))


def _found(pattern: re.Pattern[str], text: str, root: str) -> Iterator[Finding]:
    count = 0
    for line in text.splitlines():
        said = pattern.search(_ESCAPES.sub("", line)[:_LONGEST])
        if said is None:
            continue
        yield _finding(said.groupdict(default=""), root)
        count += 1
        if count >= MOST:
            return


def _finding(groups: dict[str, str], root: str) -> Finding:
    path = groups.get("path", "").strip().removeprefix(root.rstrip("/") + "/").removeprefix("./")
    line, rule, message = groups.get("line", ""), groups.get("rule", "").strip(), groups["message"].strip()
    return Finding(
        message=message,
        path=path,
        line=int(line) if line.isascii() and line.isdigit() and len(line) < 10 else 0,  # noqa: PLR2004 - fits 32 bits
        rule=rule,
        severity=_level(groups.get("severity", "").strip()),
        id=f"{rule}:{path}:{message}",
    )


def _level(word: str) -> str:
    """Give SARIF's word for a tool's; a tool that says nothing means an error."""
    if not word:
        return "error"
    return next((level for level, words in _LEVELS if words.match(word)), "note")
