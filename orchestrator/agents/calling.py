"""How each kind of agent is called: its argv, what it needs around it, how its output reads.

Data and pure functions: never starts anything. The prompt goes in on stdin, or the agent is pointed at its file: argv
has a length limit and is seen by everybody.
"""

from enum import StrEnum
from typing import Any

import msgspec

from orchestrator.errors import FaultError
from orchestrator.model.kinds import Login
from orchestrator.model.settings import AgentSettings
from orchestrator.ports.runner import Level

UNATTENDED = {"CI": "1", "NO_COLOR": "1"}
POINTER = "Read the file {prompt} and do everything it says, to the end."
"""For programs that take their prompt as an argument only."""


class Provenance(StrEnum):
    """What stands behind a profile."""

    RAN = "ran"
    DOCUMENTED = "from documentation"
    CONFIGURED = "from the configuration"


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


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What one call adds to a profile's argv. `session` with `resume`: go on with it; without: name the new one so."""

    session: str = ""
    resume: bool = False
    prompt: str = ""
    """Path of the prompt's file."""
    scratch: str = ""
    mcp: tuple[str, ...] = ()
    """Words that make it know our MCP server."""


class Acp(msgspec.Struct, frozen=True, kw_only=True):
    """How a kind is started to be spoken to by the Agent Client Protocol; fields as in a profile."""

    program: str = ""
    """Where it is not the CLI itself that speaks it."""
    template: tuple[str, ...] = ("{args}",)
    config: dict[str, Any] = {}
    config_at: str = ""
    env: dict[str, str] = {}
    held: tuple[str, ...] = ()
    by_minute: bool = False
    """Its records of sessions are named by the minute: loading one within the minute it began would begin it anew."""
    version: tuple[str, ...] = ("--version",)
    """None: it does not say."""
    can: frozenset[Can] = frozenset({Can.RESUME, Can.PERMISSIONS})
    tried: str = ""
    provenance: Provenance = Provenance.RAN


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of agent.

    `template` follows the program; `{confine}`, `{id}`, `{model}`, `{mcp}` and `{args}` stand for as many words as
    there are, `{prompt}` and `{scratch}` for paths within a word. `stream` names the normaliser.
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
    attach: tuple[str, ...] = ()
    """Words that open `{session}` for a person in a terminal; none: it cannot."""
    alone: tuple[str, ...] = ()
    """Words for `{confine}` below L2, where it had better hold itself."""
    held: tuple[str, ...] = ()
    """Words for `{confine}` where a sandbox holds it."""
    dangerous: tuple[str, ...] = ()
    """Words of its argv that let it do anything it likes."""
    turns: tuple[str, ...] = ()
    """Words before the number of turns it may take; one that ends with `=` takes it in."""
    budget: tuple[str, ...] = ()
    """Words before the USD it may spend."""
    result: str = ""
    """A document it leaves in its scratch folder, read as one more line."""
    logins: tuple[Login, ...] = ()
    folders: tuple[str, ...] = ()
    """Below HOME, where it keeps its state; writable when the home is shared."""
    config: dict[str, Any] = {}
    """Settings of its own, where flags and variables do not reach: a JSON file of ours, of the lowest rank it knows."""
    config_at: str = ""
    """The variable that tells it where that file is."""
    mcp: tuple[str, ...] = ()
    """Words that make it know an MCP server: `{mcp_file}` is a file that names it, `{mcp_command}` and `{mcp_args}` are
    its program and arguments as JSON."""
    mcp_in_config: bool = False
    """It is made known in `config` instead."""
    mcp_as: str = "mcpServers"
    """The shape in which its settings name servers; see `talking.SHAPES`."""
    diary: str = ""
    """Below HOME, with `{session}`: where it writes down what it tells neither stdout nor stderr."""
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
    acp: Acp | None = None
    """None: it does not speak the Agent Client Protocol."""

    def spoken(self) -> "Profile":
        """Give the same kind as it is when it is spoken to by the Agent Client Protocol: it asks, and is not told."""
        acp = self.acp or Acp()
        return msgspec.structs.replace(
            self,
            stream="acp",
            program=acp.program or self.program,
            template=acp.template,
            assign=(),
            resume=("{session}",),
            mcp=(),
            mcp_in_config=False,
            attach=() if acp.program else self.attach,
            alone=(),
            held=acp.held,
            turns=(),
            budget=(),
            config={**self.config, **acp.config},
            config_at=acp.config_at or self.config_at,
            env={**self.env, **acp.env},
            version=acp.version,
            can=acp.can,
            tried=acp.tried,
            provenance=acp.provenance,
        )

    def argv(self, agent: AgentSettings, level: Level, call: Call | None = None) -> tuple[str, ...]:
        """Make the argv of one call; empty for recordings, whose player is only known when the folder is made."""
        call = call or Call()
        if self.name == "replay":
            return ()
        if not self.program and not agent.command:
            raise FaultError(f'agent {agent.name}: nothing to run; say command = ["..."] in [agents.{agent.name}]')
        words = {"{id}": self._session(call), "{mcp}": call.mcp, "{args}": (*self._limits(agent), *agent.args)}
        return self._spelled(self.template, agent, level, call, words)

    def attaching(self, agent: AgentSettings, level: Level, session: str) -> tuple[str, ...]:
        """Make the argv that opens a session for a person; empty where it cannot."""
        if not self.attach or not session:
            return ()
        return self._spelled(self.attach, agent, level, Call(session=session), {"{args}": agent.args})

    def _spelled(
        self,
        template: tuple[str, ...],
        agent: AgentSettings,
        level: Level,
        call: Call,
        more: dict[str, tuple[str, ...]],
    ) -> tuple[str, ...]:
        words = {
            **more,
            "{confine}": self.alone if level.value < Level.L2.value else self.held,
            "{model}": (*self.model, agent.model) if agent.model else (),
        }
        found = agent.command or (self.program,)
        for part in template:
            found = (*found, *words.get(part, (_filled(part, call),)))
        return found

    def _session(self, call: Call) -> tuple[str, ...]:
        if not call.session:
            return ()
        given = self.resume if call.resume else self.assign
        return tuple(_filled(word, call) for word in given)

    def _limits(self, agent: AgentSettings) -> tuple[str, ...]:
        turns = _limit(self.turns, "" if agent.max_turns is None else str(agent.max_turns))
        usd = "" if agent.max_usd is None else f"{agent.max_usd:.6f}".rstrip("0").rstrip(".")
        return (*turns, *_limit(self.budget, usd))

    def dangers(self, agent: AgentSettings, level: Level) -> tuple[str, ...]:
        """List the words of its argv that let it do anything it likes, alone or as the value behind a `=`."""
        return tuple(word for word in self.argv(agent, level)[1:] if word.rpartition("=")[2] in self.dangerous)


def _limit(words: tuple[str, ...], value: str) -> tuple[str, ...]:
    if not words or not value:
        return ()
    return (*words[:-1], f"{words[-1]}{value}") if words[-1].endswith("=") else (*words, value)


def _filled(word: str, call: Call) -> str:
    filled = word.replace("{prompt}", call.prompt).replace("{scratch}", call.scratch)
    return filled.replace("{session}", call.session)
