"""Makes a checkout run some of its tests and no others, and takes work out of its functions. Follows no links."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from orchestrator.files.beneath import read_beneath, remove_beneath, write_beneath
from orchestrator.verify.proofs.scope import Names, is_test, takeable
from orchestrator.verify.surgery import MAX_SOURCE, Edit, Located, applied, in_front, parsed, renamed
from orchestrator.verify.testpaths import is_named_test, is_test_file

_WORD = re.compile(r"\w+")
_TESTS = re.compile(rb"^[ \t]*(?:async[ \t]+)?def[ \t]+test", re.MULTILINE)
_DEFINED = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)


def read_text(root: Path, path: str) -> tuple[str, tuple[Located, ...]] | None:
    """Give a Python file of a checkout and its functions."""
    return parsed(read_beneath(root, path, MAX_SOURCE))


def narrow(root: Path, paths: Iterable[str], keep: Names, argv: tuple[str, ...]) -> None:
    """Leave the tests named, and take all others out: files nobody needs as a whole, else test by test."""
    files = sorted(path for path in paths if path.endswith(".py") and is_test_file(path))
    needed = _needed(root, files, keep)
    for path in files:
        named = any(path in word for word in argv)
        kept = path in keep or named or Path(path).stem in needed or Path(path).name in {"conftest.py", "__init__.py"}
        if not kept and _is_all_tests(path, read_beneath(root, path, MAX_SOURCE)):
            remove_beneath(root, path)
            continue
        read = read_text(root, path)
        others = [one for one in (read[1] if read else ()) if is_test(one) and one.name not in keep.get(path, ())]
        if read is None or not others:
            continue
        if kept:
            write_beneath(root, path, applied(read[0], [renamed(read[0], one, f"off_{one.last}") for one in others]))
        else:
            remove_beneath(root, path)


def _is_all_tests(path: str, data: bytes | None) -> bool:
    """Say whether a file is called a test's and has one: that needs no parser, and there are many of them."""
    return data is not None and is_named_test(path) and _TESTS.search(data) is not None


def gut(root: Path, functions: Names) -> None:
    """Let functions give nothing back at once."""
    for path, names in functions.items():
        read = read_text(root, path)
        chosen = [one for one in (read[1] if read else ()) if one.name in names and takeable(one)]
        if read is not None and chosen:
            write_beneath(root, path, applied(read[0], _emptied(read[0], chosen)))


def _emptied(text: str, functions: Iterable[Located]) -> list[Edit]:
    return [in_front(text, one.node.body[0], "return") for one in functions]


def _needed(root: Path, files: Iterable[str], keep: Names) -> frozenset[str]:
    """Give the words of the files that stay: a test file one of them names is imported by it."""
    words: set[str] = set()
    for path in files:
        if path not in keep and _is_all_tests(path, read_beneath(root, path, MAX_SOURCE)):
            continue
        read = read_text(root, path)
        if read and (path in keep or not any(is_test(one) for one in read[1])):
            words.update(_WORD.findall(read[0]))
    return frozenset(words)


def words_of(function: Located) -> frozenset[str]:
    """Give the names a function mentions, its own aside."""
    found: set[str] = set()
    for node in ast.walk(function.node):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                found.add(name)
            case ast.Constant(value=str(text)) if text.isidentifier():
                found.add(text)
            case _:
                pass
    return frozenset(found)


def tests_about(root: Path, paths: Iterable[str], functions: Names, most: int) -> Names:
    """Find tests that mention a function by its name, at most so many."""
    wanted = {name.rpartition(".")[2] for names in functions.values() for name in names}
    found: dict[str, frozenset[str]] = {}
    left = most
    for path in sorted(path for path in paths if path.endswith(".py") and is_test_file(path)):
        data = read_beneath(root, path, MAX_SOURCE) if left > 0 else None
        read = (
            parsed(data)
            if data is not None and wanted.intersection(_WORD.findall(data.decode("utf-8", "replace")))
            else None
        )
        about = [one.name for one in (read[1] if read else ()) if is_test(one) and words_of(one) & wanted][:left]
        if about:
            found[path] = frozenset(about)
            left -= len(about)
    return found


def functions_named(root: Path, paths: Iterable[str], words: frozenset[str]) -> Names:
    """Find functions of the code by their bare names."""
    found: dict[str, frozenset[str]] = {}
    for path in sorted(path for path in paths if path.endswith(".py") and not is_test_file(path)):
        data = read_beneath(root, path, MAX_SOURCE)
        if data is None or not words.intersection(_DEFINED.findall(data.decode("utf-8", "replace"))):
            continue
        read = read_text(root, path)
        names = frozenset(one.name for one in (read[1] if read else ()) if one.last in words and takeable(one))
        if names:
            found[path] = names
    return found
