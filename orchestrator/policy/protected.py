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

CI = (
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
HOOKS = (
    "**/.husky/**",
    "**/.githooks/**",
    "**/.hooks/**",
    "**/.pre-commit-config.yaml",
    "**/{.lefthook,lefthook,.lefthook-local,lefthook-local}.{yml,yaml,toml,json}",
    "**/.overcommit.yml",
    "**/.gitmodules",
)
AGENTS = (
    "**/{.claude,.codex,.gemini,.cursor,.opencode,.continue,.roo,.kiro,.qwen,.junie,.agents,.windsurf,.clinerules}/**",
    ".github/{copilot-instructions.md,instructions/**,chatmodes/**,prompts/**}",
    "**/{agents,claude,claude.local,gemini,qwen}.md",
    "**/{.mcp,opencode}.json*",
    "**/{.cursorrules,.windsurfrules,.clinerules,.aider.conf.yml}",
)
_UNLESS_ALLOWED = (
    (CI, "CI configuration runs with other people's credentials"),
    (HOOKS, "git hooks and submodules run or fetch code on other people's machines"),
    (AGENTS, "agent settings steer every later agent"),
)


def is_protected(path: str, allow: tuple[str, ...] = (), steering: tuple[str, ...] = ()) -> str | None:
    """Say why the path may not be changed, or None. `allow` is the task's `allow_protected`.

    `steering` are further files, those that the configuration makes prompts of.
    """
    folded = path.casefold()
    if folded in {name.casefold() for name in steering} and not matches_any(path, allow):
        return "prompts are made of it, and it would steer every later agent"
    for pattern, why in _ALWAYS.items():
        if matches_any(folded, (pattern,)):
            return why
    prose = matches_any(folded, _NO_SETTINGS) and "instructions" not in folded
    for patterns, why in _UNLESS_ALLOWED:
        if prose and patterns is CI:
            continue
        if matches_any(folded, patterns) and not (matches_any(path, allow) or matches_any(folded, allow)):
            return why
    return None


_NO_SETTINGS = (
    *(".github/**/*.md", ".github/funding.yml", ".github/issue_template/**", ".github/*template*/**"),
    *(".github/dependabot.y*ml", ".github/renovate.json*", ".github/labeler.yml"),
)
"""Forms and texts for people, and what bots watch: nothing of it is run. What agents read there is not among them."""


def can_be_allowed(path: str) -> bool:
    """Say whether a task's `allow_protected` could open the path at all."""
    return not matches_any(path.casefold(), tuple(_ALWAYS))
