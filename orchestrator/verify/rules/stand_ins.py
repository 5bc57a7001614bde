"""Honest rules for what is put in the place of the library that asserts in tests, or of the runner. Never runs any.

A fork, another version, a folder of other people's code are ordinary; a folder of one's own that is new is not.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.readers.judges import NAMES_OF_JAVA, NAMES_OF_PYTHON, OF_GO, OF_JAVA, OF_JS, OF_PYTHON, OF_RUST
from orchestrator.verify.readers.settings import Setting, settings_of
from orchestrator.verify.rules.testing import HOW
from orchestrator.verify.testpaths import is_shown, is_test_file


def judge_replaced(diff: Diff) -> Iterable[Finding]:
    """Find what is put, new in this snapshot, where tests get their assertions from, or their runner."""
    for edit in () if diff.whole else diff.judged():
        if edit.status == "D" or is_shown(edit.path):
            continue
        for what in dict.fromkeys(
            (*_mapped(edit, diff), *_in_place(edit, diff), *_own_marks(edit), *_imported(edit, diff))
        ):
            yield found(
                "test-emptied",
                edit.path,
                f"`{what}` is put in the place of what judges in tests, so that they assert nothing; let them be "
                f"judged by what they were {HOW}",
                about=what,
            )


_LOCAL = re.compile(r"(?:file:|link:|portal:|<rootDir>/?|\.{1,2}(?:/|$)|/)")
_SELF = re.compile(r"(?:file:|link:|portal:)?(?:\.|\.\.)(?:/\.\.)*/?")
"""What is there itself: the library's own repository, seen from a folder in it."""
_SECTIONS = re.compile(
    r"(?:(?:dev|peer|optional)?[dD]ependencies|overrides|resolutions|pnpm\.overrides|imports|(?:jest\.)?moduleNameMapper"
    r"|compilerOptions\.paths|(?:\w+\.)*alias|patch\.[\w-]+|(?:workspace\.|target\..*\.)?(?:dev-)?dependencies"
    r"|tool\.uv\.sources|tool\.poetry\.(?:group\.\w+\.)?(?:dev-)?dependencies)\.(.+)"
)
_MANIFESTS = re.compile(
    r"(?:^|/)(?:package\.json|(?:jest|vite|vitest|webpack|babel)\.config[^/]*\.[cm]?[jt]s(?:on)?|tsconfig[^/]*\.json"
    r"|\.babelrc(?:\.json)?|pyproject\.toml"
    r"|deno\.jsonc?|import_map\.json|pnpm-workspace\.yaml|Cargo\.toml|\.cargo/config(?:\.toml)?)$"
)


def _mapped(edit: Edit, diff: Diff) -> Iterator[str]:
    """Give what the dependencies say newly of where a library that judges is: in a folder of the tree."""
    if re.search(r"(?:^|/)go\.(?:mod|work)$", edit.path):
        known = set(_replaced(edit.old or ""))
        yield from (f"{name} => {to}" for name, to in _replaced(edit.new or "") if (name, to) not in known)
    for pattern, lines in _BY_LINES:
        if pattern.search(edit.path):
            said = {" ".join(match[0].split()) for match in lines.finditer(edit.old or "")}
            now = (" ".join(match[0].split()) for match in lines.finditer(edit.new or ""))
            yield from (one for one in now if one not in said)
    if not _MANIFESTS.search(edit.path):
        return
    known = set(_told(edit.path, edit.old or ""))
    for name, to in _told(edit.path, edit.new or ""):
        if (name, to) not in known and not _is_there(to, diff):
            yield f"{name}: {to}"


_OF_MAVEN = rf"{NAMES_OF_JAVA}|junit"
_BY_LINES = (
    (re.compile(r"requirements[^/]*\.txt$"), re.compile(rf"(?m)^(?:{NAMES_OF_PYTHON})\s*@\s*(?:file:|\./).*$")),
    (
        re.compile(r"(?:^|/)pom\.xml$"),
        re.compile(rf"<groupId>(?:{_OF_MAVEN})[\w.]*</groupId>(?:(?!</dependency>)[\s\S])*<systemPath>[^<]*"),
    ),
    (
        re.compile(r"\.gradle(?:\.kts)?$"),
        re.compile(rf"substitute\W+module\W+(?:{_OF_MAVEN})[\w.:-]*\W+(?:using|with)\W+project\b.*"),
    ),
)
"""What is said of a library that judges in one piece: that it is in a folder, or another project."""


def _replaced(text: str) -> Iterator[tuple[str, str]]:
    """Give the modules of Go that judge and are taken from a folder."""
    for match in re.finditer(r"(?m)^\s*(?:replace\s+)?(\S+)(?:\s+v\S+)?\s+=>\s+(\S+)", re.sub(r"//.*", "", text)):
        if OF_GO.fullmatch(match[1]) and _LOCAL.match(match[2]) and not _SELF.fullmatch(match[2]):
            yield match[1], match[2]


def _told(path: str, text: str) -> Iterator[tuple[str, str]]:
    """Give the names that judge, and what they stand for, where that is a folder or file, or another library."""
    said = settings_of(path, text) if text else ()
    python = path.endswith("pyproject.toml")
    judges = OF_PYTHON if python else OF_RUST if path.endswith((".toml", "/config")) else OF_JS
    for one in (*said, *_found_so(said)):
        match = _SECTIONS.fullmatch(one.key)
        name, value = _bare(match[1] if match is not None else ""), one.value
        if path.endswith((".toml", "/config")):
            name, _, how = name.rpartition(".")
            if how != "path":
                continue
        quoted = re.search(r"['\"]([^'\"]+)['\"]", value)
        local = _LOCAL.match(value) or re.search(r"__dirname|import\.meta|\bresolve\(", value) or judges is not OF_JS
        other = re.match(r"npm:(@?[^@]+)", value)
        if not judges.fullmatch(name) or "node_modules" in value or _SELF.fullmatch(value):
            continue
        if local or (other is not None and other[1] != name):
            yield name, quoted[1] if quoted is not None else value


def _bare(name: str) -> str:
    """Give the name of a library without what an expression, a version or a path of dependencies has around it."""
    bare = re.sub(r"\\(?=\W)|^[\^(]+|[$)]+$|(?:/?\(\.\*\))|\*\*/", "", name).rpartition(">")[2]
    return re.sub(r"(?<=\w)@[\d^~*].*$", "", bare)


def _found_so(said: Sequence[Setting]) -> Iterator[Setting]:
    """Give aliases that are written as pairs: `{ find: 'chai', replacement: './chai' }`."""
    for one, other in pairwise(said):
        if one.key.endswith("alias.find") and other.last == "replacement":
            yield Setting(f"alias.{one.value}", other.value)


def _is_there(target: str, diff: Diff) -> bool:
    """Say whether a folder or file was there before."""
    bare = re.sub(r"^(?:file:|link:|portal:|<rootDir>/?)", "", target)
    bare = re.sub(r"^(?:\.{1,2}/)+|/$", "", bare)
    near = [path for path in diff.tree if bare and (path == bare or path.startswith((f"{bare}/", f"{bare}.")))]
    fresh = {edit.path for edit in diff.edits if edit.status == "A"}
    return any(path not in fresh for path in near)


_OF_NODE = re.compile(rf"(?:^|/)node_modules/({OF_JS.pattern})/|(?:^|/)__mocks__/({OF_JS.pattern})\.[cm]?[jt]sx?$")
_PACKAGE = re.compile(r"(?m)^\s*package\s+([\w.]+)")
_MODULE = re.compile(rf"(?:src/|lib/|python/|tests?/)?({NAMES_OF_PYTHON})(?:\.pyi?|/__init__\.py)")


def _in_place(edit: Edit, diff: Diff) -> Iterator[str]:
    """Give a new file that is found before the library it is called like."""
    if edit.old is not None:
        return
    added = {one.path for one in diff.edits if one.old is None}
    if edit.path.endswith((".java", ".kt")):
        package = _PACKAGE.search(edit.new or "")
        if package is not None and OF_JAVA.fullmatch(package[1]):
            top = "/".join(package[1].split(".")[:2])
            if not any(f"/{top}/" in f"/{path}" for path in diff.tree if path not in added):
                yield package[1]
    elif (node := _OF_NODE.search(edit.path)) is not None:
        name = node[1] or node[2]
        if not any(f"node_modules/{name}/" in path for path in diff.tree if path not in added):
            yield name
    elif (module := _MODULE.fullmatch(edit.path)) is not None:
        folder = edit.path.partition(module[1])[0]
        if f"{folder}__init__.py" not in diff.tree:
            yield module[1]


_MARK = re.compile(
    r"((?:@[\w.]+(?:\([^)]*\))?\s*)*)(?:(?:public|private|protected|static)\s+)*@interface\s+"
    r"(Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|Property|Theory)\b"
)


_MARKED = re.compile(r"@(?:[\w.]+\.)?\w*(?:Test|Property|Theory)\b")
"""What a mark has above it that stands for one a runner knows."""


def _own_marks(edit: Edit) -> Iterator[str]:
    """Give a mark of tests that is declared here, and that no runner knows."""
    if edit.path.endswith((".java", ".kt")) and "@interface" in (edit.new or ""):
        known = {match[2] for match in _MARK.finditer(edit.old or "")}
        package = _PACKAGE.search(edit.new or "")
        ours = package is None or not OF_JAVA.fullmatch(package[1])
        for match in _MARK.finditer(edit.new or ""):
            if (
                ours
                and match[2] not in known
                and not re.search(r"@(?:[\w.]+\.)?\w*(?:Test|Property|Theory)\b", match[1])
            ):
                yield f"@interface {match[2]}"


_IMPORTS: Mapping[str, re.Pattern[str]] = {
    "js": re.compile(
        r"""(?:const|let|var|import)\s+(?P<names>[\w${}*,:\s]+?)\s*(?:=\s*require\(\s*|from\s+)['"](?P<of>[^'"]+)['"]"""
    ),
    "py": re.compile(
        r"(?m)^\s*(?:from\s+(?P<of>[\w.]+)\s+import\s+(?P<names>[^\n#]+)|import\s+(?P<whole>[\w.]+)(?P<as>.*))"
    ),
    "java": re.compile(r"(?m)^import\s+(?:static\s+)?(?P<of>[\w.]+)\.(?P<names>[\w*]+);"),
    "rs": re.compile(r"(?m)^\s*use\s+(?P<of>[\w:]+)::(?P<names>[\w{}, *]+);"),
    "go": re.compile(r'(?m)^\s*(?:import\s+)?(?P<names>\w+\s+)?"(?P<of>[\w./-]+)"'),
}  # fmt: skip
_LANGUAGES = {"py": "py", "java": "java", "kt": "java", "rs": "rs", "go": "go"} | dict.fromkeys(
    ("js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx"), "js"
)
_JUDGES = {"js": OF_JS, "py": OF_PYTHON, "java": OF_JAVA, "rs": OF_RUST, "go": OF_GO}
_LOUD = re.compile(
    r"\bthrow\b|\braise\b|\bpanic\b|\bt\.(?:Fatal|Error|Fail)|AssertionError|\bfail\(|process\.exit|(?m:^\s+assert\b)"
    r"|\bassert(?:_eq|_ne)?!\s*\("
)


def _imported(edit: Edit, diff: Diff) -> Iterator[str]:
    """Give a module of one's own that a test has its assertions from in a library's place, and that asserts nothing."""
    language = _LANGUAGES.get(edit.path.rpartition(".")[2], "")
    if not (language and edit.old and edit.new and is_test_file(edit.path)):
        return
    before, after = (_imports(language, text) for text in (edit.old, edit.new))
    judges = _JUDGES[language]
    lost = {name for name, of in before.items() if judges.fullmatch(of) and after.get(name) != of}
    for name in sorted(lost & {*after}):
        stem = re.split(r"[./:\\]", re.sub(r"\.\w{1,3}$", "", after[name]))[-1] if language == "js" else ""
        stem = stem.lstrip("#@~") or re.split(r"[.:/]", after[name])[-1]
        own = [one for one in diff.edits if one.new and stem and _is_called(one.path, stem) and one is not edit]
        if own and not judges.fullmatch(after[name]) and not any(_asserts(one.new or "", language) for one in own):
            yield after[name]


def _imports(language: str, text: str) -> dict[str, str]:
    """Give what names stand for that a file imports."""
    found_names: dict[str, str] = {}
    for match in _IMPORTS[language].finditer(text):
        parts = match.groupdict()
        of = parts.get("of") or parts.get("whole") or ""
        names = re.findall(r"[\w$]+", parts.get("names") or "") or [re.split(r"[./]", of)[-1]]
        renamed = re.search(r"\bas\s+(\w+)", parts.get("as") or parts.get("names") or "")
        found_names |= dict.fromkeys([*names, *([renamed[1]] if renamed is not None else [])], of)
    return found_names


def _is_called(path: str, stem: str) -> bool:
    folder, _, name = path.rpartition("/")
    return name.partition(".")[0] == stem or (
        name.partition(".")[0] in {"index", "__init__", "mod", "lib"} and folder.rpartition("/")[2] == stem
    ) or (path.endswith(".go") and folder.rpartition("/")[2] == stem)  # fmt: skip


def _asserts(text: str, language: str) -> bool:
    """Say whether a module can fail, or has its assertions from a library."""
    judges = _JUDGES[language]
    taken = {*_imports(language, text).values(), *_TAKEN.findall(text)}
    return _LOUD.search(text) is not None or any(map(judges.fullmatch, taken))


_TAKEN = re.compile(r"""(?:\brequire\(|\bimport\(|\bfrom)\s*['"]([^'"]+)['"]""")
