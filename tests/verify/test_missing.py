"""Code that cannot run is found: a method that went and is still called, a file that is imported and is not there."""

from typing import Any

import pytest

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh

CLASS = (
    "class A:\n    def work(self, a):\n        return self.tax(a)\n\n    def tax(self, a):\n        return rate(a)\n"
)
GONE = CLASS.partition("\n    def tax")[0]


def edit(path: str, old: str | None, new: str | None) -> Edit:
    status = "A" if old is None else "D" if new is None else "M"
    return Edit(path=path, status=status, old=old, new=new, old_blob=f"{old}", new_blob=f"{new}")


def said(*edits: Edit, tree: tuple[str, ...] = ()) -> list[str]:
    report = weigh(Diff(edits=edits, tree=tuple(sorted(tree))))
    return [f.message.split("`")[1] for f in report.findings if f.rule == "missing-name"]


def test_a_method_that_went_and_is_still_called_is_found() -> None:
    assert said(edit("src/a.py", CLASS + "\n\nrate = len\n", GONE + "\n\nrate = len\n")) == ["A.tax"]


@pytest.mark.parametrize(
    "new",
    [
        GONE.replace("class A:", "class A(Base):"),
        GONE.replace("class A:", "class A(metaclass=Meta):"),
        GONE + "\n    tax = len\n",
        GONE + "\n    def __getattr__(self, name):\n        return len\n",
        GONE + "\n\nA.tax = len\n",
        GONE + "\n\nsetattr(A, 'tax', len)\n",
        GONE.replace("self.tax(a)", "rate(a)"),
    ],
)
def test_a_method_that_another_gives_is_not_missing(new: str) -> None:
    end = "\n\nrate = len\nBase = Meta = object\n"
    assert said(edit("src/a.py", CLASS + end, new + end)) == []


def test_a_method_may_move_or_never_have_been_there() -> None:
    end = "\n\nrate = len\n"
    other = edit("src/b.py", None, "class B:\n    def tax(self, a):\n        return len(a)\n")
    assert said(edit("src/a.py", CLASS + end, GONE + end), other) == []
    assert said(edit("src/a.py", GONE.replace("self.tax(a)", "3"), GONE)) == []


TREE = (
    "src/a.py",
    "src/pkg/__init__.py",
    "src/pkg/b.py",
    "src/pkg/sub/c.py",
    "web/a.js",
    "web/b.ts",
    "web/lib/index.js",
    "web/c.css",
)


@pytest.mark.parametrize(
    ("path", "line", "lost"),
    [
        ("src/pkg/b.py", "from ._helper import work", ["._helper"]),
        ("src/pkg/sub/c.py", "from ..other.work import work", ["..other.work"]),
        ("src/pkg/b.py", "from .sub.c import work", []),
        ("src/pkg/b.py", "from . import anything", []),
        ("src/pkg/sub/c.py", "from ..b import work", []),
        ("src/pkg/b.py", "from ._version import version", []),
        ("src/pkg/b.py", "try:\n    from ._speedups import work\nexcept ImportError:\n    work = None", []),
        ("src/pkg/b.py", "if TYPE_CHECKING:\n    from ._types import work", []),
        ("src/pkg/b.py", "TEXT = '''\nfrom .models import work\n'''", []),
        ("web/a.js", "import { work } from './helper.js';", ["./helper.js"]),
        ("web/a.js", "const work = require('./helper');", ["./helper"]),
        ("web/a.js", "export * from '../lost';", ["../lost"]),
        ("web/a.js", "import './b.js';\nimport c from './lib';\nimport './c.css';", []),
        ("web/a.js", "import type { work } from './helper';", []),
        ("web/a.js", "// import { work } from './helper';", []),
        ("web/a.js", "const text = `\n  import work from './helper';\n`;", []),
        ("web/a.js", "import work from 'helper';", []),
    ],
)
def test_a_file_that_is_imported_and_not_there_is_found(path: str, line: str, lost: list[str]) -> None:
    end = "\nTYPE_CHECKING = False\n" if path.endswith(".py") else "\nwork(1);\n"
    assert said(edit(path, end, f"{line}{end}"), tree=TREE) == lost
    assert said(edit(path, f"{line}{end}", f"{line}{end}\n"), tree=TREE) == []
    assert said(edit(path, end, f"{line}{end}")) == []


def test_the_tree_is_asked_for_where_something_is_imported_by_its_place(court: Any) -> None:
    court.base({"src/pkg/__init__.py": "", "src/pkg/b.py": "def work(a):\n    return a.tax\n"})
    court.head({"src/pkg/b.py": "from .helper import tax\n\n\ndef work(a):\n    return tax(a)\n"})
    assert [f.rule for f in court.judge(checks=("honest",)).regressions] == ["missing-name"]
    court.head(
        {
            "src/pkg/helper.py": "def tax(a):\n    return a.tax\n",
            "src/pkg/b.py": "from .helper import tax\n\n\ndef work(a):\n    return tax(a)\n",
        }
    )
    assert court.judge(checks=("honest",)).regressions == ()
