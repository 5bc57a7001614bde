"""How work of a type is best done: a paragraph a type, the difference between the built-in templates. A table."""

_FEATURE = (
    "Build it whole: no stubs, no placeholders, no branch left for later. Read the code around it first and follow "
    "its ways. Add tests that fail without your change; run them, and the ones that were there, before you say that "
    "it is done."
)
_BUGFIX = (
    "First reproduce it: write a test that fails by an assertion because of the bug, and see it fail. Then mend the "
    "cause, not the symptom, with the smallest change that does. Look for the same mistake elsewhere. In the end "
    "the new test passes and every other one still does."
)
_TEST = (
    "Test behaviour that people rely on, through the code's own interface. Each test must fail when that behaviour "
    "breaks: break the code on purpose, see it fail, and put it back. Do not change the code under test to make it "
    "easier; where it is wrong, say so instead of asserting what it does."
)
_DOCS = (
    "Write for the reader who has to act on it. Say what is true of the code as it is: check names, paths and "
    "defaults against it, and run every command you show. Change no code. Do not repeat what stands elsewhere; link "
    "to it."
)
_REFACTOR = (
    "Nothing that can be observed changes: the tests that are there pass unchanged before and after, and none is "
    "edited. Go in small steps, each of which works. Take out what is no longer used. Leave mending and new "
    "behaviour to other tasks."
)
_MIGRATION = (
    "Data must survive it: write it so that it can run again, run on real amounts, and be undone, or say that it "
    "cannot. Old and new code may run at the same time. Test it on data as it really is, odd rows included, in both "
    "directions."
)
_CHORE = (
    "Do what is asked and nothing beside it. Where it touches settings, versions or generated files, use the tools "
    "the project uses for that, and say in your last message what has to be known about it."
)
_RESEARCH = (
    "The result is a text that someone decides by. Say what you looked at, what you found, with places in the code, "
    "and what you do not know; keep facts and opinions apart. Change nothing but that text."
)
_REVIEW = (
    "Read the change and what it touches. Say what is wrong, where, why and how it shows, the gravest first, and "
    "what you checked and found good. Do not change the code you judge."
)

APPROACHES = {
    "feature": _FEATURE,
    "bugfix": _BUGFIX,
    "test": _TEST,
    "docs": _DOCS,
    "refactor": _REFACTOR,
    "migration": _MIGRATION,
    "chore": _CHORE,
    "research": _RESEARCH,
    "review": _REVIEW,
}
ALIASES = {
    "bug": "bugfix",
    "fix": "bugfix",
    "hotfix": "bugfix",
    "regression": "bugfix",
    "feat": "feature",
    "enhancement": "feature",
    "story": "feature",
    "epic": "feature",
    "tests": "test",
    "testing": "test",
    "documentation": "docs",
    "documentation-update": "docs",
    "doc": "docs",
    "adr": "docs",
    "adr-creation": "docs",
    "editorial": "docs",
    "refactoring": "refactor",
    "codequality": "refactor",
    "code-quality": "refactor",
    "cleanup": "refactor",
    "data-migration": "migration",
    "schema": "migration",
    "admin": "chore",
    "maintenance": "chore",
    "dependencies": "chore",
    "infra": "chore",
    "infrastructure": "chore",
    "policy-update": "chore",
    "session-archival": "chore",
    "skill-registration": "chore",
    "spike": "research",
    "analysis": "research",
    "investigation": "research",
    "audit": "review",
}
"""What people also call them, in the queue files there are."""


def known_type(kind: str) -> str:
    """Give the built-in type a task's type means, or the type as it is written, in small letters."""
    word = "-".join(kind.lower().replace("_", " ").split())
    return ALIASES.get(word, word)


def approach(kind: str) -> str:
    """Give the advice for a type; nothing for one nobody knows."""
    return APPROACHES.get(known_type(kind), "")
