"""Which files no agent changes unless a person said so: what steers the orchestrator, CI, git hooks and other agents.

Never looks at content. Case is ignored, because on some disks `.GitHub` is `.github`.
"""

from orchestrator.policy.globs import matches_any

_ALWAYS = {
    "queues/**": "work queues are the people's; only their own working tree has a say",
    "orchestrator.toml": "the orchestrator's configuration decides what is checked",
    ".aibrain/**": "the orchestrator's own state",
}
"""Beyond any task's `allow_protected`."""

_CI = (
    ".github/**",
    ".gitlab-ci.yml",
    ".gitlab/**",
    ".circleci/**",
    ".buildkite/**",
    ".ci/**",
    ".travis.yml",
    ".drone.yml",
    ".woodpecker.yml",
    ".woodpecker/**",
    ".forgejo/**",
    ".gitea/**",
    ".azure-pipelines/**",
    "azure-pipelines*.yml",
    "bitbucket-pipelines.yml",
    "appveyor.yml",
    ".cirrus.yml",
    "cloudbuild.y*ml",
    "**/jenkinsfile",
)
_HOOKS = (
    "**/.husky/**",
    "**/.githooks/**",
    "**/.hooks/**",
    "**/.pre-commit-config.yaml",
    "**/{.lefthook,lefthook,.lefthook-local,lefthook-local}.{yml,yaml,toml,json}",
    "**/.overcommit.yml",
    "**/.gitmodules",
)
_AGENTS = (
    "**/{.claude,.codex,.gemini,.cursor,.opencode,.continue,.roo,.kiro,.qwen,.junie,.agents,.windsurf,.clinerules}/**",
    "**/{agents,claude,claude.local,gemini,qwen}.md",
    "**/{.mcp,opencode}.json*",
    "**/{.cursorrules,.windsurfrules,.clinerules,.aider.conf.yml}",
)
_UNLESS_ALLOWED = (
    (_CI, "CI configuration runs with other people's credentials"),
    (_HOOKS, "git hooks and submodules run or fetch code on other people's machines"),
    (_AGENTS, "agent settings steer every later agent"),
)


def is_protected(path: str, allow: tuple[str, ...] = ()) -> str | None:
    """Say why the path may not be changed, or None. `allow` is the task's `allow_protected`."""
    folded = path.casefold()
    for pattern, why in _ALWAYS.items():
        if matches_any(folded, (pattern,)):
            return why
    for patterns, why in _UNLESS_ALLOWED:
        if matches_any(folded, patterns) and not matches_any(path, allow):
            return why
    return None


def can_be_allowed(path: str) -> bool:
    """Say whether a task's `allow_protected` could open the path at all."""
    return not matches_any(path.casefold(), tuple(_ALWAYS))
