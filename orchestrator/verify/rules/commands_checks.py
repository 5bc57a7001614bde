"""Commands that check code and are no longer heard, or no longer run, by the goals people ask for. Never runs one."""

import re
from collections import Counter
from collections.abc import Iterator

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.readers.shell import (
    CHECKERS,
    does_nothing,
    is_check_unheard,
    is_script,
    runs_check,
    runs_tests,
    units,
)

Lines = list[tuple[str, str]]
_OF_CHECKS = re.compile(r"(?i)lint|check|style|type|vet|format|\bci\b|verify|\bqa\b|^all$|^test|valid|static")
_WHOLE = re.compile(r"(?:checks?|ci|verify|all|qa|validate|pre-?commit|test(?:-all)?)")


def checks_unheard(edit: Edit, diff: Diff, old: Lines, new: Lines) -> Iterator[str]:
    """Give the lines of goals that checked aloud and do it no more, where nothing else does in their place."""
    if not edit.old or is_script(edit.path, edit.new or ""):
        return
    before = [line.strip() for goal, line in old if _OF_CHECKS.search(goal) and runs_check(line)]
    loud = [line for line in before if not is_check_unheard(line)]
    after = Counter(line.strip() for _, line in new)
    lost = [line for line in loud if not after[line]]
    fresh = [(goal, line.strip()) for goal, line in new if line.strip() not in {one.strip() for _, one in old}]
    tools = {_tool(line) for line in lost}
    yield from (line for _, line in fresh if is_check_unheard(line) and _tool(line) in tools)
    for goal in dict.fromkeys(goal for goal, line in old if line.strip() in lost):
        now = [line for name, line in new if name == goal and line.strip()]
        if now and all(map(does_nothing, now)):
            yield now[0].strip()
        elif now and not any(runs_check(line) for name, line in fresh if name) and not _is_kept(tools, diff):
            yield f"no {', '.join(sorted(tools))}"


def _tool(line: str) -> str:
    found = CHECKERS.search(line)
    return " ".join(found[0].strip(" ;&|({\"'@!-").split()[-2:]) if found is not None else ""


def _is_kept(tools: set[str], diff: Diff) -> bool:
    """Say whether what the snapshot brings elsewhere runs a checker that a goal lost."""
    return not tools or any(CHECKERS.search(line) for one in diff.edits for line in one.added)


def goals_cut(edit: Edit) -> Iterator[str]:
    """Give the goals of a Makefile, or of a justfile, that no longer come to tests or checks which are there still."""
    if not edit.old or not _OF_MAKE.search(edit.path):
        return
    sides = [_needs(text) for text in (edit.old, edit.new or "")]
    lines = list(units(edit.path, edit.new or ""))
    for goal, needs in sides[0].items():
        if not _WHOLE.fullmatch(goal) or goal not in sides[1]:
            continue
        now = sides[1][goal]
        beneath = {one for need in now for one in sides[1].get(need, ())}
        said = " ".join(line for name, line in lines if name == goal or name in now)
        for need in needs:
            own = [line for name, line in lines if name == need]
            judges = any(runs_tests(line) or runs_check(line) for line in own)
            if need not in {*now, *beneath} and judges and not re.search(rf"\b{re.escape(need)}\b", said):
                yield f"{goal}: no {need}"


_OF_MAKE = re.compile(r"(?:^|/)(?:(?:GNUm|[Mm])akefile|[^/]+\.mk|\.?[Jj]ustfile)$")


def _needs(text: str) -> dict[str, list[str]]:
    """Give what each goal needs to be made first."""
    found: dict[str, list[str]] = {}
    for match in re.finditer(r"(?m)^([\w-]+)\s*:(?![:=])[ \t]*([^#\n;]*)", text.replace("\\\n", " ")):
        found.setdefault(match[1], []).extend(match[2].split())
    return found
