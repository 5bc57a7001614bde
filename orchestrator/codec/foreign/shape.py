"""What every foreign format is turned into, and the small turns they share. Never knows a format."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from orchestrator.errors import InvalidInputError
from orchestrator.model.ids import is_safe_id

Record = dict[str, Any]


class Foreign(msgspec.Struct, frozen=True, kw_only=True):
    """One queue made of a foreign list. `source` is what an export needs: the format and what stood where."""

    queue: str
    tasks: tuple[Record, ...]
    source: Record
    warnings: tuple[str, ...] = ()

    def document(self) -> Record:
        """Give the queue file."""
        return {"queue": self.queue, "source": self.source, "tasks": list(self.tasks)}


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """A task as it stands when it is exported."""

    id: str
    status: str
    title: str
    description: str
    dependencies: tuple[str, ...]
    priority: int


class Ids:
    """Gives each foreign name a safe id of its own, the same one for the same name."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, name: str) -> str:
        """Give the id of a name: the name itself where it is safe and free."""
        if name not in self._given:
            self._given[name] = self.new(name)
        return self._given[name]

    def new(self, name: str) -> str:
        """Give an id of this name that nothing has yet."""
        wanted = safe(name)
        number, free = 2, wanted
        while free.casefold() in self._taken:
            free, number = f"{wanted[:58]}-{number}", number + 1
        self._taken.add(free.casefold())
        return free


def safe(name: str) -> str:
    """Turn any text into a safe id."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:60].rstrip("-._") or "task"
    return plain if is_safe_id(plain) else re.sub(r"\.+", "-", plain)


def without_nothing(record: Mapping[str, Any]) -> Record:
    """Leave out what says nothing."""
    return {key: value for key, value in record.items() if value not in (None, "", [], {})}


def records_in(value: object, where: str) -> list[Record]:
    """Take a list of objects, or say which entry is none."""
    if not isinstance(value, list):
        raise InvalidInputError(f"{where} is no list; correct it")
    for number, entry in enumerate(value, start=1):
        if not isinstance(entry, dict):
            raise InvalidInputError(f"{where}[{number}] is no object; correct or remove it")
    return value


def text_of(value: object) -> str:
    """Take a text, or nothing."""
    return value if isinstance(value, str) else ""


def names_of(values: object) -> tuple[str, ...]:
    """Take a list of names or numbers as texts."""
    return tuple(str(value) for value in values if isinstance(value, str | int)) if isinstance(values, list) else ()


def known_only(names: Iterable[str], known: Mapping[str, str], about: str, warnings: list[str]) -> list[str]:
    """Translate names into ids; one that stands for nothing is left out with a warning."""
    found: list[str] = []
    for name in names:
        if name in known and known[name] == about:
            warnings.append(f"{about}: depends on itself; left out")
        elif name in known:
            found.append(known[name])
        else:
            warnings.append(f"{about}: depends on {name}, which is not in the file; left out")
    return list(dict.fromkeys(found))
