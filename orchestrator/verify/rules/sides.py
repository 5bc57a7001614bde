"""The tests of a snapshot on both sides, and what the snapshot took away. Never judges."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import msgspec

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.readers.language import Language
from orchestrator.verify.readers.languages import language_of
from orchestrator.verify.readers.trials import NONE, Trial
from orchestrator.verify.testpaths import is_found, is_named_test, may_hold_tests

Trials = Mapping[str, Trial]
_NOTHING = Trial(name="")
_DEEP = 3
"""How many helpers of its class a test is followed through."""


class Side(msgspec.Struct, frozen=True):
    """The tests of one file before and after, and its texts: most diffs need nothing more of them."""

    path: str
    old: Trials
    new: Trials
    language: Language
    was: str = ""
    text: str = ""

    @property
    def helpers(self) -> frozenset[str]:
        """Give the functions of the file that assert and are no tests."""
        return self.language.asserting(self.text)

    @property
    def is_passed_by(self) -> bool:
        """Say whether Maven runs nothing of a new file of Java, by its name; others may go on from an abstract one."""
        fresh = self.path.endswith(".java") and not self.old
        return fresh and not is_named_test(self.path) and "abstract class" not in self.text

    def about(self, words: frozenset[str], name: str = "") -> frozenset[str]:
        """Give words with those of the functions of the old file that they name: what a test does through them.

        A method of the class that a test called `name` stands in is meant before others of its name.
        """
        scopes = self.language.scopes(self.was)
        owner = name.rpartition(".")[0]
        own = {_last(scope): found for scope, found in scopes.items() if owner and scope.rpartition(".")[0] == owner}
        found = words.union(*(said for scope, said in scopes.items() if _last(scope) in words - own.keys()))
        for _ in range(_DEEP):
            found = found.union(*(said for scope, said in own.items() if scope in found))
        return found

    def through(self, words: frozenset[str]) -> frozenset[str]:
        """Give the words of the functions that assert and that these words name: what a test asks through them."""
        named = words & self.helpers
        return frozenset().union(
            *(own for name, own in self.language.scopes(self.text).items() if _last(name) in named)
        )

    def before(self, name: str) -> Trial:
        """Give a test as it was, also under the name it had then; an empty one where there was none."""
        return self.old.get(name) or self._renamed.get(self.new[name].body, _NOTHING)

    @property
    def _renamed(self) -> Trials:
        """Give the tests whose name is no more, by what they do."""
        return {test.body: test for name, test in self.old.items() if test.body and name not in self.new}

    def kept(self) -> Iterator[tuple[str, Trial, Trial]]:
        """Give the tests both sides have."""
        for name, after in self.new.items():
            before = self.old.get(name)
            if before is not None and after.is_test:
                yield name, before, after


def readable(diff: Diff) -> Iterator[tuple[Edit, Language]]:
    """Give the changed files that hold tests in a language that is read."""
    for edit in diff.judged():
        language = language_of(edit.path)
        if language is not None and (language.tests_inside or (may_hold_tests(edit.path) and is_found(edit.path))):
            yield edit, language


def goes_on(name: str, text: str) -> bool:
    """Say whether a class of Java is what another begins with."""
    return re.search(rf"\bextends\s+{re.escape(name.rpartition('.')[2])}\b", text) is not None


@lru_cache(maxsize=8)
def sides(diff: Diff) -> tuple[Side, ...]:
    """Give the tests of every changed file both of whose sides can be read."""
    found: list[Side] = []
    for edit, language in readable(diff):
        old, new = _tests(language, edit)
        if old is not None and new is not None:
            found.append(Side(edit.path, old, new, language, edit.old or "", edit.new or ""))
    return tuple(found)


def _tests(language: Language, edit: Edit) -> tuple[Trials | None, Trials | None]:
    if edit.old and edit.new and language.pair is not None:
        return language.pair(edit.old, edit.new) or (None, None)
    old, new = (language.trials(text) if text is not None else {} for text in (edit.old, edit.new))
    return old, new


def _last(scope: str) -> str:
    """Give the bare name of a function."""
    return re.split(r"[#/]", scope.rpartition(".")[2])[0]


class Removed(msgspec.Struct, frozen=True):
    """What a snapshot took out of the code: `names` it had and mentions nowhere any more, `words` a function lost.

    `less` are words a function lost that stand elsewhere in its file.
    """

    names: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    less: frozenset[str] = frozenset()

    def loosely(self) -> "Removed":
        """Give it with what stands elsewhere too: where something was to be taken out, that is what was."""
        return Removed(self.names, self.words | self.less)

    def within(self, words: frozenset[str]) -> bool:
        """Say whether something was taken out that these words are about."""
        return bool(words & self.names) or bool(words & self.words)


@lru_cache(maxsize=8)
def removed(diff: Diff) -> Removed:
    """Give what the snapshot took out of the code; a file that cannot be read now says nothing."""
    before: set[str] = set()
    after: set[str] = set()
    undone: set[str] = set()
    lost: set[str] = set()
    less: set[str] = set()
    for edit in diff.edits:
        language = language_of(edit.path)
        if language is None or (may_hold_tests(edit.path) and is_found(edit.path)):
            continue
        if edit.new is not None and language.functions(edit.new) is None:
            return Removed()
        before |= language.defines(edit.old or "")
        after |= language.mentions(edit.new or "")
        undone |= _undone(language, edit)
        words = _lost(language, edit)
        less |= words
        lost |= words - language.mentions(edit.new or "")
    if undone:
        undone -= {name for edit in diff.edits for name in _free(edit.path, edit.new)}
    gone = (before - after) | undone
    return Removed(*(frozenset(name for name in found if not name.startswith("__")) for found in (gone, lost, less)))


_COMPILED = frozenset({"go", "rust"})


def _undone(language: Language, edit: Edit) -> frozenset[str]:
    """Give the functions a file had and has no more, where a compiler sees to it that nobody calls them still."""
    if language.name not in _COMPILED:
        return frozenset()
    return _free(edit.path, edit.old) - _free(edit.path, edit.new) - _COMMON


def _free(path: str, text: str | None) -> frozenset[str]:
    """Give the functions of a file that belong to no type."""
    language = language_of(path)
    if text is None or language is None or language.name not in _COMPILED:
        return frozenset()
    return frozenset(name.partition("#")[0] for name in language.functions(text) or {} if "." not in name)


def _lost(language: Language, edit: Edit) -> frozenset[str]:
    """Give the words that functions of a file had and no longer have, but for quite common ones."""
    before, after = language.scopes(edit.old or ""), language.scopes(edit.new or "")
    gone = [words - after.get(scope, frozenset()) for scope, words in before.items()]
    return frozenset().union(*gone) - _COMMON


_COMMON = frozenset(
    (
        *("self", "cls", "args", "kwargs", "len", "str", "int", "isinstance", "a", "b", "x", "y", "f", "i"),
        *("list", "dict", "tuple", "set", "bytes", "type", "None", "bool", "typing", "Any", "Optional", "annotations"),
        *("append", "get", "items", "join", "format", "os", "sys", "re", "the", "is", "not", "of", "to", "in", "and"),
        *("or", "be", "for", "with", "that", "it", "an", "on", "as", "by"),
    )
)


def proves_more(side: Side) -> bool:
    """Say whether a file's new tests are as many as went from it, and assert twice as much."""
    gone = [test for name, test in side.old.items() if test.is_test and name not in side.new]
    came = [test for name, test in side.new.items() if proves(side, name, test)]
    return len(came) >= len(gone) and _strong(came) >= _TWICE * max(1, _strong(gone))


def _strong(tests: Iterable[Trial]) -> int:
    """Count the assertions that could fail."""
    return sum(one.strength > NONE for test in tests for one in test.asserts)


def proves(side: Side, name: str, test: Trial) -> bool:
    """Say whether a test is new, runs, and asserts something."""
    return test.is_test and name not in side.old and not test.unconditional and test.assertions > 0


_TWICE = 2
