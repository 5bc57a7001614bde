"""The MCP server an agent's CLI starts beside it: `orchestrator-tell` as tools, over the very same files.

Runs inside the agent's sandbox and knows nothing but the run's folder. Needs the extra `mcp`; imported on use.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from anyio import to_thread
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from orchestrator.agents import tell

T = TypeVar("T")
NAME = "orchestrator"
WAIT_S = 50.0
"""Agents give up on a tool after a minute unless they are told otherwise."""
_ABOUT = (
    "Reaches the people you work for. Nothing you say here means that the task is done: that is said in your final "
    "message, as the prompt explains."
)


def make(run: Path) -> MCPServer:
    """Make the server of one run's folder."""
    server: MCPServer = MCPServer(NAME, instructions=_ABOUT)
    tools = _Tools(run)
    for tool in (
        tools.task_context,
        tools.report_progress,
        tools.report_blocked,
        tools.ask_person,
        tools.answers,
        tools.propose_task,
        tools.record_learning,
    ):
        server.add_tool(tool, structured_output=False)
    return server


class _Tools:
    """The tools; their names, arguments and first words are what the model sees."""

    def __init__(self, run: Path) -> None:
        self._run = run

    async def task_context(self) -> str:
        """Give this task as JSON: what is to be done, findings, inputs, answers, what is left of its limits."""
        return await _told(lambda: tell.context(self._run))

    async def report_progress(self, text: str) -> str:
        """Tell people in one line how far you are; now and then, on long work."""
        return await self._say({"verb": "progress", "text": text})

    async def report_blocked(self, reason: str) -> str:
        """Tell that you cannot go on without a person, and why. Then end your turn without claiming completion."""
        return await self._say({"verb": "blocked", "text": reason})

    async def ask_person(self, question: str, wait_seconds: float = WAIT_S, *, go_on: bool = False) -> str:
        """Ask what only a person can answer, and wait a while for the answer; with go_on you work on without it."""
        word: dict[str, Any] = {"verb": "ask", "text": question, "holds": not go_on}
        if go_on:
            return await self._say(word)
        return await _told(lambda: tell.answer(self._run, tell.say(self._run, word), wait_seconds) or tell.LATER)

    async def answers(self) -> str:
        """Give what people have answered in this iteration."""
        return await _told(lambda: tell.answers(self._run))

    async def propose_task(  # noqa: PLR0913, PLR0917 - one argument a field
        self,
        title: str,
        description: str = "",
        queue: str = "",
        priority: int = 2,
        dependencies: list[str] | None = None,
        files: list[str] | None = None,
        tests: list[str] | None = None,
    ) -> str:
        """Propose a follow-up task: work you noticed that is not part of this one. A person decides."""
        return await self._say(
            {
                "verb": "propose",
                "title": title,
                "description": description,
                "queue": queue,
                "priority": priority,
                "dependencies": dependencies or [],
                "files": files or [],
                "tests": tests or [],
            }
        )

    async def record_learning(self, text: str) -> str:
        """Record what later tasks of this project should know."""
        return await self._say({"verb": "learn", "text": text})

    async def _say(self, word: dict[str, Any]) -> str:
        return await _told(lambda: tell.receipt(self._run, tell.say(self._run, word)))


async def _told(work: Callable[[], T]) -> T:
    """Do what waits for files in a thread of its own; a refusal is the tool's error."""
    try:
        return await to_thread.run_sync(work, abandon_on_cancel=True)
    except tell.RefusedError as refused:
        raise ToolError(f"refused: {refused}") from None
