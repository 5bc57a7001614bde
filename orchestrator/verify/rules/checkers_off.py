"""Words by which a checker is switched off, or complains of nothing, wherever it looks. Never runs any of them."""

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.readers.grammar.source import parts, read, walk
from orchestrator.verify.readers.grammar.tables import BY_EXTENSION
from orchestrator.verify.readers.leaving import by_glob, is_named, listed
from orchestrator.verify.readers.settings import Setting, settings_of
from orchestrator.verify.rules.product import is_beside

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0"})
_EVERYTHING = re.compile(r"(?:\*\*?(?:/\*)*(?:\.\w+)?|\*\*/\*(?:\.\w+)?|\.|\./|/|\.\*|\.\+)")


def is_off(edit: Edit, diff: Diff) -> Iterator[str]:
    """Give what a file says newly that switches a checker off."""
    for pattern, off in _KINDS:
        if not pattern.search(edit.path):
            continue
        known = {(one.key, one.value) for one in _settings(edit, edit.old)}
        for one in _settings(edit, edit.new):
            if (one.key, one.value) not in known and off(one, edit, diff):
                yield f"{one.key} = {one.value}"
    if re.search(r"(?:^|/)eslint\.config\.[cm]?[jt]s$", edit.path):
        yield from _flat(edit, diff)
    if edit.path.endswith("pyproject.toml"):
        known_modules = set(_unasked(edit.old or "", diff))
        yield from (f"mypy ignores {one}" for one in _unasked(edit.new or "", diff) if one not in known_modules)


def _settings(edit: Edit, text: str | None) -> Sequence[Setting]:
    return settings_of(edit.path, text) if text else ()


def _ruff(one: Setting, _: Edit, diff: Diff) -> bool:
    """Say whether ruff has no rule left, or not those that find mistakes, for nearly all of the code."""
    key = one.key.removeprefix("tool.ruff.").removeprefix("lint.")
    if key == "select":
        return not one.value
    if key in {"ignore", "extend-ignore"}:
        return one.value == "ALL"
    where = key.partition("per-file-ignores.")[2]
    if one.value not in {"ALL", "F"} or not where:
        return False
    paths = [path for path in diff.tree if path.endswith(".py") and not is_beside(path)]
    named = sum(is_named(path, [where], by_glob) for path in paths)
    return _EVERYTHING.fullmatch(where) is not None or (bool(paths) and named >= _MOST * len(paths))


def _flake8(one: Setting, _: Edit, __: Diff) -> bool:
    """Say whether flake8 has no rule of its own left."""
    if not one.key.startswith("flake8."):
        return False
    if one.last in {"ignore", "extend-ignore", "extend_ignore"}:
        return {"E", "F"} <= set(listed(one.value))
    if one.last in {"per-file-ignores", "per_file_ignores"}:
        rows = re.findall(r"(\S+?)\s*:\s*([A-Z0-9, ]+)", one.value)
        return any(_EVERYTHING.fullmatch(where) and {"E", "F"} <= set(listed(codes)) for where, codes in rows)
    return False


def _pylint(one: Setting, _: Edit, __: Diff) -> bool:
    return one.last == "disable" and "all" in listed(one.value)


def _mypy(one: Setting, _: Edit, diff: Diff) -> bool:
    """Say whether mypy leaves the errors of a section of all the modules there are."""
    if one.last != "ignore_errors" or one.value.lower() not in _YES:
        return False
    return one.key == "mypy.ignore_errors" or _are_all(one.key.partition("mypy-")[2].rpartition(".")[0], diff)


def _unasked(text: str, diff: Diff) -> Iterator[str]:
    """Give the modules of `pyproject.toml` whose errors mypy leaves, where these are all there are."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    tool = data.get("tool")
    mypy = tool.get("mypy") if isinstance(tool, dict) else None
    rows = mypy.get("overrides") if isinstance(mypy, dict) else None
    for row in rows if isinstance(rows, list) else ():
        named = row.get("module", "") if isinstance(row, dict) and row.get("ignore_errors") is True else []
        yield from (one for one in (named if isinstance(named, list) else [named]) if _are_all(str(one), diff))


def _are_all(modules: str, diff: Diff) -> bool:
    """Say whether a pattern of modules names nearly all modules of the product."""
    paths = [path for path in diff.tree if path.endswith(".py") and not is_beside(path)]
    names = [re.sub(r"^(?:src|lib|python)/|(?:/__init__)?\.py$", "", path).replace("/", ".") for path in paths]
    wanted = [re.escape(one.strip()).replace(r"\.\*", r"(?:\..*)?").replace(r"\*", ".*") for one in modules.split(",")]
    named = sum(any(re.fullmatch(one, name) for one in wanted if one) for name in names)
    return bool(names) and named >= _MOST * len(names)


_MOST = 0.8


def _pyright(one: Setting, _: Edit, __: Diff) -> bool:
    return (one.last, one.value) == ("typeCheckingMode", "off")


def _biome(one: Setting, edit: Edit, _: Diff) -> bool:
    return edit.old is not None and one.key == "linter.enabled" and one.value in _NO


def _rustfmt(one: Setting, _: Edit, __: Diff) -> bool:
    return one.key == "disable_all_formatting" and one.value in _YES


def _staticcheck(one: Setting, edit: Edit, _: Diff) -> bool:
    """Say whether staticcheck is told of no check to do."""
    checks = [two.value for two in settings_of(edit.path, edit.new or "") if two.key == "checks"]
    return one.key == "checks" and all(value.startswith("-") or value in {"", "none"} for value in checks)


def _golangci(one: Setting, edit: Edit, _: Diff) -> bool:
    """Say whether a checker of Go is told to complain of nothing, or to leave all files."""
    enables = re.search(r"(?m)^\s*(?:enable|fast|presets)\s*[:=]\s*(?:\[|$)", edit.new or "") is not None
    if one.last == "issues-exit-code":
        return one.value == "0"
    if one.last == "disable-all" or (one.key == "linters.default" and one.value == "none"):
        return one.value in {*_YES, "none"} and not enables
    everything = re.fullmatch(r"\^?(?:\.\*|\.\+|\*\*?(?:/\*)?|\.|/)\$?", one.value) is not None
    narrow = "rules" in one.key and re.search(r"(?m)^\s*-?\s*(?:text|source)\s*:", edit.new or "") is not None
    return re.search(r"exclu|skip|path", one.last) is not None and everything and not narrow


def _coverage(one: Setting, _: Edit, __: Diff) -> bool:
    """Say whether every line is left out of what is counted."""
    if one.last not in {"exclude_lines", "exclude_also"}:
        return False
    return any(all(_is_in(pattern, line) for line in _LINES) for pattern in one.value.splitlines() if pattern.strip())


_LINES = ("    return found", "total += 1", "if rows:", "def f(x):")


def _is_in(pattern: str, line: str) -> bool:
    try:
        return re.search(pattern.strip(), line) is not None
    except re.error:
        return False


def _nyc(one: Setting, edit: Edit, diff: Diff) -> bool:
    """Say whether a bound that was kept is asked no more."""
    return (
        one.last in {"check-coverage", "checkCoverage"}
        and one.value in _NO
        and re.search(r"check-?[cC]overage\W+true", edit.old or "") is not None
        and not re.search(r"(?i)coverage|threshold", diff.message)
    )


def _flat(edit: Edit, diff: Diff) -> Iterator[str]:
    """Give what a configuration of ESLint leaves as a whole; that it has nothing at all."""
    paths = [path for path in diff.tree if _JS.search(path) and not is_beside(path) and ".config." not in path]
    now, was = _globally(edit.path, edit.new or ""), _globally(edit.path, edit.old or "")
    still = [sum(not is_named(path, told, by_glob) for path in paths) for told in (now, was)]
    if paths and still[0] <= (1 - _MOST) * len(paths) < still[1]:
        yield ", ".join(now)
    if _NONE.search(edit.new or "") and edit.old and not _NONE.search(edit.old):
        yield "[]"


_JS = re.compile(r"\.(?:[cm]?[jt]sx?|vue|svelte)$")
_NONE = re.compile(r"(?:module\.exports\s*=|export\s+default)\s*(?:defineConfig\(\s*)?\[\s*\]")


def _globally(path: str, text: str) -> list[str]:
    """Give the patterns of an object that has nothing but `ignores`, or of `globalIgnores`."""
    source = read(text, BY_EXTENSION[path.rpartition(".")[2]]) if "gnores" in text else None
    found: list[str] = []
    for node in walk(source.root) if source is not None else ():
        value = None
        if node.kind() == "pair" and (key := node.field("key")) is not None and key.text().strip("'\"") == "ignores":
            around = node.parent()
            beside = [one for one in around.children() if one.kind() == "pair"] if around is not None else []
            alone = all(one.text().lstrip("'\"").startswith(("ignores", "name")) for one in beside)
            value = node.field("value") if alone else None
        elif node.kind() == "call_expression" and node.text().startswith("globalIgnores("):
            given = node.field("arguments")
            value = parts(given)[0] if given is not None and parts(given) else None
        if value is not None and value.kind() == "array":
            found += [one.text().strip("'\"`") for one in parts(value)]
    return found


_KINDS: tuple[tuple[re.Pattern[str], Callable[[Setting, Edit, Diff], bool]], ...] = tuple(
    (re.compile(rf"(?:^|/){name}$"), off)
    for name, off in (
        (r"\.?ruff\.toml", _ruff),
        (r"pyproject\.toml", lambda one, edit, diff: one.key.startswith("tool.ruff.") and _ruff(one, edit, diff)),
        (r"pyproject\.toml", lambda one, edit, diff: "pylint" in one.key and _pylint(one, edit, diff)),
        (r"pyproject\.toml", lambda one, _, __: one.key == "tool.mypy.ignore_errors" and one.value in _YES),
        (r"pyproject\.toml", _coverage),
        (r"(?:\.flake8|setup\.cfg|tox\.ini)", _flake8),
        (r"(?:\.?mypy\.ini|setup\.cfg)", _mypy),
        (r"\.?pylintrc", _pylint),
        (r"(?:\.coveragerc|setup\.cfg|tox\.ini)", _coverage),
        (r"(?:pyrightconfig\.json|pyproject\.toml)", _pyright),
        (r"biome\.jsonc?", _biome),
        (r"\.?rustfmt\.toml", _rustfmt),
        (r"staticcheck\.conf", _staticcheck),
        (r"\.golangci\.(?:ya?ml|toml|json)", _golangci),
        (r"(?:\.(?:nyc|c8)rc(?:\.json|\.ya?ml)?|package\.json)", _nyc),
    )
)  # fmt: skip
