"""Tests and what they assert, whatever their language. Only values; each language has its reader (`languages`)."""

import msgspec

STRICT, TRUTH, LAX, NONE = 3, 2, 1, 0
"""How little an assertion lets its subject vary."""


class Assertion(msgspec.Struct, frozen=True, kw_only=True):
    """One assertion. `subjects` are the expressions it is about, `strength` says how little they may vary.

    `guards` are the conditions it stands under, `parts` what stands in it, `sides` both sides of an equality.
    """

    dump: str
    subjects: frozenset[str]
    strength: int
    line: int
    calls: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    guards: tuple[str, ...] = ()
    parts: frozenset[str] = frozenset()
    sides: tuple[str, ...] = ()


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A test function, or a class or module (`is_test` false, the module's `name` empty) that can silence its tests.

    `markers` silence it, `unconditional` are those that always do. `hollow`: no statement that could do anything.
    `skeleton` is the body without its assertions, `cases` its parameter sets, `replaced` what it puts mocks for.
    `prose` are the words that only explain: a docstring's, those of what is told when an assertion fails. `never`: why
    its body is never run (it only makes a generator, or a coroutine that awaits nothing). `unheard` are the assertions
    whose failure would not be one of the test, each with why. `bound` are functions a test makes that answer something
    fixed, `judged` those that what it asserts came from. `goes_first`: it is what runs before tests.
    `leaves` are the lines on which a test ends quietly, each with what that hangs on, `told` how often its callback
    would hear of an error, and how often only that the test is over.
    """

    name: str
    line: int = 0
    is_test: bool = False
    asserts: tuple[Assertion, ...] = ()
    hollow: bool = False
    body: str = ""
    skeleton: str = ""
    words: frozenset[str] = frozenset()
    prose: frozenset[str] = frozenset()
    vacuous: int = 0
    swallowed: int = 0
    cases: tuple[str, ...] = ()
    replaced: frozenset[str] = frozenset()
    markers: tuple[str, ...] = ()
    unconditional: tuple[str, ...] = ()
    never: str = ""
    unheard: tuple[tuple[Assertion, str], ...] = ()
    bound: frozenset[str] = frozenset()
    judged: frozenset[str] = frozenset()
    goes_first: bool = False
    leaves: tuple[tuple[int, str], ...] = ()
    told: tuple[int, int] = (0, 0)

    @property
    def assertions(self) -> int:
        """Count the assertions that can be reached and can fail."""
        return len(self.asserts)
