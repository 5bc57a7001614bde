"""Which languages the honest check reads, and through what. The rules know functions and tests, never a syntax.

A language that is not here is looked at by its words only (`rules_markers`). The grammars are imported when a diff
holds a file of theirs.
"""

from functools import lru_cache

from orchestrator.verify.readers.language import Language
from orchestrator.verify.readers.python.reader import PYTHON

_GRAMMARS = frozenset({"js", "jsx", "mjs", "cjs", "ts", "mts", "cts", "tsx", "go", "rs", "java"})


def language_of(path: str) -> Language | None:
    """Give the language of a file by its name, or None."""
    extension = path.rpartition(".")[2].lower()
    if extension == "py":
        return PYTHON
    return _grammar(extension) if extension in _GRAMMARS and not path.endswith(".d.ts") else None


@lru_cache(maxsize=32)
def _grammar(extension: str) -> Language:
    from orchestrator.verify.readers.grammar.reader import reader_of  # noqa: PLC0415 - heavy, and most diffs need none

    return reader_of(extension)
