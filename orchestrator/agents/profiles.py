"""The kinds of agents that come built in, and how one is found. A table: nothing is started or looked for here."""

import msgspec

from orchestrator.agents.calling import POINTER, Acp, Can, Profile, Provenance
from orchestrator.errors import FaultError
from orchestrator.model.kinds import KIND_ALIASES, Login, ProfileSettings, kind_name
from orchestrator.model.settings import AgentSettings

_FROM_PAPER = Provenance.DOCUMENTED
_ASKS = frozenset({Can.RESUME, Can.PERMISSIONS, Can.MCP})

_CLAUDE = Profile(
    name="claude-code",
    stream="claude",
    program="claude",
    template=(
        *("-p", "--output-format", "stream-json", "--verbose", "--permission-mode", "bypassPermissions"),
        *("{id}", "{model}", "{mcp}", "{args}"),
    ),
    assign=("--session-id", "{session}"),
    resume=("--resume", "{session}"),
    attach=("{model}", "{args}", "--resume", "{session}"),
    mcp=("--mcp-config", "{mcp_file}"),
    dangerous=("bypassPermissions", "--dangerously-skip-permissions"),
    turns=("--max-turns",),
    budget=("--max-budget-usd",),
    logins=(
        Login(".claude/.credentials.json"),
        Login(".claude.json", keep=("oauthAccount", "userID", "hasCompletedOnboarding")),
    ),
    folders=(".claude",),
    env={"DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "CLAUDE_CODE_MAX_RETRIES": "4"},
    confined_env={"IS_SANDBOX": "1"},  # without it, root is refused the unattended mode
    keys=("ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"),
    can=frozenset({Can.COST, Can.TOKENS, Can.RESUME, Can.MCP, Can.TURNS, Can.BUDGET, Can.RESET, Can.PERMISSIONS}),
    tried="2.1.197",
    acp=Acp(program="claude-agent-acp", can=_ASKS | {Can.COST, Can.TOKENS}, tried="0.23.1"),
)
_CODEX = Profile(
    name="codex",
    stream="codex",
    program="codex",
    template=("exec", "--json", "--skip-git-repo-check", "{confine}", "{model}", "{mcp}", "{args}", "{id}", "-"),
    model=("-m",),
    mcp=(
        *("-c", "mcp_servers.orchestrator.command={mcp_command}", "-c", "mcp_servers.orchestrator.args={mcp_args}"),
        *("-c", "mcp_servers.orchestrator.tool_timeout_sec=600"),
        # else it begins before the server is there, and its model never learns of the tools
        *("-c", "mcp_servers.orchestrator.required=true", "-c", "mcp_servers.orchestrator.startup_timeout_sec=60"),
    ),
    resume=("resume", "{session}"),
    attach=("{confine}", "{model}", "{args}", "resume", "{session}"),
    alone=("--sandbox", "workspace-write"),
    held=("--dangerously-bypass-approvals-and-sandbox",),  # it cannot nest its sandbox in ours
    dangerous=("--dangerously-bypass-approvals-and-sandbox", "--yolo", "danger-full-access"),
    logins=(Login(".codex/auth.json"),),
    folders=(".codex",),
    keys=("OPENAI_API_KEY", "CODEX_API_KEY"),
    can=frozenset({Can.TOKENS, Can.RESUME, Can.MCP, Can.RESET}),
    tried="0.169.0",
    acp=Acp(
        program="codex-acp",
        template=("-c", 'approval_policy="untrusted"', "{confine}", "{args}"),
        held=("-c", 'sandbox_mode="danger-full-access"'),
        version=(),
        can=_ASKS | {Can.RESET},
        tried="0.16.0",
    ),
)
_GEMINI = Profile(
    name="gemini",
    stream="gemini",
    program="gemini",
    template=("--output-format", "stream-json", "--approval-mode", "yolo", "{id}", "{model}", "{args}"),
    model=("-m",),
    assign=("--session-id", "{session}"),
    resume=("--resume", "{session}"),
    attach=("{model}", "{args}", "--resume", "{session}"),
    dangerous=("yolo", "--yolo"),
    logins=(
        Login(".gemini/oauth_creds.json"),
        Login(".gemini/settings.json", keep=("security", "selectedAuthType")),
    ),
    folders=(".gemini",),
    config={"privacy": {"usageStatisticsEnabled": False}, "general": {"enableAutoUpdate": False}},
    config_at="GEMINI_CLI_SYSTEM_DEFAULTS_PATH",
    mcp_in_config=True,
    env={"GEMINI_CLI_NO_RELAUNCH": "true", "GEMINI_CLI_TRUST_WORKSPACE": "true"},
    keys=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    can=frozenset({Can.TOKENS, Can.RESUME, Can.MCP}),
    tried="0.61.0",
    acp=Acp(template=("--acp", "{model}", "{args}"), by_minute=True, can=_ASKS | {Can.TOKENS}, tried="0.61.0"),
)
_OPENCODE = Profile(
    name="opencode",
    stream="opencode",
    program="opencode",
    template=(
        *("run", "--format", "json", "--print-logs", "--log-level", "ERROR"),  # what it tries again it only logs
        *("{id}", "{model}", "{args}"),
    ),
    model=("-m",),
    resume=("-s", "{session}"),
    attach=("{model}", "{args}", "-s", "{session}"),
    dangerous=("run",),  # it edits and runs commands without asking
    config_at="OPENCODE_CONFIG",
    mcp_in_config=True,
    mcp_as="opencode",
    logins=(Login(".local/share/opencode/auth.json"),),
    folders=(".local/share/opencode", ".config/opencode"),
    env={
        "OPENCODE_DISABLE_AUTOUPDATE": "1",
        "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
        "OPENCODE_DISABLE_MODELS_FETCH": "1",
    },
    keys=("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY"),
    can=frozenset({Can.COST, Can.TOKENS, Can.RESUME, Can.MCP, Can.PERMISSIONS}),
    tried="1.18.33",
    acp=Acp(
        template=("acp", "--print-logs", "--log-level", "ERROR", "{args}"),
        config={"permission": dict.fromkeys(("bash", "edit", "webfetch"), "ask")},  # else it asks nobody
        config_at="OPENCODE_CONFIG",
        can=_ASKS | {Can.COST},
        tried="1.18.33",
    ),
)
_QWEN = Profile(
    name="qwen",
    stream="qwen",
    program="qwen",
    template=("--output-format", "stream-json", "--approval-mode", "yolo", "{id}", "{model}", "{mcp}", "{args}"),
    assign=("--session-id", "{session}"),
    resume=("--resume", "{session}"),
    attach=("{model}", "{args}", "--resume", "{session}"),
    mcp=("--mcp-config", "{mcp_file}"),
    dangerous=("yolo", "--yolo"),
    turns=("--max-session-turns",),
    logins=(Login(".qwen/oauth_creds.json"), Login(".qwen/settings.json", keep=("security", "selectedAuthType"))),
    folders=(".qwen",),
    config={
        "privacy": {"usageStatisticsEnabled": False},
        "general": {"enableAutoUpdate": False},
        "model": {"generationConfig": {"maxRetries": 0}},  # else it waits out a limit, in silence, for most of an hour
    },
    config_at="QWEN_CODE_SYSTEM_DEFAULTS_PATH",
    diary=".qwen/debug/{session}.txt",
    env={"QWEN_CODE_NO_RELAUNCH": "true"},
    keys=("OPENAI_API_KEY", "DASHSCOPE_API_KEY"),
    can=frozenset({Can.TOKENS, Can.RESUME, Can.MCP, Can.TURNS}),
    tried="0.15.10",
    acp=Acp(template=("--acp", "{model}", "{args}"), can=_ASKS | {Can.TOKENS}, tried="0.15.10"),
)
_PI = Profile(
    name="pi",
    stream="pi",
    program="pi",
    template=("-p", "--mode", "json", "{id}", "{model}", "{args}"),
    resume=("--session", "{session}"),
    attach=("{model}", "{args}", "--session", "{session}"),
    dangerous=("-p",),  # it has no permissions to ask for: it always does what it likes
    logins=(Login(".pi/agent/auth.json"), Login(".pi/agent/models.json")),
    folders=(".pi",),
    keys=("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY"),
    can=frozenset({Can.COST, Can.TOKENS, Can.RESUME}),
    tried="0.73.1",
)
_COPILOT = Profile(
    name="copilot",
    stream="copilot",
    program="copilot",
    template=("--allow-all-tools", "--output-format", "json", "{id}", "{model}", "{mcp}", "{args}"),
    assign=("--session-id", "{session}"),
    resume=("--resume", "{session}"),
    attach=("{model}", "{args}", "--resume", "{session}"),
    dangerous=("--allow-all-tools", "--allow-all", "--yolo"),
    mcp=("--additional-mcp-config", "@{mcp_file}"),
    mcp_as="copilot",
    logins=(Login(".copilot/config.json"),),
    folders=(".copilot",),
    keys=("COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN", "COPILOT_PROVIDER_API_KEY"),
    can=frozenset({Can.RESUME, Can.MCP, Can.PERMISSIONS}),
    tried="1.0.102",
    acp=Acp(template=("--acp", "{model}", "{args}"), provenance=_FROM_PAPER),
)
_CLINE = Profile(
    name="cline",
    stream="cline",
    program="cline",
    template=("--json", "{id}", "{model}", "{args}", POINTER),
    model=("-m",),
    resume=("--id", "{session}"),
    dangerous=("--json",),  # it approves everything by default
    folders=(".cline",),
    can=frozenset({Can.COST, Can.TOKENS, Can.RESUME}),
    tried="3.0.65",
    acp=Acp(template=("--acp", "{model}", "{args}"), provenance=_FROM_PAPER),
)
_AIDER = Profile(
    name="aider",
    stream="aider",
    program="aider",
    template=(
        *("--message-file", "{prompt}", "--yes-always", "--no-stream", "--no-pretty", "--no-check-update"),
        *("--no-analytics", "--no-show-model-warnings", "--no-show-release-notes", "--no-gitignore"),
        *("--no-suggest-shell-commands", "--no-detect-urls", "--no-fancy-input", "--no-auto-commits"),
        *("--no-dirty-commits", "{model}", "{args}"),
    ),
    dangerous=("--yes-always",),
    keys=("OPENAI_API_KEY", "ANTHROPIC_API_KEY"),
    can=frozenset({Can.COST, Can.TOKENS}),
    tried="0.86.2",
)
_MINI = Profile(
    name="mini-swe-agent",
    stream="mini-swe-agent",
    program="mini",
    template=("-y", "--exit-immediately", "{model}", "-o", "{scratch}/trajectory.json", "{args}", "-t", POINTER),
    model=("-m",),
    dangerous=("-y",),
    budget=("-l",),
    result="trajectory.json",
    env={
        "MSWEA_CONFIGURED": "true",
        "MSWEA_COST_TRACKING": "ignore_errors",
        "MSWEA_SILENT_STARTUP": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "MSWEA_MODEL_RETRY_STOP_AFTER_ATTEMPT": "4",
    },
    keys=("OPENAI_API_KEY", "ANTHROPIC_API_KEY"),
    can=frozenset({Can.COST, Can.TOKENS, Can.BUDGET}),
    tried="2.4.6",
)
_AMP = Profile(
    name="amp",
    stream="amp",
    program="amp",
    template=("-x", "--stream-json", "{args}"),
    model=("-m",),
    folders=(".config/amp", ".local/share/amp"),
    keys=("AMP_API_KEY",),
    can=frozenset({Can.TOKENS, Can.MCP}),
    provenance=_FROM_PAPER,
)
_CURSOR = Profile(
    name="cursor",
    stream="cursor",
    program="cursor-agent",
    template=("-p", "--output-format", "stream-json", "--force", "{id}", "{model}", "{args}", POINTER),
    resume=("--resume", "{session}"),
    attach=("{model}", "{args}", "--resume", "{session}"),
    dangerous=("--force",),
    folders=(".cursor", ".config/cursor"),
    keys=("CURSOR_API_KEY",),
    can=frozenset({Can.RESUME, Can.MCP}),
    provenance=_FROM_PAPER,
)
_GOOSE = Profile(
    name="goose",
    stream="goose",
    program="goose",
    template=("run", "-i", "-", "--output-format", "stream-json", "-q", "{id}", "{model}", "{args}"),
    assign=("-n", "{session}"),
    resume=("-n", "{session}", "-r"),
    attach=("session", "-r", "-n", "{session}"),
    turns=("--max-turns",),
    dangerous=("run",),  # with GOOSE_MODE=auto
    folders=(".config/goose", ".local/share/goose"),
    env={"GOOSE_MODE": "auto", "GOOSE_DISABLE_KEYRING": "1"},
    keys=("OPENAI_API_KEY", "ANTHROPIC_API_KEY"),
    can=frozenset({Can.TOKENS, Can.RESUME, Can.MCP, Can.TURNS}),
    provenance=_FROM_PAPER,
    acp=Acp(template=("acp", "{args}"), provenance=_FROM_PAPER),
)
_KIMI = Profile(
    name="kimi",
    stream="kimi",
    program="kimi",
    template=("--output-format", "stream-json", "--yolo", "{id}", "{model}", "{args}", "-p", POINTER),
    resume=("-S", "{session}"),
    attach=("{model}", "{args}", "-S", "{session}"),
    dangerous=("--yolo",),
    folders=(".kimi",),
    keys=("KIMI_API_KEY", "MOONSHOT_API_KEY"),
    can=frozenset({Can.RESUME, Can.MCP}),
    provenance=_FROM_PAPER,
    acp=Acp(template=("acp", "{args}"), provenance=_FROM_PAPER),
)
_COMMAND = Profile(
    name="command",
    dangerous=(
        *("--dangerously-skip-permissions", "--dangerously-bypass-approvals-and-sandbox", "--dangerously-allow-all"),
        *("bypassPermissions", "danger-full-access", "--yolo"),
    ),
    acp=Acp(),
)
PROFILES = {
    profile.name: profile
    for profile in (
        *(
            _CLAUDE,
            _CODEX,
            _OPENCODE,
            _GEMINI,
            _QWEN,
            _PI,
            _COPILOT,
            _CLINE,
            _AIDER,
            _MINI,
            _AMP,
            _CURSOR,
            _GOOSE,
            _KIMI,
        ),
        _COMMAND,
        Profile(name="replay"),
    )
}


def profile_of(agent: AgentSettings) -> Profile:
    """Find the profile of an agent: built in, or a person's own. Raises FaultError naming those there are."""
    own = agent.kind
    name = kind_name(agent.profile if own is None else own.like)
    if name not in PROFILES:
        known = ", ".join(sorted((*PROFILES, *KIND_ALIASES)))
        raise FaultError(
            f'agent {agent.name}: unknown profile "{name}"; use one of {known}, or define [profiles.{name}]'
        )
    return _by_transport(PROFILES[name] if own is None else tailored(PROFILES[name], own), agent)


def _by_transport(profile: Profile, agent: AgentSettings) -> Profile:
    if agent.transport != "acp":
        return profile
    if profile.acp is None:
        speak = ", ".join(sorted(name for name, found in PROFILES.items() if found.acp is not None))
        raise FaultError(
            f"agent {agent.name}: profile {profile.name} is not known to speak ACP; take transport out of "
            f"[agents.{agent.name}], or use one of {speak}"
        )
    return profile.spoken()


def tailored(base: Profile, own: ProfileSettings) -> Profile:
    """Replace of a built-in profile what a person's own says."""
    said = {name: value for name in _OWN if (value := getattr(own, name)) is not None}
    if own.can is not None:
        said["can"] = frozenset(able for able in Can if able.value in own.can)
    tried = {"provenance": Provenance.CONFIGURED, "tried": f"like {base.name}"}
    return msgspec.structs.replace(base, **{**said, **tried, "name": own.name})


_OWN = tuple(field.name for field in msgspec.structs.fields(ProfileSettings) if field.name not in {"name", "like"})
