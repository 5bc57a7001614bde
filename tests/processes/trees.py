"""Trees that do not want to end, and what they can lose: the agent, the guardian, the root. Each ends by itself.

Every process carries the ground's mark in its command line; none lives longer than a minute.
"""

import fcntl
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orchestrator.ports.agents import Life
from orchestrator.ports.runner import Launch
from orchestrator.processes import GuardedRunner
from orchestrator.processes.traces import Guarded, read_guarded
from tests.processes.conftest import Ground, living, until

_SLEEPS = "sleep 60 0.{u}"
_DAEMON = """python3 -c '
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: time.sleep(60)
' {u} &"""
_STORM = """python3 -c '
import fcntl, os, time
held = open("storm", "w")
fcntl.flock(held, fcntl.LOCK_EX)
ends = time.monotonic() + 10
for _ in range(20):
    if os.fork() == 0:
        while time.monotonic() < ends:
            if os.fork(): os._exit(0)
            os.setsid()
            time.sleep(0.001)
        os._exit(0)
' {u}"""
"""Twenty processes that are others every millisecond: no list of processes shows them, but all hold one lock."""

TREES = {
    "a child in the background": f"{_SLEEPS} &",
    "a session of its own": f"setsid {_SLEEPS} &",
    "forked twice, away from everybody": _DAEMON,
    "a shell deaf to INT, TERM and HUP": f"sh -c 'trap \"\" INT TERM HUP; for n in 1 2; do {_SLEEPS}; done' &",
    "stopped": f"{_SLEEPS} & kill -STOP $!",
    "without its environment": f"env -i setsid {_SLEEPS} &",
    "two hundred at once": f"for n in $(seq 200); do {_SLEEPS} & done",
    "a storm of forks": _STORM,
}
STORM = "a storm of forks"
_MANY = {"two hundred at once": 200}
"""Processes that must have been seen before anything is killed; one of the other trees, besides the agent."""


async def grown(runner: GuardedRunner, ground: Ground, tree: str) -> tuple[Launch, Guarded]:
    """Start one and return once it stands."""
    script = f"{TREES[tree]}\necho ready\nsleep 60 0.{ground.mark}".replace("{u}", ground.mark)
    launch = ground.shell(script)
    await runner.start(launch)
    until(lambda: ground.out() == "ready\n" and len(living(ground.mark)) > _MANY.get(tree, 1))
    guarded = read_guarded(launch.run_dir)
    assert guarded is not None
    return launch, guarded


def seconds_until_gone(ground: Ground, within_s: float) -> float:
    """Wait until nothing of the tree lives; gives how long that took."""
    began = time.monotonic()
    until(lambda: not living(ground.mark) and not _is_held(ground.work / "storm"), within_s=within_s)
    return time.monotonic() - began


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


Death = Callable[[GuardedRunner, Launch, Guarded], Any]


async def stopped(runner: GuardedRunner, launch: Launch, _guarded: Guarded) -> None:
    """End it by the ladder."""
    await runner.stop(launch.run_dir, grace_s=0.1)


async def guardian_killed(_runner: GuardedRunner, _launch: Launch, guarded: Guarded) -> None:
    """Kill -9 the guardian."""
    os.kill(guarded.pid, signal.SIGKILL)


async def root_killed(_runner: GuardedRunner, _launch: Launch, guarded: Guarded) -> None:
    """Kill -9 the root of the tree: our init."""
    os.kill(guarded.root, signal.SIGKILL)


async def both_killed(_runner: GuardedRunner, _launch: Launch, guarded: Guarded) -> None:
    """Kill -9 both, while neither can see the other die."""
    os.kill(guarded.root, signal.SIGSTOP)
    os.kill(guarded.pid, signal.SIGKILL)
    os.kill(guarded.root, signal.SIGKILL)


async def both_killed_and_looked_at(runner: GuardedRunner, launch: Launch, guarded: Guarded) -> None:
    """Kill -9 both, and look at the run as the next start does."""
    await both_killed(runner, launch, guarded)
    while await runner.life(launch.run_dir) is Life.RUNNING:  # the dead hold their lock for a moment
        pass


DEATHS: dict[str, Death] = {
    "stopped": stopped,
    "guardian killed": guardian_killed,
    "root killed": root_killed,
    "both killed": both_killed,
    "both killed, looked at": both_killed_and_looked_at,
}
