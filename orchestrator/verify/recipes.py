"""Which commands the goals of a Makefile or justfile come to. Pure; variables and conditions are not worked out."""

import re
from collections.abc import Iterable, Iterator

from orchestrator.verify.command_lines import Command, commands_in

_RULE = re.compile(r"@?(?P<goals>[\w./* +$'\"=-]+?)\s*:(?![=:])(?P<rest>.*)")
_VALUE = re.compile(r"(?:export\s+|override\s+)?\w+\s*[:?+!]*=")
_MARKS = re.compile(r"[@+-]+\s*")
_INCLUDED = re.compile(r"^[-s]?include\s+(.+)$", re.MULTILINE)
_WILD = re.compile(r"[$*?\[(]")


class Recipes:
    """The rules of a file: what each goal needs, and what it runs."""

    def __init__(self, text: str) -> None:
        self._first = ""
        self._needs: dict[str, list[str]] = {}
        self._lines: dict[str, list[str]] = {}
        goals: tuple[str, ...] = ()
        for line in text.replace("\\\n", " ").splitlines():
            if line[:1] in {"\t", " "} and goals:
                self._run(goals, line)
            elif line.strip() and not line.startswith("#"):
                goals = self._rule(line)

    def commands(self, goals: Iterable[str], folder: str) -> Iterator[Command]:
        """Give what the goals and what they need run; without any, the first goal. Each line has a shell of its own."""
        waiting, seen = [*goals] or [self._first], set[str]()
        while waiting:
            goal = waiting.pop()
            if goal not in seen and goal in self._lines:
                seen.add(goal)
                waiting.extend(self._needs[goal])
                for line in self._lines[goal]:
                    yield from commands_in(line, folder, folder)

    def _rule(self, line: str) -> tuple[str, ...]:
        found = _RULE.fullmatch(line.rstrip())
        if found is None or _VALUE.match(line):
            return ()
        goals = tuple(found["goals"].split())
        needs, _, command = found["rest"].partition(";")
        for goal in goals:
            self._needs.setdefault(goal, []).extend(re.findall(r"[\w./-]+", needs))
            self._lines.setdefault(goal, [])
        self._run(goals, command)
        self._first = self._first or next((goal for goal in goals if not goal.startswith(".")), "")
        return goals

    def _run(self, goals: tuple[str, ...], line: str) -> None:
        for goal in goals:
            self._lines[goal].append(
                _MARKS.sub("", line.strip(), count=1) if line.strip()[:1] in "@+-" else line.strip()
            )


def included(text: str) -> tuple[str, ...]:
    """Give the files a Makefile takes in by their plain names, there or not."""
    return tuple(word for words in _INCLUDED.findall(text) for word in words.split() if not _WILD.search(word))
