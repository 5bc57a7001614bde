"""What triggers and rollbacks run: the commands of `[actions]`, at the project's root, under a guardian. Never a shell.

An action's processes die with the run that asked for it, `kill -9` included, and with their command: none is ever at
work beside its own repetition, and nothing it left behind is waited for.
"""

import hashlib
import os
import shutil
from pathlib import Path

from orchestrator.daemon.project import Project
from orchestrator.errors import FaultError
from orchestrator.files.atomic import private_dir
from orchestrator.ports.agents import Life
from orchestrator.ports.runner import Launch, Level, Place, Watch
from orchestrator.processes.runner import GuardedRunner

TIMEOUT_S = 600.0
_TAIL = 200


class CommandActions:
    """`ports.actions.Actions` over processes. The command sees ORCHESTRATOR_ACTION_KEY and, of a rollback, _TASK."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._runner = GuardedRunner("none")
        """They are the person's own commands: nothing is held from them."""

    async def run(self, key: str, action: str, task: str = "") -> tuple[bool, str]:
        """Run a command to its end; a failure is told, and the caller tries again."""
        argv = self._project.settings.actions.get(action)
        if argv is None:
            return False, f"action {action} is not defined; add [actions.{action}] command to orchestrator.toml"
        folder = self._project.state / "actions" / hashlib.sha256(key.encode()).hexdigest()[:24]
        private_dir(folder.parent)
        env = {**self._project.environ, "ORCHESTRATOR_ACTION_KEY": key, "ORCHESTRATOR_ACTION_TASK": task}
        try:
            if await self._runner.life(str(folder)) is Life.RUNNING:  # of a run that died a moment ago
                await self._runner.stop(str(folder))
            shutil.rmtree(folder, ignore_errors=True)
            watch, end = await self._runner.run(self._launch(folder, argv, env), timeout_s=TIMEOUT_S)
            said = _last(folder / "stderr") or _last(folder / "stdout")
        except FaultError as error:
            return False, str(error)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if watch is not Watch.ENDED:
            return False, f"did not end within {TIMEOUT_S:.0f} s"
        if end.reason.startswith("cannot start"):
            return False, f"{end.reason}; correct [actions.{action}] command"
        ended = end.reason or (f"exit {end.code}" if end.signal is None else f"signal {end.signal}")
        return end.code == 0, "" if end.code == 0 else f"{ended}: {said}"

    def _launch(self, folder: Path, argv: tuple[str, ...], env: dict[str, str]) -> Launch:
        root = str(self._project.root)
        return Launch(
            run_dir=str(folder),
            argv=argv,
            env=env,
            place=Place(workspace=root, seen_as=root, project=root, checkout=root),
            home=env.get("HOME", root),
            tmp=env.get("TMPDIR", "/tmp"),  # noqa: S108 - the person's own
            stdout=str(folder / "stdout"),
            stderr=str(folder / "stderr"),
            level=Level.L0,
        )


def _last(path: Path) -> str:
    """Give the end of what was said, on one line; nothing where nothing could begin."""
    if not path.exists():
        return ""
    with path.open("rb") as stream:
        stream.seek(max(0, os.fstat(stream.fileno()).st_size - 4 * _TAIL))
        return " ".join(stream.read().decode(errors="replace").split())[-_TAIL:]
