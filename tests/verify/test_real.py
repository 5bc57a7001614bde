"""The verifier over real git, a real guardian and real pytest, in and out of the sandbox."""

import subprocess
import sys
import time
from pathlib import Path

import anyio
import pytest

from orchestrator.model.settings import CheckSettings, Settings
from orchestrator.model.verdicts import Verdict
from orchestrator.ports.runner import Level
from orchestrator.ports.verifier import Case
from orchestrator.processes.runner import GuardedRunner
from orchestrator.verify.checks import CheckVerifier
from orchestrator.workspace.ground import Furnishing, Ground
from orchestrator.workspace.trees import GitTrees

pytestmark = pytest.mark.slow

TEST = "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n"


class WallClock:
    def now(self) -> int:
        return int(time.monotonic() * 1000)

    async def sleep_until(self, at: int) -> None:
        await anyio.sleep((at - self.now()) / 1000)


class Repo:
    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "-q", "-b", "main")
        self.write("calc.py", "def add(a, b):\n    return a - b\n")
        self.write("tests/test_old.py", "def test_old():\n    assert 1 == 2\n")
        self.write("conftest.py", "")
        self.base = self.commit()

    def git(self, *args: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
        return subprocess.run(
            ["git", *identity, *args], cwd=self.root, check=True, capture_output=True, text=True
        ).stdout.strip()

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(exist_ok=True)
        (self.root / path).write_text(text)

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", "x")
        return self.git("rev-parse", "HEAD")

    def case(self, commit: str, **more: object) -> Case:
        tree = self.git("rev-parse", f"{commit}^{{tree}}")
        self.git("checkout", "-q", "main")
        values: dict[str, object] = {
            "task": "q/T-1", "attempt": 1, "iteration": 1, "commit": commit, "tree": tree, "base": self.base,
            "checks": ("tests", "launcher", "honest"),
        }  # fmt: skip
        return Case(**(values | more))  # type: ignore[arg-type]


@pytest.fixture(params=["none", "bwrap"])
def runner(request: pytest.FixtureRequest) -> GuardedRunner:
    if request.param == "bwrap" and GuardedRunner("auto").level() is not Level.L2:
        pytest.skip("bubblewrap does not work here")
    return GuardedRunner(request.param)


def test_a_task_is_judged_by_real_tests_on_a_real_checkout(tmp_path: Path, runner: GuardedRunner) -> None:
    repo = Repo(tmp_path / "project")
    repo.write("launch.sh", '#!/bin/sh\ntest "$1" = base-launcher && exit 0\nexit 0\n')
    (repo.root / "launch.sh").chmod(0o755)
    repo.base = repo.commit()
    repo.git("checkout", "-qb", "work")
    repo.write("tests/test_calc.py", TEST)
    wrong = repo.commit()
    repo.write("calc.py", "def add(a, b):\n    return a + b\n")
    right = repo.commit()
    repo.write("launch.sh", "#!/bin/sh\nexit 0\n")
    repo.write("conftest.py", "import pytest\n")
    tampering = repo.commit()
    command = ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml={report}")
    checks = {
        "tests": CheckSettings(name="tests", command=command, format="junit", timeout_s=60.0),
        "launcher": CheckSettings(name="launcher", command=("./launch.sh", "base-launcher")),
        "honest": CheckSettings(name="honest", builtin="honest"),
    }
    cases = [repo.case(commit, tests=("tests/test_calc.py",)) for commit in (wrong, right, tampering)]
    state = repo.root / ".aibrain"
    state.mkdir(mode=0o700)
    (state / ".gitignore").write_text("*\n")
    environ = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}

    async def story() -> None:
        furnishing = Furnishing(mounts=runner.level() is not Level.L0)
        ground = Ground(repo.root, state, clock=WallClock(), furnishing=furnishing)
        await ground.open()
        verifier = CheckVerifier(Settings(checks=checks), GitTrees(ground), runner, state, environ)
        failed, passed, tampered = [await verifier.judge(case) for case in cases]
        assert failed.fault == passed.fault == tampered.fault == ""
        assert failed.verdict is Verdict.FAIL
        assert [f.rule for f in failed.regressions] == ["test-failed", "named-test-not-run"]
        assert [f.id for f in failed.pre_existing] == ["tests.test_old::test_old"]
        assert passed.verdict is Verdict.PASS, passed
        proofs = {proof.name: proof.outcome for report in passed.checks for proof in report.proofs}
        assert (proofs["counterproof"], proofs["gut"]) == ("held", "held")
        assert [f.id for f in passed.pre_existing] == ["tests.test_old::test_old"]
        assert tampered.verdict is Verdict.FAIL
        assert [f.message.split(":")[0] for f in tampered.regressions] == ["restore conftest.py", "restore launch.sh"]

    anyio.run(story)
    left = {path.name for path in (state / "runs/q/T-1/1/1").iterdir()}
    logs = {f"check-{name}.log" for name in ("tests", "tests.base", "tests.counterproof", "tests.gut", "launcher")}
    assert left >= {"verdict.json", *logs}
    assert all(name.endswith((".log", ".json")) for name in left)
