"""One project on disk: where it is, how it is configured, its journal. Composes; decides nothing."""

import contextlib
import os
from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path

import msgspec

from orchestrator.codec.config import read_settings
from orchestrator.daemon import plugins
from orchestrator.errors import InvalidInputError, JournalError
from orchestrator.files.atomic import ignore_itself, private_dir, write_atomic
from orchestrator.files.zone import local_zone
from orchestrator.model.settings import Settings
from orchestrator.policy import templates

STATE = ".aibrain"
CONFIG = "orchestrator.toml"
MAX_TEXT = 64 * 1024
"""Bytes of a text that goes into prompts."""
_PYPROJECT, _LAST = "pyproject.toml", "configured"
_MARKS = (STATE, CONFIG, "queues")


class Project:
    """A project's folders and settings, read once. Never makes anything by being looked at."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root, self.settings = root, settings
        self.state = root / STATE
        self.journal_folder = self.state / "journal"
        self.environ: Mapping[str, str] = dict(os.environ)

    @property
    def name(self) -> str:
        """What people call it: the folder's name."""
        return self.root.name

    @property
    def zone(self) -> tzinfo:
        """Say where the machine's clock is read."""
        return local_zone(self.environ.get("TZ", ""))

    def notices(self) -> tuple[str, ...]:
        """Give what the last run left for a person to know, e.g. that the base branch could not follow."""
        try:
            return tuple(line for line in (self.state / "notices").read_text().splitlines() if line)
        except OSError:
            return ()

    def read_texts(self) -> None:
        """Read what the configuration names by path: templates of prompts, the project's rules.

        Raises InvalidInputError with everything that is wrong with them, each with its file and line.
        """
        shapes, rules = frozenset(self.settings.prompts.values()), self.settings.rules
        named: dict[str, str] = {}
        problems: list[str] = []
        for path in sorted({*shapes, *([rules] if rules else [])}):
            try:
                text = _read_text(self.root, path)
                if path in shapes:
                    templates.vet(text, path)
                named[path] = text
            except InvalidInputError as error:
                problems += error.problems
        if problems:
            raise InvalidInputError(*problems)
        found = {kind: named[path] for kind, path in self.settings.prompts.items()}
        self.settings = msgspec.structs.replace(self.settings, templates=found, rules_text=named.get(rules, ""))

    def make_state(self) -> None:
        """Make the private state folder, which ignores itself in git. Raises JournalError where nothing can be kept."""
        try:
            private_dir(self.state)
            ignore_itself(self.state)
            for name in ("logs", "runs", "workers"):
                private_dir(self.state / name)
        except OSError as error:
            remedy = "let it be written to, or work in a copy of the project"
            raise JournalError(f"{self.state}: cannot keep anything there: {error.strerror}; {remedy}") from error

    def keep_configuration(self) -> None:
        """Keep the configuration a run goes by, for who looks on as it is edited; a full disk keeps none."""
        folder = self.state / _LAST
        with contextlib.suppress(OSError, InvalidInputError):  # it may be saved anew at this moment
            name, text = _configuration(self.root)
            private_dir(folder)
            for other in folder.iterdir():
                if other.name != name:
                    other.unlink()
            write_atomic(folder / name, text)


def _read_text(root: Path, path: str) -> str:
    try:
        content = (root / path).read_bytes()
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot read it: {error.strerror}; write it, or correct {CONFIG}") from error
    if len(content) > MAX_TEXT:
        raise InvalidInputError(f"{path}: {len(content)} bytes, at most {MAX_TEXT} go into prompts; shorten it")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidInputError(f"{path}: line {line}: not UTF-8; save it as UTF-8") from None


def find_root(start: Path, explicit: Path | None) -> Path:
    """Find the project: the folder given, else the nearest parent that looks like one, else `start` itself."""
    if explicit is not None:
        if not explicit.is_dir():
            raise InvalidInputError(f"{explicit}: there is no such folder; --project takes the project's root")
        return explicit.resolve()
    start = start.resolve()
    for folder in (start, *start.parents):
        if is_project(folder):
            return folder
    return start


def is_project(folder: Path) -> bool:
    """Say whether a folder looks like a project's root."""
    return any((folder / mark).exists() for mark in _MARKS)


def load_settings(root: Path) -> Settings:
    """Read `orchestrator.toml`, else `[tool.orchestrator]` of pyproject.toml, else every default."""
    name, text = _configuration(root)
    return read_settings(text, path=name, plugged=plugins.profiles())


def _configuration(root: Path) -> tuple[str, bytes]:
    """Give the file that configures a project, and its text; empty where there is none."""
    for name in (CONFIG, _PYPROJECT):
        path = root / name
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise InvalidInputError(f"{name}: cannot read it: {error.strerror}; make it a readable file") from error
        if name == CONFIG or b"[tool.orchestrator" in text:
            return name, text
    return CONFIG, b""


def last_settings(root: Path) -> Settings | None:
    """Read the configuration as the last run found it; None where there was none, or what it left cannot be read."""
    for name in (CONFIG, _PYPROJECT):
        try:
            return read_settings((root / STATE / _LAST / name).read_bytes(), path=name, plugged=plugins.profiles())
        except (OSError, InvalidInputError):
            continue
    return None


class RandomIds:
    """Ids nobody had before: 16 hex digits of the system's randomness."""

    def new(self) -> str:
        """Give a fresh id."""
        return os.urandom(8).hex()
