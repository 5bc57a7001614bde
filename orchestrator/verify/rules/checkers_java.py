"""Files of XML by which the checkers of Java leave nearly all of the code, or complain of nothing. Runs none."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from orchestrator.verify.diff import Edit
from orchestrator.verify.readers.leaving import by_glob
from orchestrator.verify.readers.settings import Setting, settings_of
from orchestrator.verify.rules.lenient_java import for_all

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_MOST = 0.8


def leaves_all_of_java(edit: Edit, paths: Sequence[str]) -> Iterator[str]:
    """Give what a file says newly by which a checker leaves nearly all of the given files, or every complaint."""
    if not edit.path.endswith(".xml") or not edit.new:
        return
    known = Counter(_said(edit.path, edit.old or "", paths))
    for said in _said(edit.path, edit.new, paths):
        if known[said] > 0:
            known[said] -= 1
        else:
            yield said


def _said(path: str, text: str, paths: Sequence[str]) -> Iterator[str]:
    bare = _COMMENT.sub("", text)
    for tag, attributes in _tags(bare, "suppress(?:-xpath)?"):
        files = attributes.get("files", ".*")
        if _is_any(attributes.get("checks", "(?!)")) and (_finds_most(files, paths) or _names_one(files, paths)):
            yield tag
    for match in re.finditer(r"<Match\b[^>]*>(.*?)</Match>", bare, re.DOTALL):
        asked = [
            (name, given) for name, given in _conditions(match[1]) if name not in {"Or", "And", "Confidence", "Rank"}
        ]
        takes = [_takes_all(name, given, paths) for name, given in asked]
        if "<Not" not in match[1] and takes and (any(takes) if "<Or" in match[1] else all(takes)):
            yield " ".join(match[0].split())
    for match in re.finditer(r"<exclude-pattern>(.*?)</exclude-pattern>", bare, re.DOTALL):
        files = match[1].strip()
        if "<ruleset" in bare and (_finds_most(files, paths, whole=True) or _names_one(files, paths)):
            yield match[0]
    if re.search(r"<module\s+name\s*=\s*['\"](?:\w+\.)*Checker['\"]", bare):
        yield from _of_checkstyle(bare, paths)
    if path.rpartition("/")[2] == "pom.xml":
        yield from _of_maven(path, text, paths)


def _tags(text: str, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    for match in re.finditer(rf"<{name}\b([^>]*?)/?>", text):
        yield " ".join(match[0].split()), {one[1]: one[2] or one[3] or "" for one in _ATTRIBUTE.finditer(match[1])}


def _conditions(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    for match in re.finditer(r"<(\w+)\b([^>]*?)/?>", text):
        yield match[1], {one[1]: one[2] or one[3] or "" for one in _ATTRIBUTE.finditer(match[2])}


def _takes_all(condition: str, given: dict[str, str], paths: Sequence[str]) -> bool:
    """Say whether a condition of a filter of SpotBugs holds for nearly everything."""
    if condition == "Bug":
        said = given.get("pattern", given.get("code", given.get("category", "")))
        return said.startswith("~") and _is_any(said[1:], whole=True)
    name = given.get("name", given.get("classregex", ""))
    pattern = name[1:] if name.startswith("~") else re.escape(name)
    names = [_class(path) for path in paths]
    if condition == "Package":
        names = [one.rpartition(".")[0] for one in names]
    if condition == "Source":
        names = [path.rpartition("/")[2] for path in paths]
    if condition == "Method":
        return name.startswith("~") and _is_any(pattern, whole=True)
    return bool(names) and sum(_holds(pattern, one, whole=True) for one in names) >= _MOST * len(names)


def _class(path: str) -> str:
    return re.sub(r"^.*?(?:src/)?(?:main/)?(?:java|kotlin)/|^src/|\.\w+$", "", path).replace("/", ".")


def _of_checkstyle(text: str, paths: Sequence[str]) -> Iterator[str]:
    """Give what the configuration of Checkstyle as a whole says: that nothing matters, or no file does."""
    head = text[: match.start()] if (match := re.search(r"<module\s+name\s*=\s*['\"]TreeWalker", text)) else text
    pairs = [(one.get("name", ""), one.get("value", "")) for _, one in _tags(head, "property")]
    yield from (f"{name} = {value}" for name, value in pairs if (name, value) == ("severity", "ignore"))
    left = (value for name, value in pairs if name == "fileNamePattern" and "ExclusionFileFilter" in head)
    yield from (value for value in left if _finds_most(value, paths))


_OF_CHECKERS = re.compile(
    r"plugin:(?:[\w-]+-)?(?:checkstyle|spotbugs|findbugs|pmd|spotless|jacoco|enforcer|animal-sniffer|errorprone"
    r"|forbiddenapis|japicmp|rat)(?:-[\w-]+)?\."
)
_SKIPS = re.compile(
    r"(?:checkstyle|spotbugs|findbugs|pmd|cpd|spotless(?:\.check)?|jacoco|enforcer|animal\.sniffer|rat|japicmp)\.skip"
)
_HEARS = frozenset(("failOnViolation", "failsOnError", "failOnError", "haltOnFailure"))


def _of_maven(path: str, text: str, paths: Sequence[str]) -> Iterator[str]:
    """Give what Maven is told of its checkers, for all builds: to skip them, not to hear them, or to leave all."""
    for one in for_all(settings_of(path, text)) if text else ():
        own, value = _OF_CHECKERS.search(one.key) is not None, one.value.lower()
        named = one.key.partition(".properties.")[2]
        skips = (own and one.last == "skip") or _SKIPS.fullmatch(named) is not None
        if (
            (skips and value == "true")
            or (own and one.last in _HEARS and value == "false")
            or (own and _leaves_most(one, paths))
        ):
            yield f"{named or one.last} = {one.value}"


def _leaves_most(one: Setting, paths: Sequence[str]) -> bool:
    """Say whether a plug-in leaves nearly all classes, or sources."""
    if one.last not in {"exclude", "excludes", "excludedFile"} or (
        "jacoco" not in one.key and "checkstyle" not in one.key
    ):
        return False
    names = [_class(path).replace(".", "/") + ".java" for path in paths]
    patterns = [re.sub(r"\.class$", ".java", part.strip()) for part in one.value.split(",")]
    named = sum(any(by_glob(name, pattern) for pattern in patterns) for name in names)
    return bool(names) and named >= _MOST * len(names)


_ANY = ("MagicNumberCheck", "JavadocMethod", "IndentationCheck", "NP_NULL")


def _is_any(pattern: str, *, whole: bool = False) -> bool:
    """Say whether a pattern is found in the name of every check."""
    return all(_holds(pattern, name, whole=whole) for name in _ANY)


def _finds_most(pattern: str, paths: Sequence[str], *, whole: bool = False) -> bool:
    named = sum(_holds(pattern, f"/work/{path}", whole=whole) for path in paths)
    return bool(paths) and named >= _MOST * len(paths)


def _names_one(pattern: str, paths: Sequence[str]) -> bool:
    """Say whether a pattern is the name of one file of the code that no tool made."""
    name = re.search(r"(?:^|[/\\\]*.])(\w+)(?:\\?\.java)?\$?$", pattern)
    own = (path for path in paths if not re.search(r"(?i)generated|/gen/|package-info|module-info", path))
    return name is not None and any(path.endswith(f"/{name[1]}.java") for path in own)


def _holds(pattern: str, text: str, *, whole: bool) -> bool:
    try:
        compiled = re.compile(pattern)
    except re.error:
        return False
    return (compiled.fullmatch(text) if whole else compiled.search(text)) is not None
