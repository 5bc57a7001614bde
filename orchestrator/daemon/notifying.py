"""Tells people: what waits for a channel becomes one message, sent by apprise in a process of its own.

Never shows an address: whatever a service says of it is taken out of what is recorded.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import anyio

from orchestrator.daemon import courier
from orchestrator.daemon.machine import bad, doubtful, ok
from orchestrator.daemon.project import Project
from orchestrator.model.answers import DoctorLine
from orchestrator.model.messages import Message
from orchestrator.model.world import World
from orchestrator.policy import people
from orchestrator.policy.post import troubles

TIMEOUT_S = 60.0
_LONGEST, _SHORTEST = 300, 4
"""Characters of a failure that is recorded; of a part of an address that may be a secret."""
_VARIABLE = "env:"


class AppriseNotifier:
    """`ports.notifier.Notifier` over apprise."""

    def __init__(self, project: Project) -> None:
        self._project = project

    async def send(self, channel: str, messages: tuple[Message, ...]) -> tuple[bool, str]:
        """Send these as one message."""
        return await self._deliver(channel, {**composed(self._project.name, messages), "format": "text"})

    async def check(self, channel: str) -> str:
        """Say why nothing can be sent through a channel, as far as that shows without sending."""
        return (await self._deliver(channel, {"only_look": "yes"}))[1]

    async def _deliver(self, channel: str, asked: dict[str, str]) -> tuple[bool, str]:
        url = people.address_of(self._project.settings, channel) or ""
        if url.startswith(_VARIABLE):
            name = url.removeprefix(_VARIABLE)
            url = self._project.environ.get(name, "")
            if not url:
                return False, f"the variable {name} is not set; set it to the channel's address"
        given = json.dumps({**asked, "url": url}).encode()
        argv = [sys.executable, "-I", str(Path(courier.__file__))]
        try:
            with anyio.fail_after(TIMEOUT_S):
                done = await anyio.run_process(argv, input=given, cwd="/", check=False, stderr=subprocess.PIPE)
        except TimeoutError:
            return False, f"did not answer within {TIMEOUT_S:.0f} s"
        try:
            taken, note = json.loads(done.stdout)
        except ValueError:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            taken, note = False, f"cannot send: {said[-1] if said else f'exit {done.returncode}'}"
        return taken, without(note, url)[:_LONGEST]


async def channels(project: Project, world: World) -> tuple[DoctorLine, ...]:
    """Look at every way to people: whether there is one, and whether it took what it was sent. Sends nothing."""
    notifier = AppriseNotifier(project)
    found: list[DoctorLine] = [doubtful(text, "correct it: [notify]") for text in troubles(world, project.settings)]
    for name in people.addresses(project.settings):
        note = await notifier.check(name)
        found.append(bad(f"channel {name}: {note}") if note else ok(f"channel {name}"))
    return tuple(found)


def without(text: str, url: str) -> str:
    """Take every part of an address that may be secret out of a text."""
    parts = sorted(set(re.split(r"[/:@?&=#]+", url)[1:]) | {url}, key=len, reverse=True)
    for part in parts:
        text = text.replace(part, "***") if len(part) >= _SHORTEST else text
    return " ".join(text.split())


def composed(project: str, messages: tuple[Message, ...]) -> dict[str, str]:
    """Put messages into one: its title and its body, each with its number, so that one that comes twice is known."""
    if len(messages) == 1:
        (only,) = messages
        return {"title": f"[{project}] {only.title}", "body": f"{only.text}\n\n{only.id}"}
    body = "\n\n".join(f"{message.id}  {message.text}" for message in messages)
    return {"title": f"[{project}] {len(messages)} messages", "body": body}
