"""Words of pipelines and hooks by which they ask less, or trust more; and which are known to do no such thing."""

import re
from collections.abc import Sequence

EASES = re.compile(
    r"(?i)continue-on-error|\|\|\s*(?:true|:|exit\s+0|echo)|\bif:\s*(?:\$\{\{\s*)?(?:false|0)\b|no-verify|exit\s+0|set\s+\+e"
    r"|allow_failure|--deselect|--ignore[=\s]|--exclude|\s-k\s|\bskip\w*\s*[:=]\s*['\"]?(?:true|1)|-DskipTests|\s-x\s+test\b|passWithNoTests|no:\w+"
    r"|--exit-zero|--no-error|addopts|\bexclude:|working-directory"
    r"|secrets\.|pull_request_target|write-all|\bwrite\b|curl\b|wget\b|self-hosted"
)
"""What lets a failure pass, asks less, or hands out what other people trust the file with."""

_AHEAD = (
    r"continue-on-error: \$\{\{\s*matrix\.[\w.-]+ == '?[^'|&]*(?:dev|alpha|beta|rc|nightly|next|canary)[^'|&]*'?\s*\}\}"
)
ONLY_AHEAD = re.compile(rf"(?i){_AHEAD}")
"""Lets what is not released yet fail."""

DEAFENS = re.compile(
    rf"(?i)(?!{_AHEAD})"
    r"continue-on-error: (?!false)\S+|\|\|\s*(?:true|:|exit\s+0|echo)|\bif:\s*(?:\$\{\{\s*)?(?:false|0)\b|set\s+\+e"
    r"|--exit-zero|allow_failure: true|passWithNoTests|--collect-only"
)
"""What lets a failure pass, whoever wrote it."""

CHECKS = re.compile(
    r"(?i)test|check|lint|clippy|fmt|\bvet\b|spec|cov|miri|tox|nox|verify|audit|\bci\b|valid|fuzz|\ball\b|flake8|ruff|mypy"
    r"|pycodestyle|pyright|bandit|isort|black|prettier|\btsc\b|phpstan|spotless|spotbugs|\bmvn\b|gradlew?|\bmake\b|\brake\b"
)
"""What a command that checks something says of itself."""

_KNOWN = re.compile(
    r"(?:actions|github|google-github-actions|aws-actions|azure|hashicorp|codecov|golangci|dtolnay|Swatinem|astral-sh|pypa|ruby|shivammathur|coverallsapp|oven-sh|pnpm|pre-commit"
    r"|taiki-e|gradle|graalvm|denoland|hynek|bufbuild|codespell-project|crate-ci|EmbarkStudios|rustsec|ossf|step-security"
    r"|docker|shogo82148|rust-lang)/[\w./-]+@[\w.-]+"
)
"""Actions of those whom nearly every project trusts already."""

_TOOLS = re.compile(
    r"cargo|rustup|go|gofmt|pip3?|uv|tox|nox|pytest|ruff|mypy|black|flake8|goveralls|coverage|poetry|hatch|pdm"
    r"|pre-commit|twine|flit|build|unittest|venv|virtualenv"
)
"""Programs that do the same in every repository."""
MANAGERS = frozenset(
    (
        "npm",
        "yarn",
        "pnpm",
        "bun",
        "deno",
        "mvn",
        "./mvnw",
        "./gradlew",
        "gradle",
        "make",
        "composer",
        "bundle",
        "dotnet",
    )
)
"""Programs that run what a repository makes them run."""
HOSTED = re.compile(r"(?:ubuntu|macos|windows)-[\w.-]+|\$\{\{ ?matrix\.[\w.-]+ ?\}\}(?:-latest)?")
"""Machines that are rented for a run."""
REACHES = re.compile(
    r"[;|&<>`$\\]|://|git\+|(?<!tox)(?<!nox)(?<!install)\s-[cei]\s|--(?:index|extra-index|registry|git|config|eval)\b"
    r"|^\S+\s+(?:run\s+)?(?:uninstall|remove|delete|set|config|edit|rm|exec|dlx|pkg|version|link|x)\b"
)
"""What makes a command do more than it says, or do it to somebody else."""
_PUBLISHES = re.compile(r"(?i)publish|\bpush\b|deploy|login|upload|release\b(?<!--release)")
_FETCHES = re.compile(r"\b(?:install|add|get|download)")
_FIRST = re.compile(
    r"(?:(?:sh|bash)\s+(?=[\w./])|(?:uv|poetry|hatch|pdm)\s+run\s+(?=\w)|python3?\s+-m\s+(?=\w)|\$\([^)]*\)/(?:[\w.-]+/)*|GO111MODULE=\w+\s+|sudo\s+(?=apt|npm|pip)|\./(?=\w))"
)
"""What stands before a program and is not what it does."""
_FILLED = re.compile(r"\$\{\{\s*(?:matrix|env|inputs)\.[\w.-]+\s*\}\}|\$[A-Z_]+\b")


def words_of(command: str) -> list[str]:
    """Give the words of a command, as they are without quotes, from its program on."""
    return _FIRST.sub("", _FIRST.sub("", command.replace('"', ""), count=1), count=1).split()


def is_known_action(name: str) -> bool:
    """Say whether an action is of the repository itself, or of those whom nearly every project trusts already."""
    return re.fullmatch(r"\./\.github/[\w./-]+", name) is not None or _KNOWN.fullmatch(name) is not None


def is_ordinary(command: str, texts: Sequence[str], *, own: frozenset[str] = frozenset(), gives: bool = False) -> bool:
    """Say whether each part of a command builds, checks, tests, or gets ready for it, and no more.

    `texts`: commands that use what it gets; none, and it may get nothing. `own`: programs that were run before.
    `gives`: it may publish.
    """
    for part in command.split(" && "):
        words = words_of(_FILLED.sub("N", part))
        said = " ".join(words)
        head = (words or [""])[0]
        if not (head in own or _TOOLS.fullmatch(head)) or REACHES.search(said) or EASES.search(part):
            return False
        if not _fetches_what_is_used(words, texts) or (not gives and _PUBLISHES.search(said)):
            return False
    return True


def _fetches_what_is_used(words: Sequence[str], texts: Sequence[str]) -> bool:
    """Say whether a command gets nothing, or what other commands run, what is there, or a tool that is known."""
    at = next((number for number, word in enumerate(words) if _FETCHES.fullmatch(word)), None)
    if at is None or words[0] in _TOOLS_OF_TESTS:
        return True
    named = [word for word in words[at + 1 :] if re.match(r"[A-Za-z@]", word.strip("'"))]
    return bool(texts) and all(_is_used(word, texts) for word in named)


def _is_used(package: str, texts: Sequence[str]) -> bool:
    name = re.sub(r"(?<=\w)[\[@=<>~!].*|.*/|^cargo-", "", re.sub(r"(?<=\w)@.*", "", package.strip("'")))
    if _TOOLS.fullmatch(name) or name in _FOR_PACKAGES:
        return True
    return any(re.match(rf"(?:cargo |python3? -m )?{re.escape(name)}(?:\s|$)", text) for text in texts)


_TOOLS_OF_TESTS = frozenset(("tox", "nox", "make", "rustup"))
_FOR_PACKAGES = frozenset(
    ("pip", "setuptools", "wheel", "build", "virtualenv", "rustfmt", "clippy", "miri", "nightly", "stable", "beta")
)
"""What other packages are built with, and what a compiler is made of."""
