"""The project's configuration in canonical form: `orchestrator.toml` with every default filled in.

Read by the codec; defines what may be configured, chooses nothing. Durations are seconds.
"""

import msgspec

from orchestrator.model.egress import Allowed
from orchestrator.model.hours import Appointment, Window
from orchestrator.model.kinds import ProfileSettings
from orchestrator.model.prices import Price
from orchestrator.model.specs import GateSpec, TriggerSpec
from orchestrator.model.spending import Budget as Budget  # noqa: PLC0414 - re-exported: part of the settings


class Permissions(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent that asks is answered: rules, each a kind of tool or `KIND: GLOB` over what it is about."""

    allow: tuple[str, ...] = ()
    """Where there are any, what none of them names is denied."""
    deny: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    """A person is asked."""


class AgentSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One way to run an agent: `[agents.NAME]`."""

    name: str
    profile: str = "command"
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    timeout_s: float = 2700.0
    stall_s: float = 600.0
    tool_timeout_s: float = 1800.0
    """How long a tool that its stream says is under way may be silent."""
    max_steps: int = 1000
    """Tool calls of one iteration; 0 is no limit, here as below."""
    max_answers: int = 30
    """Answers of its model in a row that use no tool."""
    max_output: int = 64 << 20
    """Bytes it may write."""
    concurrency: int = 0
    """How many may run at once in the project; 0 is no limit."""
    model: str = ""
    env: dict[str, str] = {}
    pass_env: tuple[str, ...] = ()
    home: str = "private"
    no_progress: int = 3
    """Iterations in a row that may change nothing before another agent or a person is asked; 0 is no limit."""
    on_interrupt: str = "adopt"
    """What becomes of a call whose orchestrator is gone: `adopt` what lives and else resume its session, `resume` it
    in any case, or `restart` with a session of its own."""
    fallback: tuple[str, ...] = ()
    account: str = ""
    talk: str = "auto"
    """`auto`: it may talk back by a program on its PATH, and by MCP where its CLI can; `none`: it cannot."""
    transport: str = "stream"
    """How it is spoken to: by its command line and the `stream` it writes, or by `acp`, the Agent Client Protocol."""
    permissions: Permissions = Permissions()
    """For `acp`."""
    cassette: str = ""
    """For profile `replay`: the recording, relative to the project."""
    kind: ProfileSettings | None = None
    """The person's own definition of its profile, where there is one."""
    max_turns: int | None = None
    """Given to the program as its own limit, where its profile knows how."""
    max_usd: float | None = None
    allow_dangerous: bool = False
    """It may be called so that it does anything it likes, where no sandbox holds it."""
    hours: tuple[Window, ...] = ()
    """When it may be called; none: always."""
    resume_after_limit: bool = True
    """False: once its account was at a limit, a person has to resume it."""


class AccountSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What agents that share a login share: `[accounts.NAME]`."""

    name: str
    hours: tuple[Window, ...] = ()
    resume_after_limit: bool = True


class RoleSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A name people use for an agent in queue files: `[roles]`."""

    agent: str
    max_iterations: int | None = None


class CheckSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One verifier's question: `[checks.NAME]`."""

    name: str
    command: tuple[str, ...] = ()
    builtin: str = ""
    format: str = ""
    """`junit`, `sarif`, `regex` or empty (exit code)."""
    pattern: str = ""
    """For `regex`: what finds one finding in what the program says, with named groups."""
    protocol: str = ""
    """`verdict`: one JSON line on stdout."""
    pass_rate: float = 1.0
    plugin: str = ""
    """The name of a check that another package brings, and what it is told."""
    options: dict[str, object] = {}
    agent: str = ""
    """Who reviews, where the check is a review: empty is whoever did not do the work."""
    prompt: str = ""
    """What a reviewer is asked besides; with `agent` it makes the check a review."""
    max: dict[str, int] = {}
    """SARIF and regex: how many results of a level are let pass; empty: the exit code decides."""
    timeout_s: float = 900.0
    memory: int = 0
    """Bytes its processes may use together; 0: no limit."""
    processes: int = 4096
    """How many may live at a time; 0: no limit."""
    max_output: int = 64 << 20
    """Bytes it may say."""
    egress: tuple[Allowed, ...] | None = None
    """What of the network it may reach; None: all of it."""
    env: dict[str, str] = {}
    pass_env: tuple[str, ...] = ()

    @property
    def reviews(self) -> bool:
        """Say whether an agent answers, instead of a command."""
        return bool(self.agent or self.prompt)


MOST_WORKERS = 1024
"""Tasks a run works on at once."""


class QueueSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A queue's share of the configuration: `[queues.NAME]`."""

    workers: int = 1
    checks: tuple[str, ...] | None = None
    agent: str | None = None
    base: str | None = None
    repo: str | None = None
    budget: Budget = Budget()
    hours: tuple[Window, ...] = ()
    """When its iterations may start; none: always."""


class RepoSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A target repository: the project itself, or `[repos.NAME]`."""

    name: str = ""
    path: str = "."
    base: str | None = None


class ResourceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the registry of what tasks share: `[resources.NAME]`."""

    name: str
    places: int = 1
    """How many may change it at once."""
    title: str = ""
    owner: str = ""
    """A person or role, told before it is changed."""
    files: tuple[str, ...] = ()
    """Paths or globs it consists of: a task that says it will touch one of them changes it."""


class PersonSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who signs, decides and is told: `[people.NAME]`. `notify` are addresses of channels."""

    name: str
    roles: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    on: tuple[str, ...] | None = None
    """Kinds of messages they get, whomever those concern; None: of the usual kinds, what concerns them."""
    quiet: tuple[Window, ...] = ()
    """When they are not to be told, but of what is urgent."""


class NotifySettings(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told of what by default: `[notify]`."""

    urls: tuple[str, ...] = ()
    on: tuple[str, ...] | None = None
    """None: the usual kinds."""
    urgent: tuple[str, ...] = ("escalation",)
    quiet: tuple[Window, ...] = ()
    """For `urls`."""
    window_s: float = 300.0
    """The same about the same thing is told once in so long."""
    digest_s: float = 0.0
    """What is not urgent goes through a channel at most so often, as one message."""
    standup: tuple[Appointment, ...] = ()
    daily: tuple[Appointment, ...] = ()
    """When people are told how things stand."""
    templates: dict[str, str] = {}
    """By kind: the words people get, with named places."""


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """How long a working day and week are, for estimates: `[calendar]`."""

    day_s: float = 28_800.0
    week_days: float = 5.0


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """How long after a task's end what it left is kept: `[retention]`. None: for ever. Open tasks keep everything."""

    records_s: float | None = 90 * 86_400.0
    """Run folders: prompts, transcripts, reports."""
    size: int = 0
    """Bytes all run folders may take; those of tasks that ended first go first. 0: no limit."""
    landed_s: float | None = 90 * 86_400.0
    """Refs to commits that the target holds."""
    superseded_s: float | None = None
    """The other refs of tasks whose work landed: what earlier iterations and attempts left."""
    caches_s: float | None = 30 * 86_400.0
    """Idle checkouts and what `setup` made, since they were last used."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The whole configuration."""

    base: str | None = None
    land: str = "merge"
    remote: str = "origin"
    """Where `land = "pr"` pushes branches."""
    workspace: str = "clone"
    sandbox: str = "auto"
    wrapper: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    share: tuple[str, ...] = ()
    copy: tuple[str, ...] = ()
    egress: tuple[Allowed, ...] | None = None
    """What of the network may be reached; None: all of it."""
    patience_s: float = 600.0
    orphan_timeout_s: float = 900.0
    checkpoint_s: float = 900.0
    agent: str | None = None
    max_iterations: int = 30
    rules: str = ""
    """Path of the project's rules, from its root; and their text, once it was read."""
    rules_text: str = ""
    prompts: dict[str, str] = {}
    """Paths of templates by type of task (`default`: every other), and their texts, once they were read."""
    templates: dict[str, str] = {}
    agents: dict[str, AgentSettings] = {}
    accounts: dict[str, AccountSettings] = {}
    profiles: dict[str, ProfileSettings] = {}
    roles: dict[str, RoleSettings] = {}
    checks: dict[str, CheckSettings] = {}
    queues: dict[str, QueueSettings] = {}
    repos: dict[str, RepoSettings] = {}
    budget: Budget = Budget()
    prices: dict[str, Price] = {}
    """By pattern, as `[prices."PATTERN"]` says; asked before the shipped table."""
    resources: dict[str, int] = {}
    """How many may change a resource at once, where the configuration says so."""
    registry: dict[str, ResourceSettings] = {}
    """Those of them that are described: shared services and modules."""
    calendar: Calendar = Calendar()
    train_window: int = 4
    triggers: tuple[TriggerSpec, ...] = ()
    gates: tuple[GateSpec, ...] = ()
    actions: dict[str, tuple[str, ...]] = {}
    rights: dict[str, tuple[str, ...]] = {}
    """Verb -> the people and roles who may ask for it; one that is not named is for anybody."""
    people: dict[str, PersonSettings] = {}
    allowed_signers: str = ""
    """A file, relative to the project, that says whose SSH key is whose; where set, approvals must be signed."""
    notify: NotifySettings = NotifySettings()
    retention: Retention = Retention()
    warnings: tuple[str, ...] = ()
    store: str = "file:.aibrain"
