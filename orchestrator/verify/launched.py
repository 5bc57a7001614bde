"""Which files of the base the checks run as scripts: what an agent could rewrite so that a check says yes to anything.

Only what judges is meant. What a check runs because it is the work itself (`python app.py`, `node src/index.js`), and
what it is given to look at (`pytest tests`, `eslint src`), is the task's to change.
"""

import json
import re
from collections.abc import Awaitable, Callable, Collection

import msgspec

from orchestrator.verify.command_lines import Command, commands_in, is_shell, joined, scripts_of
from orchestrator.verify.recipes import Recipes, included
from orchestrator.verify.runner_config import JUST, MAKE, NODE, RunnerConfig, package_scripts
from orchestrator.verify.testpaths import is_test_file

Read = Callable[[str], Awaitable[str]]
"""Gives the text of a file of the base."""

_MOST = 400
"""Commands that are followed: recipes and scripts that call each other come to an end."""

_JUDGE = re.compile(
    r"(?i)(?:^|[/._-])(?:t|tests?|testing|specs?|checks?|checking|verify|verifier|ci|qa|e2e|lint|smoke|accept(?:ance)?)(?=[/._-])"
)
_PRODUCT = re.compile(
    r"(?:^|/)(?:src|lib|libs|app|apps|pkg|cmd|server|client|packages|examples?)/"
    r"|(?:^|/)(?:main|__main__|app|index|cli|server|manage|program|demo|example|hello)(?:\.\w+)?$"
)
_ASSERTS = re.compile(
    r"\bassert\b|\bunittest\b|\bpytest\b|exit\(1\)|SystemExit\(['\"1f]|\bexpect\(|\bexitCode\s*=\s*1|\bdie\b"
)
_DECLARES = re.compile(r"\bdef test|\bclass \w+\([^)]*TestCase|\b(?:it|test|describe)\(")
"""Tests that the rules about tests can follow one by one."""

_SHEBANG = re.compile(r"#!\S*(?:/|env\s+)(?:ba|da|z|k|a)?sh\b|#!/usr/bin/env (?:ba|da|z)?sh\b")


class Launched(msgspec.Struct, frozen=True):
    """The configuration with the programs that recipes and scripts start, and the scripts that are held to the base."""

    config: RunnerConfig
    scripts: frozenset[str]


async def launched(config: RunnerConfig, paths: Collection[str], read: Read) -> Launched:
    """Follow the checks' commands through the base: into the recipes, package scripts and shell scripts they run."""
    follow = _Follow(config, frozenset(paths), read)
    for command in config.commands:
        follow.add(command, 0)
    while follow.waiting and len(follow.seen) < _MOST:
        await follow.step(*follow.waiting.pop(0))
    return Launched(config.also(command for command, _ in follow.seen), frozenset(follow.scripts))


class _Follow:
    def __init__(self, config: RunnerConfig, paths: frozenset[str], read: Read) -> None:
        self.config, self.paths, self.read = config, paths, read
        self.waiting: list[tuple[Command, int]] = []
        self.seen: set[tuple[Command, int]] = set()
        self.scripts: set[str] = set()

    def add(self, command: Command, depth: int) -> None:
        if (command, depth) not in self.seen:
            self.seen.add((command, depth))
            self.waiting.append((command, depth))

    async def step(self, command: Command, depth: int) -> None:
        if command.program in MAKE or command.program in JUST:
            await self._goals(command)
        elif command.program in NODE:
            await self._package(command)
        path = next((path for path in scripts_of(command) if path in self.paths), None)
        if path is None or path in self.scripts:
            return
        text = await self.read(path)
        shell = is_shell(command) or path.endswith((".sh", ".bash")) or bool(_SHEBANG.match(text))
        if judges(path, text, shell=shell, named=depth == 0):
            self.scripts.add(path)
            if shell:
                for inner in commands_in(text, command.folder, _folder(path)):
                    self.add(inner, depth + 1)

    async def _goals(self, command: Command) -> None:
        """Hold the file a launcher was told to read, and what that takes in; go on with what the goals run."""
        names = MAKE if command.program in MAKE else JUST
        folder = joined(command.folder, _option(command, "-C", "--directory", "--working-directory"))
        told = _option(command, "-f", "--file", "--makefile", "--justfile")
        path = (
            f"{folder}{told}"
            if told
            else next((f"{folder}{n}" for n in names[command.program] if folder + n in self.paths), "")
        )
        if path not in self.paths:
            return
        text = await self.read(path)
        taken = [f"{folder}{name}" for name in included(text)] if names is MAKE else []
        self.scripts.update([path] if told else [], taken)
        text = "\n".join([text, *[await self.read(name) for name in taken if name in self.paths]])
        for inner in Recipes(text).commands(_goals(command), folder):
            self.add(inner, 0)

    async def _package(self, command: Command) -> None:
        folder = joined(command.folder, _option(command, "--prefix", "-C", "--cwd", "--dir"))
        path = f"{folder}package.json"
        if path not in self.paths:
            return
        try:
            scripts = package_scripts(json.loads(await self.read(path)))
        except (ValueError, RecursionError):
            return
        wanted = {name for word in command.words[1:] for name in (word, f"pre{word}", f"post{word}")}
        for name in sorted(wanted & scripts.keys()):
            for inner in commands_in(scripts[name], folder, folder):
                self.add(inner, 0)


def judges(path: str, text: str, *, shell: bool, named: bool) -> bool:
    """Say whether a script that is run judges the work, rather than being it.

    `named` says that a check or recipe runs it, and not only another script.
    Where neither its name nor its place says so, one that can say no is taken to. A test file whose tests can be
    followed one by one is looked after by the rules about tests.
    """
    if not shell and is_test_file(path) and _DECLARES.search(text):
        return False
    if _JUDGE.search(path):
        return True
    if not named or _PRODUCT.search(path):
        return False
    return shell or bool(_ASSERTS.search(text))


def _goals(command: Command) -> list[str]:
    taken = {
        _option(command, *pair)
        for pair in (("-C", "--directory", "--working-directory"), ("-f", "--file", "--makefile", "--justfile"))
    }
    return [
        w for w in command.words[1:] if not w.startswith("-") and "=" not in w and not w.isdigit() and w not in taken
    ]


def _option(command: Command, *names: str) -> str:
    for at, word in enumerate(command.words):
        if word in names:
            return command.words[at + 1] if at + 1 < len(command.words) else ""
        if word.partition("=")[0] in names:
            return word.partition("=")[2]
    return ""


def _folder(path: str) -> str:
    folder, slash, _ = path.rpartition("/")
    return folder + slash
