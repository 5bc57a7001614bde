"""How each kind of agent is called: its argv, what it needs around it, how its output reads.

Data and pure functions: never starts anything. The prompt goes in on stdin, or the agent is pointed at its file: argv
has a length limit and is seen by everybody.
"""

from enum import StrEnum

import msgspec

from orchestrator.errors import FaultError
from orchestrator.model.settings import AgentSettings
from orchestrator.ports.runner import Level

UNATTENDED = {"CI": "1", "NO_COLOR": "1"}
POINTER = "Read the file {prompt} and do everything it says, to the end."
"""For programs that take their prompt as an argument only."""


class Provenance(StrEnum):
    """What stands behind a profile."""

    RAN = "ran"
    DOCUMENTED = "from documentation"


class Can(StrEnum):
    """What a kind of agent can do, as far as an orchestrator cares."""

    COST = "cost"
    TOKENS = "tokens"
    RESUME = "resume"
    MCP = "mcp"
    TURNS = "turns"
    BUDGET = "budget"
    RESET = "reset time"
    PERMISSIONS = "permissions"


class Login(msgspec.Struct, frozen=True):
    """A file that makes a CLI logged in, relative to HOME. `keep`: only these keys are brought, nothing goes back."""

    path: str
    keep: tuple[str, ...] = ()


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What one call adds to a profile's argv. `session` with `resume`: go on with it; without: name the new one so."""

    session: str = ""
    resume: bool = False
    prompt: str = ""
    """Path of the prompt's file."""
    scratch: str = ""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of agent.

    `template` follows the program; `{confine}`, `{id}`, `{model}` and `{args}` stand for as many words as there are,
    `{prompt}` and `{scratch}` for paths within a word. `stream` names the normaliser.
    """

    name: str
    stream: str = "plain"
    program: str = ""
    template: tuple[str, ...] = ("{args}",)
    model: tuple[str, ...] = ("--model",)
    assign: tuple[str, ...] = ()
    """Words that give a new session the id `{session}`; none: it chooses its own and says it in its first event."""
    resume: tuple[str, ...] = ()
    """Words that go on with `{session}`; none: it cannot."""
    cwd_bound: bool = False
    """Its sessions belong to the folder they were begun in."""
    alone: tuple[str, ...] = ()
    """Words for `{confine}` where no sandbox holds it."""
    held: tuple[str, ...] = ()
    """Words for `{confine}` where one does."""
    dangerous: tuple[str, ...] = ()
    """Words of its argv that let it do anything it likes."""
    turns: tuple[str, ...] = ()
    budget: tuple[str, ...] = ()
    result: str = ""
    """A document it leaves in its scratch folder, read as one more line."""
    logins: tuple[Login, ...] = ()
    folders: tuple[str, ...] = ()
    """Below HOME, where it keeps its state; writable when the home is shared."""
    env: dict[str, str] = {}
    confined_env: dict[str, str] = {}
    """Set only where a sandbox holds the agent."""
    keys: tuple[str, ...] = ()
    """Variables that also make it logged in, where `pass_env` names them."""
    version: tuple[str, ...] = ("--version",)
    can: frozenset[Can] = frozenset()
    provenance: Provenance = Provenance.RAN
    tried: str = ""
    """The version that was run."""

    def argv(self, agent: AgentSettings, level: Level, call: Call | None = None) -> tuple[str, ...]:
        """Make the argv of one call; empty for recordings, whose player is only known when the folder is made."""
        call = call or Call()
        if self.name == "replay":
            return ()
        if not self.program and not agent.command:
            raise FaultError(f'agent {agent.name}: nothing to run; say command = ["..."] in [agents.{agent.name}]')
        words = {
            "{confine}": self.alone if level is Level.L0 else self.held,
            "{id}": self._session(call),
            "{model}": (*self.model, agent.model) if agent.model else (),
            "{args}": agent.args,
        }
        found = agent.command or (self.program,)
        for part in self.template:
            found = (*found, *words.get(part, (_filled(part, call),)))
        return found

    def _session(self, call: Call) -> tuple[str, ...]:
        if not call.session:
            return ()
        given = self.resume if call.resume else self.assign
        return tuple(word.replace("{session}", call.session) for word in given)


def _filled(word: str, call: Call) -> str:
    return word.replace("{prompt}", call.prompt).replace("{scratch}", call.scratch)
