"""A laboratory: two commits as folders of text, and tests run by a few lines in this process instead of a runner."""

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from xml.sax.saxutils import quoteattr

import anyio

from orchestrator.model.settings import CheckSettings
from orchestrator.verify.diff import Edit
from orchestrator.verify.proofs.bench import Budget
from orchestrator.verify.proofs.facts import Facts
from orchestrator.verify.proofs.proving import Proved, prove
from orchestrator.verify.proofs.scope import Scope, scope_of
from orchestrator.verify.question import Around, Question
from orchestrator.verify.reading import Ran

Files = dict[str, str]
CHECK = CheckSettings(name="tests", command=("pytest", "--junitxml={report}"), format="junit")


class Skip(Exception):  # noqa: N818 - what a test raises to be skipped is no error
    """What `skip()` in a test of the laboratory raises."""


class Lab:
    """Runs proofs over two commits; `runs` tells how often tests were run, and of which commit."""

    def __init__(self, root: Path, base: Files, head: Files) -> None:
        self.root = root
        self.base, self.head = base, {p: t for p, t in {**base, **head}.items() if t}
        self.runs: list[str] = []
        self.broken = ""

    def scope(self) -> Scope:
        paths = {p for p in {*self.base, *self.head} if self.base.get(p) != self.head.get(p)}
        return scope_of(
            Edit(path=path, status="M", old=self.base.get(path), new=self.head.get(path)) for path in sorted(paths)
        )

    def question(self, commit: str) -> Question:
        paths = frozenset(self.base if commit == "base" else self.head)
        return Question(
            check=CHECK, queue="q", commit=commit, tree=commit, base="base", overlay=(), argv=("pytest",), named={},
            label="", paths=paths,
        )  # fmt: skip

    def facts(self, **more: object) -> Facts:
        return Facts(head=self.question("head"), base=self.question("base"), scope=self.scope(), **more)  # type: ignore[arg-type]

    def prove(self, *, seconds: float = 100.0, **more: object) -> Proved:
        facts = self.facts(**more)

        async def story() -> Proved:
            return await prove(self.run, Budget(seconds, 0.0, anyio.current_time()), facts)

        return anyio.run(story)

    async def run(self, question: Question, around: Around) -> Ran:
        self.runs.append(f"{around.label} {question.commit}")
        if self.broken:
            return Ran(reason=self.broken)
        folder = self.root / f"run-{len(self.runs)}"
        files = dict(self.base if question.commit == "base" else self.head)
        for path in question.overlay:
            files.pop(path, None)
            files.update({path: self.base[path]} if path in self.base else {})
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        if around.alter is not None:
            around.alter(folder)
        with _inside(folder) as tmp:
            cases = "".join(_cases(folder))
            seen = tmp / around.witness
            witness = seen.read_bytes() if around.witness and seen.exists() else None
        return Ran(code=0, report=f"<testsuite>{cases}</testsuite>".encode(), witness=witness)


@contextmanager
def _inside(folder: Path) -> Iterator[Path]:
    tmp = folder / "tmp"
    tmp.mkdir()
    known, before = set(sys.modules), os.environ.get("TMPDIR")
    sys.path.insert(0, str(folder))
    os.environ["TMPDIR"] = str(tmp)
    importlib.invalidate_caches()
    sys.dont_write_bytecode, writes = True, sys.dont_write_bytecode
    try:
        yield tmp
    finally:
        sys.dont_write_bytecode = writes
        sys.path.remove(str(folder))
        os.environ.pop("TMPDIR")
        os.environ.update({"TMPDIR": before} if before else {})
        for name in set(sys.modules) - known:
            del sys.modules[name]


def _cases(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("tests/test_*.py")):
        place = f"tests.{path.stem}"
        module = ModuleType(path.stem)
        try:
            exec(compile(path.read_text(), str(path), "exec"), module.__dict__)  # noqa: S102 - tests of the laboratory
        except Exception as error:  # noqa: BLE001 - a module that cannot be collected is a result
            yield f"<testcase name={quoteattr(place)}><error message={quoteattr(repr(error))}/></testcase>"
            continue
        for name, test in list(module.__dict__.items()):
            if name.startswith("test") and callable(test):
                yield f'<testcase classname="{place}" name="{name}">{_outcome(test)}</testcase>'


def _outcome(test: object) -> str:
    try:
        test()  # type: ignore[operator]
    except AssertionError as error:
        return f"<failure message={quoteattr(f'AssertionError: {error}')}/>"
    except Skip:
        return "<skipped/>"
    except Exception as error:  # noqa: BLE001 - whatever a test raises is its outcome
        return f"<failure message={quoteattr(repr(error))}/>"
    return ""
