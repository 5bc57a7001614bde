"""What an edited pipeline does not do: run a check less, in fewer places or deaf to its failure, or give anything away.

A person's own commit may change the rest of it: how it prepares, what it says, what it does besides.
"""

import re
from collections.abc import Collection, Iterable, Sequence

import msgspec

from orchestrator.verify.diff import Edit
from orchestrator.verify.readers.pipelines import Line, lines_of, outside
from orchestrator.verify.rules.as_much import is_check, relieves
from orchestrator.verify.rules.easing import CHECKS, EASES, HOSTED, MANAGERS, REACHES, is_known_action, words_of
from orchestrator.verify.rules.widened import NARROWS, Sides, beyond, is_run_ordinarily, plain

_UNREAD = re.compile(r"(?m)(?::|-)\s+[&*][A-Za-z]|<<:|pull_request_target|workflow_run|\t|^---\s*\S|^\s*\?")
"""Where a line stands for others, or where what strangers write is run with what people trust the pipeline with."""
_TRUSTED = re.compile(r"secrets\.(?!GITHUB_TOKEN\b)|secrets:|:\s*write\b|write-all|secure:")
_SYSTEM = re.compile(r"\b(ubuntu|macos|windows|linux|osx)\b", re.IGNORECASE)
_FILTERS = frozenset(("branches", "branches-ignore", "paths", "paths-ignore", "tags-ignore", "types"))
_MEDDLES = re.compile(
    r"(?i)(?:^|[;&|]\s*|\s)(?:rm|mv|sed|perl|tee|patch|eval|touch|truncate)\s|OPTS\b|FLAGS=|base64|\|\s*(?:ba|z)?sh\b"
    r"|\bgit\s+(?:config|checkout|push|reset|apply|am)\b|\bnpm (?:pkg|config) set\b"
    r"|\b(?:cp|ln|install)\s[^&;|]*(?:\.(?:ini|cfg|toml|json|py|js|ts|go|rs|java|xml)|/bin/\S*)(?:\s|$)"
    r"|>>?\s*[\w./$-]*(?:ini|cfg|toml|json|py|js|ts|go|rs|java|xml|ENV)\b"
)
"""What changes what is checked, or how, before it is."""
_SETTLED = frozenset(("permissions", "allow_failures", "only", "except", "rules", "exclude", "environment"))


def asks_no_less(edit: Edit, dropped: frozenset[str] = frozenset(), idle: frozenset[str] = frozenset()) -> bool:
    """Say whether an edited pipeline checks all that it checked, where it did, and hands nothing out that is new.

    `dropped`: the words of what a person says is no longer supported; `idle`: jobs that have nothing left to check.
    """
    texts = (edit.old or "", edit.new or "")
    if not all(texts) or not re.search(r"\.ya?ml$", edit.path) or any(map(_UNREAD.search, texts)):
        return False
    old = outside(lines_of(texts[0]), idle)
    new = _but_waiting(old, lines_of(texts[1]))
    if old == new:
        return True
    both = Sides(old, new, beyond(old, new), beyond(new, old), _TRUSTED.search("\n".join(texts)) is not None, dropped)
    if not (both.lost or both.gained) or _systems(old) - _systems(new) or _hangs_on_more(both):
        return False
    return all(_is_no_loss(line, both) for line in both.lost) and all(_is_no_harm(line, both) for line in both.gained)


def starts_less(edit: Edit) -> bool:
    """Say whether an edited pipeline is started on less, on fewer systems, or only after something else."""
    if not (edit.old and edit.new and re.search(r"\.ya?ml$", edit.path)):
        return False
    old = lines_of(edit.old)
    new = _but_waiting(old, lines_of(edit.new))
    both = Sides(old, new, beyond(old, new), beyond(new, old), trusted=False)
    fewer = any("on" in {one.key, *one.keys[:1]} and not _still_starts(one, both) for one in both.lost)
    return fewer or bool(_systems(old) - _systems(new)) or any(_waits(one, both) for one in both.gained)


def _but_waiting(old: Sequence[Line], new: Sequence[Line]) -> Sequence[Line]:
    """Give a pipeline's lines, but that jobs wait for others that always ran and do: what fails there is seen."""
    always, were = _run_always(old) & _run_always(new), _jobs(old)
    known = {(one.keys, one.key, one.text) for one in old}
    waits = [one for one in new if _is_need(one) and (one.keys, one.key, one.text) not in known]
    jobs = {one.keys[1] for one in waits if one.keys[1] in were}
    free = {job for job in jobs if all({*_parts(one.text)} <= always for one in waits if one.keys[1] == job)}
    if not free:
        return new
    return tuple(
        msgspec.structs.replace(one, guards=tuple(said for said in one.guards if not said.startswith("needs:")))
        if one.keys[:1] == ("jobs",) and one.keys[1:2] and one.keys[1] in free
        else one
        for one in new
        if not (_is_need(one) and one.keys[1] in free)
    )


def _is_need(line: Line) -> bool:
    """Say whether a line names a job that the one it is in waits for."""
    own = line.keys[:1] == ("jobs",) and len(line.keys) > 1
    return own and ((len(line.keys) == _IN_JOB and line.key == "needs") or line.keys[_IN_JOB:] == ("needs",))


_IN_JOB = 2
"""Keys that the settings of a job stand under."""


def _jobs(lines: Iterable[Line]) -> frozenset[str]:
    return frozenset(line.key for line in lines if line.keys == ("jobs",))


def _run_always(lines: Sequence[Line]) -> frozenset[str]:
    """Give the jobs that hang on nothing, nor on what hangs on something."""
    asked = {one.keys[1] for one in lines if one.keys[:1] == ("jobs",) and len(one.keys) == _IN_JOB and one.key == "if"}
    always = _jobs(lines) - asked
    while True:
        late = {one.keys[1] for one in lines if _is_need(one) and not {*_parts(one.text)} <= always} & always
        if not late:
            return always
        always -= late


def _waits(line: Line, both: Sides) -> bool:
    """Say whether a job that there was has come to wait for another, which may never end well."""
    needs = line.key == "needs" or line.keys[-1:] == ("needs",)
    return needs and any(one.keys[:2] == line.keys[:2] for one in both.old)


def _hangs_on_more(both: Sides) -> bool:
    """Say whether something that ran before came to hang on what it did not, wherever it stands now."""
    texts = {one.text for one in both.old if one.is_run or one.key == "uses"}
    before, after = (_guards(lines, texts) for lines in (both.old, both.new))
    return any(text in after and not any(now <= was for now in after[text] for was in before[text]) for text in texts)


def _guards(lines: Iterable[Line], texts: Collection[str]) -> dict[str, list[set[str]]]:
    """Give on what texts hang, wherever they stand."""
    found: dict[str, list[set[str]]] = {}
    for one in lines:
        if one.text in texts:
            found.setdefault(one.text, []).append(set(map(plain, one.guards)))
    return found


def _systems(lines: Iterable[Line]) -> frozenset[str]:
    """Give the systems that a pipeline names to be run on."""
    return frozenset(name.lower() for line in lines if not line.is_run for name in _SYSTEM.findall(line.text))


def _is_no_loss(line: Line, both: Sides) -> bool:
    """Say whether nothing is checked less because a line is gone: it checked nothing, or what came asks as much."""
    if line.is_run:
        return (
            not is_check(line.text)
            or any(_does_as_much(line.text, one) for one in both.gained if one.is_run)
            or _is_relieved(line, both)
        )
    if line.keys[:1] == ("on",) or line.key == "on":
        return _still_starts(line, both)
    if _SETTLED & {line.key, *line.keys}:
        return any((one.keys, one.key) == (line.keys, line.key) for one in both.gained) and "write" not in line.text
    if line.key == "uses":
        checks = CHECKS.search(line.text) is not None
        return not checks or any(one.key == "uses" and _bare(one.text) == _bare(line.text) for one in both.gained)
    listed = line.text.startswith("[") or "matrix" in line.keys or _LANGUAGES & {line.key, *line.keys}
    if listed and line.key not in _PROSE:
        return _is_version_passed(line, both) or _is_dropped(line, both)
    return line.key not in _NEEDED


_PROSE = frozenset(("name", "description", "title", "label", "summary"))
_NEEDED = frozenset(("jobs", "steps", "script"))
_LANGUAGES = frozenset(("node_js", "python", "rust", "go", "php", "jdk", "rvm", "python-version", "node-version"))


def _bare(action: str) -> str:
    return action.partition("@")[0]


def _does_as_much(was: str, now: Line) -> bool:
    """Say whether a command, or a part of it, does all that another did."""
    before = [plain(word) for word in words_of(was)]
    for part in re.split(r"\s*&&\s*", now.text):
        after = [plain(word) for word in words_of(part)]
        rest = [word for word in after if word not in before]
        same = bool(before) and before[:1] == after[:1] and not set(before) - set(after)
        if same and all(_WIDER.fullmatch(word) for word in rest) and not EASES.search(now.text):
            return True
    return False


def _is_relieved(line: Line, both: Sides) -> bool:
    """Say whether a checker of style has another in its place."""
    return any(one.place == line.place and relieves(line.text, one.text) for one in both.gained if one.is_run)


_WIDER = re.compile(
    r"--(?:all(?:-features|-targets)?|workspace|each-feature|feature-powerset|verbose|locked|frozen|strict|cov\S*|color\S*|ci)"
    r"|-v+|-race|N"
)


def _still_starts(line: Line, both: Sides) -> bool:
    """Say whether a pipeline still starts on all it did: a filter may go, or name other branches, a trigger may not."""
    if {line.key, *line.keys} & _FILTERS:
        return True  # what comes in its place is looked at for itself
    now = [part for one in both.gained if "on" in {one.key, *one.keys} for part in (one.key, *_parts(one.text))]
    return all(part in now for part in (_parts(line.text) if line.key == "on" else [line.key or line.text]))


def _is_version_passed(line: Line, both: Sides) -> bool:
    """Say whether a matrix has others of the kind of what it no longer has, and none of them is older."""
    now = [one for one in both.new if one.keys == line.keys and one.key == line.key]
    said = [part for one in now for part in _parts(one.text)]
    gone = [part for part in _parts(line.text) if part not in said]
    if line.key and line.key not in _LANGUAGES and not line.text:
        return bool(now) or not any(one.keys[: len(line.keys) + 1] == (*line.keys, line.key) for one in both.lost)
    return all(any(plain(one) == plain(part) and _is_from(part, one) for one in said) for part in gone)


def _is_dropped(line: Line, both: Sides) -> bool:
    """Say whether a list of a matrix is of the versions of what is no longer supported in more than one."""
    versions = _OF_VERSIONS.fullmatch(line.key)
    numbered = all(re.fullmatch(r"v?\d[\w.]*", part) for part in _parts(line.text))
    named = versions is not None and versions[1].lower() in both.dropped
    return "matrix" in line.keys and named and numbered


_OF_VERSIONS = re.compile(r"(\w+)[-_]versions?")


def _parts(text: str) -> list[str]:
    return [part for one in text.strip("[]{}").split(",") if (part := one.strip(" '\""))]


def _is_from(version: str, other: str) -> bool:
    """Say whether a version is another one or a later: as far as both say."""
    pairs = zip(re.findall(r"\d+", version), re.findall(r"\d+", other), strict=False)
    return next((int(one) < int(two) for one, two in pairs if one != two), True)


def _is_no_harm(line: Line, both: Sides) -> bool:
    """Say whether a new line lets no failure pass, starts nothing less often, and gives nothing away."""
    said = f"{line.key}: {line.text}"
    if _is_one_more_secret(line, both):
        return True
    if EASES.search(said) or _PASSES.search(said):
        return said in {f"{one.key}: {one.text}" for one in both.lost}
    if line.is_run:
        ordinary = is_run_ordinarily(_INTO.sub("", line.text), both) or _is_managed(line, both)
        return ordinary and not _MEDDLES.search(line.text)
    if line.key == "uses":
        known = {_bare(one.text) for one in both.old if one.key == "uses"}
        return _bare(line.text) in known or is_known_action(line.text)
    if line.keys[:1] == ("on",):
        return not {line.key, *line.keys} & _FILTERS
    if _waits(line, both):
        return False
    if line.keys[-1:] == ("with",) and line.key in _OF_CACHES:
        return True
    if {"env", "with"} & {*line.keys} and line.key:
        return NARROWS.search(line.key) is None
    if line.key == "runs-on":
        return HOSTED.fullmatch(line.text) is not None or line.text in {one.text for one in both.old}
    return not _HANDS_OUT & {line.key, *line.keys} or line.text in {"read", "none", ""}


def _is_one_more_secret(line: Line, both: Sides) -> bool:
    """Say whether a variable holds the secret of its name, where a pipeline held secrets before."""
    match = _SECRET.fullmatch(line.text)
    held = any(_OTHER_SECRET.search(one.text) for one in both.old)
    steers = re.search(r"OPT|ARG|FLAG|SKIP|ONLY|FILTER|DISABLE|IGNORE|EXCLUDE|PATH|TEST", line.key) is not None
    return match is not None and line.keys[-1:] == ("env",) and match[1] == line.key and held and not steers


_SECRET = re.compile(r"\$\{\{ ?secrets\.(\w+) ?\}\}")
_OTHER_SECRET = re.compile(r"secrets\.(?!GITHUB_TOKEN\b)")
_OF_CACHES = frozenset(("cache-dependency-path", "cache-dependency-glob", "cache-path"))
"""What an action is told of what it keeps from one run to the next."""
_HANDS_OUT = frozenset(("permissions", "environment", "secrets", "token"))


_PASSES = re.compile(r"github\.token|--(?:exit|no-(?:fail|check|err)|allow|skip)")
_INTO = re.compile(r"^(?:cd|pushd) [\w./-]+ && ")


def _is_managed(line: Line, both: Sides) -> bool:
    """Say whether a command is one more check, or has its program do more than it did, where nothing is trusted."""
    said = _INTO.sub("", line.text)
    words = words_of(said)
    if not words or _is_trusted(line, both) or REACHES.search(said):
        return False
    again = any(set(words_of(one.text)) <= set(words) for one in both.lost if one.is_run and one.text)
    checks = CHECKS.search(said) is not None and not _GETS.search(said) and words[0] not in _SHELLS | MANAGERS
    return again or checks or (words[0] in MANAGERS and _OF_ITS_OWN.fullmatch(said) is not None)


_GETS = re.compile(r"\b(?:install|add|get|fetch|download|clone|curl|wget)\b")
_SHELLS = frozenset(
    ("sh", "bash", "python", "python3", "node", "ruby", "perl", "echo", "export", "git", "exit", "true", "test")
)


def _is_trusted(line: Line, both: Sides) -> bool:
    """Say whether the job that a line is in, or the pipeline, holds what other people trust it with."""
    job = line.keys[:2]
    about = [one for one in both.new if one.keys[:1] != ("jobs",) or one.keys[:2] == job]
    return _TRUSTED.search("\n".join(f"{one.key}: {one.text}" for one in about)) is not None


_OF_ITS_OWN = re.compile(
    r"[\w./-]+ (?:run )?(?:ci|install|test|check|lint|build|verify|format|typecheck|coverage)(?:[:-]\w+)*"
    r"(?: --?[\w-]+)*"
)
