"""What a command line starts, as far as its words say so: programs, the scripts interpreters are given. Pure.

A shell is read by its words alone: nothing is expanded, and what cannot be read starts nothing. So this finds what is
written plainly, which is how checks, recipes and scripts are written.
"""

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_SHELL = re.compile(r"(?:ba|da|z|k|a)?sh|\$\{?(?:SHELL|BASH)\}?")
_INTERPRETER = re.compile(
    r"pythonw?[\d.]*|pypy[\d.]*|node(?:js)?|ruby|perl|php|lua|Rscript|deno|bun|tsx|ts-node"
    r"|\$\{?(?:PY|PYTHON|PYTHON3|NODE|RUBY|PERL)\}?"
)
_INLINE = re.compile(r"-[a-zA-Z]*[ce]|--eval|--print|--test")
"""Options after which no file is run as a script: the program stands in the words, or the rest are test files."""

_TAKES_VALUE = frozenset(
    {"-W", "-X", "-r", "--require", "--import", "--loader", "-I", "-o", "-O", "+o", "+O", "--rcfile"}
)
_LEADING = frozenset(
    (
        *("env", "exec", "time", "nice", "nohup", "command", "sudo", "timeout", "stdbuf", "setsid", "xvfb-run", "eval"),
        *("if", "then", "elif", "else", "while", "until", "do", "!", "{", "bundle exec", "pnpm exec", "npx"),
        *("uv run", "poetry run", "pipenv run", "pdm run", "hatch run", "rye run"),
    )
)
"""Words before a command that only say how it is run."""

_ASSIGNED = re.compile(r"\w+=.*", re.DOTALL)
_AMOUNT = re.compile(r"[\d.]+[smhd]?")
_VARIABLE = re.compile(r"\$\((\w+)\)")
_UNKNOWN = re.compile(r"\$(?:\([^)]*\)|\{?\w+\}?)/")
"""`$HERE/` in front of a path."""


class Command(NamedTuple):
    """One program with its arguments. Folders end with `/`, or are empty for the root."""

    words: tuple[str, ...]
    folder: str = ""
    home: str = ""
    """The folder of the script or recipe it stands in."""

    @property
    def program(self) -> str:
        """Give the program's name without its place."""
        return self.words[0].rpartition("/")[2]


def commands_of(argv: Iterable[str], folder: str = "", home: str = "") -> tuple[Command, ...]:
    """Give the commands an argv comes to: itself, or what is in the string of a shell's `-c`."""
    words = _bare(tuple(argv))
    if not words:
        return ()
    command = Command(words, folder, home)
    if _SHELL.fullmatch(command.program):
        for at, word in enumerate(words[1:], 1):
            if re.fullmatch(r"-[a-z]*c[a-z]*", word):
                return commands_in(words[at + 1], folder, home) if at + 1 < len(words) else ()
            if not word.startswith(("-", "+")):
                break
    return (command,)


def commands_in(text: str, folder: str = "", home: str = "") -> tuple[Command, ...]:
    """Give the commands in the text of a shell script, with the folder `cd` has led to."""
    found: list[Command] = []
    for line in text.replace("\\\n", " ").splitlines():
        for words in _split(_VARIABLE.sub(r"${\1}", line)):
            if words[0] == "cd":
                folder = _led(folder, home, words)
            else:
                found.extend(commands_of(words, folder, home))
    return tuple(found)


def scripts_of(command: Command) -> tuple[str, ...]:
    """Give the paths from the root that would be run if they were files of the tree, likeliest first."""
    first, *rest = command.words
    if first in {".", "source"}:
        return _paths(command, rest[:1])
    if not is_shell(command) and not _INTERPRETER.fullmatch(command.program):
        return _paths(command, [first])
    left = iter(rest[1:] if command.program in {"deno", "bun"} and rest[:1] == ["run"] else rest)
    for word in left:
        if word == "-m":
            return _module(command, next(left, ""), tuple(left))
        if _INLINE.fullmatch(word) and not is_shell(command):
            return ()
        if word in _TAKES_VALUE:
            next(left, "")
        elif not word.startswith(("-", "+")):
            return _paths(command, [word])
    return ()


def is_shell(command: Command) -> bool:
    """Say whether the command is a shell."""
    return bool(_SHELL.fullmatch(command.program))


def joined(folder: str, step: str) -> str:
    """Give the folder a step leads to from another; what leads out of the tree leads to its root."""
    path = posixpath.normpath(f"{folder}{step}")
    return "" if path == "." or path.startswith(("..", "/")) else f"{path}/"


def _led(folder: str, home: str, words: tuple[str, ...]) -> str:
    """Give the folder a `cd` leads to: of what only a shell could work out, the script's own is meant."""
    step = words[1] if len(words) > 1 else ""
    if "$" in step:
        return joined(home, rest) if (rest := _UNKNOWN.sub("", step)) != step else home
    return joined(folder, step) if step else folder


def _module(command: Command, module: str, rest: tuple[str, ...]) -> tuple[str, ...]:
    if module == "coverage" and rest[:1] == ("run",):
        return scripts_of(command._replace(words=("python", *rest[1:])))
    place = module.replace(".", "/")
    return _paths(command, [f"{place}.py", f"{place}/__main__.py"]) if module else ()


def _paths(command: Command, words: Iterable[str]) -> tuple[str, ...]:
    """Look from where the command runs, from where it is written down, and from the root (after a subshell)."""
    bare = [_UNKNOWN.sub("", word) for word in words if not word.startswith("/")]
    folders = dict.fromkeys((command.folder, command.home, ""))
    found = (posixpath.normpath(f"{folder}{word}") for word in bare if word for folder in folders)
    return tuple(path for path in dict.fromkeys(found) if not path.startswith(".."))


def _bare(words: tuple[str, ...]) -> tuple[str, ...]:
    """Take away what stands before a command and only says how it is run."""
    while words:
        if words[:2] == ("coverage", "run"):
            return ("python", *words[2:])
        taken = (
            2 if " ".join(words[:2]) in _LEADING else 1 if words[0] in _LEADING or _ASSIGNED.fullmatch(words[0]) else 0
        )
        if not taken:
            return words
        words = words[taken:]
        while words and (words[0].startswith("-") or _AMOUNT.fullmatch(words[0])):
            words = words[1:]
    return ()


def _split(line: str) -> Iterator[tuple[str, ...]]:
    """Split a line into simple commands; a line that cannot be read by itself is split at its blanks."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|()<>`")
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        tokens = list(lexer)
    except ValueError:
        tokens = line.split()
    words: list[str] = []
    for token in tokens:
        if token.startswith("#"):
            break
        if not set(token) <= set(";&|()`<>"):
            words.append(token)
        elif not set(token) & set("<>"):
            if words:
                yield tuple(words)
            words = []
    if words:
        yield tuple(words)
