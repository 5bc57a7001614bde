"""Who waits for the same thing waits together: tasks in order of urgency, found without asking all of them. Pure.

Theory of operation. Tasks of one *kind* want the same things, so what holds up one holds up all: they stand in one
group, and only its first is asked. A group that is held up stands behind its *cause* and is not asked again until the
cause is free; then the groups behind it are asked in order, until one takes it. So a question costs about the same
however many wait, and the answer is that of the simple rule: ask all, most urgent first.

Groups stand in *lanes*, of which those are asked that somebody is free to serve.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Hashable
from enum import Enum
from heapq import heappop, heappush

Key = tuple[int, int, int, int, int, int, str]
"""A task's place in the order; its last part is the task."""
Lane = Hashable
Kind = tuple[Hashable, ...]
Cause = tuple[str, ...]


class Word(Enum):
    """What is said of a task that was asked, where no cause holds it up with all of its kind."""

    TAKEN = "it was taken"
    LAST = "it was taken, and nobody is left to take another of its lane"
    NEXT = "not this one, perhaps the next of its kind"
    KIND = "none of its kind"
    LANE = "none of its lane"
    STOP = "ask no more"


Judge = Callable[[str], Word | Cause]


class _Group:
    """Tasks of one kind. `cause`: what they stand behind. `shown` is the key it stands in its line by, None outside."""

    __slots__ = ("cause", "keys", "kind", "lane", "shown")

    def __init__(self, kind: Kind, lane: Lane) -> None:
        self.kind, self.lane = kind, lane
        self.keys: list[Key] = []
        self.cause: Cause | None = None
        self.shown: Key | None = None

    def __lt__(self, _other: "_Group") -> bool:
        return False  # a task that comes back in another group: of entries with one key at most one is true


_Line = list[tuple[Key, _Group]]
"""A heap of groups by their first; entries that are no longer true are passed over."""


class Lineup:
    """The line-up. Lines behind no cause, or behind one that is free, are asked."""

    def __init__(self) -> None:
        self._groups: dict[Kind, _Group] = {}
        self._lines: dict[Cause | None, dict[Lane, _Line]] = {None: {}}
        self._free: dict[Cause | None, None] = {None: None}

    def add(self, key: Key, lane: Lane, kind: Kind) -> None:
        """Let a task stand with those of its kind, all of whom stand in one lane."""
        group = self._groups.get(kind)
        if group is None:
            group = self._groups[kind] = _Group(kind, lane)
        insort(group.keys, key)
        self._show(group)

    def remove(self, key: Key, kind: Kind) -> None:
        """Take a task out."""
        group = self._groups[kind]
        del group.keys[bisect_left(group.keys, key)]
        self._show(group)

    def causes(self) -> list[Cause]:
        """List what somebody stands behind and is not known to be free."""
        return [cause for cause in self._lines if cause is not None and cause not in self._free]

    def free(self, cause: Cause) -> None:
        """Let those behind a cause be asked again."""
        if cause in self._lines:
            self._free[cause] = None

    def ask(self, serves: Callable[[Lane], bool], judge: Judge) -> None:
        """Ask, most urgent first, until nobody is left or `judge` has heard enough. Who was taken is out."""
        _Round(self, serves).ask(judge)

    def asked(self, serves: Callable[[Lane], bool]) -> list[tuple[Cause | None, Lane, _Line]]:
        """List the lines that are asked, where somebody serves the lane and somebody stands in it."""
        return [
            (cause, lane, line)
            for cause in self._free
            for lane, line in self._lines[cause].items()
            if line and serves(lane)
        ]

    def is_free(self, cause: Cause | None) -> bool:
        """Say whether those behind a cause are asked."""
        return cause in self._free

    def stand(self, group: _Group, cause: Cause | None) -> None:
        """Let a group that was called stand behind a cause, or behind none."""
        group.cause = cause
        if cause is not None:
            self._free.pop(cause, None)
        self._show(group)

    def sweep(self) -> None:
        """Drop the lines in which nobody stands."""
        for cause in [cause for cause in self._free if cause is not None and not any(self._lines[cause].values())]:
            del self._lines[cause], self._free[cause]

    def _show(self, group: _Group) -> None:
        if not group.keys:
            group.shown = None
            self._groups.pop(group.kind, None)
        elif group.shown is not group.keys[0]:
            group.shown = group.keys[0]
            line = self._lines.setdefault(group.cause, {}).setdefault(group.lane, [])
            heappush(line, (group.shown, group))


class _Round:
    """One asking. A group that was called stands in no line until it is over, unless a cause was named."""

    def __init__(self, lineup: Lineup, serves: Callable[[Lane], bool]) -> None:
        self._lineup = lineup
        self._lines = lineup.asked(serves)
        self._heads: list[tuple[Key, int, _Group | None, int]] = []
        """The next of each line (by its number), and of groups (a number below 0) the first not yet passed over."""
        self._shut: set[Lane] = set()
        self._aside: list[_Group] = []

    def ask(self, judge: Judge) -> None:
        """Ask all lines."""
        for number in range(len(self._lines)):
            self._advance(number)
        word: Word | Cause = Word.NEXT
        heads, shut = self._heads, self._shut
        while heads and word is not Word.STOP:
            _, number, group, passed = heappop(heads)
            if group is None:
                group = self._called(number)
            elif group.lane in shut:
                self._aside.append(group)
                group = None
            if group is not None:
                word = judge(group.keys[passed][-1])
                self._heed(group, passed, word)
            if number >= 0:
                self._advance(number)
        self._aside += [group for _, _, group, _ in heads if group is not None]
        for group in self._aside:
            self._lineup.stand(group, None)
        self._lineup.sweep()

    def _advance(self, number: int) -> None:
        """Let the next of a line be asked in its turn, unless the line was shut; pass over what is no longer true."""
        cause, lane, line = self._lines[number]
        while line:
            shown, group = line[0]
            if group.shown is shown and group.cause == cause:
                break
            heappop(line)
        if line and lane not in self._shut and self._lineup.is_free(cause):
            heappush(self._heads, (line[0][0], number, None, 0))

    def _called(self, number: int) -> _Group | None:
        """Take the first group out of a line, unless it was shut since."""
        cause, lane, line = self._lines[number]
        if lane in self._shut or not self._lineup.is_free(cause):
            return None
        group = heappop(line)[1]
        group.shown = None
        return group

    def _heed(self, group: _Group, passed: int, word: Word | Cause) -> None:
        if not isinstance(word, Word):
            self._lineup.stand(group, word)
            return
        if word is Word.TAKEN or word is Word.LAST:
            del group.keys[passed]
        elif word is Word.NEXT:
            passed += 1
        if word is Word.LANE or word is Word.LAST:
            self._shut.add(group.lane)
        if (word is Word.TAKEN or word is Word.NEXT) and passed < len(group.keys):
            heappush(self._heads, (group.keys[passed], -1, group, passed))
        else:
            self._aside.append(group)
