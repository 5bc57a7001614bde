"""What a commit's own message asks for that no task may do unasked: protected paths, tests taken out. Pure.

The message is the task; what steers the orchestrator it never opens. A commit that changes nothing but such
paths, and prose, is about them whatever it says.
"""

import re
from collections.abc import Collection

from orchestrator.policy.globs import matches_any
from orchestrator.policy.protected import AGENTS, CI, HOOKS, can_be_allowed, is_protected

_PROSE = re.compile(r"\.(?:md|rst|txt|adoc)$|(?:^|/)(?:docs?|changelog\.d|news(?:fragments)?)/")
_TOOLING = re.compile(
    r"(?:^|/)(?:[^/]*requirements[^/]*|tox\.ini|noxfile\.py|setup\.(?:cfg|py)|pyproject\.toml|uv\.lock|\.[^/]+)$"
)
_ASKED = (
    (
        CI,
        re.compile(
            r"(?i)\bci\b|workflows?\b|github|\bactions?\b|travis|appveyor|azure|pipelines?\b|jenkins|dependabot|zizmor|codecov"
            r"|\bGHA\b|\bcircle ?ci\b|\ballow(?:ed|s|ing)?[ _-]failures?\b|\N{CONSTRUCTION WORKER}|\N{GREEN HEART}"
        ),
    ),
    (HOOKS, re.compile(r"(?i)pre-?commit|\bhooks?\b|husky|lefthook|submodules?")),
    (AGENTS, re.compile(r"(?i)\bagents?\b|\bai\b|\bllms?\b|claude|codex|gemini|cursor|copilot|skills?\b|prompts?\b")),
)
_TOOLS = re.compile(
    r"(?i)\bbump|upgrad|updat|\bpin\b|releas|publish|\bbuild|\blint|\btox\b|\bnox\b|\buv\b|ruff|black\b|flake8|mypy|isort"
    r"|pyupgrade|coverage|\b(?:jest|vitest|mocha|pytest|junit|nextest)\b|hatch|setuptools|poetry|packaging|(?:drop|add|support|test|remove|python|py).*\b[23]\.?\d|pypy|python|deprecat|licen[cs]e|merge|\brevert|step-?security|\b(?:java|jdk|node(?:js)?|golang|rust|msrv|ruby|php|kotlin|gradle|maven"
    r"|p?npm|yarn|deno|bun|graalvm|windows|macos|linux|android)\b|\bgo ?(?:version|1\.\d+)|\bmin\w*\b[^\n]*\bversion"
)


def allowed_by(message: str, paths: Collection[str]) -> tuple[str, ...]:
    """Give the patterns that a commit message, taken as the task, asks to change."""
    if all(_is_beside(path) for path in paths):
        return (*CI, *HOOKS, *AGENTS)
    asked = tuple(pattern for patterns, words in _ASKED if words.search(message) for pattern in patterns)
    asked = (*asked, *CI) if _names_pipeline(message, paths) else asked
    return (*asked, *CI, *HOOKS) if _TOOLS.search(message) else asked


def names_it(message: str, paths: Collection[str]) -> bool:
    """Say whether a message speaks of CI, of hooks or of agents, or of a pipeline by its name."""
    return any(words.search(message) for _, words in _ASKED) or _names_pipeline(message, paths)


def asks_for_less(message: str, paths: Collection[str]) -> bool:
    """Say whether a message speaks of CI itself, of hooks, or of agents, and says that less is asked of them."""
    return names_it(message, paths) and (_LESS.search(message) is not None or asks_to_take_out(message))


_LESS = re.compile(
    r"(?i)\b(?:allow|let|permit|tolerat|accept|ignor)\w*\b[^\n]*\b(?:fail|error|warning)|continue[- ]on[- ]error"
    r"|\b(?:disabl|skip|non-?block|optional|experimental|temporar|exclud|lower|relax|loosen|quarantin|xfail|paus)\w*"
    r"|\b(?:deny|denying|strict\w*|race detector|-race|no longer|not fail|stop (?:fail|treat|run)\w*)\b"
    r"|\b(?:without|only|rest|low|for now)\b"
)
"""What says that something is asked less, or on fewer occasions."""


def _names_pipeline(message: str, paths: Collection[str]) -> bool:
    """Say whether a message's first line says what one of the changed pipelines is called: "labels" for a labeler."""
    said = {word[:_STEM] for word in _words(message.strip().partition("\n")[0]) - _SAYS_NOTHING if len(word) >= _STEM}
    named = (path.rpartition("/")[2].partition(".")[0] for path in paths if matches_any(path.casefold(), CI))
    return any(word[:_STEM] in said for name in named for word in _words(name) - _SAYS_NOTHING if len(word) >= _STEM)


_STEM = 5

_WORD = re.compile(r"[A-Z]{3,}|[A-Z]?[a-z]{2,}")
_SAYS_NOTHING = frozenset(
    (
        *(
            "test",
            "tests",
            "make",
            "adds",
            "added",
            "adding",
            "fixes",
            "fixed",
            "support",
            "update",
            "updates",
            "remove",
        ),
        *(
            "change",
            "changes",
            "chore",
            "feat",
            "refactor",
            "with",
            "from",
            "into",
            "when",
            "that",
            "this",
            "should",
            "name",
        ),
        *("names", "code", "file", "files", "function", "method", "value", "work", "works", "more", "error", "errors"),
        *(
            "jobs",
            "steps",
            "env",
            "uses",
            "the",
            "and",
            "for",
            "use",
            "add",
            "fix",
            "new",
            "run",
            "set",
            "get",
            "not",
            "all",
        ),
        *(
            "now",
            "can",
            "has",
            "its",
            "implement",
            "introduce",
            "allow",
            "handle",
            "improve",
            "missing",
            "check",
            "checks",
        ),
        *("main", "build", "http"),
    )
)
_LONG = 3


def speaks_of(message: str, lines: Collection[str]) -> bool:
    """Say whether a message's first line and some lines share a word that says something."""
    return any(said_in(message, line) for line in lines)


def said_in(message: str, line: str) -> frozenset[str]:
    """Give the words that say something which a message's first line and a line share."""
    return frozenset(_words(message.strip().partition("\n")[0]) - _SAYS_NOTHING) & _words(line)


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text) if len(word) >= _LONG}


_TAKEN_OUT = re.compile(
    r"(?i)\b(?:remov|delet|drop|clean|redesign|reimplement|rewrit|rework|refactor|reorgani[sz]|mov|split|merg|simplif|consolidat|convert"
    r"|port|migrat|dedup|prun|replac|revert|unnecessar|unneed|redundant|duplicate|combin|unif|fold|collaps|restructur|parametri)\w*\b[^\n]*\btest\w*"
    r"|\btest\w*\b[^\n]*\b(?:remov|moved|cleanup|clean-up|refactor|rewrit|revert)\w*|\A(?:Revert|Reverts)\b"
)
_ELSEWHERE = re.compile(r"(?i)\W*(?:\w+(?:\([^)]*\))?!?:\s*)?move[sd]?\b[^\n]*\btest")
_TROUBLE = re.compile(r"(?i)\b(?:fail|flak|broken|skip|disabl)\w*|\bred\b")


def asks_to_remove_tests(message: str) -> bool:
    """Say whether a message's first line asks for tests to be taken out or made over, and not for failing to end."""
    first = _ADDED.sub("", message.strip().partition("\n")[0])
    taken = bool(_TAKEN_OUT.search(first)) and (not _TROUBLE.search(first) or _ELSEWHERE.match(first) is not None)
    return asks_to_skip_tests(message) or taken or _REVERTS.search(message) is not None


_ADDED = re.compile(
    r"(?i)\b(?:add(?:s|ed|ing)?|new|more|extend\w*|with|plus|cover\w*|writ\w+)\W+"
    r"(?:(?!failing)\w+\W+){0,2}?tests?\b(?! out)"
    r"|[+&,;.]\W*tests?\b|\btests? pass(?:es|ing)?\b|\band tests? (?:it|them|that)\b"
)
"""What a message says of tests that came besides."""
_SKIPPED = re.compile(
    r"(?i)\b(?:disabl|skip|ignor|quarantin|xfail|mute|park)(?:e[ds]?|s|p?ed|p?ing|ing)?\b"
    r"(?![^\n]*\bin (?:the |its |our )?tests?\b)(?![^\n]*\b(?:lints?|clippy|warnings?|rules?)\b[^\n]*\bin\b)"
    r"[^\n]*\b(?:tests?|specs?|test[- ]cases?)\b"
    r"|\b(?:test|spec)s?\b[^\n]*\b(?:disabled|skipped|skipping (?:it|them)|as (?:flaky|skipped|xfail))\b"
    r"|\bmark\b[^\n]*\b(?:flaky|xfail|ignored?)"
    r"|\badd\w*\b[^\n]*\bfailing (?:test|spec|case)|\boptional\b[^\n,;(]*\btests?\b"
)
_OUT = re.compile(
    r"(?i)\b(?:remov|drop|delet|deprecat|disallow|revert|replac|inline|no longer|kill|retire|discontinu|get rid)\w*|!:"
)


def asks_to_skip_tests(message: str) -> bool:
    """Say whether a message's first line asks for tests to be skipped: then that is the work."""
    return bool(_SKIPPED.search(_ADDED.sub("", message.strip().partition("\n")[0])))


_TOLD = re.compile(
    r"(?i)\b(?:remov|delet|drop|disabl|skip|ignor|mark|quarantin|xfail|combin|merg|mov|replac|renam|obsolet)\w*"
)


def names_test(message: str, name: str) -> bool:
    """Say whether a line of a message says of a test, by its name or that of its class, that it goes or is silenced."""
    parts = [part for part in re.split(r"\W+", name) if len(part) >= _NAME and _is_name(part)] or [name]
    told = (line for line in message.splitlines() if _TOLD.search(line))
    return any(re.search(rf"\b{re.escape(part)}\b", line) for line in told for part in parts)


_NAME = 8


def _is_name(part: str) -> bool:
    return "_" in part or not (part.islower() or part.istitle())


def asks_to_take_out(message: str) -> bool:
    """Say whether a message asks for something to be taken out of the code, and its tests with it.

    Its first line says so, or the lines by which git and the common conventions mark a revert or a break.
    """
    return bool(_OUT.search(message.strip().partition("\n")[0]) or _BACK.search(message))


def reverts(message: str) -> bool:
    """Say whether a commit takes another back: what it brings stood there before."""
    return message.lstrip().startswith("Revert") or _REVERTS.search(message) is not None


_REVERTS = re.compile(r"^\s*This reverts commit [0-9a-f]{7,}", re.MULTILINE)
_BACK = re.compile(
    r"^\s*(?:This reverts commit [0-9a-f]{7,}|\W*(?:BREAKING|Breaking)[ -](?i:change)s?\b)", re.MULTILINE
)


_HUSHED = re.compile(
    r"(?i)\b(?:silenc|suppress|ignor|disabl|hush|exclud)\w*\b[^\n]*\b(?:warning|lint|check|complaint|rule|error|flake8|mypy"
    r"|pyright|pylint|ruff|eslint|clippy|bandit|vet|false positive)"
    r"|\b(?:add|enabl|introduc|turn|more)\w*\b[^\n]*\blint(?:er|ing)?\b"
    r"|\b(?:noqa|nolint|nosec|type:? ?ignore|ts-ignore)"
)


def drops_support_of(message: str) -> frozenset[str]:
    """Give the words of what a message's first line says is no longer supported."""
    match = _UNSUPPORTED.search(message.strip().partition("\n")[0])
    return frozenset(re.findall(r"[a-z]\w{2,}", match[1].lower()) if match is not None else ())


_UNSUPPORTED = re.compile(r"(?i)\b(?:drop|remov|end)(?:s|ped|ping|e?d|ing)? (?:the )?support (?:for|of) ([^,;.()]+)")


def asks_to_silence(message: str) -> bool:
    """Say whether a message's first line announces that a checker is told to look away."""
    return bool(_HUSHED.search(message.strip().partition("\n")[0]))


_NOTHING = re.compile(
    r"(?i)\b(?:empty|trigger|re-?trigger|re-?run|(?:force|re-?)\W?(?:build|deploy)|kick|release|bump|version|merge|rebase|typos?|initial|plan|wip|chore|ci"
    r"|no-?op|checkpoint|backport|revert|sync)\b"
)
_NO_CLAIM = re.compile(r"(?i)(?:v?\d+(?:\.\d+)+[\w.+-]*|update \S+\.\w+)(?: \([\w/-]*#\d+\))?")
_SAID_EMPTY = re.compile(r"(?i)\b(?:empty commit|commit is (?:intentionally )?empty)\b")
_TAGS = re.compile(
    r"(?:Added|Removed|Moved) tag \S+ for changeset [0-9a-f]{12}|(?i:(?:re-?)?tag(?:s|ged|ging)?) v?\d+\.\d+\b.*"
)
"""What Mercurial says of its tags, which git keeps elsewhere, and people of theirs."""
_BROUGHT = re.compile(r"(?m)^\W*(?i:cherry[- ]picked from commit|backport of(?: commit)?) [0-9a-f]{10,40}\b\W*$")
"""What is said of a commit that was made elsewhere, and need bring nothing here."""
_OF_SUBVERSION = re.compile(r"(?m)^git-svn-id: \S+@\d+ [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\s*$")
_PROPERTY = re.compile(r"(?i)\bignor(?:e[ds]?|ing)\b|\bsvn:|\bprop(?:s|set|erty|erties)\b|\beol\b|\bmergeinfo\b")
"""What Subversion keeps beside its files, where git has nothing."""
_QUIET = re.compile(
    r"(?i)\b(?:ignor|swallow|suppress|tolera|graceful|best.effort|robust|malformed|invalid|corrupt|missing|optional|crash"
    r"|do(?:n'?t| not) (?:fail|raise|throw|crash|return (?:an |any )?errors?\b)|never (?:fail|raise|throw))"
)
_DETECTION = re.compile(
    r"(?i)\btest[- ]?(?:binary|mode|env\w*|runner)|\bdetect\w*[^\n]*\btest|\bunder test|\bwhen testing"
    r"|NODE_ENV"
)


_REFUSED = re.compile(
    r"(?i)\b(?:reject|refus|disallow|forbid|prohibit|prevent|den(?:y|ies)|unsupport|not support|no longer support"
    r"|immutab|unmodifiab|read.?only)\w*"
    r"|\b(?:throw|rais)\w*[^\n]*(?:Error|Exception|\b(?:error|exception|if|when|unless|on|for|from|instead|in)s?\b)"
)


def asks_to_refuse(message: str) -> bool:
    """Say whether a message's first line asks for something to be refused that was done."""
    return bool(_REFUSED.search(message.strip().partition("\n")[0]))


def asks_for_nothing(message: str) -> bool:
    """Say whether a commit announces that there is nothing in it, or claims no work: to start a build, to mark a place.

    A version, a tag, or a file's name as forges put it in, says of nothing that it was done; what was taken back is
    no more; what Subversion keeps beside its files did not come with them.
    """
    first = message.strip().partition("\n")[0]
    claims = not (_NOTHING.search(first) or _NO_CLAIM.fullmatch(first) or _SAID_EMPTY.search(message))
    beside = _TAGS.fullmatch(first) or (_PROPERTY.search(first) and _OF_SUBVERSION.search(message))
    beside = beside or _BROUGHT.search(message)
    return not claims or bool(beside) or _REVERTS.search(message) is not None


def asks_for_quiet(message: str) -> bool:
    """Say whether a commit's message announces that errors are to be kept quiet."""
    return bool(_QUIET.search(message))


def asks_for_aside(message: str) -> bool:
    """Say whether a commit's message announces that something is to be done aside."""
    return _ASIDE.search(message) is not None


_ASIDE = re.compile(
    r"(?i)\basync|\bbackground|\bconcurren|\bgoroutine|\bspawn|\bparallel|\bqueue|\bthread|(?:non|not|n't)[- ]?block"
)


def asks_to_detect_tests(message: str) -> bool:
    """Say whether a commit's message announces that the code is to know of tests."""
    return bool(_DETECTION.search(message))


def _is_beside(path: str) -> bool:
    if is_protected(path) is not None:
        return can_be_allowed(path)
    return bool(_PROSE.search(path) or _TOOLING.search(path))
