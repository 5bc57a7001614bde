"""Which files say how tests are run, and what in them does. Pure; never judges whether a change is a good one.

Some files are runner configuration as a whole (`conftest.py`, `pytest.ini`, `jest.config.js`); of others only a section
is (`[tool.pytest]` of `pyproject.toml`): a changed dependency there is ordinary work.
"""

import configparser
import json
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from typing import cast

from orchestrator.verify.command_lines import Command, commands_of

_WHOLE = re.compile(
    r"conftest\.py|\.?pytest\.(?:ini|toml)|\.coveragerc|[^/]+\.pth"
    r"|(?:jest|vitest|karma|playwright|cypress|ava|wdio|nyc)\.(?:config|conf|workspace)[^/]*\.(?:[cm]?[jt]s|json)"
    r"|vitest\.workspace\.(?:[cm]?[jt]s|json)|\.mocharc[^/]*|\.nycrc[^/]*|\.taprc|phpunit\.xml(?:\.dist)?|\.rspec|nextest\.toml"
)
"""File names, in any folder."""

_RUNNERS_OWN = re.compile(
    r"((?:.*/)?)(?:sitecustomize|usercustomize|_?pytest|pluggy|iniconfig)(?:\.py[cdw]?|(?:\.[^/]+)?\.(?:so|pyd)|/__init__\.pyc?)"
)
"""Modules that would be imported instead of the runner's own, or before it, wherever they can be imported from."""

_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
MAKE: Mapping[str, tuple[str, ...]] = dict.fromkeys(("make", "gmake", "${MAKE}", "$MAKE"), _MAKEFILES)
JUST: Mapping[str, tuple[str, ...]] = {"just": ("justfile", ".justfile", "Justfile", ".Justfile")}
NODE = frozenset({"npm", "pnpm", "yarn", "bun"})
"""Programs that run what a file of the tree tells them to, with that file's names, the first that is there first."""

_LAUNCHERS = {
    **dict.fromkeys(MAKE, re.compile(r"(?:GNUm|[Mm])akefile")),
    "just": re.compile(r"\.?[Jj]ustfile"),
    "nox": re.compile(r"noxfile\.py"),
    "task": re.compile(r"[Tt]askfile(?:\.dist)?\.ya?ml"),
}
"""Files that are runner configuration when a check starts this program."""

_PACKAGE = re.compile(r"package\.json|\.npmrc|\.yarnrc|\.yarnrc\.yml|pnpm-workspace\.yaml|bunfig\.toml")
_BLOCK = r"[ \t]*(.*(?:\n(?:[ \t]+|-).*)*)"
_SHELLS = {
    ".npmrc": re.compile(
        r"(?m)^[ \t]*(script-shell|shell-emulator|node-options|ignore-scripts|if-present)[ \t]*=[ \t]*(.*?)[ \t]*$"
    ),
    ".yarnrc": re.compile(r"(?m)^[ \t]*(yarn-path|script-shell|ignore-scripts)[ \t]+(.*?)[ \t]*$"),
    ".yarnrc.yml": re.compile(rf"(?m)^(yarnPath|plugins|injectEnvironmentFiles)[ \t]*:{_BLOCK}"),
    "pnpm-workspace.yaml": re.compile(
        r"(?m)^(scriptShell|shellEmulator|nodeOptions|ignoreScripts|enablePrePostScripts|ifPresent)"
        rf"[ \t]*:{_BLOCK}"
    ),
}
"""Settings that change what a script of a package comes to, or which program runs it."""

_BUN = ("preload", "test", "run")

_NODE_KEYS = ("jest", "vitest", "mocha", "ava", "nyc", "c8", "tap")
_INI = re.compile(r"pytest|tool:pytest|tox|tox:.*|testenv.*|coverage:.*")

Section = Mapping[str, object]


class RunnerConfig:
    """What counts as runner configuration, given the commands of the checks."""

    def __init__(self, commands: Iterable[tuple[str, ...]], further: Iterable[Command] = ()) -> None:
        self.commands = (*(inner for command in commands for inner in commands_of(command)), *further)
        started = dict.fromkeys(command.program for command in self.commands)
        self._launchers = tuple(_LAUNCHERS[program] for program in started if program in _LAUNCHERS)
        node = [command for command in self.commands if command.program in NODE]
        self._node = bool(node)
        self._scripts = frozenset(word for command in node for word in command.words[1:])

    def also(self, commands: Iterable[Command]) -> "RunnerConfig":
        """Give the same with further commands that are run."""
        return RunnerConfig((), dict.fromkeys((*self.commands, *commands)))

    def is_whole(self, path: str) -> bool:
        """Say whether the whole file is runner configuration."""
        name = path.rpartition("/")[2]
        return bool(_WHOLE.fullmatch(name)) or any(pattern.fullmatch(name) for pattern in self._launchers)

    def has_section(self, path: str) -> bool:
        """Say whether a part of the file may be runner configuration."""
        name = path.rpartition("/")[2]
        if name in {"pyproject.toml", "setup.cfg", "tox.ini", "package.json"}:
            return True
        return self._node and (name in _SHELLS or name == "bunfig.toml")

    def outdoes(self, path: str, base: Collection[str]) -> bool:
        """Say whether a file that is new would be read instead of, or before, one the base has: `GNUmakefile`.

        In the same folder, or in one between that file and where the program is run.
        """
        folder, _, name = path.rpartition("/")
        kinds = (*self._launchers, *((_PACKAGE,) if self._node else ()))
        for kind in (kind for kind in kinds if kind.fullmatch(name)):
            places = {governed(other) for other in base if kind.fullmatch(other.rpartition("/")[2])}
            here = folder + "/" if folder else ""
            if here in places or (here in self._folders() and any(here.startswith(place) for place in places)):
                return True
        return False

    def _folders(self) -> frozenset[str]:
        return frozenset(command.folder for command in self.commands)

    def section(self, path: str, text: str) -> Section:
        """Give the part of a file that says how tests are run; a file that cannot be read counts as a whole."""
        name = path.rpartition("/")[2]
        try:
            match name:
                case "pyproject.toml":
                    return _pyproject(tomllib.loads(text))
                case "package.json":
                    return self._package(json.loads(text))
                case "bunfig.toml":
                    bun = tomllib.loads(text)
                    return {key: bun[key] for key in _BUN if key in bun}
                case _ if name in _SHELLS:
                    return {key: value.strip() for key, value in _SHELLS[name].findall(text)}
                case _:
                    return _ini(text)
        except (ValueError, RecursionError, configparser.Error):
            return {"unreadable": text} if text.strip() else {}

    def _package(self, data: object) -> Section:
        package = _table(data)
        found = {key: package[key] for key in _NODE_KEYS if key in package}
        for name, script in _table(package.get("scripts")).items():
            if {name, name.removeprefix("pre"), name.removeprefix("post")} & self._scripts:
                found[f"scripts.{name}"] = script
        return found


def package_scripts(data: object) -> dict[str, str]:
    """Give the scripts of a `package.json`."""
    return {name: text for name, text in _table(_table(data).get("scripts")).items() if isinstance(text, str)}


def stands_in(path: str, paths: Collection[str]) -> bool:
    """Say whether a module of the tree could be taken for the runner's: one within a package has another name."""
    found = _RUNNERS_OWN.fullmatch(path)
    return found is not None and f"{found[1]}__init__.py" not in paths


def governed(path: str) -> str:
    """Give the folder (with its final `/`, or empty for the root) whose tests a configuration file steers."""
    folder, slash, name = path.rpartition("/")
    if name == "nextest.toml" and folder.rpartition("/")[2] == ".config":
        folder, slash, _ = folder.rpartition("/")
    return folder + slash


def _pyproject(data: object) -> Section:
    tool, project = _table(_table(data).get("tool")), _table(_table(data).get("project"))
    found = {key: tool[key] for key in ("pytest", "coverage", "tox") if key in tool}
    points = _table(project.get("entry-points"))
    return found | {key: points[key] for key in ("pytest11",) if key in points}


def _table(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _ini(text: str) -> Section:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    return {name: dict(parser.items(name)) for name in parser.sections() if _INI.fullmatch(name)}
