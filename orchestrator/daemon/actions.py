"""What triggers and rollbacks run: the commands of `[actions]`, at the project's root. Never a shell."""

import subprocess

import anyio

from orchestrator.daemon.project import Project

TIMEOUT_S = 600.0
_TAIL = 200


class CommandActions:
    """`ports.actions.Actions` over processes. The command sees ORCHESTRATOR_ACTION_KEY and, of a rollback, _TASK."""

    def __init__(self, project: Project) -> None:
        self._project = project

    async def run(self, key: str, action: str, task: str = "") -> tuple[bool, str]:
        """Run a command to its end; a failure is told, and the caller tries again."""
        argv = self._project.settings.actions.get(action)
        if argv is None:
            return False, f"action {action} is not defined; add [actions.{action}] command to orchestrator.toml"
        env = {**self._project.environ, "ORCHESTRATOR_ACTION_KEY": key, "ORCHESTRATOR_ACTION_TASK": task}
        try:
            with anyio.fail_after(TIMEOUT_S):
                done = await anyio.run_process(
                    argv, cwd=self._project.root, env=env, check=False, stdin=subprocess.DEVNULL
                )
        except TimeoutError:
            return False, f"did not end within {TIMEOUT_S:.0f} s"
        except OSError as error:
            return False, f"cannot start {argv[0]}: {error.strerror}; correct [actions.{action}] command"
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        return done.returncode == 0, "" if done.returncode == 0 else f"exit {done.returncode}: {said[-_TAIL:]}"
