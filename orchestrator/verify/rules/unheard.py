"""The honest rule for commands that run tests and no longer hear what they came to. Never runs one."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from orchestrator.model.verdicts import Finding
from orchestrator.policy.globs import matches_any
from orchestrator.policy.protected import CI
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.readers.pipelines import lines_of
from orchestrator.verify.readers.python.source import parse
from orchestrator.verify.readers.python.values import last_name
from orchestrator.verify.readers.python.walk import walk
from orchestrator.verify.readers.shell import (
    choices,
    files,
    is_piped,
    is_unheard,
    is_wide,
    only_checks,
    program,
    runs_tests,
    units,
)
from orchestrator.verify.rules.task_words import asks_to_skip_tests
from orchestrator.verify.rules.tree import protected_path
from orchestrator.verify.testpaths import is_vendored

_RUN = re.compile(r"(?:^|/)(?:(?:GNUm|[Mm])akefile|[^/]+\.mk|\.?[Jj]ustfile|[^/]+\.(?:sh|bash))$")
_TASKS = re.compile(r"(?:^|/)[Tt]askfile(?:\.dist)?\.ya?ml$")
_IDLE = re.compile(r"[@+-]*\s*(?:(?:echo|printf)\b[^|&;]*|true|:|exit 0|/(?:usr/)?bin/true)?\s*")
_OF_TESTS = re.compile(r"(?i)test|check|\bci\b|verify|spec|unit|cov|valid|\bqa\b|^all$")
_GOALS = re.compile(r"(?:unit[-_.]?)?(?:tests?|checks?|ci|verify|all-tests)(?:[-_.]?(?:all|unit))?")


def tests_unheard(diff: Diff) -> Iterable[Finding]:
    """Find commands, new in this snapshot, that run tests deaf to their failing, and goals that ran them and do not."""
    for edit in () if asks_to_skip_tests(diff.message) else diff.judged():
        if edit.new is None or is_vendored(edit.path) or (diff.whole and edit.old is None):
            continue
        deaf = list(dict.fromkeys(_of(edit)))
        if deaf and _is_pipeline(edit.path) and any(_is_pipeline(one.path) for one in protected_path(diff)):
            continue  # nobody may change pipelines at all
        for said in deaf:
            yield found(
                "tests-deselected",
                edit.path,
                f"`{said[:80]}` lets tests fail unheard, or runs none; let their failure be what the command comes to "
                "(`allow_test_changes` can name the file, if a person wants it)",
                line=_line(edit.new, said),
                about=said,
            )


def _line(text: str, said: str) -> int:
    lines = text.splitlines()
    return next((at for at, line in enumerate(lines, 1) if said.split("\n", maxsplit=1)[0][:40] in line), 1)


def _of(edit: Edit) -> Iterator[str]:
    new = edit.new or ""
    if _RUN.search(edit.path):
        yield from _more(edit, list(units(edit.path, edit.old or "")), list(units(edit.path, new)))
        if not edit.path.endswith((".sh", ".bash")):
            yield from _of_make(edit.old or "", new)
    elif _TASKS.search(edit.path):
        yield from _more(edit, *([("", _bare(line)) for line in text.splitlines()] for text in (edit.old or "", new)))
    elif edit.path.endswith("package.json"):
        yield from _more(edit, *(list(_scripts(text).items()) for text in (edit.old or "", new)))
    elif _is_pipeline(edit.path):
        yield from _of_pipeline(edit.old or "", new)
    elif edit.path.endswith("noxfile.py"):
        yield from _of_nox(edit.old or "", new)


def _is_pipeline(path: str) -> bool:
    return matches_any(path.casefold(), CI) and path.endswith((".yml", ".yaml"))


def _bare(line: str) -> str:
    return re.sub(r"^\s*(?:-\s+)?(?:cmd:\s*)?", "", line).strip("'\"")


def _scripts(text: str) -> Mapping[str, str]:
    try:
        data = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    scripts = data.get("scripts") if isinstance(data, dict) else None
    return {name: said for name, said in scripts.items() if isinstance(said, str)} if isinstance(scripts, dict) else {}


def _more(edit: Edit, old: list[tuple[str, str]], new: list[tuple[str, str]]) -> Iterator[str]:
    """Give the lines that run tests unheard and did not, and the goals of tests that only say that they ran."""
    before = Counter(line.strip() for _, line in old if is_unheard(line))
    loud = [(goal, line) for goal, line in old if runs_tests(line) and not is_unheard(line)]
    lost = Counter(line.strip() for _, line in loud) - Counter(line.strip() for _, line in new)
    piped = "pipefail" in (edit.new or "") or any(is_piped(line) for _, line in old)
    script = edit.path.endswith((".sh", ".bash"))
    for goal, line in new:
        said = line.strip()
        if (goal and not _OF_TESTS.search(goal)) or (script and said.endswith("&")):
            continue
        if lost and is_piped(line) and not piped:
            yield said
        if not is_unheard(line):
            continue
        if before[said] > 0:
            before[said] -= 1
        elif lost or (edit.old is None and not edit.path.endswith((".sh", ".bash"))):
            yield said
    for goal in dict.fromkeys(goal for goal, _ in loud if _GOALS.fullmatch(goal)):
        now = [line for name, line in new if name == goal and line.strip()]
        idle = all(_IDLE.fullmatch(line) or only_checks(line) for line in now)
        if now and idle and not any(line in now for name, line in old if name == goal and not only_checks(line)):
            yield now[0].strip()
        yield from _chosen([line for name, line in loud if name == goal], now, [line for _, line in new])
    left = edit.path.endswith((".sh", ".bash")) and loud and _last(new) == "exit 0" != _last(old)
    if left and any(runs_tests(line) for _, line in new[-_NEAR:]):
        yield "exit 0"


def _chosen(before: list[str], now: list[str], everything: list[str]) -> Iterator[str]:
    """Give the line of a goal that runs some of its tests, where nothing in the file runs them all any more."""
    whole = [line for line in before if not choices(line)]
    left = [line for line in everything if runs_tests(line) and not choices(line) and not is_unheard(line)]
    wide = any(map(is_wide, whole))
    named = {program(line) for line in whole if not files(line)}
    left = [line for line in left if not (wide and not is_wide(line)) and not (program(line) in named and files(line))]
    if not whole or left:
        return
    for line in now:
        if runs_tests(line) and (choices(line) or files(line) or wide):
            yield line.strip()


_NEAR = 12


def _last(lines: list[tuple[str, str]]) -> str:
    said = [line.strip() for _, line in lines if line.strip() and not line.strip().startswith("#")]
    return said[-1] if said else ""


_OF_MAKE = re.compile(
    r"(?m)^\.IGNORE\s*:.*"
    r"|^(?:export\s+)?MAKEFLAGS\s*[:+?]?=.*(?:\s|=)(?:-\w*[in]\w*\b|--ignore-errors|--dry-run|--just-print).*"
    r"|^(?:export\s+|override\s+)*SHELL\s*[:?]*=\s*(?:/(?:usr/)?bin/)?(?:true|echo|:)(?!\w).*"
    r"|^(?:export\s+)?(?:GOFLAGS|PYTEST_ADDOPTS|MAVEN_OPTS|NODE_OPTIONS)\s*[:+?]?=.*(?:-run[= ]|-skip[= ]|--deselect"
    r"|-k\s|--co\b|--collect-only|-DskipTests|-Dmaven\.test|--test-(?:name|skip)-pattern).*"
)


def _of_make(old: str, new: str) -> Iterator[str]:
    """Give what tells make, or what it starts, to go on whatever comes, or to run some tests only."""
    known = {match[0].strip() for match in _OF_MAKE.finditer(old)}
    yield from (said for match in _OF_MAKE.finditer(new) if (said := match[0].strip()) not in known)


def _of_pipeline(old: str, new: str) -> Iterator[str]:
    """Give the commands of a pipeline in which no test that fails is heard any more, or ever was."""
    before, after = _heard(old), _heard(new)
    if after and not any(after.values()) and (not old or any(before.values())):
        yield next(iter(after))


def _heard(text: str) -> dict[str, bool]:
    """Give the commands that run tests, and whether they are heard."""
    runs = [line for line in lines_of(text) if line.is_run]
    runs = [line for line in runs if runs_tests(line.text) or is_unheard(line.text) or _BUILDS.match(line.text)]
    heard = {line.text for line in runs if not is_unheard(line.text) and not _DEAF & {*line.guards}}
    return {line.text: line.text in heard for line in runs}


_BUILDS = re.compile(r"(?:\./)?(?:mvnw?|gradlew?)\s(?!.*(?:skip|\bdeploy\b|\bsite\b|-x\s))")
"""Maven and Gradle, which test as they build, by goals that need not be named."""
_DEAF = frozenset(("continue-on-error: true", "allow_failure: true", "if: false"))


def _of_nox(old: str, new: str) -> Iterator[str]:
    """Give the commands of a session that run tests and take their failure for a success."""
    known = Counter(_hushed(old))
    for said in _hushed(new):
        if known[said] > 0:
            known[said] -= 1
        else:
            yield said


def _hushed(text: str) -> Iterator[str]:
    tree = parse(text) if text else None
    for node in walk(tree) if tree is not None else ():
        match node:
            case ast.Call(keywords=named) if _is_run_of_tests(node):
                codes = [one for one in named if one.arg == "success_codes"]
                if any(re.search(r"[1-9]|range", ast.unparse(one.value)) for one in codes):
                    yield ast.unparse(node)
            case ast.Try(body=body, handlers=handlers):
                runs = [part for step in body for part in walk(step) if isinstance(part, ast.Call)]
                quiet = all(not any(isinstance(part, ast.Raise) for part in walk(one)) for one in handlers)
                if quiet and any(map(_is_run_of_tests, runs)) and "error" not in ast.unparse(handlers[0]):
                    yield f"try: {ast.unparse(body[0])}"
            case _:
                pass


def _is_run_of_tests(call: ast.Call) -> bool:
    text = ast.unparse(call)
    return (
        last_name(call.func) in {"run", "run_always"}
        and re.search(r"pytest|unittest|['\"]test|coverage", text) is not None
    )
