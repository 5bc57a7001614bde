"""The project that is killed: two queues, a task of two iterations, a conflict, a trigger with an action.

Every run of it makes the same commits, whatever it is killed by: an agent waits for what another has done (it looks at
the ledger of starts and at the target branch), so that B1 always needs two iterations, F1 always conflicts with B1, and
F2 is always verified again after the merge because B2 landed first.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

TASKS = ("backend/B1", "backend/B2", "frontend/F1", "frontend/F2")
LINES = {
    "backend/B1": ("changes.py", '    "B1",'),
    "frontend/F1": ("changes.py", '    "F1",'),
    "backend/B2": ("b2.py", "B2 = 2"),
    "frontend/F2": ("f2.py", "F2 = 2"),
}
"""What each task adds: its file and its line, exactly once in the end."""

BASE = "orchestrator/main"

_AGENT = r"""#!/bin/sh
set -eu
cat >/dev/null
run="$ORCHESTRATOR_TASK $ORCHESTRATOR_ATTEMPT $ORCHESTRATOR_ITERATION"
ledger="$ORCHESTRATOR_PROJECT/../ledger"
echo "start $run" >>"$ledger"

until_true() {
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ "$tries" -gt 2000 ]; then echo "waited in vain: $*" >&2; exit 3; fi
        sleep 0.03
    done
}
started() { grep -qx "start $1" "$ledger"; }
landed() { git -C "$ORCHESTRATOR_PROJECT" grep -q "$1" orchestrator/main -- "$2"; }
add() { sed -i "s/^]/    \"$1\",\n]/" changes.py; }

case "$run" in
"backend/B1 1 1") until_true started "frontend/F1 1 1"; add "B1 unfinished" ;;
"backend/B1 1 2") sed -i 's/ unfinished//' changes.py ;;
"frontend/F1 1 1") until_true landed '"B1"' changes.py; add F1 ;;
"frontend/F1 2 1") grep -q '^<<<<<<<' changes.py; sed -i '/^<<<<<<<\|^|||||||\|^=======\|^>>>>>>>/d' changes.py ;;
"backend/B2 1 1") until_true started "frontend/F2 1 1"; echo "B2 = 2" >>b2.py ;;
"frontend/F2 1 1") until_true landed "B2 = 2" b2.py; echo "F2 = 2" >>f2.py ;;
*) echo "nobody asked for $run" >&2; exit 4 ;;
esac
echo "end $run" >>"$ledger"
echo "<promise>DONE</promise>"
"""

_CONFIG = """
[project]
base = "main"
sandbox = "none"

[agents.script]
profile = "command"
command = ["./agent.sh"]

[checks.finished]
command = ["sh", "-c", "! grep -n 'unfinished\\\\|^<<<<<<<\\\\|^>>>>>>>' *.py"]

[checks.honest]
builtin = "honest"

[actions.announce]
command = ["sh", "-c", "echo announce $ORCHESTRATOR_ACTION_KEY >>../ledger"]
"""


def _task(name: str, **more: object) -> dict[str, object]:
    return {"id": name, "title": f"change {name}", "status": "pending", "completion_promise": "DONE", **more}


_BACKEND = {
    "project": "crash",
    "features": [_task("B1"), _task("B2", dependencies=["frontend/F1"])],
    "triggers": [
        {
            "id": "second-half",
            "when": {"task": "frontend/F1"},
            "do": [{"add": {"queue": "frontend", "task": _task("F2")}}, {"run": "announce"}],
        }
    ],
}
_FRONTEND = {"project": "crash", "features": [_task("F1")]}


class Site:
    """One throw-away project, what its agents noted beside it, and the orchestrator as people start it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "project"
        self.state = self.root / ".aibrain"
        self.ledger = folder / "ledger"

    def make(self) -> "Site":
        """Make the project with its first commit."""
        (self.root / "queues").mkdir(parents=True)
        agent = self.root / "agent.sh"
        agent.write_text(_AGENT)
        agent.chmod(0o755)
        self.ledger.touch()
        (self.root / "orchestrator.toml").write_text(_CONFIG)
        (self.root / "changes.py").write_text('CHANGES = [\n    "base",\n]\n')
        for name, content in (("backend", _BACKEND), ("frontend", _FRONTEND)):
            (self.root / "queues" / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")
        self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("-c", "user.name=ana", "-c", "user.email=ana@example.org", "commit", "-qm", "base")
        return self

    def git(self, *args: str, ok: tuple[int, ...] = (0,)) -> str:
        """Ask git in the project; exit codes other than `ok` are an error."""
        done = subprocess.run(["git", *args], cwd=self.root, check=False, capture_output=True, text=True, env=_env())
        if done.returncode not in ok:
            raise RuntimeError(f"git {' '.join(args)}: exit {done.returncode}: {done.stderr}")
        return done.stdout

    def run(self, *, die_at: str = "", timeout_s: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Start `orchestrator run` and wait for its end; with `die_at` it kills itself there."""
        module = "tests.crash.dying" if die_at else "orchestrator"
        return subprocess.run(
            [sys.executable, "-m", module, "-C", str(self.root), "run"],
            check=False,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            cwd=_HERE,
            env={**_env(), **({"DIE_AT": die_at} if die_at else {})},
            stdin=subprocess.DEVNULL,
        )


_HERE = Path(__file__).resolve().parents[2]


def _env() -> dict[str, str]:
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "COVERAGE_PROCESS_CONFIG") if name in os.environ
    }
    return {**kept, "HOME": "/nonexistent", "NO_COLOR": "1", "GIT_CONFIG_NOSYSTEM": "1"}
