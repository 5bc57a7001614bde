"""The configuration of the project and its agents, one reader each. What a key means is the model's."""

import shlex
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from msgspec.structs import replace

from orchestrator.codec.canonical import Json
from orchestrator.codec.fields import Fields, as_seconds, as_size, as_text
from orchestrator.codec.hours import read_hours
from orchestrator.codec.permissions import read_permissions
from orchestrator.model.egress import Allowed, read_allowed
from orchestrator.model.ids import SAFE_ID_RULE, is_safe_id
from orchestrator.model.kinds import ProfileSettings, kind_name
from orchestrator.model.settings import (
    AccountSettings,
    AgentSettings,
    RoleSettings,
    Settings,
)
from orchestrator.policy.staffing import KNOWN_CLIS

T = TypeVar("T")
PROJECT = (
    "base",
    "land",
    "remote",
    "workspace",
    "sandbox",
    "setup",
    "share",
    "copy",
    "egress",
    "patience",
    "orphan_timeout",
    "checkpoint",
    "agent",
    "max_iterations",
    "allowed_signers",
    "rules",
)
AGENT = (
    "profile",
    "command",
    "args",
    "timeout",
    "stall",
    "tool_timeout",
    "max_steps",
    "max_answers",
    "max_output",
    "no_progress",
    "on_interrupt",
    "fallback",
    "concurrency",
    "account",
    "model",
    "env",
    "pass_env",
    "home",
    "talk",
    "cassette",
    "transport",
    "permissions",
    "max_turns",
    "max_usd",
    "allow_dangerous",
    "hours",
    "resume_after_limit",
)
ACCOUNT = ("hours", "resume_after_limit")
ROLE = ("agent", "max_iterations")
SANDBOXES = ("auto", "none", "landlock", "bwrap")


def section(top: Fields, key: str, known: tuple[str, ...]) -> Fields:
    """Open a table; an absent one is empty."""
    inner = top.inner(key) or Fields({}, f"{top.prefix}{key}.", top.complaints)
    inner.warn_unknown(known)
    return inner


def each(top: Fields, key: str, read: Callable[[str, Fields], T]) -> dict[str, T]:
    """Read a table of named tables."""
    table = top.inner(key)
    found: dict[str, T] = {}
    if table is None:
        return found
    for name in table.values:
        if not is_safe_id(name):
            table.complaints.refuse(f"{table.prefix}{name} is no usable name; write {SAFE_ID_RULE}")
            continue
        inner = table.inner(name)
        if inner is not None:
            found[name] = read(name, inner)
    return found


def argv(value: Json) -> tuple[str, ...] | None:
    """Take a command: a list of texts as it is, one text split as a shell would."""
    if isinstance(value, str):
        try:
            value = [*shlex.split(value)]
        except ValueError:
            return None
    if not isinstance(value, list):
        return None
    parts = [part for part in map(as_text, value) if part is not None and "\0" not in part]
    return tuple(parts) if len(parts) == len(value) and (not parts or parts[0]) else None


def argv_of(fields: Fields, key: str = "command") -> tuple[str, ...]:
    """Read a command, not empty."""
    remedy = 'write a command, as ["pytest", "-q"] or "pytest -q"'
    nothing: tuple[str, ...] = ()
    return fields.read(key, lambda value: argv(value) or None, nothing, remedy)


def env_of(fields: Fields, key: str = "env") -> dict[str, str]:
    """Read variables by name."""

    def convert(value: Json) -> dict[str, str] | None:
        if not isinstance(value, dict):
            return None
        env = {name: as_text(text) for name, text in value.items() if name and "=" not in name}
        texts = {name: text for name, text in env.items() if text is not None and "\0" not in text}
        return texts if len(texts) == len(value) else None

    nothing: dict[str, str] = {}
    return fields.read(key, convert, nothing, 'write texts by name, as {NAME = "value"}')


def _inside(fields: Fields, key: str) -> tuple[str, ...]:
    """Read paths that stay inside the project."""
    paths = fields.texts(key)
    if any(path.startswith(("/", "~")) or ".." in path.split("/") for path in paths):
        fields.refuse(key, "write paths inside the project")
        return ()
    return paths


def egress_of(fields: Fields, default: tuple[Allowed, ...] | None) -> tuple[Allowed, ...] | None:
    """Read which hosts may be reached. None, where neither says anything, is not the same as none of them."""
    remedy = 'write hosts, as ["api.example.com", "*.example.com:443", "127.0.0.1:8080"]'
    return fields.read("egress", _hosts, default, remedy)


def _hosts(value: Json) -> tuple[Allowed, ...] | None:
    texts = [as_text(item) for item in (value if isinstance(value, list) else [value])]
    found = tuple(allowed for text in texts if text is not None and (allowed := read_allowed(text)))
    return found if len(found) == len(texts) else None


def positive(fields: Fields, key: str, default: float) -> float:
    """Read a duration above 0, in seconds."""
    remedy = 'write a duration above 0, as "45m" or "1h30m"'
    return fields.read(key, lambda value: as_seconds(value) or None, default, remedy)


def read_project(top: Fields) -> Settings:
    """Read `[project]` into settings that hold nothing else."""
    fields = section(top, "project", PROJECT)
    default = Settings()
    sandbox, wrapper = _sandbox(fields)
    return Settings(
        base=fields.optional("base"),
        land=fields.choice("land", ("merge", "branch", "pr"), default.land),
        remote=fields.line("remote") or default.remote,
        workspace=fields.choice("workspace", ("clone", "inplace"), default.workspace),
        sandbox=sandbox,
        wrapper=wrapper,
        setup=argv_of(fields, "setup"),
        share=_inside(fields, "share"),
        copy=_inside(fields, "copy"),
        egress=egress_of(fields, None),
        patience_s=fields.seconds("patience", default.patience_s),
        orphan_timeout_s=positive(fields, "orphan_timeout", default.orphan_timeout_s),
        checkpoint_s=fields.seconds("checkpoint", default.checkpoint_s),
        agent=fields.optional("agent"),
        max_iterations=fields.whole("max_iterations", 1, default.max_iterations),
        allowed_signers=fields.line("allowed_signers"),
        rules=next(iter(_inside(fields, "rules")), ""),
    )


def read_prompts(top: Fields) -> dict[str, str]:
    """Read `[prompts]`: a template's path by type of task, in small letters."""
    table = top.inner("prompts")
    if table is None:
        return {}
    paths = {kind.lower(): _inside(table, kind) for kind in table.values}
    return {kind: path[0] for kind, path in paths.items() if path}


def _sandbox(fields: Fields) -> tuple[str, tuple[str, ...]]:
    value = fields.values.get("sandbox")
    if isinstance(value, list):
        wrapper = argv_of(fields, "sandbox")
        return ("wrapper", wrapper) if wrapper else ("auto", ())
    return fields.choice("sandbox", SANDBOXES, "auto"), ()


def read_agents(top: Fields, profiles: Mapping[str, ProfileSettings]) -> dict[str, AgentSettings]:
    """Read `[agents.NAME]`; `profiles` are the person's own kinds."""
    found = each(top, "agents", partial(_agent, profiles))
    return {
        name: replace(agent, kind=profiles[agent.profile]) if agent.profile in profiles else agent
        for name, agent in found.items()
    }


def _agent(profiles: Mapping[str, ProfileSettings], name: str, fields: Fields) -> AgentSettings:
    fields.warn_unknown(AGENT)
    default = AgentSettings(name=name)
    command = argv_of(fields)
    by_name = kind_name(name.lower()) if name in profiles or name.lower() in KNOWN_CLIS else "command"
    profile = fields.line("profile") or ("command" if command else by_name)
    if profile == "command" and not command and "command" not in fields.values:
        fields.complaints.refuse(f'{fields.prefix}command is missing; write it, or profile = "claude-code"')
    nothing: tuple[str, ...] = ()
    return AgentSettings(
        name=name,
        profile=kind_name(profile),
        command=command,
        args=fields.read("args", argv, nothing, 'write a list of arguments, as ["--model", "opus"]'),
        timeout_s=positive(fields, "timeout", default.timeout_s),
        stall_s=positive(fields, "stall", default.stall_s),
        tool_timeout_s=positive(fields, "tool_timeout", default.tool_timeout_s),
        max_steps=fields.whole("max_steps", 0, default.max_steps),
        max_answers=fields.whole("max_answers", 0, default.max_answers),
        max_output=fields.read("max_output", as_size, default.max_output, 'write a size above 0, as "64MiB"'),
        no_progress=fields.whole("no_progress", 0, default.no_progress),
        on_interrupt=fields.choice("on_interrupt", ("adopt", "resume", "restart"), default.on_interrupt),
        concurrency=fields.whole("concurrency", 0, 0),
        model=fields.line("model"),
        env=env_of(fields),
        pass_env=fields.texts("pass_env"),
        home=fields.choice("home", ("private", "shared"), default.home),
        fallback=fields.texts("fallback"),
        account=fields.line("account"),
        talk=fields.choice("talk", ("auto", "none"), default.talk),
        cassette=fields.line("cassette"),
        transport=fields.choice("transport", ("stream", "acp"), default.transport),
        permissions=read_permissions(fields),
        max_turns=fields.optional_whole("max_turns", 1),
        max_usd=fields.number("max_usd", None),
        allow_dangerous=fields.flag("allow_dangerous"),
        hours=read_hours(fields),
        resume_after_limit=fields.flag("resume_after_limit", default=True),
    )


def read_accounts(top: Fields) -> dict[str, AccountSettings]:
    """Read `[accounts.NAME]`."""
    return each(top, "accounts", _account)


def _account(name: str, fields: Fields) -> AccountSettings:
    fields.warn_unknown(ACCOUNT)
    return AccountSettings(
        name=name,
        hours=read_hours(fields),
        resume_after_limit=fields.flag("resume_after_limit", default=True),
    )


def read_roles(top: Fields) -> dict[str, RoleSettings]:
    """Read `[roles]`: a table with an agent, or the agent's name alone."""
    table = top.inner("roles")
    if table is None:
        return {}
    full: dict[str, Json] = {
        name: {"agent": value} if isinstance(value, str) else value for name, value in table.values.items()
    }
    return each(Fields({"roles": full}, top.prefix, top.complaints), "roles", _role)


def _role(_: str, fields: Fields) -> RoleSettings:
    fields.warn_unknown(ROLE)
    agent = fields.line("agent")
    if not agent and not fields.values.get("agent"):
        fields.refuse("agent", "name the agent that plays the role")
    return RoleSettings(agent=agent, max_iterations=fields.optional_whole("max_iterations", 1))
