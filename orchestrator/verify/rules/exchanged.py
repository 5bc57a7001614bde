"""Pipelines as a whole: new ones that build, check and publish; and ones gone whose work others do. Never judges."""

import json
import re
from collections import Counter
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

from orchestrator.policy.globs import matches_any
from orchestrator.policy.protected import CI
from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.readers.pipelines import Line, lines_of
from orchestrator.verify.rules.easing import CHECKS, EASES, HOSTED, MANAGERS, is_known_action, is_ordinary, words_of
from orchestrator.verify.rules.widened import PREPARES
from orchestrator.verify.runner_config import package_scripts

_READ = re.compile(r"(?:^|/)\.github/workflows/[^/]+\.ya?ml$|^\.travis\.yml$")
_UNREAD = re.compile(
    r"(?m)(?::|-)\s+[&*][A-Za-z]|<<:|\t|pull_request_target|workflow_run|issue_comment|repository_dispatch|toJSON"
    r"|secure:|^\s*(?:deploy|container|services|defaults|secrets):|github\.event\.\w+\.(?:title|body|head)"
)
"""What hands out more than a pipeline of the every day, or lets strangers say what is run."""


def brings_pipeline(edit: Edit) -> bool:
    """Say whether a new pipeline only builds, checks and tests; or publishes, if nobody but its keepers starts it."""
    if edit.old is not None or not edit.new or not _READ.search(edit.path) or _UNREAD.search(edit.new):
        return False
    lines = lines_of(edit.new)
    texts, gives = [line.text for line in lines if line.is_run], _is_started_by_keepers(lines)
    told = _TOLD.search(edit.new) is not None
    return all(
        is_ordinary(line.text, texts, own=MANAGERS, gives=gives)
        or not (told or _REACHES_OUT.search(line.text) or _asks_little(line.text))
        if line.is_run
        else _is_setting(line, gives=gives)
        for line in lines
    )


def _asks_little(command: str) -> bool:
    """Say whether a command that checks lets something pass; of style nothing was checked before."""
    said = _OF_STYLE.sub(r"\1", command) if _STYLE.match(command) else command
    return CHECKS.search(command) is not None and EASES.search(said) is not None


_STYLE = re.compile(r"(?:python3? -m )?(?:flake8|pycodestyle|pydocstyle|pylint|ruff check|isort|black|codespell)\s")
_OF_STYLE = re.compile(r"(\s)--(?:ignore|exclude|extend-ignore|extend-exclude|skip)[= ][\w.,*/-]+")
"""What a checker of style is told to leave."""
_TOLD = re.compile(r"secrets\.(?!GITHUB_TOKEN\b|CODECOV_TOKEN\b|COVERALLS_\w+)|github\.token|:\s*write\b|write-all")
"""What people trust a pipeline with: where it has nothing of theirs, it may run what it likes."""
_REACHES_OUT = re.compile(
    r"(?i)\b(?:curl|wget|nc|ncat|ssh|scp|rsync|eval|base64|publish|push|deploy|login|upload)\b|/dev/tcp|GITHUB_(?:ENV|PATH)|\$\(|`"
)


def _is_started_by_keepers(lines: Sequence[Line]) -> bool:
    """Say whether a pipeline runs for a tag or a release, or when it is told to, and for nothing else."""
    starts = {line.key for line in lines if line.keys == ("on",)}
    pushes = {line.key for line in lines if line.keys == ("on", "push")}
    return (
        bool(starts)
        and starts <= {"workflow_dispatch", "release", "push"}
        and pushes <= {"tags"}
        and (("push" in starts) <= bool(pushes))
    )


def _is_setting(line: Line, *, gives: bool) -> bool:
    """Say whether a setting of a new pipeline trusts nobody with more than such pipelines are."""
    if "permissions" in {line.key, *line.keys}:
        kept = line.text in {"read", "none", "{}", "read-all", ""} or (line.key, line.text) == (
            "security-events",
            "write",
        )
        return kept or (gives and line.key in {"contents", "id-token"})
    if line.key == "uses":
        return is_known_action(line.text)
    if line.key == "runs-on":
        return HOSTED.fullmatch(line.text) is not None
    if re.fullmatch(r"\"?\$\{\{ ?secrets\.(?:GITHUB_TOKEN|CODECOV_TOKEN|COVERALLS_\w+) ?\}\}\"?", line.text):
        return line.keys[-1:] in {("env",), ("with",)}
    if "secrets" in line.text:
        return gives and line.keys[-1:] in {("env",), ("with",)} and _SECRET.fullmatch(line.text) is not None
    if line.key == "environment" or "environment" in line.keys:
        return gives
    if "concurrency" in line.keys and line.key == "group":
        return "github.workflow" in line.text
    return "github.token" not in line.text and not _OPENS.search(f"{line.key}: {line.text}")


_OPENS = re.compile(r"\bwrite\b|self-hosted|pull_request_target|secrets")


_SECRET = re.compile(r"\$\{\{ ?secrets\.\w+ ?\}\}")


def hands_over(edit: Edit, diff: Diff) -> bool:
    """Say whether a pipeline is gone whose work others do: those of the commit, or of the service that came after."""
    if edit.new is not None or not edit.old or not matches_any(edit.path.casefold(), CI):
        return False
    left = [one for one in diff.edits if one.new and one is not edit and _READ.search(one.path)]
    after = [line for one in left for line in lines_of(one.new or "")]
    if _GONE.search(edit.path):
        touched = {one.path for one in diff.edits}
        return any(_FOLLOWS.search(path) and path not in touched for path in diff.tree) or _is_done(edit.old, after)
    return _is_done(edit.old, after) and _is_as_wide(lines_of(edit.old), "\n".join(one.new or "" for one in left))


_GONE = re.compile(r"^(?:\.travis\.yml|\.?appveyor\.yml|\.circleci/config\.yml|azure-pipelines[^/]*\.yml)$")
_FOLLOWS = re.compile(r"^\.github/workflows/(?:[\w-]*[-_])?(?:ci|tests?|build|checks?|main)(?:[-_][\w-]*)?\.ya?ml$")
"""Services that projects have left, and what by its name does their work."""


def _is_done(old: str, after: Sequence[Line]) -> bool:
    """Say whether each command of a pipeline that checks something, and each action, is where the work is done now."""
    lines = lines_of(old)
    runs = [line.text for line in lines if line.is_run and not _AFTER & {line.key, *line.keys}]
    checks = [said for said in runs if CHECKS.search(said) and not _only_prepares(said)]
    if not checks:
        checks = [said for kind, said in _USUAL.items() if re.search(rf"(?m)^language: {kind}\s*$", old)]
    runs = [line.text for line in after if line.is_run and not _hangs(line)]
    used = {line.text.partition("@")[0] for line in after if line.key == "uses"}
    actions = {line.text.partition("@")[0] for line in lines if line.key == "uses"}
    return bool(checks) and actions <= used and all(any(_does(one, said) for one in runs) for said in checks)


def _only_prepares(command: str) -> bool:
    """Say whether a command gets what others need, and does nothing besides."""
    return PREPARES.match(command) is not None and not re.search(r"[;&|]|-test", command)


_AFTER = frozenset(("after_success", "after_script"))
_USUAL = {"node_js": "npm test", "go": "go test ./...", "rust": "cargo test"}
"""What a service runs where nothing is said."""


def _hangs(line: Line) -> bool:
    return any(not said.startswith(("needs:", "shell:")) for said in line.guards) or EASES.search(line.text) is not None


def _does(command: str, said: str) -> bool:
    """Say whether a command says all that another said, and nothing more, but for what is reported."""
    sides = [Counter(word for word in words_of(text) if not _REPORTS.fullmatch(word)) for text in (command, said)]
    return sides[0] == sides[1]


_REPORTS = re.compile(
    r"-[vq]+|--(?:verbose|quiet)|--?cover\w*=\S*|--cov[\w-]*(?<!under)(?:=\S*)?|--colou?r\S*|coverage|-m"
)


def _is_as_wide(lines: Sequence[Line], others: str) -> bool:
    """Say whether every version and machine that a pipeline ran on is named where its work is done now."""
    named = [line.text for line in lines if re.search("version|runs-on", line.key) or "matrix" in line.keys]
    words = [word for text in named for word in re.findall(r"[\w.-]*\w", text)]
    return all(re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", others) for word in words)


def jobs_without_work(edit: Edit, diff: Diff) -> frozenset[str]:
    """Give the jobs that are gone of a pipeline, and of which every check is of files that the snapshot deletes."""
    old, new = (lines_of(text or "") for text in (edit.old, edit.new))
    jobs = [frozenset(line.key for line in lines if line.keys == ("jobs",)) for lines in (old, new)]
    kept = frozenset(diff.tree) | {one.path for one in diff.edits if one.status != "D"}
    lost = frozenset(one.path for one in diff.edits if one.status == "D") - kept
    checks = {
        job: [one.text for one in old if one.is_run and one.keys[1:2] == (job,) and not _only_prepares(one.text)]
        for job in jobs[0] - jobs[1]
    }
    scripts = _scripts_gone(diff)
    return frozenset(
        job for job, runs in checks.items() if runs and all(_is_of(scripts.get(one, one), lost, kept) for one in runs)
    )


def _scripts_gone(diff: Diff) -> dict[str, str]:
    """Give what the scripts were that `package.json` no longer has, by how they are run."""
    edit = next((one for one in diff.edits if one.path == "package.json" and one.old and one.new), None)
    sides = [_scripts(text or "") for text in (edit.old, edit.new)] if edit is not None else [{}, {}]
    return {f"npm run {name}": said for name, said in sides[0].items() if name not in sides[1]}


def _scripts(text: str) -> dict[str, str]:
    try:
        return package_scripts(json.loads(text))
    except ValueError:
        return {}


def _is_of(command: str, lost: Collection[str], kept: Collection[str]) -> bool:
    """Say whether a command names files or folders that are gone, and none that is there."""
    named = [one.removeprefix("./").rstrip("/") for one in re.findall(r"[\w.-]*/[\w./*-]+", command)]
    gone = [name for name in named if any(_lies(path, name) for path in lost)]
    return bool(named) and len(gone) == len(named) and not any(_lies(path, name) for path in kept for name in named)


def _lies(path: str, name: str) -> bool:
    return path == name or path.startswith(f"{name}/") or fnmatchcase(path, name)
