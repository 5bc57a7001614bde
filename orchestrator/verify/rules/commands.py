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
from orchestrator.verify.readers.settings import settings_of
from orchestrator.verify.readers.shell import (
    choices,
    does_nothing,
    files,
    is_piped,
    is_script,
    is_talked_over,
    is_unheard,
    is_wide,
    only_checks,
    program,
    rewrites,
    runs_tests,
    units,
)
from orchestrator.verify.rules.checkers_laxer import is_about_checkers
from orchestrator.verify.rules.commands_checks import checks_unheard, goals_cut
from orchestrator.verify.rules.task_words import asks_to_skip_tests
from orchestrator.verify.rules.tree import protected_path
from orchestrator.verify.testpaths import is_vendored

_RUN = re.compile(r"(?:^|/)(?:(?:GNUm|[Mm])akefile|[^/]+\.mk|\.?[Jj]ustfile|[^/]+\.(?:sh|bash|zsh))$")
_WITHOUT_ENDING = re.compile(r"(?:^|/)[\w-]+$")
_RUNNERS = re.compile(
    r"(?:^|/)(?:mvnw|gradlew)(?:\.cmd|\.bat)?$|(?:^|/)\.?(?:bin|tools|scripts)/(?:pytest|tox|nox|jest|mocha|vitest|ava|go"
    r"|cargo|npm|npx|yarn|pnpm|node|python[\d.]*|mvn|gradle|make)$"
)
"""What is called like a program that runs tests, and found before it."""
_TASKS = re.compile(r"(?:^|/)[Tt]askfile(?:\.dist)?\.ya?ml$")
Lines = list[tuple[str, str]]
"""Lines, each with the goal it is of."""
_OF_TESTS = re.compile(r"(?i)test|check|\bci\b|verify|spec|unit|cov|valid|\bqa\b|^all$")
_GOALS = re.compile(r"(?:unit[-_.]?)?(?:tests?|checks?|ci|verify|all-tests)(?:[-_.]?(?:all|unit))?")


def commands_unheard(diff: Diff) -> Iterable[Finding]:
    """Find commands, new in this snapshot, that run tests deaf to their failing, and goals that ran them and do not."""
    for edit in () if asks_to_skip_tests(diff.message) else diff.judged():
        if edit.new is None or is_vendored(edit.path) or (diff.whole and edit.old is None):
            continue
        deaf = list(dict.fromkeys((*_of(edit), *_outdone(edit, diff))))
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


def checks_dropped(edit: Edit, diff: Diff) -> list[str]:
    """Give the checks of code that are run no more, or not heard, by goals of which people expect it."""
    if is_about_checkers(diff.message):
        return []
    if edit.path.endswith("package.json"):
        sides = [list(_scripts(text or "").items()) for text in (edit.old, edit.new)]
    elif _RUN.search(edit.path):
        sides = [list(units(edit.path, text or "")) for text in (edit.old, edit.new)]
    elif _MANIFESTS.search(edit.path):
        sides = [[(goal, line) for _, goal, line in _tasks(edit.path, text or "")] for text in (edit.old, edit.new)]
    else:
        return []
    return list(dict.fromkeys((*checks_unheard(edit, diff, *sides), *goals_cut(edit))))


def _line(text: str, said: str) -> int:
    lines = text.splitlines()
    return next((at for at, line in enumerate(lines, 1) if said.split("\n", maxsplit=1)[0][:40] in line), 1)


def _of(edit: Edit) -> Iterator[str]:
    new = edit.new or ""
    if _RUNNERS.search(edit.path) and all(map(does_nothing, new.splitlines())):
        yield next((line for line in new.splitlines() if line.strip() and not line.startswith("#")), edit.path)
    if _RUN.search(edit.path) or (_WITHOUT_ENDING.search(edit.path) and is_script(edit.path, new)):
        yield from _more(edit, list(units(edit.path, edit.old or "")), list(units(edit.path, new)))
        if is_script(edit.path, new):
            yield from _of_script(edit.old or "", new)
        else:
            yield from _of_make(edit.old or "", new)
    elif _MANIFESTS.search(edit.path):
        sides = [list(_tasks(edit.path, text)) for text in (edit.old or "", new)]
        for tool in {tool for rows in sides for tool, _, _ in rows}:
            yield from _more(edit, *([(goal, line) for own, goal, line in rows if own == tool] for rows in sides))
    elif _TASKS.search(edit.path):
        yield from _of_tasks(edit, edit.old or "", new)
    elif edit.path.endswith("package.json"):
        yield from _more(edit, *(list(_scripts(text).items()) for text in (edit.old or "", new)))
    elif _is_pipeline(edit.path):
        yield from _of_pipeline(edit.old or "", new)
    elif edit.path.endswith("noxfile.py"):
        yield from _of_nox(edit.old or "", new)


_MANIFESTS = re.compile(r"(?:^|/)(?:tox\.ini|setup\.cfg|pyproject\.toml|deno\.jsonc?|composer\.json|Makefile\.toml)$")
_TASK = re.compile(
    r"tool\.hatch\.envs\.[\w-]+\.scripts\.(?P<a>[\w:-]+)|tool\.(?:poe|taskipy|pixi)\.tasks\.(?P<b>[\w:-]+)(?:\.\w+)?"
    r"|tool\.(?:pdm|rye)\.scripts\.(?P<c>[\w:-]+)(?:\.\w+)?|tasks\.(?P<d>[\w:-]+)(?:\.\w+)?|scripts\.(?P<e>[\w:-]+)"
)
_OF_TOX = re.compile(r"testenv(?::\{?py[\w,]*\}?)?\.commands")


def _tasks(path: str, text: str) -> Iterator[tuple[str, str, str]]:
    """Give the commands of a manifest, each with whose they are and the task they are of; of tox all are of one."""
    for one in settings_of(path, text) if text else ():
        match = _TASK.fullmatch(one.key)
        if match is not None:
            name = next(name for name in match.groups() if name)
            yield one.key.partition(f".{name}")[0], name, one.value
        elif _OF_TOX.fullmatch(one.key):
            joined = re.sub(r"\\\n\s*", " ", one.value)
            yield from (("tox", "test", line) for line in joined.splitlines() if line.strip())


def _of_tasks(edit: Edit, old: str, new: str) -> Iterator[str]:
    """Give the commands of a Taskfile that run tests unheard, or whose errors are ignored as a whole."""
    yield from _more(edit, *([("", _bare(line)) for line in text.splitlines()] for text in (old, new)))
    if runs_tests(new.replace("\n", " ; ")) and _IGNORED.search(new) and not _IGNORED.search(old):
        yield "ignore_error: true"


_IGNORED = re.compile(r"(?m)^\s*(?:-\s+)?ignore_error:\s*true\s*$")


def _outdone(edit: Edit, diff: Diff) -> Iterator[str]:
    """Give the goals of tests that do nothing, in a new file that is read in the place of one that is there."""
    folder, _, name = edit.path.rpartition("/")
    kind = next((kind for kind in _READ_FIRST if name in kind), ())
    if edit.old is None and any(f"{folder}/{other}".lstrip("/") in diff.tree for other in kind if other != name):
        lines = list(units(edit.path, edit.new or ""))
        goals = dict.fromkeys(goal for goal, _ in lines if _GOALS.fullmatch(goal))
        blocks = [_block(lines, goal) for goal in goals]
        yield from (block[0] for block in blocks if block and all(map(does_nothing, block)))


_READ_FIRST = (("GNUmakefile", "makefile", "Makefile"), ("justfile", ".justfile", "Justfile"))


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


def _more(edit: Edit, old: Lines, new: Lines) -> Iterator[str]:
    """Give the lines that run tests unheard and did not, and the goals of tests that only say that they ran."""
    before = Counter(line.strip() for _, line in old if is_unheard(line))
    loud = [(goal, line) for goal, line in old if runs_tests(line) and not is_unheard(line)]
    lost = Counter(line.strip() for _, line in loud) - Counter(line.strip() for _, line in new)
    piped = "pipefail" in (edit.new or "") or any(is_piped(line) for _, line in old)
    script = is_script(edit.path, edit.new or "")
    for goal, line in new:
        said = line.strip()
        if (goal and not _OF_TESTS.search(goal)) or (script and said.endswith("&")):
            continue
        if lost and is_piped(line) and not piped:
            yield said
        if not is_unheard(line) and not (lost and not script and is_talked_over(line)):
            continue
        if before[said] > 0:
            before[said] -= 1
        elif lost or (edit.old is None and not script):
            yield said
    yield from _of_goals(edit, old, new, loud)


def _of_goals(edit: Edit, old: Lines, new: Lines, loud: Lines) -> Iterator[str]:
    """Give what the goals of tests came to, where that runs none, some only, or writes down what is expected."""
    for goal in dict.fromkeys(goal for goal, _ in loud if _GOALS.fullmatch(goal)):
        was, now = _block(old, goal), _block(new, goal)
        idle = all(does_nothing(line) or only_checks(line) for line in now)
        if now and idle and not any(line in now for line in was if not only_checks(line)):
            yield now[0].strip()
        if re.search(rf"(?m)^{re.escape(goal)}\s*:(?!=)\s*$", edit.new or "") and not now:
            yield f"{goal}:"
        if any(map(rewrites, now)) and not any(map(rewrites, was)):
            yield next(filter(rewrites, now))
        others = [line for name, line in new if name == goal or (name, line) not in old]
        yield from _chosen([line for name, line in loud if name == goal], now, others)


def _block(lines: Lines, goal: str) -> list[str]:
    """Give the lines of a goal; of one that is there several times, those of the last, which is the one that counts."""
    blocks: list[list[str]] = [[]]
    for name, line in lines:
        if name == goal and not line.strip() and blocks[-1]:
            blocks.append([])
        elif name == goal and line.strip():
            blocks[-1].append(line)
    return next((block for block in reversed(blocks) if block), [])


def _of_script(old: str, new: str) -> Iterator[str]:
    """Give what has a script end well, whatever its tests came to, or before they run, and had not."""
    sides = [[line for line in text.splitlines() if line.strip()] for text in (old, new)]
    tests = [[at for at, line in enumerate(lines) if runs_tests(line)] for lines in sides]
    if not tests[0]:
        return
    if not tests[1] and all(map(does_nothing, sides[1])):
        yield next((line for line in reversed(sides[1]) if not line.startswith("#")), "exit 0")
    trap = next((line.strip() for line in sides[1] if _TRAP.search(line) and line not in sides[0]), "")
    early = any(_LEAVES.fullmatch(line.rstrip()) for line in sides[1][: min(tests[1], default=0)])
    known = any(_LEAVES.fullmatch(line.rstrip()) for line in sides[0][: min(tests[0])])
    last = [_last([("", line) for line in lines]) for lines in sides]
    near = any(at >= len(sides[1]) - _NEAR for at in tests[1])
    if trap:
        yield trap
    elif (early and not known) or (last[1] == "exit 0" != last[0] and near):
        yield "exit 0"


_TRAP = re.compile(r"\btrap\s+['\"]?\s*(?:exit 0|true)\b.*\bEXIT\b")
_LEAVES = re.compile(r"exit(?: 0)?|exec true")


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


def _last(lines: Lines) -> str:
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
