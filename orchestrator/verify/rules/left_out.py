"""The honest rule for what builds, and git, are told to leave out of tests and of what people look at. Runs neither."""

import re
from collections.abc import Iterable, Iterator

from orchestrator.model.verdicts import Finding
from orchestrator.policy.globs import matches
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.readers.leaving import left, lines
from orchestrator.verify.readers.settings import settings_of
from orchestrator.verify.rules.product import in_use, is_beside
from orchestrator.verify.rules.task_words import asks_to_skip_tests, asks_to_take_out
from orchestrator.verify.testpaths import is_test_file, is_vendored

_SOURCE = re.compile(r"\.(?:py|[cm]?[jt]sx?|go|rs|java|kt|rb|cs|php|swift|scala|c|cc|cpp)$")


def left_out(diff: Diff) -> Iterable[Finding]:
    """Find what is left out of the build of tests, or hidden from who looks at changes, and stood there before."""
    for edit in () if asks_to_skip_tests(diff.message) else in_use(diff):
        for said in dict.fromkeys((*_members(edit, diff), *_targets(edit, diff), *_hidden(edit, diff))):
            yield found(
                "tests-deselected",
                edit.path,
                f"`{said[:80]}` leaves tests, or what is checked, out of sight; take it back, or take them out openly "
                "(`allow_test_changes` can name the file, if a person wants it)",
                about=said,
            )
    yield from _put_aside(diff)
    yield from _never_built(diff)


_OF_MEMBERS = (
    (re.compile(r"(?:^|/)pom\.xml$"), re.compile(r"project\.modules\.module")),
    (re.compile(r"(?:^|/)Cargo\.toml$"), re.compile(r"workspace\.members")),
    (re.compile(r"(?:^|/)package\.json$"), re.compile(r"workspaces(?:\.packages)?")),
    (re.compile(r"(?:^|/)pnpm-workspace\.yaml$"), re.compile(r"packages")),
)


def _members(edit: Edit, diff: Diff) -> Iterator[str]:
    """Give the parts of a project that are built no more, and are there still with their tests."""
    if not edit.old or asks_to_take_out(diff.message):
        return
    below = edit.path[: edit.path.rfind("/") + 1]
    after = [one.removeprefix("./") for one in _built(edit.path, edit.new or "")]
    for one in _built(edit.path, edit.old):
        bare = one.removeprefix("./").rstrip("/")
        tests = [path for path in diff.tree if path.startswith(f"{below}{bare}/") and is_test_file(path)]
        kept = any(bare == other.rstrip("/") or matches(bare, other) for other in after)
        if bare and tests and not kept and not _is_built_apart(below + bare, edit, diff):
            yield f"{one} is built no more"


def _is_built_apart(part: str, edit: Edit, diff: Diff) -> bool:
    """Say whether a part that left a project has a build of its own now: it says so, or what runs tests names it."""
    for one in diff.edits:
        own = one.path.startswith(f"{part}/") and _BUILDS.search(one.path) is not None
        if one is not edit and one.new and (own or one.new.count(part) > (one.old or "").count(part)):
            return True
    return False


_BUILDS = re.compile(r"(?:^|/)(?:pom\.xml|Cargo\.toml|package\.json|go\.mod|(?:build|settings)\.gradle(?:\.kts)?)$")


def _built(path: str, text: str) -> list[str]:
    """Give the parts that a project is told to have."""
    if path.endswith("go.work"):
        return re.findall(r"(?m)^\s*(?:use\s+)?(\.[\w./-]*)\s*$", text)
    if re.search(r"(?:^|/)settings\.gradle(?:\.kts)?$", path):
        told = re.findall(r"(?m)^\s*include\b(.*(?:\n\s+['\"].*)*)", text)
        return [one.replace(":", "/") for said in told for one in re.findall(r"['\"]:?([\w:./-]+)['\"]", said)]
    keys = next((keys for kind, keys in _OF_MEMBERS if kind.search(path)), None)
    return [one.value for one in settings_of(path, text) if keys is not None and keys.fullmatch(one.key)]


def _targets(edit: Edit, diff: Diff) -> Iterator[str]:
    """Give the tests of a manifest of Rust that are built of something else, or under a feature that nobody has."""
    if not edit.path.endswith("Cargo.toml") or not edit.old:
        return
    known = set(_tests_of_cargo(edit.path, edit.old))
    below = edit.path[: edit.path.rfind("/") + 1]
    said = settings_of(edit.path, edit.new or "")
    features = {one.key.partition(".")[2] for one in said if one.key.startswith("features.")}
    optional = set(re.findall(r"(?m)^([\w-]+)\s*=\s*\{[^}]*optional\s*=\s*true", edit.new or ""))
    for name, path, needed in set(_tests_of_cargo(edit.path, edit.new or "")) - known:
        usual = f"{below}tests/{name}.rs"
        if path and usual in diff.tree and below + path != usual:
            yield f"{name} is {path}"
        if needed and usual in diff.tree and not {one.partition("/")[0] for one in needed} <= features | optional:
            yield f"{name} needs {', '.join(needed)}"


def _tests_of_cargo(path: str, text: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Give the name, the path and the features of each target that is a test."""
    for block in re.split(r"(?m)^(?=\[)", text):
        if block.startswith("[[test]]"):
            said = settings_of(path, block.replace("[[test]]", "[test]", 1))
            values = {
                key: [one.value for one in said if one.key == f"test.{key}"]
                for key in ("name", "path", "required-features")
            }
            yield "".join(values["name"]), "".join(values["path"]), tuple(values["required-features"])


def _put_aside(diff: Diff) -> Iterator[Finding]:
    """Find tests of Rust that went to a folder in which cargo looks for modules only, and none names them."""
    for edit in diff.judged() if diff.tree else ():
        match = re.fullmatch(r"((?:.*/)?tests/)([\w-]+)/(?:.*/)?(\w+)\.rs", edit.path)
        if match is None or edit.new is None or match[3] in {"main", "mod"} or "#[test]" not in edit.new:
            continue
        was = f"{match[1]}{match[3]}.rs"
        entries = {f"{match[1]}{match[2]}/main.rs", f"{match[1]}{match[2]}/mod.rs", f"{match[1]}{match[2]}.rs"}
        others = (one.new or "" for one in diff.edits if one is not edit)
        named = any(re.search(rf"\bmod\s+{match[2]}\b|{re.escape(match[2])}/", text) for text in others)
        gone = edit.was == was or any(one.path == was and one.status == "D" for one in diff.edits)
        if gone and not entries & {*diff.tree} and not named:
            yield found(
                "tests-deselected",
                edit.path,
                f"cargo builds {edit.path} nowhere, so that its tests do not run; put it back, or into a target",
                about=was,
            )


_TOLD_BY_FLAGS = re.compile(r"--cfg[= \"',]+(\w+)")
_TOLD_BY_BUILD = re.compile(r"cargo::?rustc-cfg=(\w+)")
_ON_TESTS = re.compile(
    r"#!\[cfg\(not\((\w+)\)\)\]|#\[cfg\(not\((\w+)\)\)\](?=(?:\s*#\[[^\]]*\])*\s*(?:#\[(?:\w+::)*test\b|mod\s+\w*tests?\b))"
    r"|(?<=\n)[^\n]*#\[(?:\w+::)*test\b[^\]]*\]\s*#\[cfg\(not\((\w+)\)\)\]"
)


def _never_built(diff: Diff) -> Iterator[Finding]:
    """Find tests of Rust that are newly left out where a name is set which the build always sets."""
    always = {name for edit in diff.edits if edit.new for name in _set_always(edit.path, edit.new)}
    for edit in diff.judged() if always else ():
        if not edit.path.endswith(".rs") or not edit.new:
            continue
        known = {name for match in _ON_TESTS.finditer(edit.old or "") for name in match.groups() if name}
        for name in {
            name for match in _ON_TESTS.finditer(edit.new) for name in match.groups() if name
        } & always - known:
            yield found(
                "tests-deselected",
                edit.path,
                f"tests are left out where `{name}` is set, which the build always does; let them be built",
                about=name,
            )


def _set_always(path: str, text: str) -> Iterator[str]:
    """Give the names that a build sets on no condition."""
    if path.endswith(("build.rs", "build/main.rs")):
        for match in _TOLD_BY_BUILD.finditer(text):
            head = text[text.find("fn main") : match.start()] if "fn main" in text[: match.start()] else ""
            if head.count("{") - head.count("}") == 1:
                yield match[1]
    elif re.search(r"(?:^|/)\.cargo/config(?:\.toml)?$", path):
        yield from _TOLD_BY_FLAGS.findall(text)


def _hidden(edit: Edit, diff: Diff) -> Iterator[str]:
    """Give what git is told newly so that most of the code, or of the tests, is ignored, or shown to nobody."""
    name = edit.path.rpartition("/")[2]
    if name not in {".gitignore", ".gitattributes"}:
        return
    below = edit.path[: edit.path.rfind("/") + 1]
    own = [path.removeprefix(below) for path in diff.tree if _SOURCE.search(path) and path.startswith(below)]
    own = [path for path in own if not is_vendored(path)]
    read = lines if name == ".gitignore" else _unseen
    before, after = read(edit.old or ""), read(edit.new or "")
    for kind in ([one for one in own if is_test_file(one)], [one for one in own if not is_beside(one)]):
        now, was = len(left(kind, after, None)), len(left(kind, before, None))
        if 2 * now < len(kind) and 2 * was >= len(kind):
            yield ", ".join(one for one in after if one not in before)
            return


def _unseen(text: str) -> list[str]:
    """Give the patterns of files whose changes git, or who shows them, keeps to itself."""
    rows = [line.split() for line in lines(text)]
    return [row[0] for row in rows if any(map(_UNSEEN.fullmatch, row[1:]))]


_UNSEEN = re.compile(r"-diff|binary|(?:linguist-generated|linguist-vendored|gitlab-generated)(?:=true)?")
