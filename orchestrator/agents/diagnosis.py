"""What was seen of a run that is about to be stopped, written down before it is: for a person, and for the next prompt.

Reads only what it is given; secrets go before anything is written.
"""

from typing import NamedTuple

from orchestrator.agents.folders import DIAGNOSIS, STDERR, RunFolder
from orchestrator.agents.normalise.lines import one_line
from orchestrator.agents.redact import Redactor
from orchestrator.agents.watchdogs import Watchdogs
from orchestrator.model.agent_events import AgentEvent, Failure, Final, Limit, Retry, Text, ToolEnd, ToolStart
from orchestrator.model.settings import AgentSettings
from orchestrator.ports.agents import RunKey
from orchestrator.ports.runner import Process, Watch

BY_ITS_GUARDIAN = {
    "output": "it wrote more output than a run may, faster than anybody could look",
    "memory": "its processes had more memory than a run may",
    "processes": "it had more processes than a run may",
}
"""What a guardian ends a run for by itself; then the diagnosis can only follow."""
_STDERR_LINES, _STDERR_BYTES = 20, 4096
_PROCESSES = 40


class Sight(NamedTuple):
    """What there is to be seen of a run, and what takes secrets out."""

    dogs: Watchdogs
    processes: tuple[Process, ...]
    redactor: Redactor


def write_diagnosis(folder: RunFolder, key: RunKey, agent: AgentSettings, text: str, sight: Sight) -> None:
    """Write what is seen of a run into its folder; `text` is one line that says why it is stopped."""
    folder.write(DIAGNOSIS, sight.redactor(_page(key, agent, text, folder, sight).encode()))


def why(watch: Watch, agent: AgentSettings, limit_s: float | None, dogs: Watchdogs) -> str:
    """Say in one line why a run is stopped, and what was under way."""
    stream, seen = dogs.stream, dogs.seen
    said = {
        Watch.ENDED: "it ended",
        Watch.TIMEOUT: f"its time limit of {limit_s or 0:g} s is over",
        Watch.STALLED: f"it neither wrote nor worked for {agent.stall_s:g} s",
        Watch.STEPS: f"it called tools {stream.steps} times; max_steps is {agent.max_steps}",
        Watch.LOOPING: f"its model answered {stream.answers} times in a row and used no tool; max_answers is "
        f"{agent.max_answers}",
        Watch.OUTPUT: f"it wrote {seen.output if seen else 0} bytes, which is more output than a run may; max_output "
        f"is {agent.max_output}",
    }[watch]
    under_way = "".join(f"; {text}" for text in _under_way(dogs))
    return f"stopped because {said}{under_way}"


def _page(key: RunKey, agent: AgentSettings, text: str, folder: RunFolder, sight: Sight) -> str:
    dogs = sight.dogs
    parts = (
        f"# Run of {key.task}, attempt {key.attempt}, iteration {key.iteration}\n\n{text[:1].upper()}{text[1:]}.",
        _figures(agent, dogs),
        _listed("Under way", [f"- {line}" for line in _under_way(dogs)]),
        _listed("Last events, oldest first", [f"- {line}" for event in dogs.stream.last if (line := _event(event))]),
        _listed("Processes", _processes(sight.processes)),
        _listed("Last words on stderr", _stderr(folder)),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _figures(agent: AgentSettings, dogs: Watchdogs) -> str:
    seen = dogs.seen
    ran = f"{seen.age_s:.0f} s, {seen.cpu_s:.1f} s of processor time, {seen.output} bytes" if seen else "nothing known"
    limits = (
        f"timeout {agent.timeout_s:g} s, stall {agent.stall_s:g} s, tool_timeout {agent.tool_timeout_s:g} s, "
        f"max_steps {agent.max_steps}, max_answers {agent.max_answers}, max_output {agent.max_output} bytes"
    )
    return f"- agent: {agent.name}\n- ran: {ran}, {dogs.stream.steps} tool calls\n- limits: {limits}"


def _under_way(dogs: Watchdogs) -> list[str]:
    running = dogs.stream.running.values()
    return [f"{_tool(tool)} has been under way for {dogs.now - since:.0f} s" for tool, since in running]


def _tool(tool: ToolStart) -> str:
    return f"{tool.name} `{tool.title}`" if tool.title else tool.name


def _event(event: AgentEvent) -> str:
    match event:
        case ToolStart():
            return f"tool {_tool(event)}"
        case ToolEnd():
            return f"tool {'done' if event.ok else 'failed'}: {event.summary}"
        case Text(text=text) | Final(text=text):
            return f"said: {one_line(text)}" if text.strip() else ""
        case Failure() | Limit() | Retry():
            return f"{type(event).__name__.lower()}: {one_line(event.text)}"
        case _:
            return ""


def _processes(processes: tuple[Process, ...]) -> list[str]:
    lines = [
        f"    {p.pid:>7} {p.state} {p.cpu_s:>8.2f} s cpu {p.age_s:>7.0f} s old  {'  ' * p.depth}{p.command}"
        for p in processes[:_PROCESSES]
    ]
    more = len(processes) - _PROCESSES
    return [*lines, *([f"    and {more} more"] if more > 0 else [])]


def _stderr(folder: RunFolder) -> list[str]:
    text, _ = folder.last_words(STDERR, _STDERR_BYTES)
    return [f"    {line}" for line in text.splitlines()[-_STDERR_LINES:]]


def _listed(title: str, lines: list[str]) -> str:
    return "\n".join([f"## {title}", "", *lines]) if lines else ""
