"""Which files no agent changes unless a person said so."""

import pytest

from orchestrator.policy.protected import can_be_allowed, is_protected


@pytest.mark.parametrize(
    "path",
    [
        "queues/backend.json",
        "Queues/backend.json",
        "orchestrator.toml",
        ".aibrain/journal/1.jsonl",
        ".github/workflows/ci.yml",
        ".gitlab-ci.yml",
        ".circleci/config.yml",
        "Jenkinsfile",
        "deploy/Jenkinsfile",
        ".husky/pre-push",
        ".pre-commit-config.yaml",
        "lefthook.yml",
        ".claude/settings.json",
        "packages/web/.claude/settings.json",
        "CLAUDE.md",
        "web/AGENTS.md",
        ".mcp.json",
        ".codex/config.toml",
        ".gemini/settings.json",
        ".cursor/rules/a.mdc",
        ".cursorrules",
        ".gitmodules",
    ],
)
def test_a_protected_path_says_why(path: str) -> None:
    assert is_protected(path)


@pytest.mark.parametrize(
    "path",
    [
        "src/queues/a.py",
        "src/orchestrator.toml",
        "docs/github/x.md",
        "README.md",
        "src/agents.py",
        "src/claude/x.py",
        "ci.py",
    ],
)
def test_ordinary_work_is_not_protected(path: str) -> None:
    assert is_protected(path) is None


def test_a_task_can_be_allowed_to_change_ci() -> None:
    assert is_protected(".github/workflows/ci.yml", (".github/**",)) is None
    assert is_protected(".github/workflows/ci.yml", (".github/workflows/other.yml",))
    assert can_be_allowed(".github/workflows/ci.yml")


@pytest.mark.parametrize("path", ["queues/backend.json", "orchestrator.toml", ".aibrain/board.md"])
def test_no_task_can_be_allowed_to_change_what_steers_the_orchestrator(path: str) -> None:
    assert is_protected(path, ("**", path))
    assert not can_be_allowed(path)


@pytest.mark.parametrize("path", [".github/CONTRIBUTING.md", ".github/FUNDING.yml", ".github/ISSUE_TEMPLATE/bug.yml"])
def test_forms_and_texts_for_people_are_no_settings(path: str) -> None:
    assert is_protected(path) is None


def test_what_agents_read_there_is() -> None:
    assert is_protected(".github/copilot-instructions.md")
    assert is_protected(".github/instructions/python.instructions.md")


def test_what_prompts_are_made_of_is_protected_until_a_person_opens_it() -> None:
    why = is_protected("Prompts/feature.md", (), ("prompts/feature.md",))
    assert why is not None
    assert "prompts are made of it" in why
    assert is_protected("prompts/feature.md", ("prompts/**",), ("prompts/feature.md",)) is None
    assert is_protected("prompts/other.md", (), ("prompts/feature.md",)) is None
