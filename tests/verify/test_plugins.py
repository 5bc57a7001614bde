"""Checks and kinds of agents that other packages bring, with the example package installed beside the product."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anyio
import pytest

from orchestrator.errors import FaultError
from orchestrator.model.verdicts import Finding, Verdict
from orchestrator.ports.checks import Plugged, Plugin, Said, Subject
from orchestrator.verify.checks import CheckVerifier, Others

EXAMPLE = Path(__file__).parents[2] / "examples" / "orchestrator-check-todo"


class Brought:
    """Plug-ins that a test brings."""

    def __init__(self, check: Plugged) -> None:
        self.check = check
        self.calls = 0

    def find(self, name: str) -> Plugin:
        if name != "todo":
            raise FaultError(f"no package brings a check {name}")
        return Plugin(check=self._called, release="todo 1")

    def _called(self, subject: Subject) -> Said | Iterable[Finding]:
        self.calls += 1
        return self.check(subject)


def judged(court: Any, check: Plugged, **more: Any) -> tuple[Any, Brought]:
    brought = Brought(check)
    options = {"words": ["TODO"]}
    court.check("todo", plugin="todo", options=options, timeout_s=0.5)
    verifier = CheckVerifier(
        court.settings, court.trees, court.runner, court.state, court.environ, Others(plugins=brought)
    )
    return anyio.run(verifier.judge, court.case(**more)), brought


def test_a_check_sees_both_sides_and_the_task_and_its_findings_count(court: Any) -> None:
    seen: list[object] = []

    def check(subject: Subject) -> list[Finding]:
        seen.extend([subject.task, subject.title, subject.description, dict(subject.options)])
        seen.extend([[c.path for c in subject.changes()], subject.paths()])
        seen.extend([subject.read("src/a.py"), subject.before("src/a.py"), subject.read("none")])
        bad = [Finding(message="bad", path="src/a.py", line=1)] if subject.read("src/a.py") == b"x = 2\n" else []
        return [*bad, Finding(message="meh", severity="note")]

    judgement, _ = judged(court, check, title="T", description="D")
    assert judgement.verdict is Verdict.FAIL
    assert [f.id for f in judgement.regressions] == [":src/a.py:bad"]
    assert [f.id for f in judgement.pre_existing] == ["::meh"]
    assert seen[:6] == ["backend/T-1", "T", "D", {"words": ["TODO"]}, ["src/a.py"], ("src/a.py",)]
    assert seen[6:9] == [b"x = 2\n", b"x = 1\n", None]


def test_what_the_base_has_is_excused_and_nothing_is_asked_twice(court: Any) -> None:
    judgement, brought = judged(court, lambda subject: [Finding(message="odd", path=path) for path in subject.paths()])
    assert (judgement.verdict, brought.calls) == (Verdict.PASS, 2)
    assert [f.message for f in judgement.pre_existing] == ["odd"]
    again, brought = judged(court, lambda _: [])
    assert (again.checks[0].cached, brought.calls) == (True, 0)


@pytest.mark.parametrize(
    ("gives", "verdict"),
    [
        (Said(verdict=Verdict.BLOCKED, findings=(Finding(message="look"),)), Verdict.BLOCKED),
        (Said(verdict=Verdict.PASS), Verdict.PASS),
        ([Finding(message="x", severity="warning")], Verdict.PASS),
        ([], Verdict.PASS),
    ],
)
def test_a_check_may_say_its_verdict_itself(court: Any, gives: Any, verdict: Verdict) -> None:
    assert judged(court, lambda _: gives)[0].verdict is verdict


@pytest.mark.parametrize(
    ("gives", "says"),
    [
        (lambda _: 1 / 0, "ZeroDivisionError"),
        (lambda _: 3, "a plain function that gives findings"),
        (lambda _: ["bad"], "'bad', which is no Finding"),
        (lambda _: __import__("time").sleep(1) or [], "took longer than 0.5 s"),
        (lambda subject: subject.read("../../etc/passwd") or subject.nothing, "AttributeError"),
    ],
)
def test_what_goes_wrong_in_a_check_is_its_fault_and_never_a_pass(court: Any, gives: Any, says: str) -> None:
    judgement, _ = judged(court, gives)
    assert says in judgement.fault


# -- installed -----------------------------------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Install the example into a folder, as an installer would: its modules, and what it registers."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    target = tmp_path / "installed"
    about = target / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        for group, points in project["entry-points"].items()
    ]
    (about / "entry_points.txt").write_text("\n".join(groups))
    source = EXAMPLE / "src" / "orchestrator_check_todo" / "__init__.py"
    module = target / "orchestrator_check_todo"
    module.mkdir()
    (module / "__init__.py").write_text(source.read_text())
    return target


@pytest.mark.slow
def test_the_example_package_is_found_and_judges(installed: Path, tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(installed)}

    def ask(*words: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "orchestrator", "-C", str(root), *words],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def git(*words: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run(["git", *identity, *words], cwd=root, check=True, env=env)

    (root / "orchestrator.toml").write_text(
        '[checks.todo]\nplugin = "todo"\noptions = {words = ["TODO", "HACK"]}\n[agents.n]\nprofile = "notebook"\n'
    )
    (root / "a.py").write_text("x = 1  # TODO: old\n")
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "first")
    (root / "a.py").write_text("x = 1  # TODO: old\ny = 2  # HACK\nz = 3  # TODO(ana): later\n")
    code, said, _ = ask("verify", "--check", "todo", "--json")
    (check,) = json.loads(said)["checks"]
    assert (code, [(f["path"], f["line"], f["rule"]) for f in check["findings"]]) == (
        1,
        [("a.py", 2, "todo-without-name")],
    )
    assert "notebook" in ask("agents")[1]
    configured = (root / "orchestrator.toml").read_text()
    (root / "orchestrator.toml").write_text('[agents.n]\nprofile = "notebook"\n')
    code, said, told = ask("verify", "--check", "todo", "--json")
    assert code in {0, 1}, told  # judged by the package's own defaults
    assert json.loads(said)["checks"][0]["name"] == "todo"
    (root / "orchestrator.toml").write_text(configured)
    env["PYTHONPATH"] = ""
    code, said, _ = ask("verify", "--check", "todo")
    assert (code, "no package brings a check todo (known: none)" in said) == (7, True)
