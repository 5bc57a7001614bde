"""How each kind of agent is called: its argv, what it needs around it, how its output reads.

Data and pure functions: never starts anything. The prompt goes in on stdin, always; argv has a length limit.
"""

from collections.abc import Callable, Iterable

import msgspec

from orchestrator.agents.streams import Message, read_claude, read_codex, read_gemini, read_opencode
from orchestrator.errors import FaultError
from orchestrator.model.settings import AgentSettings
from orchestrator.ports.runner import Level

Argv = Callable[[AgentSettings, Level], tuple[str, ...]]
Reader = Callable[[Iterable[bytes]], Message]

UNATTENDED = {"CI": "1", "NO_COLOR": "1"}


class Login(msgspec.Struct, frozen=True):
    """A file that makes a CLI logged in, relative to HOME. `keep`: only these keys are brought, nothing goes back."""

    path: str
    keep: tuple[str, ...] = ()


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of agent. `read` is None for agents that simply print text."""

    name: str
    argv: Argv
    read: Reader | None = None
    logins: tuple[Login, ...] = ()
    folders: tuple[str, ...] = ()
    """Below HOME, where it keeps its state; writable when the home is shared."""
    env: dict[str, str] = {}
    confined_env: dict[str, str] = {}
    """Set only where a sandbox holds the agent."""


def profile_of(agent: AgentSettings) -> Profile:
    """Find the profile of an agent. Raises FaultError naming those there are."""
    name = _ALIASES.get(agent.profile, agent.profile)
    if name not in _PROFILES:
        known = ", ".join(sorted((*_PROFILES, *_ALIASES)))
        raise FaultError(f'agent {agent.name}: unknown profile "{agent.profile}"; use one of {known}')
    return _PROFILES[name]


def _command(agent: AgentSettings, _level: Level) -> tuple[str, ...]:
    if not agent.command:
        raise FaultError(f'agent {agent.name}: nothing to run; say command = ["..."] in [agents.{agent.name}]')
    return (*agent.command, *agent.args)


def _replay(_agent: AgentSettings, _level: Level) -> tuple[str, ...]:
    return ()  # the run folder's own player: only known when the folder is made


def _claude(agent: AgentSettings, _level: Level) -> tuple[str, ...]:
    asked = ("-p", "--output-format", "stream-json", "--verbose", "--permission-mode", "bypassPermissions")
    return (*(agent.command or ("claude",)), *asked, *_model(agent, "--model"), *agent.args)


def _codex(agent: AgentSettings, level: Level) -> tuple[str, ...]:
    own = ("--sandbox", "workspace-write")
    held = ("--dangerously-bypass-approvals-and-sandbox",)
    confine = own if level is Level.L0 else held  # it cannot nest its sandbox in ours
    asked = ("exec", "--json", "--skip-git-repo-check", *confine)
    return (*(agent.command or ("codex",)), *asked, *_model(agent, "-m"), *agent.args, "-")


def _gemini(agent: AgentSettings, _level: Level) -> tuple[str, ...]:
    asked = ("--output-format", "stream-json", "--approval-mode", "yolo")
    return (*(agent.command or ("gemini",)), *asked, *_model(agent, "-m"), *agent.args)


def _opencode(agent: AgentSettings, _level: Level) -> tuple[str, ...]:
    asked = ("run", "--format", "json")
    return (*(agent.command or ("opencode",)), *asked, *_model(agent, "-m"), *agent.args)


def _model(agent: AgentSettings, flag: str) -> tuple[str, ...]:
    return (flag, agent.model) if agent.model else ()


_ALIASES = {"claude": "claude-code"}
_PROFILES = {
    profile.name: profile
    for profile in (
        Profile(name="command", argv=_command),
        Profile(name="replay", argv=_replay),
        Profile(
            name="claude-code",
            argv=_claude,
            read=read_claude,
            logins=(
                Login(".claude/.credentials.json"),
                Login(".claude.json", keep=("oauthAccount", "userID", "hasCompletedOnboarding")),
            ),
            folders=(".claude",),
            env={"DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"},
            confined_env={"IS_SANDBOX": "1"},  # without it, root is refused the unattended mode
        ),
        Profile(name="codex", argv=_codex, read=read_codex, logins=(Login(".codex/auth.json"),), folders=(".codex",)),
        Profile(
            name="gemini",
            argv=_gemini,
            read=read_gemini,
            logins=(
                Login(".gemini/oauth_creds.json"),
                Login(".gemini/settings.json", keep=("security", "selectedAuthType")),
            ),
            folders=(".gemini",),
            env={"GEMINI_CLI_NO_RELAUNCH": "true", "GEMINI_CLI_TRUST_WORKSPACE": "true"},
        ),
        Profile(
            name="opencode",
            argv=_opencode,
            read=read_opencode,
            logins=(Login(".local/share/opencode/auth.json"),),
            folders=(".local/share/opencode", ".config/opencode"),
            env={"OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_LSP_DOWNLOAD": "1"},
        ),
    )
}
