"""Answers once given, by everything they depend on. Never keeps a fault, never answers for anything else."""

from pathlib import Path
from typing import TypeVar

import msgspec

from orchestrator.files.atomic import private_dir, write_whole
from orchestrator.verify.reading import Answer

T = TypeVar("T")


class Answers:
    """`reports/<key>.json` files: one answer each, written whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str) -> Answer | None:
        """Give the answer under a key. One that cannot be read counts as none and is asked for again."""
        return self.find_as(key, Answer)

    def find_as(self, key: str, kind: type[T]) -> T | None:
        """Give what was kept under a key, if it is of that kind."""
        try:
            return msgspec.json.decode((self._folder / f"{key}.json").read_bytes(), type=kind)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def forget(self, key: str) -> None:
        """Ask anew next time: what made the answer may be neither the tree nor anything else the key names."""
        (self._folder / f"{key}.json").unlink(missing_ok=True)

    def keep(self, key: str, answer: msgspec.Struct) -> None:
        """Keep an answer."""
        write_whole(private_dir(self._folder) / f"{key}.json", msgspec.json.encode(answer))
