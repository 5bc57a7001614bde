"""What takes a deleted test's place: others that are about the same and ask as much. Never judges."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from orchestrator.verify.readers.trials import Trial
from orchestrator.verify.rules.sides import Side

_NEARLY = 0.95
_MOST = 0.9
_ALIKE = 0.7
_PART = 0.3
_SHARED = 0.5
_SEVERAL = 2
_LONG = 7
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NAME = re.compile(r"\w+")
_NUMBER = re.compile(r"#\d+$")


def has_twin(side: Side, name: str) -> bool:
    """Say whether one of several tests of a name went, and one that is still called so has most of its words."""
    plain, words = _NUMBER.sub("", name), side.old[name].words
    twins = (test for other, test in side.new.items() if other in side.old and _NUMBER.sub("", other) == plain)
    return any(len(words & test.words) >= _ALIKE * len(words) and test.assertions for test in twins)


def is_part_of_another(test: Trial, side: Side) -> bool:
    """Say whether the test that a deleted one was called after is now about all that it was about."""
    about = test.words - frozenset(_NAME.findall(test.name))
    return any(
        about <= after.words and _asked(test) <= _asked(after) and not _asked(test) <= _asked(before)
        for _, before, after in side.kept()
        if test.name.startswith(f"{after.name}_") and after.assertions >= before.assertions and not after.unconditional
    )


def asks_through(side: Side, test: Trial) -> bool:
    """Say whether a test runs and leaves what it asserts to a function of its file."""
    return test.is_test and not test.unconditional and bool(test.words & side.helpers)


def is_asked_through(test: Trial, side: Side, helped: list[Trial]) -> bool:
    """Say whether a new test asks through a function what a deleted one asked itself; it stands for no other then."""
    about = test.words - frozenset(_NAME.findall(test.name))
    for other in helped:
        told = other.words | side.through(other.words)
        whole = test.assertions <= _SEVERAL or _asked(test) <= told
        if whole and len(about & told) >= (_ALIKE if test.assertions <= _SEVERAL else _MOST) * len(about):
            helped.remove(other)
            return True
    return False


def _asked(test: Trial) -> frozenset[str]:
    """Give the words of what a test asserts."""
    return frozenset().union(*(one.words for one in test.asserts))


def grown_of(both: tuple[Side, ...]) -> Iterator[Trial]:
    """Give the tests that assert more, or in more cases, than they did."""
    for side in both:
        for name, test in side.new.items():
            before = side.old.get(name)
            more = before is not None and (test.assertions > before.assertions or len(test.cases) > len(before.cases))
            if more:
                yield test


def became_another(test: Trial, both: tuple[Side, ...]) -> bool:
    """Say whether a test is there under the name of another that was: all that it asserted, and nearly all it did.

    The other was another, or it was never run, and is now.
    """
    wanted, did = Counter(one.dump for one in test.asserts), Counter(test.body.split())
    return bool(wanted) and any(
        wanted <= Counter(one.dump for one in after.asserts)
        and (
            _held(did, before) < _held(did, after) >= _NEARLY * did.total()
            or (before.unconditional and _held(did, after) >= _ALIKE * did.total())
        )
        for side in both
        for _, before, after in side.kept()
        if not after.markers
    )


def _held(did: Counter[str], test: Trial) -> int:
    """Count how much of a body another test has."""
    return (did & Counter(test.body.split())).total()


def replaces(test: Trial, grown: Iterable[Trial]) -> bool:
    """Say whether other tests took over what a test was about: its words, or half of them under a name alike."""
    about = test.words - test.prose - frozenset(_NAME.findall(test.name))  # others are called otherwise
    return not about or any(
        len(about & other.words) >= _needed(test, other) * len(about)
        and (other.assertions >= min(test.assertions, 1) or bool(other.cases))
        for other in grown
    )


def _needed(test: Trial, other: Trial) -> float:
    """Give the part of a test's words that another must have to stand for it: less if it asserts as much."""
    if _alike(test.name, other.name):
        return _PART
    return _SHARED if other.assertions >= max(test.assertions, _SEVERAL) else _ALIKE


def _alike(one: str, other: str) -> bool:
    """Say whether two tests are called after the same thing."""
    words = [frozenset(word.lower() for word in _WORD.findall(name)) - {"test"} for name in (one, other)]
    whole = sorted(map(_plain, (one, other)), key=len)
    same = len(whole[0]) > _LONG and whole[0] in whole[1]  # `TestRoundtrip` for `TestEncodeRoundTrip`
    return same or len(words[0] & words[1]) >= _SHARED * min(map(len, words))


def _plain(name: str) -> str:
    """Give a name as one word in small letters."""
    return "".join(_WORD.findall(name)).lower().replace("test", "")
